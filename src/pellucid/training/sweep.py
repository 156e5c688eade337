"""A sweep: every combination of some choices tried, those of one architecture at once, and the best one named."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.errors import DivergenceError, InvalidValueError
from pellucid.training.cross_validation import Figures, cross_validate
from pellucid.training.lane import Lane
from pellucid.training.many import Report, train_many
from pellucid.training.trials import Trial


@dataclass(frozen=True)
class Outcome:
    """What became of a trial.

    Attributes:
        trial: its choices.
        lane: its network, trained on the training part; None where the trial was cross-validated alone.
        figures: of its cross-validation; None where there was none.
    """

    trial: Trial
    lane: Lane | None = None
    figures: Figures | None = None

    @property
    def merit(self) -> tuple[float, float]:
        """What the better trial has more of; validation decides, or cross-validation where there was one."""
        if self.figures is not None:
            return self.figures.merit
        return self.lane.merit if self.lane is not None else (-np.inf, -np.inf)

    def to_dict(self) -> dict[str, Any]:
        """What became of it, as JSON can hold it."""
        told: dict[str, Any] = {"trial": self.trial.number, "seed": self.trial.seed, "choices": dict(self.trial.varied)}
        if self.figures is not None:
            return told | {"folds": self.figures.to_dict()}
        assert self.lane is not None  # noqa: S101 - one of the two is there
        record = self.lane.best_record
        return told | {
            "epochs": len(self.lane.history),
            "best": None if record is None else record.to_dict(),
            "stopped_because": self.lane.stopped_because,
        }


def sweep(
    trials: Sequence[Trial],
    data: Dataset,
    *,
    halving: bool = False,
    n_folds: int | None = None,
    device: str = "cpu",
    report: Report | None = None,
) -> list[Outcome]:
    """Tries them all.

    Parameters:
        trials: as `trials_of` gives them.
        data: in memory; the test part is not looked at.
        halving: whether the worse half is given up after each rung of epochs.
        n_folds: cross-validate, in so many folds, instead of judging by the validation part. Each network is then
            trained for all its epochs: no example that judges may choose the epoch.
        device: cpu or gpu.
        report: is told how far it is.

    Returns:
        What became of each, the best first.

    Raises:
        InvalidValueError: a trial and the data do not fit each other; halving with folds.
    """
    if halving and n_folds is not None:
        raise InvalidValueError("halving: it is not for folds, whose networks are judged when they are whole")
    if n_folds is None:
        lanes = train_many(
            [trial.network(data) for trial in trials],
            [trial.plan(data) for trial in trials],
            data,
            halving=halving,
            device=device,
            report=report,
        )
        outcomes = [Outcome(*pair) for pair in zip(trials, lanes, strict=True)]
    else:
        figures = cross_validate(trials, data, n_folds, device=device, report=report)
        outcomes = [Outcome(trial, None, found) for trial, found in zip(trials, figures, strict=True)]
    return sorted(outcomes, key=lambda outcome: outcome.merit, reverse=True)


def best_of(outcomes: Sequence[Outcome], data: Dataset, n_kept: int, device: str = "cpu") -> list[Outcome]:
    """The best so many with their trained networks; those that were only cross-validated are trained now.

    Parameters:
        outcomes: the best first.
        data: as `sweep` had them.
        n_kept: how many, at most.
        device: cpu or gpu.

    Raises:
        DivergenceError: of none an epoch was done; KeyboardInterrupt: likewise, because Ctrl-C was pressed.
    """
    trained = [each for each in outcomes if each.lane is not None]
    untrained = [each for each in outcomes if each.lane is None and np.isfinite(each.merit).all()][:n_kept]
    if untrained:
        trials = [each.trial for each in untrained]
        networks, plans = [trial.network(data) for trial in trials], [trial.plan(data) for trial in trials]
        lanes = train_many(networks, plans, data, device=device)
        trained = [replace(each, lane=lane) for each, lane in zip(untrained, lanes, strict=True)]
    whole = [each for each in trained if each.lane is not None and each.lane.best is not None]
    if not whole:
        if any(each.lane is not None and each.lane.stopped_because.startswith("interrupted") for each in trained):
            raise KeyboardInterrupt
        raise DivergenceError("no network had an epoch done (diverged); lower the learning rates")
    return whole[:n_kept]
