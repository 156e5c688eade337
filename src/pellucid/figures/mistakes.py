"""The pictures that were taken for something else with the greatest confidence."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.figures.style import GREY, ORANGE, drawn_in_style, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@drawn_in_style
def most_wrong(
    images: np.ndarray,
    true_labels: np.ndarray,
    said_labels: np.ndarray,
    probability: np.ndarray,
    classes: Sequence[str],
    count: int = 25,
) -> "Figure":
    """The wrongly answered pictures, the most confident first, with what was said and what is true.

    Parameters:
        images: (n_samples, height, width), or (n_samples, height, width, 3) in colour.
        true_labels: (n_samples,) numbers of the true classes, from 0.
        said_labels: (n_samples,) numbers of the classes that were said.
        probability: (n_samples,) what the network gave to the class that it said.
        classes: the classes' names, in order.
        count: how many are drawn at most.

    Raises:
        InvalidValueError: the images are no pictures, or the arrays differ in length.
    """
    from matplotlib.figure import Figure

    if images.ndim != 3 and not (images.ndim == 4 and images.shape[3] == 3):
        raise InvalidValueError(
            f"images: shape (n, height, width) or (n, height, width, 3) is required, got {images.shape}; "
            "examples that are no pictures cannot be drawn"
        )
    lengths = {len(images), len(true_labels), len(said_labels), len(probability)}
    if len(lengths) > 1:
        raise InvalidValueError(f"images, labels and probability: equal lengths are required, got {sorted(lengths)}")
    if count < 1:
        raise InvalidValueError(f"count: at least 1 is required, got {count}")
    wrong = np.flatnonzero(np.asarray(true_labels) != np.asarray(said_labels))
    drawn = wrong[np.argsort(-np.asarray(probability)[wrong], kind="stable")][:count]
    if drawn.size == 0:
        figure = Figure(figsize=(4.5, 1.2))
        figure.text(0.5, 0.5, f"No mistakes among {len(images):,} examples", ha="center", va="center")
        return figure

    n_columns = min(math.ceil(math.sqrt(drawn.size)), 8)
    n_rows = math.ceil(drawn.size / n_columns)
    figure = Figure(figsize=(max(1.5 * n_columns, 4.2), 1.85 * n_rows + 0.6), layout="constrained")
    noun = "mistake" if wrong.size == 1 else "mistakes"
    which = f"{wrong.size:,} {noun}" if drawn.size == wrong.size else f"{drawn.size} of {wrong.size:,} mistakes"
    figure.suptitle(f"{which}, the most confident first", fontsize=11)
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    low, high = float(images.min()), float(images.max())
    for panel in panels:
        panel.axis("off")
    for panel, sample in zip(panels, drawn, strict=False):
        picture = images[sample] if images.ndim == 3 else (images[sample] - low) / max(high - low, 1e-12)
        panel.imshow(picture, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
        said, true = (plain(classes[int(labels[sample])], 14) for labels in (said_labels, true_labels))
        captions = ((1.14, f"said {said} ({probability[sample]:.0%})", ORANGE), (1.02, f"true {true}", GREY))
        for height, caption, colour in captions:
            panel.text(
                0.5, height, caption, color=colour, fontsize=7.5, ha="center", va="bottom",
                transform=panel.transAxes, parse_math=False,
            )  # fmt: skip
    return figure
