"""The picture of a range test: the costs, smoothed and not, and the suggestion where there is one."""

import numpy as np
import pytest

from pellucid.figures.rate_test import rate_test_chart
from pellucid.figures.save import figure_bytes
from pellucid.training.rate_test import RateTest

RATES = np.geomspace(1e-3, 1, 30)
COSTS = np.concatenate([np.linspace(2, 1, 20), np.linspace(1, 50, 10)])


@pytest.mark.parametrize("suggestion", [0.01, None])
def test_costs_are_drawn_over_the_rates_and_the_suggestion_is_marked(suggestion: float | None):
    found = RateTest(RATES, COSTS, COSTS.copy(), suggestion, float(RATES[19]), "all steps made")
    figure = rate_test_chart(found)
    (panel,) = figure.axes
    assert panel.get_xscale() == "log"
    np.testing.assert_array_equal(panel.lines[1].get_ydata(), COSTS)
    assert panel.lines[2].get_ydata()[0] == pytest.approx(COSTS[19])
    labels = [text.get_text() for text in panel.get_legend().get_texts()]
    assert labels[-1] == ("suggested: r = 0.01" if suggestion else "least: r = 0.092")
    assert panel.get_ylim()[0] == 0
    assert len(figure_bytes(figure, "png")) > 1000
