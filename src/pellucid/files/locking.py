"""A file by which one process keeps others away from what it is at work on, and which lets go when the process ends."""

import contextlib
import errno
import os
import sys
from pathlib import Path

from pellucid.errors import WriteError

TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)
FAR_BEYOND = 2**30
"""Windows keeps others from the very byte that is locked: one that no file has."""


class Lock:
    """A file that at most one process holds at a time.

    The system lets go of it when the process ends, however it ends: what a killed one leaves behind is held by nobody.
    On a file system that knows no locks it keeps nobody away.

    Parameters:
        path: of the file; whoever moves its folder while it is held says so by setting it anew.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = -1

    def take(self) -> bool:
        """Whether the lock was free, and is this process's now.

        Raises:
            WriteError: the file cannot be made.
        """
        while True:
            try:
                handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            except OSError as error:
                raise WriteError(f"{self.path}: could not be written ({error.strerror or error})") from error
            if not _lock(handle):
                os.close(handle)
                return False
            # Whoever held it before may have taken the file away after it was opened here.
            if self._is_of(handle):
                self._handle = handle
                return True
            os.close(handle)

    def _is_of(self, handle: int) -> bool:
        try:
            return os.path.samestat(self.path.stat(), os.fstat(handle))
        except FileNotFoundError:
            return False

    def release(self) -> None:
        """Lets go of it, if it is held; the file is gone then."""
        if self._handle < 0:
            return
        with contextlib.suppress(OSError):  # Windows deletes no file that is open
            self.path.unlink()
        os.close(self._handle)
        self._handle = -1
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                self.path.unlink()


def _lock(handle: int) -> bool:
    """Whether nobody else holds the open file."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, FAR_BEYOND, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in TAKEN
    return True
