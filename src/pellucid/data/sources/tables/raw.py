"""What all tables have in common, before anything is chosen from them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pellucid.data.sources.reading import OnError
from pellucid.errors import FormatError

if TYPE_CHECKING:
    import pyarrow

MAX_SKIPPED = 100_000
"""A table with more rows that cannot be read is another table than one thinks."""


class BadRows:
    """The rows of a table that cannot be read, counted or not put up with.

    Parameters:
        name: of the table, in messages.
        on_error: whether to "stop" at the first, or "skip" it.

    Attributes:
        skipped: what they are called, and why they cannot be read.
    """

    def __init__(self, name: str, on_error: OnError) -> None:
        self.name, self._on_error = name, on_error
        self.skipped: list[tuple[str, str]] = []

    def add(self, place: str, why: str) -> None:
        """Takes one.

        Raises:
            FormatError: such rows are not skipped, or there are too many of them.
        """
        if self._on_error == "stop":
            raise FormatError(f"{place}: {why}; mend it, or say --on-error skip")
        if len(self.skipped) == MAX_SKIPPED:
            raise FormatError(f"{self.name}: over {MAX_SKIPPED:,} rows cannot be read; is it such a table at all?")
        self.skipped.append((place, why))


class RawTable(ABC):
    """A table as it was given: its columns, what they stand for, and what its rows are called.

    Attributes:
        name: in messages.
        bad: its rows that cannot be read.
        label_ending: what is taken away from the end of each label.
        delimiter: between its cells where it is written as text.
    """

    delimiter = ","

    def __init__(self, bad: BadRows, label_ending: str = "") -> None:
        self.name, self.bad, self.label_ending = bad.name, bad, label_ending

    @property
    @abstractmethod
    def types(self) -> "dict[str, pyarrow.DataType]":
        """The plain Arrow type of each column that can be learnt from."""

    @property
    @abstractmethod
    def notes(self) -> list[str]:
        """What was noticed about its columns."""

    @property
    def odd_columns(self) -> dict[str, str]:
        """By the column's name, a sentence on each that a few cells keep from being numbers."""
        return {}

    @property
    @abstractmethod
    def names(self) -> list[str]:
        """The columns of `texts`."""

    @abstractmethod
    def tell(self) -> str:
        """What it was taken for."""

    @abstractmethod
    def place(self, row: int) -> str:
        """What messages call that row: "people.csv, line 7"."""

    @abstractmethod
    def texts(self) -> "Iterator[pyarrow.RecordBatch]":
        """All rows as the texts that a CSV file has, a batch at a time."""

    @abstractmethod
    def batches(self, types: "Mapping[str, pyarrow.DataType]") -> "Iterator[pyarrow.RecordBatch]":
        """All rows of these columns as these types, which hold what `types` says of them, a batch at a time."""
