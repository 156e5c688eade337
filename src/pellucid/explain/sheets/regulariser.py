"""What else keeps a network from learning its examples by heart: one sheet each, worked out on small numbers."""

from functools import partial
from typing import TYPE_CHECKING

from pellucid.errors import look_up
from pellucid.explain.derivation import Derivation, Steps
from pellucid.explain.document import Formula, Paragraph, Picture, Table
from pellucid.explain.sheets.regularisers import REGULARISERS, Regulariser

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def regulariser(name: str) -> Derivation:
    """The sheet of what has that name: dropout, input-noise, label-smoothing, max-norm, clip-norm or averaging.

    `.value` is what its example comes to.

    Raises:
        UnknownNameError: there is none of that name.
    """
    shown = look_up(name, REGULARISERS, "regulariser")
    steps = Steps()
    for formula in shown.formulas():
        steps.show(Formula(*formula))
    steps.show(Paragraph(shown.summary))
    steps.show(Paragraph(shown.use))
    rows = (("option", f"pellucid train … {shown.option}"), ("source", shown.source))
    steps.show(Table(("property", name), rows))
    steps.show(Picture(partial(draw, shown), shown.alt))
    steps.show(Paragraph(shown.example))
    shown.add_example(steps)
    return steps.conclude(f"{shown.title} ({name})")


def draw(shown: Regulariser) -> "Figure":
    from pellucid.figures.lines import line_chart

    return line_chart(shown.lines(), x_label=shown.x_label, y_label=shown.y_label, title=shown.title)
