"""Writing whole files or nothing."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path

from pellucid.errors import PellucidError, WriteError


def write_atomically(path: Path, content: bytes) -> None:
    """Writes the file whole: a reader, or a crash, finds the old content or the new, never a part of it.

    Raises:
        WriteError: as `writing_atomically`.
    """
    with writing_atomically(path) as file:
        file.write(content)


@contextmanager
def writing_atomically(path: Path) -> Iterator[BufferedWriter]:
    """A file to write to piece by piece, which takes its name when the block ends well.

    The bytes go to a private temporary file in the same folder, are flushed to the disk, and take the name at the end.

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
            temporary.replace(path)
        except BaseException:  # Ctrl-C too: whatever ends it, the half-written file goes
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except PellucidError:
        raise
    except OSError as error:
        raise WriteError(f"{path}: could not be written ({error.strerror or error}); nothing was changed") from error
