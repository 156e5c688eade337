"""What all encoders have in common: a raw example of one kind becomes an array of numbers, always of the same shape."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from jaxtyping import Shaped

from pellucid.errors import FormatError


class Scaling(NamedTuple):
    """(encoded value − shift) × scale = network input.

    Attributes:
        scale: one number for all inputs, or float32 (n_features,).
        shift: likewise.
    """

    scale: float | np.ndarray = 1.0
    shift: float | np.ndarray = 0.0


class Axis(NamedTuple):
    """What runs along one side of the picture of an example.

    Attributes:
        name: of the quantity: "frequency".
        unit: of the numbers at the ticks, "Hz"; "" where they are mere counts.
        ticks: where numbers stand, in rows from the top or columns from the left, and the numbers; the first to begin.
    """

    name: str
    unit: str
    ticks: tuple[tuple[float, str], ...]

    @property
    def label(self) -> str:
        """What stands beside an axis with its ticks: "frequency (Hz)"."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    @property
    def span(self) -> str:
        """What is said where there is no room for ticks: "frequency, 97 to 3762 Hz"."""
        return f"{self.name}, {self.ticks[0][1]} to {self.ticks[-1][1]} {self.unit}".rstrip()


class Axes(NamedTuple):
    """What the places of a picture stand for.

    Attributes:
        upward: from the bottom to the top.
        rightward: from the left to the right.
    """

    upward: Axis
    rightward: Axis


class Encoder(ABC):
    """How raw examples of one kind (pictures, sounds, texts, rows of a table, numbers) become arrays of numbers.

    What an encoder has learnt (a vocabulary, the categories of a column) it learnt from training examples alone. It is
    a frozen dataclass of plain data, which the model file holds.
    """

    KIND: ClassVar[str]
    """What the model file calls encoders of this kind."""
    ENTRIES: ClassVar[frozenset[str]]
    """The keys that `to_dict` writes, besides the kind."""

    shape: tuple[int, ...]
    """Of one encoded example; a field or a property."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the encoded values."""
        return np.dtype(np.float32)

    def keeps(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> bool:
        """Whether raw examples that are arrays of that shape and type become just what they are."""
        return False

    @abstractmethod
    def encode(self, examples: Any) -> Shaped[np.ndarray, " n_samples *shape"]:
        """The encoded examples, stacked along the first axis.

        Parameters:
            examples: several raw examples of this kind, as `pellucid.data.sources` gives them.

        Raises:
            FormatError, DataError: one cannot be encoded; the message does not name it, the caller does.
        """

    def gathered(self, raw: Any) -> Any:
        """What a person gives, one raw example or several, as `encode` takes them: several.

        Raises:
            InvalidValueError: it is no raw example of this kind.
        """
        return raw if isinstance(raw, Sequence) and not isinstance(raw, str | bytes) else [raw]

    def is_raw(self, raw: Any) -> bool:
        """Whether that is to be encoded even where NumPy could make numbers of it, as of a DataFrame."""
        return isinstance(raw, str | bytes | Mapping)

    def scaling(self, encoded: Shaped[np.ndarray, "n_samples ..."]) -> Scaling:
        """What makes network inputs of encoded values, learnt from the training part's (n_samples, n_features)."""
        return Scaling()

    @abstractmethod
    def input_name(self, index: int) -> str:
        """What input `index` (from 0) is, as one says it: pixel (12, 7), word "free", age, 440 Hz at 0.12 s."""

    def input_value(self, index: int, encoded: Shaped[np.ndarray, " n_features"]) -> str:
        """What that input of an encoded example was made of, in the terms of the raw one: "39", "female", "−12 dB"."""
        return f"{encoded[index]:.4g}"

    @abstractmethod
    def describe(self) -> str:
        """In one sentence, how a raw example is encoded."""

    def picture(self, encoded: Shaped[np.ndarray, "..."]) -> np.ndarray | None:
        """One encoded example as a picture, (height, width) or (height, width, 3) from 0 to 1; None: it is none."""
        return None

    def axes(self) -> Axes | None:
        """What runs along the sides of `picture`; None where its places are mere pixels, or there is none."""
        return None

    def laid_out(self, values: Shaped[np.ndarray, "..."]) -> np.ndarray:
        """A number for each input, (…, n_features), as `picture` lays them out: (…, *shape), unless that turns it."""
        return values.reshape(*values.shape[:-1], *self.shape)

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold of it, for the model file: the keys are `ENTRIES`."""

    def tensors(self) -> dict[str, np.ndarray]:
        """What of it are arrays, for the model file, by name."""
        return {}

    @classmethod
    @abstractmethod
    def from_dict(cls, entries: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> "Encoder":
        """The encoder that `to_dict` and `tensors` stand for; the keys are checked already, their values are not.

        Raises:
            FormatError: a value or a tensor is not what it may be.
        """


def require_entries(entries: Mapping[str, Any], required: frozenset[str] | set[str]) -> None:
    """Checks the keys of an entry of a model file.

    Raises:
        FormatError: one is missing or unknown.
    """
    if set(entries) != required:
        raise FormatError(
            f"features: the entries {', '.join(sorted(required))} are required, "
            f"{', '.join(sorted(map(str, entries))) or 'none'} arrived"
        )
