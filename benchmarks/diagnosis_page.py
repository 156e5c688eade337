"""What the record of planted and of healthy runs comes to, and how docs/diagnose.md says it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.diagnosis import Key, Outcome
from benchmarks.machine import describe_machine
from benchmarks.planting import FAULTS_PLANTED, SETUPS
from benchmarks.tables import Table
from pellucid.errors import counted

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "diagnose.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HARM = 0.05
"""Of the share of right answers on the test part, or of R²: what a planted fault must cost to be counted."""
GAP = 0.1
MISSED = 0.25
ALWAYS = ("dead", "unscaled-inputs", "mislabelled", "leak")
"""Faults that are there when they were planted, whatever they cost."""


@dataclass
class Row:
    """What became of the runs with one fault at one strength.

    Attributes:
        fault, strength: planted.
        found: in how many runs of those that the fault harmed it was named.
        other: in how many something else was named, and not this fault.
        missed: in how many nothing was named.
        harmless: runs that it did not harm.
        refused: runs that training itself ended with the reason.
        beside: what else was named, and how often.
    """

    fault: str
    strength: str
    found: int = 0
    other: int = 0
    missed: int = 0
    harmless: int = 0
    refused: int = 0
    beside: Counter[str] = field(default_factory=Counter)

    def count(self, run: Outcome, sound: Outcome) -> None:
        """Takes in a run, beside the healthy one of the same set-up and seed."""
        if run.named is None:
            self.refused += 1
        elif not is_harmed(self.fault, run, sound):
            self.harmless += 1
        else:
            self.found += self.fault in run.named
            self.other += self.fault not in run.named and bool(run.named)
            self.missed += not run.named
            self.beside.update(name for name in run.named if name != self.fault)


def is_harmed(fault: str, run: Outcome, sound: Outcome) -> bool:
    """Whether the planted fault did harm, by the test part."""
    if fault in ALWAYS:
        return True
    if fault == "overfitting":
        return (run.learnt or 0.0) - (run.judged or 0.0) >= GAP
    if fault == "imbalance":
        return (sound.small_recall or 0.0) - (run.small_recall or 0.0) >= MISSED
    return (sound.judged or 0.0) - (run.judged or 0.0) >= HARM


def rows_of(found: Mapping[Key, Outcome]) -> list[Row]:
    """A row for each fault and strength."""
    rows = {(fault, strength): Row(fault, strength) for fault, plants in FAULTS_PLANTED.items() for strength in plants}
    for key, run in found.items():
        sound = found.get(Key(key.setup, key.seed))
        if (key.fault, key.strength) in rows and sound is not None:
            rows[key.fault, key.strength].count(run, sound)
    return list(rows.values())


def alarms_of(found: Mapping[Key, Outcome]) -> dict[str, list[tuple[str, ...]]]:
    """By set-up, what was named of each healthy run."""
    named: dict[str, list[tuple[str, ...]]] = {}
    for setup in SETUPS:
        runs = [run.named or () for key, run in found.items() if key.setup == setup.name and not key.fault]
        if runs:
            named[setup.name] = runs
    return named


def tables(found: Mapping[Key, Outcome]) -> Iterator[Table]:
    """The two tables of the document."""
    columns = ("fault", "planted as", "found", "named otherwise", "missed", "harmless", "refused", "also named")
    yield Table("Planted faults", columns, tuple(map(cells_of, rows_of(found))))
    yield Table(
        "Healthy runs",
        ("set-up", "runs", "clean", "named"),
        tuple(
            (
                name,
                str(len(runs)),
                str(sum(not names for names in runs)),
                ", ".join(f"{fault} {n}" for fault, n in Counter(fault for names in runs for fault in names).items()),
            )
            for name, runs in alarms_of(found).items()
        ),
    )


def cells_of(row: Row) -> tuple[str, ...]:
    """The row as text."""
    counts = (row.found, row.other, row.missed, row.harmless, row.refused)
    beside = ", ".join(f"{name} {n}" for name, n in row.beside.most_common())
    return row.fault, row.strength, *map(str, counts), beside


def summary(found: Mapping[Key, Outcome]) -> str:
    """The rates in a sentence or two."""
    rows = rows_of(found)
    n_found, n_other, n_missed = (sum(getattr(row, name) for row in rows) for name in ("found", "other", "missed"))
    n_harmed = n_found + n_other + n_missed
    runs = [names for each in alarms_of(found).values() for names in each]
    n_alarms = sum(map(bool, runs))
    return (
        f"Of {n_harmed:,} runs that a planted fault harmed, {n_found:,} were given its name "
        f"({n_found / n_harmed:.1%}), {n_other} only another one "
        f"({n_other / n_harmed:.1%}), and {n_missed} none ({n_missed / n_harmed:.1%}). "
        f"Of {len(runs)} healthy runs {n_alarms} came out with a fault ({n_alarms / len(runs):.1%})."
    )


def write_page(found: Mapping[Key, Outcome]) -> None:
    """Puts the measurement into its place in the document."""
    n_seeds = 1 + max((key.seed for key in found if key.fault), default=0)
    versions = [each for each in describe_machine()["versions"].split(", ") if not each.endswith("not installed")]
    told = f"Planted faults with {counted(n_seeds, 'seed')} of each kind; {', '.join(versions)}."
    tabled = (table.to_markdown().replace("## ", "### ", 1) for table in tables(found))
    text = "\n\n".join([summary(found), told, *tabled])
    document = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = document.partition(BEGIN)
    _, _, tail = rest.partition(END)
    DOCUMENT.write_text(f"{head}{BEGIN}\n\n{text}\n{END}{tail}", encoding="utf-8")
