"""A run that goes on from a checkpoint, taken at the end of any block, ends in the bytes of one that never stopped."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Dataset
from pellucid.errors import InvalidValueError
from pellucid.maths import SGD, Adam, AdamW, Optimizer, RMSProp
from pellucid.model import save
from pellucid.training import Callback, Progress, Regularisation, TrainingResult, block, window
from pellucid.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint

OPTIMIZERS = (
    SGD(0.05),
    SGD(0.05, momentum=0.9),
    SGD(0.05, momentum=0.9, nesterov=True),
    RMSProp(0.01),
    Adam(0.01),
    AdamW(0.01, weight_decay=0.1),
)
BATCH = 46
"""Of the 138 examples; each epoch has three blocks of one step."""


@dataclass(frozen=True)
class Setting:
    """Data and choices, as arguments of `train`."""

    choose: Callable[[Dataset, Dataset, Path], Dataset]
    choices: dict[str, Any]
    is_regression: bool = False


def streamed(blobs: Dataset, line: Dataset, folder: Path) -> Dataset:
    np.save(folder / "train.npy", blobs.train.raw)
    return replace(blobs, train=replace(blobs.train, raw=np.load(folder / "train.npy", mmap_mode="r")))


EVERYTHING = Regularisation((0.1, 0.3), 0.1, 0.1, max_norm=2.0, clip_norm=1.0, averaging=0.9)
SETTINGS = {
    "dropout, averages and a plateau": Setting(
        lambda blobs, line, folder: blobs,
        {"regularisation": EVERYTHING, "schedule": "plateau:patience=1,gain=0.2,factor=0.5", "penalty": pl.L2(0.01)},
    ),
    "streamed": Setting(streamed, {"balance": "weights", "schedule": "cosine:warmup=0.5"}),
    "resampled": Setting(
        lambda blobs, line, folder: blobs, {"balance": "resample", "schedule": "exponential:factor=0.5"}
    ),
    "regression with scaled targets": Setting(
        lambda blobs, line, folder: line, {"scale_targets": True, "batch_size": 16}, is_regression=True
    ),
}


EVERY, OTHERS = next(iter(SETTINGS)), [*SETTINGS][1:]
PAIRS = [(EVERY, optimizer) for optimizer in OPTIMIZERS] + [
    (OTHERS[k % len(OTHERS)], optimizer) for k, optimizer in enumerate(OPTIMIZERS)
]
"""Each optimizer with the setting that keeps the most beside its state, and with one of the others, which have two."""


class Checkpoints(Callback):
    """Takes a checkpoint after every block, and in the end."""

    def __init__(self) -> None:
        self.taken: list[Checkpoint] = []

    def steps_done(self, run: Any, progress: Progress) -> None:
        self.taken.append(run.checkpoint())

    def epoch_done(self, run: Any, record: Any) -> None:
        self.taken.append(run.checkpoint())


@pytest.fixture
def compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of one step, whose programs are those of the first run: compiling anew gives the same, and takes long."""
    monkeypatch.setattr(block, "BLOCK_SECONDS", 1e-9)
    monkeypatch.setattr(window, "CHUNK_BYTES", 80)
    monkeypatch.setattr(window, "WINDOW_BYTES", 1000)
    known: dict[Any, Any] = {}

    def once(kind: str, build: Callable[..., Any]) -> Callable[..., Any]:
        def compiled(*arguments: Any, **others: Any) -> Any:
            size = next((each for each in arguments if isinstance(each, int)), None)
            if (kind, size) not in known:
                known[kind, size] = build(*arguments, **others)
            return known[kind, size]

        return compiled

    for name in ("compile_block", "compile_judge"):
        monkeypatch.setattr(block, name, once(name, getattr(block, name)))


def learn(data: Dataset, setting: Setting, optimizer: Optimizer, **others: Any) -> TrainingResult:
    n_in, n_out = data.features.n_features, data.train.n_outputs
    output, cost = ("identity", "half-squared-error") if setting.is_regression else ("softmax", "cross-entropy")
    network = pl.Network.random([n_in, 4, n_out], activation="tanh", output=output, seed=1)
    choices = {"cost": cost, "batch_size": BATCH, "epochs": 3, "seed": 5} | setting.choices | others
    return pl.train(network, data, optimizer=optimizer, **choices)


def bytes_of(result: TrainingResult, folder: Path) -> tuple[bytes, bytes, tuple[Any, ...]]:
    write_checkpoint(folder / "c", result.checkpoint)
    return (folder / "c").read_bytes(), save(result.model, folder / "m").read_bytes(), result.history


@pytest.mark.usefixtures("compiled_once")
@pytest.mark.parametrize(("name", "optimizer"), PAIRS, ids=str)
def test_from_the_end_of_any_block_it_ends_in_the_same_bytes(
    blobs: Dataset, line: Dataset, name: str, optimizer: Optimizer, tmp_path: Path
):
    setting = SETTINGS[name]
    data, checkpoints = setting.choose(blobs, line, tmp_path), Checkpoints()
    whole = learn(data, setting, optimizer, callbacks=[checkpoints])
    known = bytes_of(whole, tmp_path)
    assert len(checkpoints.taken) >= 12
    for number, taken in enumerate(checkpoints.taken):
        write_checkpoint(tmp_path / "taken", taken)
        gone_on = learn(data, setting, optimizer, resume=read_checkpoint(tmp_path / "taken"))
        assert bytes_of(gone_on, tmp_path) == known, f"from checkpoint {number}: {taken.position[:2]}"


@pytest.mark.usefixtures("compiled_anew")
def test_it_goes_on_with_programs_of_its_own_and_blocks_of_another_length(
    blobs: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As in another process: everything is compiled anew; mini-batches of 10, and one of 8."""
    setting, checkpoints = SETTINGS["dropout, averages and a plateau"], Checkpoints()
    with monkeypatch.context() as patch:
        patch.setattr(block, "BLOCK_SECONDS", 1e-9)
        whole = learn(blobs, setting, Adam(0.01), batch_size=10, callbacks=[checkpoints])
    assert checkpoints.taken[20].position[:2] == (2, 60)
    gone_on = learn(blobs, setting, Adam(0.01), batch_size=10, resume=checkpoints.taken[20])
    assert bytes_of(gone_on, tmp_path) == bytes_of(whole, tmp_path)


@pytest.mark.usefixtures("compiled_once")
def test_more_epochs_go_on_beyond_the_end(blobs: Dataset, tmp_path: Path):
    setting = SETTINGS["resampled"]
    short = learn(blobs, setting, Adam(0.01), epochs=2)
    assert short.stopped_because == "all epochs done"
    longer = learn(blobs, setting, Adam(0.01), epochs=5, resume=short.checkpoint)
    assert bytes_of(longer, tmp_path) == bytes_of(learn(blobs, setting, Adam(0.01), epochs=5), tmp_path)


@pytest.mark.usefixtures("compiled_once")
def test_what_has_ended_by_patience_has_ended_though_nobody_had_time_to_say_so(blobs: Dataset, tmp_path: Path):
    """A process may be killed after the last epoch was saved, and before the end was."""
    setting, checkpoints = Setting(lambda blobs, line, folder: blobs, {"patience": 2, "least_gain": 0.5}), Checkpoints()
    whole = learn(blobs, setting, SGD(0.01), epochs=9, callbacks=[checkpoints])
    assert whole.stopped_because == "no better for 2 epochs"
    last = checkpoints.taken[-1]
    assert (last.stopped_because, len(last.history)) == ("", len(whole.history))
    gone_on = learn(blobs, setting, SGD(0.01), epochs=9, resume=last)
    assert bytes_of(gone_on, tmp_path) == bytes_of(whole, tmp_path)
    patient = learn(blobs, setting, SGD(0.01), epochs=9, resume=whole.checkpoint, patience=4)
    assert len(patient.history) == len(whole.history) + 2


@pytest.fixture(scope="module")
def resampled(blobs: Dataset) -> TrainingResult:
    """A run that has come to its end."""
    return learn(blobs, SETTINGS["resampled"], Adam(0.01))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"batch_size": 23}, "changed: batch_size. Only epochs and patience may be others"),
        ({"seed": 6}, "changed: seed."),
        ({"schedule": "cosine"}, "changed: schedule."),
        ({"balance": "none", "penalty": pl.L1(0.5)}, "changed: penalty, balance."),
        ({"regularisation": Regularisation(max_norm=1.0)}, "changed: regularisation."),
        ({"epochs": 1}, "epochs: 3 were begun before, at least as many are required, got 1"),
    ],
)
def test_a_changed_plan_is_refused_by_name(
    blobs: Dataset, resampled: TrainingResult, change: dict[str, Any], named: str
):
    setting = SETTINGS["resampled"]
    with pytest.raises(InvalidValueError) as refusal:
        learn(blobs, setting, Adam(0.01), resume=resampled.checkpoint, **change)
    assert named in str(refusal.value)
    with pytest.raises(InvalidValueError, match=r"^resume: .*changed: optimizer\."):
        learn(blobs, setting, Adam(0.02), resume=resampled.checkpoint)


def test_changed_data_and_a_changed_network_are_refused_by_name(blobs: Dataset, resampled: TrainingResult):
    raw = blobs.train.raw.copy()
    raw[7, 2] += 1e-3
    changed = replace(blobs, train=replace(blobs.train, raw=raw))
    with pytest.raises(InvalidValueError, match=r"^resume: the run goes on only as it was begun; changed: data\."):
        learn(changed, SETTINGS["resampled"], Adam(0.01), resume=resampled.checkpoint)
    network = pl.Network.random([5, 6, 3], activation="relu", output="softmax")
    with pytest.raises(InvalidValueError, match=r"changed: .*sizes, activations\."):
        pl.train(network, blobs, cost="cross-entropy", optimizer=Adam(0.01), resume=resampled.checkpoint)


def test_a_checkpoint_that_stands_where_nobody_can_is_refused(blobs: Dataset, resampled: TrainingResult):
    setting, done = SETTINGS["resampled"], resampled.checkpoint
    for odd in (
        replace(done, position=done.position._replace(met=10**15)),
        replace(done, position=done.position._replace(costs=np.zeros(9), correct=np.zeros(9))),
        replace(done, state=done.state._replace(time=8)),
    ):
        with pytest.raises(InvalidValueError, match=r"^resume: \d steps of epoch 3 cannot have met .* is damaged$"):
            learn(blobs, setting, Adam(0.01), epochs=4, resume=odd)
