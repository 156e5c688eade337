"""Examples that are rows of arrays of numbers, in memory or mapped from files."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, ClassVar, NamedTuple

import numpy as np
from jaxtyping import Int, Shaped

from pellucid.data.features.encoder import Encoder
from pellucid.data.features.number_scaling import learn_number_encoder
from pellucid.data.features.numbers import NumberEncoder
from pellucid.data.features.pictures.encoder import PictureEncoder
from pellucid.data.features.pictures.learn import learn_picture_encoder
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.reading import Reading
from pellucid.errors import DataError
from pellucid.files.mapping import is_mapped, release

MAX_FEATURES = 1_000_000
"""Numbers of one example: a network that takes in more does not fit into the memory."""
BYTES_AT_ONCE = 2**24
"""That are digested at a time."""


class Block(NamedTuple):
    """Examples that lie in one array.

    Attributes:
        name: of the array, as messages say it.
        values: (n_samples, …), perhaps mapped from a file.
        columns: those of two-dimensional values that are inputs; None: all.
    """

    name: str
    values: Shaped[np.ndarray, "n_samples ..."]
    columns: Int[np.ndarray, " n_features"] | None = None

    def rows(self, rows: Any) -> Shaped[np.ndarray, "n_rows ..."]:
        """These examples, in memory."""
        found = self.values[rows]
        return found if self.columns is None else found[:, self.columns]


class ArrayExamples(Examples):
    """Examples that are rows of arrays of numbers.

    Parameters:
        blocks: at least one; the examples of the second follow those of the first, and have their shape.
        labels: (n,) strings or numbers, or (n, n_outputs) numbers to predict; None: unlabelled.
        told: what they were taken for.
        parts, classes, notes: as `Examples` says.

    Raises:
        DataError: the arrays differ in their examples' shape, or these are too large.
    """

    KIND: ClassVar[str] = NumberEncoder.KIND

    def __init__(
        self,
        blocks: Sequence[Block],
        labels: Shaped[np.ndarray, "n_samples ..."] | None = None,
        *,
        told: str = "arrays of numbers",
        parts: np.ndarray | None = None,
        classes: tuple[str, ...] | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        self.told, self.labels, self.parts, self.classes, self.notes = told, labels, parts, classes, tuple(notes)
        self._blocks = tuple(blocks)
        self._ends = np.cumsum([len(block.values) for block in blocks])
        first = blocks[0]
        self.shape: tuple[int, ...] = first.rows(slice(0, 1)).shape[1:]
        for block in blocks[1:]:
            if block.values.shape[1:] != first.values.shape[1:]:
                raise DataError(
                    f"{block.name}: examples of shape {self.shape} are required, as in {first.name}, they have "
                    f"{block.values.shape[1:]}"
                )
        n_features = int(np.prod(self.shape, dtype=np.int64))
        if not 1 <= n_features <= MAX_FEATURES:
            raise DataError(
                f"{first.name}: examples of 1 to {MAX_FEATURES:,} numbers are required, they have {n_features:,}"
            )
        is_bytes = all(block.values.dtype == np.uint8 for block in blocks)
        self._dtype = np.dtype(np.uint8 if is_bytes else np.float32)

    def __len__(self) -> int:
        """How many examples there are."""
        return int(self._ends[-1])

    def name(self, row: int) -> str:
        """The array and the place in it, counted from 0: "people.npz: x_train[6]"."""
        number = int(np.searchsorted(self._ends, row, side="right"))
        return f"{self._blocks[number].name}[{row - self._first(number)}]"

    def contents(self, rows: Int[np.ndarray, " n_rows"]) -> Shaped[np.ndarray, "n_rows ..."]:
        """These examples, uint8 or float32; of arrays in files only these rows are read.

        Raises:
            DataError: a number is not finite, or beyond what 32 bits hold.
        """
        values = np.empty((len(rows), *self.shape), self._dtype)
        for number, block in enumerate(self._blocks):
            first = self._first(number)
            is_here = (rows >= first) & (rows < self._ends[number])
            if is_here.any():
                values[is_here] = self._converted(block.rows(rows[is_here] - first))
                release(block.values)
        return values

    def mapped(self, rows: Int[np.ndarray, " n_rows"]) -> Shaped[np.ndarray, "n_rows ..."] | None:
        """These examples where they lie in a file, if they follow each other there just as `contents` gives them."""
        number = int(np.searchsorted(self._ends, rows[0], side="right"))
        block, first = self._blocks[number], int(rows[0]) - self._first(number)
        values = block.values[first : first + len(rows)]
        is_whole = block.columns is None and values.dtype == self._dtype and values.flags.c_contiguous
        follow = len(values) == len(rows) and bool((np.diff(rows) == 1).all())
        return values if is_whole and follow and is_mapped(values) and _is_finite(values) else None

    def _first(self, number: int) -> int:
        """The row that is the first of a block."""
        return int(self._ends[number - 1]) if number else 0

    def _converted(self, values: Shaped[np.ndarray, "n_rows ..."]) -> Shaped[np.ndarray, "n_rows ..."]:
        with np.errstate(over="ignore", invalid="ignore"):
            converted = values.astype(self._dtype)
        if self._dtype != np.uint8 and not np.isfinite(converted).all():
            flat = np.isfinite(converted.reshape(-1))
            place = int(np.argmin(flat))
            odd = values.reshape(-1)[place]
            number = place % int(np.prod(self.shape)) + 1
            raise DataError(
                f"finite numbers that 32 bits hold are required, number {number:,} (from 1) is {odd}; fill it in"
            )
        return converted

    def fingerprints(self) -> Shaped[np.ndarray, " n_samples"]:
        """A digest of each example's numbers, read piece by piece."""
        digests: list[bytes] = []
        for block in self._blocks:
            n_at_once = max(1, BYTES_AT_ONCE // max(1, block.values[:1].nbytes))
            for first in range(0, len(block.values), n_at_once):
                with np.errstate(over="ignore", invalid="ignore"):
                    values = np.ascontiguousarray(block.rows(slice(first, first + n_at_once)), self._dtype)
                digests.extend(blake2b(row.data, digest_size=16).digest() for row in values)
                release(block.values)
        return np.array(digests, "S16")

    def learn_encoder(self, rows: Int[np.ndarray, " n_rows"], reading: Reading) -> Encoder:
        """The encoder for numbers of this shape; `learn_number_encoder` says how they are scaled.

        Raises:
            InvalidValueError: a choice in `reading.encoding` is unknown or does not fit.
        """
        encoder, note = learn_number_encoder(self.shape, self._dtype == np.uint8, reading.encoding)
        self.notes = (*self.notes, *(() if note in self.notes else (note,)))
        return encoder


def _is_finite(values: Shaped[np.ndarray, "n_rows ..."]) -> bool:
    """Whether there is no NaN and no infinity in an array that lies in a file."""
    if values.dtype == np.uint8:
        return True
    n_at_once = max(1, BYTES_AT_ONCE // values[:1].nbytes)
    for first in range(0, len(values), n_at_once):
        if not np.isfinite(values[first : first + n_at_once]).all():
            return False
        release(values)
    return True


class PictureArrayExamples(ArrayExamples):
    """Examples that are pictures: arrays of bytes, (n, height, width) in grey or (n, height, width, 3) in colour."""

    KIND: ClassVar[str] = PictureEncoder.KIND

    def learn_encoder(self, rows: Int[np.ndarray, " n_rows"], reading: Reading) -> Encoder:
        """The encoder for pictures like these: as for picture files, with the same choices.

        Raises:
            InvalidValueError: a choice in `reading.encoding` is unknown or does not fit.
        """
        learnt = learn_picture_encoder(rows, lambda row: self.contents(np.array([row]))[0], reading.encoding)
        self.notes = (*self.notes, *(note for note in learnt.notes if note not in self.notes))
        return learnt.encoder
