"""Room for encoded examples in the user's cache: what a killed run left, and what was long not used, makes way."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

KEPT_BYTES = 2**36
"""All folders of encoded examples together take no more than 64 GiB, but for those that were used within a day."""
IN_USE_SECONDS = 24 * 3600.0
"""What was used or written to within a day may be in use: it is never deleted."""
UNFINISHED = ".part"
"""How the name of a folder ends that is being written, or was when its writer was killed."""
_NAME = re.compile(r"[0-9a-f]{40}|\.[0-9a-f]{40}\.\w+\.part")
_FILE_NAME = re.compile(r"(train|validation|test)(\.rows)?\.npy|skipped\.json")


class Kept(NamedTuple):
    """A folder of encoded examples.

    Attributes:
        path: of the folder.
        n_bytes: that its files take.
        used: when it was last found, or written to, in seconds since 1970.
    """

    path: Path
    n_bytes: int
    used: float


def mark_used(folder: Path) -> None:
    """Notes that the folder is used now; in a cache that may not be written to, nothing is noted, nor deleted."""
    with suppress(OSError):
        os.utime(folder)


def make_room(cache: Path, n_bytes: int) -> None:
    """Deletes what killed runs have left, and the folders that were not used for longest, until so much may be added.

    Nothing is deleted but folders that have the name and the files of such; none that was used within a day; and so
    that another process finds a folder whole or not at all. One that has mapped its files keeps them on most systems;
    Windows refuses to delete them.

    Parameters:
        cache: the folder of all these folders.
        n_bytes: that are to be written.
    """
    idle = sorted(_kept_in(cache), key=lambda kept: kept.used)
    total = sum(kept.n_bytes for kept in idle) + n_bytes
    free = shutil.disk_usage(cache).free
    for kept in idle:
        if time.time() - kept.used < IN_USE_SECONDS:
            return
        is_asked = kept.path.name.endswith(UNFINISHED) or total > KEPT_BYTES or free < n_bytes
        if is_asked and _delete(kept.path):
            total, free = total - kept.n_bytes, free + kept.n_bytes


def _kept_in(cache: Path) -> Iterator[Kept]:
    """The folders of encoded examples, whole or not; what looks otherwise is none of ours."""
    with suppress(OSError):
        for entry in list(os.scandir(cache)):
            if not _NAME.fullmatch(entry.name) or not entry.is_dir(follow_symlinks=False):
                continue
            with suppress(OSError):  # another process may have deleted it
                files = list(os.scandir(entry))
                if all(_FILE_NAME.fullmatch(file.name) and file.is_file(follow_symlinks=False) for file in files):
                    stats = [file.stat() for file in files]
                    used = max([entry.stat().st_mtime, *(stat.st_mtime for stat in stats)])
                    yield Kept(Path(entry.path), sum(stat.st_size for stat in stats), used)


def _delete(folder: Path) -> bool:
    """Takes a whole folder's name away, so that nobody finds it half deleted, and then its files."""
    gone = folder
    if not folder.name.endswith(UNFINISHED):
        gone = folder.with_name(f".{folder.name}.{token_hex(4)}{UNFINISHED}")
        try:
            folder.rename(gone)
        except OSError:  # in use, where that forbids it; or another process was quicker
            return False
    shutil.rmtree(gone, ignore_errors=True)
    return not gone.exists()
