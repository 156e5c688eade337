"""Two folders swap their names."""

import ctypes
import os
import sys
from pathlib import Path

AT_FDCWD = -100
RENAME_EXCHANGE = 2
"""Both by Linux's fcntl.h and fs.h."""


def exchange(one: Path, other: Path) -> None:
    """Gives each of two folders, or files, in one folder the other's name.

    Linux does it in one go: at no moment is either name missing. Elsewhere there are a few microseconds in which what
    bore `other`'s name has a third one: `one`'s with `.aside`.

    Raises:
        OSError: one of them is not there, or may not be renamed.
    """
    if _exchange_at_once(one, other):
        return
    aside = one.with_name(f"{one.name}.aside")
    other.rename(aside)
    one.rename(other)
    aside.rename(one)


def _exchange_at_once(one: Path, other: Path) -> bool:
    """Whether the system and its file system know how to, and have done it."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):  # an old C library
        return False
    return rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0
