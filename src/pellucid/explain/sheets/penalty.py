"""A penalty on one sheet: what large weights add to the cost, the derivative derived, and where it draws a weight."""

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pellucid.errors import InvalidValueError, look_up
from pellucid.explain.correction.memory import with_symbols
from pellucid.explain.derivation import Derivation, Steps
from pellucid.explain.document import Formula, Paragraph, Picture, Table
from pellucid.explain.objective import PENALTY, PENALTY_SYMBOLS
from pellucid.explain.sheets.behaviour import in_words
from pellucid.explain.sheets.differentiation import add_derivative
from pellucid.expression import Number, Partial, Variable, constant
from pellucid.maths import PENALTIES, Penalty

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXAMPLE_STRENGTH = 0.01
LARGEST = 10_000.0
REACH = 2.0
WEIGHT = Variable("w")
SUMMARIES = {
    "l2": "A weight is drawn towards 0 in proportion to its size: large ones strongly, small ones hardly at all. What "
    "the examples do not call for fades, and what several inputs say alike is shared among their weights.",
    "l1": "Every weight is drawn towards 0 with the same force, however small it is: those that the examples do not "
    "hold on to end near 0, and few stay large.",
    "elastic-net": "Both at once: the part of L1 makes many weights small, that of L2 shares among weights what their "
    "inputs say alike.",
}
MEANINGS = {"strength": "how strongly it draws", "l1_share": "how much of it is L1"}


def penalty(name: str | Penalty, *, weight: float = 0.5) -> Derivation:
    """The sheet of a penalty; `.value` is its derivative at one weight.

    Parameters:
        name: one of the closed list, which stands for a strength of 0.01; or a penalty with its numbers.
        weight: the weight at which value and derivative are found, from −10,000 to 10,000.

    Raises:
        UnknownNameError: an unknown name; InvalidValueError: the weight is out of bounds.
    """
    shown = name if isinstance(name, Penalty) else look_up(name, PENALTIES, "penalty")(EXAMPLE_STRENGTH)
    if not abs(weight) <= LARGEST:
        raise InvalidValueError(f"weight: a number from −10,000 to 10,000 is required, got {weight:g}")
    held = Number(float(weight), symbol=WEIGHT)
    written = with_symbols(shown, PENALTY_SYMBOLS)
    steps = Steps()
    steps.show(Formula(PENALTY, written.terms(Number(0.5, symbol=WEIGHT))))
    steps.show(Paragraph(SUMMARIES[shown.name]))
    steps.show(Paragraph("It acts on every weight, never on a bias, and is added to the mean cost of the mini-batch."))
    steps.show(numbers_table(shown))
    alt = f"What a weight adds to the cost by the penalty {shown.name}, and the slope of that."
    steps.show(Picture(partial(draw, shown), alt))
    steps.add("what this weight adds to the cost", PENALTY, written.terms(held))
    add_derivative(steps, written.terms(held), held, WEIGHT)
    name = "the derivative in closed form: what is added to that of the cost"
    note = "At the kink it counts as 0, so that a weight of 0 stays where it is." if weight == 0 else ""
    steps.add(name, Partial(PENALTY, WEIGHT), written.gradient(held), note)
    return steps.conclude(f"The penalty {shown.name} at w = {in_words(weight)}")


def numbers_table(shown: Penalty) -> Table:
    """What each number that one chooses does; and who published the penalty."""
    rows = tuple(
        (PENALTY_SYMBOLS[name].text, name, constant(value), MEANINGS[name]) for name, value in asdict(shown).items()
    )
    return Table(("symbol", "name", "here", "meaning"), rows, f"Source: {shown.source}.")


def draw(shown: Penalty) -> "Figure":
    from pellucid.figures.lines import Line, line_chart

    # At 0, where the slope may jump, the line has a gap.
    w = np.concatenate([np.linspace(-REACH, -1e-3, 400), [np.nan], np.linspace(1e-3, REACH, 400)])
    lines = [Line("P", w, np.asarray(shown.terms(w))), Line("∂P/∂w", w, np.asarray(shown.gradient(w)))]
    return line_chart(lines, x_label="w", y_label="", title=f"{shown.name}, strength {shown.strength:.4g}")
