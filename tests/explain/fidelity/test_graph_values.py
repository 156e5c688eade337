"""Every node and edge of a computational graph against the forward and the backward pass by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.explain import ComputationalGraph
from pellucid.maths import ACTIVATIONS, COSTS


def ref_of(text: str) -> tuple[str, int, tuple[int, ...]]:
    letter, layer = text[0], int(text[1 : text.index(":")])
    return letter, layer, tuple(int(number) - 1 for number in text.partition(":")[2].split(","))


def value_and_derivative(reference: Any, text: str) -> tuple[float, float]:
    """What the node of that ref is worth, and ∂C by it."""
    if text == "C":
        return reference.mean_cost, 1.0
    letter, layer, place = ref_of(text)
    (example,), gradients = reference.examples, reference.gradients
    if letter == "a":
        slopes = example.slopes
        if layer < len(reference.network.sizes):
            slopes = reference.network.layers[layer - 1].weights.T @ example.deltas[layer - 1]
        return example.a[layer - 1][place], slopes[place]
    held = reference.network.layers[layer - 2]
    value, derivative = {
        "z": (example.z, example.deltas),
        "w": ([held.weights] * layer, gradients.weights),
        "b": ([held.biases] * layer, gradients.biases),
    }[letter]
    return value[layer - 2][place], derivative[layer - 2][place]


def local_derivative(reference: Any, start: str, end: str) -> float:
    """∂end/∂start by central differences of one layer's formulas, or of the cost's."""
    (example,), h = reference.examples, 1e-5
    letter, layer, place = ref_of(start)
    values = {"a": lambda: example.a[layer - 1], "z": lambda: example.z[layer - 2]}
    held = reference.network.layers
    values |= {"w": lambda: held[layer - 2].weights, "b": lambda: held[layer - 2].biases}
    found = []
    for by in (h, -h):
        moved = np.array(values[letter](), dtype=np.float64)
        moved[place] += by
        if end == "C":
            found.append(reference.cost_and_slope(moved)[0].sum())
            continue
        to, of_layer, (m,) = ref_of(end)
        if to == "a":
            found.append(reference.activate(of_layer, moved)[m])
        else:
            weights, biases, before = held[of_layer - 2].weights, held[of_layer - 2].biases, example.a[of_layer - 2]
            parts = {"w": weights, "b": biases, "a": before} | {letter: moved}
            found.append(parts["w"][m] @ parts["a"] + parts["b"][m])
    return (found[0] - found[1]) / (2 * h)


def check_graph(graph: ComputationalGraph, reference: Any) -> None:
    for node in graph.nodes:
        if not node.ref.startswith(("rest", "others")):
            known = value_and_derivative(reference, node.ref)
            assert (node.value, node.derivative) == pytest.approx(tuple(map(float, known)), rel=1e-9, abs=1e-13), node
    for edge in graph.edges:
        if not edge.start.startswith("rest") and not edge.end.startswith("others"):
            known = local_derivative(reference, edge.start, edge.end)
            assert edge.derivative == pytest.approx(known, rel=1e-6, abs=1e-8), edge
    document = graph.to_dict()
    assert [(node["ref"], node["value"], node["derivative"]) for node in document["nodes"]] == [
        (node.ref, node.value, node.derivative) for node in graph.nodes
    ]
    for node in document["nodes"]:
        assert float(node["shown"]) == pytest.approx(node["value"], rel=5e-4, abs=1e-300)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_whole_graph_and_a_neighbourhood_hold_what_is_worked_out_by_hand(
    activation: str, cost: str, by_hand: Callable
):
    output = COSTS[cost].output or activation
    small = by_hand(activation, cost, output, [2, 3, 2], 4)
    check_graph(pl.explain.graph(small.network, small.inputs, small.targets, cost=cost), small)
    large = by_hand(activation, cost, output, [90, 30, 20, 5], 5)
    for neuron in ((2, 3), (4, 2)):
        graph = pl.explain.graph(large.network, large.inputs, large.targets, cost=cost, neuron=neuron, top=3)
        check_graph(graph, large)
