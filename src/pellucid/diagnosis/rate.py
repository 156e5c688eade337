"""Is the learning rate too high or too low? The run's history says whether it suffered, a trial whether by the rate."""

from collections.abc import Iterator, Mapping

import numpy as np

from pellucid.diagnosis.case import Case
from pellucid.diagnosis.cures import command, in_words, rate_test
from pellucid.diagnosis.finding import Finding
from pellucid.diagnosis.fit import is_short_of_reference
from pellucid.diagnosis.pictures import tried_rates
from pellucid.diagnosis.trial import Trial, tried
from pellucid.figures import learning_curves
from pellucid.maths import example_costs
from pellucid.training import EpochRecord

BOUNCE = 0.1
"""A cost that rises above its least so far by so much of the baseline cost is no noise of mini-batches."""
UNFINISHED = 0.1
"""A cost that fell by so much of the baseline cost in the second half of the epochs was still on its way."""
GAIN = 0.1
"""Another rate must be better by so much of the baseline cost to be named: a tenth of all there is to be learnt."""
LEAST_EPOCHS = 4
"""Epochs of which a second half can be told from a first."""
DIVERGED = "diverged"
"""How the reason begins for which a run ends that left the finite numbers."""


def find_rate_faults(case: Case) -> Iterator[Finding]:
    """A finding if the learning rate was too high, or too low, for this run."""
    if case.stopped_because.startswith(DIVERGED):
        yield diverged(case)
        return
    plan, sample = case.plan, case.train
    if plan is None or sample is None or case.baseline_cost is None:
        return
    bounced, unfinished = bounce(case.history, case.baseline_cost), still_falling(case.history, case.baseline_cost)
    is_poor = is_short_of_reference(case)
    if not (is_poor or bounced >= BOUNCE or unfinished >= UNFINISHED):
        return
    suffers = {"rate-too-high": is_poor or bounced >= BOUNCE, "rate-too-low": is_poor or unfinished >= UNFINISHED}
    trial = tried(case, plan, sample)
    blamed = rate_to_blame(case, trial, suffers)
    if blamed is not None and plan.rule.penalty is not None:
        # A penalty pulls the harder the higher the rate is, and no rate makes up for too strong a one: another rate
        # must help with it and without.
        trial = tried(case, plan, sample, plan.rule.penalty)
        again = rate_to_blame(case, trial, suffers)
        blamed = again if again is not None and again[0] == blamed[0] else None
    if blamed is not None:
        name, rate = blamed
        told = tell_bounce(bounced) if name == "rate-too-high" else tell_unfinished(case.history)
        yield judged_by_trial(case, trial, name, rate, told)


def rate_to_blame(case: Case, trial: Trial, suffers: Mapping[str, bool]) -> tuple[str, float] | None:
    """Which fault a trial proves, and the better rate; None where the rate is not to blame.

    Parameters:
        case: of the run.
        trial: of its rate.
        suffers: whether the run shows what either fault leads to.
    """
    lower, lower_rate = trial.gain_of_lower()
    higher, higher_rate = trial.gain_of_higher()
    if suffers["rate-too-high"] and lower >= max(GAIN, higher):
        return "rate-too-high", lower_rate
    if suffers["rate-too-low"] and higher >= max(GAIN, lower) and left_behind(case, trial, higher_rate) >= GAIN:
        return "rate-too-low", higher_rate
    return None


def left_behind(case: Case, trial: Trial, rate: float) -> float:
    """By how much of the baseline cost a few steps with that rate do better than the whole run did.

    Where the run got as far in the end, it is not its rate that holds it up.
    """
    assert case.train is not None  # noqa: S101 - there was a trial
    assert case.trace is not None  # noqa: S101
    z, a = case.trace.pre_activations[-1], case.trace.activations[-1]
    with np.errstate(all="ignore"):
        reached = float(example_costs(case.cost, z, a, case.train.expected).mean())
    return (min(reached, 2 * trial.baseline) - trial.cost_with(rate)) / trial.baseline


def bounce(history: tuple[EpochRecord, ...], baseline: float) -> float:
    """By how much of the baseline cost the training cost rose, at most, above its least so far."""
    costs = np.array([record.cost for record in history])
    return 0.0 if len(costs) < 2 else float((costs - np.minimum.accumulate(costs)).max() / baseline)


def still_falling(history: tuple[EpochRecord, ...], baseline: float) -> float:
    """By how much of the baseline cost both costs fell in the second half of the epochs: the lesser of the two."""
    if len(history) < LEAST_EPOCHS:
        return 0.0
    middle, end = history[len(history) // 2 - 1], history[-1]
    return min(middle.cost - end.cost, middle.judged_cost - end.judged_cost) / baseline


def tell_bounce(bounced: float) -> str:
    """How the cost went up, in a clause; or nothing."""
    if bounced < BOUNCE:
        return ""
    return f" In the run the cost rose again by {bounced:.0%} of what a constant answer costs."


def tell_unfinished(history: tuple[EpochRecord, ...]) -> str:
    """How the cost went on falling, in a clause; or nothing."""
    if len(history) < LEAST_EPOCHS:
        return ""
    middle, end = history[len(history) // 2 - 1], history[-1]
    return (
        f" In the run the cost was {middle.cost:.3g} after {middle.epoch} epochs and {end.cost:.3g} after {end.epoch}."
    )


def judged_by_trial(case: Case, trial: Trial, name: str, rate: float, told: str) -> Finding:
    """The finding that a trial proves, with the better rate."""
    own, better_cost = trial.rates[trial.own], trial.cost_with(rate)
    evidence = (
        f"{trial.n_steps} steps from a fresh start lead to a cost of {in_words(trial.costs[trial.own])} with the rate "
        f"{own:.3g}, and of {in_words(better_cost)} with {rate:.2g} (a constant answer: {trial.baseline:.3g})."
        f"{told}"
    )
    return Finding(
        name,
        evidence,
        f"a learning rate near {rate:.1g}{looked_closer(case)}",
        {
            "rate": float(own),
            "better_rate": rate,
            "cost": float(trial.costs[trial.own]) if np.isfinite(trial.costs[trial.own]) else None,
            "better_cost": better_cost,
            "baseline_cost": trial.baseline,
            "steps": trial.n_steps,
        },
        command(case, learning_rate=float(f"{rate:.1g}")),
        lambda: tried_rates(trial),
    )


def looked_closer(case: Case) -> str:
    """The command that finds a rate on a finer scale than tens, in a clause; nothing where the data have no name."""
    test = rate_test(case)
    return f"; for a closer look: {test}" if test else ""


def diverged(case: Case) -> Finding:
    """The finding of a run whose numbers left the finite ones."""
    rate = None if case.plan is None else case.plan.rule.optimizer.learning_rate
    lower = 0.01 if rate is None else float(f"{rate / 10:.1g}")
    return Finding(
        "rate-too-high",
        f"The run {case.stopped_because}.",
        f"a learning rate near {lower:g}{looked_closer(case)}",
        {"rate": rate, "better_rate": lower, "epochs": len(case.history)},
        command(case, learning_rate=lower),
        (lambda: learning_curves(case.history)) if case.history else None,
    )
