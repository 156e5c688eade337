"""Where the neurons of a drawn network stand, which of a large layer are drawn, and where weights are written."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Point = tuple[float, float]


@dataclass(frozen=True)
class Column:
    """One drawn layer.

    Attributes:
        size: how many neurons the layer has.
        shown: their numbers, from 0, as far as they are drawn.
        x: where the column stands.
        y: where each drawn neuron stands, the first at the top.
        ellipsis: the height of the dots that stand for the others; None where all are drawn.
    """

    size: int
    shown: np.ndarray
    x: float
    y: np.ndarray
    ellipsis: float | None


def columns_of(sizes: Sequence[int], max_neurons: int, *, with_room: bool) -> list[Column]:
    """The columns, centred on one another; neurons of the tallest stand 1 apart.

    Of a layer larger than `max_neurons` the first and the last neurons are drawn, with an ellipsis in between.

    Parameters:
        with_room: neurons and layers stand wider apart, so that weights can be written along the edges.
    """
    heights = [min(size, max_neurons) + (size > max_neurons) for size in sizes]
    tallest = max(heights)
    nearest = 1.7 if with_room else 1.0
    distance = 4.6 if with_room else max(2.6, min(2.6 * max(1.0, tallest / 8) ** 0.5, 12 / (len(sizes) - 1)))
    columns: list[Column] = []
    for index, (size, height) in enumerate(zip(sizes, heights, strict=True)):
        # Small layers stand wider apart beside large ones, up to twice as wide, so that edges spread.
        spacing = min(2 * nearest, max(nearest, 0.75 * nearest * (tallest - 1) / max(1, height - 1)))
        places = spacing * ((height - 1) / 2 - np.arange(height))
        x = index * distance
        if size <= max_neurons:
            columns.append(Column(size, np.arange(size), x, places, None))
            continue
        n_first = (max_neurons + 1) // 2
        shown = np.concatenate([np.arange(n_first), np.arange(size - (max_neurons - n_first), size)])
        columns.append(Column(size, shown, x, np.delete(places, n_first), float(places[n_first])))
    return columns


def label_places(edges: Sequence[tuple[Point, Point]]) -> list[Point]:
    """A point on each edge for its label, as far as can be from the labels before it and from the other edges.

    Being near another edge counts twice, for it is on the wrong edge that a label misleads.
    """
    placed: list[Point] = []
    for index, (start, end) in enumerate(edges):
        others = [edge for number, edge in enumerate(edges) if number != index]
        from_the_middle = sorted(np.linspace(0.2, 0.8, 25), key=lambda share: abs(share - 0.5))
        candidates = [_between(start, end, share) for share in from_the_middle]
        clearances = [
            min(
                [_label_distance(point, label) for label in placed]
                + [2 * _distance_to_edge(point, other) for other in others],
                default=0.0,
            )
            for point in candidates
        ]
        placed.append(candidates[int(np.argmax(clearances))])
    return placed


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def _label_distance(a: Point, b: Point) -> float:
    """The distance between two labels, which are thrice as wide as high."""
    return float(np.hypot((a[0] - b[0]) / 2, 1.5 * (a[1] - b[1])))


def _distance_to_edge(point: Point, edge: tuple[Point, Point]) -> float:
    start, end = np.asarray(edge)
    along = end - start
    share = np.clip((np.asarray(point) - start) @ along / (along @ along), 0, 1)
    return float(np.linalg.norm(np.asarray(point) - start - share * along))
