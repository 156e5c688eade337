"""The history of a run: a record an epoch."""

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields
from typing import Any

import numpy as np
from jaxtyping import Float64

from pellucid.errors import FormatError


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

    @property
    def judged_cost(self) -> float:
        """The validation part's mean cost; where there is none, that of the examples met."""
        return self.cost if self.validation_cost is None else self.validation_cost


def to_array(history: Sequence[EpochRecord]) -> Float64[np.ndarray, "n_epochs n_figures"]:
    """The history as one array, NaN standing for None."""
    rows = [[np.nan if value is None else value for value in astuple(record)] for record in history]
    return np.array(rows, np.float64).reshape(len(rows), len(fields(EpochRecord)))


def from_array(array: np.ndarray) -> tuple[EpochRecord, ...]:
    """The history that such an array stands for, if it is one.

    Raises:
        FormatError: it is none.
    """
    if array.dtype != np.float64 or array.ndim != 2 or array.shape[1] != len(fields(EpochRecord)):
        raise FormatError(f"history: float64 rows of {len(fields(EpochRecord))} figures are required")
    if array[:, 0].tolist() != list(range(1, len(array) + 1)) or not np.isfinite(array[:, [1, 5]]).all():
        raise FormatError("history: epochs from 1, each with a finite cost and learning rate, are required")
    rows = ((None if np.isnan(value) else float(value) for value in row) for row in array.tolist())
    return tuple(EpochRecord(int(number), *figures) for number, *figures in rows)  # type: ignore[misc, arg-type]
