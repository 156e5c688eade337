"""Trials of rates: what gradient descent leads to, by hand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pellucid.diagnosis import trial as trial_module
from pellucid.diagnosis.case import Case, Sample
from pellucid.diagnosis.rate import bounce, left_behind, still_falling
from pellucid.diagnosis.trial import FACTORS, Trial, cost_after, tried
from pellucid.maths import L2, SGD, Adam, Layer, Network, find_cost
from pellucid.training import EpochRecord
from pellucid.training.plan import Plan
from pellucid.training.step import LearningRule


@pytest.mark.parametrize("rate", [0.1, 0.5, 1.9])
def test_descent_on_a_parabola(rate: float):
    # One weight, x = 1, E = 0, cost w²/2: each step multiplies w by 1 - r; the bias is held down by its own column.
    network = Network([Layer(np.array([[1.0]]), np.zeros(1), "identity")])
    x = np.array([[1.0], [-1.0]])  # the two examples' gradients of the bias cancel
    sample = Sample(np.arange(2), x, np.zeros(2), np.zeros((2, 1)))
    rule = LearningRule(find_cost("half-squared-error"), SGD(1.0))
    batches = np.tile([0, 1], (7, 1))
    cost = cost_after(network, rule, sample, batches, rate, baseline=1.0)
    assert cost == pytest.approx(0.5 * ((1 - rate) ** 7) ** 2, rel=1e-9)


def test_a_rate_beyond_the_bound_runs_away():
    network = Network([Layer(np.array([[1.0]]), np.zeros(1), "identity")])
    sample = Sample(np.arange(2), np.array([[1.0], [-1.0]]), np.zeros(2), np.zeros((2, 1)))
    rule = LearningRule(find_cost("half-squared-error"), SGD(1.0))
    batches = np.tile([0, 1], (60, 1))
    assert cost_after(network, rule, sample, batches, 3.0, baseline=1.0) == np.inf


def test_a_trial_knows_a_good_rate_from_others(case_with: Callable[..., Case], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trial_module, "MOST_STEPS", 40)
    case = case_with(Network.random([6, 8, 2], activation=["tanh", "softmax"]))
    assert case.train is not None
    for factor, better in ((1e-3, "higher"), (1.0, None), (1e3, "lower")):
        plan = Plan(LearningRule(find_cost("cross-entropy"), Adam(0.03 * factor)), batch_size=32)
        trial = tried(case, plan, case.train)
        lower, higher = trial.gain_of_lower(), trial.gain_of_higher()
        for rate in 0.03 * factor * FACTORS:
            assert np.isclose(trial.rates, rate, rtol=1e-9).sum() == 1
        assert trial.rates[trial.own] == pytest.approx(0.03 * factor)
        assert 0 < trial.costs.argmin() < len(trial.costs) - 1  # it goes on where the best is the last one
        assert (lower[0] >= 0.1) == (better == "lower"), factor
        assert (higher[0] >= 0.1) == (better == "higher"), factor
        if better:
            assert 1e-3 < (lower if better == "lower" else higher)[1] < 1.0


def test_of_rates_that_are_as_good_the_lowest_is_taken():
    rates, costs = np.array([1e-4, 1e-3, 1e-2, 1e-1, 1.0]), np.array([2.3, 1.9, 0.011, 0.009, np.inf])
    trial = Trial(rates, costs, 300, own=1, baseline=2.3)
    assert trial.gain_of_higher() == (pytest.approx((1.9 - 0.009) / 2.3), 1e-2)
    assert trial.gain_of_lower() == (pytest.approx((1.9 - 2.3) / 2.3), 1e-4)
    assert trial.cost_with(1e-2) == 0.011


def test_too_strong_a_penalty_is_one_that_no_rate_makes_up_for(case_with: Callable[..., Case]):
    case = case_with(Network.random([6, 8, 2], activation=["tanh", "softmax"]))
    assert case.train is not None
    assert case.baseline_cost is not None
    bound, free = (
        tried(case, Plan(LearningRule(find_cost("cross-entropy"), Adam(0.001)), batch_size=32), case.train, penalty)
        for penalty in (L2(10.0), None)
    )
    # Weights that cost so much stay at 0: what is left is the constant answer, at any rate.
    assert bound.costs.min() == pytest.approx(case.baseline_cost, rel=0.02)
    assert free.costs.min() < 0.7 * case.baseline_cost


def test_a_run_that_got_as_far_in_the_end_is_not_held_up_by_its_rate(case_with: Callable[..., Case]):
    case = case_with(Network([Layer(np.zeros((2, 6)), np.zeros(2), "softmax")]))
    assert case.train is not None
    plan = Plan(LearningRule(find_cost("cross-entropy"), Adam(1e-5)), batch_size=32)
    trial = tried(case, plan, case.train)
    gain, rate = trial.gain_of_higher()
    assert gain > 0.1
    # The network of zeros costs log 2, which is the baseline of two equal classes.
    assert left_behind(case, trial, rate) == pytest.approx(1 - trial.cost_with(rate) / np.log(2), abs=1e-3)
    good = np.repeat([[-1.0], [1.0]], 6, axis=1) / np.sqrt(6)
    arrived = case_with(Network([Layer(good, [1.0, -1.0], "softmax")]))
    assert left_behind(arrived, trial, rate) < 0.1


def history(*costs: float) -> tuple[EpochRecord, ...]:
    return tuple(EpochRecord(epoch, cost, None, cost, None, 0.1) for epoch, cost in enumerate(costs, start=1))


def test_the_bounce_is_the_greatest_rise_above_the_least_so_far():
    assert bounce(history(2.0, 1.0, 1.6, 0.5, 0.9), baseline=2.0) == pytest.approx(0.3)
    assert bounce(history(2.0, 1.0, 0.9), baseline=2.0) == 0
    assert bounce((), baseline=1.0) == 0


def test_what_still_falls_is_judged_by_both_parts():
    falling = history(2.0, 1.9, 1.8, 1.6)
    assert still_falling(falling, baseline=2.0) == pytest.approx(0.15)
    stalled = tuple(replace(record, validation_cost=2.0) for record in falling)
    assert still_falling(stalled, baseline=2.0) == 0
    assert still_falling(history(2.0, 1.0), baseline=2.0) == 0  # too few epochs to tell
