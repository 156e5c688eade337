"""Rows of a table to vectors, column by column."""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from jaxtyping import Shaped

from pellucid.data.features.encoder import Encoder, Scaling
from pellucid.data.features.table.columns import CategoryColumn, Column, NumberColumn, TruthColumn, counted
from pellucid.data.features.table.dates import DateColumn
from pellucid.data.features.table.rows import as_table, chosen, is_rows
from pellucid.errors import FormatError, InvalidValueError

if TYPE_CHECKING:
    import pyarrow

MAX_COLUMNS = 10_000
MAX_INPUTS = 100_000
MAX_ENTRY_BYTES = 900_000
"""Of the entries in a model file's header, which may take 1 MiB in all."""
MAX_NAME_LENGTH = 120
MAX_TOLD_LENGTH = 300
SMALLEST_DEVIATION = 1e-30
"""A standard deviation below it counts as this: its inverse must fit into 32 bits."""

KINDS: Mapping[str, type[NumberColumn | TruthColumn | CategoryColumn | DateColumn]] = MappingProxyType(
    {kind.KIND: kind for kind in (NumberColumn, TruthColumn, CategoryColumn, DateColumn)}
)
"""Every kind of column, by the name that the model file has for it: a closed list."""
KIND_NAMES = {"number": "of numbers", "truth": "of true and false", "category": "of categories", "date": "of dates"}


@dataclass(frozen=True)
class TableEncoder(Encoder):
    """Raw examples that are rows of a table.

    Numbers are encoded as they stand, or as their logarithms; features standardise them by the training part's mean and
    standard deviation. Whatever tells yes from no is 1 or 0 and stays so.

    Parameters:
        columns: those that are used, with what was learnt of each; their inputs stand in this order.
        left_out: those that are not, by name, and why.
    """

    KIND: ClassVar[str] = "table"
    ENTRIES: ClassVar[frozenset[str]] = frozenset({"columns", "left_out"})

    columns: tuple[Column, ...]
    left_out: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns] + [name for name, _ in self.left_out]
        if not self.columns or len(names) > MAX_COLUMNS or len(set(names)) < len(names):
            raise InvalidValueError(
                f"features: 1 to {MAX_COLUMNS:,} columns of different names are required, {len(names):,} arrived, "
                f"{len(self.columns):,} of them in use"
            )
        if self.ends[-1] > MAX_INPUTS:
            raise InvalidValueError(
                f"features: at most {MAX_INPUTS:,} inputs are held, these columns make {self.ends[-1]:,}; allow fewer "
                "categories (encoding categories=8) or ignore columns that have many"
            )
        # The header holds these entries as JSON text within JSON text.
        n_bytes = len(json.dumps(json.dumps(self.to_dict(), ensure_ascii=False), ensure_ascii=False).encode())
        if n_bytes > MAX_ENTRY_BYTES:
            raise InvalidValueError(
                f"features: what is learnt of the columns may take {MAX_ENTRY_BYTES:,} bytes in the model file, it "
                f"takes {n_bytes:,}; allow fewer categories (encoding categories=8), or ignore columns"
            )

    @cached_property
    def ends(self) -> list[int]:
        """The number of inputs up to and with each column."""
        return np.cumsum([len(column.inputs()) for column in self.columns]).tolist()

    @cached_property
    def input_names(self) -> list[str]:
        """Of all inputs, each on one line: a table's names may hold anything."""
        return [printable(name) for column in self.columns for name in column.inputs()]

    @property
    def shape(self) -> tuple[int, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """One number an input."""
        return (self.ends[-1],)

    def encode(self, examples: "pyarrow.Table") -> Shaped[np.ndarray, " n_samples *shape"]:
        """The inputs of the rows, float32, before numbers are standardised.

        Parameters:
            examples: a table with the columns that are used, in any order; others are not looked at.

        Raises:
            InvalidValueError: a column is missing or there twice.
            DataError: a cell is not what its column holds; the message names row and column.
        """
        table = chosen(examples, [column.name for column in self.columns])
        inputs = np.zeros((table.num_rows, self.ends[-1]), np.float32)
        for column, cells, first, end in zip(self.columns, table.columns, [0, *self.ends], self.ends, strict=False):
            column.encode(cells, inputs[:, first:end])
        return inputs

    def gathered(self, raw: Any) -> "pyarrow.Table":
        """Rows as `encode` takes them, of a dictionary, a list of them, a DataFrame or an Arrow table.

        Raises:
            InvalidValueError: it is none of these, or a column is missing.
        """
        return as_table(raw, [column.name for column in self.columns])

    def is_raw(self, raw: Any) -> bool:
        """Whether that is a dictionary or a table, also one whose columns are all numbers."""
        return is_rows(raw)

    def scaling(self, encoded: Shaped[np.ndarray, "n_samples ..."]) -> Scaling:
        """Mean and standard deviation for numbers and years; 0 and 1 for all else."""
        shift = np.zeros(self.ends[-1], np.float32)
        scale = np.ones(self.ends[-1], np.float32)
        for column, first in zip(self.columns, [0, *self.ends], strict=False):
            for place in column.measured():
                numbers = encoded[:, first + place].astype(np.float64)
                shift[first + place] = numbers.mean()
                deviation = numbers.std()
                scale[first + place] = 1 / max(deviation, SMALLEST_DEVIATION) if deviation else 1
        return Scaling(scale, shift)

    def input_name(self, index: int) -> str:
        """The column and what of it: "age", "workclass = Private", "age is missing", "month of born (sine)"."""
        return self.input_names[index]

    def input_value(self, index: int, encoded: Shaped[np.ndarray, " n_features"]) -> str:
        """The cell that the input's column holds, as the table would have it: "39", "female", "2025-12-28"."""
        place = bisect_right(self.ends, index)
        inputs = encoded[self.ends[place - 1] if place else 0 : self.ends[place]]
        return printable(self.columns[place].cell(inputs))

    def tell_columns(self) -> list[tuple[str, str]]:
        """Each column's name and what it was taken for, with its missing cells; then those left out, and why."""
        told = [(column.name, column.tell()) for column in self.columns]
        told += [(name, f"left out: {why}") for name, why in self.left_out]
        return [(printable(name), printable(what, MAX_TOLD_LENGTH)) for name, what in told]

    def describe(self) -> str:
        """In one sentence, how many columns of which kind become how many inputs."""
        kinds = [column.KIND for column in self.columns]
        of_kinds = [f"{kinds.count(kind):,} {name}" for kind, name in KIND_NAMES.items() if kind in kinds]
        left_out = f"; {len(self.left_out):,} left out" if self.left_out else ""
        numbers, columns = counted(self.ends[-1], "number"), counted(len(self.columns), "column")
        return f"{numbers}, of {columns} ({', '.join(of_kinds)}{left_out})"

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold of it, for the model file."""
        return {
            "columns": [column.to_dict() for column in self.columns],
            "left_out": [[name, why] for name, why in self.left_out],
        }

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> "TableEncoder":
        """The encoder that `to_dict` stands for.

        Raises:
            FormatError: an entry is not what it may be.
        """
        columns, left_out = entries["columns"], entries["left_out"]
        for name, value in (("columns", columns), ("left_out", left_out)):
            if type(value) is not list or len(value) > MAX_COLUMNS:
                raise FormatError(f"features: {name} must be a list of at most {MAX_COLUMNS:,}")
        for pair in left_out:
            if type(pair) is not list or len(pair) != 2 or any(type(text) is not str for text in pair):
                raise FormatError(
                    "features: left_out must hold pairs of texts: a column's name, and why it is left out"
                )
        return cls(tuple(map(column_of, columns)), tuple((name, why) for name, why in left_out))


def column_of(entry: Any) -> Column:
    """The column that an entry of a model file stands for.

    Raises:
        FormatError: it is none.
    """
    kind = entry.get("is") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise FormatError(f"features: a column must be one of {', '.join(KINDS)}, not {str(kind)[:60]!r}")
    return KINDS[kind].from_dict(entry)


def printable(text: str, most: int = MAX_NAME_LENGTH) -> str:
    """The text on one line of at most so many characters, without control characters."""
    start = text if len(text) <= most else f"{text[: most - 1]}…"
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in start)
