from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from matplotlib.figure import Figure

from pellucid.errors import InvalidValueError
from pellucid.figures import learning_curves
from pellucid.figures.style import BLUE, ORANGE


@dataclass(frozen=True)
class Record:
    epoch: int
    cost: float
    accuracy: float | None = None
    validation_cost: float | None = None
    validation_accuracy: float | None = None


CLASSES = [Record(1, 2.0, 0.3, 2.1, 0.25), Record(2, 1.0, 0.6, 1.2, 0.75), Record(3, 0.5, 0.9, 1.3, 0.75)]
REGRESSION = [Record(1, 2.0, None, 2.1), Record(2, 1.0, None, 0.9), Record(3, 0.5, None, 1.0)]


def line(figure: Figure, panel: int, label: str) -> np.ndarray:
    (found,) = [one for one in figure.axes[panel].get_lines() if one.get_label() == label]
    return np.asarray(found.get_xydata())


def test_cost_and_accuracy_of_both_parts_are_drawn() -> None:
    figure = learning_curves(CLASSES)
    assert [panel.get_title("left") for panel in figure.axes] == ["Cost", "Accuracy"]
    assert line(figure, 0, "training").tolist() == [[1, 2.0], [2, 1.0], [3, 0.5]]
    assert line(figure, 0, "validation").tolist() == [[1, 2.1], [2, 1.2], [3, 1.3]]
    assert line(figure, 1, "training").tolist() == [[1, 0.3], [2, 0.6], [3, 0.9]]
    assert line(figure, 1, "validation").tolist() == [[1, 0.25], [2, 0.75], [3, 0.75]]
    colours = [found.get_color() for found in figure.axes[0].get_lines()[:2]]
    assert colours == [BLUE, ORANGE]


def test_the_earliest_best_validation_accuracy_is_marked() -> None:
    figure = learning_curves(CLASSES)
    assert line(figure, 0, "best epoch: 2")[:, 0].tolist() == [2, 2]
    assert line(figure, 1, "best epoch: 2")[:, 0].tolist() == [2, 2]


def test_a_best_epoch_that_is_given_is_marked() -> None:
    assert line(learning_curves(CLASSES, best_epoch=3), 0, "best epoch: 3")[:, 0].tolist() == [3, 3]


def test_regression_has_costs_only_and_the_least_is_best() -> None:
    figure = learning_curves(REGRESSION)
    assert [panel.get_title("left") for panel in figure.axes] == ["Cost"]
    assert line(figure, 0, "best epoch: 2")[0, 0] == 2


def test_without_validation_nothing_is_best(texts_of: Callable[[Figure], list[str]]) -> None:
    texts = texts_of(learning_curves([Record(1, 2.0, 0.5), Record(2, 1.0, 0.6)]))
    assert "training" in texts
    assert not [text for text in texts if "validation" in text or "best" in text]


def test_one_epoch_and_many_have_whole_numbers_of_epochs(svg_of: Callable[[Figure], str]) -> None:
    for history in (CLASSES[:1], [Record(epoch, 1 / epoch, 0.5) for epoch in range(1, 61)]):
        figure = learning_curves(history)
        svg_of(figure)
        assert all(float(tick).is_integer() for tick in figure.axes[0].get_xticks())


def test_an_empty_history_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="history: at least one epoch is required, but it is empty"):
        learning_curves([])


def test_twice_the_same_bytes(svg_of: Callable[[Figure], str]) -> None:
    assert svg_of(learning_curves(CLASSES)) == svg_of(learning_curves(CLASSES))
