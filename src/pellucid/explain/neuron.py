"""How a neuron comes to hold its value: weighted sum, bias, activation."""

from typing import Any

import numpy as np

from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps
from pellucid.explain.document import Paragraph
from pellucid.explain.inputs import NORMALISED
from pellucid.explain.subject import Subject
from pellucid.explain.sums import ManyTerms
from pellucid.expression import Expression, constant, functions
from pellucid.maths import Network
from pellucid.maths.activations import LARGE_EXPONENT
from pellucid.model import Model


def neuron(network: Network | Model, x: Any, *, layer: int, neuron: int, top: int = DEFAULT_TOP) -> Derivation:
    """The derivation of a neuron's activation; `.value` is the activation.

    *Formula*: s = Σₚ wₘ,ₚ aₚ; z = s + bₘ; a = f(z). Before them, for a model that scales its inputs, a⁽¹⁾ = x · scale
    of the input that matters most.

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


def add_main_input(steps: Steps, subject: Subject, layer: int, neuron: int | None = None) -> None:
    """Adds how the input that matters most is made of its raw value, where a model scales its inputs.

    It is the input of the largest term into that neuron of layer 2; else the largest input.
    """
    sizes = np.abs(subject.trace.activations[0])
    if layer == 2 and neuron is not None:
        with np.errstate(over="ignore"):
            sizes = np.abs(subject.network.layers[0].weights[neuron - 1]) * sizes
    add_input(steps, subject, int(sizes.argmax()) + 1, tells_of_files=True)
    if layer > 2 and steps.finished:
        before = "layer 2 holds" if layer == 3 else f"layers 2 to {layer - 1} hold"
        steps.show(Paragraph(f"What {before} came about from these inputs as now follows for layer {layer}:"))


def add_input(steps: Steps, subject: Subject, source: int, *, tells_of_files: bool = False) -> None:
    """Adds how an input is made of its raw value, where a model scales its inputs.

    Parameters:
        tells_of_files: whether it is also said how a picture file is made into raw values.
    """
    raw = subject.raw
    if raw is None or raw.features.scale == 1:
        return
    size = subject.network.sizes[0]
    note = f"Each of the {size:,} inputs is its raw value times the same number."
    if tells_of_files:
        note += f" {NORMALISED[raw.features.normalisation]}"
    tree = subject.number(raw.values[source - 1], "x", None, source) * constant(raw.features.scale)
    steps.add(
        f"from the raw example to the input vector: input {source}",
        subject.variable("a", 1, source),
        tree,
        note.strip(),
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
