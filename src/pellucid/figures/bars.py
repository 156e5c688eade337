"""Two numbers for each of several things, beside each other."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.figures.style import BLUE, GREY, ORANGE, PALE, drawable, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 0.38


@drawn_in_style
def paired_bars(
    names: Sequence[str], values: Mapping[str, Sequence[float]], *, x_label: str, y_label: str, title: str
) -> "Figure":
    """A pair of bars for each name.

    Parameters:
        names: of the things.
        values: what the two bars stand for, each with one number a thing.
        x_label, y_label, title: what stands at the axes and above.

    Raises:
        InvalidValueError: there are not two rows of numbers, each as long as the names.
    """
    from matplotlib.figure import Figure

    if len(values) != 2 or any(len(row) != len(names) for row in values.values()):
        lengths = [len(row) for row in values.values()]
        raise InvalidValueError(f"values: two rows of {len(names)} numbers are required, got lengths {lengths}")
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    panel = figure.subplots()
    places = np.arange(len(names))
    for (label, row), colour, side in zip(values.items(), (BLUE, ORANGE), (-1, 1), strict=True):
        panel.bar(places + side * WIDTH / 2, row, WIDTH, color=colour, label=label)
    panel.axhline(0, color=GREY, linewidth=0.8)
    panel.set_xticks(places, [drawable(name, 12) for name in names], parse_math=False)
    panel.set_xlabel(x_label)
    panel.set_ylabel(y_label)
    panel.set_title(title)
    panel.grid(axis="y", color=PALE)
    panel.set_axisbelow(True)
    panel.legend()
    return figure
