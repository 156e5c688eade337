"""What is explained: a network in float64, one example's trace through it, and their numbers as leaves of formulas."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import InvalidValueError, require_whole
from pellucid.explain.inputs import Raw, finite_trace, read_inputs, require_finite
from pellucid.expression import Expression, Number, Variable
from pellucid.expression.symbols import BAR
from pellucid.maths import Cost, ForwardTrace, Gradients, Network, example_costs
from pellucid.maths.backward import find_deltas, parameter_gradients
from pellucid.model import Model
from pellucid.training.regularisation import OFF, Regularisation

REF_LETTERS = {"δ": "d", "E": "e", "ν": "n", "M": "k", "ω": "l", f"w{BAR}": "aw", f"b{BAR}": "ab"}
"""Refs are plain letters: what stands for those that are not."""
SMOOTHED = "q"
"""In refs, what stands for E′: a mark says there that a number belongs to the network after a step."""


@dataclass(frozen=True)
class Subject:
    """A network and one example's way through it, every number of which can be asked for as a leaf.

    Layers and neurons are numbered from 1 here, as in formulas; layer 1 is the input.

    Attributes:
        network: in float64.
        trace: of the example.
        example: which of a mini-batch it is, from 0; None where there is no mini-batch.
        mark: `′` for the network after a whole step.
        raw: what its input is made of; None for a network without a model.
    """

    network: Network
    trace: ForwardTrace
    example: int | None = field(default=None, kw_only=True)
    mark: str = field(default="", kw_only=True)
    raw: Raw | None = field(default=None, kw_only=True)

    @classmethod
    def of(cls, network: Network | Model, x: Any) -> "Subject":
        """The subject for a network with an input vector, or a model with a raw input.

        Raises:
            InvalidValueError: the input is not one example of the right length, holds NaN, or a layer's numbers are
                beyond float64.
        """
        inputs = read_inputs(network, x)
        if inputs.vectors.ndim != 1:
            raise InvalidValueError(
                f"x: one example of {inputs.network.sizes[0]} numbers is required, got {len(inputs.vectors)} in rows"
            )
        trace = finite_trace(inputs.network, inputs.vectors)
        return Subject(inputs.network, trace, raw=inputs.raw)

    @property
    def n_layers(self) -> int:
        return len(self.network.sizes)

    def require_layer(self, layer: int) -> None:
        """Raises InvalidValueError unless the layer has weights."""
        require_layer(self.network, layer)

    def require_neuron(self, layer: int, neuron: int, name: str = "neuron") -> None:
        """Raises InvalidValueError unless the layer has that neuron."""
        require_neuron(self.network, layer, neuron, name)

    def variable(self, letter: str, layer: int | None = None, *indices: int) -> Variable:
        """The symbol of a quantity of this example, or of a parameter (`w` or `b`), which has no example."""
        is_changed = layer is not None and layer > 1  # the input stays what it is
        is_parameter = letter in ("w", "b")
        return Variable(letter, layer, indices, self.mark if is_changed else "", None if is_parameter else self.example)

    @property
    def cost_symbol(self) -> Variable:
        """C, of this example."""
        return Variable("C", mark=self.mark, example=self.example)

    def number(self, value: float, letter: str, layer: int | None, *indices: int) -> Number:
        """A number as a leaf, its ref made from its symbol."""
        symbol = self.variable(letter, layer, *indices)
        return Number(float(value), ref_of(symbol), symbol)

    def weight(self, layer: int, neuron: int, source: int) -> Number:
        value = self.network.layers[layer - 2].weights[neuron - 1, source - 1]
        return self.number(value, "w", layer, neuron, source)

    def bias(self, layer: int, neuron: int) -> Number:
        return self.number(self.network.layers[layer - 2].biases[neuron - 1], "b", layer, neuron)

    def pre_activation(self, layer: int, neuron: int) -> Number:
        return self.number(self.trace.pre_activations[layer - 2][neuron - 1], "z", layer, neuron)

    def shifted_pre_activation(self, layer: int, neuron: int) -> Number:
        """A pre-activation minus the largest of its layer, as `y` with the neuron's place."""
        values = self.trace.pre_activations[layer - 2]
        return self.number(float(values[neuron - 1]) - float(values.max()), "y", layer, neuron)

    def activation(self, layer: int, neuron: int) -> Number:
        return self.number(self.trace.activations[layer - 1][neuron - 1], "a", layer, neuron)

    def neurons(self, layer: int) -> range:
        """The numbers of a layer's neurons, from 1."""
        return range(1, self.network.sizes[layer - 1] + 1)


class Noise(NamedTuple):
    """What chance adds to inputs in a step of training: arrays of their shape.

    Attributes:
        given: the inputs without it.
        added: the noise.
    """

    given: np.ndarray
    added: np.ndarray


@dataclass(frozen=True)
class LabelledSubject(Subject):
    """A subject whose answer is known: its expected outputs, cost and gradients.

    Attributes:
        cost: what is differentiated.
        targets: E, shape (n_outputs,), or where training smooths them E′.
        example_weight: how often its cost counts in training; None: once.
        labels: E before they were smoothed; None: they are as they were given.
        noise: on its inputs; None: there is none.
        regularisation: what training does beside going downhill.
    """

    cost: Cost
    targets: np.ndarray
    example_weight: float | None = field(default=None, kw_only=True)
    labels: np.ndarray | None = field(default=None, kw_only=True)
    noise: Noise | None = field(default=None, kw_only=True)
    regularisation: Regularisation = field(default=OFF, kw_only=True)

    @cached_property
    def deltas(self) -> tuple[np.ndarray, ...]:
        """δ of layers 2 to L.

        Raises:
            InvalidValueError: a layer's deltas are beyond float64.
        """
        return finite_deltas(self.network, self.trace, self.targets, self.cost)

    @cached_property
    def gradients(self) -> Gradients:
        """The derivatives of this example's cost; InvalidValueError as for `deltas`."""
        return parameter_gradients(self.deltas, self.trace)

    @cached_property
    def output_gradients(self) -> np.ndarray:
        """∂C/∂a of the outputs."""
        with np.errstate(all="ignore"):  # a step that shows one beyond float64 says so
            return self.cost.derivative(self.trace.activations[-1], self.targets)

    @cached_property
    def mean_cost(self) -> float:
        """The example's cost."""
        with np.errstate(over="ignore", invalid="ignore"):
            z, a = self.trace.pre_activations[-1], self.trace.activations[-1]
            return float(example_costs(self.cost, z, a, self.targets))

    def through(self, network: Network, mark: str = "′") -> "LabelledSubject":
        """The same example through another network of the same sizes, such as the corrected one.

        Raises:
            InvalidValueError: a layer's numbers are beyond float64.
        """
        network = network.astype(np.float64)
        trace = finite_trace(network, self.trace.activations[0], self.trace.masks)
        return LabelledSubject(
            network,
            trace,
            self.cost,
            self.targets,
            example=self.example,
            mark=mark,
            raw=self.raw,
            example_weight=self.example_weight,
            labels=self.labels,
            noise=self.noise,
            regularisation=self.regularisation,
        )

    def times_weight(self, of_cost: Expression) -> Expression:
        """The cost, or a derivative of it, as often as it counts in training."""
        if self.example_weight is None:
            return of_cost
        symbol = Variable("u", example=self.example)
        return Number(self.example_weight, ref_of(symbol), symbol) * of_cost

    def expected(self, neuron: int) -> Number:
        """E of an output, or E′ where training smooths it."""
        if self.labels is None:
            return self.label(neuron)
        symbol = replace(self.variable("E", None, neuron), mark="′")
        ref = ref_of(replace(symbol, letter=SMOOTHED, mark=""))
        return Number(float(self.targets[neuron - 1]), ref, symbol)

    def label(self, neuron: int) -> Number:
        """E of an output as its label has it."""
        values = self.targets if self.labels is None else self.labels
        return self.number(values[neuron - 1], "E", None, neuron)

    def mask(self, layer: int, neuron: int) -> Number | None:
        """What dropout multiplies the activation of a neuron by; None where it leaves its layer alone."""
        mask = self.trace.masks[layer - 1] if self.trace.masks else None
        return None if mask is None else self.number(mask[neuron - 1], "M", layer, neuron)

    def delta(self, layer: int, neuron: int) -> Number:
        return self.number(self.deltas[layer - 2][neuron - 1], "δ", layer, neuron)

    def output_gradient(self, layer: int, neuron: int) -> Number:
        """∂C/∂a of a neuron, as `g` with the neuron's place."""
        if layer == self.n_layers:
            value = self.output_gradients[neuron - 1]
        else:
            value = np.vdot(self.deltas[layer - 1], self.network.layers[layer - 1].weights[:, neuron - 1])
            mask = self.mask(layer, neuron)
            value *= 1.0 if mask is None else mask.value
        return self.number(float(value), "g", layer, neuron)


def finite_deltas(network: Network, trace: ForwardTrace, targets: np.ndarray, cost: Cost) -> tuple[np.ndarray, ...]:
    """δ of layers 2 to L, all of them finite.

    Raises:
        InvalidValueError: a layer's deltas are beyond float64.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        deltas = find_deltas(network, trace, targets, cost)
    require_finite("deltas", deltas)
    return deltas


def ref_of(symbol: Variable) -> str:
    """What names the quantity in `terms`: `w3:1,4`, `e:2`, `u`, `a'4:1`, and `a2:4@5` for example 5 of a batch."""
    letter = REF_LETTERS.get(symbol.letter, symbol.letter)
    layer = "" if symbol.layer is None else symbol.layer
    indices = f":{','.join(map(str, symbol.indices))}" if symbol.indices else ""
    example = "" if symbol.example is None else f"@{symbol.example}"
    return f"{letter}{chr(39) if symbol.mark else ''}{layer}{indices}{example}"


def require_layer(network: Network, layer: int) -> None:
    """Raises InvalidValueError unless the layer has weights."""
    require_whole(layer, "layer")
    n_layers = len(network.sizes)
    if not 2 <= layer <= n_layers:
        first = " (layer 1 is the input: its neurons hold what they are given)" if layer == 1 else ""
        raise InvalidValueError(f"layer: 2 to {n_layers} have weights{first}, got {layer}")


def require_neuron(network: Network, layer: int, neuron: int, name: str = "neuron") -> None:
    """Raises InvalidValueError unless the layer has that neuron."""
    require_whole(neuron, name)
    size = network.sizes[layer - 1]
    if not 1 <= neuron <= size:
        raise InvalidValueError(f"{name}: layer {layer} has neurons 1 to {size}, got {neuron}")
