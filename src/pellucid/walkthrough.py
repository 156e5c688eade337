"""The essay's argument in figures: each computed here, set beside what the essay prints, with its slips named."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import explain
from pellucid.explain import Derivation
from pellucid.maths import ACTIVATIONS, SGD, Layer, Network, example_costs, find_cost
from pellucid.training.step import LearningRule, start, step

HIDDEN_LAYER = (0.978, 0.322, 0.315, 0.201)
OUTPUT_WEIGHTS = ((-1.48, -2.49, 2.72, 3.46), (-1.81, 2.84, -0.438, -4.80))
OUTPUT_BIASES = (0.884, -0.226)
LEARNING_RATE = 0.05


@dataclass(frozen=True)
class Figure:
    """A number, or a vector, of the essay.

    Attributes:
        name: what it is, as a formula.
        value: as computed here, in float64.
        decimals: to how many places it is compared.
        printed: what the essay prints; None where it prints nothing.
        note: what there is to say of it.
    """

    name: str
    value: float | tuple[float, ...]
    decimals: int
    printed: float | tuple[float, ...] | None = None
    note: str = ""

    @property
    def rounded(self) -> float | tuple[float, ...]:
        """The value to `decimals` places (and never −0)."""
        if isinstance(self.value, tuple):
            return tuple(round(each, self.decimals) + 0.0 for each in self.value)
        return round(self.value, self.decimals) + 0.0 if self.decimals else round(self.value)

    @property
    def agrees(self) -> bool | None:
        """Whether the essay prints the rounded value; None where it prints nothing."""
        return None if self.printed is None else self.printed == self.rounded

    def to_dict(self) -> dict[str, Any]:
        """The figure as JSON can hold it."""
        return {
            "name": self.name,
            "value": self.value,
            "rounded": self.rounded,
            "printed": self.printed,
            "agrees": self.agrees,
            "note": self.note,
        }

    def to_text(self) -> str:
        """One line: name, rounded value, what the essay prints; and the note beneath."""
        line = f"  {self.name} = {self._shown(self.rounded)}"
        if self.agrees is False and self.printed is not None:
            line += f"   (the essay prints {self._shown(self.printed)}: a slip)"
        return line + (f"\n      {self.note}" if self.note else "")

    def _shown(self, value: float | tuple[float, ...]) -> str:
        if isinstance(value, tuple):
            return "[" + ", ".join(self._shown(each) for each in value) + "]"
        return f"{value:,.{self.decimals}f}".replace("-", "−")


@dataclass(frozen=True)
class Chapter:
    """A part of the argument: a title, a few sentences, figures, and where it helps a derivation."""

    title: str
    text: str
    figures: tuple[Figure, ...] = ()
    derivation: Derivation | None = None

    def to_dict(self) -> dict[str, Any]:
        """The chapter as JSON can hold it."""
        return {
            "title": self.title,
            "text": self.text,
            "figures": [figure.to_dict() for figure in self.figures],
            "derivation": None if self.derivation is None else self.derivation.to_dict(),
        }

    def to_text(self, width: int = 100) -> str:
        """The chapter for a terminal."""
        from textwrap import fill, indent

        parts = [self.title, fill(self.text, width)]
        if self.figures:
            parts.append("\n".join(figure.to_text() for figure in self.figures))
        if self.derivation is not None:
            parts.append(indent(self.derivation.to_text(width=width - 2).rstrip(), "  "))
        return "\n\n".join(parts)


def compute() -> list[Chapter]:
    """The chapters of the walkthrough, every figure computed as they are made."""
    chain = corrected_weight()
    return [architecture(), activation(), layer(), backpropagation(chain), wording(chain), training()]


def architecture() -> Chapter:
    """How many numbers a small network for handwritten digits has."""
    network = Network.random([28 * 28, 16, 16, 10])
    parameters = [layer.weights.size + layer.biases.size for layer in network.layers]
    text = (
        "A network for handwritten digits holds one input neuron for each of the 28 × 28 pixels, two hidden layers of "
        "16, and ten output neurons, one a digit. Every neuron after the input has a weight for each neuron of the "
        "layer before, and a bias."
    )
    return Chapter(
        "1. Architecture",
        text,
        (
            Figure("input neurons, 28 · 28", network.sizes[0], 0, 784),
            Figure("into layer 2, 16 · 784 + 16", parameters[0], 0),
            Figure("into layer 3, 16 · 16 + 16", parameters[1], 0),
            Figure("into layer 4, 10 · 16 + 10", parameters[2], 0),
            Figure("weights and biases in all", network.parameter_count, 0, 13002),
        ),
    )


def values_of(name: str, pre_activations: Sequence[float]) -> list[float]:
    """The activation function of that name at each of the numbers."""
    return [float(value) for value in ACTIVATIONS[name].value(np.array(pre_activations))]


def activation() -> Chapter:
    """What a bias does to a sigmoid and to a ReLU."""
    text = (
        "A neuron's weighted sum goes through an activation function. The sigmoid S(x) = 1/(1 + e⁻ˣ) = eˣ/(eˣ + 1) "
        "rises from its limit 0 on the left to its limit 1 on the right, most of it around 0, and a bias shifts where. "
        "A bias of −5 switches a moderate sum off and leaves extreme ones as they were; to the ReLU f(x) = max(0, x) "
        "it is a threshold."
    )
    printed = {"1": 0.7311, "1 − 5": 0.0180, "−5": 0.0067, "−5 − 5": 0.0, "10": 1.0, "10 − 5": 0.9933}
    sums = [1.0, 1.0 - 5.0, -5.0, -5.0 - 5.0, 10.0, 10.0 - 5.0]
    figures = [
        Figure(f"S({name})", value, 4, paper)
        for (name, paper), value in zip(printed.items(), values_of("sigmoid", sums), strict=True)
    ]
    low, high = ACTIVATIONS["sigmoid"].limits
    figures += [Figure("limit of S(x) for x → −∞", low, 0, 0.0), Figure("limit of S(x) for x → +∞", high, 0, 1.0)]
    printed = {"3": 3.0, "3 − 5": 0.0, "4.99 − 5": 0.0, "−4": 0.0, "−4 + 5": 1.0}
    sums = [3.0, 3.0 - 5.0, 4.99 - 5.0, -4.0, -4.0 + 5.0]
    figures += [
        Figure(f"f({name})", value, 0, paper)
        for (name, paper), value in zip(printed.items(), values_of("relu", sums), strict=True)
    ]
    return Chapter("2. Activation", text, tuple(figures))


def network_after_hidden(weights: Sequence[Sequence[float]], biases: Sequence[float]) -> Network:
    """The output layer with these parameters after a hidden layer that holds just what it is given."""
    passing_on = Layer(np.eye(len(weights[0])), np.zeros(len(weights[0])), "identity")
    return Network([passing_on, Layer(weights, biases, "sigmoid")])


def layer() -> Chapter:
    """A whole layer at once: the essay's example of four hidden and two output neurons."""
    network = network_after_hidden(OUTPUT_WEIGHTS, OUTPUT_BIASES)
    trace = network.forward(np.array(HIDDEN_LAYER))
    sums = trace.pre_activations[1] - network.layers[1].biases
    text = (
        "The weights into a layer are one matrix, its biases one vector: L₃ = S(W₃,₂ L₂ + B₃). With four hidden "
        "neurons that hold 0.978, 0.322, 0.315 and 0.201, two output neurons come out as follows."
    )
    figures = (
        Figure("W₃,₂ L₂", tuple(map(float, sums)), 5, (-0.69696, -1.95847)),
        Figure("W₃,₂ L₂ + B₃", tuple(map(float, trace.pre_activations[1])), 5, (0.18704, -2.18447)),
        Figure("L₃ = S(W₃,₂ L₂ + B₃)", tuple(map(float, trace.activations[2])), 3, (0.547, 0.101)),
    )
    derivation = explain.neuron(network, HIDDEN_LAYER, layer=3, neuron=1)
    return Chapter("3. From layer to layer", text, figures, derivation)


def corrected_weight() -> Derivation:
    """The essay's example of backpropagation, from the output neuron's activation to the corrected weight."""
    # The essay gives a₁ = 0.8, a weighted sum with bias of 0.5 and the weight 0.15; a bias of 0.38 makes these fit.
    network = network_after_hidden([[0.15, 0.0, 0.0, 0.0], [0.0] * 4], [0.38, 0.0])
    return explain.update(
        network,
        [0.8, 0.0, 0.0, 0.0],
        [1.0, 1.0],
        cost="squared-error",
        layer=3,
        neuron=1,
        source=1,
        optimizer=SGD(LEARNING_RATE),
    )


def backpropagation(derivation: Derivation) -> Chapter:
    """The chain rule for one weight, and its correction, where the essay slips."""
    a, by_output, slope, _, held, gradient, corrected = (step.value for step in derivation.steps)
    text = (
        "What should become of the weight w₁,₁ = 0.15 between the first hidden neuron, which holds 0.8, and the first "
        "output neuron, whose sum with bias is 0.5 and which should be 1? The cost C = Σ(a − E)² changes with the "
        "weight by the product of three derivatives, and the weight moves a small step, r = 0.05, against it."
    )
    slip = "0.15 − 0.05 · (−0.142) is 0.1571: the weight must grow, since the cost falls as it does."
    figures = (
        Figure("a = S(0.5)", a, 4, 0.6225),
        Figure("∂C/∂a = 2(a − E)", by_output, 3, -0.755),
        Figure("∂a/∂AS = e^(−0.5) / (1 + e^(−0.5))²", slope, 3, 0.235),
        Figure("∂AS/∂w = a of the hidden neuron", held, 1, 0.8),
        Figure("∂C/∂w", gradient, 3, -0.142),
        Figure("corrected weight", corrected, 4, 0.1271, slip),
    )
    return Chapter("4. Backpropagation", text, figures, derivation)


def wording(derivation: Derivation) -> Chapter:
    """Two passages of the essay that are looser than its formulas."""
    text = (
        "Two passages need care. The essay writes ΔW for the new weight; Δ usually means the change, here "
        "−r ∂C/∂W = +0.0071. And it tells stochastic gradient descent as averaging outputs within each set, then the "
        "gradients of many sets, before one correction. The usual method, and this program's, takes the mean gradient "
        "of one mini-batch and corrects at once: that is why it is quick, and why it zigzags on its way down."
    )
    return Chapter("5. Two words to set right", text, (Figure("the change −r ∂C/∂W", derivation.value - 0.15, 4),))


def training(n_steps: int = 8) -> Chapter:
    """The small network of the essay's figures, corrected a few times on one example."""
    network = Network.random([3, 4, 2], activation="sigmoid", initializer="standard-normal", seed=0, dtype=np.float64)
    x, expected = np.array([0.2, 0.7, 0.5]), np.array([1.0, 1.0])
    rate = 0.5
    rule = LearningRule(find_cost("squared-error"), SGD(rate))
    state = start(network.parameters, rule.optimizer)
    costs: list[float] = []
    for _ in range(n_steps + 1):
        state, trace = step(network, rule, state, x, expected, rate)
        costs.append(float(example_costs(rule.cost, trace.pre_activations[-1], trace.activations[-1], expected)))
    text = (
        "The network of the essay's figures, 3-4-2 with random weights, is given one example that both output neurons "
        f"should answer with 1. Each correction takes every weight and bias a step, r = {rate}, against its gradient; "
        "the cost falls."
    )
    names = ["cost at the start"] + [
        f"cost after {number} step{'s' * (number > 1)}" for number in range(1, n_steps + 1)
    ]
    figures = tuple(Figure(name, value, 4) for name, value in zip(names, costs, strict=True))
    return Chapter("6. Learning", text, figures)
