"""Examples that lie in a file: streamed in an order of their own, and learnt as those in memory are."""

import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Dataset, Part
from pellucid.errors import DivergenceError, InvalidValueError
from pellucid.maths import find_cost
from pellucid.training import Callback, Progress, block, feed, window
from pellucid.training.step import LearningRule, start, step


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 4 of the blobs' rows of 20 bytes, windows of 5 chunks."""
    monkeypatch.setattr(window, "CHUNK_BYTES", 80)
    monkeypatch.setattr(window, "WINDOW_BYTES", 400)


def mapped(data: Dataset, folder: Path) -> Dataset:
    """The same data, their examples in files."""
    parts: dict[str, Part] = {}
    for name, part in data.parts.items():
        np.save(folder / f"{name}.npy", part.raw)
        parts[name] = replace(part, raw=np.load(folder / f"{name}.npy", mmap_mode="r"))
    return replace(data, **parts)


@pytest.fixture
def streamed(blobs: Dataset, tmp_path: Path) -> Dataset:
    return mapped(blobs, tmp_path)


def learn(data: Dataset, **choices: Any) -> pl.TrainingResult:
    network = pl.Network.random([5, 8, 3], activation="relu", output="softmax", seed=1, dtype=np.float64)
    defaults = {"cost": "cross-entropy", "optimizer": pl.SGD(0.1), "batch_size": 10, "epochs": 3, "seed": 5}
    return pl.train(choices.pop("network", network), data, **(defaults | choices))


class Telling(Callback):
    """Passes on what it is told of steps."""

    def __init__(self, told: Callable[[Progress], object]) -> None:
        self.told = told

    def steps_done(self, run: Any, progress: Progress) -> None:
        self.told(progress)


def order_of(data: Dataset, seed: int, epoch: int, met: int = 0) -> list[int]:
    """The rows that a stream gives from there to the end of the epoch, told by the examples' content."""
    numbers = {row.tobytes(): number for number, row in enumerate(data.train.raw)}
    stream = feed.StreamedFeed(data.train, np.dtype(np.float32), seed, batch_size=7)
    stream.begin(epoch, met)
    rows: list[int] = []
    while met + len(rows) < data.train.n_samples:
        raw, labels, _ = stream.examples(min(7, data.train.n_samples - met - len(rows)))
        rows += [numbers[row.tobytes()] for row in raw]
        assert (labels == data.train.labels[rows[-len(raw) :]]).all()
    stream.close()
    return rows


def is_reading() -> bool:
    return any(window.THREAD_NAME in thread.name for thread in threading.enumerate())


@pytest.mark.usefixtures("small_windows")
def test_an_epoch_meets_each_example_once_in_an_order_of_its_own(streamed: Dataset):
    first, again, next_epoch, next_seed = (order_of(streamed, *place) for place in ((5, 1), (5, 1), (5, 2), (6, 1)))
    assert sorted(first) == list(range(138))
    assert first == again
    assert len({tuple(first), tuple(next_epoch), tuple(next_seed)}) == 3
    # Level 1: the first window holds whole chunks, from all over the file; level 2: their rows are mixed.
    met = first[:20]
    chunks = sorted({row // 4 for row in met})
    assert sorted(met) == [row for chunk in chunks for row in range(4 * chunk, min(4 * chunk + 4, 138))]
    assert chunks[-1] - chunks[0] > 5
    assert met != sorted(met)


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize("met", [0, 1, 19, 20, 47, 137])
def test_it_goes_on_from_any_position(streamed: Dataset, met: int):
    assert order_of(streamed, 5, 2, met) == order_of(streamed, 5, 2)[met:]


def test_what_fits_into_one_window_is_in_perfectly_random_order(streamed: Dataset):
    rows = order_of(streamed, 5, 1)
    assert sorted(rows) == list(range(138))
    assert np.abs(np.corrcoef(rows, np.arange(138))[0, 1]) < 0.25


@pytest.mark.usefixtures("small_windows")
def test_streamed_training_does_what_plain_steps_in_numpy_do(streamed: Dataset):
    result = learn(streamed, optimizer=pl.Adam(0.01), epochs=2)
    rule = LearningRule(find_cost("cross-entropy"), pl.Adam(0.01))
    network = pl.Network.random([5, 8, 3], activation="relu", output="softmax", seed=1, dtype=np.float64)
    state, part = start(network.parameters, rule), streamed.train
    for epoch in (1, 2):
        rows = order_of(streamed, 5, epoch)
        for first in range(0, 138, 10):
            some = rows[first : first + 10]
            x, expected = part.inputs[some].astype(np.float64), part.expected[some].astype(np.float64)
            state, *_ = step(network, rule, state, x, expected, 0.01)
    for trained, known in zip(result.checkpoint.state.parameters, state.parameters, strict=True):
        np.testing.assert_allclose(trained.weights, known.weights, rtol=1e-6, atol=1e-9)
    assert result.checkpoint.position[:2] == (2, 138)
    assert not is_reading()


@pytest.mark.usefixtures("small_windows")
def test_from_memory_in_the_same_order_it_learns_the_same(
    blobs: Dataset, streamed: Dataset, monkeypatch: pytest.MonkeyPatch
):
    streams = learn(streamed, balance="weights")
    monkeypatch.setattr(
        feed, "order_of", lambda *_, **__: lambda epoch: np.array(order_of(streamed, 5, epoch), np.int32)
    )
    resident = learn(blobs, balance="weights")
    assert resident.history == streams.history
    for one, other in zip(resident.network.layers, streams.network.layers, strict=True):
        assert one.weights.tobytes() == other.weights.tobytes()
        assert one.biases.tobytes() == other.biases.tobytes()


@pytest.mark.usefixtures("small_windows")
def test_where_blocks_end_does_not_change_the_result(streamed: Dataset, monkeypatch: pytest.MonkeyPatch):
    known = learn(streamed)
    monkeypatch.setattr(block, "BLOCK_SECONDS", 1e-9)
    found = learn(streamed)
    assert found.history == known.history
    for one, other in zip(found.network.layers, known.network.layers, strict=True):
        assert one.weights.tobytes() == other.weights.tobytes()


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize("balance", ["none", "weights"])
def test_it_learns_as_well_as_from_memory(blobs: Dataset, streamed: Dataset, balance: str):
    results = [learn(data, epochs=15, balance=balance) for data in (blobs, streamed)]
    for result in results:
        assert pl.evaluate(result.model, blobs.test).accuracy > 0.8
    evaluations = [pl.evaluate(results[0].model, data.test) for data in (blobs, streamed)]
    assert evaluations[0].to_dict() == evaluations[1].to_dict()
    assert blobs.checksum == streamed.checksum


def test_a_validation_part_in_a_file_is_judged_like_one_in_memory(
    blobs: Dataset, streamed: Dataset, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(block, "JUDGED_BYTES", 4 * 5 * 7)  # slices of 7 examples
    results = [learn(replace(blobs, validation=data.validation)) for data in (blobs, streamed)]
    assert results[0].history == results[1].history


def test_scaled_targets_are_streamed(line: Dataset, tmp_path: Path):
    data = mapped(line, tmp_path)
    network = pl.Network.random([3, 16, 2], activation=["tanh", "identity"], seed=2, dtype=np.float64)
    result = learn(data, network=network, cost="half-squared-error", epochs=60, scale_targets=True)
    assert pl.evaluate(result.model, line.test).r2 > 0.8


def test_what_reading_here_and_there_would_take_is_refused(streamed: Dataset, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(
        InvalidValueError, match=r"^balance: 'weights' is required for examples that do not fit into mem"
    ):
        learn(streamed, balance="resample")
    with pytest.raises(
        InvalidValueError, match=r"^batch_size: a number is required for examples that do not fit into "
    ):
        learn(streamed, batch_size="full")
    monkeypatch.setattr(window, "WINDOW_BYTES", 400)
    with pytest.raises(
        InvalidValueError, match=r"^batch_size: at most 20 is required for examples of this size .* got 21"
    ):
        learn(streamed, batch_size=21)


@pytest.mark.usefixtures("small_windows")
def test_an_error_of_the_reader_ends_the_training(streamed: Dataset, monkeypatch: pytest.MonkeyPatch):
    read = window.Window.read

    def failing(each: window.Window, margin: int, weights: None) -> window.Held:
        if each.seed[1:] == (2, 3):
            raise OSError("the disk is gone")
        return read(each, margin, weights)

    monkeypatch.setattr(window.Window, "read", failing)
    before = signal.getsignal(signal.SIGINT)
    told: list[Progress] = []
    monkeypatch.setattr(block, "BLOCK_SECONDS", 1e-9)
    with pytest.raises(OSError, match="the disk is gone"):
        learn(streamed, callbacks=[Telling(told.append)])
    assert (told[-1].epoch, told[-1].step) == (2, 6)  # three windows of 20 are six mini-batches of 10
    assert not is_reading()
    assert signal.getsignal(signal.SIGINT) is before


def once() -> None:
    signal.raise_signal(signal.SIGINT)


def twice() -> None:
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)


def fail() -> None:
    raise LookupError("of its own")


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize(("happen", "error"), [(once, None), (twice, KeyboardInterrupt), (fail, LookupError)])
def test_the_reader_ends_however_training_does(
    streamed: Dataset, monkeypatch: pytest.MonkeyPatch, happen: Callable[[], None], error: type[BaseException] | None
):
    monkeypatch.setattr(block, "BLOCK_SECONDS", 1e-9)

    def listener(progress: Progress) -> None:
        if (progress.epoch, progress.step) == (2, 5):
            assert is_reading()
            happen()

    if error is None:
        result = learn(streamed, callbacks=[Telling(listener)])
        assert result.stopped_because == "interrupted in epoch 2"
        assert result.checkpoint.position[:2] == (2, 50)  # after the block at hand
    else:
        with pytest.raises(error):
            learn(streamed, callbacks=[Telling(listener)])
    assert not is_reading()


@pytest.mark.usefixtures("small_windows")
def test_a_fault_names_its_step(streamed: Dataset):
    with pytest.raises(DivergenceError, match=r"^diverged: the cost was not finite in epoch 1, step \d+ of 14: the "):
        learn(
            streamed,
            cost="squared-error",
            network=pl.Network.random([5, 3], activation="identity"),
            optimizer=pl.SGD(1e30),
        )
    assert not is_reading()


def test_examples_larger_than_a_window_come_one_by_one(monkeypatch: pytest.MonkeyPatch, streamed: Dataset):
    monkeypatch.setattr(window, "CHUNK_BYTES", 3)
    monkeypatch.setattr(window, "WINDOW_BYTES", 5)
    assert sorted(order_of(streamed, 1, 1)) == list(range(138))
