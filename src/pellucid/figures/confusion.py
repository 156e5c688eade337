"""Which classes are taken for which."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.figures.letters import width_of
from pellucid.figures.style import BLUE, DARK, ORANGE, drawable, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABEL_INCHES = 10 / 72
"""The size of the classes' names, unless there are many."""


@drawn_in_style
def confusion_matrix(confusion: np.ndarray, classes: Sequence[str]) -> "Figure":
    """The number of examples of each class (rows) that were said to be of each class (columns).

    Right answers are blue, wrong ones orange, each the stronger the larger its share of the row; a square root makes
    rare mistakes visible. No number means none.

    Parameters:
        confusion: whole numbers (n_classes, n_classes), rows true, columns said.
        classes: the classes' names, in order.

    Raises:
        InvalidValueError: the matrix is not square with a row for each class.
    """
    from matplotlib.colors import to_rgb
    from matplotlib.figure import Figure

    n = len(classes)
    counts = np.asarray(confusion)
    if n == 0 or counts.shape != (n, n):
        raise InvalidValueError(f"confusion: shape ({n}, {n}) is required for {n} classes, got {counts.shape}")
    share = np.sqrt(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    full = np.where(np.eye(n, dtype=bool)[..., None], to_rgb(BLUE), to_rgb(ORANGE))
    picture = 1 - share[..., None] * (1 - full)

    digits = max(3, len(str(int(counts.max()))))
    side = min(max(0.14 * digits, 0.42, 1.8 / n), 13 / n)
    names = [drawable(name) for name in classes]
    longest = LABEL_INCHES * max(map(width_of, names))
    extent = side * n + 1.0 + longest
    figure = Figure(figsize=(max(extent, 3.6), max(extent + 0.4, 3.2)), layout="constrained")
    panel = figure.subplots()
    panel.imshow(picture, interpolation="nearest")
    font = min(10.0, 72 * side / (0.75 * digits))
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if share[row, column] > 0.65 else DARK
        number = f"{int(counts[row, column])}"
        panel.text(column, row, number, ha="center", va="center", color=colour, fontsize=font)
    label_font = min(72 * LABEL_INCHES, 72 * side / 1.3)
    turn = 90 if longest > 0.9 * side else 0
    panel.set_xticks(range(n), names, parse_math=False, fontsize=label_font, rotation=turn)
    panel.set_yticks(range(n), names, parse_math=False, fontsize=label_font)
    panel.tick_params(length=0)
    panel.set_xticks(np.arange(n + 1) - 0.5, minor=True)
    panel.set_yticks(np.arange(n + 1) - 0.5, minor=True)
    panel.grid(which="minor", color="white", linewidth=0.8)
    panel.tick_params(which="minor", length=0)
    panel.spines[:].set_visible(False)
    panel.set_xlabel("said")
    panel.set_ylabel("true")
    total, right = int(counts.sum()), int(np.trace(counts))
    percentage = f" ({right / total:.1%})" if total else ""
    panel.set_title(f"{right:,} of {total:,} right{percentage}")
    return figure
