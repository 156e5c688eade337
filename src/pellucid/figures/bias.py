"""What a bias does to an activation function: its graph, and the graph moved aside."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.figures.style import BLUE, ORANGE, PALE, drawn_in_style
from pellucid.maths.activations import Activation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REACH = 10.0


@drawn_in_style
def bias_shift(activations: Sequence[Activation], bias: float) -> "Figure":
    """Each function f(s) of the weighted sum s beside f(s + b), one panel a function.

    Parameters:
        activations: those that act on each neuron by itself, so not softmax; at least one.
        bias: b.

    Raises:
        InvalidValueError: there is no function, or softmax is among them.
    """
    from matplotlib.figure import Figure

    if not activations or not all(activation.is_elementwise for activation in activations):
        names = [activation.name for activation in activations]
        raise InvalidValueError(f"activations: at least one, and none but elementwise ones, are required, got {names}")
    figure = Figure(figsize=(4.2 * len(activations), 3.2), layout="constrained")
    panels = figure.subplots(1, len(activations), squeeze=False)[0]
    s = np.linspace(-REACH, REACH, 801)
    sign = "−" if bias < 0 else "+"
    for panel, activation in zip(panels, activations, strict=True):
        panel.axhline(0, color=PALE, linewidth=0.8, zorder=0)
        panel.axvline(0, color=PALE, linewidth=0.8, zorder=0)
        panel.plot(s, activation.value(s), color=BLUE, label="f(s)")
        panel.plot(s, activation.value(s + bias), color=ORANGE, linestyle="--", label=f"f(s {sign} {abs(bias):g})")
        panel.set_xlim(-REACH, REACH)
        panel.set_xlabel("weighted sum s")
        panel.set_title(activation.name)
        panel.legend(loc="upper left")
    return figure
