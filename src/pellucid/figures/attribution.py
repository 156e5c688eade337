"""What each input had to do with a decision: over the picture, or as bars."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pellucid.data.features import Axes
from pellucid.errors import InvalidValueError
from pellucid.figures.axes import draw_axes
from pellucid.figures.style import GREY, NEGATIVE, POSITIVE, diverging_colours, drawable, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STRONGEST_INK = 0.45
"""Beneath the attributions the picture is drawn in a light grey at most, so that their colours can be seen."""
NAME_LENGTH = 40
"""So many characters of an input's name are drawn."""


@drawn_in_style
def attribution_map(
    image: np.ndarray, attributions: np.ndarray, names: tuple[str, str], axes: Axes | None = None, place: str = "pixel"
) -> "Figure":
    """The input picture, and beside it the same with each place's attribution in colour over it.

    Parameters:
        image: the inputs, (height, width), the larger the darker; or (height, width, 3) from 0 to 1, as it is seen.
        attributions: of each place, (height, width).
        names: the class that positive attributions (orange) speak for, and the one for negative ones (blue).
        axes: what the picture's sides stand for, where it is no mere picture.
        place: what a place is called.

    Raises:
        InvalidValueError: the two do not fit each other.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

    values = np.asarray(attributions, np.float64)
    if values.ndim != 2 or image.shape not in (values.shape, (*values.shape, 3)):
        raise InvalidValueError(
            f"attributions: one for each pixel of a picture of height x width is required, got shape {values.shape} "
            f"for a picture of shape {image.shape}"
        )
    greatest = float(np.abs(values).max()) or 1.0
    height, width = values.shape
    aspect = min(max(height / width, 0.3), 3.0)
    figure = Figure(figsize=(7.2, max(2.4, 3.0 * aspect + 0.6)), layout="constrained")
    left, right = figure.subplots(1, 2)
    for panel, strongest, title in ((left, 1.0, "input"), (right, STRONGEST_INK, f"what each {place} did")):
        if image.ndim == 3:
            # Beneath the attributions without its colours, which would be taken for theirs.
            shown = image if strongest == 1 else np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
            panel.imshow(1 - strongest * (1 - shown))
        else:
            low, high = float(image.min()), float(image.max())
            panel.imshow(image, cmap="gray_r", vmin=low, vmax=low + ((high - low) / strongest or 1.0))
        panel.set_title(title)
        draw_axes(panel, axes)
        panel.spines[:].set_visible(True)
    scale = ScalarMappable(Normalize(-greatest, greatest), diverging_colours())
    coloured = scale.to_rgba(values)
    coloured[..., 3] = np.sqrt(np.abs(values) / greatest)
    right.imshow(coloured, interpolation="nearest")
    bar = figure.colorbar(scale, ax=right, aspect=18)
    bar.outline.set_visible(False)
    bar.set_label(f"for {drawable(names[1])}  ←  attribution  →  for {drawable(names[0])}", parse_math=False)
    return figure


@drawn_in_style
def attribution_bars(labels: Sequence[str], attributions: Sequence[float], names: tuple[str, str]) -> "Figure":
    """The largest attributions as bars, the first at the top.

    Parameters:
        labels: what the inputs are called.
        attributions: of each.
        names: the class that positive attributions (orange) speak for, and the one for negative ones (blue).
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 0.9 + 0.32 * len(labels)), layout="constrained")
    panel = figure.subplots()
    places = range(len(labels))
    panel.barh(places, attributions, color=[POSITIVE if each > 0 else NEGATIVE for each in attributions])
    panel.axvline(0, color=GREY, linewidth=0.8)
    panel.set_yticks(places, [drawable(label, NAME_LENGTH) for label in labels], parse_math=False)
    panel.invert_yaxis()
    panel.set_xlabel(f"for {drawable(names[1])}  ←  attribution  →  for {drawable(names[0])}", parse_math=False)
    return figure
