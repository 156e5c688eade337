"""A whole layer: first as matrices, then neuron by neuron."""

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps, positions_shown
from pellucid.explain.document import Matrix, MatrixEquation, Paragraph
from pellucid.explain.neuron import add_activation, weighted_terms
from pellucid.explain.raw_inputs import add_main_input, show_inputs
from pellucid.explain.subject import Subject
from pellucid.expression import Number, add
from pellucid.maths import Network
from pellucid.model import Model

FIRST, LAST = 3, 2
"""A matrix with more rows or columns than these and one more shows so many of its first and last."""


def layer(network: Network | Model, x: Any, *, layer: int, top: int = DEFAULT_TOP) -> Derivation:
    """The derivation of a layer's activations, in matrix form and neuron by neuron; `.value` is that of the last shown.

    *Formula*: z⁽ˡ⁾ = W⁽ˡ⁾ a⁽ˡ⁻¹⁾ + b⁽ˡ⁾; a⁽ˡ⁾ = f(z⁽ˡ⁾). Before them, for a model, a⁽¹⁾ = (x − shift) · scale
    of the largest input.

    Parameters:
        network: a Network with an input vector x, or a Model with a raw input.
        x: shape (n_features,), or a raw example of the model's shape.
        layer: from 2 (layer 1 is the input).
        top: so many neurons are shown one by one, those with the largest activations, and so many terms of their sums;
            half as many neurons where the sums are longer.

    Raises:
        InvalidValueError: a layer that the network has not, or an input that does not fit.
    """
    subject = Subject.of(network, x)
    subject.require_layer(layer)
    steps = Steps(top)
    add_main_input(steps, subject, layer)
    show_matrices(steps, subject, layer)
    values = subject.trace.activations[layer - 1]
    n_in, n_out = subject.network.sizes[layer - 2 : layer]
    is_long = n_in - top > 1
    shown = (positions_shown(values, max(1, top // 2) if is_long else top) + 1).tolist()
    left = np.delete(values, [k - 1 for k in shown])
    if len(left):
        which = f"{len(shown)} neurons" if len(shown) > 1 else "neuron"
        follow = "activations by magnitude follow one by one" if len(shown) > 1 else "activation by magnitude follows"
        said = f"The {which} with the largest {follow}. The other {len(left):,} hold values from "
        steps.show(Paragraph((said, float(left.min()), " to ", float(left.max()), ".")))
    function = subject.network.layers[layer - 2].activation
    if function.is_elementwise:
        for k in shown:
            add_activation(steps, subject, layer, k, add_pre_activation(steps, subject, layer, k))
    else:
        leaves = [add_pre_activation(steps, subject, layer, k) for k in shown]
        for k, z in zip(shown, leaves, strict=True):
            add_activation(steps, subject, layer, k, z)
    show_inputs(steps, subject, layer)
    return steps.conclude(f"Layer {layer} ({function.name}, {n_in:,} inputs, {n_out:,} neurons)")


def add_pre_activation(steps: Steps, subject: Subject, layer: int, neuron: int) -> Number:
    """Adds z of one neuron as one sum, its bias being the last term, and returns its leaf."""
    terms = weighted_terms(steps, subject, layer, neuron)
    shown, note = steps.shorten(terms)
    name = f"neuron {neuron}, pre-activation: the weighted sum plus the bias"
    return steps.add(name, subject.variable("z", layer, neuron), add([*shown, subject.bias(layer, neuron)]), note)


def show_matrices(steps: Steps, subject: Subject, layer: int) -> None:
    """Shows z = W a + b and a = f(z) as matrices."""
    n_in, n_out = subject.network.sizes[layer - 2 : layer]
    rows, columns = places(n_out), places(n_in)

    def column(of: Callable[[int, int], Number], of_layer: int, numbers: list[int | None]) -> Matrix:
        return Matrix(tuple((None if k is None else of(of_layer, k),) for k in numbers))

    weights = Matrix(
        tuple(tuple(None if m is None or p is None else subject.weight(layer, m, p) for p in columns) for m in rows)
    )
    z, a = column(subject.pre_activation, layer, rows), column(subject.activation, layer, rows)
    before, biases = column(subject.activation, layer - 1, columns), column(subject.bias, layer, rows)
    function, of = subject.network.layers[layer - 2].activation, subject.variable
    shared = "of each" if function.is_elementwise else "of all together"
    steps.show(
        MatrixEquation(
            f"all {n_out:,} pre-activations at once" if n_out > 1 else "the pre-activation",
            (of("z", layer), "=", of("W", layer), of("a", layer - 1), "+", of("b", layer)),
            (z, "=", weights, before, "+", biases),
            " ".join(
                [
                    f"W has {n_out:,} rows, one for each neuron, and {n_in:,} columns, one for each input.",
                    *left_out("rows", "neurons", rows, n_out),
                    *left_out("columns", "inputs", columns, n_in),
                ]
            ),
        )
    )
    steps.show(
        MatrixEquation(
            f"the activation, {function.name}, {shared}",
            (of("a", layer), "=", function.name, of("z", layer)),
            (a, "=", function.name, z),
            " ".join(left_out("rows", "neurons", rows, n_out)),
        )
    )


def places(size: int) -> list[int | None]:
    """Which rows or columns are shown, from 1; None stands for those left out."""
    if size <= FIRST + LAST + 1:
        return list(range(1, size + 1))
    return [*range(1, FIRST + 1), None, *range(size - LAST + 1, size + 1)]


def left_out(lines: str, what: str, shown: list[int | None], size: int) -> list[str]:
    """The sentence, if one is needed, that says which rows or columns are left out."""
    if None not in shown:
        return []
    return [f"The {lines} of {what} {FIRST + 1} to {size - LAST} are left out."]
