"""Chapter 5: gradient descent, on two weights that can be drawn and on the 26 of a small network."""

import numpy as np
from jaxtyping import Float

from pellucid.explain import Document
from pellucid.explain.document import Paragraph, Picture, Table
from pellucid.figures.descent import descent_paths
from pellucid.maths import SGD, Gradients, Layer, Network, Parameters, backward, find_cost
from pellucid.maths.activations import sigmoid
from pellucid.training.step import LearningRule, start, step
from pellucid.walkthrough.chapter import Chapter
from pellucid.walkthrough.cost import cost_of
from pellucid.walkthrough.example import DRAWN
from pellucid.walkthrough.figure import Figure, table_of

INPUTS = np.array([[2.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
BEST = np.array([1.0, -1.5])
EXPECTED = sigmoid(INPUTS @ BEST)[:, None]
START = np.array([-2.0, 2.0])
RATES = {"too small": 0.5, "right": 10.0, "too large": 60.0}
N_STEPS = 40
SHOWN_STEPS = (0, 1, 2, 3, 5, 10, 20, 40)
REACH = ((-3.0, 6.0), (-6.0, 3.5))

SMALL_INPUT, SMALL_EXPECTED, SMALL_RATE, N_SMALL_STEPS = np.array([0.2, 0.7, 0.5]), np.array([1.0, 1.0]), 0.5, 8
N_DIRECTIONS = 1_000


def neuron_with(weights: Float[np.ndarray, " 2"]) -> Network:
    """A sigmoid neuron with these two weights and no bias."""
    return Network([Layer(weights[None, :], np.zeros(1), "sigmoid")])


def cost_at(weights: Float[np.ndarray, " 2"]) -> float:
    """The mean cost of the four examples."""
    return cost_of(neuron_with(weights), INPUTS, EXPECTED)


def gradient_at(weights: Float[np.ndarray, " 2"]) -> Float[np.ndarray, " 2"]:
    """The gradient of the mean cost, by backpropagation."""
    network = neuron_with(weights)
    return backward(network, network.forward(INPUTS), EXPECTED).weights[0][0]


def path(rate: float) -> Float[np.ndarray, "n_points 2"]:
    """The weights from the start on, each a step −r ∇C from the one before."""
    points = [START]
    for _ in range(N_STEPS):
        points.append(points[-1] - rate * gradient_at(points[-1]))
    return np.array(points)


def greatest_curvature() -> float:
    """The greatest eigenvalue of the second derivatives at the minimum, by central differences of the gradient."""
    h = 1e-5
    columns = [(gradient_at(BEST + h * axis) - gradient_at(BEST - h * axis)) / (2 * h) for axis in np.eye(2)]
    return float(np.linalg.eigvalsh(np.array(columns))[-1])


def descent() -> Chapter:
    """What the gradient is for, what the learning rate does, and a small network that learns one example."""
    return Chapter(
        "5. Gradient descent",
        (
            Paragraph(
                "The gradient ∇C holds the derivative of the cost by each weight and bias: how much it matters, and "
                "which way. It points where the cost rises fastest. So each step goes the opposite way, by a small "
                "multiple of the gradient, the learning rate r: every parameter becomes itself minus r times its "
                "derivative. What matters much is changed much."
            ),
            _two_weights(),
            _small_network(),
        ),
        "downhill on two weights, with steps too small, right and too large",
    )


def _two_weights() -> Document:
    paths = {name: path(rate) for name, rate in RATES.items()}
    costs = {name: [cost_at(point) for point in points] for name, points in paths.items()}
    header = ("steps", *(f"r = {rate:g}, {name}" for name, rate in RATES.items()))
    rows = tuple((str(k), *(costs[name][k] for name in RATES)) for k in SHOWN_STEPS)
    curvature = greatest_curvature()
    return Document(
        "Two weights on a map",
        (
            Paragraph(
                "A neuron with two weights has a cost that can be drawn as a landscape. Four examples are to be "
                f"answered; the weights {_point(BEST)} answer them all, and gradient descent sets out from "
                f"{_point(START)}."
            ),
            Picture(
                lambda: descent_paths(
                    lambda first, second: cost_at(np.array([first, second])),
                    {f"r = {rate:g}: {name}": paths[name] for name, rate in RATES.items()},
                    (float(BEST[0]), float(BEST[1])),
                    REACH,
                ),
                f"Three maps of the cost over two weights. From one square, {N_STEPS} steps get only part "
                "of the way where r is too small, run into the minimum, a star, where it is right, and leap to and fro "
                "without coming to rest where it is too large.",
            ),
            Table(header, rows, "The cost after so many steps"),
            table_of(
                *(
                    Figure(f"cost after {N_STEPS} steps, r = {rate:g} ({name})", costs[name][-1])
                    for name, rate in RATES.items()
                ),
                Figure("greatest curvature λ of the cost at its minimum", curvature, 4),
                Figure(
                    "largest r that can come to rest there, 2/λ",
                    2.0 / curvature,
                    1,
                    note="A larger step lands on the other side, higher up than before.",
                ),
            ),
        ),
    )


def _point(weights: np.ndarray) -> str:
    return f"({weights[0]:g}, {weights[1]:g})".replace("-", "−")


def _small_network() -> Document:
    network = Network.random(DRAWN, initializer="standard-normal", seed=0, dtype=np.float64)
    x, expected, rate = SMALL_INPUT, SMALL_EXPECTED, SMALL_RATE
    rule = LearningRule(find_cost("squared-error"), SGD(rate))
    state = start(network.parameters, rule)
    costs = [cost_of(network, x, expected)]
    for _ in range(N_SMALL_STEPS):
        state = step(network, rule, state, x, expected, rate).state
        costs.append(cost_of(network.with_parameters(state.parameters), x, expected))
    names = ["cost at the start"] + [
        f"cost after {number} step{'s' * (number > 1)}" for number in range(1, N_SMALL_STEPS + 1)
    ]
    gradients = backward(network, network.forward(x), expected)
    length = float(np.linalg.norm(flat(gradients)))
    return Document(
        "All the weights of a small network",
        (
            Paragraph(
                "The network of the essay's figures, 3-4-2 with random weights, is given one example that both output "
                f"neurons should answer with 1. Each correction takes every weight and bias a step, r = {rate}, "
                "against its gradient; the cost falls."
            ),
            table_of(*(Figure(name, value, 4) for name, value in zip(names, costs, strict=True))),
            Paragraph(
                "How much the first step wins could be foretold: for small steps it is r times the squared length of "
                f"the gradient. And no other direction would have won more: of {N_DIRECTIONS:,} steps of the same "
                "length in random directions not the best comes near."
            ),
            table_of(
                Figure("fall of the cost foretold for the first step, r‖∇C‖²", rate * length**2, 4),
                Figure("fall of the cost in the first step", costs[0] - costs[1], 4),
                Figure(
                    f"greatest fall of {N_DIRECTIONS:,} steps of that length in random directions",
                    costs[0] - min(_costs_around(network, rate * length)),
                    4,
                ),
            ),
        ),
    )


def flat(gradients: Gradients) -> Float[np.ndarray, " n_parameters"]:
    """All derivatives in one vector: weights and biases layer by layer."""
    arrays = [array for pair in zip(gradients.weights, gradients.biases, strict=True) for array in pair]
    return np.concatenate([np.ravel(array) for array in arrays])


def _costs_around(network: Network, distance: float) -> list[float]:
    """The costs of the example a step of that length away from the network's parameters, in random directions."""
    generator = np.random.default_rng(0)
    costs: list[float] = []
    for _ in range(N_DIRECTIONS):
        direction = generator.normal(size=network.parameter_count)
        moved = _moved(network, distance * direction / np.linalg.norm(direction))
        costs.append(cost_of(network.with_parameters(moved), SMALL_INPUT, SMALL_EXPECTED))
    return costs


def _moved(network: Network, change: np.ndarray) -> Parameters:
    """The network's parameters with the change added, one number for each in the order of `flat`."""
    ends = np.cumsum([array.size for layer in network.parameters for array in layer])[:-1]
    pieces = iter(np.split(change, ends))
    return tuple(
        type(layer)(*(array + next(pieces).reshape(array.shape) for array in layer)) for layer in network.parameters
    )
