"""What training gives back."""

from dataclasses import dataclass

from pellucid.maths import Network
from pellucid.model import Model
from pellucid.training.checkpoint import Checkpoint
from pellucid.training.history import EpochRecord


@dataclass(frozen=True, repr=False)
class TrainingResult:
    """What training gives back.

    Attributes:
        network: the parameters of the best epoch, as NumPy arrays.
        model: the network with all it needs to answer raw inputs, ready for `save`.
        history: one record an epoch, those before the run was resumed included.
        seconds: how long each epoch took, of those that were run now.
        best_epoch: the epoch whose parameters these are, from 1.
        stopped_because: "all epochs done", "no better for N epochs", "interrupted …", "time was up …", "diverged: …",
            or what a callback said.
        checkpoint: where training stood at its end: all that is needed to go on.
    """

    network: Network
    model: Model
    history: tuple[EpochRecord, ...]
    seconds: tuple[float, ...]
    best_epoch: int
    stopped_because: str
    checkpoint: Checkpoint

    def __repr__(self) -> str:
        return f"<{len(self.history)} epochs, best: {self.best_epoch} ({self.stopped_because}): {self.network}>"
