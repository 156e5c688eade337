"""Networks, costs and optimizers once more, from their formulas and example by example: an independent truth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from scipy.special import expit, ndtr, softmax

import pellucid as pl
from pellucid.maths import L1, L2, SGD, Adam, AdamW, Optimizer, Penalty, RMSProp

OPTIMIZERS = (
    SGD(0.3),
    SGD(0.1, momentum=0.9),
    SGD(0.1, momentum=0.8, nesterov=True),
    RMSProp(0.02, decay=0.8, epsilon=1e-6),
    Adam(0.02),
    AdamW(0.02, beta1=0.8, beta2=0.95, weight_decay=0.1),
    RMSProp(0.02, decay=0.0),
    Adam(0.02, beta1=0.0),
)
PENALTIES = (None, L1(0.02), L2(0.05))

Pair = tuple[np.ndarray, np.ndarray]
Memory = dict[str, np.ndarray]
SCALE, ALPHA = 1.0507009873554805, 1.6732632423543773


def normal_density(z: np.ndarray) -> np.ndarray:
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


ELEMENTWISE: Mapping[str, Callable[[np.ndarray], Pair]] = {
    "identity": lambda z: (z, np.ones_like(z)),
    "sigmoid": lambda z: (expit(z), expit(z) * expit(-z)),
    "tanh": lambda z: (np.tanh(z), np.cosh(z) ** -2),
    "relu": lambda z: (np.where(z > 0, z, 0), np.where(z > 0, 1, 0)),
    "leaky-relu": lambda z: (np.where(z > 0, z, 0.01 * z), np.where(z > 0, 1, 0.01)),
    "elu": lambda z: (np.where(z > 0, z, np.expm1(z)), np.where(z > 0, 1, np.exp(z))),
    "selu": lambda z: (
        SCALE * np.where(z > 0, z, ALPHA * np.expm1(z)),
        SCALE * np.where(z > 0, 1, ALPHA * np.exp(z)),
    ),
    "gelu": lambda z: (z * ndtr(z), ndtr(z) + z * normal_density(z)),
    "silu": lambda z: (z * expit(z), expit(z) + z * expit(z) * expit(-z)),
    "softplus": lambda z: (np.logaddexp(0, z), expit(z)),
}
"""Each activation's value and slope; softmax has a whole Jacobian."""

COST_AND_SLOPE: Mapping[str, Callable[[np.ndarray, np.ndarray], Pair]] = {
    "squared-error": lambda a, e: ((a - e) ** 2, 2 * (a - e)),
    "half-squared-error": lambda a, e: ((a - e) ** 2 / 2, a - e),
    "cross-entropy": lambda a, e: (-e * np.log(a), -e / a),
    "binary-cross-entropy": lambda a, e: (-e * np.log(a) - (1 - e) * np.log1p(-a), (a - e) / (a * (1 - a))),
    "absolute-error": lambda a, e: (np.abs(a - e), np.sign(a - e)),
    "huber": lambda a, e: (
        np.where(np.abs(a - e) <= 1, (a - e) ** 2 / 2, np.abs(a - e) - 0.5),
        np.clip(a - e, -1, 1),
    ),
}


def activate(name: str, z: np.ndarray) -> np.ndarray:
    return softmax(z) if name == "softmax" else ELEMENTWISE[name](z)[0]


def through_activation(name: str, slope: np.ndarray, z: np.ndarray) -> np.ndarray:
    """∂C/∂z from ∂C/∂a."""
    if name == "softmax":
        a = softmax(z)
        return (np.diag(a) - np.outer(a, a)) @ slope
    return slope * ELEMENTWISE[name](z)[1]


@dataclass(frozen=True)
class Reference:
    """One example or a batch on its way through a network and back, worked out by NumPy alone, in float64."""

    network: pl.Network
    inputs: np.ndarray
    targets: np.ndarray
    cost: str
    raw: np.ndarray | None = None
    is_by_hand: ClassVar[bool] = True

    def row(self, values: np.ndarray, ref: Any) -> np.ndarray:
        assert (values.ndim == 2) == (ref.example is not None), ref
        return values if ref.example is None else values[ref.example]

    def activate(self, layer: int, z: np.ndarray) -> np.ndarray:
        """The activations of a layer, from 2, for these pre-activations."""
        return activate(self.network.layers[layer - 2].activation.name, z)

    def cost_and_slope(self, outputs: np.ndarray) -> Pair:
        """Each output's part of the first example's cost, and ∂C/∂a."""
        return COST_AND_SLOPE[self.cost](outputs, np.atleast_2d(self.targets)[0])

    def forward(self, x: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Every z and a of one example."""
        sums, activations = [], [x]
        for layer in self.network.layers:
            sums.append(np.asarray(layer.weights, np.float64) @ activations[-1] + np.asarray(layer.biases, np.float64))
            activations.append(activate(layer.activation.name, sums[-1]))
        return sums, activations

    def backward(self, sums: Sequence[np.ndarray], last: np.ndarray) -> list[np.ndarray]:
        """δ of each layer of one example, from that of the output layer."""
        deltas = [last]
        for index in range(len(sums) - 2, -1, -1):
            slope = np.asarray(self.network.layers[index + 1].weights, np.float64).T @ deltas[0]
            deltas.insert(0, through_activation(self.network.layers[index].activation.name, slope, sums[index]))
        return deltas

    @cached_property
    def examples(self) -> list[SimpleNamespace]:
        found = []
        for x, e in zip(np.atleast_2d(self.inputs), np.atleast_2d(self.targets), strict=True):
            sums, activations = self.forward(x)
            costs, slopes = COST_AND_SLOPE[self.cost](activations[-1], e)
            last = through_activation(self.network.output.name, slopes, sums[-1])
            deltas = self.backward(sums, last)
            found.append(SimpleNamespace(z=sums, a=activations, cost=costs.sum(), slopes=slopes, deltas=deltas))
        return found

    def together(self, of: Callable[[SimpleNamespace], np.ndarray]) -> np.ndarray:
        """Something of each example in rows; of a single example, as it is."""
        return np.array([of(example) for example in self.examples]) if self.inputs.ndim == 2 else of(self.examples[0])

    @cached_property
    def trace(self) -> SimpleNamespace:
        depth = len(self.network.layers)
        return SimpleNamespace(
            pre_activations=[self.together(lambda each, k=k: each.z[k]) for k in range(depth)],
            activations=[self.together(lambda each, k=k: each.a[k]) for k in range(depth + 1)],
        )

    @cached_property
    def gradients(self) -> SimpleNamespace:
        depth = len(self.network.layers)
        return SimpleNamespace(
            deltas=[self.together(lambda each, k=k: each.deltas[k]) for k in range(depth)],
            weights=[np.mean([np.outer(each.deltas[k], each.a[k]) for each in self.examples], 0) for k in range(depth)],
            biases=[np.mean([each.deltas[k] for each in self.examples], 0) for k in range(depth)],
        )

    @property
    def mean_cost(self) -> float:
        return float(np.mean([example.cost for example in self.examples]))

    def slope_by_activation(self, ref: Any) -> np.ndarray:
        """∂C/∂a of a layer of one example."""
        example = self.examples[ref.example or 0]
        if ref.layer == len(self.network.sizes):
            return example.slopes
        return np.asarray(self.network.layers[ref.layer - 1].weights, np.float64).T @ example.deltas[ref.layer - 1]

    def margin_weights(self) -> np.ndarray:
        """+1 for the class that the outputs name, −1 for the runner-up."""
        ranking = sorted(range(len(self.targets)), key=lambda k: (self.examples[0].a[-1][k], self.examples[0].z[-1][k]))
        weights = np.zeros(len(ranking))
        weights[ranking[-1]], weights[ranking[-2]] = 1, -1
        return weights

    @cached_property
    def path_gradient(self) -> np.ndarray:
        """The mean of the margin's gradient at 64 places on the way from zeros to the input."""
        weights = self.margin_weights()
        places = [self.forward((k + 0.5) / 64 * self.inputs)[0] for k in range(64)]
        deltas = np.mean([self.backward(sums, weights)[0] for sums in places], axis=0)
        return np.asarray(self.network.layers[0].weights, np.float64).T @ deltas

    @property
    def look_ups(self) -> dict[str, Callable[[Any, Any], float]]:
        """What this truth has of its own for the check of a derivation."""
        return {
            "g": lambda truth, ref: truth.slope_by_activation(ref)[ref.numbers[0] - 1],
            "p": lambda truth, ref: truth.path_gradient[ref.numbers[0] - 1],
            "o": lambda truth, ref: truth.forward(0 * truth.inputs)[0][ref.layer - 2][ref.numbers[0] - 1],
        }


def correct(optimizer: Optimizer, w: np.ndarray, g: np.ndarray, memory: Memory, t: int, decays: bool) -> np.ndarray:
    """A parameter array after step t, as the optimizer's authors have it; what it remembers is brought up to date."""
    r = optimizer.learning_rate
    match optimizer:
        case SGD(momentum=0.0):
            return w - r * g
        case SGD(momentum=mu, nesterov=nesterov):
            memory["v"] = mu * memory.get("v", 0 * w) - r * g
            return w + mu * memory["v"] - r * g if nesterov else w + memory["v"]
        case RMSProp(decay=rho, epsilon=epsilon):
            memory["s"] = rho * memory.get("s", 0 * w) + (1 - rho) * g * g
            return w - r * g / (np.sqrt(memory["s"]) + epsilon)
        case Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            memory["m"] = beta1 * memory.get("m", 0 * w) + (1 - beta1) * g
            memory["s"] = beta2 * memory.get("s", 0 * w) + (1 - beta2) * g * g
            step = memory["m"] / (1 - beta1**t) / (np.sqrt(memory["s"] / (1 - beta2**t)) + epsilon)
            decay = optimizer.weight_decay if isinstance(optimizer, AdamW) and decays else 0.0
            return w - r * step - r * decay * w
    raise ValueError(optimizer)


def penalty_slope(penalty: Penalty | None, weights: np.ndarray) -> np.ndarray:
    if penalty is None:
        return 0 * weights
    return penalty.strength * (np.sign(weights) if isinstance(penalty, L1) else weights)


def penalty_value(penalty: Penalty | None, network: pl.Network) -> float:
    total = 0.0
    for layer in network.layers if penalty is not None else ():
        total += penalty.strength * np.sum(
            np.abs(layer.weights) if isinstance(penalty, L1) else np.asarray(layer.weights, np.float64) ** 2 / 2
        )
    return float(total)


class HandTraining:
    """Training by hand: parameters, what is remembered of each, and how many steps were made."""

    def __init__(self, network: pl.Network, optimizer: Optimizer, penalty: Penalty | None) -> None:
        self.optimizer, self.penalty, self.t = optimizer, penalty, 0
        self.network = network
        self.memory: list[tuple[Memory, Memory]] = [({}, {}) for _ in network.layers]

    def slopes(self, reference: Reference) -> list[Pair]:
        """The derivatives of cost and penalty, layer by layer."""
        return [
            (weights + penalty_slope(self.penalty, layer.weights), biases)
            for layer, weights, biases in zip(
                self.network.layers, reference.gradients.weights, reference.gradients.biases, strict=True
            )
        ]

    def step(self, inputs: np.ndarray, targets: np.ndarray, cost: str) -> None:
        self.t += 1
        layers = []
        slopes = self.slopes(Reference(self.network, inputs, targets, cost))
        for layer, (of_weights, of_biases), (slope, bias_slope) in zip(
            self.network.layers, self.memory, slopes, strict=True
        ):
            weights = correct(self.optimizer, layer.weights, slope, of_weights, self.t, decays=True)
            biases = correct(self.optimizer, layer.biases, bias_slope, of_biases, self.t, decays=False)
            layers.append(pl.Layer(weights, biases, layer.activation))
        self.network = pl.Network(layers)


def entry(arrays: Pair, ref: Any) -> float:
    place = tuple(number - 1 for number in ref.numbers)
    return float(arrays[0 if len(place) == 2 else 1][place])


def look_ups_of_step(training: HandTraining, before: Reference) -> dict[str, Callable[[Any, Any], float]]:
    """What the references of the step that training makes next stand for; makes the step."""
    slopes, old = training.slopes(before), training.network
    remembered = [tuple(dict(memory) for memory in layer) for layer in training.memory]
    training.step(np.atleast_2d(before.inputs), np.atleast_2d(before.targets), before.cost)
    new, optimizer = training.network, training.optimizer

    def memory(letter: str) -> Callable[[Any, Any], float]:
        def look_up(truth: Any, ref: Any) -> float:
            of_weights, of_biases = (each.get(letter) for each in remembered[ref.layer - 2])
            return 0.0 if of_weights is None else entry((of_weights, of_biases), ref)

        return look_up

    def change(truth: Any, ref: Any) -> float:
        was, now = old.layers[ref.layer - 2], new.layers[ref.layer - 2]
        return entry((now.weights - was.weights, now.biases - was.biases), ref)

    def slope(truth: Any, ref: Any) -> float:
        return entry(slopes[ref.layer - 2], ref)

    return {
        "r": lambda truth, ref: optimizer.learning_rate,
        "t": lambda truth, ref: training.t,
        **{letter: memory(letter) for letter in "vms"},
        **dict.fromkeys(("dw", "db"), slope),
        **dict.fromkeys(("cw", "cb"), change),
    }


@pytest.fixture(scope="session")
def by_hand(make_truth: Callable) -> Callable[..., Reference]:
    """`by_hand(activation, cost, output, sizes, seed, n_samples=None)`: as `make_truth`, but worked out by hand."""

    def make(*arguments: Any, biases: float = 0.3) -> Reference:
        truth = make_truth(*arguments)
        generator = np.random.default_rng(7)
        layers = [
            pl.Layer(layer.weights, generator.normal(0, biases, layer.n_out), layer.activation)
            for layer in truth.network.layers
        ]
        return Reference(pl.Network(layers), truth.inputs, truth.targets, truth.cost)

    return make


@pytest.fixture(scope="session")
def hand() -> SimpleNamespace:
    """The rest of what is worked out by hand: training, its references, penalties; and what is gone through."""
    return SimpleNamespace(
        Training=HandTraining,
        Reference=Reference,
        look_ups_of_step=look_ups_of_step,
        penalty_value=penalty_value,
        optimizers=OPTIMIZERS,
        penalties=PENALTIES,
    )
