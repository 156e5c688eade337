"""How the learning rate moves on while a network is trained: each schedule with its formula.

A schedule is written `NAME` or `NAME:CHOICE=VALUE,…`, on the command line, in recipes and in Python alike:
`cosine`, `cosine:warmup=2`, `step:every=20,factor=0.5`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from pellucid.errors import InvalidValueError, look_up
from pellucid.training.choices import read_numbers, write_numbers

Positions = Float64[np.ndarray, " n_steps"]
"""Where steps lie: how many epochs were done before each, 2.5 being the middle of the third."""


@dataclass(frozen=True)
class Schedule(ABC):
    """How the learning rate moves on.

    Parameters:
        warmup: for so many epochs the rate first rises evenly from 0; then the schedule begins.

    Raises:
        InvalidValueError: a choice is out of range.
    """

    warmup: float = 0.0
    name: ClassVar[str]
    source: ClassVar[str]

    def __post_init__(self) -> None:
        for field in fields(self):
            value, least, most = getattr(self, field.name), *RANGES[field.name]
            if not least <= value < most:
                raise InvalidValueError(
                    f"schedule: {field.name} of {self.name} must be from {least:g} to below {most:g}, got {value:g}"
                )

    @abstractmethod
    def factors(self, positions: Positions, epochs: float, costs: Sequence[float]) -> Positions:
        """What the learning rate is multiplied by, at positions counted from the end of the warm-up.

        Parameters:
            positions: of the steps.
            epochs: how many there will be after the warm-up.
            costs: of the epochs that are done: on the validation part, or while training where there is none.
        """

    def rates(
        self, learning_rate: float, steps: range, steps_per_epoch: int, epochs: int, costs: Sequence[float]
    ) -> Positions:
        """The learning rate of each of these steps.

        Parameters:
            learning_rate: the optimizer's.
            steps: their numbers since training began, from 0.
            steps_per_epoch: how many make an epoch.
            epochs: how many are to be run.
            costs: as for `factors`.
        """
        positions = np.arange(steps.start, steps.stop, dtype=np.float64) / steps_per_epoch
        after = np.maximum(positions - self.warmup, 0)
        rates = learning_rate * self.factors(after, max(epochs - self.warmup, 1 / steps_per_epoch), costs)
        if self.warmup:
            rates *= np.minimum(1, (positions + 1 / steps_per_epoch) / self.warmup)
        return rates

    def __str__(self) -> str:
        """As one writes it: the choices that are not the usual ones are named."""
        chosen = write_numbers(asdict(self), asdict(type(self)()))
        return f"{self.name}:{chosen}" if chosen else self.name


@dataclass(frozen=True)
class Constant(Schedule):
    """The same rate in every step."""

    name = "constant"
    source = "Robbins & Monro 1951 let it fall; constant it is the essay's"

    def factors(self, positions: Positions, epochs: float, costs: Sequence[float]) -> Positions:
        return np.ones_like(positions)


@dataclass(frozen=True)
class Step(Schedule):
    """A rate that falls to a share of itself every so many epochs.

    *Formula*: r_e = r · q^⌊e/n⌋, e being the epochs done, n `every` and q `factor`.
    """

    every: float = 10.0
    factor: float = 0.1

    name = "step"
    source = "Krizhevsky, Sutskever & Hinton 2012, section 5, there by hand"

    def factors(self, positions: Positions, epochs: float, costs: Sequence[float]) -> Positions:
        return self.factor ** np.floor(positions / self.every)


@dataclass(frozen=True)
class Exponential(Schedule):
    """A rate that falls by the same share in every epoch, evenly over its steps.

    *Formula*: r_e = r · qᵉ, e being the epochs done, fractions included, and q `factor`.
    """

    factor: float = 0.95

    name = "exponential"
    source = "Cireşan, Meier, Gambardella & Schmidhuber 2010, who let the rate fall by a constant factor an epoch"

    def factors(self, positions: Positions, epochs: float, costs: Sequence[float]) -> Positions:
        return self.factor**positions


@dataclass(frozen=True)
class InverseScaling(Schedule):
    """A rate that falls as a power of the time.

    *Formula*: r_e = r / (1 + e)ᵖ, e being the epochs done, fractions included, and p `power`.
    """

    power: float = 0.5

    name = "inverse-scaling"
    source = "Robbins & Monro 1951; Polyak & Juditsky 1992, with p between ½ and 1"

    def factors(self, positions: Positions, epochs: float, costs: Sequence[float]) -> Positions:
        return (1 + positions) ** -self.power


@dataclass(frozen=True)
class Cosine(Schedule):
    """A rate that falls along half a cosine, from the whole at the beginning to 0 after the last step.

    *Formula*: r_e = r · ½(1 + cos(π e / n)), e being the epochs done, fractions included, and n their number.
    """

    name = "cosine"
    source = "Loshchilov & Hutter 2017, equation 5, without restarts"

    def factors(self, positions: Positions, epochs: float, costs: Sequence[float]) -> Positions:
        return (1 + np.cos(np.pi * np.minimum(positions / epochs, 1))) / 2


@dataclass(frozen=True)
class Plateau(Schedule):
    """A rate that falls to a share of itself whenever the cost has not fallen for some epochs.

    *Formula*: r_e = r · qᵏ, q being `factor` and k how often there was a run of `patience` epochs of which none had a
    cost below (1 − `gain`) times the least one before.
    """

    factor: float = 0.1
    patience: float = 5.0
    gain: float = 1e-4

    name = "plateau"
    source = "as ReduceLROnPlateau of the common libraries"

    def factors(self, positions: Positions, epochs: float, costs: Sequence[float]) -> Positions:
        return np.full_like(positions, self.factor ** self.reductions(costs))

    def reductions(self, costs: Sequence[float]) -> int:
        """How often the rate has fallen after epochs of these costs.

        >>> Plateau(patience=2).reductions([1.0, 0.5, 0.5, 0.5, 0.4, 0.4, 0.4])
        2
        """
        least, waited, reductions = float("inf"), 0, 0
        for cost in costs:
            waited = 0 if cost < least * (1 - self.gain) else waited + 1
            least = min(least, cost)
            if waited >= self.patience:
                waited, reductions = 0, reductions + 1
        return reductions


MAX = 1e6
RANGES = {
    "warmup": (0, MAX),
    "every": (1, MAX),
    "factor": (1e-6, 1),
    "power": (0, 10),
    "patience": (1, MAX),
    "gain": (0, 1),
}
"""From where to where each choice may be, whatever the schedule."""
SCHEDULES: dict[str, type[Schedule]] = {
    kind.name: kind for kind in (Constant, Step, Exponential, InverseScaling, Cosine, Plateau)
}
"""Every schedule, by its name."""


def read_schedule(text: str) -> Schedule:
    """The schedule that is written so.

    Raises:
        UnknownNameError: there is none of that name; InvalidValueError: a choice is unknown or out of range.

    >>> read_schedule("step:every=20,factor=0.5")
    Step(warmup=0.0, every=20.0, factor=0.5)
    >>> str(read_schedule("cosine:warmup=2"))
    'cosine:warmup=2'
    """
    name, _, rest = text.partition(":")
    kind = look_up(name, SCHEDULES, "schedule")
    return kind(**read_numbers(rest, [field.name for field in fields(kind)], "schedule", f"{name}:"))
