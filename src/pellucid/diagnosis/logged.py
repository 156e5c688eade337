"""What `--log-gradients` kept of a run: how gradients, weights and corrections went over its epochs, by layer."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from jaxtyping import Float64

from pellucid.errors import FormatError
from pellucid.figures.style import BLUE, GREEN, GREY, ORANGE, PALE, drawn_in_style
from pellucid.files.bounded import read_bounded, readable
from pellucid.files.tensors import parse_json
from pellucid.training.gradient_log import SIZES
from pellucid.training.run_folder import GRADIENTS_FILE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_LOG = 2**28
COLOURS = (BLUE, ORANGE, GREEN, GREY)


class GradientHistory(NamedTuple):
    """The root mean squares over a layer's weights, and over the steps of an epoch.

    Attributes:
        epochs: their numbers, from 1.
        gradient: of ∂C/∂W, from layer 2 on; not a number where it left the finite ones.
        weights: of W, likewise.
        correction: of what a step added to W, likewise.
    """

    epochs: tuple[int, ...]
    gradient: Float64[np.ndarray, "n_epochs n_layers"]
    weights: Float64[np.ndarray, "n_epochs n_layers"]
    correction: Float64[np.ndarray, "n_epochs n_layers"]

    @property
    def update_ratio(self) -> Float64[np.ndarray, "n_epochs n_layers"]:
        """By which share of their size a step changed a layer's weights: about 10⁻³ in training that goes well."""
        with np.errstate(all="ignore"):
            return self.correction / self.weights


def gradients_in(folder: Path, n_layers: int) -> GradientHistory | None:
    """The log in a run folder; None where there is none.

    Parameters:
        folder: of the run.
        n_layers: how many layers of weights its network has.

    Raises:
        FormatError: a line is no record of an epoch, or is of another network.
    """
    file = folder / GRADIENTS_FILE
    if not file.is_file():
        return None
    try:
        lines = read_bounded(file, MAX_LOG).decode().splitlines()
        records = [_record(parse_json(line, GRADIENTS_FILE), n_layers) for line in lines]
    except (ValueError, TypeError, OverflowError) as error:
        raise FormatError(f"{file}: the norms of an epoch a line are required ({readable(error)})") from error
    if not records:
        return None
    sizes = np.array([sizes for _, sizes in records], np.float64).reshape(len(records), n_layers, len(SIZES))
    return GradientHistory(tuple(epoch for epoch, _ in records), *np.moveaxis(sizes, 2, 0))


def _record(entries: dict[str, Any], n_layers: int) -> tuple[int, list[list[float]]]:
    """The epoch of a line, and the three sizes of each layer.

    Raises:
        TypeError: they are no such entries.
    """
    epoch, layers = entries.get("epoch"), entries.get("layers")
    if type(epoch) is not int or not isinstance(layers, list):
        raise TypeError("epoch and layers are required")
    if not layers:  # an epoch of which nothing was left to do when the run was resumed
        return epoch, [[np.nan] * len(SIZES)] * n_layers
    if len(layers) != n_layers:
        raise TypeError(f"{n_layers} layers are required, as the model has them, got {len(layers)}")
    return epoch, [_sizes(layer) for layer in layers]


def _sizes(layer: Any) -> list[float]:
    """The three sizes of a layer; what was not finite is not a number.

    Raises:
        TypeError: they are something else.
    """
    sizes = [layer.get(name) for name in SIZES] if isinstance(layer, dict) else []
    if not sizes or any(size is not None and (type(size) not in (int, float) or size < 0) for size in sizes):
        raise TypeError(f"{', '.join(SIZES)} are required, numbers of at least 0")
    return [np.nan if size is None else float(size) for size in sizes]


def in_figures(values: Sequence[float]) -> str:
    """Some values as a sentence lists them, layer by layer from the second."""
    return ", ".join(f"{value:.2g} in layer {layer}" for layer, value in enumerate(values, start=2))


@drawn_in_style
def over_epochs(history: GradientHistory) -> "Figure":
    """The gradient of each layer, and by which share of their size a step changed its weights, over the epochs."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.4, 3.6), layout="constrained")
    panels = figure.subplots(1, 2)
    labels = ("gradient, root mean square", "correction of a step / weights")
    for panel, values, label in zip(panels, (history.gradient, history.update_ratio), labels, strict=True):
        for column, layer in enumerate(values.T):
            style = "-" if column < len(COLOURS) else "--" if column < 2 * len(COLOURS) else ":"
            shown = np.where(layer > 0, layer, np.nan)
            panel.plot(
                history.epochs, shown, style, color=COLOURS[column % len(COLOURS)], marker=".",
                label=f"layer {column + 2}",
            )  # fmt: skip
        panel.set_yscale("log")
        panel.set_xlabel("epoch")
        panel.set_ylabel(label)
        panel.grid(axis="y", color=PALE)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=6)
    return figure
