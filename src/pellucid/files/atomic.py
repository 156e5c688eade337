"""Writing whole files or nothing."""

import contextlib
import os
import tempfile
from pathlib import Path

from pellucid.errors import WriteError


def write_atomically(path: Path, content: bytes) -> None:
    """Writes the file whole: a reader, or a crash, finds the old content or the new, never a part of it.

    The bytes go to a private temporary file in the same folder, are flushed to the disk, and take the name at the end.

    Raises:
        WriteError: the folder is missing, the disk full, or writing not permitted; the temporary file is gone
            then, as it is when Ctrl-C ends the writing.
    """
    try:
        _write_beside_and_rename(path, content)
    except OSError as error:
        raise WriteError(f"{path}: could not be written ({error.strerror or error}); nothing was changed") from error


def _write_beside_and_rename(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:  # Ctrl-C too: whatever ends it, the half-written file goes
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
