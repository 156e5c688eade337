"""`python -m benchmarks.diagnosis`: how often `diagnose` misses a planted fault, and how often it sees one in vain.

Whether a planted fault did any harm is judged by the test part, which `diagnose` does not look at for that.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from rich.console import Console

from benchmarks.machine import describe_machine
from benchmarks.planting import FAULTS_PLANTED, SETUPS, Planted, Setup, fits, healthy
from benchmarks.tables import Table
from pellucid.data import Part
from pellucid.diagnosis import Finding, diagnose
from pellucid.errors import DivergenceError
from pellucid.model import evaluate
from pellucid.training import TrainingResult, train

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
        found, missed: how many runs of those that the fault harmed.
        harmless: runs that it did not harm.
        refused: runs that training itself ended with the reason.
        beside: what else was named, and how often.
    """

    fault: str
    strength: str
    found: int = 0
    missed: int = 0
    harmless: int = 0
    refused: int = 0
    beside: Counter[str] = field(default_factory=Counter)


def trained(run: Planted) -> TrainingResult | None:
    """The result of a run; None where training refuses to go on before an epoch is done."""
    try:
        return train(run.network, run.data, **run.choices)
    except DivergenceError:
        return None


def score(result: TrainingResult, part: Part) -> float:
    """The share of right answers, or R²."""
    evaluation = evaluate(result.model, part)
    return evaluation.accuracy if evaluation.accuracy is not None else evaluation.r2 or 0.0


def small_recall(result: TrainingResult, part: Part) -> float:
    """The mean recall of every second class, of those that were made small."""
    figures = evaluate(result.model, part).per_class
    return float(np.mean([entry.recall or 0.0 for entry in figures[1::2]]))


def is_harmed(run: Planted, result: TrainingResult, sound: TrainingResult) -> bool:
    """Whether the planted fault did harm, by the test part."""
    test = run.data.test
    assert test is not None
    if run.fault in ALWAYS:
        return True
    if run.fault == "overfitting":
        return score(result, run.data.train) - score(result, test) >= GAP
    if run.fault == "imbalance":
        return small_recall(sound, test) - small_recall(result, test) >= MISSED
    return score(sound, test) - score(result, test) >= HARM


Alarms: TypeAlias = dict[str, list[tuple[Finding, ...]]]
"""By set-up, what was named of each healthy run."""


def measure(seeds: range, setups: Iterable[Setup], report: Console) -> Iterator[tuple[list[Row], Alarms]]:
    """After each set-up, the rows of the planted faults so far, and what was named of healthy runs."""
    rows = {(fault, strength): Row(fault, strength) for fault, plants in FAULTS_PLANTED.items() for strength in plants}
    alarms: Alarms = {}
    for setup in setups:
        data = setup.data()
        for seed in seeds:
            began = time.perf_counter()
            run = healthy(setup, data, seed)
            sound = trained(run)
            assert sound is not None
            alarms.setdefault(setup.name, []).append(diagnose(sound, run.data))
            for fault, plants in FAULTS_PLANTED.items():
                for strength, plant in plants.items() if fits(fault, setup, data) else ():
                    fill(rows[fault, strength], replace(plant(run, seed), fault=fault, strength=strength), sound)
            report.print(f"{setup.name}, seed {seed}: {time.perf_counter() - began:.0f} s")
        yield list(rows.values()), alarms


def fill(row: Row, run: Planted, sound: TrainingResult) -> None:
    """Makes a run, and counts what became of it."""
    result = trained(run)
    if result is None:
        row.refused += 1
        return
    names = {finding.name for finding in diagnose(result, run.data)}
    if not is_harmed(run, result, sound):
        row.harmless += 1
        return
    if run.fault in names:
        row.found += 1
    else:
        row.missed += 1
    row.beside.update(names - {run.fault})


def tables(rows: list[Row], alarms: Alarms) -> Iterator[Table]:
    """The two tables of the document."""
    columns = ("fault", "planted as", "found", "missed", "harmless", "refused", "also named")
    yield Table(
        "Planted faults",
        columns,
        tuple(
            (
                row.fault,
                row.strength,
                str(row.found),
                str(row.missed),
                str(row.harmless),
                str(row.refused),
                ", ".join(f"{name} {n}" for name, n in row.beside.most_common()),
            )
            for row in rows
        ),
    )
    yield Table(
        "Healthy runs",
        ("set-up", "runs", "clean", "named"),
        tuple(
            (
                name,
                str(len(found)),
                str(sum(not findings for findings in found)),
                ", ".join(sorted({finding.name for findings in found for finding in findings})),
            )
            for name, found in alarms.items()
        ),
    )


def summary(rows: list[Row], alarms: Alarms) -> str:
    """The two rates in a sentence."""
    found, missed = sum(row.found for row in rows), sum(row.missed for row in rows)
    runs = [findings for each in alarms.values() for findings in each]
    n_alarms = sum(bool(findings) for findings in runs)
    return (
        f"Of {found + missed} runs that a planted fault harmed {missed} were missed ({missed / (found + missed):.1%}); "
        f"of {len(runs)} healthy runs {n_alarms} were said to have a fault ({n_alarms / len(runs):.1%})."
    )


def write(text: str) -> None:
    """Puts the measurement into its place in the document."""
    document = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = document.partition(BEGIN)
    _, _, tail = rest.partition(END)
    DOCUMENT.write_text(f"{head}{BEGIN}\n\n{text}\n{END}{tail}", encoding="utf-8")


def main() -> None:
    """Measures, shows the tables and writes them into the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="runs of each kind")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--setups", type=int, default=len(SETUPS), help="only the first so many set-ups")
    parser.add_argument("--keep", action="store_true", help="leave the document as it is")
    chosen = parser.parse_args()
    console = Console()
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.seeds)
    told = f"Measured with {describe_machine()['versions']}, seeds {seeds.start} to {seeds.stop - 1}."
    for rows, alarms in measure(seeds, SETUPS[: chosen.setups], console):
        found = list(tables(rows, alarms))
        if not chosen.keep:  # after each set-up, so that nothing is lost of a measurement that is cut short
            parts = [summary(rows, alarms), told, *(table.to_markdown().replace("## ", "### ", 1) for table in found)]
            write("\n\n".join(parts))
    for table in found:
        table.show(console)
    console.print(summary(rows, alarms))


if __name__ == "__main__":
    main()
