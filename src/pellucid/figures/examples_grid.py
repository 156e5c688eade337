"""Examples of each class beside each other, one row a class: what a data set looks like at a glance."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pellucid.data.features import Axes
from pellucid.errors import InvalidValueError
from pellucid.figures.style import GREY, drawable, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_ROWS = 40
PANEL_INCHES = 0.85
NAME_INCHES = 1.5
NAME_LENGTH = 16
LEAST_INCHES = 4.0
LETTERS_AN_INCH = 8
"""Of the title, as wide as they may be."""
SMALL_LETTERS_AN_INCH = 14
"""Of what stands beneath it."""
LINE_INCHES = 0.165
APART_INCHES = 0.15


class GridRow(NamedTuple):
    """Examples that belong together.

    Attributes:
        name: of their class.
        note: what stands beneath the name, such as how many there are in all.
        pictures: some of them, each (height, width) or (height, width, 3), from 0 to 1.
    """

    name: str
    note: str
    pictures: Sequence[np.ndarray]


@drawn_in_style
def examples_grid(
    rows: Sequence[GridRow], title: str, axes: Axes | None = None, *, note: str = "", is_first_apart: bool = False
) -> "Figure":
    """A contact sheet: each class's name with what is said of it, and some of its examples beside it.

    Parameters:
        rows: at most the first 40 are drawn.
        title: over all of it.
        axes: what the pictures' sides stand for, where they are no mere pictures.
        note: what stands beneath the title; empty for nothing.
        is_first_apart: whether a gap sets the first picture of each row apart from the others.

    Raises:
        InvalidValueError: there are no pictures.
    """
    from matplotlib.figure import Figure

    drawn = [row for row in rows if len(row.pictures)][:MAX_ROWS]
    if not drawn:
        raise InvalidValueError("rows: at least one with pictures is required, there is none")
    n_columns = max(len(row.pictures) for row in drawn)
    height, width = drawn[0].pictures[0].shape[:2]
    # A spectrogram is wider than high: panels have the pictures' proportions, within reason.
    aspect = min(max(width / height, 0.5), 2.0)
    panel_width, panel_height = PANEL_INCHES * max(aspect, 1.0), PANEL_INCHES * max(1.0, 1 / aspect)
    apart = APART_INCHES if is_first_apart else 0.0
    figure_width = max(NAME_INCHES + n_columns * panel_width + apart, LEAST_INCHES)
    beneath = [note] if note else []
    beneath += [] if axes is None else [f"each upward: {axes.upward.span}", f"to the right: {axes.rightward.span}"]
    head = 0.45 + LINE_INCHES * len(beneath)
    figure_height = head + 0.1 + len(drawn) * panel_height
    figure = Figure(figsize=(figure_width, figure_height))
    n_missing = len(rows) - len(drawn)
    more = f" (and {n_missing:,} more classes)" if n_missing else ""
    figure.text(
        0.12 / figure_width, 1 - 0.16 / figure_height, drawable(f"{title}{more}", int(figure_width * LETTERS_AN_INCH)),
        va="top", fontsize=11, parse_math=False,
    )  # fmt: skip
    for number, line in enumerate(beneath):
        figure.text(
            0.12 / figure_width, 1 - (0.42 + number * LINE_INCHES) / figure_height,
            drawable(line, int(figure_width * SMALL_LETTERS_AN_INCH)),
            va="top", fontsize=7.5, color=GREY, parse_math=False,
        )  # fmt: skip
    for number, row in enumerate(drawn):
        bottom = figure_height - head - (number + 1) * panel_height
        middle = (bottom + panel_height / 2) / figure_height
        left = 0.12 / figure_width
        gap = 0.01 / figure_height
        figure.text(left, middle + gap, drawable(row.name, NAME_LENGTH), va="bottom", fontsize=9, parse_math=False)
        figure.text(left, middle - gap, row.note, va="top", fontsize=7.5, color=GREY, parse_math=False)
        for column, picture in enumerate(row.pictures):
            panel = figure.add_axes(
                (
                    (NAME_INCHES + column * panel_width + (apart if column else 0)) / figure_width,
                    (bottom + 0.04) / figure_height,
                    (panel_width - 0.08) / figure_width,
                    (panel_height - 0.08) / figure_height,
                )
            )
            panel.axis("off")
            panel.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest", aspect="equal")
    return figure
