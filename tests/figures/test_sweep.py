"""The picture of a sweep: a line for each network, a dot over each of its choices."""

from collections.abc import Sequence

import numpy as np
import pytest

from pellucid.errors import InvalidValueError
from pellucid.figures.save import figure_bytes
from pellucid.figures.sweep import score_of, sweep_chart, value_text, what_is_scored
from pellucid.maths import Network
from pellucid.training.cross_validation import Figures
from pellucid.training.history import EpochRecord
from pellucid.training.lane import Lane
from pellucid.training.plan import Plan
from pellucid.training.recipe import Recipe
from pellucid.training.sweep import Outcome
from pellucid.training.trials import Trial


def outcome(number: int, accuracies: Sequence[float], **varied: object) -> Outcome:
    """A network with an epoch of each of these validation accuracies."""
    lane = Lane(Network.random([2, 2], seed=number), Plan.of(epochs=9))
    for epoch, accuracy in enumerate(accuracies, start=1):
        lane.keep(EpochRecord(epoch, 1.0, accuracy, 1.0 - accuracy, accuracy, 0.1), lambda: lane.network.parameters)
    return Outcome(Trial(number, Recipe(), number, varied), lane)


def test_each_network_is_drawn_and_the_best_one_stands_out():
    outcomes = [
        outcome(1, [0.5, 0.9], hidden=(8, 4), learning_rate=0.1),
        outcome(2, [0.4, 0.6], hidden=(), learning_rate=0.01),
        outcome(3, [], hidden=(), learning_rate=0.1),
    ]
    figure = sweep_chart(outcomes)
    curves, hidden, rates = figure.axes
    assert [line.get_ydata().tolist() for line in curves.lines] == [[0.4, 0.6], [0.5, 0.9]]
    assert [text.get_text() for text in hidden.get_xticklabels()] == ["8,4", "none"]
    assert [text.get_text() for text in rates.get_xticklabels()] == ["0.01", "0.1"]
    dots = {
        (float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in rates.lines if line.get_marker() == "o"
    }
    assert dots == {(0.0, 0.6), (1.0, 0.9)}
    assert curves.get_ylabel() == "validation accuracy"
    assert figure_bytes(figure, "svg") == figure_bytes(sweep_chart(outcomes), "svg")


def test_folds_are_drawn_without_curves():
    outcomes = [
        Outcome(Trial(k, Recipe(), 0, {"l2": k * 0.1}), None, Figures((1.0, 1.0), (0.9 - k / 10, 0.7), (0.5, 0.5)))
        for k in range(2)
    ]
    (panel,) = sweep_chart(outcomes).axes
    assert panel.get_ylabel() == "mean accuracy of the folds"
    assert score_of(outcomes[0]) == pytest.approx(0.8)


def test_in_regression_the_cost_is_drawn():
    costs = [Outcome(Trial(1, Recipe(), 0, {}), None, Figures((2.0, 4.0)))]
    assert what_is_scored(costs[0]) == "mean cost of the folds"
    (panel,) = sweep_chart(costs).axes
    assert panel.lines[0].get_ydata()[0] == 3.0


def test_nothing_trained_is_told():
    with pytest.raises(InvalidValueError, match=r"^outcomes: one with an epoch done is required, there is none"):
        sweep_chart([outcome(1, [])])


def test_hostile_values_do_not_start_a_formula():
    outcomes = [outcome(k, [0.5, 0.6], cost=f"$\\frac{{{k}") for k in range(2)]
    assert len(figure_bytes(sweep_chart(outcomes), "png")) > 1000
    assert value_text(None) == ""
    assert np.isfinite(score_of(outcomes[0]) or 0)
