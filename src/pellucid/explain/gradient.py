"""The chain rule for one weight or bias, factor by factor."""

from typing import Any

from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps
from pellucid.explain.neuron import add_activation
from pellucid.explain.subject import LabelledSubject
from pellucid.expression import Expression, Partial, Variable, constant
from pellucid.maths import Cost, Network
from pellucid.model import Model

COST = Variable("C")


def gradient(
    network: Network | Model,
    x: Any,
    expected: Any,
    *,
    cost: str | Cost,
    layer: int,
    neuron: int,
    source: int | None = None,
    top: int = DEFAULT_TOP,
) -> Derivation:
    """The derivation of ∂C/∂w for the weight from `source` into a neuron, or of ∂C/∂b; `.value` is the derivative.

    *Formula*: ∂C/∂w⁽ˡ⁾ₘ,ₚ = ∂C/∂a⁽ˡ⁾ₘ · ∂a⁽ˡ⁾ₘ/∂z⁽ˡ⁾ₘ · ∂z⁽ˡ⁾ₘ/∂w⁽ˡ⁾ₘ,ₚ, where for a hidden neuron
    ∂C/∂a⁽ˡ⁾ₘ = Σₖ w⁽ˡ⁺¹⁾ₖ,ₘ δ⁽ˡ⁺¹⁾ₖ.

    Parameters:
        network: a Network with an input vector x, or a Model with a raw input.
        x: shape (n_features,), or a raw example of the model's shape.
        expected: E, shape (n_outputs,).
        cost: what is differentiated.
        layer: of the neuron that the weight leads into, from 2.
        neuron: its number, from 1.
        source: the neuron of the layer before that it comes from, from 1; None: the neuron's bias.
        top: so many terms of a long sum are shown.

    Raises:
        InvalidValueError: a weight that the network has not, or an input, expected outputs or cost that do not fit.
    """
    subject = LabelledSubject.with_expected(network, x, expected, cost)
    steps = Steps(top)
    symbol = add_chain(steps, subject, layer, neuron, source)
    kind = "bias" if source is None else "weight"
    return steps.conclude(f"How the cost changes with the {kind} {symbol.text} ({subject.cost.name})")


def add_chain(steps: Steps, subject: LabelledSubject, layer: int, neuron: int, source: int | None) -> Variable:
    """Adds the chain rule's steps, the last of which is the derivative; returns the parameter's symbol."""
    subject.require_layer(layer)
    subject.require_neuron(layer, neuron)
    if source is not None:
        subject.require_neuron(layer - 1, source, "source")
    if layer == subject.n_layers:
        delta = add_output_delta(steps, subject, neuron)
    else:
        delta = add_hidden_delta(steps, subject, layer, neuron)
    z = Variable("z", layer, (neuron,))
    if source is None:
        parameter = Variable("b", layer, (neuron,))
        name = "the pre-activation holds the bias once"
        factor = steps.add(name, Partial(z, parameter), constant(1))
    else:
        parameter = Variable("w", layer, (neuron, source))
        name = f"the weight is multiplied by what neuron {source} of layer {layer - 1} holds"
        factor = steps.add(name, Partial(z, parameter), subject.activation(layer - 1, source))
    steps.add("the product of the factors", Partial(COST, parameter), delta * factor)
    return parameter


def add_output_delta(steps: Steps, subject: LabelledSubject, neuron: int) -> Expression:
    """Adds the steps up to δ⁽ᴸ⁾ = ∂C/∂z⁽ᴸ⁾ of an output neuron, and returns its leaf."""
    layer = subject.n_layers
    function, cost = subject.network.output, subject.cost
    z, expected = subject.pre_activation(layer, neuron), subject.expected(neuron)
    a = add_activation(steps, subject, layer, neuron, z)
    symbol = Variable("δ", layer, (neuron,))
    if cost.output is not None:
        note = f"∂C/∂z in full: with {function.name} and {cost.name} the other factors cancel."
        return steps.add("delta: output minus expected output", symbol, a - expected, note)
    difference: Expression = a - expected
    if cost.divides_by_difference:
        difference = steps.add("output minus expected output", Variable("D", None, (neuron,)), difference)
    by_output = Partial(COST, Variable("a", layer, (neuron,)))
    tree = cost.derivative_formula(a, expected, difference)
    slope = steps.add(f"derivative of the cost ({cost.name})", by_output, tree)
    return add_delta(steps, subject, layer, neuron, slope)


def add_hidden_delta(steps: Steps, subject: LabelledSubject, layer: int, neuron: int) -> Expression:
    """Adds the steps up to δ⁽ˡ⁾ of a hidden neuron, what is handed back from downstream times f′; returns its leaf."""
    downstream = layer + 1
    products: list[Expression] = [
        subject.weight(downstream, k, neuron) * subject.delta(downstream, k) for k in subject.neurons(downstream)
    ]
    note = f"The deltas of layer {downstream} are found in the same way."
    by_activation = Partial(COST, Variable("a", layer, (neuron,)))
    slope = steps.add_sum(f"what the neurons of layer {downstream} hand back", by_activation, products, note)
    return add_delta(steps, subject, layer, neuron, slope)


def add_delta(steps: Steps, subject: LabelledSubject, layer: int, neuron: int, slope: Expression) -> Expression:
    """Adds the steps from ∂C/∂a to δ = ∂C/∂z, by the derivative of the layer's activation; returns δ's leaf."""
    if subject.network.layers[layer - 2].activation.is_elementwise:
        return add_elementwise_delta(steps, subject, layer, neuron, slope)
    return add_softmax_delta(steps, subject, layer, neuron, slope)


def add_elementwise_delta(
    steps: Steps, subject: LabelledSubject, layer: int, neuron: int, slope: Expression
) -> Expression:
    """Adds f′(z) and δ = ∂C/∂a · f′(z), and returns δ's leaf."""
    function = subject.network.layers[layer - 2].activation
    z = subject.pre_activation(layer, neuron)
    by_z = Partial(Variable("a", layer, (neuron,)), Variable("z", layer, (neuron,)))
    derivative = steps.add(f"derivative of the activation ({function.name})", by_z, function.derivative_formula(z, [z]))
    return steps.add("delta: the product of these two", Variable("δ", layer, (neuron,)), slope * derivative)


def add_softmax_delta(steps: Steps, subject: LabelledSubject, layer: int, neuron: int, slope: Expression) -> Expression:
    """Adds δᵢ = aᵢ (∂C/∂aᵢ − Σₖ aₖ ∂C/∂aₖ), since with softmax every output depends on zᵢ; returns its leaf."""
    products: list[Expression] = [
        subject.activation(layer, k) * (slope if k == neuron else subject.output_gradient(layer, k))
        for k in subject.neurons(layer)
    ]
    mean = steps.add_sum("mean of ∂C/∂a, weighted by the softmax", Variable("m", layer), products)
    a = subject.activation(layer, neuron)
    return steps.add("delta: by the derivative of softmax", Variable("δ", layer, (neuron,)), a * (slope - mean))
