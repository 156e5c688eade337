"""The run folder: what a training run leaves behind, kept for one run at a time, and never lost to a failure."""

import shutil
from contextlib import ExitStack
from pathlib import Path

from pellucid.errors import AlreadyExistsError, InvalidValueError, MissingFileError, PellucidError, WriteError
from pellucid.files.exchange import exchange
from pellucid.files.locking import Lock
from pellucid.model.storage import MODEL_FILE
from pellucid.training.checkpoint import CHECKPOINT_FILE, PREVIOUS_FILE
from pellucid.training.clients.snapshots import SNAPSHOTS_FOLDER
from pellucid.training.trained_on import TRAINED_ON_FILE

CONFIG_FILE = "config.toml"
HISTORY_FILE = "history.jsonl"
TIMINGS_FILE = "timings.jsonl"
GRADIENTS_FILE = "gradients.jsonl"
LOCK_FILE = ".lock"
"""While a run is under way in the folder."""
RUNS = Path("runs")
PICTURES = ("learning-curves", "network", "activation", "first-layer-weights", "confusion", "most-wrong", "predicted")
OWN_FILES = {
    *(CONFIG_FILE, HISTORY_FILE, TIMINGS_FILE, GRADIENTS_FILE, LOCK_FILE),
    *(MODEL_FILE, CHECKPOINT_FILE, PREVIOUS_FILE, TRAINED_ON_FILE, SNAPSHOTS_FOLDER),
    *(f"{name}{suffix}" for name in PICTURES for suffix in (".png", ".svg")),
}
"""All that a run ever writes: anything else in a run folder is somebody's own, and is never deleted."""


class RunFolder:
    """A run folder, held by this process alone from its first file to its last.

    Parameters:
        folder: its name.

    Attributes:
        place: where its files lie at this moment.
        is_kept: whether there is something to show; a folder without is gone at the end.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = self.place = folder
        self.is_kept = False
        self.held = ExitStack()

    def __enter__(self) -> "RunFolder":
        """Takes the folder.

        Raises:
            AlreadyExistsError: there is something of that name, or a run is under way there.
            InvalidValueError: it is no folder that may be overwritten.
            WriteError: it cannot be made or written to.
        """
        with self.held:
            try:
                self.claim()
            except PellucidError:
                raise
            except OSError as error:
                reason = error.strerror or error
                raise WriteError(f"{self.folder}: the folder could not be made ({reason})") from error
            self.lock = self.hold(self.place)
            self.held = self.held.pop_all()
        return self

    def claim(self) -> None:
        """Makes sure that `place` is there for this run; each kind of folder in its own way."""

    def hold(self, folder: Path) -> Lock:
        """The lock of a folder, taken until this one is left.

        Raises:
            AlreadyExistsError: somebody else has it.
        """
        lock = Lock(folder / LOCK_FILE)
        if not lock.take():
            raise AlreadyExistsError(
                f"{folder}: a run is under way there; wait for its end, end it with Ctrl-C, or choose another folder"
            )
        self.held.callback(lock.release)
        return lock

    def publish(self) -> None:
        """There is something to show: the folder stays."""
        self.is_kept = True

    def __exit__(self, *details: object) -> None:
        self.held.close()
        if not self.is_kept:
            shutil.rmtree(self.place, ignore_errors=True)


class NewRun(RunFolder):
    """A new run folder.

    It has its name from the start. One that takes the place of another grows in a hidden folder beside it until there
    is something to show.

    Parameters:
        folder: its name to be; None: the first of `runs/NAME-1`, `runs/NAME-2`, … that is free.
        name: of the data.
        overwrite: whether it takes the place of a run folder that has the name already.

    Raises:
        AlreadyExistsError: there is something of that name.
        InvalidValueError: it should be overwritten, but is no run folder: nothing else is ever deleted.
    """

    def __init__(self, folder: Path | None, name: str, *, overwrite: bool) -> None:
        if folder is not None:
            check_target(folder, overwrite=overwrite)
        # A colon, as in spoken-digits:unseen-theo, may not stand in the name of a folder on Windows.
        self.numbered = None if folder is not None else name.replace(":", "-")
        super().__init__(folder if folder is not None else RUNS / f"{self.numbered}-1")
        self.overwrite = overwrite
        self.replaced: Lock | None = None

    def claim(self) -> None:
        """Makes the folder: of several runs that want the name, one succeeds."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while not made(self.folder):
            if self.numbered is None:
                self.claim_beside()
                return
            number += 1
            self.folder = self.place = RUNS / f"{self.numbered}-{number}"

    def claim_beside(self) -> None:
        """Makes the hidden folder in which a run grows that is to take the place of another."""
        check_target(self.folder, overwrite=self.overwrite)
        self.replaced = self.hold(self.folder)
        self.place = self.folder.with_name(f".{self.folder.name}.part")
        shutil.rmtree(self.place, ignore_errors=True)  # of a run that was killed while it held the same lock
        self.place.mkdir(mode=0o700)

    def publish(self) -> None:
        """There is something to show: the folder stays, and has its name.

        Raises:
            InvalidValueError: what it should replace holds somebody's own files by now; WriteError: it cannot be moved.
        """
        if self.replaced is not None and self.place != self.folder:
            check_target(self.folder, overwrite=True)
            old = self.place
            try:
                exchange(old, self.folder)
            except OSError as error:
                raise WriteError(f"{self.folder}: could not be replaced ({error.strerror or error})") from error
            self.place = self.folder
            self.lock.path, self.replaced.path = self.place / LOCK_FILE, old / LOCK_FILE
            self.replaced.release()
            shutil.rmtree(old, ignore_errors=True)
        super().publish()


class OldRun(RunFolder):
    """The folder of a run that goes on; files whose writing was cut short are swept out.

    Raises:
        MissingFileError: there is none.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / CONFIG_FILE).is_file():
            raise MissingFileError(
                f"{folder}: no run folder, which holds a {CONFIG_FILE}; 'pellucid train DATA --out RUN' makes one"
            )
        super().__init__(folder)
        self.is_kept = True

    def __enter__(self) -> "OldRun":
        super().__enter__()
        for entry in self.place.iterdir():
            if is_cut_short(entry.name):
                entry.unlink(missing_ok=True)
        return self


def made(folder: Path) -> bool:
    """Whether there was nothing of that name, and is a folder now."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return False
    return True


def is_cut_short(name: str) -> bool:
    """Whether a file of that name is one of a run's whose writing never came to its end."""
    return name.startswith(".") and name.endswith(".part") and name[1:].startswith(tuple(OWN_FILES))


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
        if entry.name not in OWN_FILES and not is_cut_short(entry.name):
            raise InvalidValueError(f"{folder}: holds {entry.name}, which is no file of a run; nothing was deleted")
