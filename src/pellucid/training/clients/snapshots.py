"""Snapshots: where training stood after every so many steps, to look back at.

A snapshot is a checkpoint without the best epoch's parameters: the parameters of that moment, what the optimizer
remembers of them, their averages, and the plan. So any number of the network of then can be explained, its next
correction included.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pellucid.errors import AlreadyExistsError, InvalidValueError, MissingFileError, WriteError, is_whole
from pellucid.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from pellucid.training.events import Callback, Progress

if TYPE_CHECKING:
    from pellucid.training.run import Run

SNAPSHOTS_FOLDER = "snapshots"
"""Within a run folder."""
FILE = re.compile(r"step-([0-9]{9,15})\.safetensors")
MOST = 100
MOST_BYTES = 2**30


class Snapshots(Callback):
    """Writes a snapshot before the first step and after every so many.

    There are never more than 100, and never more than 1 GiB of them (but always two): beyond that every second one is
    removed, and from then on half as many are taken. They stay evenly spread over the run that way. Where one cannot
    be written, say because the disk is full, training goes on with a warning.

    Parameters:
        folder: where they lie, as `step-000000500.safetensors`, …; it is made if need be. Or a function that says where
            at this moment, if the folder may be moved meanwhile.
        every: after so many steps.

    Raises:
        InvalidValueError: `every` is no whole number above 0.
        AlreadyExistsError: snapshots of another run are there, when the run begins.
        WriteError: the folder cannot be made, when the run begins.
    """

    def __init__(self, folder: str | Path | Callable[[], Path], every: int) -> None:
        if not is_whole(every, 1):
            raise InvalidValueError(f"snapshots: a whole number of steps above 0 is required, got {every!r}")
        self.where: Callable[[], Path] = folder if callable(folder) else lambda: Path(folder)
        self.every = self.interval = every
        self.kept: list[int] = []

    @property
    def folder(self) -> Path:
        """Where they lie at this moment."""
        return self.where()

    def run_begins(self, run: Run) -> None:
        """Takes the first snapshot; of a run that is resumed, goes on from those that it has."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for cut_short in self.folder.glob(".step-*.part"):
                cut_short.unlink(missing_ok=True)
        except OSError as error:
            raise WriteError(f"{self.folder}: the folder could not be made ({error.strerror or error})") from error
        self.kept = list(snapshots_in(self.folder))
        if not run.epoch:
            if self.kept:
                raise AlreadyExistsError(f"{self.folder}: holds snapshots of another run; choose another folder")
            self.take(run, 0)
        self.every = self.interval = max([self.interval, *[step for step in self.kept if step][:1]])

    def steps_done(self, run: Run, progress: Progress) -> None:
        """Takes a snapshot where it is time."""
        step = (progress.epoch - 1) * progress.steps + progress.step
        if step % self.interval == 0:
            self.take(run, step)

    def take(self, run: Run, step: int) -> None:
        """Writes the snapshot of this moment, and thins out those before where there are too many.

        There is none of parameters that have left the finite numbers: the next block of steps will find it out.
        """
        path, checkpoint = self.folder / file_of(step), run.checkpoint()
        if not checkpoint.is_finite:
            return
        try:
            write_checkpoint(path, replace(checkpoint, best=None, best_epoch=0))
            if step not in self.kept:
                self.kept.append(step)
            size = path.stat().st_size
            while len(self.kept) > 2 and (len(self.kept) > MOST or len(self.kept) * size > MOST_BYTES):
                self.thin_out()
        except OSError as error:  # a WriteError is one
            warnings.warn(f"{path}: no snapshot was written ({error})", RuntimeWarning, stacklevel=2)

    def thin_out(self) -> None:
        """Removes every second snapshot, and lets the next ones be as far apart."""
        self.every = self.interval = 2 * self.interval
        for step in [step for step in self.kept if step % self.interval]:
            (self.folder / file_of(step)).unlink(missing_ok=True)
            self.kept.remove(step)


def file_of(step: int) -> str:
    """The name of the snapshot after so many steps."""
    return f"step-{step:09}.safetensors"


def snapshots_in(folder: Path) -> tuple[int, ...]:
    """After which steps there are snapshots in a folder, in order; none where there is no folder."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return tuple(sorted(int(found[1]) for found in map(FILE.fullmatch, names) if found))


def read_snapshot(folder: Path, step: int) -> Checkpoint:
    """The snapshot that was taken after so many steps.

    Parameters:
        folder: of the snapshots.
        step: 0 for the start.

    Raises:
        MissingFileError: there are none.
        InvalidValueError: there is none of that step; the message names the nearest.
        FormatError: it is damaged.
    """
    steps = snapshots_in(folder)
    if not steps:
        raise MissingFileError(f"{folder}: no snapshots; a run that is trained with --snapshots N leaves some")
    if step not in steps:
        before, after = [k for k in steps if k < step][-1:], [k for k in steps if k > step][:1]
        nearest = " and ".join(f"{k}" for k in (*before, *after))
        raise InvalidValueError(
            f"at: there are {len(steps)} snapshots, of the steps {steps[0]} to {steps[-1]}; got {step}, the nearest: "
            f"{nearest}"
        )
    return read_checkpoint(folder / file_of(step))
