"""The chain rule for one weight or bias, factor by factor; of a mini-batch the mean over its examples."""

from types import NoneType
from typing import Any

import numpy as np

from pellucid.errors import require_kind
from pellucid.explain.batch import LabelledBatch, label, marks_explained, weighted
from pellucid.explain.chance import add_mask
from pellucid.explain.correction.whole_step import Place
from pellucid.explain.delta import add_delta, add_downstream
from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps
from pellucid.explain.document import Formula, Paragraph
from pellucid.explain.objective import Objective
from pellucid.explain.raw_inputs import add_input
from pellucid.explain.subject import LabelledSubject, require_layer, require_neuron
from pellucid.expression import Expression, Number, Partial, Symbol, Variable, add, constant, multiply
from pellucid.maths import Cost, Network, Penalty
from pellucid.model import Model
from pellucid.training.regularisation import OFF, Regularisation

NAMED_EXAMPLES = 3
"""So many examples are named as contributing most."""


def gradient(
    network: Network | Model,
    x: Any,
    expected: Any,
    *,
    cost: str | Cost,
    layer: int,
    neuron: int,
    source: int | None = None,
    penalty: Penalty | None = None,
    regularisation: Regularisation = OFF,
    draw: int | None = 0,
    example_weights: Any = None,
    top: int = DEFAULT_TOP,
) -> Derivation:
    """The derivation of ∂C/∂w for the weight from `source` into a neuron, or of ∂C/∂b; `.value` is the derivative.

    Where there is more to what training made small than the cost, it is that of J, as for `cost`.

    *Formula*: ∂C/∂w⁽ˡ⁾ₘ,ₚ = ∂C/∂a⁽ˡ⁾ₘ · ∂a⁽ˡ⁾ₘ/∂z⁽ˡ⁾ₘ · ∂z⁽ˡ⁾ₘ/∂w⁽ˡ⁾ₘ,ₚ, where for a hidden neuron
    ∂C/∂a⁽ˡ⁾ₘ = Σₖ w⁽ˡ⁺¹⁾ₖ,ₘ δ⁽ˡ⁺¹⁾ₖ; of a mini-batch, the mean of its examples' derivatives.

    Parameters:
        network: a Network with an input vector x, or a Model with a raw input.
        x: shape (n_features,), or (n_samples, n_features) for a mini-batch; of a model its raw example, or several.
        expected: E, shape (n_outputs,), or (n_samples, n_outputs) for a mini-batch.
        cost: what is differentiated.
        layer: of the neuron that the weight leads into, from 2.
        neuron: its number, from 1.
        source: the neuron of the layer before that it comes from, from 1; None: the neuron's bias.
        penalty, regularisation, draw, example_weights: as for `cost`.
        top: so many terms of a long sum are shown. All deltas that the sums show are worked out where they are few, in
            layers that are small; else in each layer the one that contributes most. Long sums within these deltas show
            half as many terms, or a quarter.

    Raises:
        InvalidValueError: a weight that the network has not, or an input, expected outputs or cost that do not fit.
    """
    require_kind(penalty, (Penalty, NoneType), "penalty: one such as L2(0.001), or none,")
    labelled = weighted(label(network, x, expected, cost, regularisation, draw), example_weights)
    steps = Steps(top)
    objective = Objective(steps, labelled, penalty, top)
    objective.tell()
    symbol = add_gradient(steps, labelled, layer, neuron, source)
    objective.add_slope(steps.last, Place(layer, neuron, source or 0))
    kind = "bias" if source is None else "weight"
    batch = f", mean over {labelled.counted}" if isinstance(labelled, LabelledBatch) else ""
    return steps.conclude(f"How the cost changes with the {kind} {symbol.text} ({objective.in_words}{batch})")


def add_gradient(
    steps: Steps, labelled: LabelledSubject | LabelledBatch, layer: int, neuron: int, source: int | None
) -> Variable:
    """Adds the steps up to the derivative of the cost with respect to a parameter; returns the parameter's symbol.

    Raises:
        InvalidValueError: a weight that the network has not.
    """
    require_layer(labelled.network, layer)
    require_neuron(labelled.network, layer, neuron)
    if source is not None:
        require_neuron(labelled.network, layer - 1, source, "source")
    if isinstance(labelled, LabelledSubject):
        return add_chain(steps, labelled, layer, neuron, source)
    return add_mean(steps, labelled, layer, neuron, source)


def add_chain(steps: Steps, subject: LabelledSubject, layer: int, neuron: int, source: int | None) -> Variable:
    """Adds the chain rule's steps for one example, the last of which is the derivative."""
    z = subject.variable("z", layer, neuron)
    parameter = subject.variable("b", layer, neuron) if source is None else subject.variable("w", layer, neuron, source)
    whole = Partial(subject.cost_symbol, parameter)
    steps.show(Formula(whole, chain_rule(subject, layer, neuron, Partial(z, parameter))))
    if source is not None and layer == 2:
        add_input(steps, subject, source)
    add_downstream(steps, subject, layer, neuron)
    delta = add_delta(steps, subject, layer, neuron)
    if source is None:
        name = "the pre-activation holds the bias once"
        factor = steps.add(name, Partial(z, parameter), constant(1))
    else:
        name = f"the weight is multiplied by what neuron {source} of layer {layer - 1} holds"
        handed_on: Expression = steps.known(subject.activation(layer - 1, source))
        mask = add_mask(steps, subject, layer - 1, source)
        if mask is not None:
            name, handed_on = f"{name}, times its mask", mask * handed_on
        factor = steps.add(name, Partial(z, parameter), handed_on)
    steps.add("the product of the factors", whole, delta * factor)
    return parameter


def chain_rule(subject: LabelledSubject, layer: int, neuron: int, last: Partial) -> Expression:
    """The product of the factors in symbols: without ∂a/∂z where it cancels or where softmax joins it to all others."""
    a, z = subject.variable("a", layer, neuron), subject.variable("z", layer, neuron)
    is_fused = layer == subject.n_layers and subject.cost.output is not None
    is_joined = is_fused or not subject.network.layers[layer - 2].activation.is_elementwise
    cost = subject.cost_symbol
    factors: list[Symbol] = [Partial(cost, z)] if is_joined else [Partial(cost, a), Partial(a, z)]
    return multiply([Number(1.0, symbol=factor) for factor in [*factors, last]])


def add_mean(steps: Steps, batch: LabelledBatch, layer: int, neuron: int, source: int | None) -> Variable:
    """Adds the chain of the example that contributes most, and the mean of all examples' derivatives."""
    derivatives = batch.times_weights(batch.deltas[layer - 2][:, neuron - 1])
    if source is not None:
        with np.errstate(over="ignore"):
            derivatives = derivatives * batch.trace.inputs[layer - 2][:, source - 1]
    n = len(derivatives)
    most = np.argsort(-np.abs(derivatives), kind="stable")[:NAMED_EXAMPLES].tolist()
    named = [k for k in most if derivatives[k] != 0]
    first = f" Example {most[0]} contributes most: its chain comes first." if named and n > 1 else ""
    steps.show(Paragraph(marks_explained(batch) + first))
    parameter = add_chain(steps, batch.examples[most[0]], layer, neuron, source)
    terms: list[Expression] = [
        batch.examples[k].times_weight(steps.last if k == most[0] else derivative_of(batch, k, layer, neuron, source))
        for k in range(n)
    ]
    shown, note = steps.shorten(terms)
    name = f"the mean over {batch.counted}"
    if len(named) > 1:
        name += f"; {listed(named)} contribute most"
    if n > 1:
        product = "δ"
        if source is not None:
            product += " · a" if batch.examples[0].mask(layer - 1, source) is None else " · a · M"
        note = f"For the other examples the derivative, {product}, is found in the same way. {note}".strip()
    steps.add(name, Partial(batch.cost_symbol, parameter), add(shown) / constant(n), note)
    return parameter


def derivative_of(batch: LabelledBatch, example: int, layer: int, neuron: int, source: int | None) -> Expression:
    """δ · a, the derivative of one example's cost; of a bias, δ."""
    subject = batch.examples[example]
    delta = subject.number(batch.deltas[layer - 2][example, neuron - 1], "δ", layer, neuron)
    if source is None:
        return delta
    mask = subject.mask(layer - 1, source)
    product = delta * subject.activation(layer - 1, source)
    return product if mask is None else product * mask


def listed(numbers: list[int]) -> str:
    """Two or more numbers in a sentence: 4, 2 and 7."""
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
