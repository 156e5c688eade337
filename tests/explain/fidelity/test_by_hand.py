"""All that is explained of a network, against its passes and its training worked out by hand: NumPy and formulas alone.

`check` compares every number with the entry that its ref names, reads every formula, and moves every shown number.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import pellucid as pl
from pellucid.maths import ACTIVATIONS, COSTS, find_cost
from pellucid.training.step import LearningRule, start, step

HIDDEN = (5, 4, 3)


def close(value: float) -> Any:
    return pytest.approx(float(value), rel=1e-9, abs=1e-14)


def output_for(cost: str, number: int) -> str:
    return COSTS[cost].output or list(ACTIVATIONS)[number % len(ACTIVATIONS)]


def corrected_by_training(reference: Any, optimizer: Any, penalty: Any, n_steps: int) -> tuple[Any, Any]:
    """Where the training code stands after some steps on the very examples, and after one more."""
    rule = LearningRule(find_cost(reference.cost), optimizer, penalty)
    state, batch = start(reference.network.parameters, rule), np.atleast_2d(reference.inputs, reference.targets)
    states = [state]
    for _ in range(n_steps + 1):
        state, *_ = step(reference.network, rule, state, *batch, optimizer.learning_rate)
        states.append(state)
    return states[-2], states[-1]


def place_of(network: pl.Network, number: int) -> tuple[int, int, int | None]:
    """One parameter: in turn a weight or a bias, into one layer after the other."""
    layer = 2 + number // 2 % (len(network.sizes) - 1)
    return (layer, 1, None) if number % 2 else (layer, network.sizes[layer - 1], network.sizes[layer - 2])


def entry_of(weights: Any, biases: Any, place: tuple[int, int, int | None]) -> float:
    layer, neuron, source = place
    of_layer = biases[layer - 2] if source is None else weights[layer - 2][:, source - 1]
    return float(of_layer[neuron - 1])


def check_passes(reference: Any, check: Callable, number: int, digits: int, top: int) -> None:
    """One example or a batch: neurons, layers, decision, cost and gradients; also against the training code."""
    network, x, expected, cost = reference.network, reference.inputs, reference.targets, reference.cost
    trace = network.forward(x)
    of_training = pl.backward(network, trace, expected, cost)
    layer, neuron, _ = place_of(network, number)
    if x.ndim == 1:
        explained = pl.explain.neuron(network, x, layer=layer, neuron=neuron, top=top)
        check(explained, reference, digits)
        assert explained.value == close(reference.trace.activations[layer - 1][neuron - 1])
        assert explained.value == pytest.approx(trace.activations[layer - 1][neuron - 1], rel=1e-13, abs=1e-15)
        check(pl.explain.layer(network, x, layer=layer, top=top), reference, digits)
        check(pl.explain.activation_of(network, x, layer=layer, neuron=neuron), reference, digits)
    if x.ndim == 1 and len(expected) > 1:
        explained = pl.explain.decision(network, x, top=top)
        check(explained, reference, digits, look_ups=reference.look_ups)
        assert explained.value == close(reference.margin_weights() @ reference.trace.pre_activations[-1])
    explained = pl.explain.cost(network, x, expected, cost=cost, top=top)
    check(explained, reference, digits)
    assert explained.value == close(reference.mean_cost)
    for place in (place_of(network, number + k) for k in range(2)):
        of_place = dict(zip(("layer", "neuron", "source"), place, strict=True))
        explained = pl.explain.gradient(network, x, expected, cost=cost, top=top, **of_place)
        check(explained, reference, digits, look_ups=reference.look_ups)
        assert explained.value == close(entry_of(reference.gradients.weights, reference.gradients.biases, place))
        assert explained.value == pytest.approx(
            entry_of(of_training.weights, of_training.biases, place), rel=1e-12, abs=1e-15
        )


def check_update(
    reference: Any,
    check: Callable,
    hand: SimpleNamespace,
    rule: tuple[Any, Any],
    number: int,
    n_steps: int,
    *,
    in_full: bool = True,
) -> None:
    """One parameter after the step that follows on `n_steps`, and the costs before and after the step."""
    optimizer, penalty = rule
    training = hand.Training(reference.network, optimizer, penalty)
    for _ in range(n_steps):
        training.step(*np.atleast_2d(reference.inputs, reference.targets), reference.cost)
    held, corrected = corrected_by_training(reference, optimizer, penalty, n_steps)
    for known, parameters in zip(training.network.parameters, held.parameters, strict=True):
        np.testing.assert_allclose(parameters.weights, known.weights, rtol=1e-8, atol=1e-13)
        np.testing.assert_allclose(parameters.biases, known.biases, rtol=1e-8, atol=1e-13)
    examples = reference.inputs, reference.targets, reference.cost
    training.network = reference.network.with_parameters(held.parameters)
    before = hand.Reference(training.network, *examples)
    look_ups = before.look_ups | hand.look_ups_of_step(training, before)
    after = hand.Reference(training.network, *examples)
    place = place_of(reference.network, number)
    explained = pl.explain.update(
        reference.network,
        *examples[:2],
        cost=reference.cost,
        layer=place[0],
        neuron=place[1],
        source=place[2],
        optimizer=optimizer,
        penalty=penalty,
        state=held if n_steps else None,
        top=4,
    )
    if in_full:
        check(explained, before, 5, after=after, look_ups=look_ups)
    for parameters, rounding in ((training.network.parameters, 1e-9), (corrected.parameters, 1e-13)):
        weights, biases = zip(*parameters, strict=True)
        assert explained.value == pytest.approx(entry_of(weights, biases, place), rel=rounding, abs=1e-15)
    values = {each.symbol.text: each.value for each in explained.steps}
    letter = "C" if penalty is None else "J"
    for of, mark in ((before, ""), (after, "′")):
        assert values[letter + mark] == close(of.mean_cost + hand.penalty_value(penalty, of.network))


GRID = list(enumerate(product(ACTIVATIONS, COSTS)))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(("number", "names"), GRID, ids=[f"{activation}-{cost}" for _, (activation, cost) in GRID])
def test_every_activation_with_every_cost_optimizer_and_penalty(
    number: int, names: tuple[str, str], by_hand: Callable, check: Callable, hand: SimpleNamespace
):
    activation, cost = names
    depth = 1 + number % 4
    sizes = [4, *HIDDEN[: depth - 1], 3]
    reference = by_hand(activation, cost, output_for(cost, number), sizes, number, None if number % 3 else 3)
    check_passes(reference, check, number, digits=3 + number % 5, top=2)
    for k, optimizer in enumerate(hand.optimizers):
        rule = optimizer, hand.penalties[(number + k) % 3]
        n_steps = (number + k) // 3 % 3
        # Every new weight and cost, and each number of every third: in this grid an optimizer comes with all others.
        check_update(reference, check, hand, rule, number + k, n_steps, in_full=(number // 6 + k) % 3 == 0)


@settings(max_examples=8, phases=[Phase.generate])
@given(
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    cost=st.sampled_from(sorted(COSTS)),
    hidden=st.lists(st.integers(1, 800), max_size=3),
    ends=st.tuples(st.integers(1, 800), st.integers(1, 12)),
    number=st.integers(0, 10**4),
    digits=st.integers(1, 17),
    n_samples=st.none() | st.integers(1, 5),
)
def test_networks_of_up_to_four_layers_of_up_to_800_neurons(
    activation, cost, hidden, ends, number, digits, n_samples, by_hand, check, hand
):
    sizes = [ends[0], *hidden, ends[1]]
    reference = by_hand(activation, cost, output_for(cost, number), sizes, number, n_samples)
    check_passes(reference, check, number, digits, top=3)
    # A short step: a usual one, of so many weights at once, drives the outputs to 0 and 1, where the factors are lost.
    optimizer = hand.optimizers[number % len(hand.optimizers)]
    rule = replace(optimizer, learning_rate=optimizer.learning_rate / 1000), hand.penalties[number % 3]
    check_update(reference, check, hand, rule, number, n_steps=0)
