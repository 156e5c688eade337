"""Computational graphs drawn: every node and edge is there, and nothing that is written covers anything else."""

import math
from collections.abc import Callable
from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Annotation, Text

from pellucid.figures.graph import FEW_BETWEEN, DrawnEdge, DrawnNode, graph_diagram
from pellucid.figures.style import NEGATIVE, POSITIVE


def layered(sizes: list[int], *, with_weights: bool) -> tuple[list[str], list[DrawnNode], list[DrawnEdge]]:
    """A graph like that of a network: inputs, weighted sums, activations, …, the cost."""
    generator = np.random.default_rng(0)
    nodes = [DrawnNode(f"a1:{k}", f"a⁽¹⁾{k}", 0.05 * k, 0.00123, 0) for k in range(sizes[0])]
    edges: list[DrawnEdge] = []
    columns = ["layer 1: input"]
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=2):
        columns += [f"layer {layer}: weighted sums", f"layer {layer}: sigmoid"]
        column = 2 * layer - 3
        for m in range(n_out):
            nodes.append(DrawnNode(f"z{layer}:{m}", f"z⁽{layer}⁾{m}", -1.234, 0.0138, column))
            nodes.append(DrawnNode(f"a{layer}:{m}", f"a⁽{layer}⁾{m}", 0.225, -0.0138, column + 1))
            edges.append(DrawnEdge(f"z{layer}:{m}", f"a{layer}:{m}", 0.175))
            if with_weights:
                nodes.append(DrawnNode(f"b{layer}:{m}", f"b⁽{layer}⁾{m}", 0.35, 0.00877, column, (f"z{layer}:{m}",)))
            for p in range(n_in):
                weight = float(generator.normal())
                ends = f"a{layer - 1}:{p}", f"z{layer}:{m}"
                edges.append(DrawnEdge(*ends, weight))
                if with_weights:
                    nodes.append(DrawnNode(f"w{layer}:{m},{p}", f"w{m},{p}", weight, -0.000439, column, ends))
    columns.append("cost: squared-error")
    nodes.append(DrawnNode("C", "C", 0.298, 1.0, len(columns) - 1))
    edges += [DrawnEdge(f"a{len(sizes)}:{m}", "C", -0.217) for m in range(sizes[-1])]
    return columns, nodes, edges


def corners(text: Text, figure: Figure) -> np.ndarray:
    """The corners of a text as it is drawn, turned as it is."""
    angle, text_angle = math.radians(text.get_rotation()), text.get_rotation()
    text.set_rotation(0)
    box = text.get_window_extent(FigureCanvasAgg(figure).get_renderer())
    text.set_rotation(text_angle)
    middle = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
    half = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) * [box.width / 2, box.height / 2]
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return middle + half @ turn


def overlap(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two rectangles share points: no side of either has all of the other beyond it."""
    for points in (a, b):
        for k in range(4):
            along = points[(k + 1) % 4] - points[k]
            normal = np.array([-along[1], along[0]])
            ours, theirs = a @ normal, b @ normal
            if ours.max() <= theirs.min() or theirs.max() <= ours.min():
                return False
    return True


@pytest.mark.parametrize("sizes", [[2, 2, 2], [3, 4, 2], [4, 3], [7, 1], [1, 1, 1]])
def test_no_text_covers_another_or_leaves_the_picture(sizes: list[int]):
    figure = graph_diagram(*layered(sizes, with_weights=True), "C")
    texts = [text for text in figure.axes[0].texts if text.get_text() and not isinstance(text, Annotation)]
    boxes = {text: corners(text, figure) for text in texts}
    for first, second in combinations(texts, 2):
        assert not overlap(boxes[first], boxes[second]), (first.get_text(), second.get_text())
    for text, box in boxes.items():
        assert (box >= 0).all(), text.get_text()
        assert (box <= [figure.bbox.x1, figure.bbox.y1]).all(), text.get_text()


def test_every_node_is_a_box_with_value_and_derivative(texts_of: Callable[[Figure], list[str]]):
    columns, nodes, edges = layered([2, 2, 2], with_weights=True)
    figure = graph_diagram(columns, nodes, edges, "C")
    texts = texts_of(figure)
    assert {"a⁽¹⁾1 = 0.05", "z⁽2⁾0 = −1.23", "C = 0.298", "∂C: 0.0138", "∂C: 1"} <= set(texts)
    assert "b⁽2⁾0 = 0.35\n∂C: 0.00877" in texts
    assert "layer 2\nweighted sums" in texts
    boxes = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)]
    assert sorted(str(box.get_gid()) for box in boxes if box.get_gid()) == sorted(
        f"node-{node.ref}" for node in nodes if not node.beside
    )


def test_an_edge_bears_its_derivative_in_the_colour_of_its_sign():
    nodes = [DrawnNode("a", "a", 2, 2, 0), DrawnNode("b", "b", 1, -5, 0), DrawnNode("c", "c", 3, 1, 1)]
    edges = [DrawnEdge("a", "c", 0.25), DrawnEdge("b", "c", -3.5)]
    panel = graph_diagram(["", ""], nodes, edges, "c").axes[0]
    labels = {text.get_text(): text for text in panel.texts}
    assert labels["0.25"].get_color() == POSITIVE
    assert labels["−3.5"].get_color() == NEGATIVE
    (start, end) = [text.xyann for text in panel.texts if isinstance(text, Annotation)], labels["−3.5"].get_position()
    slope = (end[1] - start[1][1]) / (end[0] - start[1][0])
    annotation = [text for text in panel.texts if isinstance(text, Annotation)][1]
    assert slope == pytest.approx((annotation.xy[1] - start[1][1]) / (annotation.xy[0] - start[1][0]))


def test_many_edges_are_told_by_their_colour_only(texts_of: Callable[[Figure], list[str]]):
    few, many = layered([6, 4], with_weights=False), layered([7, 4], with_weights=False)
    for (columns, nodes, edges), is_labelled in ((few, True), (many, False)):
        texts = texts_of(graph_diagram(columns, nodes, edges, "C"))
        first = next(edge for edge in edges if edge.start == "a1:0")
        assert (f"{first.derivative:.3g}".replace("-", "−") in texts) is is_labelled
    assert sum(edge.start.startswith("a1") for edge in few[2]) == FEW_BETWEEN


def test_hostile_names_are_shown_as_they_are(hostile_names: list[str], svg_of: Callable[[Figure], str]):
    nodes = [DrawnNode(f"n{k}", name, 1.0, 1.0, k) for k, name in enumerate(hostile_names)]
    svg = svg_of(graph_diagram([""] * len(nodes), nodes, [], "C"))
    assert "<script>" not in svg
    assert "$x^2$ = 1" in svg


def test_zero_has_no_sign(texts_of: Callable[[Figure], list[str]]):
    texts = texts_of(graph_diagram([""], [DrawnNode("a", "a", -0.0, -0.0, 0)], [], "C"))
    assert {"a = 0", "∂C: 0"} <= set(texts)
