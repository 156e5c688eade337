"""Windows on examples that lie in a file: chunks from all over it, read together, one window ahead of the training."""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numpy as np
from jaxtyping import Int, Shaped

from pellucid.data import Part
from pellucid.files.mapping import release

CHUNK_BYTES = 2**20
"""Rows that follow each other in a file are read together, so many bytes of them."""
WINDOW_BYTES = 2**26
"""So many bytes of such chunks, drawn from the whole file, are in memory and shuffled among each other at a time."""
ALIGNMENT = 64
THREAD_NAME = "pellucid-reader"
Read = TypeVar("Read")


class Held(NamedTuple):
    """A window in memory.

    Attributes:
        arrays: the raw examples of the window, their labels, and how often each counts (None: once each), behind a
            margin for those that are left of the one before. They are not written to once they are on the device,
            which may use them where they lie.
        order: the rows of those that are yet to be met.
        margin: rows of it.
    """

    arrays: tuple[np.ndarray, np.ndarray, np.ndarray | None]
    order: Int[np.ndarray, " n_left"]
    margin: int

    def rows(self, rows: Int[np.ndarray, " n_rows"]) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Copies of these rows of each array."""
        raw, labels, weights = self.arrays
        return raw[rows], labels[rows], None if weights is None else weights[rows]

    def after(self, *left: np.ndarray | None) -> "Held":
        """The window with these examples, as `rows` gives them, before it."""
        assert left[0] is not None  # noqa: S101 - there is always a raw example
        first = self.margin - len(left[0])
        for array, values in zip(self.arrays, left, strict=True):
            if array is not None:
                array[first : self.margin] = values
        return self._replace(order=np.concatenate([np.arange(first, self.margin), self.order]))


class Window(NamedTuple):
    """Chunks of a part that are in memory together.

    Attributes:
        part: the examples.
        firsts: each chunk's first row.
        n_rows: of a chunk, but for the part's last.
        n_chunks: of a window, but for the epoch's last.
        seed: of the order among the rows.
    """

    part: Part
    firsts: Int[np.ndarray, " n_chunks"]
    n_rows: int
    n_chunks: int
    seed: tuple[int, ...]

    @classmethod
    def all_of(cls, part: Part, seed: int, epoch: int) -> Iterator["Window"]:
        """An epoch's windows in their order; together they hold each example once."""
        n_bytes = part.raw[:1].nbytes
        n_rows = max(1, CHUNK_BYTES // n_bytes)
        firsts = np.random.default_rng([seed, epoch]).permutation(np.arange(0, part.n_samples, n_rows))
        n_chunks = min(len(firsts), max(1, WINDOW_BYTES // (n_rows * n_bytes)))
        for number, first in enumerate(range(0, len(firsts), n_chunks)):
            yield cls(part, firsts[first : first + n_chunks], n_rows, n_chunks, (seed, epoch, number))

    @property
    def n_samples(self) -> int:
        """How many examples it holds."""
        return int(np.minimum(self.firsts + self.n_rows, self.part.n_samples).sum() - self.firsts.sum())

    def read(self, margin: int, weights: np.ndarray | None) -> Held:
        """The window in memory, in arrays of the same size for all windows: programs are compiled for one size.

        Parameters:
            margin: rows to leave free before it.
            weights: how often each example of the part counts; None: once each.
        """
        room = margin + self.n_rows * self.n_chunks
        raw = aligned_empty((room, self.part.raw.shape[1]), self.part.raw.dtype)
        labels = np.zeros((room, *self.part.labels.shape[1:]), self.part.labels.dtype)
        counting = None if weights is None else np.zeros(room, weights.dtype)
        end = margin
        for first in self.firsts.tolist():
            chunk = self.part.raw[first : first + self.n_rows]
            raw[end : end + len(chunk)] = chunk
            labels[end : end + len(chunk)] = self.part.labels[first : first + self.n_rows]
            if counting is not None and weights is not None:
                counting[end : end + len(chunk)] = weights[first : first + self.n_rows]
            end += len(chunk)
        release(self.part.raw)
        order = margin + np.random.default_rng(self.seed).permutation(end - margin)
        return Held((raw, labels, counting), order, margin)


def aligned_empty(shape: tuple[int, int], dtype: np.dtype) -> Shaped[np.ndarray, "n_rows n_features"]:
    """An array as `numpy.empty` gives it, at an address from which JAX on a CPU can use it without copying."""
    n_bytes = shape[0] * shape[1] * dtype.itemsize
    room = np.empty(n_bytes + ALIGNMENT, np.uint8)
    first = -room.ctypes.data % ALIGNMENT
    return room[first : first + n_bytes].view(dtype).reshape(shape)


def read_ahead(reads: list[Callable[[], Read]]) -> Generator[Read, None, None]:
    """What each of these gives, in turn; one is at work, in a thread of its own, while the one before is used.

    An error of one is raised where its result is due. The thread has ended when the generator has, however it ends.
    """
    with ThreadPoolExecutor(1, thread_name_prefix=THREAD_NAME) as pool:
        ahead = [pool.submit(reads[0])] if reads else []
        for following in [*reads[1:], None]:
            if not ahead:
                return
            found = ahead.pop().result()
            if following is not None:
                ahead.append(pool.submit(following))
            yield found
            del found
