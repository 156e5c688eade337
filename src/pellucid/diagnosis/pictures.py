"""The pictures that show findings."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64

from pellucid.figures.style import BLUE, GREY, ORANGE, PALE, drawable, drawn_in_style
from pellucid.maths import Activation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pellucid.diagnosis.trial import Trial

NAME_LENGTH = 40
N_BINS = 60


@drawn_in_style
def tried_rates(trial: "Trial") -> "Figure":
    """The cost after a few steps over the learning rate, with the run's own rate marked."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    panel = figure.subplots()
    is_finite = np.isfinite(trial.costs)
    top = 2 * trial.baseline
    shown = np.where(is_finite, np.minimum(trial.costs, top), top)
    panel.plot(trial.rates, shown, color=BLUE, zorder=2)
    for beyond, marker, name in ((False, "o", "tried"), (True, "^", "beyond the picture")):
        chosen = (~is_finite | (trial.costs > top)) == beyond
        if chosen.any():
            panel.plot(trial.rates[chosen], shown[chosen], marker, color=BLUE, label=name, zorder=3)
    own = trial.rates[trial.own]
    panel.axvline(own, color=ORANGE, linestyle="--", label=f"the run's rate: {own:.3g}")
    panel.axhline(trial.baseline, color=GREY, linewidth=1, linestyle=":", label="a constant answer")
    panel.set_xscale("log")
    panel.set_ylim(bottom=0, top=1.05 * top)
    panel.set_xlabel("learning rate")
    panel.set_ylabel(f"cost after {trial.n_steps} steps")
    panel.set_title("What the rate alone does, from a fresh start")
    panel.grid(axis="y", color=PALE)
    panel.legend(frameon=True, edgecolor="none")
    return figure


@drawn_in_style
def named_bars(names: Sequence[str], values: Sequence[float], x_label: str) -> "Figure":
    """A bar to the right for each thing, the first at the top.

    Parameters:
        names: what they are called.
        values: as many numbers.
        x_label: what these are.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 1.0 + 0.28 * len(names)), layout="constrained")
    panel = figure.subplots()
    places = range(len(names))
    panel.barh(places, values, color=BLUE)
    panel.axvline(0, color=GREY, linewidth=0.8)
    panel.set_yticks(places, [drawable(name, NAME_LENGTH) for name in names], parse_math=False)
    panel.margins(y=0.02)
    panel.invert_yaxis()
    panel.set_xlabel(x_label)
    panel.grid(axis="x", color=PALE)
    panel.set_axisbelow(True)
    return figure


@drawn_in_style
def pre_activation_histogram(
    z: Float64[np.ndarray, "n_samples n_neurons"], activation: Activation, layer: int
) -> "Figure":
    """How often which pre-activation occurs in a layer, with the slope of its activation above.

    Parameters:
        z: of some of the layer's neurons, for some examples.
        activation: whose slope is drawn, as a share of its steepest.
        layer: its number.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    panel = figure.subplots()
    reach = float(max(8.0, np.quantile(np.abs(z), 0.99)))
    kept = np.clip(z.ravel(), -reach, reach)
    weights = np.full(len(kept), 1 / len(kept))
    panel.hist(
        kept, bins=np.linspace(-reach, reach, N_BINS).tolist(), weights=weights, color=BLUE, label="pre-activations z"
    )
    panel.set_xlabel(f"z in layer {layer}")
    panel.set_ylabel("share of neurons and examples")
    other = panel.twinx()
    across = np.linspace(-reach, reach, 400)
    slopes = np.abs(activation.derivative(across, activation.value(across)))
    if not activation.is_elementwise:
        a = 1 / (1 + np.exp(-across))
        slopes = a * (1 - a)
    other.plot(across, slopes / slopes.max(), color=ORANGE, label="f′(z) / the steepest")
    other.set_ylim(0, 1.05)
    other.spines["right"].set_visible(True)
    other.set_ylabel("f′(z), share of the steepest")
    handles = [*panel.get_legend_handles_labels()[0], *other.get_legend_handles_labels()[0]]
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
    return figure


@drawn_in_style
def by_layer(sizes: Float64[np.ndarray, " n_layers"], y_label: str) -> "Figure":
    """A number for each layer from the second on, on a scale whose equal steps multiply."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    panel = figure.subplots()
    layers = np.arange(2, len(sizes) + 2)
    panel.plot(layers, sizes, "o-", color=BLUE)
    panel.set_yscale("log")
    panel.set_xticks(layers)
    panel.set_xlabel("layer")
    panel.set_ylabel(y_label)
    panel.grid(axis="y", color=PALE)
    return figure


@drawn_in_style
def picture_grid(pictures: Sequence[np.ndarray], told: Sequence[tuple[str, str]], title: str) -> "Figure":
    """Pictures with two lines over each.

    Parameters:
        pictures: (height, width), or (height, width, 3) in colour.
        told: the two lines of each.
        title: over all of them.
    """
    from matplotlib.figure import Figure

    n_columns = min(len(pictures), 6)
    n_rows = -(-len(pictures) // n_columns)
    figure = Figure(figsize=(max(1.6 * n_columns, 4.8), 1.95 * n_rows + 0.6), layout="constrained")
    figure.suptitle(drawable(title, 90), fontsize=11, parse_math=False)
    low = min(float(picture.min()) for picture in pictures)
    high = max(float(picture.max()) for picture in pictures)
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for panel in panels:
        panel.axis("off")
    for panel, picture, lines in zip(panels, pictures, told, strict=False):
        shown = picture if picture.ndim == 2 else (picture - low) / max(high - low, 1e-12)
        panel.imshow(shown, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
        for height, line, colour in zip((1.15, 1.02), lines, (GREY, ORANGE), strict=True):
            panel.text(
                0.5, height, drawable(line, 24), color=colour, fontsize=7.5, ha="center", va="bottom",
                transform=panel.transAxes, parse_math=False,
            )  # fmt: skip
    return figure


@drawn_in_style
def distances(nearest: Float64[np.ndarray, " n_samples"], twin: Float64[np.ndarray, " n_twins"]) -> "Figure":
    """How far judged examples lie from the nearest training example, those that are copies marked.

    Parameters:
        nearest: of the examples that are no copies.
        twin: of those that are.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    panel = figure.subplots()
    every = np.concatenate([nearest, twin])
    bins = np.linspace(0, float(every.max()) or 1.0, N_BINS).tolist()
    panel.hist([nearest, twin], bins=bins, stacked=True, color=[BLUE, ORANGE], label=["others", "copies"])
    panel.set_xlabel("distance to the nearest training example")
    panel.set_ylabel("examples that judge")
    panel.legend()
    return figure
