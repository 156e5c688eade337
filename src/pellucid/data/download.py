"""One file from the web to the disk: resumed where it was cut, checked against its checksum, never left half."""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from pellucid.errors import DownloadError, InvalidValueError, WriteError

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes that there are."""

CHUNK_BYTES = 1 << 18
MAX_IDLE_TRIES = 3
"""A publisher is given up after so many tries in a row that brought nothing new."""
ABANDONED_AFTER_S = 600.0
"""A part that nobody has written to for so long belongs to a run that was killed: a live one times out far earlier."""


def download(
    addresses: Sequence[str],
    target: Path,
    *,
    size: int,
    sha256: str,
    progress: Progress | None = None,
    timeout_s: float = 30.0,
    pause_s: float = 0.5,
) -> Path:
    """`target`, once it holds the file with this checksum, taken from the first address that gives it.

    Parameters:
        addresses: Of the same file, http or https, in the order to try them.
        target: Where it is to lie; an existing file is replaced. Its folder is made if need be, for its owner alone.
        size: Of the file, in bytes; no more is ever written.
        sha256: Of the file, in hexadecimal.
        progress: Called as bytes arrive.
        timeout_s: Longest silence of a publisher, in seconds.
        pause_s: Between tries, in seconds.

    Raises:
        DownloadError: No address gave the file. What arrived is kept, and the next call goes on from there.
        WriteError: The disk is full, or the folder cannot be written to.

    Notes: Bytes go into a part file that is this call's alone, so that two runs at once cannot mix theirs.
    """
    for address in addresses:
        if urlsplit(address).scheme not in ("http", "https"):
            raise InvalidValueError(f"address: http or https is required, '{address}' arrived")
    part = _claim_part(target)
    try:
        reasons: list[str] = []
        for address in addresses:
            host = urlsplit(address).hostname
            try:
                _complete(address, part, size, progress or _ignore, timeout_s, pause_s)
            except DownloadError as error:
                reasons.append(f"{host}: {error}")
                continue
            if file_sha256(part) == sha256:
                _put_in_place(part, target)
                return target
            part.write_bytes(b"")
            reasons.append(f"{host}: what it sent has another SHA-256 than {sha256}")
        raise DownloadError(f"{target.name}: could not be downloaded ({'; '.join(reasons) or 'no address is known'})")
    finally:
        _give_part_back(part, target)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _complete(address: str, part: Path, size: int, progress: Progress, timeout_s: float, pause_s: float) -> None:
    """Go on with `part` until it has `size` bytes, over as many connections as it takes."""
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError

    opener = _web_opener()
    furthest, idle_tries = part.stat().st_size, 0
    if furthest > size:
        os.truncate(part, 0)
        furthest = 0
    progress(furthest, size)
    while (n_bytes := part.stat().st_size) < size:
        problem = ""
        try:
            _receive(opener, address, part, size, progress, timeout_s)
        except HTTPError as error:
            error.close()
            problem = f"HTTP {error.code} {error.reason}"
            if error.code == 416:  # It has no bytes from there on: its file is another one, or the part is.
                os.truncate(part, 0)
            elif 400 <= error.code < 500 and error.code not in (408, 429):
                raise DownloadError(problem) from error
        except WriteError:
            raise
        except (OSError, HTTPException) as error:
            problem = str(error.reason if isinstance(error, URLError) else error) or type(error).__name__
        if (n_bytes := part.stat().st_size) > furthest:
            furthest, idle_tries = n_bytes, 0
        elif (idle_tries := idle_tries + 1) == MAX_IDLE_TRIES:
            raise DownloadError(problem or f"the connection ended after {n_bytes:,} of {size:,} bytes")
        else:
            time.sleep(pause_s)


def _receive(
    opener: "OpenerDirector", address: str, part: Path, size: int, progress: Progress, timeout_s: float
) -> None:
    """Add to `part` what one connection brings; return where it ends, be it early."""
    from urllib.request import Request

    n_bytes = part.stat().st_size
    # A compressed transfer would count other bytes than the file's.
    headers = {"User-Agent": "pellucid", "Accept-Encoding": "identity"}
    if n_bytes:
        headers["Range"] = f"bytes={n_bytes}-"
    # The schemes were checked above, and the opener knows no others to be redirected to.
    with opener.open(Request(address, headers=headers), timeout=timeout_s) as response:  # noqa: S310
        start = _first_byte(response)
        if start > n_bytes:
            raise ConnectionError(f"bytes from {n_bytes:,} on were asked for, it sent them from {start:,} on")
        with _writing(part):
            file = part.open("r+b")
        with file:
            file.seek(start)
            file.truncate()
            n_bytes = start
            progress(n_bytes, size)
            # Content-Length is not asked: the file's true size is known. `read1` gives what is there, so that a
            # connection that stalls loses nothing that came before.
            while n_bytes < size and (chunk := response.read1(min(CHUNK_BYTES, size - n_bytes))):
                with _writing(part):
                    file.write(chunk)
                    file.flush()
                n_bytes += len(chunk)
                progress(n_bytes, size)


def _first_byte(response: Any) -> int:
    """Where in the file the response's first byte belongs; 0 from a server that ignores Range."""
    if response.status == 200:
        return 0
    matched = re.match(r"bytes (\d{1,18})-", response.headers.get("Content-Range", ""))
    if response.status != 206 or matched is None:
        raise ConnectionError(f"HTTP {response.status} without the bytes that were asked for")
    return int(matched[1])


def _web_opener() -> "OpenerDirector":
    """An opener of http and https addresses and no others; urllib's usual one also opens files and FTP."""
    from urllib import request

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler,
        request.HTTPHandler,
        request.HTTPSHandler,
        request.HTTPRedirectHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPErrorProcessor,
        request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener


def _claim_part(target: Path) -> Path:
    """A part file under a name of this call's own: one that an earlier call left, renamed, or a new one."""
    with _writing(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = target.with_name(f"{target.name}.{secrets.token_hex(8)}.part")
        resting = _resting_part(target)
        for part in (resting, *target.parent.glob(f"{target.name}.*.part")):
            try:
                if part == resting or time.time() - part.stat().st_mtime > ABANDONED_AFTER_S:
                    os.utime(part)  # Lest another run take it for abandoned before the first bytes are written.
                    return part.rename(mine)
            except OSError:  # There is none, or another run took it first.
                continue
        os.close(os.open(mine, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return mine


def _resting_part(target: Path) -> Path:
    """Where a part lies while no run is at work on it."""
    return target.with_name(f"{target.name}.part")


def _give_part_back(part: Path, target: Path) -> None:
    """Leave what arrived to the next call; nothing is left where nothing arrived."""
    if not part.exists():
        return
    if part.stat().st_size == 0:
        part.unlink()
    else:
        part.replace(_resting_part(target))


def _put_in_place(part: Path, target: Path) -> None:
    """Give the part its final name once its bytes are on the disk itself."""
    with _writing(target):
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        part.replace(target)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """What fails within is the disk's fault, not the network's: there is no use in trying again."""
    try:
        yield
    except OSError as error:
        raise WriteError(f"{path}: cannot be written ({error.strerror})") from error


def _ignore(n_bytes: int, size: int) -> None:
    """Nobody watches."""
