"""The learning-rate range test: the rate rises from step to step, and what the cost does tells which rate to choose."""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float64

from pellucid.data import Dataset
from pellucid.errors import InvalidValueError, is_whole, require_kind
from pellucid.maths import Network
from pellucid.training.interruption import Interruption
from pellucid.training.loop import require_plan
from pellucid.training.plan import Plan
from pellucid.training.run import NOTHING_YET, Run
from pellucid.training.targets import scaling_for

LOWEST, HIGHEST, N_STEPS = 1e-6, 100.0, 400
FEWEST_STEPS, MOST_STEPS = 20, 10_000
RISE = 4.0
"""The test ends where the smoothed cost is so many times its least."""
WINDOWS = 20
"""The cost is smoothed over about the last twentieth of the steps."""
Rates: TypeAlias = Float64[np.ndarray, " _n_steps"]
LEAST_FALL = 0.02
"""Where the smoothed cost falls by a smaller share than this, no rate has taught the network anything."""
SOURCE = "Smith 2017, section 3.3; the choice of a tenth is that of fastai's learning-rate finder"


@dataclass(frozen=True, eq=False)
class RateTest:
    """What a range test found.

    *Formula*: r_k = r_least (r_most / r_least)^(k / (n − 1)); C̄_k = Σ βʲ C_{k−j} / Σ βʲ with β = 1 − 1/⌊n/20⌋; the
    suggestion is a tenth of the rate at which C̄ is least.

    Attributes:
        rates: r of each step that was made.
        costs: the mean cost of each step's mini-batch, before its correction.
        smoothed: C̄ of each step.
        suggestion: the learning rate to train with, to two figures; None: at no rate did the cost fall.
        least_at: the rate at which the smoothed cost is least.
        stopped_because: why no more steps were made.
    """

    rates: Rates
    costs: Rates
    smoothed: Rates
    suggestion: float | None
    least_at: float
    stopped_because: str

    @property
    def rule(self) -> str:
        """How the suggestion was found, in a sentence."""
        if self.suggestion is None:
            return "At no rate did the smoothed cost fall by 2 %: no suggestion."
        return f"A tenth of the rate at which the smoothed cost is least, {self.least_at:.2g}."

    def to_dict(self) -> dict[str, Any]:
        """What was found, as JSON can hold it."""
        return {
            "suggestion": self.suggestion,
            "rule": self.rule,
            "least_at": self.least_at,
            "stopped_because": self.stopped_because,
            "rates": self.rates.tolist(),
            "costs": self.costs.tolist(),
            "smoothed": self.smoothed.tolist(),
        }


def find_rate(
    network: Network,
    data: Dataset,
    *,
    lowest: float = LOWEST,
    highest: float = HIGHEST,
    n_steps: int = N_STEPS,
    device: str = "cpu",
    **choices: Any,
) -> RateTest:
    """Trains a network for some hundred steps at rising rates, and suggests a learning rate. It is not changed.

    Parameters:
        network: where it starts.
        data: its training part is met, in the order of `train`; the other parts are not looked at.
        lowest, highest: from where to where the rate rises, by the same factor from step to step.
        n_steps: how many steps there are to be; fewer are made where the cost rises to four times its least.
        device: cpu or gpu.
        choices: cost, optimizer, penalty, regularisation, batch_size, seed, balance, scale_targets and distortions, as
            `train` takes them; the optimizer's own rate is not used.

    Raises:
        InvalidValueError: the rates or the number of steps are out of range, a choice does not fit, or the cost is not
            finite before the first step. (Where it leaves the finite numbers later, that ends the test.)
    """
    require_kind(network, Network, "network: a Network")
    require_kind(data, Dataset, "data: a Dataset, of load_data or Dataset.from_arrays,")
    return find_rate_by(
        Plan.of(**choices), network, data, lowest=lowest, highest=highest, n_steps=n_steps, device=device
    )


def find_rate_by(
    plan: Plan,
    network: Network,
    data: Dataset,
    *,
    lowest: float = LOWEST,
    highest: float = HIGHEST,
    n_steps: int = N_STEPS,
    device: str = "cpu",
) -> RateTest:
    """The range test of a plan, whose rate, schedule and epochs are not used; the rest is as in `find_rate`."""
    if not 0 < lowest < highest < float("inf"):
        raise InvalidValueError(f"lowest, highest: 0 < lowest < highest is required, got {lowest:g} and {highest:g}")
    if not is_whole(n_steps, FEWEST_STEPS, MOST_STEPS):
        raise InvalidValueError(
            f"n_steps: a whole number from {FEWEST_STEPS} to {MOST_STEPS:,} is required, got {n_steps}"
        )
    require_plan(plan, network, data)
    scaling = scaling_for(network, data) if plan.scale_targets else None
    learnt = data if scaling is None else scaling.scaled(data)
    rates = lowest * (highest / lowest) ** (np.arange(n_steps) / (n_steps - 1))
    with Interruption() as interruption:
        from pellucid.training.engine import engine

        with engine(device, network.dtype):
            run = RisingRun(network, learnt, plan, device, (), interruption, scaling=scaling)
            costs, smoothed, reason = run.met_at(rates)
    return read_off(rates[: len(costs)], costs, smoothed, reason, window_of(n_steps))


def window_of(n_steps: int) -> int:
    """Over how many steps the cost is smoothed, of so many that there are to be."""
    return max(1, n_steps // WINDOWS)


class RisingRun(Run):
    """A run whose rate is another one in each step, whatever its plan says."""

    def met_at(self, rates: Rates) -> tuple[Rates, Rates, str]:
        """The mean costs of the steps at these rates, the same smoothed, and why no more steps were made."""
        self.rising = rates
        window = window_of(len(rates))
        smoothing, costs, smoothed = Smoothing(window), list[float](), list[float]()
        reason = ""
        try:
            while not reason:
                if self.epoch == 0 or len(self.report.costs) == self.steps:
                    self.epoch, self.met, self.report = self.epoch + 1, 0, NOTHING_YET
                    self.feed.begin(self.epoch)
                self.n_made = len(costs)
                steps, size = self.next_block(len(self.report.costs), self.steps)
                report = self.run_block(min(steps, len(rates) - len(costs)), size)
                self.report = self.report.then(report)
                for cost in (report.costs / size).tolist():
                    if not math.isfinite(cost):
                        reason = "the cost was no longer finite"
                        break
                    costs.append(cost)
                    smoothed.append(smoothing.of(cost))
                    if len(costs) > window and smoothed[-1] > RISE * min(smoothed[window - 1 :]):
                        reason = f"the cost rose to {RISE:g} times its least"
                        break
                if not reason and len(costs) == len(rates):
                    reason = "all steps made"
                if not reason and self.interruption.requested:
                    reason = "interrupted"
        finally:
            self.feed.close()
        return np.array(costs), np.array(smoothed), reason

    def rates(self, n_steps: int) -> Rates:
        """The learning rates of the next steps."""
        return self.rising[self.n_made : self.n_made + n_steps]


class Smoothing:
    """The exponential average of the costs so far, without the pull of a start at 0.

    Parameters:
        window: about so many costs count.
    """

    def __init__(self, window: int) -> None:
        self.kept = 1 - 1 / window
        self.total = self.weight = 0.0

    def of(self, cost: float) -> float:
        """The average with one more cost."""
        self.total, self.weight = self.kept * self.total + cost, self.kept * self.weight + 1
        return self.total / self.weight


def read_off(rates: Rates, costs: Rates, smoothed: Rates, reason: str, window: int) -> RateTest:
    """What the steps that were made tell.

    Raises:
        InvalidValueError: there are none, because the network's first cost is not finite.
    """
    if not len(costs):
        raise InvalidValueError(
            "network: a finite cost before the first step is required, it is not finite; the inputs, the targets or "
            "the weights are too large"
        )
    first = min(window, len(costs)) - 1  # averages of fewer costs are too rough to be compared
    least = first + int(smoothed[first:].argmin())
    least_at = float(rates[least])
    has_fallen = smoothed[least] < (1 - LEAST_FALL) * smoothed[first]
    suggestion = float(f"{least_at / 10:.2g}") if has_fallen else None
    return RateTest(rates, costs, smoothed, suggestion, least_at, reason)
