"""How a neuron comes to hold its value: weighted sum, bias, activation."""

from typing import Any

import numpy as np

from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps
from pellucid.explain.raw_inputs import add_main_input, show_inputs
from pellucid.explain.subject import Subject
from pellucid.explain.sums import ManyTerms
from pellucid.expression import Expression, functions
from pellucid.maths import Network
from pellucid.maths.activations import LARGE_EXPONENT
from pellucid.model import Model


def neuron(network: Network | Model, x: Any, *, layer: int, neuron: int, top: int = DEFAULT_TOP) -> Derivation:
    """The derivation of a neuron's activation; `.value` is the activation.

    *Formula*: s = Σₚ wₘ,ₚ aₚ; z = s + bₘ; a = f(z). Before them, for a model, a⁽¹⁾ = (x − shift) · scale of the input
    that matters most.

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
    add_main_input(steps, subject, layer, neuron)
    weighted_sum = steps.add_sum(
        "weighted sum of the layer before",
        subject.variable("s", layer, neuron),
        weighted_terms(steps, subject, layer, neuron),
    )
    show_inputs(steps, subject, layer)
    z = steps.add(
        "pre-activation: the weighted sum plus the bias",
        subject.variable("z", layer, neuron),
        weighted_sum + subject.bias(layer, neuron),
    )
    add_activation(steps, subject, layer, neuron, z)
    name = subject.network.layers[layer - 2].activation.name
    return steps.conclude(f"Neuron {neuron} of layer {layer} ({name}, {subject.network.sizes[layer - 2]} inputs)")


def weighted_terms(steps: Steps, subject: Subject, layer: int, neuron: int) -> ManyTerms:
    """The terms w · a that a neuron sums up."""
    with np.errstate(over="ignore"):
        values = subject.network.layers[layer - 2].weights[neuron - 1] * subject.trace.activations[layer - 2]
    return ManyTerms(
        values,
        lambda k: subject.weight(layer, neuron, k + 1) * steps.known(subject.activation(layer - 1, k + 1)),
    )


def add_activation(steps: Steps, subject: Subject, layer: int, neuron: int, z: Expression) -> Expression:
    """Adds the step a = f(z) of that neuron, with softmax also those that it needs, and returns its leaf."""
    function = subject.network.layers[layer - 2].activation
    tree = function.formula(z, [z]) if function.is_elementwise else add_softmax(steps, subject, layer, neuron, z)
    return steps.add(f"activation: {function.name}", subject.variable("a", layer, neuron), tree)


def add_softmax(steps: Steps, subject: Subject, layer: int, neuron: int, z: Expression) -> Expression:
    """Adds the sum of the layer's exponentials unless it is there, and returns the neuron's share of it as a tree.

    Where the largest pre-activation is far from 0, each is first lessened by it: the shares stay as they are, nothing
    overflows, and each difference is a number of its own, so that the rounding of large pre-activations cannot blow up.
    """
    largest = max((subject.pre_activation(layer, k) for k in subject.neurons(layer)), key=lambda each: each.value)
    exponent, exponent_of = z, subject.pre_activation
    if abs(largest.value) >= LARGE_EXPONENT:
        exponent = steps.add(
            "exponent: the pre-activation minus the layer's largest",
            subject.variable("y", layer, neuron),
            # Not the step before: an error in the last place of a large z would be a large error in the exponent.
            subject.pre_activation(layer, neuron) - largest,
            "Softmax stays the same when all pre-activations of the layer are lessened by the same number.",
        )
        exponent_of = subject.shifted_pre_activation
    symbol = subject.variable("T", layer)
    if symbol not in steps.leaves:
        exponentials = [functions.exp(steps.known(exponent_of(layer, k))) for k in subject.neurons(layer)]
        steps.add_sum("sum of the exponentials over the layer", symbol, exponentials)
    return functions.exp(exponent) / steps.leaves[symbol]
