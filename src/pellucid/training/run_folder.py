"""The run folder: what a training run leaves behind, whole or not at all."""

import json
import shutil
import tempfile
from pathlib import Path

from pellucid.data import Dataset
from pellucid.errors import AlreadyExistsError, InvalidValueError, WriteError
from pellucid.files import write_atomically
from pellucid.model import Model, save
from pellucid.model.storage import MODEL_FILE
from pellucid.training.checkpoint import CHECKPOINT_FILE, write_checkpoint
from pellucid.training.history import TrainingResult
from pellucid.training.trained_on import TRAINED_ON_FILE, write_trained_on

CONFIG_FILE = "config.toml"
HISTORY_FILE = "history.jsonl"
TIMINGS_FILE = "timings.jsonl"
RUNS = Path("runs")
PICTURES = ("learning-curves", "network", "activation", "first-layer-weights", "confusion", "most-wrong", "predicted")
OWN_FILES = {CONFIG_FILE, HISTORY_FILE, TIMINGS_FILE, MODEL_FILE, CHECKPOINT_FILE, TRAINED_ON_FILE} | {
    f"{name}{suffix}" for name in PICTURES for suffix in (".png", ".svg")
}
"""All that a run ever writes: anything else in a run folder is somebody's own, and is never deleted."""


class NewRun:
    """A run folder under way: it has its name only once it is whole, and leaves nothing behind if it fails.

    Parameters:
        folder: its name to be; None: the first of `runs/NAME-1`, `runs/NAME-2`, … that is free when it is done.
        name: of the data.
        overwrite: whether a run folder that has the name already is replaced, once the new one is whole.

    Raises:
        AlreadyExistsError: there is something of that name.
        InvalidValueError: it should be overwritten, but is no run folder: nothing else is ever deleted.
        WriteError: the folder above it cannot be written to.
    """

    def __init__(self, folder: Path | None, name: str, *, overwrite: bool) -> None:
        # A colon, as in spoken-digits:unseen-theo, may not stand in the name of a folder on Windows.
        self.folder, self.name, self.overwrite = folder, name.replace(":", "-"), overwrite
        if folder is not None:
            check_target(folder, overwrite=overwrite)
        self.parent = RUNS if folder is None else folder.parent

    def __enter__(self) -> Path:
        try:
            self.parent.mkdir(parents=True, exist_ok=True)
            self.place = Path(tempfile.mkdtemp(prefix=".", suffix=".run.part", dir=self.parent))
        except OSError as error:
            where = self.folder or self.parent
            raise WriteError(f"{where}: the folder could not be made ({error.strerror or error})") from error
        return self.place

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object) -> None:
        if kind is not None:
            shutil.rmtree(self.place, ignore_errors=True)

    def publish(self) -> Path:
        """Gives the folder its name, and returns it.

        Raises:
            AlreadyExistsError: in the meantime something else has taken the name.
        """
        if self.folder is None:
            number = 1
            while not self._take(RUNS / f"{self.name}-{number}"):
                number += 1
            return RUNS / f"{self.name}-{number}"
        if self.overwrite and self.folder.is_dir():
            check_target(self.folder, overwrite=True)
            aside = Path(tempfile.mkdtemp(prefix=".", suffix=".run.old", dir=self.parent))
            self.folder.rename(aside / "run")
            self.place.rename(self.folder)
            shutil.rmtree(aside)
        elif not self._take(self.folder):
            raise AlreadyExistsError(f"{self.folder}: exists already; the run is in {self.place}")
        return self.folder

    def _take(self, folder: Path) -> bool:
        """Whether the name was free, and is now the run's."""
        try:
            folder.mkdir()  # of several that want the name, one succeeds
        except FileExistsError:
            return False
        folder.rmdir()
        self.place.rename(folder)
        return True


def check_target(folder: Path, *, overwrite: bool) -> None:
    """Checks that a run may have that name.

    Raises:
        AlreadyExistsError: it exists and may not be overwritten.
        InvalidValueError: it may, but is no run folder, or holds other files than a run's.
    """
    if not folder.exists() and not folder.is_symlink():
        return
    if not overwrite:
        raise AlreadyExistsError(f"{folder}: exists already; choose another name, move it away, or say --overwrite")
    if folder.is_symlink() or not (folder / CONFIG_FILE).is_file() or Path.cwd().is_relative_to(folder.resolve()):
        raise InvalidValueError(f"{folder}: only a run folder can be overwritten, this is none; nothing was deleted")
    for entry in folder.iterdir():
        if entry.name not in OWN_FILES:
            raise InvalidValueError(f"{folder}: holds {entry.name}, which is no file of a run; nothing was deleted")


def write_results(folder: Path, model: Model, result: TrainingResult, data: Dataset) -> None:
    """Writes model, history, timings, digests of the examples and, unless numbers are not finite, the checkpoint.

    Times are in a file of their own: the others are the same for the same run.

    Raises:
        WriteError: the disk is full.
    """
    history = [json.dumps(record.to_dict(), allow_nan=False) for record in result.history]
    pairs = zip(result.history, result.seconds, strict=True)
    timings = [json.dumps({"epoch": record.epoch, "seconds": seconds}) for record, seconds in pairs]
    save(model, folder / MODEL_FILE)
    if result.checkpoint.is_finite:
        write_checkpoint(folder / CHECKPOINT_FILE, result.checkpoint)
    write_trained_on(folder / TRAINED_ON_FILE, data)
    write_atomically(folder / HISTORY_FILE, "".join(f"{line}\n" for line in history).encode())
    write_atomically(folder / TIMINGS_FILE, "".join(f"{line}\n" for line in timings).encode())
