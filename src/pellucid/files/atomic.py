"""Writing whole files or nothing."""

import contextlib
import os
import tempfile
from pathlib import Path

from pellucid.errors import AlreadyExistsError, WriteError


def write_atomically(path: Path, content: bytes) -> None:
    """Writes the file whole: a reader, or a crash, finds the old content or the new, never a part of it.

    The bytes go to a private temporary file in the same folder, are flushed to the disk, and take the name at the end.

    Raises:
        WriteError: the folder is missing, the disk full, or writing not permitted; the temporary file is gone then.
    """
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
        raise WriteError(f"{path}: could not be written ({error.strerror or error}); nothing was changed") from error


def create_folder(path: Path) -> Path:
    """Makes a new folder and those above it.

    Raises:
        AlreadyExistsError: it exists already: nothing is overwritten without being told.
        WriteError: it cannot be made.
    """
    try:
        path.mkdir(parents=True)
    except FileExistsError as error:
        cure = "choose another name, move it away, or overwrite it (--overwrite)"
        raise AlreadyExistsError(f"{path}: exists already; {cure}") from error
    except OSError as error:
        raise WriteError(f"{path}: the folder could not be made ({error.strerror or error})") from error
    return path
