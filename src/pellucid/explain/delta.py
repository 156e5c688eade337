"""The deltas δ = ∂C/∂z of one example: of the neuron in question factor by factor, of those downstream in one step."""

import math

import numpy as np

from pellucid.explain.chance import add_mask
from pellucid.explain.derivation import Steps, positions_shown
from pellucid.explain.neuron import add_activation
from pellucid.explain.subject import LabelledSubject
from pellucid.explain.sums import ManyTerms, fewer
from pellucid.explain.words import InSymbols, Words, joined, note_on_slope
from pellucid.expression import Expression, Number, Partial, add
from pellucid.maths import Cost

FEW_DELTAS = 24
ALL_RESTS = "Each R below is such a sum."
"""Said once, so that it need not be said of each delta downstream."""
SUMS_TO_ONE = 1e-14
"""Expected outputs whose sum is so near 1 count as summing to 1: it is the rounding of adding them up."""


def add_delta(steps: Steps, subject: LabelledSubject, layer: int, neuron: int) -> Number:
    """Adds the steps up to δ⁽ˡ⁾ of a neuron, each factor a step of its own, and returns its leaf."""
    if layer < subject.n_layers:
        slope = add_handed_back(steps, subject, layer, neuron)
        return add_product(steps, subject, layer, neuron, slope)
    a = add_activation(steps, subject, layer, neuron, subject.pre_activation(layer, neuron))
    if subject.cost.output is not None:
        return add_fused_delta(steps, subject, neuron, a)
    by_output = Partial(subject.cost_symbol, subject.variable("a", layer, neuron))
    part = InSymbols(subject.cost.formula(a, subject.expected(neuron)))
    slope = steps.add(
        f"derivative of the cost ({subject.cost.name})",
        by_output,
        output_slope(steps, subject, neuron, a),
        ("This output's part of the cost is ", part, "; it is differentiated by the output."),
    )
    return add_product(steps, subject, layer, neuron, slope)


def add_downstream(steps: Steps, subject: LabelledSubject, layer: int, neuron: int) -> None:
    """Adds the deltas that a neuron's delta builds on, from the output layer backwards.

    All that the sums show, where they are few (at most 24, or three times `top` if that is more) and no layer
    downstream has more neurons than that, so that they can be found by hand. Else, in each layer, the one that
    contributes most to the sum that it enters. As there are several, long sums within them show half as many terms,
    and a quarter where each builds on one delta only.
    """
    places, divisor = deltas_shown(subject, layer, neuron, steps.top), 2
    if places is None:
        places, divisor = largest_path(subject, layer, neuron), 4
    for after, k in places:
        add_compact_delta(steps, subject, after, k, divisor)


def add_compact_delta(steps: Steps, subject: LabelledSubject, layer: int, neuron: int, divisor: int) -> None:
    """Adds δ⁽ˡ⁾ of a neuron downstream, in one step where its activation and cost allow it."""
    function = subject.network.layers[layer - 2].activation
    z, a = subject.pre_activation(layer, neuron), subject.activation(layer, neuron)
    symbol, whose = subject.variable("δ", layer, neuron), f"delta of neuron {neuron} of layer {layer}"
    if layer == subject.n_layers and subject.cost.output is not None:
        add_fused_delta(steps, subject, neuron, a)
    elif not function.is_elementwise:
        if layer == subject.n_layers:
            slope = output_slope(steps, subject, neuron, a)
        else:
            slope = add_handed_back(steps, subject, layer, neuron)
        add_softmax_delta(steps, subject, layer, neuron, slope)
    elif layer == subject.n_layers:
        slope = output_slope(steps, subject, neuron, a)
        name = f"{whose}: derivative of the cost times that of {function.name}"
        steps.add(name, symbol, slope * function.derivative_formula(z, [z]))
    else:
        terms = handed_back(steps, subject, layer, neuron)
        shown, note = steps.shorten(terms, fewer(len(terms), steps.top, divisor))
        if any(isinstance(step.note, str) and step.note.endswith(ALL_RESTS) for step in steps.finished):
            note = ""
        elif note:
            note = f"{note} {ALL_RESTS}"
        mask = subject.mask(layer, neuron)
        through = "" if mask is None else "its mask, times "
        slope = add(shown) if mask is None else add(shown) * steps.known(mask)
        name = f"{whose}: what layer {layer + 1} hands back, times {through}{function.name}′"
        steps.add(name, symbol, slope * function.derivative_formula(z, [z]), note)


def add_fused_delta(steps: Steps, subject: LabelledSubject, neuron: int, a: Expression) -> Number:
    """Adds δ of an output where cost and activation belong together, so that factors cancel; returns its leaf."""
    layer, expected = subject.n_layers, subject.expected(neuron)
    symbol, tree, sums_to_one = subject.variable("δ", layer, neuron), a - expected, True
    if subject.cost.output == "softmax" and abs(math.fsum(subject.targets) - 1) > SUMS_TO_ONE:
        total, sums_to_one = subject.variable("S"), False
        if total not in steps.leaves:
            all_expected: list[Expression] = [subject.expected(k) for k in subject.neurons(layer)]
            steps.add_sum("sum of the expected outputs", total, all_expected)
        tree = a * steps.leaves[total] - expected
    is_first = not any(subject.variable("δ", layer, k) in steps.leaves for k in subject.neurons(layer))
    note = why_factors_cancel(subject.cost, sums_to_one=sums_to_one) if is_first else ""
    return steps.add(f"delta of output {neuron}: output minus expected output", symbol, tree, note)


def why_factors_cancel(cost: Cost, *, sums_to_one: bool) -> str:
    """In symbols, why ∂C/∂z is a − E with the output activation that the cost belongs to."""
    start = f"∂C/∂z in full: with {cost.output} and {cost.name} the other factors cancel."
    match cost.output:
        case "softmax":
            end = " = a − E, since the expected outputs sum to 1" if sums_to_one else ""
            return f"{start} C = −Σ E ln a, and ∂C/∂a · ∂a/∂z, summed over the outputs, is a ΣE − E{end}."
        case "sigmoid":
            return f"{start} ∂C/∂a = (a − E)/(a (1 − a)) and ∂a/∂z = a (1 − a), so that their product is a − E."
    return start


def output_slope(steps: Steps, subject: LabelledSubject, neuron: int, a: Expression) -> Expression:
    """∂C/∂a of an output as a tree; where it divides by a − E, that difference becomes a step."""
    cost, expected = subject.cost, subject.expected(neuron)
    difference: Expression = a - expected
    if cost.divides_by_difference:
        symbol = subject.variable("D", None, neuron)
        difference = steps.add(f"output {neuron} minus expected output", symbol, difference)
    return cost.derivative_formula(a, expected, difference)


def handed_back(steps: Steps, subject: LabelledSubject, layer: int, neuron: int) -> ManyTerms:
    """The terms w · δ of the layer after, whose sum is ∂C/∂a of a hidden neuron."""
    return ManyTerms(
        contributions(subject, layer, neuron),
        lambda k: subject.weight(layer + 1, k + 1, neuron) * steps.known(subject.delta(layer + 1, k + 1)),
    )


def add_handed_back(steps: Steps, subject: LabelledSubject, layer: int, neuron: int) -> Number:
    """Adds ∂C/∂a of a hidden neuron, the sum over the neurons downstream, and returns its leaf."""
    downstream = layer + 1
    note = f"It is the sum of ∂C/∂z · ∂z/∂a over the neurons of layer {downstream}, where ∂z/∂a is the weight."
    if any(subject.variable("δ", downstream, k) not in steps.leaves for k in subject.neurons(downstream)):
        note += " Deltas that are not worked out above are found in the same way."
    by_activation = Partial(subject.cost_symbol, subject.variable("a", layer, neuron))
    terms = handed_back(steps, subject, layer, neuron)
    name = f"what the neurons of layer {downstream} hand back"
    mask = add_mask(steps, subject, layer, neuron)
    if mask is None:
        return steps.add_sum(name, by_activation, terms, note)
    shown, note_of_rest = steps.shorten(terms)
    note = f"{note} Through dropout it comes back times the mask. {note_of_rest}".strip()
    return steps.add(f"{name}, times the mask", by_activation, mask * add(shown), note)


def add_product(steps: Steps, subject: LabelledSubject, layer: int, neuron: int, slope: Expression) -> Number:
    """Adds the steps from ∂C/∂a to δ = ∂C/∂z, by the derivative of the layer's activation; returns δ's leaf."""
    function = subject.network.layers[layer - 2].activation
    if not function.is_elementwise:
        return add_softmax_delta(steps, subject, layer, neuron, slope)
    a, z = subject.variable("a", layer, neuron), subject.pre_activation(layer, neuron)
    value: Words = (
        "" if a in steps.leaves else (f"The activation is {a.text} = ", InSymbols(function.formula(z, [z])), ".")
    )
    derivative = steps.add(
        f"derivative of the activation ({function.name})",
        Partial(a, subject.variable("z", layer, neuron)),
        function.derivative_formula(z, [z]),
        joined([words for words in (value, note_on_slope(function, z)) if words], " "),
    )
    return steps.add("delta: the product of these two", subject.variable("δ", layer, neuron), slope * derivative)


def add_softmax_delta(steps: Steps, subject: LabelledSubject, layer: int, neuron: int, slope: Expression) -> Number:
    """Adds δᵢ = aᵢ (∂C/∂aᵢ − Σₖ aₖ ∂C/∂aₖ), since with softmax every output depends on zᵢ; returns its leaf."""
    mean = subject.variable("m", layer)
    if mean not in steps.leaves:
        products: list[Expression] = [
            steps.known(subject.activation(layer, k)) * (slope if k == neuron else subject.output_gradient(layer, k))
            for k in subject.neurons(layer)
        ]
        steps.add_sum("mean of ∂C/∂a, weighted by the softmax", mean, products, "g is ∂C/∂a of the other neurons.")
    a = steps.known(subject.activation(layer, neuron))
    name = f"delta of neuron {neuron} of layer {layer}: by the derivative of softmax"
    return steps.add(name, subject.variable("δ", layer, neuron), a * (slope - steps.leaves[mean]))


def deltas_shown(subject: LabelledSubject, layer: int, neuron: int, top: int) -> list[tuple[int, int]] | None:
    """The deltas, (layer, neuron), that the sums up to a neuron's delta show, outputs first; None if they are many."""
    few = max(FEW_DELTAS, 3 * top)
    if max(subject.network.sizes[layer:], default=0) > few:
        return None
    reached: dict[int, list[int]] = {layer: [neuron]}
    for before in range(layer, subject.n_layers):
        entered: set[int] = set()
        is_compact = before > layer and subject.network.layers[before - 2].activation.is_elementwise
        n_shown = fewer(subject.network.sizes[before], top) if is_compact else top
        for k in reached[before]:
            entered.update(int(place) + 1 for place in positions_shown(contributions(subject, before, k), n_shown))
            if sum(map(len, reached.values())) - 1 + len(entered) > few:
                return None
        reached[before + 1] = sorted(entered)
    return [(after, k) for after in range(subject.n_layers, layer, -1) for k in reached[after]]


def largest_path(subject: LabelledSubject, layer: int, neuron: int) -> list[tuple[int, int]]:
    """In each layer downstream the delta that contributes most to the one before, from the output layer backwards."""
    path: list[tuple[int, int]] = []
    for before in range(layer, subject.n_layers):
        neuron = int(np.abs(contributions(subject, before, neuron)).argmax()) + 1
        path.insert(0, (before + 1, neuron))
    return path


def contributions(subject: LabelledSubject, layer: int, neuron: int) -> np.ndarray:
    """w · δ of each neuron of the layer after, the terms of ∂C/∂a of this neuron."""
    with np.errstate(over="ignore"):
        return subject.network.layers[layer - 1].weights[:, neuron - 1] * subject.deltas[layer - 1]
