"""What comes before layer 2: raw examples become input vectors, and these run through the network in float64."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data.features import Features
from pellucid.errors import InvalidValueError
from pellucid.maths import ForwardTrace, Network
from pellucid.model import Model

NORMALISED = {
    "none": "",
    "mnist": "A picture file is made into such values first: its ink is fitted into the middle 20 × 20 of 28 × 28 "
    "pixels, in proportion for other sizes, with the centre of its mass in the centre.",
    "uci-digits": "A picture file is made into such values first: its ink is set upright and stretched to the height "
    "of the field, and in each block of 4 × 4 points the points with ink are counted.",
}
"""What each normalisation does to a picture file, in one sentence."""


@dataclass(frozen=True)
class Raw:
    """What inputs are made of, where a model says how.

    Attributes:
        values: the values before scaling, (n_features,), or (n_samples, n_features) of a batch.
        features: how they become inputs.
    """

    values: np.ndarray
    features: Features


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
        values = as_numbers("x", x)
        # Features scale in float32; here the very product is shown, so it is made in float64.
        raw = Raw(values.reshape(features.vectors(np.asarray(x)).shape), features)
        vectors = raw.values * features.scale
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


def finite_trace(network: Network, vectors: np.ndarray) -> ForwardTrace:
    """The forward pass, all numbers of which are finite.

    Raises:
        InvalidValueError: a layer's numbers are beyond float64.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        trace = network.forward(vectors)
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
