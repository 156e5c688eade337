"""Raw examples to input vectors: the shape that is required, and the scale that is applied."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, get_args

from jaxtyping import Float, Shaped

from pellucid.arrays import Array, namespace
from pellucid.errors import FormatError, InvalidValueError

Normalisation: TypeAlias = Literal["none", "mnist", "uci-digits"]
"""The rule by which a picture file becomes a raw example."""
NORMALISATIONS: tuple[str, ...] = get_args(Normalisation)


@dataclass(frozen=True)
class Features:
    """How the raw examples of a data set become input vectors; it travels in the model file.

    Parameters:
        shape: Of one raw example, such as (28, 28).
        scale: Raw value × scale = network input; 1/255 for MNIST, 1/16 for the digits, 1 for plain numbers.
        normalisation: The rule by which a picture file becomes a raw example; "none" where there is no such rule.
    """

    KIND: ClassVar[str] = "array"
    """What the model file calls features of this kind, so that others (text, tables, sound) can come beside them."""

    shape: tuple[int, ...]
    scale: float = 1.0
    normalisation: Normalisation = "none"

    def __post_init__(self) -> None:
        if not self.shape or any(size < 1 for size in self.shape):
            raise InvalidValueError(f"features: shape must hold whole numbers of at least 1, not {self.shape}")
        if not (math.isfinite(self.scale) and self.scale > 0):
            raise InvalidValueError(f"features: scale must be a finite number above 0, not {self.scale}")
        if self.normalisation not in NORMALISATIONS:
            raise InvalidValueError(
                f"features: normalisation must be one of {', '.join(NORMALISATIONS)}, not {self.normalisation!r}"
            )

    @property
    def n_features(self) -> int:
        """The length of one input vector."""
        return math.prod(self.shape)

    def vectors(self, raw: Shaped[Array, "..."]) -> Float[Array, "*n_samples n_features"]:
        """The input vectors of one raw example or of several, whichever the shape says.

        Where examples have the shape (1, k), an array of that shape is one example: `batch` is for a batch of one.

        Parameters:
            raw: One example, of this shape or flat (n_features,), or n of them, stacked along the first axis.

        Returns:
            (n_features,) for one example, (n, n_features) for n; of the dtype that `batch` gives.

        Raises:
            InvalidValueError: The shape is another one, or the array does not hold real numbers.
        """
        if raw.shape in (self.shape, (self.n_features,)):
            return self.batch(raw[None])[0]
        return self.batch(raw)

    def batch(self, raw: Shaped[Array, "..."]) -> Float[Array, "n_samples n_features"]:
        """The input vectors of n raw examples, in their own array library, also inside a compiled function.

        Parameters:
            raw: n examples stacked along the first axis, each of this shape or flat: (n, …), also with n = 1.

        Returns:
            (n, n_features), of dtype float32. Only floating-point values that need no scaling keep their own dtype: a
            scaled value is the same whichever dtype it was stored in.

        Raises:
            InvalidValueError: The shape is another one, or the array does not hold real numbers.
        """
        xp = namespace(raw)
        if not xp.isdtype(raw.dtype, ("bool", "integral", "real floating")):
            raise InvalidValueError(f"raw examples: real numbers are required, an array of dtype {raw.dtype} arrived")
        flat = (self.n_features,)
        if raw.shape[1:] not in (self.shape, flat):
            raise InvalidValueError(
                f"raw examples: shape {self.shape} or {flat} is required, alone or n of them stacked along the first "
                f"axis; shape {raw.shape} arrived"
            )
        vectors = xp.reshape(raw, (raw.shape[0], self.n_features))
        if self.scale == 1:
            return vectors if xp.isdtype(raw.dtype, "real floating") else xp.astype(vectors, xp.float32)
        return xp.astype(vectors, xp.float32) * self.scale

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold of it, for the model file."""
        return {"kind": self.KIND, "shape": list(self.shape), "scale": self.scale, "normalisation": self.normalisation}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> "Features":
        """The features that `to_dict` wrote.

        Raises:
            FormatError: An entry is missing, unknown or not what it may be.
        """
        if "kind" in entries and entries["kind"] != cls.KIND:
            raise FormatError(
                f"features: kind must be '{cls.KIND}', not {entries['kind']!r}; if a newer Pellucid wrote it, upgrade "
                "with: pip install --upgrade pellucid"
            )
        required = {"kind", "shape", "scale", "normalisation"}
        if set(entries) != required:
            raise FormatError(
                f"features: the entries {', '.join(sorted(required))} are required, "
                f"{', '.join(sorted(map(str, entries))) or 'none'} arrived"
            )
        shape, scale, normalisation = entries["shape"], entries["scale"], entries["normalisation"]
        # bool is a kind of int in Python, and JSON tells the two apart: hence `type` and not `isinstance`.
        if type(shape) not in (list, tuple) or any(type(size) is not int for size in shape):
            raise FormatError(f"features: shape must be a list of whole numbers, not {shape!r}")
        if type(scale) not in (int, float):
            raise FormatError(f"features: scale must be a number, not {scale!r}")
        if normalisation not in NORMALISATIONS:
            raise FormatError(
                f"features: normalisation must be one of {', '.join(NORMALISATIONS)}, not {normalisation!r}"
            )
        try:
            return cls(tuple(shape), float(scale), normalisation)
        except (InvalidValueError, OverflowError) as error:
            raise FormatError(str(error)) from error
