"""Worked answers in a pupil's few steps."""

from dataclasses import replace

from pellucid.explain.batch import LabelledBatch, label
from pellucid.explain.derivation import Derivation, Steps
from pellucid.explain.document import Paragraph
from pellucid.explain.gradient import add_chain, add_gradient, gradient
from pellucid.explain.neuron import add_activation, weighted_terms
from pellucid.explain.subject import LabelledSubject, Subject, ref_of
from pellucid.explain.worksheet.numbers import Problem
from pellucid.expression import Expression, Number, Partial, Variable, add, constant
from pellucid.maths import SGD
from pellucid.maths.optimizers import NoState

ALL_TERMS = 100
"""Sums are never shortened: a pupil adds every term."""


def forward_derivation(problem: Problem) -> Derivation:
    """How each neuron comes to hold its value for the first example, layer by layer; `.value` is the last output."""
    subject = Subject.of(problem.network, problem.inputs[0])
    steps = Steps(ALL_TERMS)
    for layer in range(2, subject.n_layers + 1):
        of_layer = {neuron: add_pre_activation(steps, subject, layer, neuron) for neuron in subject.neurons(layer)}
        for neuron, z in of_layer.items():
            add_activation(steps, subject, layer, neuron, z)
    return steps.conclude("The forward pass")


def add_pre_activation(steps: Steps, subject: Subject, layer: int, neuron: int) -> Number:
    """Adds a neuron's weighted sum plus its bias, as one step."""
    terms = [*weighted_terms(steps, subject, layer, neuron), subject.bias(layer, neuron)]
    name = f"neuron {neuron} of layer {layer}: weighted sum plus bias"
    return steps.add_sum(name, subject.variable("z", layer, neuron), terms)


def balancing_bias(problem: Problem) -> Derivation:
    """The derivation of the bias for which the neuron's pre-activation is 0."""
    subject = Subject.of(problem.network, problem.inputs[0])
    steps = Steps(ALL_TERMS)
    terms = list(weighted_terms(steps, subject, 2, 1))
    weighted_sum = steps.add("weighted sum of the inputs", Variable("s", 2, (1,)), add(terms))
    steps.add("the bias that makes up for it: s + b = 0", Variable("b", 2, (1,)), -weighted_sum)
    return steps.conclude("The bias for which the pre-activation is 0")


def derivative_for_example(problem: Problem, place: tuple[int, int, int]) -> Derivation:
    """The derivation of ∂C/∂w for the weight at that place (layer, neuron, source, from 1) and the first example."""
    layer, neuron, source = place
    return gradient(
        problem.network, problem.inputs[0], problem.expected[0], cost=problem.cost, layer=layer, neuron=neuron,
        source=source, top=ALL_TERMS,
    )  # fmt: skip


def weight_at(place: tuple[int, int, int]) -> Variable:
    layer, neuron, source = place
    return Variable("w", layer, (neuron, source))


def update_of_example(problem: Problem, place: tuple[int, int, int], rate: float) -> Derivation:
    """The derivation of a weight after one step of gradient descent on the first example.

    `update` also weighs the whole step against its prediction, which is no work for pencil and paper.
    """
    subject = label(problem.network, problem.inputs[0], problem.expected[0], problem.cost)
    steps = Steps(ALL_TERMS)
    add_gradient(steps, subject, *place)
    return corrected(steps, subject, place, rate)


def update_of_batch(problem: Problem, place: tuple[int, int, int], rate: float) -> Derivation:
    """The derivation of a weight of layer 2 after one step on all examples: each derivative, their mean, the step."""
    batch = label(problem.network, problem.inputs, problem.expected, problem.cost)
    examples = batch.examples if isinstance(batch, LabelledBatch) else (batch,)
    layer, neuron, source = place
    steps = Steps(ALL_TERMS)
    is_joined = not problem.network.output.is_elementwise
    weight = weight_at(place)
    derivatives: list[Expression] = []
    for number, example in enumerate(examples):
        steps.show(Paragraph(f"Example {number}:"))
        for each in example.neurons(layer) if is_joined else (neuron,):
            add_pre_activation(steps, example, layer, each)
        add_chain(steps, example, layer, neuron, source)
        derivatives.append(steps.last)
    steps.show(Paragraph("The mini-batch:"))
    mean = add(derivatives) / constant(len(derivatives))
    steps.add("the mean of the examples' derivatives", Partial(batch.cost_symbol, weight), mean)
    return corrected(steps, batch, place, rate)


def corrected(
    steps: Steps, labelled: LabelledSubject | LabelledBatch, place: tuple[int, int, int], rate: float
) -> Derivation:
    """The derivation with one more step: the weight after gradient descent along the derivative found last."""
    layer, neuron, source = place
    weight = weight_at(place)
    value = float(labelled.network.layers[layer - 2].weights[neuron - 1, source - 1])
    old, learning_rate = Number(value, ref_of(weight), weight), Number(rate, "r", Variable("r"))
    new, _ = SGD(rate).step(old, steps.last, NoState(), learning_rate=learning_rate, time=1, decays=True)
    steps.add("the corrected weight: a small step against the gradient", replace(weight, mark="′"), new)
    return steps.conclude(f"The weight {weight.text} after one step of gradient descent")
