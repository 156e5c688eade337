"""What was learnt of one column of a table, and the network inputs that its cells become."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from jaxtyping import Float, Int

from pellucid.data.features.table.cells import fault, is_text, numbers_of, texts_of, truths_of
from pellucid.data.features.table.entries import (
    is_count,
    is_finite,
    is_flag,
    is_list_of_names,
    is_name,
    read_column,
)
from pellucid.data.sources.extras import require_extra
from pellucid.errors import FormatError, counted

if TYPE_CHECKING:
    import pyarrow

MAX_CATEGORIES = 1000
"""Of one column, whatever one chooses."""
LARGEST = float(np.finfo(np.float32).max)
SHOWN_CATEGORIES = 4
EMPTY = "nothing"
"""What is said to stand in a missing cell."""
NUMBER = re.compile(r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
"""007 is none: it names something."""


@dataclass(frozen=True)
class Column(ABC):
    """A column that inputs are made of.

    Where cells were missing in the training part, one more input says of each row whether its cell is. Where none was,
    no such input could be learnt from: a cell that is missing later is filled like the others and not flagged.

    Parameters:
        name: as the table has it.
        missing: how many cells were in the training part.
    """

    KIND: ClassVar[str]
    """What the model file calls columns of this kind."""

    name: str
    missing: int

    @abstractmethod
    def own_inputs(self) -> list[str]:
        """The names of its inputs, that for missing cells apart."""

    @abstractmethod
    def encode_own(self, cells: "pyarrow.ChunkedArray", inputs: Float[np.ndarray, "n_rows n_own"]) -> np.ndarray:
        """Writes its inputs, which are 0 so far, that for missing cells apart.

        Returns:
            Which cells are missing, (n_rows,).

        Raises:
            DataError: a cell is not what the column holds.
        """

    @abstractmethod
    def told(self) -> str:
        """What it was taken for."""

    def measured(self) -> list[int]:
        """Which of its inputs are quantities, to be standardised; the others are 0 or 1, or between −1 and 1."""
        return []

    @abstractmethod
    def own_cell(self, inputs: Float[np.ndarray, " n_own"]) -> str:
        """The cell that its inputs, that for missing cells apart, were made of, as the table would have it."""

    def cell(self, inputs: Float[np.ndarray, " n_inputs"]) -> str:
        """The cell that all its inputs were made of; of a missing one, that it is."""
        return EMPTY if self.missing and inputs[-1] else self.own_cell(inputs)

    def inputs(self) -> list[str]:
        """The names of all its inputs."""
        return self.own_inputs() + ([f"{self.name} is missing"] if self.missing else [])

    def encode(self, cells: "pyarrow.ChunkedArray", inputs: Float[np.ndarray, "n_rows n_inputs"]) -> None:
        """Writes its inputs, which are 0 so far.

        Raises:
            DataError: a cell is not what the column holds; the message says which, unless there is only one.
        """
        if not self.missing:
            self.encode_own(cells, inputs)
            return
        inputs[:, -1] = self.encode_own(cells, inputs[:, :-1])

    def tell(self) -> str:
        """What it was taken for, and how many cells were missing."""
        return self.told() + (f"; {self.missing:,} missing in the training part" if self.missing else "")

    def to_dict(self) -> dict[str, Any]:
        """What the model file holds of it; what it leaves open is not there."""
        entry: dict[str, Any] = {"is": self.KIND, "name": self.name}
        return entry | ({"missing": self.missing} if self.missing else {})


@dataclass(frozen=True)
class NumberColumn(Column):
    """A column of numbers.

    Parameters:
        fill: what a missing cell counts as: the median of the training part.
        is_log: whether the input is sign(x)·log(1 + |x|) of the number x: for a column with a long tail.
        origin: what the numbers are counted from, where they differ by too little of their size for 32 bits.
    """

    KIND: ClassVar[str] = "number"

    fill: float
    is_log: bool = False
    origin: float = 0.0

    def own_inputs(self) -> list[str]:
        """One, named like the column and what is made of it: "log(1 + income)"."""
        if self.is_log:
            return [f"log(1 + {self.name})"]
        return [f"{self.name} − {self.origin:.12g}" if self.origin else self.name]

    def encode_own(self, cells: "pyarrow.ChunkedArray", inputs: Float[np.ndarray, "n_rows n_own"]) -> np.ndarray:
        """Writes the numbers, not yet standardised."""
        numbers = numbers_of(cells, self.name)
        is_missing = np.isnan(numbers)
        too_large = np.abs(numbers) > LARGEST
        if too_large.any():
            row = int(np.argmax(too_large))
            raise fault(self.name, f"a number up to {LARGEST:.1e}", float(numbers[row]), row, len(numbers))
        inputs[:, 0] = self.encoded(np.where(is_missing, self.fill, numbers))
        return is_missing

    def encoded(self, numbers: Float[np.ndarray, " n_rows"]) -> Float[np.ndarray, " n_rows"]:
        """The numbers as the input has them before it is standardised."""
        return signed_log(numbers) if self.is_log else numbers - self.origin

    def measured(self) -> list[int]:
        """The numbers are quantities."""
        return [0]

    def own_cell(self, inputs: Float[np.ndarray, " n_own"]) -> str:
        """The number as it stood in the table."""
        value = float(inputs[0])
        return f"{signed_exp(value):.6g}" if self.is_log else f"{value + self.origin:.{12 if self.origin else 7}g}"

    def told(self) -> str:
        """Numbers, and what is made of them."""
        return f"numbers{', as log(1 + x)' if self.is_log else ''}"

    def to_dict(self) -> dict[str, Any]:
        """What the model file holds of it."""
        entry = super().to_dict() | {"fill": self.fill}
        return entry | ({"log": True} if self.is_log else {}) | ({"origin": self.origin} if self.origin else {})

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> "NumberColumn":
        """The column that `to_dict` stands for.

        Raises:
            FormatError: an entry is not what it may be.
        """
        required = {"is": is_name, "name": is_name, "fill": is_finite}
        read_column(entry, required, {"missing": is_count, "log": is_flag, "origin": is_finite})
        fill, is_log, origin = float(entry["fill"]), entry.get("log", False), float(entry.get("origin", 0.0))
        if abs(fill) > LARGEST or abs(origin) > LARGEST or (is_log and origin):
            raise FormatError("features: fill and origin of a column must fit into 32 bits, and a log has no origin")
        return cls(entry["name"], entry.get("missing", 0), fill, is_log, origin)


@dataclass(frozen=True)
class TruthColumn(Column):
    """A column of true and false.

    Parameters:
        fill: what a missing cell counts as: the commoner of the two in the training part.
    """

    KIND: ClassVar[str] = "truth"

    fill: bool

    def own_inputs(self) -> list[str]:
        """One, named like the column."""
        return [self.name]

    def encode_own(self, cells: "pyarrow.ChunkedArray", inputs: Float[np.ndarray, "n_rows n_own"]) -> np.ndarray:
        """Writes 1 for true and 0 for false."""
        truths = truths_of(cells, self.name)
        is_missing = np.isnan(truths)
        inputs[:, 0] = np.where(is_missing, float(self.fill), truths)
        return is_missing

    def own_cell(self, inputs: Float[np.ndarray, " n_own"]) -> str:
        """True or false."""
        return "true" if inputs[0] else "false"

    def told(self) -> str:
        """True or false."""
        return "true or false"

    def to_dict(self) -> dict[str, Any]:
        """What the model file holds of it."""
        return super().to_dict() | {"fill": self.fill}

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> "TruthColumn":
        """The column that `to_dict` stands for.

        Raises:
            FormatError: an entry is not what it may be.
        """
        read_column(entry, {"is": is_name, "name": is_name, "fill": is_flag}, {"missing": is_count})
        return cls(entry["name"], entry.get("missing", 0), entry["fill"])


@dataclass(frozen=True)
class CategoryColumn(Column):
    """A column of texts, or of numbers that stand for something, of which each is one of several.

    Each category has an input, which is 1 where the cell is that one and 0 elsewhere. All that are rare in the training
    part share one, which stands for those that were never seen too. Where none was rare, nothing could be learnt of
    such an input (its weights would stay what they were drawn as), so there is none: a category that was never seen,
    and a missing cell where none was missing, then leaves all inputs of the column at 0.

    Parameters:
        categories: in the order of their inputs.
        rare: how many cells of the training part hold another one.
    """

    KIND: ClassVar[str] = "category"

    categories: tuple[str, ...]
    rare: int = 0

    def own_inputs(self) -> list[str]:
        """One a category, "workclass = Private", and one for the others, "workclass is another"."""
        names = [f"{self.name} = {category}" for category in self.categories]
        return names + ([f"{self.name} is another"] if self.rare else [])

    def encode_own(self, cells: "pyarrow.ChunkedArray", inputs: Float[np.ndarray, "n_rows n_own"]) -> np.ndarray:
        """Writes a single 1 a row."""
        pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
        texts = texts_of(cells, self.name)
        known = pc.index_in(texts, value_set=pa.array(self.categories, pa.large_string()))
        place = known.fill_null(len(self.categories)).to_numpy()
        if not is_text(cells.type):
            place = np.where(place == len(self.categories), self._places_by_value(texts), place)
        is_missing = texts.is_null().to_numpy()
        has_input = ~is_missing & (place < inputs.shape[1])
        inputs[np.flatnonzero(has_input), place[has_input]] = 1
        return is_missing

    def own_cell(self, inputs: Float[np.ndarray, " n_own"]) -> str:
        """The category; of one that has no input of its own, only that it is another."""
        if not inputs.any():
            return f"another, or {EMPTY}"
        return (*self.categories, "another")[int(inputs.argmax())]

    def _places_by_value(self, texts: "pyarrow.ChunkedArray") -> Int[np.ndarray, " n_rows"]:
        """The category of each cell that is not written as the training part's was; their number where there is none.

        In a table with nothing but numbers or truths in the column these are read as such: 1.50 comes as 1.5.
        """
        place_of = {value_of(category): place for place, category in reversed(list(enumerate(self.categories)))}
        coded = texts.combine_chunks().dictionary_encode()
        n_categories = len(self.categories)
        of_distinct = [place_of.get(value_of(text), n_categories) for text in coded.dictionary.to_pylist()]
        numbers = coded.indices.fill_null(len(of_distinct)).to_numpy(zero_copy_only=False)
        return np.array([*of_distinct, n_categories])[numbers]

    def told(self) -> str:
        """How many categories, and the first of them."""
        shown = ", ".join(self.categories[:SHOWN_CATEGORIES]) + (", …" * (len(self.categories) > SHOWN_CATEGORIES))
        others = f", and in {counted(self.rare, 'cell')} rarer ones, taken together" if self.rare else ""
        return f"{counted(len(self.categories), 'category', 'categories')} ({shown}){others}"

    def to_dict(self) -> dict[str, Any]:
        """What the model file holds of it."""
        entry = super().to_dict() | {"categories": list(self.categories)}
        return entry | ({"rare": self.rare} if self.rare else {})

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> "CategoryColumn":
        """The column that `to_dict` stands for.

        Raises:
            FormatError: an entry is not what it may be.
        """
        required = {"is": is_name, "name": is_name, "categories": is_list_of_names(MAX_CATEGORIES)}
        read_column(entry, required, {"missing": is_count, "rare": is_count})
        return cls(entry["name"], entry.get("missing", 0), tuple(entry["categories"]), entry.get("rare", 0))


def value_of(text: str) -> float | str:
    """What a text stands for where it is a number or a truth value: "1.50" and "1.5" for the same.

    >>> value_of("1.50"), value_of("TRUE"), value_of("007")
    (1.5, 'true', '007')
    """
    if text.lower() in ("true", "false"):
        return text.lower()
    return float(text) if NUMBER.fullmatch(text) else text


def signed_log(numbers: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """sign(x)·log(1 + |x|), which shortens long tails on both sides and leaves what is near 0 as it is."""
    return np.sign(numbers) * np.log1p(np.abs(numbers))


def signed_exp(value: float) -> float:
    """`signed_log` undone."""
    with np.errstate(over="ignore"):
        return float(np.sign(value) * np.expm1(np.abs(value)))
