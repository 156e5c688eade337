"""Saving while training goes on: checkpoint, best model, history and times, each file whole or as it was before."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from pellucid.data import Dataset
from pellucid.errors import WriteError
from pellucid.files import read_bounded, write_atomically
from pellucid.files.tensors import parse_json
from pellucid.model import save
from pellucid.model.storage import MODEL_FILE
from pellucid.training.checkpoint import CHECKPOINT_FILE, PREVIOUS_FILE, write_checkpoint
from pellucid.training.events import Callback, Progress
from pellucid.training.gradient_log import GradientLog
from pellucid.training.history import EpochRecord
from pellucid.training.provenance import best_model
from pellucid.training.run_config import CHECKPOINT_MINUTES
from pellucid.training.run_folder import GRADIENTS_FILE, HISTORY_FILE, TIMINGS_FILE, RunFolder

if TYPE_CHECKING:
    from pellucid.training.run import Run

LEAST_SECONDS = 1.0
"""Quick epochs are saved together: after so many seconds at the soonest."""
LEAST_TIMES = 20
"""Nor before so many times as long as saving took: it never costs more than a twentieth of the time."""
MAX_BYTES = 2**28


class Saving(Callback):
    """Saves a run in its folder: after each epoch, within long ones every few minutes, and at the end.

    A failure to save, as on a full disk, is told, and training goes on: what was saved before stays, and the next
    attempt follows as if it had gone well. Only at the end of the run it is an error.

    Parameters:
        folder: of the run; it is published as soon as there is a checkpoint.
        data: what is learnt, numbers to predict in their own units.
        tell: told of failures, and that it works again.
        made_by: more for the model's file to say.
        config: the entries of the run's configuration that its numbers follow from.
        minutes: from one checkpoint to the next within an epoch, at most.
        logs_gradients: whether the norms of gradients are kept.
    """

    def __init__(
        self,
        folder: RunFolder,
        data: Dataset,
        tell: Callable[[str], object],
        *,
        made_by: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        minutes: float = CHECKPOINT_MINUTES,
        logs_gradients: bool = False,
    ) -> None:
        self.folder, self.data, self.tell = folder, data, tell
        self.made_by, self.config, self.seconds = dict(made_by or {}), dict(config or {}), 60 * minutes
        self.wants_gradients = logs_gradients
        self.log = GradientLog()
        self.timings: list[dict[str, Any]] = []
        self.gradients: list[dict[str, Any]] = []
        self.saved_best: EpochRecord | None = None
        self.has_news, self.is_failing = False, False
        self.last = self.pause = 0.0

    def run_begins(self, run: Run) -> None:
        """Takes over what an earlier process has kept of the epochs that are done."""
        n_done = len(run.history)
        self.timings = read_records(self.folder.place / TIMINGS_FILE, n_done)
        self.gradients = read_records(self.folder.place / GRADIENTS_FILE, n_done)
        self.last = monotonic()

    def steps_done(self, run: Run, progress: Progress) -> None:
        """Saves within an epoch, if it is time."""
        if progress.norms is not None:
            self.log.add(progress.norms)
        if progress.step < progress.steps:
            self.save_if_due(run)

    def epoch_done(self, run: Run, record: EpochRecord) -> None:
        """Saves after an epoch, unless it was a quick one."""
        self.timings.append({"epoch": record.epoch, "seconds": run.seconds[-1]})
        if self.wants_gradients:
            self.gradients.append(self.log.record(record.epoch))
        self.has_news = True
        self.save_if_due(run)

    def run_ends(self, run: Run) -> None:
        """Saves the end.

        Raises:
            WriteError: that cannot be done.
        """
        self.save(run)

    def save_if_due(self, run: Run) -> None:
        """Saves if there is something new and the last time is long enough ago; a failure is told."""
        began = monotonic()
        if began - self.last < max(self.pause, 0 if self.has_news else self.seconds):
            return
        try:
            self.save(run)
        except WriteError as error:
            if not self.is_failing:
                self.tell(f"Warning: {error}; training goes on, and will be saved as soon as that is possible")
            self.is_failing = True
        else:
            if self.is_failing:
                self.tell("Saved again.")
            self.is_failing = False
        self.last = monotonic()
        self.pause = max(LEAST_SECONDS, LEAST_TIMES * (self.last - began))

    def save(self, run: Run) -> None:
        """Writes what has changed.

        Parameters that have left the finite numbers are not: the next block of steps will find it out.

        Raises:
            WriteError: the disk is full, or the folder is gone.
        """
        place, checkpoint = self.folder.place, replace(run.checkpoint(), config=self.config)
        if checkpoint.is_finite:
            write_checkpoint(place / CHECKPOINT_FILE, checkpoint, previous=place / PREVIOUS_FILE)
        elif run.best_record is None:
            return
        if self.saved_best is None or self.saved_best != run.best_record:
            self.save_best(run)
        write_records(place / HISTORY_FILE, [record.to_dict() for record in run.history])
        write_records(place / TIMINGS_FILE, self.timings)
        if self.wants_gradients:
            write_records(place / GRADIENTS_FILE, self.gradients)
        self.folder.publish()
        self.has_news = False

    def save_best(self, run: Run) -> None:
        """Writes the model of the best epoch; where none is done yet, at the end of the run that of the last step."""
        if run.best_record is not None or run.stopped_because:
            model = best_model(run, self.data)
            save(replace(model, provenance={**model.provenance, **self.made_by}), self.folder.place / MODEL_FILE)
            self.saved_best = run.best_record


def write_records(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """Writes one JSON object a line.

    Raises:
        WriteError: the disk is full or the folder missing.
    """
    write_atomically(path, "".join(f"{json.dumps(record, allow_nan=False)}\n" for record in records).encode())


def read_records(path: Path, n_epochs: int) -> list[dict[str, Any]]:
    """The records of the first epochs in such a file; none where it is missing or damaged: no number depends on it."""
    try:
        lines = read_bounded(path, MAX_BYTES).decode().splitlines()
        records = [parse_json(line, str(path)) for line in lines]
    except (OSError, ValueError):
        return []
    epochs = [record.get("epoch") for record in records]
    return [r for r, epoch in zip(records, epochs, strict=True) if type(epoch) is int and 1 <= epoch <= n_epochs]
