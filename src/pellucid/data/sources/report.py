"""What was read, in figures and sentences."""

from collections.abc import Iterator
from dataclasses import dataclass

from pellucid.errors import counted

SHOWN = 3


@dataclass(frozen=True)
class ReadReport:
    """What became of a person's files.

    Attributes:
        told: what they were taken for.
        n_examples: how many are left to learn from and to judge by.
        n_duplicates: examples that repeat the content of another; they stay with it on one side of the split.
        skipped: names of those that could not be read, and why.
        misfits: sentences on values that are not what their column is, and count as missing.
        notes: whatever else was noticed.
    """

    told: str
    n_examples: int
    n_duplicates: int = 0
    skipped: tuple[tuple[str, str], ...] = ()
    misfits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def sentences(self) -> Iterator[str]:
        """The report, one sentence at a time."""
        yield f"Taken for {self.told}: {counted(self.n_examples, 'example')}."
        if self.n_duplicates:
            repeat = "repeats" if self.n_duplicates == 1 else "repeat"
            yield f"{self.n_duplicates:,} of them {repeat} another's content; of drawn parts, equals are in one only."
        if self.skipped:
            shown = "; ".join(f"{name}: {why}" for name, why in self.skipped[:SHOWN])
            more = f"; and {len(self.skipped) - SHOWN:,} more" if len(self.skipped) > SHOWN else ""
            were = "was" if len(self.skipped) == 1 else "were"
            yield f"{len(self.skipped):,} could not be read and {were} skipped: {shown}{more}."
        yield from self.misfits
        yield from self.notes
