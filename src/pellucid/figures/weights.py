"""What each neuron of the first layer of weights looks for in a picture."""

import math
from typing import TYPE_CHECKING

import numpy as np

from pellucid.arrays import Weights
from pellucid.errors import InvalidValueError
from pellucid.figures.style import GREY, PALE, diverging_colours, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

N_COLOURS = 3
"""Red, green and blue."""


@drawn_in_style
def first_layer_weights(weights: Weights, shape: tuple[int, ...], count: int = 64) -> "Figure":
    """Each neuron's weights as a picture over the input, all on one scale that is symmetric about zero.

    The weights of pictures in colour are drawn in the colour that they look for: grey stands for 0.

    Parameters:
        weights: W⁽²⁾, (n_out, n_in).
        shape: (height, width) of an input picture, or (height, width, 3); n_in in all.
        count: how many neurons are drawn at most, from the first.

    Raises:
        InvalidValueError: the weights do not fit the shape, or the count is less than 1.
    """
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
    greatest = float(np.abs(drawn).max()) or 1.0
    n_columns = max(1, min(math.ceil(math.sqrt(len(drawn) * 1.4)), 12))
    n_rows = math.ceil(len(drawn) / n_columns)
    figure = Figure(figsize=(max(0.95 * n_columns + 0.9, 4.2), max(1.04 * n_rows + 0.5, 1.9)), layout="constrained")
    number = f"{n_neurons}" if len(drawn) == n_neurons else f"{len(drawn)} of {n_neurons}"
    panel = figure.subplots()
    panel.set_title(f"Weights into {number} neuron{'s' if n_neurons > 1 else ''} of layer 2")
    # One picture of all of them, with gaps between: an axes for each would take ten times as long.
    height, width, *colours = shape
    gap, line = max(1, round(0.12 * width)), max(2, round(0.25 * height))
    mosaic = np.full((n_rows * (height + line), n_columns * (width + gap) - gap, *colours), np.nan)
    for index, neuron in enumerate(drawn):
        row, column = divmod(index, n_columns)
        top, left = line + row * (height + line), column * (width + gap)
        mosaic[top : top + height, left : left + width] = neuron.reshape(shape)
        panel.text(left + width / 2 - 0.5, top - 0.6, f"{index + 1}", fontsize=7, color=GREY, ha="center", va="bottom")
        panel.add_patch(Rectangle((left - 0.5, top - 0.5), width, height, fill=False, edgecolor=PALE, linewidth=0.8))
    panel.axis("off")
    if colours:
        panel.imshow(np.nan_to_num((1 + mosaic / greatest) / 2, nan=1.0), interpolation="nearest")
        return figure
    image = panel.imshow(mosaic, cmap=diverging_colours(), vmin=-greatest, vmax=greatest, interpolation="nearest")
    bar = figure.colorbar(image, ax=panel, shrink=max(0.4, min(1.0, 2.5 / n_rows)), aspect=18, label="weight")
    bar.outline.set_visible(False)
    return figure
