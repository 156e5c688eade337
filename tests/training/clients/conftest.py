"""One run that is followed by clients, and a stand-in for a run where only its history or checkpoint matters."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import pellucid as pl
from pellucid.training import TrainingResult
from pellucid.training.clients import CsvLog, Snapshots
from pellucid.training.events import Callback, Progress
from pellucid.training.history import EpochRecord
from pellucid.training.regularisation import Regularisation

EVERY = 5


@pytest.fixture(scope="session")
def train() -> Callable[..., TrainingResult]:
    """Trains on the digits for 3 epochs of 7 steps, with all that a state can hold."""
    data, network = pl.load_data("digits"), pl.Network.random([64, 8, 10], output="softmax", seed=0)

    def run(*callbacks: Callback, **choices: Any) -> TrainingResult:
        usual = {
            "cost": "cross-entropy",
            "optimizer": pl.Adam(),
            "regularisation": Regularisation(averaging=0.9, dropout=(0.1, 0.3)),
            "batch_size": 167,
            "epochs": 3,
        }
        return pl.train(network, data, callbacks=callbacks, **(usual | choices))

    return run


class Watch(Callback):
    """Keeps the parameters after each step, and what the CSV file held after each epoch."""

    every = 1

    def __init__(self, file: Path) -> None:
        self.file, self.states, self.texts = file, dict[int, Any](), list[str]()

    def steps_done(self, run: Any, progress: Progress) -> None:
        step = (progress.epoch - 1) * progress.steps + progress.step
        self.states[step] = run.on_host(run.state).parameters

    def epoch_done(self, run: Any, record: EpochRecord) -> None:
        self.texts.append(self.file.read_text())


@pytest.fixture(scope="session")
def followed(train: Callable[..., TrainingResult], tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The result of such a run, what was watched, its CSV file and the folder of its snapshots."""
    folder = tmp_path_factory.mktemp("run")
    file = folder / "log.csv"
    watch = Watch(file)
    result = train(CsvLog(file), Snapshots(folder, EVERY), watch)
    return SimpleNamespace(result=result, watch=watch, file=file, folder=folder)


@pytest.fixture
def stand_in(followed: SimpleNamespace) -> Callable[..., Any]:
    """`stand_in(epochs)`: what clients ask of a run after so many epochs of that one."""

    def make(epochs: int) -> Any:
        return SimpleNamespace(
            epoch=epochs,
            history=list(followed.result.history[:epochs]),
            checkpoint=lambda: followed.result.checkpoint,
        )

    return make
