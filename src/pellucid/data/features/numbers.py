"""Numbers as they are: arrays of one shape."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Shaped

from pellucid.data.features.encoder import Encoder
from pellucid.errors import DataError, FormatError, InvalidValueError


@dataclass(frozen=True)
class NumberEncoder(Encoder):
    """Raw examples that are arrays of numbers already.

    Parameters:
        shape: of one example.
    """

    KIND: ClassVar[str] = "numbers"
    ENTRIES: ClassVar[frozenset[str]] = frozenset({"shape"})

    shape: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.shape or any(size < 1 for size in self.shape):
            raise InvalidValueError(f"features: shape must hold whole numbers of at least 1, not {self.shape}")

    def keeps(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> bool:
        """Numbers of its own shape and type, all of which must be finite."""
        return (shape, dtype) == (self.shape, self.dtype)

    def encode(self, examples: Any) -> Shaped[np.ndarray, " n_samples *shape"]:
        """The numbers themselves, also those of a table.

        Raises:
            DataError: they are no numbers, more or fewer than an example has, or not finite.
        """
        numbers = np.asarray(examples)
        n_numbers, is_number = math.prod(self.shape), np.isdtype(numbers.dtype, ("bool", "integral", "real floating"))
        if not is_number or numbers.size != len(numbers) * n_numbers:
            told = f"{numbers.size // max(len(numbers), 1):,}" if is_number else "something else"
            raise DataError(f"{n_numbers:,} numbers are required, {told} arrived")
        if not np.isfinite(numbers).all():
            raise DataError("finite numbers are required, NaN or infinity is among them")
        return numbers.reshape(-1, *self.shape)

    def input_name(self, index: int) -> str:
        """The number's place, counted from 1: "number 5", in several dimensions "number (2, 5)"."""
        place = [int(k) + 1 for k in np.unravel_index(index, self.shape)]
        return f"number {place[0]}" if len(place) == 1 else f"number ({', '.join(map(str, place))})"

    def describe(self) -> str:
        """In one sentence, how a raw example is encoded."""
        return f"{' × '.join(map(str, self.shape))} numbers"

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold of it, for the model file."""
        return {"shape": list(self.shape)}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> "NumberEncoder":
        """The encoder that `to_dict` stands for.

        Raises:
            FormatError: the shape is none.
        """
        shape = entries["shape"]
        # bool is a kind of int in Python, and JSON tells the two apart: hence `type` and not `isinstance`.
        if type(shape) not in (list, tuple) or any(type(size) is not int for size in shape):
            raise FormatError(f"features: shape must be a list of whole numbers, not {shape!r}")
        return cls(tuple(shape))
