"""Lines over a common axis, and single points beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Real

from pellucid.errors import InvalidValueError
from pellucid.figures.style import BLUE, DARK, GREEN, ORANGE, PALE, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = (BLUE, ORANGE, GREEN, DARK)
STROKES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Line:
    """What is drawn under one name: a line through points in order, or the points alone."""

    name: str
    x: Real[np.ndarray, " n_points"]
    y: Real[np.ndarray, " n_points"]
    is_dots: bool = False


@drawn_in_style
def line_chart(
    lines: Sequence[Line], *, x_label: str, y_label: str, title: str, has_log_x: bool = False, has_log_y: bool = False
) -> "Figure":
    """The lines in one panel, each with its own colour and stroke.

    Parameters:
        lines: one to four.
        x_label, y_label, title: what stands at the axes and above.
        has_log_x, has_log_y: whether equal steps along that axis multiply.

    Raises:
        InvalidValueError: there is no line, or there are more than four.
    """
    from matplotlib.figure import Figure

    if not 1 <= len(lines) <= len(COLOURS):
        raise InvalidValueError(f"lines: 1 to {len(COLOURS)} are drawn, got {len(lines)}")
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    panel = figure.subplots()
    for line, colour, stroke in zip(lines, COLOURS, STROKES, strict=False):
        if line.is_dots:
            panel.plot(line.x, line.y, "o", color=colour, markersize=7, label=line.name, zorder=3)
        else:
            panel.plot(line.x, line.y, color=colour, linestyle=stroke, label=line.name)
    if has_log_x:
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter("{x:g}")
    if has_log_y:
        panel.set_yscale("log")
    panel.set_xlabel(x_label)
    panel.set_ylabel(y_label)
    panel.set_title(title)
    panel.grid(axis="y", color=PALE)
    panel.set_axisbelow(True)
    if len(lines) > 1:
        panel.legend()
    return figure
