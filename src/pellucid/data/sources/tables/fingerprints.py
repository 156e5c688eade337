"""A digest of each row: equal for rows of equal cells, wherever they lie."""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Shaped, UInt64

from pellucid.data.sources.extras import require_extra

if TYPE_CHECKING:
    import pyarrow

STEP, FIRST, SECOND = (np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
"""The constants of SplitMix64 (Steele, Lea, Flood 2014), as in `java.util.SplittableRandom`."""
ABSENT = np.uint64(0x6D697373696E6721)
"""What stands for a missing cell."""


def fingerprint_rows(batches: Iterable["pyarrow.RecordBatch"]) -> Shaped[np.ndarray, " n_rows"]:
    """The digests of all rows, (n,) of dtype S16.

    Each distinct text is digested by BLAKE2b and each number is its own 64 bits; two chains of mixed words over the
    columns make the 128 bits of a row. They tell rows apart that came about by chance, not rows made to collide.
    """
    digests = [np.zeros(0, "S16"), *(_digest_batch(batch) for batch in batches)]
    return np.concatenate(digests)


def _digest_batch(batch: "pyarrow.RecordBatch") -> Shaped[np.ndarray, " n_rows"]:
    halves = np.zeros((len(batch), 2), np.uint64)
    halves[:, 1] = STEP
    for column in batch.columns:
        words = _words(column)
        for half in range(2):
            halves[:, half] = _mixed(halves[:, half] + STEP + words[:, half])
    # NumPy lets trailing zero bytes of such strings go: digests that differ in nothing else are equal by chance alone.
    return halves.view("S16").reshape(-1)


def _words(cells: "pyarrow.Array") -> UInt64[np.ndarray, "n_rows 2"]:
    """Two words for each cell."""
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    is_missing = cells.is_null().to_numpy(zero_copy_only=False)
    if cells.type == pa.string():
        coded = cells.dictionary_encode()
        texts = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in coded.dictionary.to_pylist()]
        of_text = np.frombuffer(b"".join([*texts, bytes(16)]), np.uint64).reshape(-1, 2)
        words = of_text[coded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)].copy()
    else:
        if cells.type == pa.float64():
            numbers = pc.fill_null(cells, 0.0).to_numpy(zero_copy_only=False) + 0.0  # −0 is 0
            bits = numbers.view(np.uint64)
        else:
            whole = cells.cast(pa.int32()) if cells.type == pa.date32() else cells
            bits = pc.fill_null(whole.cast(pa.int64()), 0).to_numpy(zero_copy_only=False).astype(np.uint64)
        words = np.stack([_mixed(bits), _mixed(bits ^ STEP)], axis=1)
    words[is_missing] = ABSENT
    return words


def _mixed(words: UInt64[np.ndarray, "..."]) -> UInt64[np.ndarray, "..."]:
    """SplitMix64's finalizer: a permutation of the 64-bit words in which every bit depends on every other."""
    words = (words ^ (words >> np.uint64(30))) * FIRST
    words = (words ^ (words >> np.uint64(27))) * SECOND
    return words ^ (words >> np.uint64(31))
