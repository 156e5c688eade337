"""Raw examples to input vectors: an encoder, once and outside the compiled step, then a shift and a scale within it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from jaxtyping import Float, Shaped

from pellucid.arrays import Array, namespace
from pellucid.data.features.encoder import Encoder, require_entries
from pellucid.errors import FormatError, InvalidValueError, look_up

EACH = "each"
"""What a model file says in the place of a number where every input has its own, in a tensor."""
PREFIX = "features."
"""How the names of these tensors begin in a model file."""


@dataclass(frozen=True, eq=False)
class Features:
    """How the raw examples of a data set become input vectors; it travels in the model file.

    *Formula*: network input = (encoded value − shift) × scale.

    Parameters:
        encoder: makes of a raw example an array of numbers of one shape: what `Part.raw` holds.
        scale: one number for all inputs, or one each, (n_features,); 1/255 for MNIST.
        shift: likewise.
    """

    encoder: Encoder
    scale: float | Float[np.ndarray, " n_features"] = 1.0
    shift: float | Float[np.ndarray, " n_features"] = 0.0

    def __post_init__(self) -> None:
        for name, value in (("scale", self.scale), ("shift", self.shift)):
            numbers = np.asarray(value)
            if numbers.shape not in ((), (self.n_features,)):
                raise InvalidValueError(
                    f"features: {name} must be one number or {self.n_features}, got shape {numbers.shape}"
                )
            is_right = np.isfinite(numbers) & ((numbers > 0) | (name != "scale"))
            if not is_right.all():
                required = "finite and above 0" if name == "scale" else "finite"
                raise InvalidValueError(f"features: {name} must be {required}, got {numbers[~is_right][0]}")
            # float32 and one form, so that what is trained, saved and explained is the same number.
            object.__setattr__(self, name, float(numbers) if numbers.ndim == 0 else numbers.astype(np.float32))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Features):
            return NotImplemented
        mine, theirs = self.tensors(), other.tensors()
        return (
            self.to_dict() == other.to_dict()
            and set(mine) == set(theirs)
            and all(np.array_equal(mine[name], theirs[name]) for name in mine)
        )

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    @classmethod
    def learnt(cls, encoder: Encoder, encoded: Shaped[np.ndarray, "n_samples ..."]) -> "Features":
        """The features with the scaling that the encoder learns from the training part's encoded examples."""
        scaling = encoder.scaling(encoded.reshape(len(encoded), -1))
        return cls(encoder, scaling.scale, scaling.shift)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one encoded example, such as (28, 28)."""
        return self.encoder.shape

    @property
    def n_features(self) -> int:
        """The length of one input vector."""
        return math.prod(self.shape)

    @property
    def is_scaled(self) -> bool:
        """Whether inputs differ from encoded values."""
        has_one_number_each = isinstance(self.scale, float) and isinstance(self.shift, float)
        return not has_one_number_each or self.scale != 1 or self.shift != 0

    def encoded(self, raw: Any) -> Shaped[np.ndarray, "..."]:
        """Raw examples as this encoder encodes them; arrays of numbers are so already, unless it says otherwise.

        Parameters:
            raw: one example or several: numbers, or what the encoder takes (a picture's file, a text, a row, a sound).

        Returns:
            Numbers that are encoded already as they came; else (n, *shape).

        Raises:
            InvalidValueError: it is no such example. FormatError, DataError: it cannot be encoded.
        """
        if not self.encoder.is_raw(raw):
            try:
                array = np.asarray(raw)
            except ValueError:
                array = np.empty((), object)
            if np.isdtype(array.dtype, ("bool", "numeric")):
                if not self.encoder.is_raw(array):
                    return array
                holds_arrays = isinstance(raw, Sequence) and isinstance(raw[0], np.ndarray)
                raw = raw if holds_arrays else array
        return self.encoder.encode(self.encoder.gathered(raw))

    def vectors(self, raw: Shaped[Array, "..."]) -> Float[Array, "*n_samples n_features"]:
        """The input vectors of one encoded example or of several, whichever the shape says.

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
        """The input vectors of n encoded examples, in their own array library, also inside a compiled function.

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
        if not self.is_scaled:
            return vectors if xp.isdtype(raw.dtype, "real floating") else xp.astype(vectors, xp.float32)
        return self.scaled(xp.astype(vectors, xp.float32))

    def scaled(self, encoded: Float[Array, "... n_features"]) -> Float[Array, "... n_features"]:
        """(encoded − shift) × scale, in the numbers' own precision."""
        if isinstance(self.shift, np.ndarray) or self.shift != 0:
            encoded = encoded - self.shift
        return encoded * self.scale

    def unscaled(self, vectors: Float[np.ndarray, "... n_features"]) -> Float[np.ndarray, "... n_features"]:
        """The encoded values of input vectors: `scaled` undone, in float64."""
        return np.asarray(vectors, np.float64) / self.scale + self.shift

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold of it, for the model file; `tensors` has the rest."""
        return {
            "kind": self.encoder.KIND,
            "scale": EACH if isinstance(self.scale, np.ndarray) else self.scale,
            "shift": EACH if isinstance(self.shift, np.ndarray) else self.shift,
            **self.encoder.to_dict(),
        }

    def tensors(self) -> dict[str, np.ndarray]:
        """What of it are arrays, for the model file, under names that begin with `features.`"""
        named = {"scale": self.scale, "shift": self.shift, **self.encoder.tensors()}
        return {f"{PREFIX}{name}": value for name, value in named.items() if isinstance(value, np.ndarray)}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any], tensors: Mapping[str, np.ndarray] | None = None) -> "Features":
        """The features that `to_dict` and `tensors` wrote.

        Raises:
            FormatError: An entry or a tensor is missing, unknown or not what it may be.
        """
        from pellucid.data.features import ENCODERS

        given = {name.removeprefix(PREFIX): tensor for name, tensor in (tensors or {}).items()}
        kind = entries.get("kind")
        if not isinstance(kind, str) or kind not in ENCODERS:
            raise FormatError(
                f"features: kind must be one of {', '.join(ENCODERS)}, not {kind!r}; if a newer Pellucid wrote it, "
                "upgrade with: pip install --upgrade pellucid"
            )
        encoder_kind = look_up(kind, ENCODERS, "features: kind")
        require_entries(entries, {"kind", "scale", "shift"} | encoder_kind.ENTRIES)
        try:
            numbers = {name: scaling_number(name, entries[name], given) for name in ("scale", "shift")}
            encoder = encoder_kind.from_dict({name: entries[name] for name in encoder_kind.ENTRIES}, given)
            features = cls(encoder, **numbers)
        except (InvalidValueError, OverflowError) as error:
            raise FormatError(str(error)) from error
        known = {name.removeprefix(PREFIX) for name in features.tensors()}
        if set(given) != known:
            odd = ", ".join(sorted(set(given) ^ known)[:4])
            raise FormatError(f"features: the tensors {', '.join(sorted(known)) or 'none'} are required, not {odd}")
        return features


def scaling_number(name: str, entry: Any, tensors: Mapping[str, np.ndarray]) -> float | np.ndarray:
    """Scale or shift from its entry, or from the tensor that the entry points to.

    Raises:
        FormatError: it is neither a number nor such a tensor.
    """
    if entry == EACH and name in tensors and np.isdtype(tensors[name].dtype, "real floating"):
        return tensors[name]
    if type(entry) not in (int, float):
        raise FormatError(f"features: {name} must be a number, or '{EACH}' with a tensor of them, not {entry!r}")
    return float(cast(float, entry))
