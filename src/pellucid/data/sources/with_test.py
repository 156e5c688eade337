"""Examples from two places: those that are learnt from, and those of a path of their own that judge."""

from typing import Any

import numpy as np

from pellucid.data.features import Encoder
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.reading import Reading
from pellucid.errors import DataError, InvalidValueError


class WithTest(Examples):
    """Examples of one kind, followed by others of that kind that are the test part.

    Parameters:
        learnt: labelled; from them a validation part is drawn, or is theirs.
        judging: labelled.

    Raises:
        DataError: the two are of different kinds, or one has class names where the other has numbers.
        InvalidValueError: the first have a test part of their own.
    """

    def __init__(self, learnt: Examples, judging: Examples) -> None:
        if learnt.KIND != judging.KIND:
            raise DataError(f"test: {learnt.told} is learnt from, the same to test is required, {judging.told} arrived")
        if learnt.labels is None or judging.labels is None:
            raise DataError("test: labelled examples are required, to learn from and to test")
        if learnt.parts is not None and (learnt.parts == "test").any():
            raise InvalidValueError("test: these data have a test part of their own; leave out --test PATH")
        if (learnt.labels.dtype.kind in "iuf") != (judging.labels.dtype.kind in "iuf"):
            raise DataError(
                "test: labels of the same kind are required, numbers or names, in both; those to learn from are such "
                f"as '{learnt.labels[0]}', those to test such as '{judging.labels[0]}'"
            )
        self._learnt, self._judging = learnt, judging
        self.KIND = learnt.KIND  # pyright: ignore[reportAttributeAccessIssue] - of these examples, not of the class
        self.told = f"{learnt.told}; to test, {judging.told}"
        self.labels = np.concatenate([learnt.labels, judging.labels])
        own = np.full(len(learnt), "") if learnt.parts is None else learnt.parts
        self.parts = np.concatenate([own, np.full(len(judging), "test")])
        self.classes, self.label = learnt.classes, learnt.label
        self.skipped = (*learnt.skipped, *judging.skipped)
        self._gather_notes()

    def _gather_notes(self) -> None:
        """What was noticed in either, each once; more is noticed while an encoder is learnt."""
        self.notes = tuple(dict.fromkeys([*self._learnt.notes, *self._judging.notes]))
        self.misfits = (*self._learnt.misfits, *self._judging.misfits)

    def __len__(self) -> int:
        """How many examples there are in both."""
        return len(self._learnt) + len(self._judging)

    def _place(self, row: int) -> tuple[Examples, int]:
        n_learnt = len(self._learnt)
        return (self._learnt, row) if row < n_learnt else (self._judging, row - n_learnt)

    def name(self, row: int) -> str:
        """What the example is called where it comes from."""
        source, own = self._place(row)
        return source.name(own)

    def contents(self, rows: np.ndarray) -> Any:
        """These examples, all of which must be of one place: parts are read one after the other."""
        source, own = self._of_one(rows)
        return source.contents(own)

    def mapped(self, rows: np.ndarray) -> np.ndarray | None:
        """These examples, all of one place, where they lie, if they do so."""
        source, own = self._of_one(rows)
        return source.mapped(own)

    def _of_one(self, rows: np.ndarray) -> tuple[Examples, np.ndarray]:
        """The place that all these rows are of, and their numbers there."""
        is_judging = rows >= len(self._learnt)
        assert is_judging.all() or not is_judging.any(), "rows of one part"  # noqa: S101
        return (self._judging, rows - len(self._learnt)) if len(rows) and is_judging[0] else (self._learnt, rows)

    def fingerprints(self) -> np.ndarray:
        """Of those to learn from, then of those that judge."""
        return np.concatenate([self._learnt.fingerprints(), self._judging.fingerprints()])

    def learn_encoder(self, rows: np.ndarray, reading: Reading) -> Encoder:
        """The encoder, learnt from these rows, none of which may judge."""
        encoder = self._learnt.learn_encoder(rows, reading)
        self._judging.prepare_for(encoder)
        self._gather_notes()
        return encoder

    def prepare_for(self, encoder: Encoder) -> None:
        """Tells both."""
        self._learnt.prepare_for(encoder)
        self._judging.prepare_for(encoder)
        self._gather_notes()
