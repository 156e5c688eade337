"""Cross-validation: how choices do on examples that were not learnt from, each example judging once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.data import Dataset, Part
from pellucid.model import Model, evaluate
from pellucid.training.folds import folds_of
from pellucid.training.many import Report, train_many
from pellucid.training.trials import Trial


@dataclass(frozen=True)
class Figures:
    """How the networks of a trial did in cross-validation.

    Attributes:
        costs: the mean cost on each fold's examples that judge; infinite where the network diverged.
        accuracies: the share of them that are right; none in regression.
        recalls: the mean over the classes of the share of a class that is right; none in regression.
        is_balanced: whether training was to balance the classes: the recalls count then.
    """

    costs: tuple[float, ...]
    accuracies: tuple[float, ...] = ()
    recalls: tuple[float, ...] = ()
    is_balanced: bool = False

    @property
    def shares(self) -> tuple[float, ...]:
        """By which trials are compared: the accuracies, where classes are balanced the recalls; none in regression."""
        return self.recalls if self.is_balanced else self.accuracies

    @property
    def merit(self) -> tuple[float, float]:
        """What the better trial has more of: the mean share, and of equal ones the lower mean cost."""
        return float(np.mean(self.shares)) if self.shares else 0.0, -float(np.mean(self.costs))

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON can hold them, a cost that is not finite as none."""
        told: dict[str, Any] = {"costs": [cost if np.isfinite(cost) else None for cost in self.costs]}
        if self.accuracies:
            told |= {"accuracies": list(self.accuracies), "recalls": list(self.recalls)}
        return told


def cross_validate(
    trials: Sequence[Trial], data: Dataset, n_folds: int, *, device: str = "cpu", report: Report | None = None
) -> list[Figures]:
    """How each trial's choices do on examples that they were not learnt from, in so many folds.

    All trials have the same folds. Each network is trained for all the epochs of its recipe, and judged at the end.

    Raises:
        InvalidValueError: that many folds cannot be made of the data; KeyboardInterrupt: Ctrl-C was pressed.
    """
    found: list[list[tuple[float, float, float]]] = [[] for _ in trials]
    for number, fold in enumerate(folds_of(data, n_folds)):
        plans = [replace(trial.plan(fold.data), patience=None) for trial in trials]
        lanes = train_many(
            [trial.network(fold.data) for trial in trials],
            plans,
            fold.data,
            device=device,
            report=None if report is None else part_of(report, number, n_folds),
        )
        if any(lane.stopped_because.startswith("interrupted") for lane in lanes):
            raise KeyboardInterrupt
        for figures, lane in zip(found, lanes, strict=True):
            is_whole = lane.stopped_because == "all epochs done"
            figures.append(judge(lane.model(fold.data), fold.judged) if is_whole else (float("inf"), 0.0, 0.0))
    columns = [tuple(zip(*figures, strict=True)) for figures in found]
    if data.task == "regression":
        return [Figures(costs) for costs, _, _ in columns]
    balanced = [trial.recipe.balance != "none" for trial in trials]
    return [Figures(*kinds, is_balanced=each) for kinds, each in zip(columns, balanced, strict=True)]


def judge(model: Model, part: Part) -> tuple[float, float, float]:
    """Mean cost, accuracy and mean recall of a model on a part; the last two are 0 in regression."""
    evaluation = evaluate(model, part)
    recalls = [figures.recall for figures in evaluation.per_class if figures.recall is not None]
    return evaluation.cost, evaluation.accuracy or 0.0, float(np.mean(recalls)) if recalls else 0.0


def part_of(report: Report, number: int, n_parts: int) -> Report:
    """The report of one of several equal parts of the work, from 0, which goes on where the one before ended."""
    return lambda done, total: report(number * total + done, n_parts * total)
