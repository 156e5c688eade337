"""A computational graph drawn from left to right: values in the nodes, local derivatives on the edges."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pellucid.figures.network_layout import Point, label_places
from pellucid.figures.style import DARK, GREY, NEGATIVE, POSITIVE, drawable, drawn_in_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 2.1, 1.0
"""Of a node's box; a letter is about 0.13 wide."""
FEW_BETWEEN = 24
"""Up to so many edges between two columns, their derivatives are written on them."""
LINE = 0.24
"""The height of a line of text."""
LABEL = 1.0
"""The width of most labels."""
CLEAR = 0.6
"""Points of two labels so far apart do not touch."""


class DrawnNode(NamedTuple):
    """A box: its name, its value, the result's derivative, and the column it stands in.

    One that stands `beside` two others is written on the edge between them, beside one beneath it.
    """

    ref: str
    name: str
    value: float
    derivative: float
    column: int
    beside: tuple[str, ...] = ()


class DrawnEdge(NamedTuple):
    """An arrow from one node to another, with the local derivative."""

    start: str
    end: str
    derivative: float


@drawn_in_style
def graph_diagram(
    columns: Sequence[str], nodes: Sequence[DrawnNode], edges: Sequence[DrawnEdge], result: str
) -> "Figure":
    """The graph: boxes with name, value and the derivative of the result; arrows with their local derivatives.

    Blue is negative, orange positive. Between two columns with more than `FEW_BETWEEN` edges only their colour and
    width tell the derivatives.

    Parameters:
        columns: a heading for each column.
        nodes: at least one; those of a column from the top down.
        edges: between them.
        result: the name of what is differentiated.
    """
    from matplotlib.figure import Figure

    boxes = [node for node in nodes if not node.beside]
    notes = [node for node in nodes if node.beside]
    is_beneath = {node.beside[0] for node in notes if len(node.beside) == 1}
    on_edges = {(node.beside[0], node.beside[1]): node for node in notes if len(node.beside) == 2}
    noted = {node.ref for node in notes}
    arrows = [edge for edge in edges if edge.start not in noted]
    places = places_of(boxes, arrows, set(on_edges), with_room=bool(is_beneath))

    left = min(x for x, _ in places.values()) - WIDTH / 2 - 0.4
    right = max(x for x, _ in places.values()) + WIDTH / 2 + 0.4
    top = max(y for _, y in places.values()) + HEIGHT / 2 + (1.1 if any(columns) else 0.3)
    bottom = min(y for _, y in places.values()) - HEIGHT / 2 - (1.5 if is_beneath else 0.8)
    inches = max(min(0.62, 16 / (right - left), 16 / (top - bottom)), 0.36)  # smaller letters cannot be read
    figure = Figure(figsize=(inches * (right - left), inches * (top - bottom)))
    panel = figure.add_axes((0, 0, 1, 1))
    panel.set_axis_off()
    panel.set_xlim(left, right)
    panel.set_ylim(bottom, top)
    font = 17 * inches

    draw_arrows(panel, arrows, boxes, places, on_edges, result, font)
    for node in boxes:
        draw_box(panel, node, places[node.ref], result, font)
    for node in notes:
        if len(node.beside) == 1:
            x, y = places[node.beside[0]]
            draw_note(panel, node, (x, y - HEIGHT / 2 - 1.3 * LINE), result, font)
    for column, heading in enumerate(columns):
        held = [places[node.ref][0] for node in boxes if node.column == column]
        if heading and held:
            lines = heading.replace(": ", "\n")
            panel.text(held[0], top - 0.15, lines, ha="center", va="top", fontsize=font, parse_math=False)
    key = "on an edge: the derivative of the right by the left"
    if on_edges:
        key += f" (into a weighted sum: the weight, and ∂{drawable(result)} by it)"
    key += f"; ∂{drawable(result)}: its derivative by the node; orange positive, blue negative"
    panel.text((left + right) / 2, bottom + 0.1, key, ha="center", va="bottom", fontsize=0.85 * font, color=GREY)
    return figure


def places_of(
    boxes: Sequence[DrawnNode], arrows: Sequence[DrawnEdge], noted: set[tuple[str, str]], *, with_room: bool
) -> dict[str, Point]:
    """Where each box's middle is: columns centred on one another, wider apart where many labels stand between them."""
    in_columns: dict[int, list[str]] = {}
    column_of = {node.ref: node.column for node in boxes}
    for node in boxes:
        in_columns.setdefault(node.column, []).append(node.ref)
    order = sorted(in_columns)
    edge_count = Counter(edge.end for edge in arrows)
    gaps = dict.fromkeys(pairwise(order), 1.5)
    n_leaving = Counter(column_of[edge.start] for edge in arrows)
    n_noted = Counter(column_of[start] for start, _ in noted)
    for edge in arrows:
        column = column_of[edge.start]
        is_level = len(in_columns[column]) == len(in_columns[column_of[edge.end]])
        if (edge.start, edge.end) in noted:
            wanted = 4.2 + 0.15 * max(0, n_noted[column] - 4)
        elif is_level and edge_count[edge.end] == 1:
            wanted = 1.5
        else:
            wanted = 3.0 if n_leaving[column] <= FEW_BETWEEN / 2 else 4.2
        for first, second in gaps:
            if column_of[edge.start] <= first and column_of[edge.end] >= second:
                gaps[first, second] = max(gaps[first, second], wanted)
    tallest = max(len(refs) for refs in in_columns.values())
    nearest = HEIGHT + (1.3 if with_room else 0.3 if tallest > 12 else 0.9)
    places: dict[str, Point] = {}
    x = 0.0
    for number, column in enumerate(order):
        if number:
            x += WIDTH + gaps[order[number - 1], column]
        refs = in_columns[column]
        spacing = min(2 * nearest, max(nearest, 0.8 * nearest * (tallest - 1) / max(1, len(refs) - 1)))
        for k, ref in enumerate(refs):
            places[ref] = (x, spacing * ((len(refs) - 1) / 2 - k))
    return places


def draw_arrows(
    panel: "Axes",
    arrows: Sequence[DrawnEdge],
    boxes: Sequence[DrawnNode],
    places: dict[str, Point],
    on_edges: dict[tuple[str, str], DrawnNode],
    result: str,
    font: float,
) -> None:
    """The arrows, column by column, with their derivatives, or the weights that stand on them, where they are few."""
    column_of = {node.ref: node.column for node in boxes}
    groups: dict[int, list[DrawnEdge]] = {}
    for edge in arrows:
        groups.setdefault(column_of[edge.end], []).append(edge)
    for group in groups.values():
        greatest = max(abs(edge.derivative) for edge in group) or 1.0
        is_few = len(group) <= FEW_BETWEEN
        ends = [ends_of(places[edge.start], places[edge.end]) for edge in group]
        labels = places_on(ends) if is_few else [None] * len(group)
        for edge, (start, end), label in zip(group, ends, labels, strict=True):
            strength = abs(edge.derivative) / greatest
            panel.annotate(
                "", end, start, zorder=1,
                arrowprops={
                    "arrowstyle": "-|>" if is_few else "-", "color": sign_colour(edge.derivative),
                    "linewidth": 0.4 + 1.4 * strength, "alpha": 0.9 if is_few else 0.15 + 0.75 * strength,
                    "shrinkA": 0, "shrinkB": 0, "mutation_scale": font,
                },
            )  # fmt: skip
            if label is None:
                continue
            slope = float(np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0])))
            weight = on_edges.get((edge.start, edge.end))
            written = short(edge.derivative)
            if weight is not None:
                written += f"\n{slope_text(weight, result)}"
            panel.text(
                *label, written, ha="center", va="center", rotation=slope, fontsize=0.75 * font, parse_math=False,
                color=sign_colour(edge.derivative), zorder=2, bbox=background(), linespacing=1.1,
            )  # fmt: skip


def places_on(edges: Sequence[tuple[Point, Point]]) -> list[Point]:
    """Where the labels stand: in the middle of level edges, else apart from one another and from other edges."""
    if all(start[1] == end[1] for start, end in edges):
        return [((start[0] + end[0]) / 2, start[1]) for start, end in edges]
    places = label_places(edges)
    for _ in range(2):
        for k, (start, end) in enumerate(edges):
            others = [span_of(places[j], edges[j]) for j in range(len(edges)) if j != k]
            along = np.linspace(0.2, 0.8, 31)[:, None]
            candidates = [places[k], *map(tuple, np.array(start) * (1 - along) + np.array(end) * along)]
            spans = np.array([span_of(candidate, edges[k]) for candidate in candidates])
            gaps = np.linalg.norm(spans[:, None, :, None] - np.array(others)[None, :, None, :], axis=-1)
            places[k] = candidates[int(np.minimum(gaps.min(axis=(1, 2, 3)), CLEAR).argmax())]
    return places


def span_of(place: Point, edge: tuple[Point, Point]) -> np.ndarray:
    """The middle and both ends of a label that lies along its edge, as points."""
    direction = np.array(edge[1]) - np.array(edge[0])
    return np.array(place) + np.outer([-LABEL / 2, 0, LABEL / 2], direction / np.linalg.norm(direction))


def ends_of(start: Point, end: Point) -> tuple[Point, Point]:
    """From the right side of one box to the left side of the other."""
    return (start[0] + WIDTH / 2, start[1]), (end[0] - WIDTH / 2, end[1])


def draw_box(panel: "Axes", node: DrawnNode, place: Point, result: str, font: float) -> None:
    """A box with three lines: name, value, derivative of the result."""
    from matplotlib.patches import FancyBboxPatch

    x, y = place
    panel.add_patch(
        FancyBboxPatch(
            (x - WIDTH / 2 + 0.1, y - HEIGHT / 2 + 0.1), WIDTH - 0.2, HEIGHT - 0.2, facecolor="white", zorder=3,
            edgecolor=DARK, linewidth=0.9, boxstyle="round,pad=0.1,rounding_size=0.2", gid=f"node-{node.ref}",
        )
    )  # fmt: skip
    panel.text(
        x, y + 0.17, f"{drawable(node.name)} = {short(node.value)}", ha="center", va="center", fontsize=0.9 * font,
        zorder=4, parse_math=False,
    )  # fmt: skip
    panel.text(
        x, y - 0.22, slope_text(node, result), ha="center", va="center", fontsize=0.75 * font, zorder=4, color=GREY,
        parse_math=False,
    )  # fmt: skip


def draw_note(panel: "Axes", node: DrawnNode, place: Point, result: str, font: float) -> None:
    """A parameter without a box, over two lines: name and value, derivative of the result."""
    panel.text(
        *place, f"{drawable(node.name)} = {short(node.value)}\n{slope_text(node, result)}", ha="center", va="center",
        fontsize=0.75 * font, color=sign_colour(node.value), zorder=2, bbox=background(), parse_math=False,
        linespacing=1.1,
    )  # fmt: skip


def slope_text(node: DrawnNode, result: str) -> str:
    """The derivative of the result by the node, such as ∂C: 0.138."""
    return f"∂{drawable(result)}: {short(node.derivative)}"


def background() -> dict[str, object]:
    """White behind a label, so that the edge does not run through its letters."""
    return {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}


def sign_colour(value: float) -> str:
    """Grey for zero, blue for negative, orange for positive."""
    if value == 0:
        return GREY
    return NEGATIVE if value < 0 else POSITIVE


def short(value: float) -> str:
    """Three significant digits, with a real minus sign; −0 is 0."""
    return f"{value + 0.0:.3g}".replace("-", "−")
