"""The learning rate's way from epoch to epoch."""

import math

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import UnknownNameError
from pellucid.training.schedules import SCHEDULES

DATA = pl.Dataset.from_arrays(
    np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32), np.arange(40) % 2, validation=0, test=0
)


def trained(**choices):
    network = pl.Network.random([3, 4, 2], seed=0)
    return pl.train(network, DATA, optimizer=pl.SGD(0.2), batch_size=8, seed=1, **choices)


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_begins_with_the_optimizers_own_rate(name: str):
    assert SCHEDULES[name](0.2, 1, 5) == 0.2


def test_the_history_tells_each_epochs_rate_which_the_cosine_lessens():
    rates = [record.learning_rate for record in trained(epochs=4, schedule="cosine").history]
    assert rates == pytest.approx([0.2 * (1 + math.cos(math.pi * k / 4)) / 2 for k in range(4)])


def test_the_steps_are_made_with_that_rate():
    start = pl.Network.random([3, 4, 2], seed=0)
    result = pl.train(start, DATA, optimizer=pl.SGD(0.2), batch_size="full", epochs=2, schedule="cosine")
    network = start
    for rate in (0.2, 0.1):  # half the rate in the second of two epochs, worked out by hand
        gradients = pl.backward(network, network.forward(DATA.train.inputs), DATA.train.expected)
        network = pl.Network(
            [
                pl.Layer(layer.weights - rate * w, layer.biases - rate * b, layer.activation)
                for layer, w, b in zip(network.layers, gradients.weights, gradients.biases, strict=True)
            ]
        )
    for learnt, known in zip(result.network.layers, network.layers, strict=True):
        assert learnt.weights == pytest.approx(known.weights, abs=1e-6)


def test_an_unknown_schedule_is_named_with_the_nearest():
    with pytest.raises(UnknownNameError, match="schedule: 'cosin' is not known; did you mean 'cosine'"):
        trained(epochs=1, schedule="cosin")
