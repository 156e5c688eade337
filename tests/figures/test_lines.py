import numpy as np
import pytest

from pellucid.errors import InvalidValueError
from pellucid.figures.lines import Line, line_chart

X = np.array([1.0, 10.0, 100.0])


def test_lines_and_dots_pass_through_their_points():
    lines = [Line("falls", X, np.array([3.0, 2.0, 1.0])), Line("here", X[:1], X[:1], is_dots=True)]
    figure = line_chart(lines, x_label="steps", y_label="cost", title="Down", has_log_x=True)
    (panel,) = figure.axes
    falls, here = panel.get_lines()
    assert np.asarray(falls.get_xydata()).tolist() == [[1, 3], [10, 2], [100, 1]]
    assert (here.get_marker(), here.get_linestyle()) == ("o", "None")
    assert (panel.get_xlabel(), panel.get_ylabel(), panel.get_title("left")) == ("steps", "cost", "Down")
    assert (panel.get_xscale(), panel.get_yscale()) == ("log", "linear")
    legend = panel.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["falls", "here"]


def test_powers_of_ten_are_written_out(texts_of):
    figure = line_chart([Line("y", X, X)], x_label="x", y_label="y", title="", has_log_x=True)
    figure.draw_without_rendering()
    assert "100" in texts_of(figure)


def test_a_single_line_needs_no_legend():
    assert line_chart([Line("y", X, X)], x_label="x", y_label="y", title="").axes[0].get_legend() is None


@pytest.mark.parametrize("n", [0, 5])
def test_one_to_four_lines_are_drawn(n: int):
    with pytest.raises(InvalidValueError, match=rf"^lines: 1 to 4 are drawn, got {n}$"):
        line_chart([Line("y", X, X)] * n, x_label="", y_label="", title="")
