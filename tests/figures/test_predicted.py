"""What was said over what is true: where the points and the diagonal lie, and what is told."""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from pellucid.figures.predicted import MOST_DRAWN, MOST_OUTPUTS, predicted_values

TRUE = np.array([[1.0], [2.0], [5.0]])
SAID = np.array([[1.5], [2.0], [3.5]])


def test_right_answers_lie_on_the_diagonal_and_the_others_as_far_from_it_as_they_miss() -> None:
    (panel,) = predicted_values(TRUE, SAID).axes
    diagonal, points = panel.get_lines()
    assert points.get_xydata().tolist() == [[1, 1.5], [2, 2], [5, 3.5]]
    assert diagonal.get_xydata().tolist() == [[1, 1], [5, 5]]
    assert (panel.get_xlabel(), panel.get_ylabel()) == ("true", "said")


def test_the_number_of_examples_and_the_error_are_told(texts_of: Callable[[Figure], list[str]]) -> None:
    told = texts_of(predicted_values(TRUE, SAID))
    assert "3 examples" in told
    assert f"root mean square error {np.sqrt((0.5**2 + 1.5**2) / 3):.4g}" in told
    assert "root mean square error 20,000" in texts_of(predicted_values(TRUE, TRUE + 20_000))


def test_of_very_many_examples_some_are_drawn_and_all_are_judged(texts_of: Callable[[Figure], list[str]]) -> None:
    true = np.arange(10.0 * MOST_DRAWN)[:, None]
    said = true + np.where(true == 1, 300.0, 0.0)  # one that is not drawn
    figure = predicted_values(true, said)
    assert len(figure.axes[0].get_lines()[1].get_xydata()) == MOST_DRAWN
    told = texts_of(figure)
    assert "2,000 of 20,000 examples" in told
    assert f"root mean square error {300 / np.sqrt(20_000):.4g}" in told


def test_each_output_has_a_panel_of_its_own(texts_of: Callable[[Figure], list[str]]) -> None:
    true = np.arange(12.0).reshape(2, 6)
    figure = predicted_values(true, true)
    assert len(figure.axes) == MOST_OUTPUTS
    assert "output 2 of 6, root mean square error 0" in texts_of(figure)


def test_equal_targets_can_be_drawn(svg_of: Callable[[Figure], str]) -> None:
    assert "said = true" in svg_of(predicted_values(np.ones((3, 1)), np.ones((3, 1))))
