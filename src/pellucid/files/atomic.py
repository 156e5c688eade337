"""Writing whole files or nothing."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path

from pellucid.errors import PellucidError, WriteError


def write_atomically(path: Path, content: bytes, *, previous: Path | None = None) -> None:
    """Writes the file whole: a reader, or a crash, finds the old content or the new, never a part of it.

    Parameters:
        path: of the file.
        content: what it is to hold.
        previous: where the content of before is kept, in the same folder; None: nowhere.

    Raises:
        WriteError: as `writing_atomically`.
    """
    with writing_atomically(path, previous=previous) as file:
        file.write(content)


@contextmanager
def writing_atomically(path: Path, *, previous: Path | None = None) -> Iterator[BufferedWriter]:
    """A file to write to piece by piece, which takes its name when the block ends well.

    The bytes go to a private temporary file in the same folder, are flushed to the disk, and take the name at the end;
    then the folder itself is flushed, so that the name outlives a loss of power.

    Parameters:
        path, previous: as for `write_atomically`.

    Raises:
        WriteError: the folder is missing, the disk full, or writing not permitted. Whatever ends the block early, the
            temporary file is gone then.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if previous is not None and path.exists():
                keep(path, previous)
            temporary.replace(path)
            flush_folder(path.parent)
        except BaseException:  # Ctrl-C too: whatever ends it, the half-written file goes
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except PellucidError:
        raise
    except OSError as error:
        raise WriteError(f"{path}: could not be written ({error.strerror or error}); nothing was changed") from error


def keep(path: Path, previous: Path) -> None:
    """Gives the file a second name, under which it stays when the first goes to another."""
    linked = previous.with_name(f".{previous.name}.part")
    linked.unlink(missing_ok=True)
    try:
        linked.hardlink_to(path)
    except OSError:  # a file system without hard links: for a moment only the second name is there
        path.replace(previous)
    else:
        linked.replace(previous)


def flush_folder(folder: Path) -> None:
    """Waits until the names in a folder are on the disk, where the system can say so (Windows cannot)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
