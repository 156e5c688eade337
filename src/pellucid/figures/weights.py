"""What each neuron of the first layer of weights looks for in a picture."""

import math
from typing import TYPE_CHECKING

import numpy as np

from pellucid.arrays import Weights
from pellucid.errors import InvalidValueError
from pellucid.figures.style import GREY, PALE, diverging_colours, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@drawn_in_style
def first_layer_weights(weights: Weights, shape: tuple[int, int], count: int = 64) -> "Figure":
    """Each neuron's weights as a picture over the input, all on one scale that is symmetric about zero.

    Parameters:
        weights: W⁽²⁾, (n_out, n_in).
        shape: height and width of an input picture; their product is n_in.
        count: how many neurons are drawn at most, from the first.

    Raises:
        InvalidValueError: the weights do not fit the shape, or the count is less than 1.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    values = np.asarray(weights, dtype=np.float64)
    if len(shape) != 2 or values.ndim != 2 or values.shape[1] != shape[0] * shape[1]:
        raise InvalidValueError(
            f"shape: height x width must be the number of inputs, got {tuple(shape)} for weights {values.shape}"
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
    height, width = shape
    gap, line = max(1, round(0.12 * width)), max(2, round(0.25 * height))
    mosaic = np.full((n_rows * (height + line), n_columns * (width + gap) - gap), np.nan)
    for index, neuron in enumerate(drawn):
        row, column = divmod(index, n_columns)
        top, left = line + row * (height + line), column * (width + gap)
        mosaic[top : top + height, left : left + width] = neuron.reshape(shape)
        panel.text(left + width / 2 - 0.5, top - 0.6, f"{index + 1}", fontsize=7, color=GREY, ha="center", va="bottom")
        panel.add_patch(Rectangle((left - 0.5, top - 0.5), width, height, fill=False, edgecolor=PALE, linewidth=0.8))
    image = panel.imshow(mosaic, cmap=diverging_colours(), vmin=-greatest, vmax=greatest, interpolation="nearest")
    panel.axis("off")
    bar = figure.colorbar(image, ax=panel, shrink=max(0.4, min(1.0, 2.5 / n_rows)), aspect=18, label="weight")
    bar.outline.set_visible(False)
    return figure
