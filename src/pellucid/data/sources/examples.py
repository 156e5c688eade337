"""Labelled examples as they lie on the disk: what every format becomes before it is split and encoded."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from pellucid.data.features import Encoder
from pellucid.data.sources.reading import Reading

PARTS = ("train", "validation", "test")


class Examples(ABC):
    """Many raw examples of one kind, each read when it is asked for.

    Attributes:
        told: what they were taken for: "a folder of pictures, one sub-folder a class".
        labels: (n,) strings or integers (classes), or (n,) or (n, n_outputs) floating-point numbers (targets); None:
            unlabelled.
        parts: (n,), one of `PARTS` each, where the publisher has made the parts; "" where one is to be drawn.
            None: all are to be drawn.
        classes: the classes' names in the order of the outputs, where the publisher has made one; None: the distinct
            labels in ascending order.
        label: the column that the labels were found in, as `Reading.label` would name it, where others like these are
            read by its number; None: nothing needs to be known of it.
        notes: sentences on what was noticed while reading: missing values, columns left out, files skipped.
        misfits: sentences on values that are not what their column is, and count as missing.
        skipped: the names of examples that could not be read, and why.
    """

    KIND: ClassVar[str]
    """The kind of the encoder that takes them."""

    told: str
    labels: np.ndarray | None
    parts: np.ndarray | None = None
    classes: tuple[str, ...] | None = None
    label: str | None = None
    notes: Sequence[str] = ()
    misfits: Sequence[str] = ()
    skipped: Sequence[tuple[str, str]] = ()

    @abstractmethod
    def __len__(self) -> int:
        """How many examples there are."""

    @abstractmethod
    def name(self, row: int) -> str:
        """What messages call that example: "cats/0001.jpg", "people.csv, line 7"."""

    @abstractmethod
    def contents(self, rows: np.ndarray) -> Any:
        """These examples as `Encoder.encode` takes them, read now.

        Raises:
            FormatError, MissingFileError: one cannot be read.
        """

    def mapped(self, rows: np.ndarray) -> np.ndarray | None:
        """These examples where they lie in a memory-mapped file, if that is just what `contents` gives; else None."""
        return None

    @abstractmethod
    def fingerprints(self) -> np.ndarray:
        """A digest of each example's content without its label, (n,) of dtype S16: equal contents, equal digests."""

    @abstractmethod
    def learn_encoder(self, rows: np.ndarray, reading: Reading) -> Encoder:
        """The encoder for them, learnt from these rows (the training part's) alone.

        Raises:
            InvalidValueError: a choice in `reading.encoding` is unknown or does not fit.
            DataError, FormatError: nothing can be learnt from these rows.
        """

    def prepare_for(self, encoder: Encoder) -> None:  # noqa: B027 - most have nothing to prepare
        """Told by which encoder `contents` will be taken: one of their kind, which was learnt from others."""
