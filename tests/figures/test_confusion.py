from collections.abc import Callable
from html import unescape

import numpy as np
import pytest
from matplotlib.figure import Figure

from pellucid.errors import InvalidValueError
from pellucid.figures import confusion_matrix

COUNTS = np.array([[50, 2, 0], [0, 40, 10], [1, 0, 1234]])


def test_counts_stand_where_they_belong_and_zeros_are_left_out() -> None:
    panel = confusion_matrix(COUNTS, ["a", "b", "c"]).axes[0]
    drawn = {text.get_position(): text.get_text() for text in panel.texts}
    assert drawn == {(0, 0): "50", (1, 0): "2", (1, 1): "40", (2, 1): "10", (0, 2): "1", (2, 2): "1234"}


def test_rows_are_true_and_columns_said() -> None:
    panel = confusion_matrix(COUNTS, ["a", "b", "c"]).axes[0]
    assert (panel.get_ylabel(), panel.get_xlabel()) == ("true", "said")
    assert panel.get_title("left") == "1,324 of 1,337 right (99.0%)"


def test_right_is_blue_wrong_is_orange_and_none_is_white() -> None:
    colours = np.asarray(confusion_matrix(COUNTS, ["a", "b", "c"]).axes[0].get_images()[0].get_array())
    assert colours[0, 0, 2] > colours[0, 0, 0]
    assert colours[1, 2, 0] > colours[1, 2, 2]
    assert colours[0, 2].tolist() == [1, 1, 1]


def test_a_class_without_examples_is_no_error(svg_of: Callable[[Figure], str]) -> None:
    assert "0 of 0 right" in svg_of(confusion_matrix(np.zeros((2, 2), int), ["a", "b"]))


def test_hostile_names_are_shown_as_they_are(hostile_names: list[str], svg_of: Callable[[Figure], str]) -> None:
    n = len(hostile_names)
    svg = svg_of(confusion_matrix(np.eye(n, dtype=int), hostile_names))
    assert "<script" not in svg
    for name in ("$x^2$", "<script>aler…1)</script>", r"\frac", "a & b", "line break"):
        assert unescape(svg).count(name) >= 2


def test_forty_classes_fit(svg_of: Callable[[Figure], str]) -> None:
    figure = confusion_matrix(np.eye(40, dtype=int) * 10 + 1, [f"person {i}" for i in range(1, 41)])
    svg = svg_of(figure)
    assert "person 40" in svg
    assert max(figure.get_size_inches()) < 17
    assert all(text.get_fontsize() >= 5 for text in figure.axes[0].texts)


@pytest.mark.parametrize("shape", [(2, 3), (2, 2), (3,)])
def test_a_matrix_that_does_not_fit_the_classes_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidValueError, match=r"confusion: shape \(3, 3\) is required for 3 classes, got"):
        confusion_matrix(np.zeros(shape, int), ["a", "b", "c"])


def test_twice_the_same_bytes(svg_of: Callable[[Figure], str]) -> None:
    first, second = (svg_of(confusion_matrix(COUNTS, ["a", "b", "c"])) for _ in range(2))
    assert first == second
