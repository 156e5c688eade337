"""Table files opened: which format the content is, plain or packed, within bounds."""

import gzip
import io
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pellucid.errors import FormatError, MissingFileError, PellucidError

Format: TypeAlias = Literal["CSV", "NDJSON", "Parquet", "Arrow"]
GZIP_MAGIC = b"\x1f\x8b"
MAX_UNPACKED_RATIO = 250
"""Tables of text shrink to a fifth or a twentieth; what shrinks further was made to fill a disk."""
FREE_UNPACKED_BYTES = 2**26
"""What a file may unpack to whatever the ratio."""
FOREIGN = {
    b"PK\x03\x04": "a zip file or an Excel workbook (save the sheet as CSV)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (save the sheet as CSV)",
    b"\xff\xfe": "text in UTF-16 (save it as UTF-8)",
    b"\xfe\xff": "text in UTF-16 (save it as UTF-8)",
    b"SQLite format 3": "an SQLite database (export the table as CSV)",
    b"\x80\x04": "a Python pickle, which is never read (save the table as CSV or Parquet)",
}


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """The content of a table file, unpacked where it is in gzip.

    Raises:
        MissingFileError: it is not there, or may not be read.
        FormatError: it is no regular file; while it is read: it is damaged, or unpacks to far more than it is.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FormatError(f"{path}: a regular file is required, this is a folder, a device or a pipe")
        with path.open("rb") as file:
            if file.read(2) != GZIP_MAGIC:
                file.seek(0)
                yield file
                return
            file.seek(0)
            limit = max(FREE_UNPACKED_BYTES, MAX_UNPACKED_RATIO * status.st_size)
            with gzip.GzipFile(fileobj=file) as unpacked:
                yield io.BufferedReader(_Bounded(unpacked, path, limit))
    except PellucidError:
        raise
    except FileNotFoundError as error:
        raise MissingFileError(f"{path}: a file with a table is required, there is none") from error
    except (OSError, EOFError, zlib.error) as error:
        what = "truncated or damaged" if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile) else "unreadable"
        raise FormatError(f"{path}: {what} ({getattr(error, 'strerror', None) or error}); get the file anew") from error


class _Bounded(io.RawIOBase):
    """A stream that ends with an error where it grows beyond its bound."""

    def __init__(self, stream: gzip.GzipFile, path: Path, limit: int) -> None:
        super().__init__()
        self._stream, self._path, self._limit, self._n_read = stream, path, limit, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        with memoryview(buffer) as view:
            n_bytes = self._stream.readinto(view)
        self._n_read += n_bytes
        if self._n_read > self._limit:
            raise FormatError(
                f"{self._path}: may unpack to {self._limit:,} bytes for its size, it goes on beyond that; unpack it "
                "first if that is right"
            )
        return n_bytes


def find_format(path: Path) -> Format:
    """Which format the content has; the name decides nothing but what looks like text.

    Raises:
        MissingFileError: the file is not there. FormatError: it is empty, or something else.
    """
    with opened(path) as file:
        start = file.read(4096)
    if start.startswith(b"PAR1"):
        return "Parquet"
    if start.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return "Arrow"
    for magic, what in FOREIGN.items():
        if start.startswith(magic):
            raise FormatError(f"{path}: a table (CSV, TSV, NDJSON, Parquet, Arrow) is required, this is {what}")
    if not start.strip():
        raise FormatError(f"{path}: a table with at least one row is required, the file is empty")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"[") and path.name.removesuffix(".gz").lower().endswith((".json", ".jsonl", ".ndjson")):
        raise FormatError(f"{path}: one JSON object a line is required (NDJSON), a list arrived; write a row a line")
    return "NDJSON" if text.startswith(b"{") else "CSV"
