"""How a neuron comes to hold its value: weighted sum, bias, activation."""

from typing import Any

from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps
from pellucid.explain.subject import Subject
from pellucid.expression import Expression, Variable, functions
from pellucid.maths import Network
from pellucid.maths.activations import LARGE_EXPONENT
from pellucid.model import Model


def neuron(network: Network | Model, x: Any, *, layer: int, neuron: int, top: int = DEFAULT_TOP) -> Derivation:
    """The derivation of a neuron's activation; `.value` is the activation.

    *Formula*: s = Σₚ wₘ,ₚ aₚ; z = s + bₘ; a = f(z).

    Parameters:
        network: a Network with an input vector x, or a Model with a raw input.
        x: shape (n_features,), or a raw example of the model's shape.
        layer: from 2 (layer 1 is the input).
        neuron: from 1.
        top: so many terms of the weighted sum are shown, the largest; the rest is given as its sum.

    Raises:
        InvalidValueError: a layer or neuron that the network has not, or an input that does not fit.
    """
    subject = Subject.of(network, x)
    subject.require_layer(layer)
    subject.require_neuron(layer, neuron)
    steps = Steps(top)
    terms: list[Expression] = [
        subject.weight(layer, neuron, source) * subject.activation(layer - 1, source)
        for source in subject.neurons(layer - 1)
    ]
    weighted_sum = steps.add_sum("weighted sum of the layer before", Variable("s", layer, (neuron,)), terms)
    z = steps.add(
        "pre-activation: the weighted sum plus the bias",
        Variable("z", layer, (neuron,)),
        weighted_sum + subject.bias(layer, neuron),
    )
    add_activation(steps, subject, layer, neuron, z)
    name = subject.network.layers[layer - 2].activation.name
    return steps.conclude(f"Neuron {neuron} of layer {layer} ({name}, {subject.network.sizes[layer - 2]} inputs)")


def add_activation(steps: Steps, subject: Subject, layer: int, neuron: int, z: Expression) -> Expression:
    """Adds the step a = f(z) of that neuron, with softmax also those that it needs, and returns its leaf."""
    function = subject.network.layers[layer - 2].activation
    tree = function.formula(z, [z]) if function.is_elementwise else add_softmax(steps, subject, layer, neuron, z)
    return steps.add(f"activation: {function.name}", Variable("a", layer, (neuron,)), tree)


def add_softmax(steps: Steps, subject: Subject, layer: int, neuron: int, z: Expression) -> Expression:
    """Adds the sum of the layer's exponentials, and returns the neuron's share of it as a tree.

    Where the largest pre-activation is far from 0, each is first lessened by it: the shares stay as they are, nothing
    overflows, and each difference is a number of its own, so that the rounding of large pre-activations cannot blow up.
    """
    largest = max((subject.pre_activation(layer, k) for k in subject.neurons(layer)), key=lambda each: each.value)
    exponent, other_exponent = z, subject.pre_activation
    if abs(largest.value) >= LARGE_EXPONENT:
        exponent = steps.add(
            "exponent: the pre-activation minus the layer's largest",
            Variable("y", layer, (neuron,)),
            # Not the step before: an error in the last place of a large z would be a large error in the exponent.
            subject.pre_activation(layer, neuron) - largest,
            "Softmax stays the same when all pre-activations of the layer are lessened by the same number.",
        )
        other_exponent = subject.shifted_pre_activation
    exponentials = [
        functions.exp(exponent if k == neuron else other_exponent(layer, k)) for k in subject.neurons(layer)
    ]
    total = steps.add_sum("sum of the exponentials over the layer", Variable("T", layer), exponentials)
    return functions.exp(exponent) / total
