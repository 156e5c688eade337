"""The network: layers of weights and biases, checked once when they are put together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from pellucid.arrays import Array, Biases, Elements, Weights
from pellucid.errors import InvalidValueError, is_whole
from pellucid.maths.activations import Activation, find_activation
from pellucid.maths.forward import ForwardTrace, forward
from pellucid.maths.initializers import AUTO, find_initializer

MAX_LAYER_SIZE = 2**24
MAX_LAYER_WEIGHTS = 2**31


class LayerParameters(NamedTuple):
    """What training corrects in one layer: weights (n_l, n_{l-1}) and biases (n_l,)."""

    weights: Weights
    biases: Biases


Parameters: TypeAlias = tuple[LayerParameters, ...]
"""One entry a layer; entry 0 belongs to layer 2."""


def as_parameter(values: Any, name: str, ndim: int, dtype: Any = np.float64) -> Array:
    """The values as an array of floating-point numbers; arrays of such keep their type and library, others take dtype.

    Raises:
        InvalidValueError: they are no numbers, or of another number of dimensions.
    """
    try:
        is_array = hasattr(values, "__array_namespace__")
        array: Array = values if is_array else np.asarray(values)
        if array.dtype.kind in "iu" or (array.dtype.kind == "f" and not is_array):
            array = np.asarray(array, dtype)
    except (ValueError, TypeError) as error:
        raise InvalidValueError(f"{name}: must be numbers in {ndim} dimensions, got {type(values).__name__}") from error
    if array.ndim != ndim or array.dtype.kind not in "fV":  # V: bfloat16
        raise InvalidValueError(
            f"{name}: must be floating-point numbers in {ndim} dimensions, got shape {array.shape} of {array.dtype}"
        )
    return array


def as_input(x: Any, dtype: Any) -> Array:
    """x as an array of numbers; arrays keep their type and library, others take dtype.

    Raises:
        InvalidValueError: they are no numbers.
    """
    try:
        array: Array = x if hasattr(x, "__array_namespace__") else np.asarray(x)
    except (ValueError, TypeError) as error:
        raise InvalidValueError(f"x: an array of numbers is required, got {type(x).__name__}") from error
    if array.dtype.kind not in "biufV":  # V: bfloat16
        raise InvalidValueError(f"x: an array of numbers is required, got {type(x).__name__} of {array.dtype}")
    return array if array is x else np.asarray(array, dtype)


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer: a = f(W a_prev + b).

    Parameters:
        weights: W⁽ˡ⁾, shape (n_l, n_{l-1}): row m holds the weights into neuron m. Lists are taken as float64.
        biases: B⁽ˡ⁾, shape (n_l,). Lists take the weights' type.
        activation: a name of the closed list, or an `Activation`.

    Raises:
        InvalidValueError: shapes that do not fit each other, or over 2³¹ weights; UnknownNameError: an unknown
            activation.

    Example:
        >>> layer = Layer([[0.15, 0.20], [0.25, 0.30]], [0.35, 0.35], activation="sigmoid")
        >>> layer.n_out, layer.n_in
        (2, 2)
    """

    weights: Weights
    biases: Biases
    activation: Activation

    def __init__(self, weights: Any, biases: Any, activation: str | Activation = "sigmoid") -> None:
        object.__setattr__(self, "weights", as_parameter(weights, "weights", 2))
        object.__setattr__(self, "biases", as_parameter(biases, "biases", 1, self.weights.dtype))
        object.__setattr__(self, "activation", find_activation(activation))
        if self.biases.shape[0] != self.weights.shape[0] or 0 in self.weights.shape:
            raise InvalidValueError(
                "biases: one for each row of weights is required, "
                f"got weights of shape {self.weights.shape} and biases of shape {self.biases.shape}"
            )
        if math.prod(self.weights.shape) > MAX_LAYER_WEIGHTS:
            raise InvalidValueError(
                f"weights: at most {MAX_LAYER_WEIGHTS:,} in one layer are possible, got shape {self.weights.shape}"
            )

    @property
    def n_out(self) -> int:
        return self.weights.shape[0]

    @property
    def n_in(self) -> int:
        return self.weights.shape[1]


class Network:
    """A fully-connected network (multilayer perceptron). Immutable: training gives a new one.

    Parameters:
        layers: layer 2 to layer L, from the first after the input to the output layer.

    Raises:
        InvalidValueError: no layer, or a layer whose inputs are not the neurons of the layer before.

    Example:
        >>> net = Network.random([784, 16, 16, 10], activation="sigmoid", seed=0)
        >>> net.sizes, net.parameter_count
        ((784, 16, 16, 10), 13002)
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        if not layers:
            raise InvalidValueError("layers: at least one is required, got none")
        for number, (before, layer) in enumerate(pairwise(layers), start=3):
            if layer.n_in != before.n_out:
                raise InvalidValueError(
                    f"layer {number}: its weights must have one column for each of the {before.n_out} neurons of "
                    f"layer {number - 1}, got shape {layer.weights.shape}"
                )
        self.layers = tuple(layers)

    @classmethod
    def random(
        cls,
        sizes: Sequence[int],
        *,
        activation: str | Activation | Sequence[str | Activation] = "sigmoid",
        output: str | Activation | None = None,
        initializer: str = AUTO,
        seed: int = 0,
        dtype: Any = np.float32,
    ) -> "Network":
        """A network of random weights.

        Parameters:
            sizes: neurons in each layer, the input layer first.
            activation: one for every layer after the input, or a list with one a layer.
            output: the output layer's activation, apart from the others'.
            initializer: `auto`, standard-normal, scaled-normal, glorot-uniform, glorot-normal, he-normal, lecun-normal
                or zeros.
            seed: at least 0; the same seed gives the same network.
            dtype: the type of its numbers.

        Raises:
            InvalidValueError: a size that is no whole number above 0, fewer than two sizes, over 2³¹ weights in one
                layer, or a list of activations of another length.
        """
        sizes = check_sizes(sizes)
        names = [activation] * (len(sizes) - 1) if isinstance(activation, str | Activation) else list(activation)
        if len(names) != len(sizes) - 1:
            raise InvalidValueError(
                f"activation: one name, or {len(sizes) - 1} (one for each layer after the input), got {len(names)}"
            )
        if output is not None:
            names[-1] = output
        if not is_whole(seed, 0):
            raise InvalidValueError(f"seed: must be a whole number of at least 0, got {seed!r}")
        generator = np.random.default_rng(seed)
        layers: list[Layer] = []
        for n_in, n_out, name in zip(sizes, sizes[1:], names, strict=False):
            function = find_activation(name)
            start = find_initializer(initializer, function)
            weights = start.weights(generator, (n_out, n_in), n_in, n_out).astype(dtype)
            layers.append(Layer(weights, start.biases(generator, (n_out,), n_in, n_out).astype(dtype), function))
        return cls(layers)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Neurons in each layer, the input layer first."""
        return (self.layers[0].n_in, *(layer.n_out for layer in self.layers))

    @property
    def parameter_count(self) -> int:
        """How many weights and biases there are."""
        return sum(math.prod(layer.weights.shape) + layer.n_out for layer in self.layers)

    @property
    def activations(self) -> tuple[Activation, ...]:
        """The activation of layer 2 to layer L."""
        return tuple(layer.activation for layer in self.layers)

    @property
    def output(self) -> Activation:
        """The output layer's activation."""
        return self.layers[-1].activation

    @property
    def dtype(self) -> Any:
        """The type of its numbers."""
        return self.layers[0].weights.dtype

    @property
    def parameters(self) -> Parameters:
        """What training corrects, as a tuple with one entry a layer."""
        return tuple(LayerParameters(layer.weights, layer.biases) for layer in self.layers)

    def with_parameters(self, parameters: Parameters) -> "Network":
        """The same architecture with other weights and biases."""
        return Network(
            [
                Layer(new.weights, new.biases, layer.activation)
                for new, layer in zip(parameters, self.layers, strict=True)
            ]
        )

    def astype(self, dtype: Any) -> "Network":
        """The same network in NumPy arrays of that type: float64 is what explanations compute with."""
        return self.with_parameters(
            tuple(LayerParameters(*(np.asarray(array, dtype) for array in layer)) for layer in self.parameters)
        )

    def forward(self, x: Any, masks: Sequence[Elements | None] = ()) -> ForwardTrace:
        """Every pre-activation and activation for x, shape (n_features,) or (n_samples, n_features).

        Arrays keep their type; lists are taken in the network's. Masks are those of a step of training with dropout:
        a trained network answers without.

        Raises:
            InvalidValueError: x has another number of features, or is no array of numbers.
        """
        x = as_input(x, self.dtype)
        if x.ndim not in (1, 2) or x.shape[-1] != self.sizes[0]:
            raise InvalidValueError(
                f"x: must have shape ({self.sizes[0]},) or (n_samples, {self.sizes[0]}) to fit the input layer, "
                f"got {x.shape}"
            )
        return forward(self.parameters, self.activations, x, masks)

    def __call__(self, x: Any) -> Elements:
        """The outputs for x, as `forward` takes it: shape (n_outputs,) or (n_samples, n_outputs)."""
        return self.forward(x).activations[-1]

    def __repr__(self) -> str:
        names = ", ".join(activation.name for activation in self.activations)
        return f"Network({'-'.join(map(str, self.sizes))}, {names}, {self.parameter_count:,} parameters)"


def check_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """The sizes as whole numbers.

    Raises:
        InvalidValueError: fewer than two, one that is no whole number from 1 to 2²⁴, or two neighbours that are joined
            by more than 2³¹ weights.
    """
    if len(sizes) < 2:
        raise InvalidValueError(f"sizes: at least an input and an output layer are required, got {list(sizes)}")
    for size in sizes:
        if not is_whole(size, 1, MAX_LAYER_SIZE):
            raise InvalidValueError(f"sizes: each must be a whole number from 1 to {MAX_LAYER_SIZE:,}, got {size!r}")
    whole = tuple(int(size) for size in sizes)
    for number, (n_in, n_out) in enumerate(pairwise(whole), start=2):
        if n_in * n_out > MAX_LAYER_WEIGHTS:
            raise InvalidValueError(
                f"sizes: at most {MAX_LAYER_WEIGHTS:,} weights in one layer are possible, layer {number} would have "
                f"{n_in:,} × {n_out:,} = {n_in * n_out:,}; make one of the two smaller"
            )
    return whole
