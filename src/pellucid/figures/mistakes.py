"""The pictures that were taken for something else with the greatest confidence."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Int

from pellucid.data.features import Axes
from pellucid.errors import InvalidValueError
from pellucid.figures.axes import tell_axes
from pellucid.figures.style import GREY, ORANGE, drawable, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


MOST_DRAWN = 25


def most_wrong(
    images: np.ndarray,
    true_labels: np.ndarray,
    said_labels: np.ndarray,
    probability: np.ndarray,
    classes: Sequence[str],
    count: int = MOST_DRAWN,
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
    drawn, n_wrong = worst_mistakes(true_labels, said_labels, probability, count)
    told = tell_mistakes(drawn, true_labels, said_labels, probability, classes)
    return draw_mistakes([images[row] for row in drawn], told, n_wrong, len(images))


class WorstMistakes(NamedTuple):
    """The most confident mistakes.

    Attributes:
        rows: their numbers, from 0, the most confident first.
        n_wrong: how many mistakes there are in all.
    """

    rows: Int[np.ndarray, " n_drawn"]
    n_wrong: int


def worst_mistakes(
    true_labels: np.ndarray, said_labels: np.ndarray, probability: np.ndarray, count: int = MOST_DRAWN
) -> WorstMistakes:
    """The most confident of the wrong answers; the parameters are those of `most_wrong`."""
    wrong = np.flatnonzero(np.asarray(true_labels) != np.asarray(said_labels))
    return WorstMistakes(wrong[np.argsort(-np.asarray(probability)[wrong], kind="stable")][:count], len(wrong))


def tell_mistakes(
    rows: np.ndarray,
    true_labels: np.ndarray,
    said_labels: np.ndarray,
    probability: np.ndarray,
    classes: Sequence[str],
) -> list[tuple[str, str]]:
    """What was said of each of these examples, and what is true."""
    names = [[drawable(classes[int(labels[row])], 14) for row in rows] for labels in (said_labels, true_labels)]
    return [
        (f"said {said} ({probability[row]:.0%})", f"true {true}") for row, said, true in zip(rows, *names, strict=True)
    ]


@drawn_in_style
def draw_mistakes(
    pictures: Sequence[np.ndarray],
    told: Sequence[tuple[str, str]],
    n_wrong: int,
    n_samples: int,
    axes: Axes | None = None,
) -> "Figure":
    """Pictures with two lines over each: what was said, and what is true.

    Parameters:
        pictures: (height, width), or (height, width, 3) in colour.
        told: the two lines of each.
        n_wrong: how many mistakes there are in all.
        n_samples: among how many examples.
        axes: what the pictures' sides stand for, where they are no mere pictures.
    """
    from matplotlib.figure import Figure

    if not pictures:
        figure = Figure(figsize=(4.5, 1.2))
        figure.text(0.5, 0.5, f"No mistakes among {n_samples:,} examples", ha="center", va="center")
        return figure

    n_drawn = len(pictures)
    n_columns = min(math.ceil(math.sqrt(n_drawn)), 8)
    n_rows = math.ceil(n_drawn / n_columns)
    figure = Figure(figsize=(max(1.5 * n_columns, 4.2), 1.85 * n_rows + 0.6), layout="constrained")
    noun = "mistake" if n_wrong == 1 else "mistakes"
    which = f"{n_wrong:,} {noun}" if n_drawn == n_wrong else f"{n_drawn} of {n_wrong:,} mistakes"
    figure.suptitle(f"{which}, the most confident first", fontsize=11)
    tell_axes(figure, axes)
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    low = min(float(picture.min()) for picture in pictures)
    high = max(float(picture.max()) for picture in pictures)
    for panel in panels:
        panel.axis("off")
    for panel, picture, lines in zip(panels, pictures, told, strict=False):
        shown = picture if picture.ndim == 2 else (picture - low) / max(high - low, 1e-12)
        panel.imshow(shown, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
        for height, line, colour in zip((1.14, 1.02), lines, (ORANGE, GREY), strict=True):
            panel.text(
                0.5, height, line, color=colour, fontsize=7.5, ha="center", va="bottom",
                transform=panel.transAxes, parse_math=False,
            )  # fmt: skip
    return figure
