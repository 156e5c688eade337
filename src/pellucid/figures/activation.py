"""An activation function, its derivative and its asymptotes."""

import math
from typing import TYPE_CHECKING

import numpy as np

from pellucid.figures.style import BLUE, GREY, ORANGE, PALE, drawn_in_style
from pellucid.maths.activations import Activation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REACH = 6.0
"""Pre-activations from -6 to 6 are drawn: there the sigmoid is within 0.0025 of its asymptotes."""


@drawn_in_style
def activation_graph(activation: Activation) -> "Figure":
    """The graph of f and of f′, with the values that f tends to as dashed lines.

    Softmax depends on the whole layer: it is drawn for the first of three neurons, the others' pre-activations being 0.
    """
    from matplotlib.figure import Figure

    z = np.linspace(-REACH, REACH, 1201)
    layer = z if activation.is_elementwise else np.stack([z, np.zeros_like(z), np.zeros_like(z)], axis=-1)
    a = np.asarray(activation.value(layer))
    slope = np.asarray(activation.derivative(layer, a))
    if not activation.is_elementwise:
        a, slope = a[:, 0], slope[:, 0]

    figure = Figure(figsize=(6, 4), layout="constrained")
    panel = figure.subplots()
    panel.axhline(0, color=PALE, linewidth=0.8, zorder=0)
    panel.axvline(0, color=PALE, linewidth=0.8, zorder=0)
    panel.plot(z, a, color=BLUE, label="f(z)")
    panel.plot(z, _with_gaps(slope), color=ORANGE, linestyle=(0, (5, 1.5)), label="f′(z)")
    for end, limit in zip((-1, 1), activation.limits, strict=True):
        if math.isfinite(limit):
            _draw_asymptote(panel, end, limit)
    panel.set_xlim(-REACH, REACH)
    low, high = min(float(a.min()), float(slope.min())), max(float(a.max()), float(slope.max()))
    room = 0.12 * (high - low)
    panel.set_ylim(low - room, high + room)
    panel.set_xlabel("z" if activation.is_elementwise else "z of the first of three neurons, the others' being 0")
    panel.set_title(activation.name)
    panel.set_title(_shown_formula(activation.latex), loc="right")
    panel.legend(loc="upper left", bbox_to_anchor=(0.0, 0.86))  # beneath an asymptote along the top
    return figure


def _with_gaps(values: np.ndarray) -> np.ndarray:
    """`values` with a gap wherever they jump: a derivative that jumps has no steep line in between."""
    jumps = np.flatnonzero(np.abs(np.diff(values)) > 0.2)
    with_gaps = values.astype(np.float64)
    with_gaps[jumps] = np.nan
    return with_gaps


def _draw_asymptote(panel: "Axes", end: int, limit: float) -> None:
    panel.axhline(limit, color=GREY, linestyle=(0, (2, 2)), linewidth=1, zorder=1, gid=f"asymptote-{limit:g}")
    panel.annotate(
        f"y = {limit:.4g} as z → {'−' if end < 0 else '+'}∞".replace("= -", "= −"),
        (0.02 if end < 0 else 0.98, limit),
        xycoords=("axes fraction", "data"),
        xytext=(0, 3),
        textcoords="offset points",
        ha="left" if end < 0 else "right",
        va="bottom",
        fontsize=8,
        color=GREY,
    )


def _shown_formula(latex: str) -> str:
    """f(z) for Matplotlib, with fractions at full height; nothing where its subset of LaTeX cannot show the formula."""
    from matplotlib.mathtext import MathTextParser

    formula = f"$f(z) = {latex}$".replace(r"\frac", r"\dfrac")
    try:
        MathTextParser("path").parse(formula)
    except ValueError:
        return ""
    return formula
