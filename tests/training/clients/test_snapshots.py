"""Snapshots: the very parameters of each moment, evenly spread, few enough, and whole."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import (
    AlreadyExistsError,
    DivergenceError,
    FormatError,
    InvalidValueError,
    MissingFileError,
    WriteError,
)
from pellucid.training import Progress, TrainingResult
from pellucid.training.clients import Snapshots, snapshots
from pellucid.training.clients.snapshots import file_of, read_snapshot, snapshots_in

StandIn = Callable[..., Any]
STEPS = 7


def assert_same(one: Any, other: Any) -> None:
    for layer, known in zip(one, other, strict=True):
        for array, expected in zip(layer, known, strict=True):
            np.testing.assert_array_equal(array, expected)


def test_they_hold_the_parameters_of_their_moment(followed: Any):
    assert snapshots_in(followed.folder) == (0, 5, 10, 15, 20)
    for step in (5, 10, 15, 20):
        held = read_snapshot(followed.folder, step)
        assert held.state.time == step
        assert (held.position.epoch, len(held.position.costs)) == ((step - 1) // STEPS + 1, (step - 1) % STEPS + 1)
        assert held.state.averages is not None
        assert held.best is None
        assert_same(held.state.parameters, followed.watch.states[step])
    start = pl.Network.random([64, 8, 10], output="softmax", seed=0)
    assert_same(read_snapshot(followed.folder, 0).state.parameters, start.parameters)


def test_a_run_that_is_not_followed_goes_on_from_one_to_the_same_end(
    train: Callable[..., TrainingResult], followed: Any
):
    again = train(resume=read_snapshot(followed.folder, 10))
    assert_same(again.checkpoint.state.parameters, followed.result.checkpoint.state.parameters)
    assert again.history == followed.result.history


def go(client: Snapshots, run: Any, first: int, last: int) -> list[int]:
    """Lets the client see steps as a run does, and tells how many snapshots there were after each."""
    counts = []
    for made in range(first, last):
        client.steps_done(run, Progress(made // STEPS + 1, 3, made % STEPS + 1, STEPS, 1.0, None))
        counts.append(len(snapshots_in(client.folder)))
    return counts


def test_there_are_never_too_many_and_they_stay_evenly_spread(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(snapshots, "MOST", 5)
    client = Snapshots(tmp_path, every=1)
    client.run_begins(stand_in(0))
    assert max(go(client, stand_in(1), 0, 28)) == 5
    assert snapshots_in(tmp_path) == (0, 8, 16, 24)
    resumed = Snapshots(tmp_path, every=1)
    resumed.run_begins(stand_in(3))
    go(resumed, stand_in(3), 26, 40)
    assert snapshots_in(tmp_path) == (0, 16, 32)


def test_nor_too_large(stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(snapshots, "MOST_BYTES", 1)
    client = Snapshots(tmp_path, every=4)
    client.run_begins(stand_in(0))
    go(client, stand_in(1), 0, 21)
    assert snapshots_in(tmp_path) == (0, 16)


def test_they_follow_a_folder_that_is_moved(stand_in: StandIn, tmp_path: Path):
    place = [tmp_path / "hidden"]
    client = Snapshots(lambda: place[0], every=1)
    client.run_begins(stand_in(0))
    place[0] = place[0].rename(tmp_path / "run")
    go(client, stand_in(1), 0, 2)
    assert snapshots_in(tmp_path / "run") == (0, 1, 2)
    assert not (tmp_path / "hidden").exists()


def test_what_was_cut_short_is_swept_out(stand_in: StandIn, tmp_path: Path):
    (tmp_path / ".step-000000005.safetensors.x.part").write_bytes(b"half")
    (tmp_path / "notes.txt").write_text("my own")
    Snapshots(tmp_path, every=5).run_begins(stand_in(0))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", file_of(0)]


def test_those_of_another_run_are_left_alone(stand_in: StandIn, tmp_path: Path):
    Snapshots(tmp_path, every=20).run_begins(stand_in(0))
    before = (tmp_path / file_of(0)).read_bytes()
    with pytest.raises(AlreadyExistsError, match=r"holds snapshots of another run; choose another folder$"):
        Snapshots(tmp_path, every=20).run_begins(stand_in(0))
    assert (tmp_path / file_of(0)).read_bytes() == before


def test_a_folder_that_cannot_be_made_is_said_before_training(stand_in: StandIn, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"the folder could not be made"):
        Snapshots(tmp_path / "file", every=5).run_begins(stand_in(0))


def test_training_goes_on_where_one_cannot_be_written(stand_in: StandIn, tmp_path: Path):
    client = Snapshots(tmp_path / "snapshots", every=1)
    client.run_begins(stand_in(0))
    (tmp_path / "snapshots").rename(tmp_path / "away")
    with pytest.warns(RuntimeWarning, match=r"step-000000001\.safetensors: no snapshot was written"):
        client.take(stand_in(1), 1)
    (tmp_path / "away").rename(tmp_path / "snapshots")
    client.take(stand_in(1), 2)
    assert snapshots_in(tmp_path / "snapshots") == (0, 2)


def test_one_that_is_taken_again_leaves_nothing_else_behind(stand_in: StandIn, tmp_path: Path):
    client = Snapshots(tmp_path, every=1)
    client.run_begins(stand_in(0))
    for _ in range(2):  # a run that was killed beyond its last checkpoint makes the same step again
        client.take(stand_in(1), 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == [file_of(0), file_of(1)]


def test_a_run_that_diverges_says_so_and_takes_none_of_what_is_no_number(tmp_path: Path):
    huge = np.full(20, 1e10, np.float32)
    data = pl.Dataset.from_arrays(huge[:, None], huge, validation=0, test=0)
    network = pl.Network.random([1, 1], activation="identity", initializer="zeros")
    client = Snapshots(tmp_path, every=1)
    with pytest.raises(DivergenceError, match=r"epoch 1, step 1 of 1: the correction of layer 2 overflowed"):
        pl.train(
            network,
            data,
            cost="absolute-error",
            optimizer=pl.SGD(1e30),
            batch_size="full",
            epochs=1,
            callbacks=[client],
        )
    assert snapshots_in(tmp_path) == (0,)


def test_asking_for_one_that_is_not_there_names_the_nearest(followed: SimpleNamespace, tmp_path: Path):
    with pytest.raises(
        InvalidValueError, match=r"^at: there are 5 snapshots, of the steps 0 to 20; got 9, the nearest: 5 and 10$"
    ):
        read_snapshot(followed.folder, 9)
    with pytest.raises(InvalidValueError, match=r"got 900, the nearest: 20$"):
        read_snapshot(followed.folder, 900)
    with pytest.raises(MissingFileError, match=r"no snapshots; a run that is trained with --snapshots N leaves some$"):
        read_snapshot(tmp_path, 0)
    (tmp_path / file_of(7)).write_bytes(b"nonsense")
    with pytest.raises(FormatError, match=r"step-000000007\.safetensors"):
        read_snapshot(tmp_path, 7)


@pytest.mark.parametrize("every", [0, -1])
def test_a_number_of_steps_that_is_none_is_refused(every: int, tmp_path: Path):
    with pytest.raises(InvalidValueError, match=r"^snapshots: a whole number of steps above 0 is required, got "):
        Snapshots(tmp_path, every)
