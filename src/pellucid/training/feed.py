"""How the training examples come to the compiled steps: from arrays on the device, or streamed from a file."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from functools import partial
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from pellucid.arrays import Array
from pellucid.data import Part
from pellucid.data.balance import draw_evenly
from pellucid.errors import DataError, InvalidValueError
from pellucid.files.mapping import is_mapped
from pellucid.training import window
from pellucid.training.window import Held, Window, read_ahead


class Stored(NamedTuple):
    """Examples in arrays of the device.

    Attributes:
        raw, labels: one row an example.
        weights: how often the cost of each counts, (n_rows,); None: once each.
    """

    raw: Array
    labels: Array
    weights: Array | None


class Taken(NamedTuple):
    """Examples for one block of steps, as the compiled program takes them.

    Attributes:
        stored: in which they lie among others.
        rows: where they lie there, in the order in which they are met; what is beyond them fills up.
    """

    stored: Stored
    rows: Int[np.ndarray, " room"]


class Met(NamedTuple):
    """Examples as a step meets them, in NumPy arrays.

    Attributes:
        raw, labels: one row an example.
        weights: how often the cost of each counts; None: once each.
    """

    raw: np.ndarray
    labels: np.ndarray
    weights: np.ndarray | None


class Feed(ABC):
    """The training examples in the order of each epoch, which is a function of seed and epoch alone."""

    @abstractmethod
    def begin(self, epoch: int, met: int = 0) -> None:
        """Goes to where so many examples of that epoch have been met."""

    @abstractmethod
    def ready(self, least: int) -> int:
        """How many of the next examples can be taken at once: at least so many, which is no more than a mini-batch."""

    @abstractmethod
    def take(self, n_samples: int, room: int) -> Taken:
        """The next examples, no more than are ready, in `room` rows: programs are compiled for one number of rows."""

    @abstractmethod
    def examples(self, n_samples: int) -> Met:
        """The next examples, no more than are ready, as they are in the part."""

    def close(self) -> None:  # noqa: B027 - most have nothing to end
        """Ends whatever goes on beside the training."""


def feed_for(
    part: Part,
    dtype: np.dtype,
    seed: int,
    batch_size: int,
    *,
    weights: np.ndarray | None = None,
    is_full_batch: bool = False,
    balance: str = "none",
) -> Feed:
    """How this part is fed to a network.

    Parameters:
        part: the examples to train on.
        dtype: of the network's numbers.
        weights: how often the cost of each example counts, (n_samples,); None: once each.
        seed: of their order.
        batch_size: examples a step.
        is_full_batch: whether each step takes all of them, so that there is no order.
        balance: "resample": each epoch draws as many of every class; else it meets each example once.

    Raises:
        InvalidValueError: that cannot be done with examples that do not fit into memory.
    """
    if not is_mapped(part.raw):
        return ResidentFeed(part, dtype, order_of(part, seed, is_full_batch=is_full_batch, balance=balance), weights)
    if balance == "resample":
        raise InvalidValueError(
            "balance: 'weights' is required for examples that do not fit into memory, got 'resample', which would read "
            "them here and there"
        )
    if is_full_batch:
        raise InvalidValueError(
            "batch_size: a number is required for examples that do not fit into memory, got 'full'; 128 does well"
        )
    most = max(1, window.WINDOW_BYTES // part.raw[:1].nbytes)
    if batch_size > most:
        raise InvalidValueError(
            f"batch_size: at most {most:,} is required for examples of this size that do not fit into memory, got "
            f"{batch_size:,}"
        )
    return StreamedFeed(part, dtype, seed, batch_size, weights)


def order_of(part: Part, seed: int, *, is_full_batch: bool, balance: str) -> Callable[[int], np.ndarray]:
    """What gives the examples' numbers in the order of an epoch, for examples that lie in memory."""
    if balance == "resample":
        return lambda epoch: draw_evenly(part.labels, [seed, epoch]).astype(np.int32)
    if is_full_batch:
        return lambda epoch: np.arange(part.n_samples, dtype=np.int32)
    return lambda epoch: np.random.default_rng([seed, epoch]).permutation(part.n_samples).astype(np.int32)


class ResidentFeed(Feed):
    """Examples that are on the device as a whole, and are gathered there.

    Parameters:
        part: the examples.
        dtype: of the network's numbers.
        order: gives the rows of an epoch.
        weights: as for `feed_for`.
    """

    def __init__(
        self, part: Part, dtype: np.dtype, order: Callable[[int], np.ndarray], weights: np.ndarray | None
    ) -> None:
        self.part, self.order, self.weights = part, order, weights
        self.stored = Stored(*to_device(part.raw, part.labels, dtype), weights_to_device(weights, dtype))

    def begin(self, epoch: int, met: int = 0) -> None:
        """Draws the epoch's order."""
        self.rows, self.met = self.order(epoch), met

    def ready(self, least: int) -> int:
        """All that are left in the epoch."""
        return len(self.rows) - self.met

    def _next(self, n_samples: int) -> np.ndarray:
        self.met += n_samples
        return self.rows[self.met - n_samples : self.met]

    def take(self, n_samples: int, room: int) -> Taken:
        """All examples, and the rows of the next ones."""
        rows = np.zeros(room, dtype=np.int32)
        rows[:n_samples] = self._next(n_samples)
        return Taken(self.stored, rows)

    def examples(self, n_samples: int) -> Met:
        """The next examples."""
        rows = self._next(n_samples)
        return Met(self.part.raw[rows], self.part.labels[rows], None if self.weights is None else self.weights[rows])


class StreamedFeed(Feed):
    """Examples that lie in a file, shuffled on two levels; the next window is read while the present one trains.

    Level 1: chunks of rows that follow each other, in random order. Level 2: the rows of a window of such chunks among
    each other. Both are functions of seed, epoch, the number of examples and their size, and of fixed constants. What
    fits into one window is in perfectly random order.

    A window goes to the device as it was read, and the compiled program gathers its rows in their order, as it does
    where all examples are on the device: nothing is copied more often than there, but for the reading.

    Parameters:
        part: the examples; the labels lie in memory.
        dtype: of the network's numbers.
        seed: of the order.
        batch_size: examples a step.
        weights: as for `feed_for`.
    """

    def __init__(
        self, part: Part, dtype: np.dtype, seed: int, batch_size: int, weights: np.ndarray | None = None
    ) -> None:
        self.part, self.dtype, self.seed, self.weights = part, dtype, seed, weights
        self.margin = batch_size - 1
        self.windows: Generator[Held, None, None] | None = None
        self.held: Held | None = None
        self.stored: Stored | None = None

    def begin(self, epoch: int, met: int = 0) -> None:
        """Begins to read the epoch's first window, or the one in which the next example is."""
        self.close()
        windows = list(Window.all_of(self.part, self.seed, epoch))
        while windows and met >= windows[0].n_samples:
            met -= windows.pop(0).n_samples
        self.windows = read_ahead([partial(each.read, self.margin, self.weights) for each in windows])
        if met:
            self._advance()
            self._next(met)

    def ready(self, least: int) -> int:
        """Those of the window at hand; where they are fewer than that, the following window's are added."""
        while self.held is None or len(self.held.order) < least:
            self._advance()
        return len(self.held.order)

    def _advance(self) -> None:
        """Puts the next window in the place of the present one, whose examples that are left are met before it."""
        assert self.windows is not None, "begun"  # noqa: S101
        from pellucid.training.engine import lent

        left = None if self.held is None else self.held.rows(self.held.order)
        self.held = self.stored = None  # before the next but one is read
        self.held = next(self.windows) if left is None else next(self.windows).after(*left)
        raw, labels, weights = self.held.arrays
        require_labels(labels, self.part.n_outputs)
        self.stored = Stored(lent(raw), labels_to_device(labels, self.dtype), weights_to_device(weights, self.dtype))

    def _next(self, n_samples: int) -> np.ndarray:
        assert self.held is not None, "ready"  # noqa: S101
        rows = self.held.order[:n_samples]
        self.held = self.held._replace(order=self.held.order[n_samples:])
        return rows

    def take(self, n_samples: int, room: int) -> Taken:
        """The window at hand, and the rows of the next examples in it."""
        self.ready(n_samples)
        rows = np.zeros(room, np.int32)
        rows[:n_samples] = self._next(n_samples)
        assert self.stored is not None, "ready"  # noqa: S101
        return Taken(self.stored, rows)

    def examples(self, n_samples: int) -> Met:
        """The next examples."""
        self.ready(n_samples)
        rows = self._next(n_samples)
        assert self.held is not None, "ready"  # noqa: S101
        return Met(*self.held.rows(rows))

    def close(self) -> None:
        """Ends the reading; a window at hand is read to its end."""
        if self.windows is not None:
            self.windows.close()
        self.windows = self.held = self.stored = None


def require_labels(labels: np.ndarray, n_outputs: int) -> None:
    """Checks that labels which were read just now are still such as the network has outputs for.

    Raises:
        DataError: a class is out of range: in the compiled step it would be none, and cost nothing.
    """
    n_classes = max(2, n_outputs)
    if labels.dtype.kind in "iu" and not ((labels >= 0) & (labels < n_classes)).all():
        odd = labels[(labels < 0) | (labels >= n_classes)][0]
        raise DataError(f"labels: classes from 0 to {n_classes - 1} are required, got {odd}")


def to_device(raw: np.ndarray, labels: np.ndarray, dtype: np.dtype) -> tuple[Array, Array]:
    """The raw examples as they are (images stay bytes) and the labels, as arrays of the present device.

    Examples that lie in a file stay there.
    """
    from pellucid.training.engine import jnp

    return raw if is_mapped(raw) else jnp.asarray(raw), labels_to_device(labels, dtype)


def labels_to_device(labels: np.ndarray, dtype: np.dtype) -> Array:
    """Classes as int32, targets in the network's numbers, as an array of the present device."""
    from pellucid.training.engine import jnp

    return jnp.asarray(labels, jnp.int32 if labels.dtype.kind in "iu" else dtype)


def weights_to_device(weights: np.ndarray | None, dtype: np.dtype) -> Array | None:
    """How often each example's cost counts, in the network's numbers, as an array of the present device."""
    from pellucid.training.engine import jnp

    return None if weights is None else jnp.asarray(weights, dtype)
