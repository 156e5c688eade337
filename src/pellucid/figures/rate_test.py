"""What the cost did while the learning rate rose, and the rate that this suggests."""

from typing import TYPE_CHECKING

import numpy as np

from pellucid.figures.style import BLUE, GREY, ORANGE, PALE, drawn_in_style
from pellucid.training.rate_test import RateTest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROOM_ABOVE = 1.5
"""Single costs are drawn up to so many times the greatest smoothed one: one wild step must not flatten all others."""


@drawn_in_style
def rate_test_chart(test: RateTest) -> "Figure":
    """Each step's cost as a dot over its rate, the smoothed cost as a line, and the suggestion marked."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.8), layout="constrained")
    panel = figure.subplots()
    panel.plot(test.rates, test.costs, ".", color=PALE, markersize=4, label="each step", zorder=1)
    panel.plot(test.rates, test.smoothed, color=BLUE, label="smoothed", zorder=2)
    least = float(np.interp(test.least_at, test.rates, test.smoothed))
    panel.plot([test.least_at], [least], "o", color=BLUE, markersize=6, label=f"least: r = {test.least_at:.2g}")
    if test.suggestion is not None:
        panel.axvline(
            test.suggestion, color=ORANGE, linestyle="--", linewidth=1.4, label=f"suggested: r = {test.suggestion:g}"
        )
    panel.set_xscale("log")
    panel.set_ylim(0, ROOM_ABOVE * float(test.smoothed.max()))
    panel.set_xlabel("learning rate r")
    panel.set_ylabel("cost of the step's mini-batch")
    panel.set_title("Learning-rate range test")
    panel.grid(axis="y", color=PALE)
    panel.set_axisbelow(True)
    panel.legend(loc="upper left", frameon=True, edgecolor="none", labelcolor=GREY)
    return figure
