"""The way of an optimizer on the simplest cost, beside plain gradient descent."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from pellucid.figures.style import BLUE, GREY, ORANGE, PALE, drawn_in_style
from pellucid.maths import SGD, Optimizer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS = 60
REACH = 1.5
"""Weights beyond ±1.5 are not drawn: a rate that is too large leads anywhere."""


@drawn_in_style
def optimizer_path(optimizer: Optimizer) -> "Figure":
    """The weight after each step on the cost w²/2 from w = 1, and, dashed, that of plain gradient descent.

    Parameters:
        optimizer: what is drawn; gradient descent beside it has the same learning rate.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.4), layout="constrained")
    panel = figure.subplots()
    panel.axhline(0, color=PALE, linewidth=0.8, zorder=0)
    plain = SGD(optimizer.learning_rate)
    if optimizer != plain:
        panel.plot(path(plain), color=ORANGE, linestyle=(0, (5, 1.5)), label=plain.title)
    panel.plot(path(optimizer), color=BLUE, label=optimizer.title)
    panel.plot(0, 1, "o", color=GREY)
    panel.set_xlim(0, STEPS)
    panel.set_ylim(-REACH, REACH)
    panel.set_xlabel("steps")
    panel.set_ylabel("w")
    panel.set_title(f"On the cost w²/2, with rate {optimizer.learning_rate:.4g}")
    panel.legend()
    return figure


def path(optimizer: Optimizer) -> Float[np.ndarray, " n_points"]:
    """The weight before the first step and after each."""
    weight = np.ones(1)
    memory, weights = optimizer.start(weight), [weight]
    with np.errstate(over="ignore", invalid="ignore"):
        for time in range(1, STEPS + 1):
            weight, memory = optimizer.step(
                weight, weight, memory, learning_rate=optimizer.learning_rate, time=time, decays=True
            )
            weights.append(weight)
    return np.concatenate(weights)
