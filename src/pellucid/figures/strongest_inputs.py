"""Which inputs have the strongest connections into a network."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from pellucid.figures.style import BLUE, drawable, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_DRAWN = 24
NAME_LENGTH = 40


def strongest_inputs(weights: Float[np.ndarray, "n_out n_in"], count: int = MOST_DRAWN) -> np.ndarray:
    """The inputs, from 0, with the strongest connections into layer 2, the strongest first.

    Parameters:
        weights: W⁽²⁾.
        count: how many at most.
    """
    return np.argsort(-strengths(weights), kind="stable")[:count]


def strengths(weights: Float[np.ndarray, "n_out n_in"]) -> Float[np.ndarray, " n_in"]:
    """√Σₘ w², over all neurons m of layer 2, of each input."""
    return np.linalg.norm(np.asarray(weights, np.float64), axis=0)


@drawn_in_style
def strength_bars(names: Sequence[str], values: Sequence[float]) -> "Figure":
    """A bar for each input, the first at the top.

    Parameters:
        names: what the inputs are called.
        values: how strong their connections are.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 0.9 + 0.26 * len(names)), layout="constrained")
    panel = figure.subplots()
    places = range(len(names))
    panel.barh(places, values, color=BLUE)
    panel.set_yticks(places, [drawable(name, NAME_LENGTH) for name in names], parse_math=False)
    panel.margins(y=0.02)
    panel.invert_yaxis()
    panel.set_xlabel("$\\sqrt{\\sum w^2}$ over the weights into layer 2")
    figure.suptitle("The inputs with the strongest connections")
    return figure
