import time
from collections.abc import Callable
from html import unescape

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from pellucid.errors import InvalidValueError
from pellucid.figures import network_diagram
from pellucid.figures.network import RADIUS
from pellucid.figures.network_layout import columns_of, label_places
from pellucid.figures.style import NEGATIVE, POSITIVE
from pellucid.maths.network import Layer, Network

SMALL = Network(
    [
        Layer([[0.15, 0.2], [0.25, 0.3]], [0.35, 0.36], "sigmoid"),
        Layer([[0.4, 0.45], [-0.5, 0.55]], [0.6, -0.61], "tanh"),
    ]
)


def random_network(*sizes: int) -> Network:
    return Network.random(list(sizes), activation="sigmoid", seed=0)


def test_a_small_network_shows_every_neuron_weight_and_bias(texts_of: Callable[[Figure], list[str]]) -> None:
    texts = texts_of(network_diagram(SMALL))
    assert {f"$n^{{{layer}}}_{{{neuron}}}$" for layer in (1, 2, 3) for neuron in (1, 2)} <= set(texts)
    assert {"0.15", "0.2", "0.25", "0.3", "0.4", "0.45", "−0.5", "0.55"} <= set(texts)
    assert {"b = 0.35", "b = 0.36", "b = 0.6", "b = −0.61"} <= set(texts)
    assert {"layer 1\ninput", "layer 2\nsigmoid", "layer 3 (output)\ntanh"} <= set(texts)
    assert texts.count("2 neurons") == 3


def test_a_weight_stands_on_the_edge_that_it_belongs_to() -> None:
    panel = network_diagram(SMALL).axes[0]
    circles = {circle.center for circle in panel.patches if isinstance(circle, Circle)}
    columns = sorted({x for x, _ in circles})
    (label,) = [text for text in panel.texts if text.get_text() == "−0.5"]
    x, y = label.get_position()
    (x0, y0), (x1, y1) = (columns[1], max(y for _, y in circles)), (columns[2], min(y for _, y in circles))
    assert y == pytest.approx(y0 + (y1 - y0) * (x - x0) / (x1 - x0))  # from neuron 1 of layer 2 to neuron 2 of layer 3
    assert label.get_color() == NEGATIVE


def test_edges_have_their_weights_sign_and_size() -> None:
    collections = [one for one in network_diagram(SMALL).axes[0].collections if isinstance(one, LineCollection)]
    assert [len(one.get_segments()) for one in collections] == [4, 4]
    widths = np.asarray(collections[1].get_linewidths())
    colours = [tuple(colour[:3]) for colour in np.asarray(collections[1].get_colors())]
    assert colours == [to_rgb(POSITIVE), to_rgb(POSITIVE), to_rgb(NEGATIVE), to_rgb(POSITIVE)]  # 0.4 0.45 -0.5 0.55
    assert (np.diff(widths) > 0).all()


def test_a_large_layer_is_abbreviated_and_says_so(texts_of: Callable[[Figure], list[str]]) -> None:
    figure = network_diagram(random_network(784, 100, 10))
    texts = texts_of(figure)
    assert {"784 neurons\n16 of them drawn", "100 neurons\n16 of them drawn", "10 neurons"} <= set(texts)
    assert {"$n^{1}_{1}$", "$n^{1}_{8}$", "$n^{1}_{777}$", "$n^{1}_{784}$", "$n^{3}_{10}$"} <= set(texts)
    assert "$n^{1}_{9}$" not in texts
    radii = [patch.radius for patch in figure.axes[0].patches if isinstance(patch, Circle)]
    assert radii.count(RADIUS) == 16 + 16 + 10
    assert len(radii) - radii.count(RADIUS) == 6  # three dots for each of two layers
    assert not [text for text in texts if text.startswith("b = ")]


def test_neurons_are_coloured_by_what_they_hold() -> None:
    x = np.array([0.05, -1.0])
    activations = SMALL.forward(x).activations
    figure = network_diagram(SMALL, activations=activations)
    circles = [patch for patch in figure.axes[0].patches if isinstance(patch, Circle)]
    first, second = (circle.get_facecolor() for circle in circles[:2])
    assert second[2] > second[0]
    assert min(first[:3]) > 0.85
    assert {"0.05", "−1"} <= {text.get_text() for text in figure.axes[0].texts}


def test_hostile_names_are_shown_as_they_are(hostile_names: list[str], svg_of: Callable[[Figure], str]) -> None:
    svg = svg_of(network_diagram(random_network(5, 5), input_names=hostile_names, output_names=["$y$", *"bcd<"]))
    assert "<script" not in svg
    for name in ("$x^2$", "<script>alert(1)</script>", r"\frac", "a & b", "line break", "$y$"):
        assert name in unescape(svg)


def test_names_stay_inside_the_picture() -> None:
    names = {"input_names": ["W" * 50, "b"], "output_names": ["猫" * 10, "W" * 30]}
    figure = network_diagram(random_network(2, 2), **names)
    renderer = FigureCanvasAgg(figure).get_renderer()
    for text in figure.axes[0].texts:
        extent = text.get_window_extent(renderer)
        assert extent.x0 >= 0
        assert extent.x1 <= figure.bbox.x1


def test_of_many_inputs_those_that_are_drawn_are_named(texts_of: Callable[[Figure], list[str]]) -> None:
    names = [f"input of name {number}" for number in range(1, 101)]
    told = texts_of(network_diagram(random_network(100, 2), input_names=names))
    assert [name for name in names if name in told] == names[:8] + names[-8:]


def test_the_largest_networks_are_drawn_quickly() -> None:
    network = random_network(784, 2500, 2000, 1500, 1000, 500, 10)
    start = time.perf_counter()
    network_diagram(network)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_neurons": 1}, "max_neurons: at least 2 is required, got 1"),
        ({"input_names": ["a"]}, "input_names: 2 names are required, got 1"),
        ({"output_names": ["a", "b", "c"]}, "output_names: 2 names are required, got 3"),
        ({"activations": [np.zeros(2)]}, r"activations: one vector a layer with lengths \(2, 2, 2\) is required"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        network_diagram(SMALL, **arguments)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(("size", "most", "shown"), [(3, 3, [0, 1, 2]), (9, 3, [0, 1, 8]), (9, 4, [0, 1, 7, 8])])
def test_columns_show_the_first_and_the_last(size: int, most: int, shown: list[int]) -> None:
    column = columns_of([size, 1], most, with_room=False)[0]
    assert column.shown.tolist() == shown
    assert (column.ellipsis is None) == (size <= most)
    assert len(column.y) == len(shown)


def test_labels_on_crossing_edges_keep_apart() -> None:
    edges = [((0.0, float(y0)), (4.6, float(y1))) for y0 in (0, 2, 4) for y1 in (0, 2, 4)]
    places = np.array(label_places(edges))
    distances = np.hypot(*(places[:, None] - places[None]).T)
    assert distances[~np.eye(len(edges), dtype=bool)].min() > 0.4


def test_twice_the_same_bytes(svg_of: Callable[[Figure], str]) -> None:
    assert svg_of(network_diagram(SMALL)) == svg_of(network_diagram(SMALL))
