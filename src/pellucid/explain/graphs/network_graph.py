"""The computational graph of a network's cost: of a whole small network, or around one neuron of a large one."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.explain.derivation import positions_shown
from pellucid.explain.document import Block, Paragraph
from pellucid.explain.graphs.computation import ComputationalGraph, GraphUnderWay
from pellucid.explain.graphs.modes import mode_comparison, one_example
from pellucid.explain.subject import LabelledSubject
from pellucid.expression import Expression, Variable, constant
from pellucid.maths import Cost, Network
from pellucid.model import Model

MOST_NEURONS = 60
MOST_EDGES = 400
MOST_PARAMETERS = 60
"""Up to so many weights and biases are nodes of their own in the graph of a whole network."""
DEFAULT_TOP = 6
COST = Variable("C")


def graph(
    network: Network | Model,
    x: Any,
    expected: Any,
    *,
    cost: str | Cost,
    neuron: tuple[int, int] | None = None,
    top: int = DEFAULT_TOP,
) -> ComputationalGraph:
    """The computational graph of the cost: values on the nodes, local derivatives on the edges.

    *Formula*: the derivative of the cost with respect to a node is the sum over the edges that leave it of
    ∂C/∂end · ∂end/∂start; it equals what `backward` gives.

    Parameters:
        network: a Network with an input vector x, or a Model with a raw input.
        x, expected, cost: as for `gradient`.
        neuron: (layer, number), both from 1, layer from 2: only that neuron, what enters it and what it enters; None:
            the whole network, of at most 60 neurons and 400 weights.
        top: of one neuron, how many terms of its weighted sum, and how many neurons that it enters, are nodes; the
            largest. What is left out is one node, with its count and sum.

    Raises:
        InvalidValueError: the network is too large to be drawn whole, it has no such neuron, top is below 1, an input,
            expected outputs or cost that do not fit, or outputs so saturated that the factors leave float64.
    """
    if top < 1:
        raise InvalidValueError(f"top: at least 1 term must be shown, got {top}")
    subject = one_example(network, x, expected, cost)
    comparison = mode_comparison(subject)
    if neuron is None:
        return whole_graph(subject, comparison)
    layer, number = neuron
    subject.require_layer(layer)
    subject.require_neuron(layer, number)
    return neighbourhood(subject, layer, number, top, comparison)


def whole_graph(subject: LabelledSubject, *after: Block) -> ComputationalGraph:
    """Every neuron from the input to the cost; weights and biases too where they are few."""
    sizes = subject.network.sizes
    n_weights = sum(layer.weights.size for layer in subject.network.layers)
    if sum(sizes) > MOST_NEURONS or n_weights > MOST_EDGES:
        raise InvalidValueError(
            f"neuron: the graph of a whole network of up to {MOST_NEURONS} neurons and {MOST_EDGES} weights can be "
            f"shown, this one has {sum(sizes):,} and {n_weights:,}; name one neuron, neuron=(layer, number)"
        )
    columns = ["layer 1: input"]
    for layer in range(2, subject.n_layers + 1):
        columns += [f"layer {layer}: weighted sums", f"layer {layer}: {subject.network.activations[layer - 2].name}"]
    columns.append(f"cost: {subject.cost.name}")
    under_way = GraphUnderWay(columns, COST)
    for number in subject.neurons(1):
        add_activation_node(under_way, subject, 1, number, 0)
    with_parameters = subject.network.parameter_count <= MOST_PARAMETERS
    for layer in range(2, subject.n_layers + 1):
        column = 2 * layer - 3
        for m in subject.neurons(layer):
            add_weighted_sum(under_way, subject, layer, m, subject.neurons(layer - 1), column, with_parameters)
        for m in subject.neurons(layer):
            add_activation_node(under_way, subject, layer, m, column + 1)
            add_activation_edges(under_way, subject, layer, m, subject.neurons(layer))
    add_cost(under_way, subject, subject.neurons(subject.n_layers), len(columns) - 1)
    require_agreement(under_way, subject)
    said = (
        "From left to right the network computes; each edge bears the derivative of the quantity that it leads to with "
        "respect to the one that it comes from, all others held. Back from the cost, ∂C by a node is the sum over its "
        "edges of ∂C by where the edge leads times the edge's own derivative: backpropagation."
    )
    if not with_parameters:
        said += (
            f" The {subject.network.parameter_count:,} weights and biases are no nodes here: an edge into a weighted "
            "sum bears its weight w, and ∂C/∂w is the activation it comes from times ∂C/∂z; ∂C/∂b is ∂C/∂z."
        )
    title = f"The computational graph of a {'-'.join(map(str, sizes))} network ({subject.cost.name})"
    return under_way.conclude(title, {"C": 1.0}, [Paragraph(said)], after)


def add_activation_node(
    under_way: GraphUnderWay, subject: LabelledSubject, layer: int, number: int, column: int
) -> None:
    """The activation of one neuron (an input, in layer 1)."""
    a = subject.activation(layer, number)
    under_way.add_node(a.ref, Variable("a", layer, (number,)), a.value, column)


def add_weighted_sum(
    under_way: GraphUnderWay,
    subject: LabelledSubject,
    layer: int,
    m: int,
    sources: Sequence[int],
    column: int,
    with_parameters: bool,
) -> None:
    """z of one neuron, with the edges from those activations and, where asked for, its weights and bias."""
    z = subject.pre_activation(layer, m)
    bias = subject.bias(layer, m)
    weights = {p: subject.weight(layer, m, p) for p in sources}
    if with_parameters:
        for p, w in weights.items():
            beside = (f"a{layer - 1}:{p}", z.ref)
            under_way.add_node(w.ref, Variable("w", layer, (m, p)), w.value, column, beside=beside)
        under_way.add_node(bias.ref, Variable("b", layer, (m,)), bias.value, column, beside=(z.ref,))
    under_way.add_node(z.ref, Variable("z", layer, (m,)), z.value, column)
    for p, w in weights.items():
        a = subject.activation(layer - 1, p)
        under_way.add_edge(a.ref, z.ref, w.value, w)
        if with_parameters:
            under_way.add_edge(w.ref, z.ref, a.value, a)
    if with_parameters:
        under_way.add_edge(bias.ref, z.ref, 1.0, constant(1))


def add_activation_edges(
    under_way: GraphUnderWay, subject: LabelledSubject, layer: int, m: int, sources: Sequence[int]
) -> None:
    """The edges to the activation of neuron m: from its own z, or with softmax from the z of each of `sources`."""
    function = subject.network.activations[layer - 2]
    a = subject.activation(layer, m)
    if function.is_elementwise:
        z = subject.pre_activation(layer, m)
        slope = function.derivative(np.array([z.value]), np.array([a.value]))[0]
        under_way.add_edge(z.ref, a.ref, slope, function.derivative_formula(z, [z]))
        return
    for k in sources:
        other = subject.activation(layer, k)
        formula: Expression = a * (1 - a) if k == m else -(a * other)
        slope = a.value * ((k == m) - other.value)
        under_way.add_edge(subject.pre_activation(layer, k).ref, a.ref, slope, formula)


def add_cost(under_way: GraphUnderWay, subject: LabelledSubject, outputs: Sequence[int], column: int) -> None:
    """The cost, with the edges from those outputs."""
    a, targets = subject.trace.activations[-1], subject.targets
    function = subject.cost
    slopes = function.derivative(a, targets)
    under_way.add_node("C", COST, subject.mean_cost, column)
    for k in outputs:
        output, expected = subject.activation(subject.n_layers, k), subject.expected(k)
        # Only its symbols are shown; the saturated outputs that it may not be defined for are refused elsewhere.
        formula = function.derivative_formula(output, expected, output - expected)
        under_way.add_edge(output.ref, "C", slopes[k - 1], formula)


def require_agreement(under_way: GraphUnderWay, subject: LabelledSubject) -> None:
    """Checks that the sweep over the edges gives each δ = ∂C/∂z of the backward pass.

    Raises:
        InvalidValueError: it does not, since outputs of exactly 0 or 1 make local derivatives leave float64.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        swept = under_way.accumulate({"C": 1.0})
    for layer, deltas in enumerate(subject.deltas, start=2):
        found = np.array([swept[f"z{layer}:{m}"] for m in subject.neurons(layer)])
        if not np.allclose(found, deltas, rtol=1e-6, atol=1e-12 * max(1.0, float(np.abs(deltas).max()))):
            raise saturated(subject)


def neighbourhood(subject: LabelledSubject, layer: int, m: int, top: int, *after: Block) -> ComputationalGraph:
    """One neuron, the largest terms that enter it, and where it leads."""
    function = subject.network.activations[layer - 2]
    is_last = layer == subject.n_layers
    columns = [
        "layer 1: input" if layer == 2 else f"layer {layer - 1}: activations",
        f"layer {layer}: weighted sum",
        f"layer {layer}: {function.name}",
        f"cost: {subject.cost.name}" if is_last else f"layer {layer + 1}: weighted sums",
    ]
    if not is_last and not function.is_elementwise:
        columns.pop()
    under_way = GraphUnderWay(columns, COST)
    given = add_largest_terms(under_way, subject, layer, m, top)
    if function.is_elementwise:
        add_activation_node(under_way, subject, layer, m, 2)
        add_activation_edges(under_way, subject, layer, m, [m])
        if is_last:
            add_cost(under_way, subject, [m], 3)
            given["C"] = 1.0
        else:
            given |= add_next_sums(under_way, subject, layer, m, top)
    else:
        given |= add_shares(under_way, subject, layer, m, top)
    name = f"neuron {m} of layer {layer}"
    said = (
        f"What enters {name} and what it enters. Each edge bears the derivative of the quantity that it leads to with "
        "respect to the one that it comes from. ∂C by a node is the derivative in the whole network, over paths that "
        "are not drawn too."
    )
    for node in under_way.nodes.values():
        n_left_out = node.ref.partition(":")[2]
        if node.ref.startswith("rest:"):
            said += f" {node.symbol.text} is the sum of the {n_left_out} smaller terms of the weighted sum."
        elif node.ref.startswith("others:"):
            what = "weighted sums" if function.is_elementwise else "activations"
            said += f" {node.symbol.text} stands for the {n_left_out} other {what}: the sum of each times ∂C by it."
    found = under_way.accumulate(given)[f"z{layer}:{m}"]
    delta = subject.delta(layer, m).value
    if not np.isclose(found, delta, rtol=1e-6, atol=1e-12 * max(1.0, abs(delta))):
        raise saturated(subject)
    title = f"The computational graph around {name} ({subject.cost.name})"
    return under_way.conclude(title, given, [Paragraph(said)], after)


def add_largest_terms(
    under_way: GraphUnderWay, subject: LabelledSubject, layer: int, m: int, top: int
) -> dict[str, float]:
    """z of the neuron with the largest terms of its weighted sum, the others as one node R; ∂C/∂a of its sources."""
    weights = subject.network.layers[layer - 2].weights[m - 1]
    terms = weights * subject.trace.activations[layer - 2]
    shown, hidden = parted(terms, top)
    given: dict[str, float] = {}
    for p in shown:
        add_activation_node(under_way, subject, layer - 1, p, 0)
        given[f"a{layer - 1}:{p}"] = subject.output_gradient(layer - 1, p).value
    rest = f"rest:{len(hidden)}"
    if hidden:
        total = math.fsum(terms[p - 1] for p in hidden)
        under_way.add_node(rest, Variable("R", None, (len(hidden),)), total, 0)
    add_weighted_sum(under_way, subject, layer, m, shown, 1, with_parameters=True)
    if hidden:
        under_way.add_edge(rest, f"z{layer}:{m}", 1.0, constant(1))
    return given


def add_next_sums(under_way: GraphUnderWay, subject: LabelledSubject, layer: int, m: int, top: int) -> dict[str, float]:
    """The weighted sums of the next layer through which the neuron acts most on the cost; their ∂C/∂z.

    The others are one node O = Σ δₖ zₖ, so that ∂C/∂O is 1.
    """
    weights, deltas = subject.network.layers[layer - 1].weights[:, m - 1], subject.deltas[layer - 1]
    shown, hidden = parted(weights * deltas, top)
    a = subject.activation(layer, m)
    given: dict[str, float] = {}
    for k in shown:
        z = subject.pre_activation(layer + 1, k)
        under_way.add_node(z.ref, Variable("z", layer + 1, (k,)), z.value, 3)
        weight = subject.weight(layer + 1, k, m)
        under_way.add_edge(a.ref, z.ref, weight.value, weight)
        given[z.ref] = subject.delta(layer + 1, k).value
    if hidden:
        others = [k - 1 for k in hidden]
        value = math.fsum(deltas[others] * subject.trace.pre_activations[layer - 1][others])
        given |= add_others(under_way, len(hidden), value, 3)
        under_way.add_edge(a.ref, f"others:{len(hidden)}", math.fsum(weights[others] * deltas[others]), None)
    return given


def add_shares(under_way: GraphUnderWay, subject: LabelledSubject, layer: int, m: int, top: int) -> dict[str, float]:
    """The softmax outputs through which z acts most on the cost, the others as one node O = Σ aₖ ∂C/∂aₖ."""
    a, z = subject.trace.activations[layer - 1], f"z{layer}:{m}"
    by_output = np.array([subject.output_gradient(layer, k).value for k in subject.neurons(layer)])
    slopes = a * ((np.arange(a.size) == m - 1) - a[m - 1])
    handed_back = by_output * slopes
    handed_back[m - 1] = math.inf  # the neuron's own output is always shown
    shown, hidden = parted(handed_back, top)
    given: dict[str, float] = {}
    for k in shown:
        add_activation_node(under_way, subject, layer, k, 2)
        add_activation_edges(under_way, subject, layer, k, [m])
        given[f"a{layer}:{k}"] = float(by_output[k - 1])
    if hidden:
        others = [k - 1 for k in hidden]
        given |= add_others(under_way, len(hidden), math.fsum(by_output[others] * a[others]), 2)
        under_way.add_edge(z, f"others:{len(hidden)}", math.fsum(by_output[others] * slopes[others]), None)
    if layer == subject.n_layers:
        add_cost(under_way, subject, shown, 3)
        given["C"] = 1.0
    return given


def add_others(under_way: GraphUnderWay, n_others: int, value: float, column: int) -> dict[str, float]:
    """The one node for what else the neuron enters, by which the cost changes at the rate 1."""
    ref = f"others:{n_others}"
    under_way.add_node(ref, Variable("O", None, (n_others,)), value, column)
    return {ref: 1.0}


def parted(terms: np.ndarray, top: int) -> tuple[list[int], list[int]]:
    """The numbers, from 1, of the largest terms by magnitude and of the others, each in order."""
    shown = positions_shown(terms, top) + 1
    return shown.tolist(), np.setdiff1d(np.arange(1, terms.size + 1), shown).tolist()


def saturated(subject: LabelledSubject) -> InvalidValueError:
    """The error for outputs at which the factors of the chain rule leave float64."""
    outputs = ", ".join(f"{value:.3g}" for value in subject.trace.activations[-1][:5])
    return InvalidValueError(
        "x: an example is required whose outputs are not 0 or 1 to the last digit, so that ∂C/∂a is within float64; "
        f"got outputs {outputs}"
    )
