"""NumPy's files of arrays, .npy and .npz, which strangers may have written: headers checked before memory is taken.

No pickle is ever read: an array of Python objects is refused by its header.
"""

import math
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from jaxtyping import Shaped
from numpy.lib import format as npy_format

from pellucid.data.sources.members import FolderMembers, ZipMembers
from pellucid.errors import FormatError, MissingFileError
from pellucid.files import readable

MAX_ARRAYS = 100
"""In a file or folder."""
MAX_HEADER_BYTES = 10_000
"""As much as NumPy itself reads of a header that it does not trust."""
MAX_DIMENSIONS = 32
MAX_UNPACKED_BYTES = 2**32
"""Of one array in an .npz file, which lies in memory; an .npy file is read where it lies and may be of any size."""
MAX_RATIO = 200
"""Unpacked bytes for each packed one, beyond which an array of over 16 MiB is no data but a bomb."""
LEAST_SUSPECT_BYTES = 2**24
CHUNK_BYTES = 2**20
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)
_ODD = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    SyntaxError,
    tokenize.TokenError,
    RecursionError,
    MemoryError,
    OverflowError,
)
"""What NumPy raises at a header that is no dictionary of a dtype, an order and a shape."""


class Header(NamedTuple):
    """What the header of an .npy file claims, checked against the bytes that there are.

    Attributes:
        shape: of the array.
        dtype: of its values: never Python objects.
        is_fortran: whether the first axis runs fastest.
        offset: of the first value, in bytes.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    is_fortran: bool
    offset: int


class StoredArray(NamedTuple):
    """An array in a file, its header read and its values not yet.

    Attributes:
        name: without a suffix.
        shape, dtype: of the array.
        load: gives it: from an .npy file mapped into memory, and read-only; from an .npz file unpacked.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    load: Callable[[], Shaped[np.ndarray, "..."]]


def read_header(start: bytes, n_bytes: int, name: str) -> Header:
    """The header of an .npy file.

    Parameters:
        start: the first bytes of the file, as many as a header may have at least.
        n_bytes: that the file has in all.
        name: what to call it in messages.

    Raises:
        FormatError: it is none, or claims an array of Python objects, of records, of nothing, or of another size than
            the file's.
    """
    file = BytesIO(start[: MAX_HEADER_BYTES + 64])
    readers = {(1, 0): npy_format.read_array_header_1_0, (2, 0): npy_format.read_array_header_2_0}
    try:
        version = npy_format.read_magic(file)
        if version not in readers:
            raise ValueError(f"version {version[0]}.{version[1]}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers that Python 2 wrote: they are read all the same
            found = readers[version](file, max_header_size=MAX_HEADER_BYTES)
    except _ODD as error:
        raise FormatError(f"{name}: a .npy file of version 1 or 2 is required: {readable(error)}") from error
    shape, is_fortran, dtype = cast(tuple[tuple[int, ...], bool, np.dtype[Any]], found)
    if dtype.hasobject:
        raise FormatError(
            f"{name}: numbers are required, this is an array of Python objects, which only pickle can read, and pickle "
            "runs what the file says; save it anew as numbers or strings: numpy.save(file, array.astype(float))"
        )
    if dtype.kind == "V" or dtype.itemsize == 0:
        how = ": save each field as an array of its own in an .npz file" if dtype.names else ""
        raise FormatError(f"{name}: an array of numbers or strings is required, it holds {readable(str(dtype))}{how}")
    if len(shape) > MAX_DIMENSIONS or any(type(size) is not int or size < 1 for size in shape):
        raise FormatError(
            f"{name}: at most {MAX_DIMENSIONS} sizes of at least 1 are required, shape {readable(str(shape))} arrived"
        )
    offset = file.tell()
    n_claimed = math.prod(shape) * dtype.itemsize
    if offset + n_claimed != n_bytes:
        raise FormatError(
            f"{name}: {n_claimed:,} bytes are required for shape {readable(str(shape))} of {dtype}, there are "
            f"{n_bytes - offset:,}; get the file anew"
        )
    return Header(shape, dtype, is_fortran, offset)


def open_npy(path: Path, name: str | None = None) -> StoredArray:
    """The array of an .npy file, to be mapped into memory.

    Parameters:
        path: of the file.
        name: what to call it in messages; None: its path.

    Raises:
        MissingFileError: there is no such file, or it may not be read. FormatError: as for `read_header`.
    """
    shown = name or str(path)
    try:
        if path.exists() and not path.is_file():  # before it is opened: a pipe might wait for ever
            raise FormatError(f"{shown}: a .npy file is required, this is a folder, a device or a pipe")
        with path.open("rb") as file:
            header = read_header(file.read(MAX_HEADER_BYTES + 64), path.stat().st_size, shown)
    except FileNotFoundError as error:
        raise MissingFileError(f"{shown}: a .npy file is required, there is none") from error
    except OSError as error:
        raise MissingFileError(f"{shown}: could not be read ({error.strerror or error})") from error

    def load() -> np.ndarray:
        order = "F" if header.is_fortran else "C"
        try:
            mapped = np.memmap(path, header.dtype, "r", header.offset, header.shape, order)
        except (OSError, ValueError) as error:
            raise MissingFileError(f"{shown}: could not be read any more ({readable(error)})") from error
        return np.asarray(mapped)

    return StoredArray(path.stem, header.shape, header.dtype, load)


def open_npz(path: Path) -> list[StoredArray]:
    """The arrays of an .npz file, each to be unpacked when it is asked for.

    Raises:
        MissingFileError: there is no such file. FormatError: it is no zip file that may be read, or holds more than 100
            arrays, or one that is not what it may be.
    """
    members = ZipMembers(path) if path.exists() else None
    if members is None:
        raise MissingFileError(f"{path}: a .npz file is required, there is none")
    names = _require_few([name for name in members.names if name.endswith(".npy")], path)
    return [_packed(members, name, f"{path}: {name.removesuffix('.npy')}") for name in names]


def open_npy_folder(path: Path) -> list[StoredArray]:
    """The arrays of the .npy files in a folder, to be mapped into memory; folders within it are not looked into.

    Raises:
        MissingFileError, FormatError: as for `open_npy`; or there is none, or more than 100.
    """
    members = FolderMembers(path)
    names = [name for name in members.names if name.endswith(".npy") and "/" not in name]
    return [open_npy(path / name) for name in _require_few(names, path)]


def _require_few(names: list[str], path: Path) -> list[str]:
    if not 1 <= len(names) <= MAX_ARRAYS:
        raise FormatError(f"{path}: 1 to {MAX_ARRAYS} arrays (.npy) are required, there are {len(names):,}")
    return names


def _packed(members: ZipMembers, name: str, shown: str) -> StoredArray:
    """The array under that name in a zip file."""
    n_bytes, n_packed = members.size(name), members.packed_size(name)
    if n_bytes > MAX_UNPACKED_BYTES:
        raise FormatError(
            f"{shown}: an array in a .npz file may take {MAX_UNPACKED_BYTES:,} bytes, this one claims {n_bytes:,}; "
            "save it as a .npy file in a folder, where it is read piece by piece"
        )
    if n_bytes > max(LEAST_SUSPECT_BYTES, MAX_RATIO * n_packed):
        raise FormatError(
            f"{shown}: may unpack to {MAX_RATIO} times its packed size, it claims {n_bytes:,} bytes from {n_packed:,}; "
            "if that is right, save it as a .npy file in a folder"
        )
    try:
        with members.open(name) as file:
            header = read_header(file.read(MAX_HEADER_BYTES + 64), n_bytes, shown)
    except (*_DAMAGED, OSError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{shown}: truncated or damaged ({readable(error)}); get the file anew") from error

    def load() -> np.ndarray:
        values = bytearray(n_bytes - header.offset)
        try:
            with members.open(name) as file:
                file.read(header.offset)
                n_read = _fill(file, memoryview(values))
                is_over = not file.read(1)  # the checksum is compared at the end
        except (*_DAMAGED, OSError) as error:
            raise FormatError(f"{shown}: truncated or damaged ({readable(error)}); get the file anew") from error
        if n_read < len(values) or not is_over:
            found = "more" if n_read == len(values) else f"{n_read:,}"
            raise FormatError(f"{shown}: {len(values):,} bytes of values are claimed, there are {found}")
        order = "F" if header.is_fortran else "C"
        return np.frombuffer(values, header.dtype).reshape(header.shape, order=order)

    return StoredArray(name.removesuffix(".npy"), header.shape, header.dtype, load)


def _fill(file: Any, values: memoryview) -> int:
    """Reads until the memory is full or the file ends; the bytes that were read."""
    n_read = 0
    while n_read < len(values) and (chunk := file.read(min(CHUNK_BYTES, len(values) - n_read))):
        values[n_read : n_read + len(chunk)] = chunk
        n_read += len(chunk)
    return n_read
