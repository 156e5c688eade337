"""One of many networks that are trained at once: where it starts, how, and how it has done so far."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.errors import InvalidValueError
from pellucid.maths import Network, Parameters
from pellucid.model import Model
from pellucid.training.ending import planned_end
from pellucid.training.history import EpochRecord
from pellucid.training.plan import Plan
from pellucid.training.provenance import provenance_of
from pellucid.training.targets import TargetScaling

OWN = ("seed", "optimizer", "penalty")
"""The choices of a plan in which networks that one program trains may differ: of the optimizer only its rate."""


@dataclass(eq=False)
class Lane:
    """One of many networks, and how it has done so far.

    Attributes:
        network: where it started.
        plan: how it is trained.
        scaling: of the targets; None: they are in their own units.
        history: its epochs.
        best: the parameters of its best epoch; None before the first is done.
        best_record: that epoch's.
        stopped_because: why it is trained no more; empty while it is.
    """

    network: Network
    plan: Plan
    scaling: TargetScaling | None = None
    history: list[EpochRecord] = field(default_factory=list[EpochRecord])
    best: Parameters | None = None
    best_record: EpochRecord | None = None
    stopped_because: str = ""

    @property
    def kind(self) -> tuple[Any, ...]:
        """What is the same of networks that one program can train."""
        plan = {name: value for name, value in self.plan.to_dict().items() if name not in OWN}
        optimizer = self.plan.to_dict()["optimizer"] | {"learning_rate": None}
        of_plan = json.dumps([plan, optimizer], sort_keys=True)
        return self.network.sizes, tuple(map(id, self.network.activations)), str(self.network.dtype), of_plan

    @property
    def merit(self) -> tuple[float, float]:
        """What the better network has more of: its best epoch's merit, or without validation the lower training cost.

        A network of which no epoch was done is worse than any other.
        """
        record = self.best_record
        if record is None:
            return -np.inf, -np.inf
        return record.merit() if record.validation_cost is not None else (0.0, -record.cost)

    @property
    def trained(self) -> Network:
        """The network of the best epoch.

        Raises:
            InvalidValueError: no epoch was done.
        """
        if self.best is None:
            raise InvalidValueError(f"network: one with an epoch done is required, got none: {self.stopped_because}")
        return self.network.with_parameters(self.best if self.scaling is None else self.scaling.folded(self.best))

    def model(self, data: Dataset) -> Model:
        """The trained network with all that it needs to answer raw inputs, and how it came about."""
        provenance = provenance_of(data, self.plan, self.best_record, self.scaling)
        return Model(self.trained, self.plan.rule.cost.name, data.classes, data.features, provenance)

    def rates(self, steps: range, steps_per_epoch: int) -> np.ndarray:
        """The learning rates of these steps, numbered from 0 since training began."""
        costs = [record.judged_cost for record in self.history]
        learning_rate = self.plan.rule.optimizer.learning_rate
        return self.plan.schedule.rates(learning_rate, steps, steps_per_epoch, self.plan.epochs, costs)

    def keep(self, record: EpochRecord, parameters: Callable[[], Parameters]) -> None:
        """Adds an epoch's record to the history, keeps the parameters if they are the best so far, and may end.

        It ends after its last epoch, or where patience is at its end.
        """
        self.history.append(record)
        if self.best_record is None or record.merit() > self.best_record.merit():
            self.best_record, self.best = record, parameters()
        self.stopped_because = planned_end(self.history, self.plan) or ""
