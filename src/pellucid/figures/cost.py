"""A cost function and its derivative over the output that it judges."""

from typing import TYPE_CHECKING

import numpy as np

from pellucid.figures.style import BLUE, GREY, ORANGE, PALE, drawn_in_style
from pellucid.maths.costs import Cost

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REACH = 3.0
"""Outputs within 3 of the expected one are drawn; of probabilities all but the outermost hundredth."""
STEEPEST = 10.0
"""Slopes are drawn up to here, so that the cost can be seen beside them."""


@drawn_in_style
def cost_graph(cost: Cost, expected: float) -> "Figure":
    """One output's contribution to the cost and its slope ∂C/∂a, over the output a.

    Parameters:
        cost: what is drawn.
        expected: the expected output E, marked by a dotted line.
    """
    from matplotlib.figure import Figure

    low, high = (0.01, 0.99) if cost.output is not None else (expected - REACH, expected + REACH)
    a = np.linspace(low, high, 1201)
    target = np.full_like(a, expected)
    slope = np.asarray(cost.derivative(a, target))
    with_gaps = np.where(np.abs(np.diff(slope, append=slope[-1])) > 0.25 * np.ptp(slope), np.nan, slope)

    figure = Figure(figsize=(6, 4), layout="constrained")
    panel = figure.subplots()
    panel.axhline(0, color=PALE, linewidth=0.8, zorder=0)
    panel.axvline(expected, color=GREY, linewidth=1, linestyle=":", zorder=1, label=f"E = {expected:.4g}")
    panel.plot(a, np.asarray(cost.terms(a, target)), color=BLUE, label="C")
    panel.plot(a, with_gaps, color=ORANGE, linestyle=(0, (5, 1.5)), label="∂C/∂a")
    panel.set_xlim((0.0, 1.0) if cost.output is not None else (low, high))
    bottom, top = panel.get_ylim()
    panel.set_ylim(max(bottom, -STEEPEST), min(top, STEEPEST))
    panel.set_xlabel("output a")
    panel.set_title(cost.name)
    panel.legend()
    return figure
