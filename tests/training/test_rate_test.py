"""The learning-rate range test: what it meets, where it ends, and what it suggests."""

import numpy as np
import pytest

from pellucid.data import Dataset, expected_outputs
from pellucid.errors import InvalidValueError
from pellucid.maths import SGD, Adam, Network, backward, example_costs, find_cost
from pellucid.training import find_rate
from pellucid.training.rate_test import Smoothing, read_off


def classifier(dtype: type[np.floating] = np.float64) -> Network:
    return Network.random([5, 8, 3], activation="tanh", output="softmax", seed=1, dtype=dtype)


def test_each_step_is_a_step_of_gradient_descent_at_its_own_rate(blobs: Dataset):
    """By hand in NumPy: the order of `train`, the rates rising by the same factor."""
    start = classifier()
    test = find_rate(
        start,
        blobs,
        cost="cross-entropy",
        optimizer=SGD(9.0),
        batch_size=10,
        seed=3,
        lowest=1e-3,
        highest=1.0,
        n_steps=20,
    )
    np.testing.assert_allclose(test.rates[1:] / test.rates[:-1], 1000 ** (1 / 19))
    rows, cost = np.random.default_rng([3, 1]).permutation(blobs.train.n_samples), find_cost("cross-entropy")
    network = start
    batches = np.split(rows, range(10, len(rows), 10))
    second = np.random.default_rng([3, 2]).permutation(blobs.train.n_samples)
    batches += np.split(second, range(10, len(second), 10))
    for number, batch in enumerate(batches[: len(test.costs)]):
        x = blobs.train.inputs[batch].astype(np.float64)
        expected = np.asarray(expected_outputs(blobs.train.labels[batch], 3), np.float64)
        trace = network.forward(x)
        known = example_costs(cost, trace.pre_activations[-1], trace.activations[-1], expected).mean()
        assert test.costs[number] == pytest.approx(known, rel=1e-6)
        slopes, rate = backward(network, trace, expected, cost), test.rates[number]
        network = network.with_parameters(
            tuple(
                type(layer)(layer.weights - rate * w, layer.biases - rate * b)
                for layer, w, b in zip(network.parameters, slopes.weights, slopes.biases, strict=True)
            )
        )
    assert len(test.costs) == 20
    assert test.stopped_because == "all steps made"


def test_the_suggestion_trains_well_and_is_well_below_the_rate_that_diverges(blobs: Dataset):
    from pellucid.training import train

    choices = {"cost": "half-squared-error", "batch_size": 10}
    start = Network.random([5, 16, 3], activation="relu", output="identity", seed=1)
    test = find_rate(start, blobs, **choices)
    assert test.stopped_because in ("the cost rose to 4 times its least", "the cost was no longer finite")
    assert len(test.costs) < 400
    assert test.suggestion == pytest.approx(test.least_at / 10, rel=0.05)
    result = train(start, blobs, optimizer=SGD(test.suggestion), epochs=20, **choices)
    assert result.history[-1].validation_accuracy > 0.8


def test_the_optimizers_own_rate_and_the_network_are_left_alone(blobs: Dataset):
    start = classifier(np.float32)
    before = start.layers[0].weights.copy()
    first, second = (find_rate(start, blobs, cost="cross-entropy", optimizer=Adam(r), n_steps=50) for r in (1.0, 1e-9))
    np.testing.assert_array_equal(first.costs, second.costs)
    np.testing.assert_array_equal(start.layers[0].weights, before)


def test_the_average_is_that_of_the_formula():
    costs = [3.0, 1.0, 2.0, 5.0]
    smoothing = Smoothing(4)
    for n in range(1, 5):
        powers = 0.75 ** np.arange(n)
        assert smoothing.of(costs[n - 1]) == pytest.approx((powers * costs[:n][::-1]).sum() / powers.sum())


def test_where_no_rate_teaches_anything_nothing_is_suggested():
    rates, flat = np.geomspace(1e-3, 1, 50), np.full(50, 2.0)
    found = read_off(rates, flat, flat, "all steps made", 5)
    assert found.suggestion is None
    assert found.rule.startswith("At no rate did the smoothed cost fall")
    falling = np.concatenate([np.linspace(2, 1, 40), np.linspace(1, 3, 10)])
    assert read_off(rates, falling, falling, "", 5).least_at == rates[39]


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"lowest": 0.0}, "lowest, highest: 0 < lowest < highest is required, got 0 and 100"),
        ({"lowest": 1.0, "highest": 0.1}, "lowest, highest: 0 < lowest < highest is required, got 1 and 0.1"),
        ({"highest": float("nan")}, "lowest, highest: 0 < lowest < highest is required, got 1e-06 and nan"),
        ({"n_steps": 10}, "n_steps: a whole number from 20 to 10,000 is required, got 10"),
        ({"batch_size": 0}, "batch_size: must be a whole number above 0 or 'full', got 0"),
    ],
)
def test_what_cannot_be_is_refused(blobs: Dataset, choices: dict, message: str):
    with pytest.raises(InvalidValueError) as error:
        find_rate(classifier(), blobs, **({"cost": "cross-entropy"} | choices))
    assert str(error.value) == message


def test_a_first_cost_that_is_not_finite_is_told(blobs: Dataset):
    huge = Network.random([5, 8, 3], activation="relu", output="identity", seed=1)
    huge = huge.with_parameters(tuple(layer._replace(weights=layer.weights * 1e30) for layer in huge.parameters))
    with pytest.raises(InvalidValueError, match=r"^network: a finite cost before the first step is required"):
        find_rate(huge, blobs, cost="squared-error")
