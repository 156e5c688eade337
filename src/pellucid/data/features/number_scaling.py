"""How numbers become network inputs of about the same size: what is learnt of them besides their shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from jaxtyping import Float64, Shaped

from pellucid.data.features.choices import one_of, read_choices
from pellucid.data.features.encoder import Scaling
from pellucid.data.features.numbers import NumberEncoder
from pellucid.errors import InvalidValueError

ROWS_AT_ONCE = 4096
SMALLEST_DEVIATION = 1e-30
"""A standard deviation below it counts as this: its inverse must fit into 32 bits."""
SCALINGS: Mapping[str, str] = MappingProxyType(
    {
        "each": "each less its mean, over its standard deviation in the training part",
        "together": "all less their mean, over their standard deviation in the training part",
        "bytes": "divided by the greatest of the training part",
        "none": "as they are",
    }
)
"""What one may choose, and what it does to the numbers of an example."""


@dataclass(frozen=True)
class ByteEncoder(NumberEncoder):
    """Numbers that a byte holds each, as of flat pictures: kept so, and divided by the greatest.

    A model file has the encoder and its scaling, not how the scaling was learnt: there it is a `NumberEncoder`.
    """

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the encoded values."""
        return np.dtype(np.uint8)

    def scaling(self, encoded: Shaped[np.ndarray, "n_samples ..."]) -> Scaling:
        """From 0 to 1."""
        return Scaling(1 / max(1, int(encoded.max(initial=0))))


@dataclass(frozen=True)
class MeasuredEncoder(NumberEncoder):
    """Numbers of any size, standardised: less their mean in the training part, over their standard deviation.

    A model file has the encoder and its scaling, not how the scaling was learnt: there it is a `NumberEncoder`.

    Parameters:
        is_each: whether each number of an example has a mean and a deviation of its own, as the columns of a table do;
            or all have the same, as the pixels of a picture do.
    """

    is_each: bool = True

    def scaling(self, encoded: Shaped[np.ndarray, "n_samples ..."]) -> Scaling:
        """Mean and standard deviation; numbers that are all the same become 0."""
        mean, variance = _moments(encoded.reshape(len(encoded), -1))
        if not self.is_each:
            variance = np.mean(variance + (mean - mean.mean()) ** 2)
            mean = mean.mean()
        deviation = np.sqrt(variance)
        scale = np.where(deviation > 0, 1 / np.maximum(deviation, SMALLEST_DEVIATION), 1.0)
        if not self.is_each:
            return Scaling(float(scale), float(mean))
        return Scaling(scale.astype(np.float32), mean.astype(np.float32))


def _moments(
    encoded: Shaped[np.ndarray, "n_samples n_features"],
) -> tuple[Float64[np.ndarray, " n_features"], Float64[np.ndarray, " n_features"]]:
    """Mean and variance of each column, some rows at a time: the numbers may lie in a file."""
    blocks = [encoded[first : first + ROWS_AT_ONCE] for first in range(0, len(encoded), ROWS_AT_ONCE)]
    mean = sum((block.sum(axis=0, dtype=np.float64) for block in blocks), np.zeros(encoded.shape[1])) / len(encoded)
    squares = (((block - mean) ** 2).sum(axis=0) for block in blocks)
    return mean, sum(squares, np.zeros(encoded.shape[1])) / len(encoded)


def learn_number_encoder(
    shape: tuple[int, ...], is_bytes: bool, encoding: Mapping[str, str]
) -> tuple[NumberEncoder, str]:
    """The encoder for numbers of this shape, and a sentence on how they are scaled.

    Where `encoding["scaling"]` is not chosen, bytes are divided by the greatest, one-dimensional examples are
    standardised number by number, as the columns of a table are, and others all alike.

    Parameters:
        shape: of one example.
        is_bytes: whether they are of dtype uint8.
        encoding: texts by the name of the choice: "scaling", one of `SCALINGS`.

    Raises:
        InvalidValueError: the choice is unknown or does not fit.
    """
    usual = "bytes" if is_bytes else "each" if len(shape) == 1 else "together"
    scaling = read_choices(encoding, {"scaling": one_of(*SCALINGS)}).get("scaling", usual)
    if scaling == "bytes" and not is_bytes:
        raise InvalidValueError("encoding: scaling: bytes is for arrays of uint8, these are of other numbers")
    told = f"The numbers become inputs {SCALINGS[scaling]}; --encoding scaling={'|'.join(SCALINGS)} decides."
    if scaling == "bytes":
        return ByteEncoder(shape), told
    if scaling == "none":
        return NumberEncoder(shape), told
    return MeasuredEncoder(shape, is_each=scaling == "each"), told
