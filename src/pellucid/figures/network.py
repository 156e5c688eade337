"""A network drawn as in textbooks: columns of neurons, joined by weights."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pellucid.arrays import Array
from pellucid.errors import InvalidValueError
from pellucid.figures.letters import width_of
from pellucid.figures.network_layout import Column, Point, columns_of, label_places
from pellucid.figures.style import DARK, GREY, NEGATIVE, POSITIVE, diverging_colours, drawable, drawn_in_style
from pellucid.maths.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RADIUS = 0.34
LETTER_SIZE = 17 / 72
"""Of names and titles; neurons stand 1 or more apart."""
ROOM = 1.15
"""Kept for names, of their width: each letter is drawn some whole pixels wide, which widens small ones."""
NAME_LENGTH = 40
"""So many characters of a name are drawn at most."""
FEW_EDGES = 20
"""Up to so many edges, weights and biases are written into the picture."""
FEW_NEURONS = 8
"""Up to so many neurons in the tallest drawn column, activations are written into the circles."""


@drawn_in_style
def network_diagram(
    network: Network,
    *,
    activations: Sequence[Array] | None = None,
    max_neurons: int = 16,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
) -> "Figure":
    """The network's neurons and weights, the neurons labelled with layer (above) and number (below).

    An edge is blue for a negative and orange for a positive weight, the wider the larger the weight is beside the
    others drawn into its layer. Weights and biases are written out where there are no more than `FEW_EDGES` edges. Of
    a large layer the first and the last neurons are drawn; its size stands beneath every layer.

    Parameters:
        activations: one vector (n_l,) a layer, the input first; neurons are then coloured by what they hold.
        max_neurons: of each layer, how many neurons are drawn at most; at least 2.
        input_names, output_names: what the first and the last layer's neurons stand for.

    Raises:
        InvalidValueError: activations or names do not fit the layers, or max_neurons is less than 2.
    """
    from matplotlib.figure import Figure

    sizes = network.sizes
    _check(sizes, activations, max_neurons, input_names, output_names)
    n_edges = sum(before * after for before, after in pairwise(sizes))
    is_small = n_edges <= FEW_EDGES and max(sizes) <= max_neurons
    columns = columns_of(sizes, max_neurons, with_room=is_small)

    sides = ((columns[0], input_names, -1), (columns[-1], output_names, 1))
    names = [
        (column, [drawable(given[k], NAME_LENGTH) for k in column.shown] if given else [], side)
        for column, given, side in sides
    ]
    room = [max((ROOM * LETTER_SIZE * width_of(name) for name in given), default=0.0) for _, given, _ in names]
    left, right = -max(1.5, 0.8 + room[0]), columns[-1].x + max(1.5, 0.8 + room[1])
    top = max(float(column.y[0]) for column in columns) + 1.5
    lowest = min(float(column.y[-1]) for column in columns) - RADIUS - (0.6 if is_small else 0.25)
    bottom = lowest - (1.3 if any(column.ellipsis is not None for column in columns) else 1.0)
    inches = min(0.62, 13 / (right - left), 13 / (top - bottom))
    figure = Figure(figsize=(inches * (right - left), inches * (top - bottom)))
    panel = figure.add_axes((0, 0, 1, 1))
    panel.set_axis_off()
    panel.set_xlim(left, right)
    panel.set_ylim(bottom, top)
    font = 72 * LETTER_SIZE * inches

    for index, layer in enumerate(network.layers):
        before, after = columns[index], columns[index + 1]
        weights = np.asarray(layer.weights)[np.ix_(after.shown, before.shown)]
        _draw_edges(panel, before, after, weights, font if is_small else None)
        if is_small:
            _draw_biases(panel, after, np.asarray(layer.biases), font)
    is_roomy = max(len(column.shown) for column in columns) <= FEW_NEURONS
    for index, column in enumerate(columns):
        held = None if activations is None else np.asarray(activations[index], dtype=np.float64)
        _draw_neurons(panel, index + 1, column, held, is_roomy, font)
        role = "input" if index == 0 else network.layers[index - 1].activation.name
        title = f"layer {index + 1}" + (" (output)" if index == len(columns) - 1 else "")
        panel.text(column.x, top - 0.2, f"{title}\n{role}", ha="center", va="top", fontsize=font, parse_math=False)
        panel.text(column.x, lowest, _size_of(column), ha="center", va="top", fontsize=font, color=GREY)
    key = "edges: orange positive, blue negative, thicker for larger weights"
    panel.text((left + right) / 2, bottom + 0.05, key, ha="center", va="bottom", fontsize=0.85 * font, color=GREY)
    for column, given, side in names:
        _draw_names(panel, column, given, side, font)
    return figure


def _check(
    sizes: Sequence[int],
    activations: Sequence[Array] | None,
    max_neurons: int,
    input_names: Sequence[str] | None,
    output_names: Sequence[str] | None,
) -> None:
    if max_neurons < 2:
        raise InvalidValueError(f"max_neurons: at least 2 is required, got {max_neurons}")
    if activations is not None and [np.shape(a) for a in activations] != [(size,) for size in sizes]:
        raise InvalidValueError(
            f"activations: one vector a layer with lengths {tuple(sizes)} is required, "
            f"got shapes {[np.shape(a) for a in activations]}"
        )
    for parameter, names, size in (("input_names", input_names, sizes[0]), ("output_names", output_names, sizes[-1])):
        if names is not None and len(names) != size:
            raise InvalidValueError(f"{parameter}: {size} names are required, got {len(names)}")


class _Edge(NamedTuple):
    weight: float
    start: Point
    end: Point


def _draw_edges(panel: "Axes", before: Column, after: Column, weights: np.ndarray, font: float | None) -> None:
    """Lines for `weights` (drawn neurons after, drawn neurons before), and their values where `font` is given."""
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba

    edges = [
        _Edge(float(weights[m, p]), (before.x, float(before.y[p])), (after.x, float(after.y[m])))
        for m in range(weights.shape[0])
        for p in range(weights.shape[1])
    ]
    edges.sort(key=lambda edge: abs(edge.weight))  # the strongest are drawn last, on top
    greatest = abs(edges[-1].weight) or 1.0
    strength = [abs(edge.weight) / greatest for edge in edges]
    # Among many edges the weak ones fade, so that the strong ones can be followed.
    faintest = 0.55 if len(edges) <= FEW_EDGES else 0.12
    colours = [
        to_rgba(_sign_colour(edge.weight), faintest + (0.9 - faintest) * s)
        for edge, s in zip(edges, strength, strict=True)
    ]
    thickest = 2.6 if len(edges) <= 64 else 1.5
    panel.add_collection(
        LineCollection(
            [(edge.start, edge.end) for edge in edges],
            colors=colours,
            linewidths=[0.3 + (thickest - 0.3) * s for s in strength],
            zorder=1,
        )
    )
    if font is None:
        return
    for edge, place in zip(edges, label_places([(edge.start, edge.end) for edge in edges]), strict=True):
        slope = np.arctan2(edge.end[1] - edge.start[1], edge.end[0] - edge.start[0])
        panel.text(
            *place, _short(edge.weight), rotation=float(np.degrees(slope)), ha="center", va="center",
            fontsize=0.8 * font, color=_sign_colour(edge.weight), zorder=2,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip


def _draw_biases(panel: "Axes", column: Column, biases: np.ndarray, font: float) -> None:
    for y, bias in zip(column.y, biases[column.shown], strict=True):
        panel.text(
            column.x, y - RADIUS - 0.06, f"b = {_short(float(bias))}", ha="center", va="top", fontsize=0.8 * font,
            color=_sign_colour(float(bias)), zorder=4,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip


def _draw_neurons(
    panel: "Axes", layer: int, column: Column, held: np.ndarray | None, is_roomy: bool, font: float
) -> None:
    from matplotlib.patches import Circle

    # At least 1, so that a layer that holds next to nothing does not look as if it held much.
    greatest = 1.0 if held is None else max(1.0, float(np.abs(held).max()))
    for neuron, y in zip(column.shown, column.y, strict=True):
        value = None if held is None else float(held[neuron])
        fill = "white" if value is None else diverging_colours()(0.5 + value / greatest / 2)
        panel.add_patch(Circle((column.x, y), RADIUS, facecolor=fill, edgecolor=DARK, linewidth=0.9, zorder=3))
        label = f"$n^{{{layer}}}_{{{neuron + 1}}}$"
        colour = DARK if value is None or abs(value) / greatest < 0.6 else "white"
        has_value = value is not None and is_roomy
        panel.text(
            column.x, y + (0.13 if has_value else 0), label, ha="center", va="center", color=colour, zorder=5,
            fontsize=font * (0.8 if has_value else 1) * (0.8 if neuron >= 99 else 1),
        )  # fmt: skip
        if value is not None and is_roomy:
            panel.text(
                column.x, y - 0.15, _short(value, 2), ha="center", va="center", fontsize=0.62 * font, color=colour,
                zorder=5,
            )  # fmt: skip
    if column.ellipsis is not None:
        for step in (-0.22, 0, 0.22):
            panel.add_patch(Circle((column.x, column.ellipsis + step), 0.05, color=GREY, zorder=3))


def _draw_names(panel: "Axes", column: Column, names: Sequence[str], side: int, font: float) -> None:
    """Writes the names of the drawn neurons beside them, on that side; there may be none."""
    for name, y in zip(names, column.y, strict=False):
        panel.text(
            column.x + side * (RADIUS + 0.2), y, name, ha="left" if side > 0 else "right", va="center", fontsize=font,
            parse_math=False,
        )  # fmt: skip


def _sign_colour(value: float) -> str:
    if value == 0:
        return GREY
    return NEGATIVE if value < 0 else POSITIVE


def _size_of(column: Column) -> str:
    size = f"{column.size:,} neuron" + ("s" if column.size != 1 else "")
    return size if column.ellipsis is None else f"{size}\n{len(column.shown)} of them drawn"


def _short(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}g}".replace("-", "−")
