"""Computational graphs: local derivatives, the sweep back over them, paths and what differentiating costs."""

import math
import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from pellucid.errors import InvalidValueError
from pellucid.explain.document import Picture, Table
from pellucid.explain.graphs.computation import ComputationalGraph
from pellucid.explain.graphs.expression_graph import graph_of
from pellucid.explain.graphs.modes import compare_modes, count_operations, count_paths
from pellucid.explain.graphs.network_graph import graph
from pellucid.expression import Expression, Number, Variable, functions
from pellucid.maths import ACTIVATIONS, COSTS, Layer, Network, backward

MAZUR = Network(
    [
        Layer([[0.15, 0.2], [0.25, 0.3]], [0.35, 0.35], "sigmoid"),
        Layer([[0.4, 0.45], [0.5, 0.55]], [0.6, 0.6], "sigmoid"),
    ]
)
A, B = Number(2.0, "a", Variable("a")), Number(1.0, "b", Variable("b"))


def mazur() -> ComputationalGraph:
    return graph(MAZUR, [0.05, 0.1], [0.01, 0.99], cost="half-squared-error")


def random_network(*sizes: int, activation: str = "tanh", output: str = "identity") -> Network:
    start = Network.random(sizes, activation=activation, output=output, seed=2, dtype=np.float64)
    generator = np.random.default_rng(2)
    return start.with_parameters(
        tuple(p._replace(biases=generator.normal(0, 0.3, p.biases.shape)) for p in start.parameters)
    )


def test_olahs_example_has_olahs_numbers():
    found = graph_of((A + B) * (B + 1), names="cde")
    values = {node.ref: (node.value, node.derivative) for node in found.nodes}
    assert values == {"a": (2, 2), "b": (1, 5), "c": (3, 2), "d": (2, 3), "e": (6, 1)}
    edges = {(edge.start, edge.end): edge.derivative for edge in found.edges}
    assert edges == {("a", "c"): 1, ("b", "c"): 1, ("b", "d"): 1, ("c", "e"): 2, ("d", "e"): 3}
    assert found.to_text().splitlines()[7:] == [
        "   node  value  ∂e/∂node  from  local slope  value",
        "   ────  ─────  ────────  ────  ───────────  ─────",
        "   a     2.000     2.000",
        "   b     1.000     5.000",
        "   c     3.000     2.000  a     1                1",
        "                          b     1                1",
        "   d     2.000     3.000  b     1                1",
        "   e     6.000     1.000  c     d            2.000",
        "                          d     c            3.000",
    ]


@pytest.mark.parametrize(
    "formula",
    [
        lambda x, y: x * y - y / x,
        lambda x, y: x**3 + x**2 * y,
        lambda x, y: x**y,
        lambda x, y: functions.exp(-x) * functions.log(y + 2),
        lambda x, y: functions.tanh(x * y) + functions.sqrt(x) - functions.erf(y),
        lambda x, y: functions.maximum(x, y) * functions.minimum(x, 3 * y) + abs(y - x),
        lambda x, y: x * x * (y + x) * (y + x),
        lambda x, y: -(x / (1 + functions.exp(-y))),
    ],
)
def test_the_sweep_gives_what_central_differences_of_the_formula_say(
    formula: Callable[[Expression, Expression], Expression], read_formula: Callable[[str], float]
):
    from pellucid.expression import Infix

    def value(x: float, y: float) -> float:
        tree = formula(Number(x, "x", Variable("x")), Number(y, "y", Variable("y")))
        return read_formula(tree.lower(Infix(17)).text)

    x, y, h = 1.3, 0.7, 1e-5
    found = graph_of(formula(Number(x, "x", Variable("x")), Number(y, "y", Variable("y"))))
    assert found.nodes[-1].value == pytest.approx(value(x, y), rel=1e-14)
    assert found.node("x").derivative == pytest.approx((value(x + h, y) - value(x - h, y)) / (2 * h), rel=1e-8)
    assert found.node("y").derivative == pytest.approx((value(x, y + h) - value(x, y - h)) / (2 * h), rel=1e-8)


def test_what_occurs_twice_is_one_node_and_constants_are_none():
    found = graph_of((A + B) * (A + B) + functions.sqrt(Number(2.0)))
    assert [node.ref for node in found.nodes] == ["a", "b", "v₁", "v₂", "v₃"]
    assert found.node("a").derivative == pytest.approx(2 * (2 + 1))


def test_formulas_without_a_graph_are_refused():
    with pytest.raises(InvalidValueError, match=r"^tree: a formula that computes something is required"):
        graph_of(A)
    with pytest.raises(InvalidValueError, match=r"^tree: a value within float64 is required, got "):
        graph_of(A / (B - 1))
    with pytest.raises(InvalidValueError, match=r"^tree: a derivative within float64 is required, got "):
        graph_of(functions.sqrt(B - 1))
    with pytest.raises(InvalidValueError, match=r"^names: letters that are not used yet are required, got 'b'"):
        graph_of(A + B, names="b")


def test_mazurs_network_has_the_published_values():
    """Mazur 2015, *A Step by Step Backpropagation Example*, to half a unit in the last place that he gives."""
    found = mazur()
    assert found.node("C").value == pytest.approx(0.298371109, abs=5e-10)
    assert found.node("z2:1").value == pytest.approx(0.3775, abs=1e-12)
    assert found.node("a3:1").value == pytest.approx(0.75136507, abs=5e-9)
    assert found.node("w3:1,1").derivative == pytest.approx(0.082167041, abs=5e-10)
    assert found.node("w2:1,1").derivative == pytest.approx(0.000438568, abs=5e-10)
    edges = {(edge.start, edge.end): edge.derivative for edge in found.edges}
    assert edges["a3:1", "C"] == pytest.approx(0.74136507, abs=5e-9)
    assert edges["z3:1", "a3:1"] == pytest.approx(0.186815602, abs=5e-10)
    assert edges["w3:1,1", "z3:1"] == pytest.approx(0.593269992, abs=5e-10)
    assert edges["a2:1", "z3:2"] == 0.5
    assert edges["b3:2", "z3:2"] == 1


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("cost", COSTS.values(), ids=repr)
def test_the_sweep_gives_what_the_backward_pass_gives(activation: str, cost):
    network = random_network(3, 4, 3, 2, activation=activation, output=cost.output or "softmax")
    x, expected = np.array([0.3, -1.2, 0.8]), np.array([0.2, 0.8])
    found = graph(network, x, expected, cost=cost)
    gradients = backward(network, network.forward(x), expected, cost)
    for layer, (weights, biases, deltas) in enumerate(zip(*gradients, strict=True), start=2):
        for m, p in np.ndindex(weights.shape):
            assert found.node(f"w{layer}:{m + 1},{p + 1}").derivative == pytest.approx(
                weights[m, p], rel=1e-9, abs=1e-14
            )
        for m in range(len(biases)):
            assert found.node(f"b{layer}:{m + 1}").derivative == pytest.approx(biases[m], rel=1e-9, abs=1e-14)
            assert found.node(f"z{layer}:{m + 1}").derivative == pytest.approx(deltas[m], rel=1e-9, abs=1e-14)


def test_a_network_with_many_weights_shows_them_on_its_edges_only():
    network = random_network(10, 8, 3)
    found = graph(network, np.linspace(-1, 1, 10), np.zeros(3), cost="squared-error")
    assert {node.ref[0] for node in found.nodes} == {"a", "z", "C"}
    weight = network.layers[0].weights[4, 6]
    assert [e.derivative for e in found.edges if (e.start, e.end) == ("a1:7", "z2:5")] == [weight]
    tables = [block for block in found.blocks if isinstance(block, Table)]
    assert sum(bool(row[3]) for table in tables for row in table.rows if len(row) == 6) == 60
    assert "Of the 118 edges the 60 with the largest part of a derivative of C are listed." in found.to_text()


def test_the_whole_of_a_large_network_is_refused():
    network = random_network(40, 21, 2)
    message = (
        r"^neuron: the graph of a whole network of up to 60 neurons and 400 weights can be shown, this one has 63 and "
        r"882; name one neuron, neuron=\(layer, number\)$"
    )
    with pytest.raises(InvalidValueError, match=message):
        graph(network, np.zeros(40), np.zeros(2), cost="squared-error")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"neuron": (1, 1)}, r"^layer: 2 to 3 have weights \(layer 1 is the input"),
        ({"neuron": (3, 9)}, r"^neuron: layer 3 has neurons 1 to 2, got 9$"),
        ({"top": 0}, r"^top: at least 1 term must be shown, got 0$"),
    ],
)
def test_what_is_not_there_is_refused(options: dict, message: str):
    with pytest.raises(InvalidValueError, match=message):
        graph(MAZUR, [0.05, 0.1], [0.01, 0.99], cost="half-squared-error", **options)
    with pytest.raises(
        InvalidValueError, match=r"^ref: one of the graph's nodes is required \(a1:1, .*\), got 'w9:1'$"
    ):
        mazur().node("w9:1")


def test_a_mini_batch_and_saturated_outputs_are_refused():
    with pytest.raises(InvalidValueError, match=r"^x: one example is required, got a mini-batch of 3$"):
        graph(MAZUR, np.zeros((3, 2)), np.zeros((3, 2)), cost="squared-error")
    network = Network([Layer([[50.0], [1.0]], [0.0, 0.0], "sigmoid")])
    with pytest.raises(
        InvalidValueError, match=r"whose outputs are not 0 or 1 to the last digit.*got outputs 1, 0\.731"
    ):
        graph(network, [1.0], [0.0, 0.0], cost="binary-cross-entropy")


def test_a_neighbourhood_holds_the_largest_terms_and_sums_the_rest():
    network = random_network(30, 20, 12, 4, activation="sigmoid")
    x, expected = np.random.default_rng(1).normal(size=30), np.array([0.0, 1.0, 0.0, 0.0])
    trace = network.forward(x)
    gradients = backward(network, trace, expected, "squared-error")
    found = graph(network, x, expected, cost="squared-error", neuron=(3, 5), top=4)
    terms = network.layers[1].weights[4] * trace.activations[1]
    largest = np.sort(np.argsort(-abs(terms))[:4]) + 1
    assert [node.ref for node in found.nodes if node.column == 0] == [*(f"a2:{k}" for k in largest), "rest:16"]
    assert found.node("rest:16").value == pytest.approx(np.delete(terms, largest - 1).sum())
    handed_back = network.layers[2].weights[:, 4] * gradients.deltas[2]
    assert found.node("a3:5").derivative == pytest.approx(handed_back.sum())
    assert found.node("z3:5").derivative == pytest.approx(gradients.deltas[1][4])
    assert found.node(f"w3:5,{largest[0]}").derivative == pytest.approx(gradients.weights[1][4, largest[0] - 1])
    assert found.node(f"a2:{largest[0]}").derivative == pytest.approx(
        gradients.deltas[1] @ network.layers[1].weights[:, largest[0] - 1]
    )
    assert "R₁₆ is the sum of the 16 smaller terms" in found.to_text()


@pytest.mark.parametrize("layer", [2, 3])
def test_around_a_softmax_neuron_all_shares_count(layer: int):
    network = random_network(5, 12, 9, activation="softmax", output="softmax")
    x, expected = np.linspace(-1, 1, 5), np.random.default_rng(3).dirichlet(np.ones(9))
    delta = backward(network, network.forward(x), expected, "squared-error").deltas[layer - 2]
    found = graph(network, x, expected, cost="squared-error", neuron=(layer, 3), top=4)
    assert found.node(f"z{layer}:3").derivative == pytest.approx(delta[2], rel=1e-9)
    shares = [node for node in found.nodes if node.ref.startswith(f"a{layer}:")]
    assert len(shares) == 4
    assert f"a{layer}:3" in {node.ref for node in shares}
    assert [node.derivative for node in found.nodes if node.ref.startswith("others:")] == [1]


def test_the_text_lists_each_layers_nodes_with_the_edges_into_them_and_the_json_all():
    found = mazur()
    text = found.to_text(width=80)
    lines = text.splitlines()
    place = lines.index("layer 3: weighted sums")
    assert lines[place + 1 : place + 9] == [
        "   node      value  ∂C/∂node  from     local slope   value",
        "   ───────  ──────  ────────  ───────  ───────────  ──────",
        "   w⁽³⁾₁,₁  0.4000   0.08217",
        "   w⁽³⁾₁,₂  0.4500   0.08267",
        "   b⁽³⁾₁    0.6000    0.1385",
        "   z⁽³⁾₁     1.106    0.1385  a⁽²⁾₁    w⁽³⁾₁,₁      0.4000",
        "                              w⁽³⁾₁,₁  a⁽²⁾₁        0.5933",
        "                              a⁽²⁾₂    w⁽³⁾₁,₂      0.4500",
    ]
    assert max(map(len, lines)) <= 80
    assert len(re.findall("^   w⁽³⁾₁,₁ ", text, re.MULTILINE)) == 1, "nothing is listed twice"
    assert "z⁽³⁾₁ 1.105906 0.1384986 a⁽²⁾₁ w⁽³⁾₁,₁ 0.4000000" in " ".join(found.to_text(7).split())
    document = found.to_dict(digits=3)
    assert [node["ref"] for node in document["nodes"]][:3] == ["a1:1", "a1:2", "w2:1,1"]
    assert len(document["nodes"]) == 2 + 3 * 4 + 4 + 4 + 1
    assert len(document["edges"]) == len(found.edges) == 2 * (5 + 5) + 4 + 2
    assert document["nodes"][-1] == {
        "ref": "C", "symbol": "C", "column": "cost: half-squared-error", "value": found.nodes[-1].value,
        "shown": "0.298", "derivative": 1.0,
    }  # fmt: skip
    (edge,) = [each for each in document["edges"] if each["end"] == "C" and each["start"] == "a3:2"]
    assert edge["formula"] == "a^{(3)}_{2} - E_{2}"
    with pytest.raises(InvalidValueError, match=r"^digits: 1 to 17"):
        found.to_dict(digits=0)


def test_the_graph_has_a_picture_in_svg_that_repeats_to_the_byte():
    svg = mazur().to_svg()
    assert svg == mazur().to_svg()
    assert svg.startswith("<?xml")
    assert 'id="node-z3:1"' in svg
    (picture,) = [block for block in mazur().blocks if isinstance(block, Picture)]
    assert picture.alt == "A computational graph of 23 nodes and 26 edges, computed from left to right."


def paths_from(found: ComputationalGraph, ref: str) -> list[list[tuple[str, str]]]:
    if ref == "C":
        return [[]]
    return [
        [(edge.start, edge.end), *path]
        for edge in found.edges
        if edge.start == ref
        for path in paths_from(found, edge.end)
    ]


@pytest.mark.parametrize(("activation", "output"), [("tanh", "sigmoid"), ("tanh", "softmax"), ("softmax", "softmax")])
def test_paths_and_multiplications_are_those_of_the_drawn_graph(activation: str, output: str):
    network = random_network(2, 3, 4, 2, activation=activation, output=output)
    found = graph(network, [0.5, -0.5], [0.3, 0.7], cost="squared-error")
    counts = count_operations(network)
    n_paths = n_products = 0
    for node in found.nodes:
        if node.ref[0] in "wb":
            paths = paths_from(found, node.ref)
            n_paths += len(paths)
            # A product of k factors takes k − 1 multiplications; the first factor of a bias is 1.
            n_products += sum(len(path) - 1 - (node.ref[0] == "b") for path in paths)
            if node.ref[0] == "w":
                assert count_paths(network, layer=int(node.ref[1])) == len(paths)
    assert counts.n_paths == n_paths
    assert counts.by_paths == n_products
    ends = [(edge.start[0], edge.start[:2], edge.end) for edge in found.edges]
    swept = [1 for kind, of, end in ends if kind != "b" and end != "C" and of != "a1"]
    assert counts.reverse == len(swept)
    assert counts.n_parameters == network.parameter_count


def test_forward_mode_multiplies_once_at_each_edge_that_the_weight_reaches():
    network = random_network(2, 3, 4, 2, activation="tanh", output="softmax")
    found = graph(network, [0.5, -0.5], [0.3, 0.7], cost="squared-error")
    leaving: dict[str, list[str]] = {}
    for edge in found.edges:
        leaving.setdefault(edge.start, []).append(edge.end)
    total = 0
    for node in found.nodes:
        if node.ref[0] in "wb":
            reached, ahead = set(), list(leaving[node.ref])
            while ahead:
                ref = ahead.pop()
                if ref not in reached:
                    reached.add(ref)
                    ahead += leaving.get(ref, [])
            total += sum(len(leaving.get(ref, [])) for ref in reached)
    assert count_operations(network).forward == total


def test_the_essays_network_has_as_many_paths_as_sizes_multiply_to():
    sizes = (784, 16, 16, 10)
    network = Network.random(sizes)
    assert [count_paths(network, layer=layer) for layer in (2, 3, 4)] == [160, 10, 1]
    by_hand = sum(
        (n_in + 1) * n_out * math.prod(sizes[layer:]) for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=2)
    )
    assert count_operations(network).n_paths == by_hand
    with_softmax = Network.random(sizes, output="softmax")
    assert [count_paths(with_softmax, layer=layer) for layer in (2, 3, 4)] == [1600, 100, 10]
    with pytest.raises(InvalidValueError, match=r"^layer: 2 to 4 have weights, got 1$"):
        count_paths(network, layer=1)


def test_forward_and_reverse_mode_agree_and_are_timed():
    network = random_network(6, 5, 4, activation="softmax", output="softmax")
    x, expected = np.linspace(-1, 1, 6), np.array([0.0, 1.0, 0.0, 0.0])
    found = compare_modes(network, x, expected, cost="cross-entropy", n_parameters=1_000)
    assert found.n_timed == network.parameter_count == 59
    assert found.largest_difference < 1e-14
    assert found.seconds_forward_all == pytest.approx(59 * found.seconds_forward)
    assert min(found.seconds_forward, found.seconds_reverse) > 0
    text = found.to_text(width=200)
    assert "Forward mode was timed on 59 weights and biases" in text
    assert re.search(r"apart\)\.$", text, re.MULTILINE)
    assert "   way        for one weight  for all  time for one  time for all" in found.to_text(width=80).splitlines()
    for width in (60, 80):
        narrow = found.to_text(width=width)
        assert max(map(len, narrow.splitlines())) <= width
        assert {"way", "weight", "forward", "reverse", f"{found.counts.by_paths:,}"} <= set(narrow.split())
    assert f"{found.counts.reverse:,}" in text
    report = found.to_dict()
    assert report["multiplications"]["paths"] > report["multiplications"]["forward"]
    assert report["multiplications"]["forward"] > report["multiplications"]["reverse"]
    with pytest.raises(InvalidValueError, match=r"^n_parameters: at least 1 must be timed, got 0$"):
        compare_modes(network, x, expected, cost="cross-entropy", n_parameters=0)


def test_forward_mode_is_not_the_backward_pass_in_disguise(monkeypatch: pytest.MonkeyPatch):
    """A backward pass that goes wrong shows as a difference between the modes."""
    from dataclasses import replace

    tanh = ACTIVATIONS["tanh"]
    wrong = replace(tanh, is_elementwise=True, derivative=lambda z, a: 1.0 - a * a)
    object.__setattr__(wrong, "delta", lambda gradient, z, a: 1.01 * gradient * (1.0 - a * a))
    network = Network.random([6, 5, 4], activation=[wrong, "identity"], seed=0, dtype=np.float64)
    found = compare_modes(network, np.linspace(-1, 1, 6), np.ones(4), cost="squared-error", n_parameters=59)
    assert found.largest_difference > 1e-4


def test_a_graph_of_a_large_network_tells_what_its_derivatives_cost():
    network = random_network(30, 20, 12, 4, activation="sigmoid")
    text = graph(network, np.zeros(30), np.zeros(4), cost="squared-error", neuron=(2, 1)).to_text(width=200)
    assert "48 = 12 · 4 paths lead to the cost, each a product of 7 local derivatives" in text
    for rendering in ("to_html", "to_latex"):
        page = getattr(graph(network, np.zeros(30), np.zeros(4), cost="squared-error", neuron=(2, 1)), rendering)()
        assert "reverse mode" in page
