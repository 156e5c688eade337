"""Arrays that lie in memory-mapped files: which they are, and how the pages that were read are given back."""

import mmap
from typing import Any

import numpy as np


def mapping_of(array: np.ndarray) -> mmap.mmap | None:
    """The mapping of a file that the array's numbers lie in; None where they lie in memory.

    A mapping that keeps what is written to it for itself (mode "c") counts as memory: its pages cannot be read anew.
    """
    owner: Any = array
    while isinstance(owner, np.ndarray):
        if isinstance(owner, np.memmap) and owner.mode == "c":
            return None
        owner = owner.base
    return owner if isinstance(owner, mmap.mmap) else None


def is_mapped(array: np.ndarray) -> bool:
    """Whether the array's numbers lie in a file, and are read when they are used."""
    return mapping_of(array) is not None


def release(array: np.ndarray) -> None:
    """Gives back the memory that pages of a mapped file take in this process; they are read anew when they are used.

    Otherwise whoever goes through the whole file holds, at the end, all of it. Where the system knows no such call
    (Windows), it takes the pages back by itself when memory runs short.
    """
    mapping = mapping_of(array)
    if mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapping.madvise(mmap.MADV_DONTNEED)
