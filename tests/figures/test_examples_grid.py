"""The contact sheet of a data set."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from pellucid.data.features import Axes, SoundEncoder
from pellucid.errors import InvalidValueError
from pellucid.figures.examples_grid import MAX_ROWS, GridRow, examples_grid
from pellucid.figures.save import figure_bytes


def row(name: str, n_pictures: int, shape: tuple[int, ...] = (4, 4)) -> GridRow:
    return GridRow(name, "1,000 examples", [np.full(shape, 0.5)] * n_pictures)


def test_each_class_has_its_name_its_number_and_its_pictures():
    figure = examples_grid([row("cat", 3), row("$dog_1$", 2, (4, 4, 3)), row("none", 0)], "pets")
    assert len(figure.axes) == 5
    texts = [text.get_text() for text in figure.texts]
    assert texts == ["pets (and 1 more classes)", "cat", "1,000 examples", "$dog_1$", "1,000 examples"]
    assert figure_bytes(figure, "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("n_pictures", [1, 8])
@pytest.mark.parametrize("axes", [None, SoundEncoder(rate=8000, bands=16, frames=64).axes()])
def test_nothing_overlaps_and_all_is_within_the_sheet(n_pictures: int, axes: Axes | None):
    rows = [row("a name that is much too long for its place", n_pictures, (16, 64)), row("b", n_pictures, (16, 64))]
    figure = examples_grid(rows, "x" * 300, axes, note="y" * 300, is_first_apart=True)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    width, height, renderer = figure.bbox.width, figure.bbox.height, canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.texts] + [
        axes.get_window_extent() for axes in figure.axes
    ]
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width + 1 and box.y1 <= height + 1 for box in boxes)
    assert not any(one.overlaps(other) for place, one in enumerate(boxes) for other in boxes[:place])


def test_the_sides_of_sounds_and_a_note_are_told_beneath_the_title():
    axes = SoundEncoder(rate=8000, bands=4, frames=4).axes()
    figure = examples_grid([row("yes", 1)], "words", axes, note="some of them")
    told = [text.get_text() for text in figure.texts[1:4]]
    assert told == ["some of them", f"each upward: {axes.upward.span}", f"to the right: {axes.rightward.span}"]


def test_the_first_of_each_row_stands_apart_where_it_should():
    for is_first_apart in (False, True):
        figure = examples_grid([row("a", 3)], "rows", is_first_apart=is_first_apart)
        first, second, third = (panel.get_window_extent() for panel in figure.axes)
        gaps = (second.x0 - first.x1, third.x0 - second.x1)
        assert (gaps[0] > gaps[1] + 5) == is_first_apart


def test_very_many_classes_are_cut_and_that_is_said():
    figure = examples_grid([row(str(number), 1, (2, 2)) for number in range(MAX_ROWS + 5)], "many")
    assert len(figure.axes) == MAX_ROWS
    assert figure.texts[0].get_text() == "many (and 5 more classes)"


def test_without_pictures_there_is_nothing_to_draw():
    with pytest.raises(InvalidValueError, match="rows: at least one with pictures is required, there is none"):
        examples_grid([row("cat", 0)], "pets")
