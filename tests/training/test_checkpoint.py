"""The checkpoint of a run: what it holds, that it is read as it was written, and that the one before is kept."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Dataset
from pellucid.errors import InvalidValueError, MissingFileError
from pellucid.maths import L1, L2, SGD, Adam, AdamW, Optimizer, RMSProp, find_cost
from pellucid.training.checkpoint import (
    CHECKPOINT_FILE,
    PREVIOUS_FILE,
    read_checkpoint,
    read_latest,
    write_checkpoint,
)
from pellucid.training.regularisation import Regularisation
from pellucid.training.step import LearningRule, TrainingState, start, step

OPTIMIZERS = (
    SGD(0.1),
    SGD(0.1, momentum=0.9),
    SGD(0.1, momentum=0.8, nesterov=True),
    RMSProp(0.01, decay=0.8),
    Adam(0.01),
    AdamW(0.01, weight_decay=0.1),
)


def arrays_of(state: TrainingState) -> list[np.ndarray]:
    return [
        *(array for layer in state.parameters for array in layer),
        *(array for memories in state.memory for memory in memories for array in memory),
        *(array for layer in state.averages or () for array in layer),
    ]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("penalty", [None, L1(0.01), L2(0.02)], ids=str)
def test_what_is_written_is_read_again(optimizer: Optimizer, penalty: L1 | L2 | None, tmp_path: Path, make_checkpoint):
    written = make_checkpoint(optimizer, penalty)
    write_checkpoint(tmp_path / CHECKPOINT_FILE, written)
    read = read_checkpoint(tmp_path)
    assert (read.plan, read.sizes, read.activations) == (written.plan, (5, 4, 3), ("tanh", "tanh"))
    assert (read.state.time, read.position[:2], read.history) == (3, (3, 6), written.history)
    assert (read.position.costs.tolist(), read.position.correct.tolist()) == ([0.5], [2.0])
    assert (read.best_epoch, read.checksum, read.stopped_because) == (2, "c" * 64, "interrupted in epoch 3")
    assert read.best is not None
    for layer, known in zip(read.best, written.best or (), strict=True):
        np.testing.assert_array_equal(layer.weights, known.weights)
        np.testing.assert_array_equal(layer.biases, known.biases)
    assert read.scaling is not None
    assert written.scaling is not None
    assert read.scaling.to_dict() == written.scaling.to_dict()
    assert [type(memory) for pair in read.state.memory for memory in pair] == [
        type(memory) for pair in written.state.memory for memory in pair
    ]
    for array, known in zip(arrays_of(read.state), arrays_of(written.state), strict=True):
        np.testing.assert_array_equal(array, known)
        assert array.dtype == known.dtype


def test_a_transposed_array_is_not_scrambled(tmp_path: Path, make_checkpoint):
    known = make_checkpoint(SGD(0.1))
    layer = known.state.parameters[0]
    turned = layer._replace(weights=np.asfortranarray(layer.weights))
    write_checkpoint(
        tmp_path / "c", replace(known, state=known.state._replace(parameters=(turned, *known.state[0][1:])))
    )
    np.testing.assert_array_equal(read_checkpoint(tmp_path / "c").state.parameters[0].weights, layer.weights)


def test_before_the_first_epoch_is_done_there_is_no_best_one(tmp_path: Path, make_checkpoint):
    known = make_checkpoint(SGD(0.1), regularisation=Regularisation())
    known = replace(known, history=(), best=None, best_epoch=0, position=known.position._replace(epoch=1), scaling=None)
    write_checkpoint(tmp_path / "c", known)
    read = read_checkpoint(tmp_path / "c")
    assert (read.history, read.best, read.best_epoch, read.scaling, read.state.averages) == ((), None, 0, None, None)


def test_the_one_before_is_kept_and_stands_in_for_a_last_one_that_is_damaged_or_gone(tmp_path: Path, make_checkpoint):
    path, first = tmp_path / CHECKPOINT_FILE, make_checkpoint(SGD(0.1), n_steps=1)
    write_checkpoint(path, first, previous=tmp_path / PREVIOUS_FILE)
    assert [entry.name for entry in tmp_path.iterdir()] == [CHECKPOINT_FILE]
    write_checkpoint(path, make_checkpoint(SGD(0.1), n_steps=2), previous=tmp_path / PREVIOUS_FILE)
    latest, remark = read_latest(tmp_path)
    assert (latest.state.time, remark) == (2, "")
    path.write_bytes(path.read_bytes()[:-5])
    latest, remark = read_latest(tmp_path)
    assert latest.state.time == 1
    assert remark.startswith(f"{path}: truncated or damaged")
    assert remark.endswith("; the one before, of epoch 3, is used in its place")
    path.unlink()
    latest, remark = read_latest(tmp_path)
    assert latest.state.time == 1
    assert "no such checkpoint" in remark
    (tmp_path / PREVIOUS_FILE).write_bytes(b"")
    with pytest.raises(MissingFileError, match="no such checkpoint"):
        read_latest(tmp_path)


def test_training_ends_where_its_checkpoint_says(blobs: Dataset):
    network = pl.Network.random([5, 6, 3], activation="tanh", output="softmax", seed=1)
    choices = {"cost": "cross-entropy", "optimizer": Adam(0.01), "penalty": L2(0.001), "batch_size": 16, "epochs": 3}
    result = pl.train(network, blobs, **choices)
    held = result.checkpoint
    assert (held.rule.optimizer, held.rule.penalty) == (Adam(0.01), L2(0.001))
    n_steps = math.ceil(blobs.train.n_samples / 16)
    assert held.state.time == 3 * n_steps
    assert (held.position[:2], held.scaling) == ((3, blobs.train.n_samples), None)
    assert (held.history, held.best_epoch) == (result.history, result.best_epoch)
    assert (held.checksum, held.stopped_because) == (blobs.checksum, "all epochs done")
    assert len(held.position.costs) == len(held.position.correct) == n_steps
    for layer, known in zip(held.best or (), result.network.parameters, strict=True):
        np.testing.assert_array_equal(layer.weights, known.weights)
    # The same steps in NumPy float64: compiled float32 is off by its rounding.
    rule = LearningRule(find_cost("cross-entropy"), Adam(0.01), L2(0.001))
    state = start(network.astype(np.float64).parameters, rule)
    for epoch in (1, 2, 3):
        order = np.random.default_rng([0, epoch]).permutation(blobs.train.n_samples)
        for first in range(0, len(order), 16):
            rows = order[first : first + 16]
            x, expected = blobs.train.inputs[rows].astype(float), blobs.train.expected[rows].astype(float)
            state, *_ = step(network, rule, state, x, expected, 0.01)
    for array, known in zip(arrays_of(held.state), arrays_of(state), strict=True):
        np.testing.assert_allclose(array, known, rtol=1e-3, atol=1e-5)


def test_the_last_parameters_are_held_though_an_earlier_epoch_was_best(blobs: Dataset):
    network = pl.Network.random([5, 8, 3], activation="relu", output="softmax", seed=0)
    result = pl.train(network, blobs, cost="cross-entropy", optimizer=SGD(1.0), batch_size=8, epochs=20)
    assert result.best_epoch < 10
    assert not np.array_equal(result.checkpoint.state.parameters[0].weights, result.network.layers[0].weights)


def test_what_is_not_finite_is_not_written(tmp_path: Path, make_checkpoint):
    known = make_checkpoint(SGD(0.1))
    broken = known.state.parameters[0]._replace(biases=np.full(4, np.inf))
    checkpoint = replace(known, state=known.state._replace(parameters=(broken, known.state.parameters[1])))
    assert not checkpoint.is_finite
    with pytest.raises(InvalidValueError, match=r"^state: layer2.biases must be finite numbers, got NaN or infinity$"):
        write_checkpoint(tmp_path / CHECKPOINT_FILE, checkpoint)
    averages = (*known.state.parameters[:1], broken)
    assert not replace(known, state=known.state._replace(averages=averages)).is_finite
    assert not list(tmp_path.iterdir())


def test_another_optimizers_memory_is_not_written(tmp_path: Path, make_checkpoint):
    checkpoint = make_checkpoint(Adam(0.01))
    rule = replace(checkpoint.rule, optimizer=RMSProp(0.01))
    with pytest.raises(InvalidValueError, match=r"layer 2 has a MomentState; it belongs to another optimizer$"):
        write_checkpoint(tmp_path / "c", replace(checkpoint, plan=replace(checkpoint.plan, rule=rule)))
    assert not list(tmp_path.iterdir())


def test_a_missing_one_is_said_to_be_missing(tmp_path: Path):
    with pytest.raises(MissingFileError, match=r"no such checkpoint; a training run leaves one in its folder$"):
        read_checkpoint(tmp_path)
