"""The inputs with the strongest connections, as bars."""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from pellucid.figures.strongest_inputs import strength_bars, strengths, strongest_inputs

WEIGHTS = np.array([[3.0, 0.0, -1.0], [-4.0, 0.5, 1.0]])


def test_the_strongest_come_first():
    assert strongest_inputs(WEIGHTS).tolist() == [0, 2, 1]
    assert strongest_inputs(WEIGHTS, 2).tolist() == [0, 2]
    np.testing.assert_allclose(strengths(WEIGHTS), [5.0, 0.5, np.sqrt(2)])


def test_bars_are_named_as_the_inputs_are(hostile_names: list[str], svg_of: Callable[[Figure], str]):
    figure = strength_bars(hostile_names, [5.0, 4.0, 3.0, 2.0, 1.0])
    panel = figure.axes[0]
    assert [bar.get_width() for bar in panel.patches] == [5.0, 4.0, 3.0, 2.0, 1.0]
    assert panel.yaxis_inverted()
    svg = svg_of(figure)
    assert "$x^2$" in svg
    assert "<script>" not in svg
