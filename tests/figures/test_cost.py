import numpy as np
import pytest
from matplotlib.figure import Figure

from pellucid.figures.cost import cost_graph
from pellucid.maths import COSTS


def line(figure: Figure, label: str) -> np.ndarray:
    (found,) = [one for one in figure.axes[0].get_lines() if one.get_label() == label]
    return np.asarray(found.get_xydata())


def test_cost_and_slope_are_drawn_about_the_expected_output() -> None:
    figure = cost_graph(COSTS["squared-error"], 1.0)
    a, cost = line(figure, "C").T
    assert (a[0], a[-1]) == (-2.0, 4.0)
    assert cost == pytest.approx((a - 1) ** 2)
    assert line(figure, "∂C/∂a")[:, 1] == pytest.approx(2 * (a - 1))
    assert line(figure, "E = 1")[:, 0] == pytest.approx(1.0)


def test_probabilities_are_drawn_without_their_infinities() -> None:
    figure = cost_graph(COSTS["binary-cross-entropy"], 1.0)
    a, cost = line(figure, "C").T
    assert a[0] > 0
    assert a[-1] < 1
    assert cost == pytest.approx(-np.log(a))
    assert figure.axes[0].get_ylim()[0] == -10.0


def test_a_slope_that_jumps_has_a_gap() -> None:
    slope = line(cost_graph(COSTS["absolute-error"], 0.5), "∂C/∂a")[:, 1]
    assert 1 <= np.isnan(slope).sum() <= 2
    assert set(slope[~np.isnan(slope)]) <= {-1.0, 0.0, 1.0}
