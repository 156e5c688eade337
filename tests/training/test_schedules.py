"""The learning rate's way from epoch to epoch."""

import math
import re

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import InvalidValueError, UnknownNameError
from pellucid.training.schedules import SCHEDULES, read_schedule

DATA = pl.Dataset.from_arrays(
    np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32), np.arange(40) % 2, validation=0, test=0
)


def trained(**choices):
    network = pl.Network.random([3, 4, 2], seed=0)
    return pl.train(network, DATA, optimizer=pl.SGD(0.2), batch_size=8, seed=1, **choices)


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_begins_with_the_optimizers_own_rate(name: str):
    assert read_schedule(name).rates(0.2, range(1), 10, 5, []).tolist() == [0.2]


def test_each_schedule_is_its_formula():
    def rates(text: str, *costs: float) -> list[float]:
        """After 0, half, one and two and a half epochs of two steps each, of five."""
        return read_schedule(text).rates(0.2, range(6), 2, 5, costs)[[0, 1, 2, 5]].tolist()

    assert rates("constant") == [0.2] * 4
    assert rates("step:every=2,factor=0.5") == [0.2, 0.2, 0.2, 0.1]
    assert rates("exponential:factor=0.25") == pytest.approx([0.2, 0.1, 0.05, 0.2 * 0.25**2.5])
    assert rates("inverse-scaling:power=2") == pytest.approx([0.2, 0.2 / 2.25, 0.05, 0.2 / 12.25])
    assert rates("cosine") == pytest.approx([0.1 * (1 + math.cos(math.pi * e / 5)) for e in (0, 0.5, 1, 2.5)])
    # One epoch of warm-up, two steps: half of the rate, all of it; then the cosine over the four epochs that are left.
    assert rates("cosine:warmup=1") == pytest.approx([0.1, 0.2, 0.2, 0.1 * (1 + math.cos(math.pi * 1.5 / 4))])
    assert rates("plateau:patience=2,factor=0.5", 1.0, 0.9, 0.9, 0.9) == [0.1] * 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("step:every=0", "schedule: every of step must be from 1 to below 1e+06, got 0"),
        ("step:factor=nan", "schedule: step:NAME=NUMBER,… with names of warmup, every, factor is required, got"),
        ("cosine:every=3", "schedule: cosine:NAME=NUMBER,… with names of warmup is required, got 'cosine:every=3'"),
        ("cosine:warmup=1,warmup=2", "schedule: cosine:NAME=NUMBER"),
        ("cosine:", None),
    ],
)
def test_what_is_no_schedule_is_refused(text: str, message: str | None):
    if message is None:
        assert str(read_schedule(text)) == "cosine"
        return
    with pytest.raises(InvalidValueError, match=re.escape(message)):
        read_schedule(text)


def test_the_history_tells_each_epochs_last_rate():
    rates = [record.learning_rate for record in trained(epochs=4, schedule="cosine").history]
    assert rates == pytest.approx([0.1 * (1 + math.cos(math.pi * (k + 0.8) / 4)) for k in range(4)])


def test_a_plateau_lessens_the_rate_of_a_run():
    result = trained(epochs=6, schedule="plateau:patience=1,factor=0.5,gain=0.9")  # no epoch gains 90 %
    rates = [record.learning_rate for record in result.history]
    assert rates == [0.2, 0.2, 0.1, 0.05, 0.025, 0.0125]


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
