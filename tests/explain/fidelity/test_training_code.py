"""What is shown is what the training code computes: every number is, to the last bit, what its ref names."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid as pl
from pellucid.explain.batch import label
from pellucid.explain.cost import add_cost
from pellucid.explain.derivation import Steps
from pellucid.maths import ACTIVATIONS, COSTS, example_costs


def outputs_for(cost: str) -> list[str]:
    """The output activations that a cost fits."""
    required = COSTS[cost].output
    return [required] if required else list(ACTIVATIONS)


def cost_by_hand(truth) -> float:
    """The mean cost, from the outputs alone."""
    a, e = truth.trace.activations[-1], truth.targets
    distance = np.abs(a - e)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = {
            "squared-error": lambda: distance**2,
            "half-squared-error": lambda: distance**2 / 2,
            "cross-entropy": lambda: -e * np.log(a),
            "binary-cross-entropy": lambda: -e * np.log(a) - (1 - e) * np.log(1 - a),
            "absolute-error": lambda: distance,
            "huber": lambda: np.where(distance <= 1, distance**2 / 2, distance - 0.5),
        }[truth.cost]()
    return float(np.mean(terms.sum(axis=-1)))


@settings(max_examples=40)
@given(
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    cost=st.sampled_from(sorted(COSTS)),
    hidden=st.lists(st.integers(1, 60), max_size=3),
    widen=st.sampled_from([1, 1, 1, 13]),
    seed=st.integers(0, 10**6),
    digits=st.integers(1, 17),
    top=st.integers(1, 12),
    n_samples=st.none() | st.integers(1, 12),
    data=st.data(),
)
def test_any_weight_of_any_network_is_explained_truly(
    activation, cost, hidden, widen, seed, digits, top, n_samples, data, make_truth, check
):
    output = data.draw(st.sampled_from(outputs_for(cost)))
    sizes = [widen * data.draw(st.integers(1, 61)), *(widen * size for size in hidden), data.draw(st.integers(1, 12))]
    truth = make_truth(activation, cost, output, sizes, seed, n_samples)
    layer = data.draw(st.integers(2, len(sizes)))
    neuron = data.draw(st.integers(1, sizes[layer - 1]))
    source = data.draw(st.none() | st.integers(1, sizes[layer - 2]))
    net, x, expected = truth.network, truth.inputs, truth.targets
    place = {"layer": layer, "neuron": neuron}
    explained = pl.explain.gradient(net, x, expected, cost=cost, source=source, top=top, **place)
    check(explained, truth, digits)
    index = (neuron - 1,) if source is None else (neuron - 1, source - 1)
    tensors = truth.gradients.biases if source is None else truth.gradients.weights
    assert explained.value == pytest.approx(tensors[layer - 2][index], rel=1e-9, abs=1e-13)
    check(pl.explain.cost(net, x, expected, cost=cost, top=top), truth, digits)
    if n_samples is None:
        check(pl.explain.neuron(net, x, top=top, **place), truth, digits)
        check(pl.explain.layer(net, x, layer=layer, top=top), truth, digits)


def test_a_whole_gradient_of_a_batch_is_the_mean_that_backpropagation_gives(make_truth: Callable):
    truth = make_truth("tanh", "cross-entropy", "softmax", [3, 4, 2], 5, 7)
    weights = [
        [
            pl.explain.gradient(
                truth.network, truth.inputs, truth.targets, cost=truth.cost, layer=2, neuron=m, source=p, top=3
            ).value
            for p in (1, 2, 3)
        ]
        for m in (1, 2, 3, 4)
    ]
    np.testing.assert_allclose(weights, truth.gradients.weights[0], rtol=1e-12, atol=1e-17)


def test_corrected_networks_are_told_apart_by_a_mark(make_truth: Callable, check: Callable):
    for n_samples in (None, 3):
        truth = make_truth("sigmoid", "squared-error", "sigmoid", [3, 4, 2], 1, n_samples)
        other = make_truth("sigmoid", "squared-error", "sigmoid", [3, 4, 2], 2).network
        after = replace(truth, network=other)
        labelled = label(truth.network, truth.inputs, truth.targets, truth.cost)
        steps = Steps(8)
        add_cost(steps, labelled, "cost before")
        add_cost(steps, labelled.through(other), "cost after")
        derivation = steps.conclude("Before and after")
        check(derivation, truth, 4, after=after)
        refs = {term["ref"] for step in derivation.to_dict()["steps"] for term in step["terms"]}
        suffix = "" if n_samples is None else "@0"
        assert {f"a3:1{suffix}", f"a'3:1{suffix}", f"e:1{suffix}"} <= refs
        assert derivation.value == pytest.approx(cost_by_hand(after), rel=1e-12)
        assert derivation.steps[-1].symbol.text == "C′"
        assert labelled.through(other).mean_cost == pytest.approx(cost_by_hand(after), rel=1e-12)


def test_an_output_that_looks_like_the_expected_one_still_has_a_slope(read_formula: Callable[[str], float]):
    net = pl.Network([pl.Layer([[1.0]], [0.0], "identity")])
    choices = {"cost": "absolute-error", "layer": 2, "neuron": 1, "source": 1}
    derivation = pl.explain.gradient(net, [0.50001], [0.5], **choices)
    assert derivation.value == pytest.approx(0.50001)
    for step in derivation.to_dict(2)["steps"]:
        assert np.isfinite(step["tolerance"])
        assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"]
    assert pl.explain.gradient(net, [0.5], [0.5], **choices).value == 0


def test_more_digits_make_the_tolerance_as_small_as_one_likes():
    net = pl.Network.random([20, 5, 3], activation="tanh", seed=4)
    derivation = pl.explain.neuron(net, np.linspace(-1, 1, 20), layer=3, neuron=1)
    bounds = [derivation.to_dict(digits)["steps"][-1]["tolerance"] for digits in (2, 4, 8, 12)]
    assert bounds[0] > 30 * bounds[1] > 900 * bounds[2]
    assert bounds[3] < 1e-11


@pytest.mark.parametrize(("output", "cost"), [("sigmoid", "half-squared-error"), ("softmax", "cross-entropy")])
def test_a_trained_model_is_explained_as_its_float32_computes_it_to_its_rounding(
    output: str, cost: str, make_truth: Callable, check: Callable
):
    data = pl.load_data("digits")
    net = pl.Network.random([64, 16, 10], activation="sigmoid", output=output, seed=0)
    result = pl.train(net, data, cost=cost, optimizer=pl.SGD(1.0), batch_size=10, epochs=2)
    trained, model = result.network, result.model
    raw, expected = data.test.raw[:6], data.test.expected[:6]
    inputs = raw.reshape(6, 64) / 16.0
    truth = replace(
        make_truth("sigmoid", cost, output, [64, 16, 10], 0),
        network=trained.astype(np.float64),
        inputs=inputs,
        targets=expected.astype(np.float64),
        raw=raw.reshape(6, 64).astype(np.float64),
    )
    first = replace(truth, inputs=truth.inputs[0], targets=truth.targets[0], raw=truth.raw[0])
    explained = pl.explain.neuron(model, raw[0], layer=3, neuron=4)
    check(explained, first, 4)
    assert explained.value == pytest.approx(float(trained(data.test.inputs[:6])[0, 3]), abs=1e-6)
    assert explained.value == pl.explain.neuron(trained, inputs[0], layer=3, neuron=4).value
    check(pl.explain.layer(model, raw[0], layer=2, top=3), first, 4)
    trace = trained.forward(data.test.inputs[:6])
    of_float32 = pl.backward(trained, trace, expected, cost)
    for layer, neuron, source in ((2, 3, 20), (2, 3, None), (3, 2, 5)):
        place = {"layer": layer, "neuron": neuron, "source": source, "cost": cost}
        explained = pl.explain.gradient(model, raw, expected, **place)
        check(explained, truth, 4)
        index = (neuron - 1,) if source is None else (neuron - 1, source - 1)
        tensors = of_float32.biases if source is None else of_float32.weights
        assert explained.value == pytest.approx(float(tensors[layer - 2][index]), rel=1e-4, abs=1e-7)
        check(pl.explain.gradient(model, raw[0], expected[0], **place), first, 4)
    explained = pl.explain.cost(model, raw, expected, cost=cost, top=3)
    check(explained, truth, 4)
    in_float32 = example_costs(COSTS[cost], trace.pre_activations[-1], trace.activations[-1], expected)
    assert explained.value == pytest.approx(float(in_float32.mean()), rel=1e-5)
