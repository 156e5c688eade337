"""A cost function on one sheet: its formula, its graph, its derivative derived, and the output that it goes with."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.explain.derivation import Derivation, Steps
from pellucid.explain.document import Formula, Paragraph, Picture, Table
from pellucid.explain.sheets.behaviour import in_words
from pellucid.explain.sheets.differentiation import add_derivative
from pellucid.expression import Expression, Number, Partial, Variable, constant, evaluate
from pellucid.maths import Cost, find_cost

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LARGEST = 10_000.0
OUTPUT, EXPECTED, COST = Variable("a"), Variable("E"), Variable("C")
SLOPE = Partial(COST, OUTPUT)


def cost_function(name: str | Cost, *, a: float = 0.6, expected: float = 1.0) -> Derivation:
    """The sheet of a cost function for one output; `.value` is its derivative ∂C/∂a.

    Parameters:
        name: a name of the closed list, or a `Cost`.
        a: the output at which value and derivative are found: between 0 and 1 for the cross-entropies, else from
            −10,000 to 10,000.
        expected: the expected output E: 0 to 1 for the cross-entropies, else with the bounds of a.

    Raises:
        InvalidValueError: a or E is out of bounds; UnknownNameError: an unknown cost.
    """
    function = find_cost(name)
    require_domain(function, a, expected)
    output, target = Number(float(a), symbol=OUTPUT), Number(float(expected), symbol=EXPECTED)

    steps = Steps()
    steps.show(Formula(COST, function.formula(*(Number(0.5, symbol=symbol) for symbol in (OUTPUT, EXPECTED)))))
    if function.advice:
        steps.show(Paragraph(function.advice))
    steps.show(properties(function))
    steps.show(Picture(partial(draw, function, expected), f"The graph of {function.name} and of its slope."))
    steps.show(errors_table(function, expected))
    steps.add("the cost of this output", COST, function.formula(output, target))
    slope, operations = add_derivative(steps, function.formula(output, target), output, OUTPUT)
    differences = [each.value for each in operations if each.source == output - target]
    if function.output is not None:
        add_cancellation(steps, function.output, output, target, slope)
    closed = function.derivative_formula(output, target, *(differences or [output - target]))
    note = ""
    if evaluate(closed) != evaluate(slope) and a == expected:
        note = "At the kink, where every slope between that from the left and that from the right would do, it is 0."
    steps.add("the derivative in closed form", SLOPE, closed, note)
    return steps.conclude(f"The cost {function.name} at a = {in_words(a)}, E = {in_words(expected)}")


def require_domain(function: Cost, a: float, expected: float) -> None:
    """Raises InvalidValueError where the cost is not defined or not finite."""
    if function.output is None:
        for parameter, value in (("a", a), ("expected", expected)):
            if not abs(value) <= LARGEST:
                raise InvalidValueError(f"{parameter}: a number from −10,000 to 10,000 is required, got {value:g}")
    elif not 0 < a < 1:
        raise InvalidValueError(f"a: {function.name} is of probabilities between 0 and 1, got {a:g}")
    elif not 0 <= expected <= 1:
        raise InvalidValueError(f"expected: {function.name} is of probabilities from 0 to 1, got {expected:g}")


def properties(function: Cost) -> Table:
    """Where it is defined, how large it gets, what it goes with, and who published it."""
    low, high = function.range
    rows = (
        ("outputs", function.domain),
        ("range", (constant(low), " to ", constant(high))),
        ("goes with", f"the output activation {function.output}" if function.output else "any output activation"),
        ("source", function.source),
    )
    return Table(("property", function.name), rows)


def errors_table(function: Cost, expected: float) -> Table:
    """What errors small and large cost, and how hard they pull."""
    if function.output is None:
        outputs = [expected + error for error in (0.1, 1.0, 5.0, 10.0)]
    else:
        outputs = [share if expected >= 0.5 else 1 - share for share in (0.9, 0.5, 0.1, 0.01)]
    a, targets = np.array(outputs).round(12), np.full(len(outputs), float(expected))
    rows = tuple(
        (constant(output), constant(error), cost, slope)
        for output, error, cost, slope in zip(
            *(
                column.tolist()
                for column in (a, (a - targets).round(12), function.terms(a, targets), function.derivative(a, targets))
            ),
            strict=True,
        )
    )
    caption = "What errors cost, and how hard they pull, where the expected output is ", constant(expected), "."
    return Table(("a", "a − E", "C", "∂C/∂a"), rows, caption)


def add_cancellation(steps: Steps, activation: str, output: Number, expected: Number, slope: Number) -> None:
    """Adds how ∂C/∂a and the derivative of the output activation that the cost goes with cancel to a − E."""
    delta = Variable("δ")
    if activation == "sigmoid":
        steps.show(Paragraph("Why sigmoid goes with it: its derivative a (1 − a), small where it saturates, cancels."))
        by_z = Partial(OUTPUT, Variable("z"))
        derivative = steps.add("derivative of the sigmoid, from its value", by_z, output * (1 - output))
        steps.add("delta: the product of the two factors", delta, slope * derivative)
    elif activation == "softmax":
        steps.show(Paragraph("Why softmax goes with it: of two outputs that share 1, all but a − E cancels."))
        share = steps.add("the other output", Variable("a", None, (2,)), 1 - output)
        target = steps.add("what is expected of it", Variable("E", None, (2,)), 1 - expected)
        by_other = Partial(COST, Variable("a", None, (2,)))
        other: Expression = steps.add("its derivative of the cost", by_other, -1 * target / share)
        mean = steps.add("mean of ∂C/∂a, weighted by the softmax", Variable("m"), output * slope + share * other)
        steps.add("delta: by the derivative of softmax", delta, output * (slope - mean))
    else:
        return
    steps.add("delta in closed form: output minus expected output", delta, output - expected)


def draw(function: Cost, expected: float) -> "Figure":
    from pellucid.figures.cost import cost_graph

    return cost_graph(function, expected)
