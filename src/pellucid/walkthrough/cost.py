"""Chapter 4: how wrong an answer is, as one number."""

from typing import TYPE_CHECKING

import numpy as np

from pellucid import explain
from pellucid.explain.document import Paragraph, Picture
from pellucid.figures.lines import Line, line_chart
from pellucid.maths import Network, example_costs, find_cost
from pellucid.walkthrough.chapter import Chapter
from pellucid.walkthrough.example import EXPECTED, HIDDEN_LAYER, WEIGHT, chain_input, chain_network, forward_network
from pellucid.walkthrough.figure import Figure, table_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

N_CLASSES = 10


def cost_of(network: Network, x: np.ndarray, expected: np.ndarray) -> float:
    """C = Σ(a − E)²: of one example, or the mean over the examples in rows."""
    trace = network.forward(x)
    costs = example_costs(find_cost("squared-error"), trace.pre_activations[-1], trace.activations[-1], expected)
    return float(costs.mean())


def cost() -> Chapter:
    """The squared error of the essay's example, that of answers that know nothing, and the cost along one weight."""
    network = forward_network()
    value = cost_of(network, np.array(HIDDEN_LAYER), np.array(EXPECTED))
    derivation = explain.cost(network, HIDDEN_LAYER, EXPECTED, cost="squared-error")
    expected = np.eye(N_CLASSES)[0]

    def cost_of_saying(answer: np.ndarray | float) -> float:
        return float(find_cost("squared-error").terms(np.broadcast_to(answer, N_CLASSES), expected).sum())

    return Chapter(
        "4. Cost",
        (
            Paragraph(
                "To learn, a network is shown examples whose answers are known: labelled data. The cost says how wrong "
                "it is. A usual one takes the difference of each output from what it should be, squares it, so "
                "that no error makes up for another, and sums: C = Σ(a − E)². If both output neurons of "
                "chapter 3 should hold 1:"
            ),
            table_of(Figure("C of L₃ when E = [1, 1]", value, 4)),
            derivation,
            Paragraph(
                "The cost of many examples is the mean of theirs. To know what a cost is worth, see what answers cost "
                f"that tell nothing, where one of {N_CLASSES} outputs should be 1 and the others 0:"
            ),
            table_of(
                Figure("all outputs ½", cost_of_saying(0.5), 2),
                Figure("all outputs 0", cost_of_saying(0.0), 2),
                Figure("all outputs 1/10, the share of each class", cost_of_saying(1 / N_CLASSES), 2),
                Figure("the right answer", cost_of_saying(expected), 2),
            ),
            Paragraph(
                "The outputs follow from the weights and biases. So the cost is a function of these, all of them, and "
                "to learn means to look for those where it is small. Along a single weight it can be drawn:"
            ),
            Picture(
                _draw_along_one_weight,
                "The cost falls along an S-shaped curve as the weight grows; a dot marks the weight 0.15.",
            ),
        ),
        "how wrong an answer is",
    )


def _draw_along_one_weight() -> "Drawing":
    weights = np.linspace(-12.0, 12.0, 241)
    costs = [cost_of(chain_network(weight), chain_input(), np.array(EXPECTED)) for weight in weights]
    here = cost_of(chain_network(), chain_input(), np.array(EXPECTED))
    return line_chart(
        [
            Line("C", weights, np.array(costs)),
            Line(f"w₁,₁ = {WEIGHT}", np.array([WEIGHT]), np.array([here]), is_dots=True),
        ],
        x_label="the weight w₁,₁ of chapter 6",
        y_label="cost",
        title="The cost along one weight",
    )
