"""Examples that count more or less than once: the correction is that of training's own weighted step."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pellucid.errors import InvalidValueError
from pellucid.explain.correction.update import update
from pellucid.maths import L2, SGD, Adam, Optimizer, Penalty, find_cost
from pellucid.maths.backward import Gradients
from pellucid.training.step import LearningRule, start, step, weighted_gradients

COST = "cross-entropy"
WEIGHTS = np.array([0.25, 3.5, 1.0, 0.0, 2.0])
SIZES = [5, 4, 3]


def rule_of(optimizer: Optimizer, penalty: Penalty | None) -> LearningRule:
    return LearningRule(find_cost(COST), optimizer, penalty)


def slopes_of(truth: Any, rule: LearningRule, weights: np.ndarray) -> Gradients:
    """The derivatives of what training makes small, as its own code finds them."""
    batch = replace(truth, inputs=np.atleast_2d(truth.inputs), targets=np.atleast_2d(truth.targets))
    found = weighted_gradients(batch.network, batch.trace, batch.targets, rule.cost, np.atleast_1d(weights))
    if rule.penalty is None:
        return found
    layers = zip(found.weights, truth.network.layers, strict=True)
    return found._replace(weights=tuple(slope + rule.penalty.gradient(layer.weights) for slope, layer in layers))


@pytest.mark.parametrize("penalty", [None, L2(0.05)], ids=str)
@pytest.mark.parametrize("optimizer", [SGD(0.3), Adam(0.02)], ids=str)
@pytest.mark.parametrize("weights", [WEIGHTS, np.float64(3.5)], ids=["batch", "one"])
def test_it_is_training_s_own_weighted_step(
    weights: Any, optimizer: Optimizer, penalty: Penalty | None, make_truth: Callable, check: Callable
):
    rule = rule_of(optimizer, penalty)
    truth = make_truth("tanh", COST, "softmax", SIZES, 3, len(WEIGHTS) if weights.ndim else None)
    state = start(truth.network.parameters, rule)
    batch = np.atleast_2d(truth.inputs), np.atleast_2d(truth.targets)
    new, *_ = step(truth.network, rule, state, *batch, optimizer.learning_rate, np.atleast_1d(weights))
    after = replace(truth, network=truth.network.with_parameters(new.parameters))
    slopes = slopes_of(truth, rule, weights)

    def derivative(truth: Any, ref: Any) -> float:
        place = tuple(number - 1 for number in ref.numbers)
        return (slopes.weights if len(place) == 2 else slopes.biases)[ref.layer - 2][place]

    def change(truth: Any, ref: Any) -> float:
        place = tuple(number - 1 for number in ref.numbers)
        kind = "weights" if len(place) == 2 else "biases"
        return (getattr(new.parameters[ref.layer - 2], kind) - getattr(state.parameters[ref.layer - 2], kind))[place]

    look_ups = {
        "u": lambda truth, ref: np.atleast_1d(weights)[ref.example or 0],
        "r": lambda truth, ref: optimizer.learning_rate,
        "t": lambda truth, ref: 1,
        **dict.fromkeys(("m", "s"), lambda truth, ref: 0.0),
        **dict.fromkeys(("dw", "db"), derivative),
        **dict.fromkeys(("cw", "cb"), change),
    }
    for layer, neuron, source in ((2, 3, 5), (3, 2, None), (3, 1, 4)):
        derivation = update(
            *(truth.network, truth.inputs, truth.targets),
            cost=COST,
            layer=layer,
            neuron=neuron,
            source=source,
            optimizer=optimizer,
            penalty=penalty,
            example_weights=weights,
            top=4,
        )
        held = new.parameters[layer - 2]
        known = held.biases[neuron - 1] if source is None else held.weights[neuron - 1, source - 1]
        assert derivation.value == pytest.approx(float(known), rel=1e-12)
        check(derivation, truth, 5, after=after, look_ups=look_ups)
        values = {each.symbol.text: each.value for each in derivation.steps}
        letter = "C" if penalty is None and weights.ndim else "J"
        for mark, of in (("", truth), ("′", after)):
            a = np.atleast_2d(of.trace.activations[-1])
            costs = np.atleast_1d(weights) * -(batch[1] * np.log(a)).sum(axis=1)
            squares = sum(float((each.weights**2).sum()) for each in of.network.layers)
            known = costs.mean() + (0.0 if penalty is None else 0.025 * squares)
            assert values[f"{letter}{mark}"] == pytest.approx(known, rel=1e-12)


def test_a_weight_of_1_changes_nothing_and_is_shown(make_truth: Callable):
    truth = make_truth("tanh", COST, "softmax", SIZES, 3)
    choices = {"cost": COST, "layer": 2, "neuron": 1, "source": 1, "optimizer": SGD(0.1)}
    plain, once = (
        update(truth.network, truth.inputs, truth.targets, example_weights=weight, **choices) for weight in (None, 1)
    )
    assert plain.value == once.value
    assert "weight u" not in plain.to_text()
    assert "The example's cost counts times its weight u." in once.to_text()
    assert {term["ref"] for each in once.to_dict()["steps"] for term in each["terms"]} >= {"u"}


@pytest.mark.parametrize("weights", [[1.0, 2.0], 2.0, [1, 1, 1, 1, -1], [1, 1, 1, 1, np.nan], ["a"] * 5])
def test_weights_that_do_not_fit_the_examples_are_refused(weights: Any, make_truth: Callable):
    truth = make_truth("tanh", COST, "softmax", SIZES, 3, 5)
    with pytest.raises(InvalidValueError, match=r"^example_weights: "):
        update(
            *(truth.network, truth.inputs, truth.targets),
            cost=COST, layer=2, neuron=1, source=1, optimizer=SGD(0.1), example_weights=weights,
        )  # fmt: skip
