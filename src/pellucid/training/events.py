"""Events of a run: who wants to follow training, or to end it, is told of its beginning, steps, epochs and end.

A client is a `Callback` with the methods it needs. What Pellucid itself does beside training is done by such clients:
progress on the terminal, checkpoints, the history as CSV, TensorBoard's files, snapshots.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pellucid.training.history import EpochRecord
    from pellucid.training.run import Run


@dataclass(frozen=True)
class Progress:
    """Where training stands after a block of steps.

    Attributes:
        epoch, epochs: the one under way, from 1, and how many there are to be at most.
        step, steps: how many steps of it are done, of how many.
        cost, accuracy: mean over the examples met so far in it; no accuracy in regression.
        norms: of the block's steps (n_steps, n_layers, 3), the root mean square of the weights' gradient, of the
            weights and of their correction; None unless a callback asks for them.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    cost: float
    accuracy: float | None
    norms: np.ndarray | None = None


class Callback:
    """A client of a run's events; each method does nothing unless it is overridden.

    They are called between compiled blocks of steps (about half a second), in the thread that trains. `run` tells more:
    `run.history`, `run.seconds`, `run.network()` with the parameters of this moment, `run.checkpoint()` and
    `run.stop(reason)`, which ends training as Ctrl-C does, with the best epoch so far. An error raised here ends
    training, and is raised by `train`.

    Attributes:
        every: if given, `steps_done` is told of each step whose number is a multiple of it, as soon as it is done.
        wants_gradients: whether `Progress.norms` is needed.
    """

    every: int | None = None
    wants_gradients: bool = False

    def run_begins(self, run: Run) -> None:
        """Nothing is trained yet, or a run goes on from its checkpoint."""

    def steps_done(self, run: Run, progress: Progress) -> None:
        """A block of steps is done; the last one of an epoch included."""

    def epoch_done(self, run: Run, record: EpochRecord) -> None:
        """An epoch is done and judged."""

    def run_ends(self, run: Run) -> None:
        """Training has ended, and `run.stopped_because` says why; `run.checkpoint()` is its last state."""
