import numpy as np
import pytest

from pellucid.errors import InvalidValueError
from pellucid.figures.descent import descent_paths

REACH = ((-2.0, 2.0), (-1.0, 1.0))


def bowl(first: float, second: float) -> float:
    return first**2 + 2 * second**2


def test_each_path_has_a_panel_with_its_points_its_start_and_the_minimum():
    points = np.array([[-2.0, 1.0], [-1.0, 0.5], [0.0, 0.0]])
    figure = descent_paths(bowl, {"slow": points, "fast": points[::2]}, (0.0, 0.0), REACH)
    assert [panel.get_title("left") for panel in figure.axes] == ["slow", "fast"]
    path, start, minimum = figure.axes[0].get_lines()
    assert np.asarray(path.get_xydata()).tolist() == points.tolist()
    assert np.asarray(start.get_xydata()).tolist() == [[-2.0, 1.0]]
    assert np.asarray(minimum.get_xydata()).tolist() == [[0.0, 0.0]]
    assert (figure.axes[0].get_xlim(), figure.axes[0].get_ylim()) == REACH


def test_contour_lines_join_points_of_one_cost():
    (contours,) = descent_paths(bowl, {"": np.zeros((1, 2))}, (0.0, 0.0), REACH).axes[0].collections
    levels = contours.levels
    for level, path in zip(levels, contours.get_paths(), strict=True):
        # Between points of the grid the line runs straight: right to the square of the grid's spacing, 0.1.
        assert [bowl(*point) for point in path.vertices] == pytest.approx([level] * len(path.vertices), abs=0.02)


def test_one_to_three_paths_are_drawn():
    for n in (0, 4):
        with pytest.raises(InvalidValueError, match=rf"^paths: 1 to 3 are drawn, got {n}$"):
            descent_paths(bowl, {str(k): np.zeros((1, 2)) for k in range(n)}, (0.0, 0.0), REACH)
