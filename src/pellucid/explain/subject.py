"""What is explained: a network in float64, one example's trace through it, and their numbers as leaves of formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.expression import Number, Variable
from pellucid.maths import Cost, ForwardTrace, Gradients, Network, backward, find_cost, require_fit
from pellucid.model import Model


@dataclass(frozen=True)
class Subject:
    """A network and one example's way through it, every number of which can be asked for as a leaf.

    Layers and neurons are numbered from 1 here, as in formulas; layer 1 is the input.
    """

    network: Network
    trace: ForwardTrace

    @classmethod
    def of(cls, network: Network | Model, x: Any) -> "Subject":
        """The subject for a network with an input vector, or a model with a raw input.

        Raises:
            InvalidValueError: the input has the wrong length or holds NaN, or a layer's numbers are beyond float64.
        """
        if isinstance(network, Model):
            x = network.features.vectors(np.asarray(x))
            network = network.network
        try:
            vector = np.asarray(x, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidValueError(f"x: numbers are required, got {type(x).__name__}") from error
        if vector.ndim != 1:
            raise InvalidValueError(
                f"x: one example of {network.sizes[0]} numbers is required, got shape {vector.shape}"
            )
        if not np.isfinite(vector).all():
            place = int(np.flatnonzero(~np.isfinite(vector))[0])
            raise InvalidValueError(f"x: finite numbers are required, number {place + 1} is {vector[place]}")
        network = network.astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            trace = network.forward(vector)
        require_finite("pre-activations", trace.pre_activations)
        require_finite("activations", trace.activations[1:])
        return cls(network, trace)

    @property
    def n_layers(self) -> int:
        return len(self.network.sizes)

    def require_layer(self, layer: int) -> None:
        """Raises InvalidValueError unless the layer has weights."""
        if not 2 <= layer <= self.n_layers:
            first = " (layer 1 is the input: its neurons hold what they are given)" if layer == 1 else ""
            raise InvalidValueError(f"layer: 2 to {self.n_layers} have weights{first}, got {layer}")

    def require_neuron(self, layer: int, neuron: int, name: str = "neuron") -> None:
        """Raises InvalidValueError unless the layer has that neuron."""
        size = self.network.sizes[layer - 1]
        if not 1 <= neuron <= size:
            raise InvalidValueError(f"{name}: layer {layer} has neurons 1 to {size}, got {neuron}")

    def weight(self, layer: int, neuron: int, source: int) -> Number:
        value = self.network.layers[layer - 2].weights[neuron - 1, source - 1]
        return Number(float(value), f"w{layer}:{neuron},{source}", Variable("w", layer, (neuron, source)))

    def bias(self, layer: int, neuron: int) -> Number:
        value = self.network.layers[layer - 2].biases[neuron - 1]
        return Number(float(value), f"b{layer}:{neuron}", Variable("b", layer, (neuron,)))

    def pre_activation(self, layer: int, neuron: int) -> Number:
        value = self.trace.pre_activations[layer - 2][neuron - 1]
        return Number(float(value), f"z{layer}:{neuron}", Variable("z", layer, (neuron,)))

    def shifted_pre_activation(self, layer: int, neuron: int) -> Number:
        """A pre-activation minus the largest of its layer, as `y` with the neuron's place."""
        values = self.trace.pre_activations[layer - 2]
        difference = float(values[neuron - 1]) - float(values.max())
        return Number(difference, f"y{layer}:{neuron}", Variable("y", layer, (neuron,)))

    def activation(self, layer: int, neuron: int) -> Number:
        value = self.trace.activations[layer - 1][neuron - 1]
        return Number(float(value), f"a{layer}:{neuron}", Variable("a", layer, (neuron,)))

    def neurons(self, layer: int) -> range:
        """The numbers of a layer's neurons, from 1."""
        return range(1, self.network.sizes[layer - 1] + 1)


@dataclass(frozen=True)
class LabelledSubject(Subject):
    """A subject whose answer is known: its expected outputs, cost and gradients."""

    cost: Cost
    targets: np.ndarray
    gradients: Gradients

    @classmethod
    def with_expected(cls, network: Network | Model, x: Any, expected: Any, cost: str | Cost) -> "LabelledSubject":
        """The subject together with its expected outputs, shape (n_outputs,).

        Raises:
            InvalidValueError: the input or the expected outputs do not fit the network, or the cost its output layer,
                or a layer's deltas are beyond float64.
        """
        subject = Subject.of(network, x)
        function = find_cost(cost)
        require_fit(function, subject.network.output)
        targets = np.asarray(expected, dtype=np.float64)
        n_outputs = subject.network.sizes[-1]
        if targets.shape != (n_outputs,) or not np.isfinite(targets).all():
            raise InvalidValueError(f"expected: {n_outputs} finite numbers are required, got shape {targets.shape}")
        if function.output == "softmax" and not np.isclose(targets.sum(), 1.0):
            raise InvalidValueError(f"expected: with cross-entropy they must sum to 1, got {targets.sum():g}")
        with np.errstate(over="ignore", invalid="ignore"):
            gradients = backward(subject.network, subject.trace, targets, function)
        require_finite("deltas", gradients.deltas)
        return cls(subject.network, subject.trace, function, targets, gradients)

    def expected(self, neuron: int) -> Number:
        return Number(float(self.targets[neuron - 1]), f"e:{neuron}", Variable("E", None, (neuron,)))

    def delta(self, layer: int, neuron: int) -> Number:
        value = self.gradients.deltas[layer - 2][neuron - 1]
        return Number(float(value), f"d{layer}:{neuron}", Variable("δ", layer, (neuron,)))

    def output_gradient(self, layer: int, neuron: int) -> Number:
        """∂C/∂a of a neuron, as `g` with the neuron's place."""
        if layer == self.n_layers:
            value = self.cost.derivative(self.trace.activations[-1], self.targets)[neuron - 1]
        else:
            value = self.gradients.deltas[layer - 1] @ self.network.layers[layer - 1].weights[:, neuron - 1]
        return Number(float(value), f"g{layer}:{neuron}", Variable("g", layer, (neuron,)))


def require_finite(what: str, of_layers: Sequence[np.ndarray]) -> None:
    """Raises InvalidValueError, naming the first layer at fault, unless layers 2 to L have only finite numbers."""
    for layer, values in enumerate(of_layers, start=2):
        if not np.isfinite(values).all():
            raise InvalidValueError(
                f"network: finite {what} are required, layer {layer} has {values[~np.isfinite(values)][0]}; "
                "the weights or the input are too large to explain"
            )
