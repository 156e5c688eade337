"""Chapter 2: what an activation function does, what happens without one, and what its derivative takes."""

from collections.abc import Callable, Sequence

import numpy as np

from pellucid.explain import Document
from pellucid.explain.document import Formula, Paragraph, Picture
from pellucid.expression import Number, Variable
from pellucid.figures.bias import bias_shift
from pellucid.maths import ACTIVATIONS, Activation
from pellucid.walkthrough.chapter import Chapter
from pellucid.walkthrough.collapse import collapse
from pellucid.walkthrough.figure import Figure, table_of
from pellucid.walkthrough.timing import OF_THIS_MACHINE, microseconds

BIAS = -5.0
N_TIMED = 100_000


def values_of(name: str, pre_activations: Sequence[float]) -> list[float]:
    """The activation function of that name at each of the numbers."""
    return [float(value) for value in ACTIVATIONS[name].value(np.array(pre_activations))]


def activation() -> Chapter:
    """What a bias does to a sigmoid and to a ReLU, why either is needed, and which is the quicker."""
    x = Number(1.0, symbol=Variable("x"))
    sigmoid, relu = ACTIVATIONS["sigmoid"], ACTIVATIONS["relu"]
    return Chapter(
        "2. Activation",
        (
            Paragraph(
                "A neuron takes the weighted sum of what the layer before it holds, adds its bias, and puts the result "
                "through an activation function. The sigmoid S(x) = 1/(1 + e⁻ˣ) = eˣ/(eˣ + 1) rises from its limit 0 "
                "on the left to its limit 1 on the right, most of it around 0, and a bias shifts where. A bias of −5 "
                "switches a moderate sum off and leaves extreme ones as they were."
            ),
            Formula(Variable("S(x)"), sigmoid.formula(x, [x])),
            table_of(*_figures_of_sigmoid(sigmoid)),
            Paragraph(
                "To the ReLU, the rectified linear unit f(x) = max(0, x), the same bias is a threshold: what does not "
                "exceed 5 is gone."
            ),
            Formula(Variable("f(x)"), relu.formula(x, [x])),
            table_of(*_figures_of_relu()),
            Picture(
                lambda: bias_shift([sigmoid, relu], BIAS),
                "Two graphs. The sigmoid's steep part stands around 0, with a bias of −5 around 5; "
                "the ReLU's kink likewise moves from 0 to 5.",
            ),
            collapse(),
            _derivatives(sigmoid, relu),
        ),
        "what a bias does, and what is left without the sigmoid",
    )


def _figures_of_sigmoid(sigmoid: Activation) -> list[Figure]:
    printed = {"1": 0.7311, "1 − 5": 0.0180, "−5": 0.0067, "−5 − 5": 0.0, "10": 1.0, "10 − 5": 0.9933}
    sums = [1.0, 1.0 + BIAS, -5.0, -5.0 + BIAS, 10.0, 10.0 + BIAS]
    low, high = sigmoid.limits
    return [
        *(
            Figure(f"S({name})", value, 4, paper)
            for (name, paper), value in zip(printed.items(), values_of("sigmoid", sums), strict=True)
        ),
        Figure("limit of S(x) for x → −∞", low, 0, 0.0),
        Figure("limit of S(x) for x → +∞", high, 0, 1.0),
    ]


def _figures_of_relu() -> list[Figure]:
    printed = {"3": 3.0, "3 − 5": 0.0, "4.99 − 5": 0.0, "−4": 0.0, "−4 + 5": 1.0}
    sums = [3.0, 3.0 + BIAS, 4.99 + BIAS, -4.0, -4.0 - BIAS]
    return [
        Figure(f"f({name})", value, 0, paper)
        for (name, paper), value in zip(printed.items(), values_of("relu", sums), strict=True)
    ]


def _derivatives(sigmoid: Activation, relu: Activation) -> Document:
    """S′ against ReLU′, timed: alone, written out, and together with the function."""
    z = np.random.default_rng(0).normal(0.0, 2.0, N_TIMED)
    a, rectified = sigmoid.value(z), relu.value(z)

    def written_out() -> np.ndarray:
        small = np.exp(-z)
        return small / (1.0 + small) ** 2

    actions: dict[str, Callable[[], object]] = {
        "S(x)": lambda: sigmoid.value(z),
        "ReLU(x)": lambda: relu.value(z),
        "S′(x) = e⁻ˣ/(1 + e⁻ˣ)²": written_out,
        "S′(x) = a(1 − a) from the activation a": lambda: sigmoid.derivative(z, a),
        "ReLU′(x)": lambda: relu.derivative(z, rectified),
    }
    times = [microseconds(action) for action in actions.values()]
    figures = [
        Figure(f"time of {name}, {N_TIMED:,} numbers", time, 0, unit="µs", is_timing=True)
        for name, time in zip(actions, times, strict=True)
    ]
    value, relu_value, long, short, relu_slope = times
    ratios = [
        Figure("time of S′ written out ÷ time of ReLU′", long / relu_slope, 1, is_timing=True),
        Figure("time of S′ from a ÷ time of ReLU′", short / relu_slope, 1, is_timing=True),
        Figure(
            "time of S and S′ ÷ time of ReLU and ReLU′", (value + short) / (relu_value + relu_slope), 1, is_timing=True
        ),
        Figure(
            "greatest S′(x), at x = 0",
            float(sigmoid.derivative(np.zeros(()), sigmoid.value(np.zeros(())))),
            2,
        ),
    ]
    return Document(
        "Which derivative is the quicker?",
        (
            Paragraph(
                "Learning takes the derivative of the activation function thousands of times. The essay says that the "
                "ReLU's is clearly much easier to compute. Measured: written out with its exponentials S′ is indeed "
                "dear; but since S′(x) = S(x)(1 − S(x)), it takes only a subtraction and a product of the activation "
                "that is known already. What stays dear is the exponential in S itself."
            ),
            table_of(*figures, *ratios),
            Paragraph(
                f"{OF_THIS_MACHINE} A better reason for the ReLU is the last figure: each sigmoid that the chain rule "
                "passes through multiplies a derivative by a quarter at most, each active ReLU by one."
            ),
        ),
    )
