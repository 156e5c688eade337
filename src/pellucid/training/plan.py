"""The plan of a run: every choice on which its numbers depend, but for the network it starts from and the data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, Literal, cast

from pellucid.data.balance import BALANCES
from pellucid.errors import FormatError, InvalidValueError, is_whole, look_up, require_kind
from pellucid.maths import Adam, Cost, Optimizer, Penalty, find_cost
from pellucid.training.distortions import UNDISTORTED, Distortions
from pellucid.training.entries import entry_of, optimizer_of, penalty_of
from pellucid.training.regularisation import OFF, Regularisation, require_number
from pellucid.training.schedules import Constant, Schedule, read_schedule
from pellucid.training.step import LearningRule

MAX_EPOCHS = 10**6


@dataclass(frozen=True)
class Plan:
    """How a network is trained.

    Parameters:
        rule: what a step minimises, and how.
        batch_size: examples a step, or "full".
        epochs: how often all examples are met, at most.
        seed: of the order of the examples, and of all that chance decides.
        patience: stop after so many epochs without a better one; None: never.
        least_gain: by how much an epoch must be better for patience to begin anew.
        schedule: how the learning rate moves on.
        balance: what is done about classes of different sizes.
        scale_targets: whether numbers to predict are scaled while they are learnt.
        distortions: by which examples are changed by chance each time they are met.

    Raises:
        InvalidValueError: a number is out of range.
    """

    rule: LearningRule
    batch_size: int | Literal["full"] = 32
    epochs: int = 20
    seed: int = 0
    patience: int | None = None
    least_gain: float = 0.0
    schedule: Schedule = field(default_factory=Constant)
    balance: str = "none"
    scale_targets: bool = False
    distortions: Distortions = UNDISTORTED

    def __post_init__(self) -> None:
        if self.batch_size != "full" and not is_whole(self.batch_size, 1):
            raise InvalidValueError(f"batch_size: must be a whole number above 0 or 'full', got {self.batch_size!r}")
        if not is_whole(self.epochs, 1, MAX_EPOCHS):
            raise InvalidValueError(f"epochs: must be a whole number from 1 to {MAX_EPOCHS:,}, got {self.epochs}")
        if not is_whole(self.seed, 0, 2**63 - 1):
            raise InvalidValueError(f"seed: must be a whole number from 0 to 2⁶³−1, got {self.seed}")
        if self.patience is not None and not is_whole(self.patience, 1):
            raise InvalidValueError(f"patience: must be a whole number above 0, got {self.patience}")
        if not 0 <= require_number(self.least_gain, "least_gain") < 1:
            raise InvalidValueError(f"least_gain: must be at least 0 and below 1, got {self.least_gain}")
        look_up(self.balance, dict.fromkeys(BALANCES), "balance")

    @classmethod
    def of(
        cls,
        *,
        cost: str | Cost = "squared-error",
        optimizer: Optimizer | None = None,
        penalty: Penalty | None = None,
        regularisation: Regularisation = OFF,
        schedule: str = "constant",
        distortions: str | Distortions = UNDISTORTED,
        **others: Any,
    ) -> "Plan":
        """The plan of choices as `train` takes them; the others are the plan's own.

        Raises:
            InvalidValueError: one is out of range, or of another kind; UnknownNameError: a name that is not known.
        """
        require_kind(optimizer, (Optimizer, NoneType), "optimizer: one such as SGD(0.1) or Adam()")
        require_kind(penalty, (Penalty, NoneType), "penalty: one such as L2(0.001), or none,")
        require_kind(regularisation, Regularisation, "regularisation: one such as Regularisation(dropout=(0.2, 0.5))")
        require_kind(schedule, str, "schedule: a text such as 'cosine:warmup=2'")
        require_kind(distortions, (str, Distortions), "distortions: a text such as 'shift=2,rotation=15'")
        return cls(
            LearningRule(find_cost(cost), optimizer or Adam(), penalty, regularisation),
            schedule=read_schedule(schedule),
            distortions=Distortions.read(distortions) if isinstance(distortions, str) else distortions,
            **others,
        )

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON can hold it."""
        return {
            "cost": self.rule.cost.name,
            "optimizer": entry_of(self.rule.optimizer),
            "penalty": entry_of(self.rule.penalty),
            "regularisation": self.rule.regularisation.to_dict(),
            "batch_size": self.batch_size,
            "epochs": self.epochs,
            "seed": self.seed,
            "patience": self.patience,
            "least_gain": self.least_gain,
            "schedule": str(self.schedule),
            "balance": self.balance,
            "scale_targets": self.scale_targets,
            "distortions": str(self.distortions),
        }

    @classmethod
    def from_dict(cls, entries: Any) -> "Plan":
        """The plan that these entries, which may be anything, stand for.

        Raises:
            FormatError, UnknownNameError, InvalidValueError: they are none that `to_dict` writes.
        """
        known = set(Plan(LearningRule(find_cost("squared-error"), optimizer_of(ANY))).to_dict())
        if not isinstance(entries, Mapping) or set(cast(Mapping[str, Any], entries)) != known:
            raise FormatError(f"plan: the entries {', '.join(sorted(known))} are required")
        chosen = dict(cast(Mapping[str, Any], entries))
        for name in ("cost", "schedule", "balance", "distortions"):
            if not isinstance(chosen[name], str):
                raise FormatError(f"plan: {name} must be a text")
        if type(chosen["scale_targets"]) is not bool or type(chosen["least_gain"]) not in (int, float):
            raise FormatError("plan: scale_targets must be true or false, and least_gain a number")
        rule = LearningRule(
            find_cost(chosen.pop("cost")),
            optimizer_of(chosen.pop("optimizer")),
            penalty_of(chosen.pop("penalty")),
            Regularisation.from_dict(chosen.pop("regularisation")),
        )
        chosen["schedule"] = read_schedule(chosen["schedule"])
        chosen["distortions"] = Distortions.read(chosen["distortions"])
        return cls(rule, **chosen)

    def changes_from(self, before: "Plan") -> tuple[str, ...]:
        """The names of the choices that are others than in that plan, but for those by which it ends."""
        new, old = self.to_dict(), before.to_dict()
        return tuple(name for name in new if name not in ("epochs", "patience") and new[name] != old[name])


ANY = {"name": "sgd", "learning_rate": 1.0, "momentum": 0.0, "nesterov": False}
