"""What comes before layer 2: raw examples become input vectors, and these run through the network in float64."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from pellucid.data.features import Features, NumberEncoder
from pellucid.errors import InvalidValueError
from pellucid.figures.style import plain
from pellucid.maths import ForwardTrace, Network
from pellucid.model import Model

LONGEST_NAME = 60
"""Names of inputs come from data: longer ones are shortened in the middle."""


@dataclass(frozen=True)
class Raw:
    """What inputs are made of, where a model says how.

    Attributes:
        values: the encoded values before shift and scale, (n_features,), or (n_samples, n_features) of a batch.
        features: how they become inputs.
    """

    values: np.ndarray
    features: Features

    @property
    def has_names(self) -> bool:
        """Whether inputs are more than numbers in a row."""
        encoder = self.features.encoder
        return not isinstance(encoder, NumberEncoder) or len(encoder.shape) > 1

    def name(self, source: int) -> str:
        """What input `source`, from 1, is: pixel (1, 5), word "free"; nothing where it has no name."""
        return plain(self.features.encoder.input_name(source - 1), LONGEST_NAME) if self.has_names else ""

    def told(self, source: int) -> str:
        """What that input, from 1, of one example was made of, in the terms of the example: 39, female, TF-IDF 0.31."""
        return plain(self.features.encoder.input_value(source - 1, self.values), LONGEST_NAME)

    def shift(self, source: int) -> float:
        """What is taken off the value of that input, from 1."""
        return number_of(self.features.shift, source)

    def scale(self, source: int) -> float:
        """What the rest is multiplied by."""
        return number_of(self.features.scale, source)


def number_of(numbers: float | np.ndarray, source: int) -> float:
    """The number of one input, from 1, where all may share one."""
    return float(numbers[source - 1]) if isinstance(numbers, np.ndarray) else numbers


@dataclass(frozen=True)
class Inputs:
    """What a network is given.

    Attributes:
        network: in float64.
        vectors: the input vector, shape (n_features,), or those of a batch, (n_samples, n_features), in float64.
        raw: what they are made of; None for a network without a model.
    """

    network: Network
    vectors: np.ndarray
    raw: Raw | None = None


def read_inputs(network: Network | Model, x: Any) -> Inputs:
    """The network in float64, and its input: a vector or a batch of them for a Network, raw examples for a Model.

    Raises:
        InvalidValueError: the input has another shape or no examples, or holds NaN.
    """
    raw = None
    if isinstance(network, Model):
        features, network = network.features, network.network
        values = as_numbers("x", encoded(features, x))
        # Features scale in float32; here the very product is shown, so it is made in float64.
        raw = Raw(values.reshape(features.vectors(values).shape), features)
        vectors = features.scaled(raw.values) if features.is_scaled else raw.values
    else:
        vectors = as_numbers("x", x)
    if vectors.ndim not in (1, 2) or vectors.shape[-1] != network.sizes[0]:
        raise InvalidValueError(
            f"x: one example of {network.sizes[0]} numbers, or several in rows, is required, got shape {vectors.shape}"
        )
    if len(vectors) == 0:
        raise InvalidValueError("x: at least one example is required, got none")
    if not np.isfinite(vectors).all():
        place = tuple(int(k) for k in np.argwhere(~np.isfinite(vectors))[0])
        of_example = f" of example {place[0]}" if vectors.ndim == 2 else ""
        raise InvalidValueError(
            f"x: finite numbers are required, number {place[-1] + 1}{of_example} is {vectors[place]}"
        )
    return Inputs(network.astype(np.float64), vectors, raw)


def encoded(features: Features, x: Any) -> np.ndarray:
    """Raw examples encoded; one that is no array, such as a text, a file or a row of a table, as one and not as rows.

    Raises:
        InvalidValueError: it is no such example. FormatError, DataError: it cannot be encoded.
    """
    values = features.encoded(x)
    is_pair = isinstance(x, tuple) and len(x) > 1  # samples of a sound, with their rate
    is_example = isinstance(x, PathLike) or is_pair or features.encoder.is_raw(x)
    return values[0] if is_example and not isinstance(x, list) and values.shape[:1] == (1,) else values


def as_numbers(name: str, values: Any) -> np.ndarray:
    """The values as an array of float64.

    Raises:
        InvalidValueError: they are no real numbers.
    """
    try:
        array = np.asarray(values)
        if array.dtype.kind in "biufV":  # V: bfloat16
            return np.asarray(array, np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidValueError(f"{name}: numbers are required, got {type(values).__name__}") from error
    required = "real numbers" if array.dtype.kind == "c" else "numbers"
    raise InvalidValueError(f"{name}: {required} are required, got {type(values).__name__} of {array.dtype}")


def finite_trace(network: Network, vectors: np.ndarray, masks: Sequence[np.ndarray | None] = ()) -> ForwardTrace:
    """The forward pass, all numbers of which are finite.

    Parameters:
        network, vectors: what goes through what.
        masks: of dropout, as `ForwardTrace` has them.

    Raises:
        InvalidValueError: a layer's numbers are beyond float64.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        trace = network.forward(vectors, masks)
    require_finite("pre-activations", trace.pre_activations)
    require_finite("activations", trace.activations[1:])
    return trace


def require_finite(what: str, of_layers: Sequence[np.ndarray]) -> None:
    """Raises InvalidValueError, naming the first layer at fault, unless layers 2 to L have only finite numbers."""
    for layer, values in enumerate(of_layers, start=2):
        if not np.isfinite(values).all():
            raise InvalidValueError(
                f"network: finite {what} are required, layer {layer} has {values[~np.isfinite(values)][0]}; "
                "the weights or the input are too large to explain"
            )
