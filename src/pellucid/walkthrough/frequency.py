"""Why each class should have about as many examples: what the gradient prefers where one has ten times as many."""

import numpy as np
from jaxtyping import Float, Int64

from pellucid.data import Part
from pellucid.explain import Document
from pellucid.explain.document import Paragraph, Picture
from pellucid.figures.bars import paired_bars
from pellucid.maths import SGD, Network, backward, find_cost
from pellucid.model import Evaluation, evaluate
from pellucid.training.step import LearningRule, start, step
from pellucid.walkthrough.digits import DigitsLesson
from pellucid.walkthrough.figure import Figure, table_of

FREQUENT, TIMES = 3, 10
N_FIRST_STEPS, N_STEPS, RATE = 20, 300, 3.0


def frequency(lesson: DigitsLesson) -> Document:
    """The section: gradients and learning on as many examples of each digit, and on ten times as many threes."""
    part = lesson.data.train
    rows = {"as many of each class": alike(part), f"{TIMES} times as many {FREQUENT}s": unlike(part)}
    begun = corrected(lesson.start.astype(np.float64), part, alike(part), N_FIRST_STEPS)
    gradients = {name: bias_gradient(begun, part, chosen) for name, chosen in rows.items()}
    balanced, unbalanced = gradients.values()
    others = np.delete(np.abs(unbalanced), FREQUENT)
    n = len(unlike(part))
    judged_alike, judged_unlike = (
        evaluate(corrected(begun, part, chosen, N_STEPS), lesson.test) for chosen in (alike(part, n), unlike(part))
    )
    return Document(
        "Why classes should be equally frequent",
        (
            Paragraph(
                "The essay asks for similar numbers of examples for each answer, lest the gradient prefer one output "
                f"neuron. Measured: a network that has made {N_FIRST_STEPS} steps on as many examples of each digit, "
                "and says about one tenth to everything, is given two sets to go on with. In the one all digits are "
                f"equally frequent, in the other there are {TIMES} times as many {FREQUENT}s. The derivative of the "
                "cost by an output neuron's bias tells what a set wants of that neuron, whatever the picture: below "
                "zero, more; above, less."
            ),
            Picture(
                lambda: paired_bars(
                    lesson.classes,
                    {name: gradient.tolist() for name, gradient in gradients.items()},
                    x_label="output neuron",
                    y_label="mean ∂C/∂b",
                    title="What the two sets want of each output neuron",
                ),
                f"For the balanced set all bars are close to zero; for the other the bar of output neuron {FREQUENT} "
                "reaches far below zero, and the others stand a little above it.",
            ),
            table_of(
                Figure("greatest |∂C/∂b| of an output neuron, equally frequent", float(np.abs(balanced).max()), 4),
                Figure(f"∂C/∂b of the {FREQUENT}'s neuron, {TIMES} times as many", float(unbalanced[FREQUENT]), 4),
                Figure(
                    f"its size ÷ the mean size of the others, {TIMES} times as many",
                    float(abs(unbalanced[FREQUENT]) / others.mean()),
                    1,
                    note="The others push back a little each; together they weigh as much.",
                ),
            ),
            Paragraph(
                f"What comes of it, after {N_STEPS:,} further steps on {n} examples each time, and judged on the "
                f"{lesson.test.n_samples} test examples:"
            ),
            table_of(
                Figure("right answers, equally frequent", _percent(judged_alike), 1, unit="%"),
                Figure(f"right answers, {TIMES} times as many {FREQUENT}s", _percent(judged_unlike), 1, unit="%"),
                Figure(f"times it said {FREQUENT}, equally frequent", _said(judged_alike), 0),
                Figure(f"times it said {FREQUENT}, {TIMES} times as many", _said(judged_unlike), 0),
                Figure(f"{FREQUENT}s among the test examples", _there(judged_alike), 0),
            ),
        ),
    )


def alike(part: Part, n: int | None = None) -> Int64[np.ndarray, " n"]:
    """Rows with as many examples of each class: all that there can be, or at most n in all."""
    per_class = min(part.class_counts) if n is None else n // len(part.class_counts)
    return _rows(part, [per_class] * len(part.class_counts))


def unlike(part: Part) -> Int64[np.ndarray, " n"]:
    """Rows with ten times as many examples of one class as of each other."""
    per_class = min(part.class_counts)
    return _rows(part, [per_class if k == FREQUENT else per_class // TIMES for k in range(len(part.class_counts))])


def _rows(part: Part, counts: list[int]) -> Int64[np.ndarray, " n"]:
    return np.concatenate([np.flatnonzero(part.labels == k)[:count] for k, count in enumerate(counts)])


def bias_gradient(network: Network, part: Part, rows: Int64[np.ndarray, " n"]) -> Float[np.ndarray, " n_outputs"]:
    """The mean of ∂C/∂b over the examples, for each output neuron."""
    x, expected = part.inputs[rows].astype(np.float64), part.expected[rows].astype(np.float64)
    return backward(network, network.forward(x), expected).biases[-1]


def corrected(network: Network, part: Part, rows: Int64[np.ndarray, " n"], n_steps: int) -> Network:
    """The network after so many steps of gradient descent, each with all these examples."""
    x, expected = part.inputs[rows].astype(np.float64), part.expected[rows].astype(np.float64)
    rule = LearningRule(find_cost("squared-error"), SGD(RATE))
    state = start(network.parameters, rule)
    for _ in range(n_steps):
        state = step(network, rule, state, x, expected, RATE).state
    return network.with_parameters(state.parameters)


def _percent(evaluation: Evaluation) -> float:
    return 100.0 * (evaluation.accuracy or 0.0)


def _confusion(evaluation: Evaluation) -> np.ndarray:
    assert evaluation.confusion is not None, "digits are classes"  # noqa: S101
    return evaluation.confusion


def _said(evaluation: Evaluation) -> int:
    return int(_confusion(evaluation)[:, FREQUENT].sum())


def _there(evaluation: Evaluation) -> int:
    return int(_confusion(evaluation)[FREQUENT].sum())
