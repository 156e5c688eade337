"""The 1,797 handwritten digits inside scikit-learn, read without importing it: its import takes 0.7 s."""

import gzip
import zlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from jaxtyping import Int64, UInt8

from pellucid.errors import FormatError, MissingFileError

SIZE = 8
MAX_VALUE = 16
FILE_NAME = "digits.csv.gz"


def digits_folder() -> Path | None:
    """The folder of scikit-learn's own data files, or None where scikit-learn is not installed."""
    spec = find_spec("sklearn")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / "datasets" / "data"


def read_digits(path: Path) -> tuple[UInt8[np.ndarray, "n_samples 8 8"], Int64[np.ndarray, " n_samples"]]:
    """The pictures, 0 to 16, and their labels, 0 to 9, that a gzipped CSV file holds, one example a line.

    Raises:
        MissingFileError: There is no such file.
        FormatError: It holds something else.
    """
    try:
        with gzip.open(path, "rt", encoding="ascii") as lines:
            table = np.loadtxt(lines, delimiter=",", dtype=np.uint8, ndmin=2)
    except FileNotFoundError:
        raise MissingFileError(f"{path}: scikit-learn's file of digits is required, there is none") from None
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise FormatError(f"{path}: scikit-learn's file of digits is required, this is another ({error})") from error
    pixels, labels = table[:, :-1], table[:, -1]
    if pixels.shape[1] != SIZE * SIZE or pixels.max() > MAX_VALUE or labels.max() > 9:
        raise FormatError(
            f"{path}: lines of {SIZE * SIZE} values from 0 to {MAX_VALUE} and a label from 0 to 9 are required, "
            f"{table.shape[1]} columns up to {table.max()} arrived"
        )
    return np.ascontiguousarray(pixels).reshape(-1, SIZE, SIZE), labels.astype(np.int64)
