"""Short trainings of fresh networks that differ in nothing but the learning rate: what the rate alone does."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int

from pellucid.diagnosis.case import Case, Sample
from pellucid.maths import Network, Penalty, example_costs
from pellucid.training.plan import Plan
from pellucid.training.regularisation import Regularisation
from pellucid.training.step import LearningRule, start, step

FACTORS = 10.0 ** np.arange(-3, 4)
"""Of the run's rate: those that are tried first, from a thousandth to a thousand times."""
MOST_BEYOND = 4
"""Where the last of them is the best, so many more are tried beyond it: up to ten million times."""
ALIKE = 0.01
"""Of the baseline cost: rates that end within so much of the best are as good, and the lowest of them is the safest."""
MOST_STEPS = 300
MOST_WORK = 1.0e11
"""Multiplications of all trials together: some seconds."""
LEAST_STEPS = 20
FINITE = 1e6
"""A cost of so many times that of the best constant answer counts as out of bounds."""


@dataclass(frozen=True, eq=False)
class Trial:
    """What some rates lead to.

    Attributes:
        rates: those tried.
        costs: the mean cost of the examples after the steps with each; infinite where the numbers ran away.
        n_steps: how many steps each had.
        own: the number, within `rates`, of the run's own rate.
        baseline: the cost of the best answer that is always the same.
    """

    rates: Float64[np.ndarray, " n_rates"]
    costs: Float64[np.ndarray, " n_rates"]
    n_steps: int
    own: int
    baseline: float

    def gain_of_lower(self) -> tuple[float, float]:
        """By how much of the baseline cost the best lower rate is better than the run's, and the one to take."""
        return self._gain(slice(None, self.own))

    def gain_of_higher(self) -> tuple[float, float]:
        """By how much of the baseline cost the best higher rate is better than the run's, and the one to take."""
        return self._gain(slice(self.own + 1, None))

    def cost_with(self, rate: float) -> float:
        """The cost that one of the rates led to."""
        return float(self.costs[np.flatnonzero(self.rates == rate)[0]])

    def _gain(self, others: slice) -> tuple[float, float]:
        costs = self.costs[others]
        best = float(costs.min())
        chosen = int(np.argmax(costs <= best + ALIKE * self.baseline))
        own = min(self.costs[self.own], 2 * self.baseline)  # beyond twice the baseline all is equally lost
        return float((own - best) / self.baseline), float(self.rates[others][chosen])


def tried(case: Case, plan: Plan, sample: Sample, penalty: Penalty | None = None) -> Trial:
    """The trial of a run's rate, and of lower and higher ones, on some of its examples.

    Each begins with the same random network of the run's shape with the usual initializer, and meets the same
    mini-batches with the run's cost and optimizer, without what chance would add.

    Parameters:
        case: of the run.
        plan: by which it was trained.
        sample: of its training part.
        penalty: on the weights.
    """
    network = case.fresh()
    n_samples = len(sample.x)
    size = n_samples if plan.batch_size == "full" else min(int(plan.batch_size), n_samples)
    work = 6 * size * network.parameter_count * (len(FACTORS) + MOST_BEYOND)
    n_steps = int(np.clip(MOST_WORK / work, LEAST_STEPS, MOST_STEPS))
    generator = np.random.default_rng(0)
    n_orders = -(-n_steps * size // n_samples)
    rows = np.concatenate([generator.permutation(n_samples) for _ in range(n_orders)])[: n_steps * size]
    batches = rows.reshape(n_steps, size)
    limits = only_limits(plan.rule.regularisation)
    rule = LearningRule(plan.rule.cost, plan.rule.optimizer, penalty, limits)
    rates = plan.rule.optimizer.learning_rate * FACTORS
    assert case.baseline_cost is not None  # noqa: S101 - there is a sample
    baseline = max(case.baseline_cost, np.finfo(np.float64).tiny)
    costs = {float(rate): cost_after(network, rule, sample, batches, float(rate), baseline) for rate in rates}
    for _ in range(MOST_BEYOND):
        best = min(costs, key=lambda rate: costs[rate])
        beyond = 10 * best if best == max(costs) else best / 10 if best == min(costs) else None
        if beyond is None:
            break
        costs[beyond] = cost_after(network, rule, sample, batches, beyond, baseline)
    every = np.array(sorted(costs))
    own = int(np.argmin(np.abs(every - plan.rule.optimizer.learning_rate)))
    return Trial(every, np.array([costs[rate] for rate in every.tolist()]), n_steps, own, baseline)


def only_limits(chosen: Regularisation) -> Regularisation:
    """Of a run's regularisation what bears on the rate: the limits on norms."""
    return Regularisation(max_norm=chosen.max_norm, clip_norm=chosen.clip_norm)


def cost_after(
    network: Network,
    rule: LearningRule,
    sample: Sample,
    batches: Int[np.ndarray, "n_steps size"],
    rate: float,
    baseline: float,
) -> float:
    """The mean cost of the sample, without a penalty, after a step with each batch; infinite where it runs away."""
    x, expected = (np.asarray(array, network.dtype) for array in (sample.x, sample.expected))
    state = start(network.parameters, rule)
    with np.errstate(all="ignore"):
        for rows in batches:
            state = step(network, rule, state, x[rows], expected[rows], rate).state
        trace = network.with_parameters(state.parameters).forward(x)
        cost = float(example_costs(rule.cost, trace.pre_activations[-1], trace.activations[-1], expected).mean())
    return cost if np.isfinite(cost) and cost < FINITE * baseline else float("inf")
