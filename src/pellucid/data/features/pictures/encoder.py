"""Pictures to pixels: all of one size, grey or in colour, made as the examples of the data set were made."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypeAlias, cast, get_args

import numpy as np
from jaxtyping import Shaped

from pellucid.data.features.encoder import Encoder, Scaling
from pellucid.data.features.pictures.files import Picture, source_name
from pellucid.data.features.pictures.normalise import InkRule, normalise_picture
from pellucid.data.features.pictures.photographs import fit_clothing, fit_photograph
from pellucid.errors import DataError, FormatError, InvalidValueError, described

Rule: TypeAlias = Literal["none", "fit", "mnist", "uci-digits", "fashion-mnist"]
"""By which a picture becomes an encoded example; "none": only pixels of the right shape are examples."""
RULES: tuple[str, ...] = get_args(Rule)
Contrast: TypeAlias = Literal["as-is", "evened"]
CONTRASTS: tuple[str, ...] = get_args(Contrast)
MAX_PIXELS = 2**24
"""Values of one example."""
LEAST_DEVIATION = 0.05
"""Added to a picture's standard deviation, so that the noise of one that is all but plain is not blown up."""


def _by_ink(source: Picture, shape: tuple[int, ...], rule: InkRule) -> np.ndarray:
    return normalise_picture(source, (shape[0], shape[1]), rule).pixels


_MADE_BY: Mapping[str, Callable[[Picture, tuple[int, ...]], np.ndarray]] = MappingProxyType(
    {
        "fit": fit_photograph,
        "mnist": lambda source, shape: _by_ink(source, shape, "mnist"),
        "uci-digits": lambda source, shape: _by_ink(source, shape, "uci-digits"),
        "fashion-mnist": fit_clothing,
    }
)
_TOLD: Mapping[str, str] = MappingProxyType(
    {
        "none": "",
        "fit": ", scaled to cover that field with anti-aliasing, the middle cut out",
        "mnist": ", the ink scaled and centred by its mass as in MNIST",
        "uci-digits": ", the ink set upright and its points counted as in the UCI digits",
        "fashion-mnist": ", trimmed, subsampled, sharpened, centred and negated as in Fashion-MNIST",
    }
)


@dataclass(frozen=True)
class PictureEncoder(Encoder):
    """Raw examples that are pictures: files, their bytes, or arrays of pixels.

    Parameters:
        shape: (height, width) in pixels of a grey picture, (height, width, 3) of one in colour.
        rule: by which a picture becomes an encoded example.
        contrast: "as-is", pixels of a byte; or "evened": each picture's values from 0 to 1, less their mean, over
            their standard deviation + 0.05, so that neither light nor a faint print makes a difference.
    """

    KIND: ClassVar[str] = "pictures"
    ENTRIES: ClassVar[frozenset[str]] = frozenset({"shape", "rule", "contrast"})

    shape: tuple[int, ...]
    rule: Rule = "none"
    contrast: Contrast = "as-is"

    def __post_init__(self) -> None:
        is_picture = len(self.shape) == 2 or (len(self.shape) == 3 and self.shape[2] == 3)
        if not is_picture or any(size < 1 for size in self.shape) or math.prod(self.shape) > MAX_PIXELS:
            raise InvalidValueError(
                "features: shape must be (height, width) or (height, width, 3), in all from 1 to "
                f"{MAX_PIXELS:,} values, not {self.shape}"
            )
        for name, value, known in (("rule", self.rule, RULES), ("contrast", self.contrast, CONTRASTS)):
            if value not in known:
                raise InvalidValueError(f"features: {name} must be one of {', '.join(known)}, not {value!r}")
        if len(self.shape) == 3 and self.rule not in ("none", "fit"):
            raise InvalidValueError(
                f"features: the rule {self.rule} makes grey pictures, of shape (height, width), not {self.shape}"
            )

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the encoded values: a byte each, unless their contrast is evened."""
        return np.dtype(np.uint8 if self.contrast == "as-is" else np.float32)

    @property
    def greatest(self) -> int:
        """What a pixel may be before its contrast is evened."""
        return 16 if self.rule == "uci-digits" else 255

    def keeps(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> bool:
        """Pixels of its own shape, unless their contrast is evened."""
        return (shape, dtype, self.contrast) == (self.shape, np.dtype(np.uint8), "as-is")

    def encode(self, examples: Any) -> Shaped[np.ndarray, " n_samples *shape"]:
        """The pixels of pictures, one after the other.

        Parameters:
            examples: files, files' bytes, or uint8 pixels. Pixels of this shape are an example's already; others,
                of any size, grey or in colour, become one by the rule.

        Raises:
            FormatError, MissingFileError: one cannot be read. DataError: no ink stands out in it.
            InvalidValueError: no rule is known for these, or it is no picture.
        """
        encoded = [self._encode(example) for example in examples]
        return np.stack(encoded) if encoded else np.empty((0, *self.shape), self.dtype)

    def _encode(self, example: Picture) -> np.ndarray:
        if isinstance(example, np.ndarray) and example.shape == self.shape and example.dtype == np.uint8:
            pixels = example
        elif self.rule == "none":
            raise InvalidValueError(
                f"features: no rule is known by which pictures become examples of these; pixels of shape {self.shape} "
                "are required"
            )
        else:
            try:
                pixels = _MADE_BY[self.rule](example, self.shape)
            except (DataError, FormatError) as error:
                if isinstance(example, Path):
                    raise
                # Pixels and bytes have no name of their own: only the caller knows which picture this is.
                raise type(error)(str(error).removeprefix(f"{source_name(example)}: ")) from error
        if self.contrast == "as-is":
            return pixels
        # The mean of whole numbers is exact where they are all alike, and the picture then becomes all zeros.
        values = (pixels - pixels.mean()) / self.greatest
        return (values / (values.std() + LEAST_DEVIATION)).astype(np.float32)

    def is_raw(self, raw: Any) -> bool:
        """Whether that is a file or pixels still to be encoded.

        Whole numbers in this shape are an encoded example's, unless its contrast is still to be evened; uint8 pixels in
        another shape are a picture, or several, if there is a rule for them.
        """
        if not isinstance(raw, np.ndarray):
            return super().is_raw(raw)
        if self._is_in_shape(raw):
            return self.contrast == "evened" and raw.dtype.kind in "ui"
        return self.rule != "none" and raw.dtype == np.uint8 and 2 <= raw.ndim <= 4

    def _is_in_shape(self, pixels: np.ndarray) -> bool:
        """Whether the array is one example or several in this shape, or flat."""
        own = (self.shape, (math.prod(self.shape),))
        return pixels.shape in own or pixels.shape[1:] in own

    def _parted(self, pixels: np.ndarray) -> list[np.ndarray]:
        """The pictures in one array of pixels."""
        if self._is_in_shape(pixels):
            is_byte = pixels.dtype.kind in "ui" and pixels.min(initial=0) >= 0 and pixels.max(initial=0) <= 255
            if not is_byte:
                raise InvalidValueError("pictures: pixels that are whole numbers from 0 to 255 are required")
            return list(pixels.astype(np.uint8).reshape(-1, *self.shape))
        is_one = pixels.ndim < 3 or (pixels.ndim == 3 and pixels.shape[2] == 3)
        return [pixels] if is_one else list(pixels)

    def gathered(self, raw: Any) -> list[Picture]:
        """One picture or several as a list: a text is a file's path, an array of pixels may hold several.

        Raises:
            InvalidValueError: it is neither a file, nor bytes, nor pixels.
        """
        several = raw if isinstance(raw, Sequence) and not isinstance(raw, str | bytes) else [raw]
        pictures: list[object] = []
        for picture in several:
            is_pixels = isinstance(picture, np.ndarray)
            pictures += self._parted(picture) if is_pixels else [Path(picture) if isinstance(picture, str) else picture]
        for picture in pictures:
            if not isinstance(picture, Path | bytes | np.ndarray):
                raise InvalidValueError(
                    "pictures: files, their bytes, or uint8 arrays of pixels are required, got "
                    f"{type(picture).__name__}"
                )
        return cast(list[Picture], pictures)

    def scaling(self, encoded: Shaped[np.ndarray, "n_samples ..."]) -> Scaling:
        """Bytes become numbers from 0 to 1; values of evened contrast stay as they are."""
        return Scaling(1 / self.greatest) if self.contrast == "as-is" else Scaling()

    def input_name(self, index: int) -> str:
        """The pixel's row and column, counted from 1: "pixel (12, 7)"; in colour also which of red, green and blue."""
        row, column, *channel = (int(k) for k in np.unravel_index(index, self.shape))
        colour = f"{('red', 'green', 'blue')[channel[0]]} of " if channel else ""
        return f"{colour}pixel ({row + 1}, {column + 1})"

    def describe(self) -> str:
        """In one sentence, how a raw example is encoded."""
        colour = "grey" if len(self.shape) == 2 else "in colour"
        evened = f"; then each picture's values from 0 to 1, less their mean, over their deviation + {LEAST_DEVIATION}"
        evened = evened if self.contrast == "evened" else ""
        return f"pictures of {self.shape[0]} × {self.shape[1]} pixels, {colour}{_TOLD[self.rule]}{evened}"

    def picture(self, encoded: Shaped[np.ndarray, "..."]) -> np.ndarray:
        """The picture itself, its brightest value being 1; of evened contrast, its darkest being 0 as well.

        How light and how rich in contrast such a picture was is no longer known: that is what evening is for.
        """
        values = np.asarray(encoded, np.float64).reshape(self.shape)
        if self.contrast == "evened":
            values = values - values.min()
        return values / max(float(values.max()), 1e-9)

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold of it, for the model file."""
        return {"shape": list(self.shape), "rule": self.rule, "contrast": self.contrast}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> "PictureEncoder":
        """The encoder that `to_dict` stands for.

        Raises:
            FormatError: an entry is not what it may be.
        """
        shape, rule, contrast = entries["shape"], entries["rule"], entries["contrast"]
        # bool is a kind of int in Python, and JSON tells the two apart: hence `type` and not `isinstance`.
        if type(shape) not in (list, tuple) or len(shape) > 3 or any(type(size) is not int for size in shape):
            raise FormatError(f"features: shape must be a list of 2 or 3 whole numbers, not {described(shape)}")
        for name, value, known in (("rule", rule, RULES), ("contrast", contrast, CONTRASTS)):
            if not isinstance(value, str) or value not in known:
                raise FormatError(f"features: {name} must be one of {', '.join(known)}, not {described(value)}")
        try:
            return cls(tuple(shape), cast(Rule, rule), cast(Contrast, contrast))
        except InvalidValueError as error:
            raise FormatError(str(error)) from error
