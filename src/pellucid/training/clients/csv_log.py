"""The history of a run as a CSV file, one row an epoch, that grows while the run is under way."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from pellucid.errors import AlreadyExistsError, WriteError
from pellucid.files import write_atomically
from pellucid.training.events import Callback
from pellucid.training.history import EpochRecord

if TYPE_CHECKING:
    from pellucid.training.run import Run

COLUMNS = tuple(field.name for field in fields(EpochRecord))


class CsvLog(Callback):
    """Writes a row for each epoch, with what `EpochRecord` has as columns; an empty cell stands for None.

    It holds no times, so that the same run gives the same file. Where a row cannot be written, say because the disk is
    full, training goes on with a warning, and the next epoch writes what is missing.

    Parameters:
        path: of the file. A run that is resumed goes on with its own; any other file of that name is refused.

    Raises:
        AlreadyExistsError: there is something else of that name, when the run begins.
        WriteError: it cannot be written to, when the run begins.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.is_whole = False

    def run_begins(self, run: Run) -> None:
        """Writes the header, and the rows of the epochs that are done already."""
        text = written(run.history)
        self.require_own(text, is_new=not run.epoch)
        write_atomically(self.path, text.encode())
        self.is_whole = True

    def epoch_done(self, run: Run, record: EpochRecord) -> None:
        """Writes the epoch's row, or where an earlier one is missing all of them."""
        try:
            if self.is_whole:
                with self.path.open("a", encoding="utf-8", newline="") as file:
                    file.write(row_of(record))
            else:
                write_atomically(self.path, written(run.history).encode())
            self.is_whole = True
        except OSError as error:  # a WriteError is one
            self.is_whole = False
            warnings.warn(f"{self.path}: epoch {record.epoch} was not written ({error})", RuntimeWarning, stacklevel=2)

    def require_own(self, text: str, *, is_new: bool) -> None:
        """Checks that what stands there, if anything, is this run's, of this moment or a little later.

        Raises:
            AlreadyExistsError: it is something else.
        """
        try:
            with self.path.open("rb") as file:
                there = file.read(len(text.encode()) + 1).decode("utf-8", "replace")
        except FileNotFoundError:
            return
        except OSError as error:
            raise WriteError(f"{self.path}: could not be opened ({error.strerror or error})") from error
        is_own = there in ("", text) if is_new else there.startswith(text) or text.startswith(there)
        if not is_own:
            raise AlreadyExistsError(f"{self.path}: exists already; choose another name or move it away")


def written(history: Sequence[EpochRecord]) -> str:
    """The file's text for these epochs."""
    return "".join([as_row(COLUMNS), *map(row_of, history)])


def row_of(record: EpochRecord) -> str:
    """The row of an epoch, its numbers written so that they can be read back exactly."""
    return as_row(astuple(record))


def as_row(cells: Iterable[object]) -> str:
    """One row of the file, its end included."""
    buffer = StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
