"""What training reports: a record an epoch, its progress between blocks, and the result."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from pellucid.maths import Network
from pellucid.model import Model
from pellucid.training.checkpoint import Checkpoint


@dataclass(frozen=True)
class EpochRecord:
    """One epoch's figures, the same on every run with the same seed (times are kept apart).

    Costs are means over the examples, each counted once, also where classes are balanced by weights. Of targets that
    training has scaled, they are in scaled units.

    Attributes:
        epoch: from 1.
        cost: mean cost of the training examples, each as its mini-batch met it (penalties not included).
        accuracy: share of the training examples that were right, likewise; None in regression.
        validation_cost: mean cost of the validation examples after the epoch; None where there are none.
        validation_accuracy: share of them that are right; None in regression or where there are none.
        learning_rate: r at the epoch's end.
        validation_recall: the mean over the classes of the share of a class that is right, likewise; None unless
            training was to balance the classes.
    """

    epoch: int
    cost: float
    accuracy: float | None
    validation_cost: float | None
    validation_accuracy: float | None
    learning_rate: float
    validation_recall: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON can hold them; a recall that nobody asked for is not among them."""
        figures = asdict(self)
        if self.validation_recall is None:
            del figures["validation_recall"]
        return figures

    def merit(self) -> tuple[float, float]:
        """What the best epoch has most of: validation accuracy, and of equal ones the lower validation cost.

        Where classes are balanced, the mean recall stands for the accuracy: naming only large classes is no merit then.
        Without a validation part later is better: nothing is known that would speak for an earlier epoch.
        """
        if self.validation_cost is None:
            return float(self.epoch), 0.0
        share = self.validation_accuracy if self.validation_recall is None else self.validation_recall
        return share or 0.0, -self.validation_cost


@dataclass(frozen=True)
class Progress:
    """Where training stands after a block of steps."""

    epoch: int
    epochs: int
    step: int
    steps: int
    cost: float
    accuracy: float | None
    last: EpochRecord | None
    """The epoch finished just now, with the block that ended it; None in mid-epoch."""


Listener: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, repr=False)
class TrainingResult:
    """What training gives back.

    Attributes:
        network: the parameters of the best epoch, as NumPy arrays.
        model: the network with all it needs to answer raw inputs, ready for `save`.
        history: one record an epoch.
        seconds: how long each epoch took.
        best_epoch: the epoch whose parameters these are, from 1.
        stopped_because: "all epochs done", "no better for N epochs", "interrupted" or "diverged: …".
        checkpoint: where training stood at its end: the last parameters, the optimizer's memory, the steps made.
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
