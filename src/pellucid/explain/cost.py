"""The cost of one example, output by output, and of a mini-batch, the mean of its examples'."""

import math
from types import NoneType
from typing import Any

import numpy as np

from pellucid.errors import require_kind
from pellucid.explain.batch import LabelledBatch, label, marks_explained, weighted
from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps, positions_shown
from pellucid.explain.document import Paragraph
from pellucid.explain.objective import Objective
from pellucid.explain.subject import LabelledSubject
from pellucid.expression import Expression, Negate, Number, add, constant, evaluate, functions
from pellucid.expression.bounds import guarded
from pellucid.maths import Cost, Network, Penalty
from pellucid.maths.activations import LARGE_EXPONENT
from pellucid.maths.costs import binary_cross_entropy_of_pre_activations, cross_entropy_of_pre_activations
from pellucid.model import Model
from pellucid.training.regularisation import OFF, Regularisation

NEAR_ZERO, NEAR_ONE = 1e-4, 0.99
"""Between these a probability is shown well enough in a few digits for its logarithm; 1.000 would leave it open."""


def cost(
    network: Network | Model,
    x: Any,
    expected: Any,
    *,
    cost: str | Cost,
    penalty: Penalty | None = None,
    regularisation: Regularisation = OFF,
    draw: int | None = 0,
    example_weights: Any = None,
    top: int = DEFAULT_TOP,
) -> Derivation:
    """The derivation of the cost C, or where there is more to it of what training made small, J; `.value` is that.

    *Formula*: of one example the sum over its outputs, of a mini-batch the mean over its examples; J is the cost as
    often as it counts, and the penalty.

    Parameters:
        network: a Network with an input vector x, or a Model with a raw input.
        x: shape (n_features,), or (n_samples, n_features) for a mini-batch; of a model its raw example, or several.
        expected: E, shape (n_outputs,), or (n_samples, n_outputs) for a mini-batch.
        cost: which one.
        penalty: what large weights add to it, or none.
        regularisation: what training does to an example: label smoothing, noise, dropout.
        draw: the seed by which chance decides on noise and dropout here; None: there is neither.
        example_weights: how often the cost counts; of a mini-batch one for each example. None: once.
        top: so many outputs are shown, those that cost most, and so many examples of a mini-batch.

    Raises:
        InvalidValueError: an input, expected outputs or cost that do not fit.
    """
    require_kind(penalty, (Penalty, NoneType), "penalty: one such as L2(0.001), or none,")
    labelled = weighted(label(network, x, expected, cost, regularisation, draw), example_weights)
    steps = Steps(top)
    objective = Objective(steps, labelled, penalty, top)
    whose = "one example"
    if isinstance(labelled, LabelledBatch):
        whose = f"a mini-batch of {len(labelled.examples):,}"
        steps.show(Paragraph(marks_explained(labelled)))
    objective.tell()
    objective.add_value(add_cost(steps, labelled), labelled.network)
    return steps.conclude(f"The cost of {whose} ({objective.in_words})")


def add_cost(steps: Steps, labelled: LabelledSubject | LabelledBatch, name: str = "cost") -> Number:
    """Adds the steps up to the cost, which is the last of them, and returns its leaf.

    Parameters:
        name: what the last step is called.
    """
    if isinstance(labelled, LabelledBatch):
        return add_mean_cost(steps, labelled, name)
    return add_example_cost(steps, labelled, name)


def add_mean_cost(steps: Steps, batch: LabelledBatch, name: str) -> Number:
    """Adds the costs of the examples that cost most, and the mean of all."""
    n = len(batch.examples)
    costs = batch.times_weights(batch.costs)
    shown = positions_shown(costs, steps.top)
    leaves: list[Expression] = [
        batch.examples[k].times_weight(add_example_cost(steps, batch.examples[k], f"{name} of example {k}"))
        for k in shown.tolist()
    ]
    note = ""
    if left := n - len(leaves):
        rest, note = steps.rest(left, guarded(math.fsum, np.delete(costs, shown)), "costs")
        leaves.append(rest)
    return steps.add(f"{name}: the mean over {batch.counted}", batch.cost_symbol, add(leaves) / constant(n), note)


def add_example_cost(steps: Steps, subject: LabelledSubject, name: str) -> Number:
    """Adds the cost of one example, the sum over its outputs."""
    of_pre_activations = subject.cost.terms_of_pre_activations
    if of_pre_activations is cross_entropy_of_pre_activations:
        terms, note = cross_entropy_terms(steps, subject)
    elif of_pre_activations is binary_cross_entropy_of_pre_activations:
        terms, note = binary_cross_entropy_terms(subject)
    else:
        layer = subject.n_layers
        terms = [
            subject.cost.formula(subject.activation(layer, k), subject.expected(k)) for k in subject.neurons(layer)
        ]
        note = ""
    name = f"{name} ({subject.cost.name})"
    if len(terms) > 1:
        name += f": the sum over {len(terms):,} outputs"
    return steps.add_sum(name, subject.cost_symbol, terms, note)


def cross_entropy_terms(steps: Steps, subject: LabelledSubject) -> tuple[list[Expression], str]:
    """−E ln a of each output with E ≠ 0; and a note.

    Where such an a is so near 0 or 1 that its logarithm would be lost, ln a is taken from the pre-activations: with
    y = z − max z, −ln a = ln(1 + U) − y, where U is the sum of eʸ over all outputs but the largest.
    """
    layer = subject.n_layers
    counted = [k for k in subject.neurons(layer) if subject.targets[k - 1] != 0]
    dropped = len(subject.targets) - len(counted)
    note = "Outputs that are expected to be 0 add nothing." if dropped else ""
    probabilities = subject.trace.activations[-1][[k - 1 for k in counted]]
    if (probabilities >= NEAR_ZERO).all() and (probabilities <= NEAR_ONE).all():
        return [subject.cost.formula(subject.activation(layer, k), subject.expected(k)) for k in counted], note
    largest = int(subject.trace.pre_activations[-1].argmax()) + 1
    others: list[Expression] = [
        functions.exp(subject.shifted_pre_activation(layer, k)) for k in subject.neurons(layer) if k != largest
    ]
    total: Expression = constant(1)
    if others:
        symbol = subject.variable("U", layer)
        name = "sum of the other outputs' exponentials, each pre-activation lessened by the largest"
        total = total + steps.add_sum(name, symbol, others, f"The largest is that of output {largest}.")
    terms: list[Expression] = []
    for k in counted:
        surprise = functions.log(total)
        if k != largest:
            y = subject.variable("y", layer, k)
            exponent = "exponent: the pre-activation minus the layer's largest"
            difference = subject.pre_activation(layer, k) - subject.pre_activation(layer, largest)
            surprise = surprise - steps.add(exponent, y, difference)
        terms.append(subject.expected(k) * surprise)
    return terms, f"−ln a = ln Σ e^z − z stays exact where a is nearly 0 or 1. {note}".strip()


def binary_cross_entropy_terms(subject: LabelledSubject) -> tuple[list[Expression], str]:
    """−E ln a − (1 − E) ln(1 − a) of each output, from its z: all terms positive, so that no rounding can blow up."""
    layer = subject.n_layers
    terms: list[Expression] = []
    for k in subject.neurons(layer):
        z, expected = subject.pre_activation(layer, k), subject.expected(k)
        parts: list[Expression] = []
        if expected.value != 0:
            parts.append(softened(-z) if expected.value == 1 else expected * softened(-z))
        if expected.value != 1:
            parts.append(softened(z) if expected.value == 0 else (1 - expected) * softened(z))
        terms.append(add(parts))
    return terms, "ln(1 + e^(−z)) is −ln a and ln(1 + e^z) is −ln(1 − a): they stay exact where a is nearly 0 or 1."


def softened(z: Expression) -> Expression:
    """ln(1 + eᶻ), for a large z without its exponential."""
    if evaluate(z) < LARGE_EXPONENT:
        return functions.log(1 + functions.exp(z))
    opposite = z.operand if isinstance(z, Negate) else -z
    return z + functions.log(1 + functions.exp(opposite))
