"""What each neuron of the first layer of weights looks for in a picture."""

import math
from typing import TYPE_CHECKING

import numpy as np

from pellucid.arrays import Weights
from pellucid.data.features import Axes
from pellucid.errors import InvalidValueError
from pellucid.figures.axes import tell_axes
from pellucid.figures.style import GREY, PALE, diverging_colours, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

N_COLOURS = 3
"""Red, green and blue."""
SHARE_WITHIN = 0.99
"""Of the weights of colours, those that the scale reaches."""
COLOUR_LABEL = "weight, each of red, green and blue"
COLOUR_KEY = "a pixel's colour tells its three weights: the redder, the more its red counts; grey: 0"


@drawn_in_style
def first_layer_weights(
    weights: Weights, shape: tuple[int, ...], count: int = 64, axes: Axes | None = None
) -> "Figure":
    """Each neuron's weights as a picture over the input, all on one scale that is symmetric about zero.

    Of a picture in colour, a pixel's three weights are drawn as a colour, from 0 for the most negative weight of its
    red, green or blue to full light for the most positive: grey stands for 0. The few weights beyond 99 of 100 are
    drawn like those at that limit, or one stray weight would leave all others grey.

    Parameters:
        weights: W⁽²⁾, (n_out, n_in).
        shape: (height, width) of an input picture, or (height, width, 3); n_in in all.
        count: how many neurons are drawn at most, from the first.
        axes: what the sides of an input picture stand for, where it is no mere picture.

    Raises:
        InvalidValueError: the weights do not fit the shape, or the count is less than 1.
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    values = np.asarray(weights, dtype=np.float64)
    is_picture = len(shape) == 2 or (len(shape) == 3 and shape[2] == N_COLOURS)
    if not is_picture or values.ndim != 2 or values.shape[1] != math.prod(shape):
        raise InvalidValueError(
            "shape: height x width, or height x width x 3, must be the number of inputs, got "
            f"{tuple(shape)} for weights {values.shape}"
        )
    if count < 1:
        raise InvalidValueError(f"count: at least 1 is required, got {count}")
    n_neurons = len(values)
    drawn = values[:count]
    has_colours = len(shape) == 3
    sizes = np.abs(drawn)
    reached = np.quantile(sizes, SHARE_WITHIN, method="higher") if has_colours else 0.0
    greatest = float(reached or sizes.max() or 1.0)
    n_columns = max(1, min(math.ceil(math.sqrt(len(drawn) * 1.4)), 12))
    n_rows = math.ceil(len(drawn) / n_columns)
    figure = Figure(figsize=(max(0.95 * n_columns + 0.9, 4.2), max(1.04 * n_rows + 0.5, 1.9)), layout="constrained")
    number = f"{n_neurons}" if len(drawn) == n_neurons else f"{len(drawn)} of {n_neurons}"
    panel = figure.subplots()
    panel.set_title(f"Weights into {number} neuron{'s' if n_neurons > 1 else ''} of layer 2")
    # One picture of all of them, with gaps between: an axes for each would take ten times as long.
    height, width = shape[:2]
    gap, line = max(1, round(0.12 * width)), max(2, round(0.25 * height))
    mosaic = np.full((n_rows * (height + line), n_columns * (width + gap) - gap, *shape[2:]), np.nan)
    for index, neuron in enumerate(drawn):
        row, column = divmod(index, n_columns)
        top, left = line + row * (height + line), column * (width + gap)
        mosaic[top : top + height, left : left + width] = neuron.reshape(shape)
        panel.text(left + width / 2 - 0.5, top - 0.6, f"{index + 1}", fontsize=7, color=GREY, ha="center", va="bottom")
        panel.add_patch(Rectangle((left - 0.5, top - 0.5), width, height, fill=False, edgecolor=PALE, linewidth=0.8))
    panel.axis("off")
    if has_colours:
        light = ((1 + mosaic / greatest) / 2).clip(0, 1)
        panel.imshow(np.nan_to_num(light, nan=1.0), interpolation="nearest")
        figure.supxlabel(COLOUR_KEY, fontsize=8.5, color=GREY)
        scale, ends, label = ScalarMappable(Normalize(-greatest, greatest), "gray"), "both", COLOUR_LABEL
    else:
        scale = panel.imshow(mosaic, cmap=diverging_colours(), vmin=-greatest, vmax=greatest, interpolation="nearest")
        ends, label = "neither", "weight"
    bar = figure.colorbar(scale, ax=panel, shrink=max(0.4, min(1.0, 2.5 / n_rows)), aspect=18, extend=ends, label=label)
    bar.outline.set_edgecolor(PALE if has_colours else "none")  # an end of the colours' bar is white
    tell_axes(figure, axes)
    return figure
