"""What training comes to: the very numbers of the plain formulas, repeatably, with the best epoch chosen."""

import hashlib
import logging
import math
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from pellucid.data import Dataset, Part, expected_outputs
from pellucid.maths import L1, L2, SGD, Adam, AdamW, Network, RMSProp, backward, example_costs, find_cost
from pellucid.model import save
from pellucid.training import Callback, Progress, TrainingResult, block, feed, train
from pellucid.training.step import LearningRule, start, step


def classifier(seed: int = 1, dtype: type[np.floating] = np.float32) -> Network:
    return Network.random([5, 8, 3], activation="relu", output="softmax", seed=seed, dtype=dtype)


class Telling(Callback):
    """Passes on what it is told of steps."""

    def __init__(self, told: Callable[[Progress], object]) -> None:
        self.told = told

    def steps_done(self, run: Any, progress: Progress) -> None:
        self.told(progress)


def learn(blobs: Dataset, **choices: Any) -> TrainingResult:
    defaults = {"cost": "cross-entropy", "optimizer": SGD(0.1), "batch_size": 10, "epochs": 3, "seed": 5}
    return train(choices.pop("network", classifier()), blobs, **(defaults | choices))


def parameter_bytes(network: Network) -> bytes:
    return b"".join(layer.weights.tobytes() + layer.biases.tobytes() for layer in network.layers)


def without_validation(data: Dataset) -> Dataset:
    return Dataset(data.name, data.train, None, None, data.classes, data.features, data.split)


def test_it_learns_and_keeps_its_argument(blobs: Dataset):
    network = classifier()
    before = parameter_bytes(network)
    result = learn(blobs, network=network, epochs=12)
    assert parameter_bytes(network) == before
    assert result.stopped_because == "all epochs done"
    assert [record.epoch for record in result.history] == list(range(1, 13))
    assert len(result.seconds) == 12
    assert result.history[-1].cost < 0.5 * result.history[0].cost
    assert result.history[-1].validation_accuracy > 0.8
    assert result.model.network is result.network
    assert (result.model.cost, result.model.classes) == ("cross-entropy", ("0", "1", "2"))


def test_the_same_seed_gives_the_same_bytes_and_another_other_ones(blobs: Dataset, tmp_path: Path):
    results = [learn(blobs, seed=seed) for seed in (5, 5, 6)]
    files = [save(result.model, tmp_path / f"{k}.safetensors").read_bytes() for k, result in enumerate(results)]
    assert files[0] == files[1]
    assert results[0].history == results[1].history
    assert parameter_bytes(results[0].network) != parameter_bytes(results[2].network)


FRESH = """
import hashlib, sys
import numpy as np
import pellucid as pl
generator = np.random.default_rng(0)
inputs, labels = generator.normal(0, 1, (90, 4)), generator.integers(0, 2, 90)
data = pl.Dataset.from_arrays(inputs.astype(np.float32), labels)
network = pl.Network.random([4, 5, 2], activation="gelu", output="softmax", seed=3)
result = pl.train(network, data, cost="cross-entropy", optimizer=pl.Adam(0.01), batch_size=7, epochs=3, seed=1)
path = pl.save(result.model, sys.argv[1])
print(hashlib.sha256(path.read_bytes() + repr(result.history).encode()).hexdigest())
"""


@pytest.mark.usefixtures("compiled_anew")
def test_two_fresh_processes_give_the_same_bytes(tmp_path: Path):
    digests = {
        subprocess.check_output([sys.executable, "-c", FRESH, str(tmp_path / f"{k}.safetensors")], text=True)
        for k in range(2)
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == hashlib.sha256().digest_size * 2


def test_where_blocks_end_does_not_change_the_result(blobs: Dataset, monkeypatch: pytest.MonkeyPatch):
    told: list[list[Progress]] = [[], [], []]
    results = [learn(blobs, optimizer=Adam(0.01), callbacks=[Telling(told[0].append)])]
    for listener, seconds in ((told[1].append, 1e-9), (told[2].append, 5e-5)):
        monkeypatch.setattr(block, "BLOCK_SECONDS", seconds)
        results.append(learn(blobs, optimizer=Adam(0.01), callbacks=[Telling(listener)]))
    # 138 examples: 13 mini-batches of 10 and one of 8, whose program is its own. A run's first two blocks are a step
    # long, of which the second is measured.
    # How many steps the 50 µs of the third are good for, at most 4, is measured as it goes.
    assert [len(progress) for progress in told[:2]] == [2 + 3 * 2, 3 * 14]
    assert 3 * 5 <= len(told[2]) <= 3 * 14
    for result in results[1:]:
        assert parameter_bytes(result.network) == parameter_bytes(results[0].network)
        assert result.history == results[0].history
    for progress in told:
        assert all(before.step < after.step for before, after in pairwise(progress) if before.epoch == after.epoch)
        assert all((each.epochs, each.steps) == (3, 14) for each in progress)


@pytest.mark.parametrize(
    ("optimizer", "penalty"),
    [
        (SGD(0.1), None),
        (SGD(0.1, momentum=0.9, nesterov=True), L2(0.02)),
        (RMSProp(0.01), L1(0.01)),
        (Adam(0.01), None),
        (AdamW(0.01, weight_decay=0.1), L2(0.01)),
    ],
    ids=["plain", "nesterov with L2", "rmsprop with L1", "adam", "adamw with L2"],
)
def test_it_does_what_plain_steps_in_numpy_do(blobs: Dataset, monkeypatch: pytest.MonkeyPatch, optimizer, penalty):
    """In float64, over two epochs in the very order of the run, the last mini-batch of 8 included."""
    data = without_validation(as_float64(blobs))
    orders = note_orders(monkeypatch)
    result = learn(data, network=classifier(dtype=np.float64), optimizer=optimizer, penalty=penalty, epochs=2)
    assert [sorted(rows) for rows in orders] == [list(range(138))] * 2
    assert list(orders[0]) != list(orders[1])

    network, rule = classifier(dtype=np.float64), LearningRule(find_cost("cross-entropy"), optimizer, penalty)
    state, part = start(network.parameters, rule), data.train
    costs = []
    for rows in orders:
        total = 0.0
        for first in range(0, 138, 10):
            chosen = rows[first : first + 10]
            expected = part.expected[chosen].astype(np.float64)
            state, trace, _ = step(network, rule, state, part.inputs[chosen], expected, optimizer.learning_rate)
            total += example_costs(rule.cost, trace.pre_activations[-1], trace.activations[-1], expected).sum()
        costs.append(total / 138)
    assert result.network.dtype == np.float64
    for trained, known in zip(result.network.parameters, state.parameters, strict=True):
        np.testing.assert_allclose(trained.weights, known.weights, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(trained.biases, known.biases, rtol=1e-9, atol=1e-12)
    assert [record.cost for record in result.history] == pytest.approx(costs, rel=1e-10)
    assert state.time == 28


def as_float64(data: Dataset) -> Dataset:
    parts = [
        Part(part.raw.astype(np.float64), part.labels, part.features, part.n_outputs) for part in data.parts.values()
    ]
    return Dataset(data.name, *parts, data.classes, data.features, data.split)


def note_orders(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    orders: list[np.ndarray] = []
    begin = feed.ResidentFeed.begin

    def noting(resident: feed.ResidentFeed, epoch: int, met: int = 0) -> None:
        begin(resident, epoch, met)
        orders.append(resident.rows)

    monkeypatch.setattr(feed.ResidentFeed, "begin", noting)
    return orders


def test_full_batch_is_gradient_descent_in_the_strict_sense(line: Dataset):
    data = without_validation(line)
    network = Network.random([3, 4, 2], activation="tanh", output="identity", seed=2, dtype=np.float64)
    result = train(network, data, optimizer=SGD(0.05), batch_size="full", epochs=6)
    known = network.parameters
    for _ in range(6):
        current = network.with_parameters(known)
        gradients = backward(current, current.forward(data.train.inputs), data.train.expected, "squared-error")
        known = tuple(
            type(layer)(layer.weights - 0.05 * by_weights, layer.biases - 0.05 * by_biases)
            for layer, by_weights, by_biases in zip(known, gradients.weights, gradients.biases, strict=True)
        )
    for trained, expected in zip(result.network.parameters, known, strict=True):
        np.testing.assert_allclose(trained.weights, expected.weights, rtol=1e-12)
        np.testing.assert_allclose(trained.biases, expected.biases, rtol=1e-12)
    assert result.history[0].accuracy is None


def test_an_example_in_the_last_short_mini_batch_is_learnt():
    """Only one of 11 examples has inputs that are not 0; with mini-batches of 10 it is at times alone in the last."""
    inputs = np.zeros((11, 2), np.float32)
    inputs[7] = 1.0
    data = Dataset.from_arrays(inputs, np.ones(11, np.float32), validation=0, test=0)
    network = Network.random([2, 1], activation="identity", initializer="zeros")
    alone = next(seed for seed in range(100) if np.random.default_rng([seed, 1]).permutation(11)[-1] == 7)
    result = train(network, data, optimizer=SGD(0.1), batch_size=10, epochs=1, seed=alone)
    assert (result.network.layers[0].weights != 0).all()


def test_penalties_act_on_weights_and_never_on_biases(line: Dataset):
    """With targets of 0 and a network that gives 0, the penalty is all there is."""
    data = Dataset.from_arrays(np.zeros((20, 3)), np.zeros(20), validation=0, test=0)
    network = Network.random([3, 1], activation="identity", seed=1, dtype=np.float64)
    layer = train(network, data, optimizer=SGD(0.5), penalty=L2(0.1), batch_size="full", epochs=1).network.layers[0]
    np.testing.assert_allclose(layer.weights, network.layers[0].weights * (1 - 0.5 * 0.1), rtol=1e-14)
    biased = network.with_parameters((network.parameters[0]._replace(biases=np.array([0.25])),))
    for optimizer, penalty in ((SGD(0.5), L1(9.0)), (AdamW(0.5, weight_decay=0.9), None)):
        known = train(biased, data, optimizer=Adam(0.5) if penalty is None else SGD(0.5), batch_size="full", epochs=1)
        decayed = train(biased, data, optimizer=optimizer, penalty=penalty, batch_size="full", epochs=1)
        np.testing.assert_array_equal(decayed.network.layers[0].biases, known.network.layers[0].biases)
        assert (decayed.network.layers[0].weights != known.network.layers[0].weights).all()


def test_validation_chooses_the_best_epoch(blobs: Dataset):
    result = learn(blobs, optimizer=SGD(2.0), epochs=15)
    merits = [(record.validation_accuracy, -record.validation_cost) for record in result.history]
    best = max(range(15), key=lambda k: merits[k])
    assert result.best_epoch == best + 1
    assert merits[best] > merits[-1]  # the last epoch is not the best: there was something to choose
    part = blobs.validation
    assert part is not None
    said = result.network(part.inputs).argmax(axis=-1)
    assert np.mean(said == part.labels) == pytest.approx(result.history[best].validation_accuracy, abs=1e-6)
    assert result.model.provenance["results"]["epoch"] == best + 1


def test_patience_ends_it_so_many_epochs_after_the_best(blobs: Dataset):
    result = learn(blobs, optimizer=SGD(2.0), epochs=60, patience=4)
    assert result.stopped_because == "no better for 4 epochs"
    assert len(result.history) == result.best_epoch + 4
    unlimited = learn(blobs, optimizer=SGD(2.0), epochs=len(result.history))
    assert unlimited.history == result.history
    assert parameter_bytes(unlimited.network) == parameter_bytes(result.network)


def test_without_validation_the_last_epoch_is_taken(blobs: Dataset):
    result = learn(without_validation(blobs), optimizer=SGD(2.0), epochs=4)
    assert result.best_epoch == 4
    assert {(record.validation_cost, record.validation_accuracy) for record in result.history} == {(None, None)}


def test_regression_is_judged_by_its_cost(line: Dataset):
    network = Network.random([3, 16, 2], activation="tanh", output="identity", seed=2, dtype=np.float64)
    result = train(network, line, cost="half-squared-error", optimizer=Adam(0.02), batch_size=8, epochs=60)
    costs = [record.validation_cost for record in result.history]
    assert min(costs) < 0.02 < costs[0]
    assert result.best_epoch == costs.index(min(costs)) + 1
    assert {(record.accuracy, record.validation_accuracy) for record in result.history} == {(None, None)}
    assert result.model.classes is None
    part = line.validation
    assert part is not None
    known = 0.5 * ((result.network(part.inputs) - part.expected) ** 2).sum(axis=1).mean()
    assert min(costs) == pytest.approx(float(known), rel=1e-12)


def test_one_output_neuron_tells_two_classes_apart():
    generator = np.random.default_rng(1)
    inputs = generator.normal(0, 1, (120, 2)).astype(np.float32)
    data = Dataset.from_arrays(inputs, np.where(inputs[:, 0] > inputs[:, 1], "above", "below"))
    network = Network.random([2, 1], seed=1)
    result = train(network, data, cost="binary-cross-entropy", optimizer=Adam(0.1), batch_size=10, epochs=20)
    assert result.history[-1].validation_accuracy > 0.9
    assert result.model.classes == ("above", "below")
    predictions = result.model.predict(np.array([[2.0, -2.0], [-2.0, 2.0]], np.float32))
    assert [prediction.label for prediction in predictions] == ["above", "below"]


def test_a_batch_larger_than_the_data_is_the_whole_of_it(blobs: Dataset):
    told: list[Progress] = []
    result = learn(blobs, batch_size=10**6, epochs=2, callbacks=[Telling(told.append)])
    assert [(each.step, each.steps) for each in told] == [(1, 1), (1, 1)]
    assert result.history[-1].cost < result.history[0].cost


def test_bytes_are_scaled_in_the_compiled_step(monkeypatch: pytest.MonkeyPatch):
    generator = np.random.default_rng(8)
    images, labels = generator.integers(0, 256, (40, 2, 3), dtype=np.uint8), generator.integers(0, 2, 40)
    data = Dataset.from_arrays(images, labels, validation=0, test=0, scale=1 / 255)
    network = Network.random([6, 2], output="softmax", seed=1)
    result = train(network, data, cost="cross-entropy", optimizer=SGD(0.5), batch_size="full", epochs=1)
    expected = expected_outputs(data.train.labels, 2)
    gradients = backward(network, network.forward(data.train.inputs), expected, "cross-entropy")
    known = network.layers[0].weights - 0.5 * gradients.weights[0]
    np.testing.assert_allclose(result.network.layers[0].weights, known, rtol=2e-5, atol=1e-7)


def test_each_program_is_compiled_once_in_a_run(blobs: Dataset, caplog: pytest.LogCaptureFixture):
    learn(blobs, epochs=1)  # the self-test of a process is behind us then
    with jax.log_compiles(), caplog.at_level(logging.WARNING):
        learn(blobs, epochs=4, optimizer=Adam(0.01))
    compiled = [record.getMessage() for record in caplog.records if "Finished XLA compilation" in record.getMessage()]
    assert sum("jit(block)" in message for message in compiled) == 2  # mini-batches of 10, and the last one of 8
    assert sum("jit(judge_slice)" in message for message in compiled) == 1


@pytest.mark.parametrize(("by_time", "by_memory"), [(7, 10**9), (10**9, 5)])
def test_blocks_are_bounded_in_time_and_in_memory(by_time: int, by_memory: int, monkeypatch: pytest.MonkeyPatch):
    network = classifier()
    seconds = block.STEP_OVERHEAD_SECONDS + 6 * network.parameter_count * 10 / block.ASSUMED_FLOPS
    monkeypatch.setattr(block, "BLOCK_SECONDS", seconds * (by_time + 0.5))
    monkeypatch.setattr(block, "BLOCK_BYTES", 10 * 20 * by_memory)
    assert block.steps_per_block(network, 10, 20, 10**6) == min(by_time, by_memory)
    assert block.steps_per_block(network, 10, 20, 3) == 3
    monkeypatch.setattr(block, "BLOCK_BYTES", 1)
    assert block.steps_per_block(network, 10, 20, 10**6) == 1
    assert math.isfinite(seconds)
