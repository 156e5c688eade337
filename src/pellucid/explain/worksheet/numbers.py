"""Small networks with friendly numbers: short weights, pre-activations that are not extreme, no gradient lost."""

from dataclasses import dataclass, replace

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.maths import Layer, Network, backward
from pellucid.maths.activation import Activation
from pellucid.maths.activations import find_activation
from pellucid.maths.backward import Gradients

MAX_PRE_ACTIVATION = 2.5
"""Beyond it the sigmoid is nearly flat, and a pupil sees only that nothing changes."""
FROM_ZERO = 0.1
"""A pre-activation is at least so far from 0, where the slope of rectifiers jumps and others have nothing to show."""
LEAST_ERROR = 0.005
"""No output is right already."""
LEAST_SLOPE = 0.02
LEAST_DERIVATIVE = 1e-4
LEAST_DELTA = 1e-6
N_TRIES = 500


@dataclass(frozen=True)
class Difficulty:
    """How demanding the exercises are.

    Attributes:
        sizes: neurons in each layer.
        counted_sizes: of the network whose parameters are counted, each size drawn from its row.
        digits: significant digits of the answers.
        weights: magnitudes of weights and biases; their signs are drawn.
        inputs: what the inputs are drawn from.
        rates: what the learning rate is drawn from.
        n_examples: of a mini-batch.
        gives_forward_pass: whether exercises on derivatives give the activations, so that they start at the cost.
        is_classifier: whether outputs are probabilities and the cost a cross-entropy.
    """

    sizes: tuple[int, ...]
    counted_sizes: tuple[tuple[int, ...], ...]
    digits: int
    weights: tuple[float, ...]
    inputs: tuple[float, ...]
    rates: tuple[float, ...]
    n_examples: int
    gives_forward_pass: bool = False
    is_classifier: bool = False


HALVES = (0.5, 1.0, 1.5, 2.0)
TENTHS = tuple(tenth / 10 for tenth in range(1, 21))
DIFFICULTIES = {
    "easy": Difficulty(
        sizes=(2, 2, 1),
        counted_sizes=((2, 3, 4), (3, 4, 5), (1, 2, 3)),
        digits=3,
        weights=HALVES,
        inputs=(0.0, 0.5, 1.0),
        rates=(0.5, 1.0),
        n_examples=2,
        gives_forward_pass=True,
    ),
    "medium": Difficulty(
        sizes=(2, 3, 2),
        counted_sizes=((9, 16, 25, 64), (8, 12, 20), (5, 10)),
        digits=4,
        weights=TENTHS,
        inputs=(0.0, 0.2, 0.5, 0.8, 1.0),
        rates=(0.1, 0.5, 1.0),
        n_examples=3,
    ),
    "hard": Difficulty(
        sizes=(3, 4, 3),
        counted_sizes=((784, 1024, 3072), (16, 30, 128), (16, 24, 100), (10, 26)),
        digits=4,
        weights=TENTHS,
        inputs=tuple(tenth / 10 for tenth in range(11)),
        rates=(0.05, 0.1, 0.2),
        n_examples=3,
        is_classifier=True,
    ),
}


@dataclass(frozen=True)
class Problem:
    """A network with friendly numbers, and labelled examples that suit it.

    Attributes:
        network: in float64.
        inputs: shape (n_examples, n_features).
        expected: shape (n_examples, n_outputs).
        cost: the cost's name.
    """

    network: Network
    inputs: np.ndarray
    expected: np.ndarray
    cost: str

    @property
    def gradients(self) -> Gradients:
        """The derivatives of the cost, the mean over the examples."""
        trace = self.network.forward(self.inputs)
        return backward(self.network, trace, self.expected, self.cost)


def draw_problem(
    generator: np.random.Generator, difficulty: Difficulty, sizes: tuple[int, ...], activation: str, n_examples: int = 1
) -> Problem:
    """A network of these sizes with examples, every layer of which has weights that matter.

    Raises:
        InvalidValueError: no such network turns up.
    """
    names, cost = functions_of(difficulty, sizes, activation)
    functions = [find_activation(name) for name in names]
    for _ in range(N_TRIES):
        inputs = draw_inputs(generator, difficulty, (n_examples, sizes[0]))
        network = draw_network(generator, difficulty.weights, sizes, functions, inputs)
        if network is None:
            continue
        problem = Problem(network, inputs, draw_expected(generator, n_examples, sizes[-1]), cost)
        if is_instructive(problem):
            return problem
    raise InvalidValueError(
        f"sizes: no {'-'.join(map(str, sizes))} network with friendly numbers was found; "
        "choose smaller sizes or another seed"
    )


def is_instructive(problem: Problem) -> bool:
    """Whether no output is right already, and each layer has a weight that matters.

    A delta is 0 where a neuron is dead, and nowhere else next to 0, where terms cancelled but for rounding.
    """
    if np.abs(problem.network(problem.inputs) - problem.expected).min() < LEAST_ERROR:
        return False
    gradients = problem.gradients
    matters = all(np.abs(of_layer).max() >= LEAST_DERIVATIVE for of_layer in gradients.weights)
    return matters and all(((deltas == 0) | (np.abs(deltas) >= LEAST_DELTA)).all() for deltas in gradients.deltas)


def functions_of(difficulty: Difficulty, sizes: tuple[int, ...], activation: str) -> tuple[list[str], str]:
    """The activation of each layer after the input, and the cost."""
    hidden = [activation] * (len(sizes) - 2)
    if not difficulty.is_classifier:
        return [*hidden, activation], "squared-error"
    if sizes[-1] == 1:  # softmax over one output is always 1
        return [*hidden, "sigmoid"], "binary-cross-entropy"
    return [*hidden, "softmax"], "cross-entropy"


def draw_inputs(generator: np.random.Generator, difficulty: Difficulty, shape: tuple[int, int]) -> np.ndarray:
    """Examples that differ, none of them all zeros."""
    while True:
        inputs = generator.choice(difficulty.inputs, shape)
        if inputs.any(axis=1).all() and len(np.unique(inputs, axis=0)) == len(inputs):
            return inputs


def draw_expected(generator: np.random.Generator, n_examples: int, n_outputs: int) -> np.ndarray:
    """One output 0 or 1; of several, one is 1 and the others are 0."""
    if n_outputs == 1:
        return generator.integers(0, 2, (n_examples, 1)).astype(np.float64)
    return np.eye(n_outputs)[generator.integers(0, n_outputs, n_examples)]


def draw_network(
    generator: np.random.Generator,
    magnitudes: tuple[float, ...],
    sizes: tuple[int, ...],
    functions: list[Activation],
    inputs: np.ndarray,
) -> Network | None:
    """A network drawn neuron by neuron, each with a pre-activation that suits all inputs; None where none is found."""
    layers: list[Layer] = []
    held = inputs
    for n_out, function in zip(sizes[1:], functions, strict=True):
        is_output = len(layers) == len(functions) - 1
        rows: list[np.ndarray] = []
        for _ in range(n_out):
            row = draw_neuron(generator, magnitudes, function, held, must_learn=is_output)
            if row is None:
                return None
            rows.append(row)
        parameters = np.array(rows)
        layer = Layer(parameters[:, :-1], parameters[:, -1], function)
        layers.append(layer)
        held = function.value(held @ layer.weights.T + layer.biases)
        if not np.abs(held).max(axis=1).all():  # a layer that holds only zeros hands nothing on
            return None
    return Network(layers)


def draw_neuron(
    generator: np.random.Generator,
    magnitudes: tuple[float, ...],
    function: Activation,
    held: np.ndarray,
    *,
    must_learn: bool,
) -> np.ndarray | None:
    """Weights and, at the end, the bias of one neuron for what the layer before holds; None where none are found."""
    n_parameters = held.shape[1] + 1
    for _ in range(N_TRIES):
        row = generator.choice(magnitudes, n_parameters) * generator.choice([-1.0, 1.0], n_parameters)
        z = held @ row[:-1] + row[-1]
        if not is_moderate(z):
            continue
        learns = not function.is_elementwise or np.abs(function.derivative(z, function.value(z))).min() >= LEAST_SLOPE
        if must_learn and not learns:
            continue
        return row
    return None


def is_moderate(z: np.ndarray) -> bool:
    """Whether pre-activations are neither extreme nor next to 0."""
    return bool(np.abs(z).max() <= MAX_PRE_ACTIVATION and np.abs(z).min() >= FROM_ZERO)


def without_biases(problem: Problem) -> Problem:
    """The same with all biases 0."""
    layers = [Layer(each.weights, np.zeros(each.n_out), each.activation) for each in problem.network.layers]
    return replace(problem, network=Network(layers))


def draw_weight(generator: np.random.Generator, problem: Problem, layer: int) -> tuple[int, int, int]:
    """Layer, neuron and source, from 1, of a weight of that layer that has much to do with the cost."""
    sizes = np.abs(problem.gradients.weights[layer - 2])
    neuron, source = generator.choice(np.argwhere(sizes >= 0.3 * sizes.max())) + 1
    return layer, int(neuron), int(source)


def draw_rate(
    generator: np.random.Generator, difficulty: Difficulty, problem: Problem, place: tuple[int, int, int]
) -> float:
    """A learning rate that does not correct the weight at that place to just 0."""
    layer, neuron, source = place
    old, slope = (
        arrays[layer - 2][neuron - 1, source - 1]
        for arrays in ([each.weights for each in problem.network.layers], problem.gradients.weights)
    )
    return float(generator.choice([rate for rate in difficulty.rates if abs(old - rate * slope) >= LEAST_DERIVATIVE]))
