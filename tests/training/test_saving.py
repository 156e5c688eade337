"""A run is saved while it goes on; a failure to save is told and costs nothing."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Dataset
from pellucid.errors import DivergenceError, WriteError
from pellucid.training import Callback, Progress, TrainingResult, block, saving
from pellucid.training.checkpoint import read_checkpoint, read_latest
from pellucid.training.run_folder import CONFIG_FILE, NewRun, OldRun
from pellucid.training.saving import Saving


class AtEachEpoch(Callback):
    """Does something when an epoch is done, after it was saved."""

    def __init__(self, act: Callable[[int], object]) -> None:
        self.act = act

    def epoch_done(self, run: Any, record: Any) -> None:
        self.act(record.epoch)


def learn(data: Dataset, *callbacks: Callback, **choices: Any) -> TrainingResult:
    network = pl.Network.random([5, 4, 3], activation="tanh", output="softmax", seed=1)
    usual = {"cost": "cross-entropy", "optimizer": pl.Adam(0.01), "batch_size": 46, "epochs": 4, "seed": 5}
    return pl.train(network, data, callbacks=callbacks, **(usual | choices))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every epoch is saved, however quick it was."""
    monkeypatch.setattr(saving, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(saving, "LEAST_TIMES", 0)


def nothing_told(sentence: str) -> None:
    raise AssertionError(sentence)


@pytest.mark.usefixtures("at_once")
def test_after_each_epoch_there_is_all_that_is_known_so_far(blobs: Dataset, tmp_path: Path):
    seen: list[tuple[int, int, int, int]] = []
    run = tmp_path / "run"

    def look(epoch: int) -> None:
        held = read_checkpoint(run)
        lines = [(run / name).read_text().count("\n") for name in ("history.jsonl", "timings.jsonl")]
        seen.append((held.position.epoch, len(held.history), *lines))
        assert pl.load(run).provenance["results"]["epoch"] == held.best_epoch

    with NewRun(run, "blobs", overwrite=False) as folder:
        result = learn(blobs, Saving(folder, blobs, nothing_told), AtEachEpoch(look))
    assert seen == [(epoch, epoch, epoch, epoch) for epoch in (1, 2, 3, 4)]
    assert read_checkpoint(run).stopped_because == result.stopped_because == "all epochs done"
    assert pl.load(run).provenance == result.model.provenance
    history = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    assert history == [record.to_dict() for record in result.history]
    timings = [json.loads(line) for line in (run / "timings.jsonl").read_text().splitlines()]
    assert timings == [{"epoch": k, "seconds": seconds} for k, seconds in enumerate(result.seconds, start=1)]
    names = {"checkpoint.safetensors", "checkpoint-before.safetensors", "history.jsonl", "timings.jsonl"}
    assert {entry.name for entry in run.iterdir()} == names | {"model.safetensors"}


def test_quick_epochs_are_saved_together(blobs: Dataset, tmp_path: Path):
    written: list[int] = []
    run = tmp_path / "run"
    look = AtEachEpoch(lambda epoch: written.append(len(read_checkpoint(run).history)))
    with NewRun(run, "blobs", overwrite=False) as folder:
        learn(blobs, Saving(folder, blobs, nothing_told), look, epochs=30)
    assert written[0] == 1, "the first one is there at once"
    assert len(set(written)) < 10
    assert len(read_checkpoint(run).history) == 30


def test_within_a_long_epoch_it_is_saved_every_so_often(
    blobs: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(block, "BLOCK_SECONDS", 1e-9)
    monkeypatch.setattr(saving, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(saving, "LEAST_TIMES", 0)
    run, places = tmp_path / "run", []

    class Looking(Callback):
        def steps_done(self, run_: Any, progress: Progress) -> None:
            places.append(read_checkpoint(run).position[:2])

    with NewRun(run, "blobs", overwrite=False) as folder:
        learn(blobs, Saving(folder, blobs, nothing_told, minutes=1e-9), Looking(), epochs=2)
    # After the last step of an epoch it waits for the epoch to be judged.
    assert places == [(1, 46), (1, 92), (1, 92), (2, 46), (2, 92), (2, 92)]


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_for_a_while_is_told_once_and_costs_nothing(
    blobs: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
):
    fsync, told, run = os.fsync, [], tmp_path / "run"
    seen: list[tuple[int, str]] = []

    def failing(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    def act(epoch: int) -> None:
        held, remark = read_latest(run)
        seen.append((held.position.epoch, remark))
        monkeypatch.setattr(os, "fsync", failing if epoch in (2, 3) else fsync)

    with NewRun(run, "blobs", overwrite=False) as folder:
        result = learn(blobs, Saving(folder, blobs, told.append), AtEachEpoch(act), epochs=6)
    assert seen == [(epoch, "") for epoch in (1, 2, 2, 2, 5, 6)], "what was saved before stays"
    assert len(told) == 2
    assert told[0].startswith(f"Warning: {run / 'checkpoint.safetensors'}: could not be written ({os.strerror(number)}")
    assert told[0].endswith("; training goes on, and will be saved as soon as that is possible")
    assert told[1] == "Saved again."
    monkeypatch.undo()
    alone = learn(blobs, epochs=6)
    assert result.history == alone.history
    assert not [entry for entry in run.iterdir() if entry.name.endswith(".part")]


def test_a_disk_that_is_full_at_the_end_is_an_error_and_leaves_no_folder_without_a_checkpoint(
    blobs: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    told: list[str] = []
    with (
        pytest.raises(WriteError, match=r"could not be written \(No space left on device\); nothing was changed$"),
        NewRun(tmp_path / "run", "blobs", overwrite=False) as folder,
    ):
        learn(blobs, Saving(folder, blobs, told.append))
    assert len(told) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_diverges_in_its_first_epoch_leaves_no_folder(line: Dataset, tmp_path: Path):
    network = pl.Network.random([3, 3, 2], activation="identity", seed=1)

    def fail() -> None:
        with NewRun(tmp_path / "run", "line", overwrite=False) as folder:
            told = Saving(folder, line, nothing_told)
            pl.train(network, line, optimizer=pl.SGD(1e16), batch_size=10, callbacks=[told])

    with pytest.raises(DivergenceError):
        fail()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("at_once")
def test_what_diverges_later_is_saved_with_its_reason_and_never_as_the_best(line: Dataset, tmp_path: Path):
    network = pl.Network.random([3, 3, 2], activation="identity", seed=1)
    with NewRun(tmp_path / "run", "line", overwrite=False) as folder:
        saving_ = Saving(folder, line, nothing_told)
        result = pl.train(network, line, optimizer=pl.SGD(30.0), batch_size="full", epochs=100, callbacks=[saving_])
    assert result.stopped_because.startswith("diverged: ")
    model = pl.load(tmp_path / "run")
    assert model.provenance["results"]["epoch"] == result.best_epoch
    assert all(np.isfinite(layer.weights).all() for layer in model.network.layers)
    held = read_checkpoint(tmp_path / "run")
    assert held.is_finite
    again = pl.train(network, line, optimizer=pl.SGD(30.0), batch_size="full", epochs=100, resume=held)
    assert (again.stopped_because, again.history) == (result.stopped_because, result.history)


@pytest.mark.usefixtures("at_once")
def test_gradients_are_kept_by_epoch_and_layer(blobs: Dataset, tmp_path: Path):
    """Against the essay's formulas in NumPy float64: one step of the whole part an epoch."""
    run = tmp_path / "run"
    with NewRun(run, "blobs", overwrite=False) as folder:
        learn(
            blobs, Saving(folder, blobs, nothing_told, logs_gradients=True),
            optimizer=pl.SGD(0.5), batch_size="full", epochs=2,
        )  # fmt: skip
    records = [json.loads(line) for line in (run / "gradients.jsonl").read_text().splitlines()]
    network = pl.Network.random([5, 4, 3], activation="tanh", output="softmax", seed=1).astype(np.float64)
    for epoch, record in enumerate(records, start=1):
        trace = network.forward(blobs.train.inputs.astype(float))
        found = pl.backward(network, trace, blobs.train.expected.astype(float), cost="cross-entropy")
        assert (record["epoch"], record["steps"]) == (epoch, 1)
        for number, (layer, slope) in enumerate(zip(network.layers, found.weights, strict=True), start=2):
            size = float(np.sqrt((slope**2).mean()))
            told = record["layers"][number - 2]
            assert told["layer"] == number
            assert told["gradient"] == pytest.approx(size, rel=1e-4)
            assert told["correction"] == pytest.approx(0.5 * size, rel=1e-4)
            assert told["weights"] == pytest.approx(float(np.sqrt((layer.weights**2).mean())), rel=1e-5)
        pairs = zip(network.parameters, found.weights, found.biases, strict=True)
        network = network.with_parameters(
            tuple(type(layer)(layer.weights - 0.5 * w, layer.biases - 0.5 * b) for layer, w, b in pairs)
        )


@pytest.mark.usefixtures("at_once")
def test_an_earlier_processs_times_stay_and_damaged_ones_are_let_go(blobs: Dataset, tmp_path: Path):
    run = tmp_path / "run"
    with NewRun(run, "blobs", overwrite=False) as folder:
        first = learn(blobs, Saving(folder, blobs, nothing_told), epochs=2)
    (run / CONFIG_FILE).write_text("")
    kept = (run / "timings.jsonl").read_text()
    shutil.copytree(run, tmp_path / "damaged")
    (tmp_path / "damaged" / "timings.jsonl").write_bytes(b'{"epoch": 1}\n\xff\xfe[[[')
    for path, n_known in ((run, 2), (tmp_path / "damaged", 0)):
        with OldRun(path) as folder:
            learn(blobs, Saving(folder, blobs, nothing_told), epochs=4, resume=first.checkpoint)
        lines = (path / "timings.jsonl").read_text().splitlines(keepends=True)
        assert len(lines) == n_known + 2
        assert "".join(lines[:n_known]) == (kept if n_known else "")
        assert len((path / "history.jsonl").read_text().splitlines()) == 4


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("what", ["inputs", "labels"])
def test_a_file_that_changes_beneath_the_training_ends_it_with_the_reason(
    blobs: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
):
    np.save(tmp_path / "train.npy", blobs.train.raw)
    labels = blobs.train.labels.copy()
    raw = np.load(tmp_path / "train.npy", mmap_mode="r")
    data = replace(blobs, train=replace(blobs.train, raw=raw, labels=labels))

    def damage(epoch: int) -> None:
        if epoch == 3 and what == "labels":
            data.train.labels[50] = 3
        elif epoch == 3:
            np.load(tmp_path / "train.npy", mmap_mode="r+")[50, 2] = np.nan

    with NewRun(tmp_path / "run", "blobs", overwrite=False) as folder:
        result = learn(data, Saving(folder, data, nothing_told), AtEachEpoch(damage), epochs=9)
    assert result.stopped_because.startswith(
        {
            "inputs": "the data hold numbers that are not finite: in epoch 4, step ",
            "labels": "the data changed beneath the training, in epoch 4: labels: classes from 0 to 2 are required, ",
        }[what]
    )
    assert len(result.history) == 3
    held = read_checkpoint(tmp_path / "run")
    assert held.is_finite
    assert held.best_epoch == result.best_epoch <= 3
    assert pl.load(tmp_path / "run").provenance["results"]["epoch"] == result.best_epoch
