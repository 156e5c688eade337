"""Saturated and dead neurons, in networks whose pre-activations are known by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from pellucid.data import Dataset
from pellucid.diagnosis.case import Case
from pellucid.diagnosis.neurons import find_dead, find_saturated
from pellucid.maths import Layer, Network

SIX = np.zeros((10, 6))


def network(biases: list[float], activation: str, output: str = "softmax", out_bias: float = 0.0) -> Network:
    """Ten hidden neurons that see no input but their bias."""
    hidden = Layer(SIX, biases, activation)
    return Network([hidden, Layer(np.zeros((2, 10)), [out_bias, out_bias], output)])


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_a_layer_is_saturated_from_half_of_its_neurons_on(activation: str, case_with: Callable[..., Case]):
    # |z| = 6 is flat for both; f'(6) is 0.0025 of 0.25, and 2e-5 of 1.
    half = [6.0, -6.0, 6.0, -6.0, 6.0, 0.0, 1.0, -1.0, 0.5, 0.2]
    (finding,) = find_saturated(case_with(network(half, activation)))
    assert (finding.numbers["layer"], finding.numbers["saturated"], finding.numbers["neurons"]) == (2, 5, 10)
    assert finding.evidence.startswith("Layer 2: 5 neurons of 10 (50%) are saturated")
    assert not list(find_saturated(case_with(network([*half[1:], 0.0], activation))))


def test_the_edge_of_flatness_is_where_the_slope_is_a_twentieth(case_with: Callable[..., Case]):
    # sigmoid'(z) = 0.05 * 0.25 at z = 4.357: a little below it is not flat, a little above it is.
    assert not list(find_saturated(case_with(network([4.34] * 10, "sigmoid"))))
    assert list(find_saturated(case_with(network([4.38] * 10, "sigmoid"))))


def test_outputs_that_are_held_at_0_for_their_own_class_are_named(case_with: Callable[..., Case]):
    held = case_with(network([0.0] * 10, "tanh", "sigmoid", out_bias=-8.0), "half-squared-error")
    (finding,) = find_saturated(held)
    assert finding.numbers["layer"] == 3
    assert finding.numbers["classes"] == ["0", "1"]
    assert finding.numbers["outputs"] == [1, 2]
    assert sum(finding.numbers["examples"]) == 390
    assert finding.numbers["answered"] == [finding.numbers["examples"][0], 0]  # of equal outputs the first is named
    assert finding.numbers["slope"] == pytest.approx(1 / (2 + np.exp(8) + np.exp(-8)))
    assert f"3:2 ('1': 0 of {finding.numbers['examples'][1]} training examples are answered so)" in finding.evidence
    assert "half-squared-error" in finding.evidence
    assert finding.picture().get_axes()
    undecided = case_with(network([0.0] * 10, "tanh", "sigmoid", out_bias=-1.0), "half-squared-error")
    assert not list(find_saturated(undecided))
    # Binary cross-entropy has no f' in its delta: nothing is held fast.
    cancels = case_with(network([0.0] * 10, "tanh", "softmax"), "cross-entropy")
    assert not list(find_saturated(cancels))


@pytest.mark.parametrize("activation", ["relu", "gelu", "silu", "elu"])
def test_neurons_that_no_example_reaches_are_dead(activation: str, case_with: Callable[..., Case]):
    (finding,) = find_dead(case_with(network([-50.0] * 4 + [1.0] * 6, activation)))
    assert (finding.numbers["dead"], finding.numbers["neurons"], finding.numbers["examples"]) == (4, 10, 390)
    assert not list(find_dead(case_with(network([-50.0] * 2 + [1.0] * 8, activation))))


def test_leaky_relu_cannot_die(case_with: Callable[..., Case]):
    assert not list(find_dead(case_with(network([-50.0] * 10, "leaky-relu"))))


def test_a_neuron_that_one_unsampled_example_reaches_is_not_dead(case_with: Callable[..., Case]):
    x = np.zeros((4_000, 6), np.float32)
    x[1_733] = 1.0  # not among the 2,000 that are evenly spread
    labels = np.arange(4_000) % 2
    data = Dataset.from_arrays(x + np.arange(4_000)[:, None] * np.float32(1e-6), labels, validation=0, test=0)
    sampled = case_with(network([0.0] * 10, "tanh"), data=data).train
    assert sampled is not None
    reached = np.flatnonzero(data.train.inputs[:, 0] > 0.5)
    assert not np.isin(reached, sampled.rows).any()
    neurons = Layer(np.ones((10, 6)), np.full(10, -3.0), "relu")
    alive = Network([neurons, Layer(np.zeros((2, 10)), np.zeros(2), "softmax")])
    assert not list(find_dead(case_with(alive, data=data)))
