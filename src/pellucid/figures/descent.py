"""The cost over two weights as a map with contour lines, and the ways that gradient descent takes on it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from pellucid.errors import InvalidValueError
from pellucid.figures.style import BLUE, DARK, GREEN, GREY, ORANGE, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RESOLUTION = 41
"""Points along each axis at which the cost is computed."""
LEVELS = 14
COLOURS = (GREEN, BLUE, ORANGE)


@drawn_in_style
def descent_paths(
    cost: Callable[[float, float], float],
    paths: Mapping[str, Float[np.ndarray, "n_points 2"]],
    minimum: tuple[float, float],
    reach: tuple[tuple[float, float], tuple[float, float]],
) -> "Figure":
    """One panel a path: the cost's contour lines, the path's points in order, and the minimum.

    Parameters:
        cost: of two weights.
        paths: what is written above each panel, and the points (w₁, w₂) of the path; one to three.
        minimum: where the cost is least.
        reach: from where to where the two weights are drawn.

    Raises:
        InvalidValueError: there is no path, or there are more than three.
    """
    from matplotlib.figure import Figure

    if not 1 <= len(paths) <= len(COLOURS):
        raise InvalidValueError(f"paths: 1 to {len(COLOURS)} are drawn, got {len(paths)}")
    (left, right), (bottom, top) = reach
    across, along = np.linspace(left, right, RESOLUTION), np.linspace(bottom, top, RESOLUTION)
    heights = np.array([[cost(float(first), float(second)) for first in across] for second in along])
    # Even steps of the square root of the cost: the lines near the minimum then stand as far apart as those far away.
    levels = np.linspace(0.0, np.sqrt(heights.max()), LEVELS + 1)[1:] ** 2
    figure = Figure(figsize=(3.4 * len(paths), 3.5), layout="constrained")
    panels = figure.subplots(1, len(paths), squeeze=False, sharey=True)[0]
    for panel, (title, path), colour in zip(panels, paths.items(), COLOURS, strict=False):
        panel.contour(across, along, heights, levels=levels, colors=GREY, linewidths=0.6)
        panel.plot(path[:, 0], path[:, 1], "o-", color=colour, markersize=3, linewidth=1.2)
        panel.plot(*path[0], "s", color=DARK, markersize=6)
        panel.plot(*minimum, "*", color=DARK, markersize=11)
        panel.set_xlim(left, right)
        panel.set_ylim(bottom, top)
        panel.set_title(title)
        panel.set_xlabel("w₁")
    panels[0].set_ylabel("w₂")
    return figure
