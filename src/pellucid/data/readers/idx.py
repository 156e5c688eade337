"""The IDX format of MNIST and its kin: a magic number, the sizes, then the values, big-endian; gzipped or not.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section on file formats.
"""

import gzip
import math
import struct
import zlib
from io import BufferedIOBase
from pathlib import Path

import numpy as np
from jaxtyping import Int64, Shaped, UInt8

from pellucid.errors import FormatError, MissingFileError

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""NumPy's name for each of the format's types of value."""
MAX_DIMENSIONS = 64
"""As many as a NumPy array may have; MNIST's images have 3."""
MAX_DEFLATE_RATIO = 1032
"""No byte of a gzip file gives more than this many; a header that claims more than that is wrong."""
CHUNK_BYTES = 1 << 20


def read_idx(path: Path) -> Shaped[np.ndarray, "..."]:
    """The array that an IDX file holds, in this machine's byte order.

    Notes: What the header claims is compared with the file's size before memory is taken, and no more is ever
    unpacked than it claims.

    Raises:
        MissingFileError: There is no such file.
        FormatError: It is no IDX file, or is truncated, too long or damaged.
    """
    try:
        with path.open("rb") as file:
            is_gzipped = file.peek(2)[:2] == b"\x1f\x8b"
            n_bytes_in_file = path.stat().st_size
            if not is_gzipped:
                return _read(file, path, n_bytes_in_file)
            with gzip.GzipFile(fileobj=file) as unpacked:
                return _read(unpacked, path, n_bytes_in_file * MAX_DEFLATE_RATIO)
    except FileNotFoundError:
        raise MissingFileError(f"{path}: an IDX file is required, there is none") from None
    except EOFError:
        raise FormatError(f"{path}: the gzip file ends too early; fetch it again") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise FormatError(f"{path}: the gzip file is damaged ({error}); fetch it again") from error
    except OSError as error:
        raise FormatError(f"{path}: an IDX file is required, this cannot be read ({error.strerror})") from error


def read_images(path: Path) -> UInt8[np.ndarray, "n_samples height width"]:
    """The pictures that an IDX file holds, 0 to 255.

    Raises:
        FormatError: Besides what `read_idx` finds, it holds something other than pictures.
    """
    array = read_idx(path)
    if array.ndim != 3 or array.dtype != np.uint8:
        raise FormatError(f"{path}: images (3 dimensions of unsigned bytes) are required, {_what(array)} arrived")
    return array


def read_labels(path: Path, n_classes: int = 10) -> Int64[np.ndarray, " n_samples"]:
    """The class numbers that an IDX file holds, each from 0 to below `n_classes`.

    Raises:
        FormatError: Besides what `read_idx` finds, it holds something other than such labels.
    """
    array = read_idx(path)
    if array.ndim != 1 or array.dtype != np.uint8:
        raise FormatError(f"{path}: labels (1 dimension of unsigned bytes) are required, {_what(array)} arrived")
    if array.max() >= n_classes:
        row = int(np.argmax(array >= n_classes))
        raise FormatError(
            f"{path}: labels from 0 to {n_classes - 1} are required, number {row} (counted from 0) is {array[row]}"
        )
    return array.astype(np.int64)


def read_labelled_images(
    images_path: Path, labels_path: Path, n_classes: int = 10
) -> tuple[UInt8[np.ndarray, "n_samples height width"], Int64[np.ndarray, " n_samples"]]:
    """Pictures and their labels, as many of one as of the other.

    Raises:
        FormatError: A file is not what it should be, or the two differ in their numbers.
    """
    labels = read_labels(labels_path, n_classes)
    images = read_images(images_path)
    if len(images) != len(labels):
        raise FormatError(
            f"{labels_path}: a label for each of the {len(images):,} images of {images_path.name} is required, "
            f"{len(labels):,} arrived; are the two files of one set?"
        )
    return images, labels


def _read(file: BufferedIOBase, path: Path, max_bytes: int) -> np.ndarray:
    """The array in an unpacked stream that cannot hold more than `max_bytes`."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in DTYPES or not 1 <= magic[3] <= MAX_DIMENSIONS:
        raise FormatError(
            f"{path}: an IDX file's magic number is required, the bytes {magic.hex(' ') or '(none)'} arrived"
        )
    n_dimensions = magic[3]
    header = file.read(4 * n_dimensions)
    if len(header) < 4 * n_dimensions:
        raise FormatError(f"{path}: {n_dimensions} sizes are required, the file ends within them; fetch it again")
    shape = struct.unpack(f">{n_dimensions}I", header)
    dtype = np.dtype(DTYPES[magic[2]])
    n_bytes = math.prod(shape) * dtype.itemsize
    if n_bytes == 0:
        raise FormatError(f"{path}: at least one value is required, sizes {shape} arrived")
    values = bytearray()
    if n_bytes <= max_bytes:
        while len(values) < n_bytes and (chunk := file.read(min(CHUNK_BYTES, n_bytes - len(values)))):
            values += chunk
    if len(values) < n_bytes:
        held = f"it ends after {len(values):,}" if values else "it cannot hold as many"
        raise FormatError(f"{path}: {n_bytes:,} bytes for sizes {shape} are required, {held}; fetch it again")
    if file.read(1):
        raise FormatError(f"{path}: {n_bytes:,} bytes for sizes {shape} are required, more follow; fetch it again")
    array = np.frombuffer(values, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)


def _what(array: np.ndarray) -> str:
    """What an IDX file holds, in the words of the one who took it for another."""
    if array.dtype == np.uint8 and array.ndim == 1:
        return "labels (1 dimension)"
    if array.dtype == np.uint8 and array.ndim == 3:
        return "images (3 dimensions)"
    return f"an array of shape {array.shape} and dtype {array.dtype}"
