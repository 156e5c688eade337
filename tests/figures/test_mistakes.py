from collections.abc import Callable
from html import unescape

import numpy as np
import pytest
from matplotlib.figure import Figure

from pellucid.data.features import SoundEncoder
from pellucid.errors import InvalidValueError
from pellucid.figures import most_wrong
from pellucid.figures.mistakes import draw_mistakes

IMAGES = np.arange(5 * 4 * 3).reshape(5, 4, 3)
TRUE = np.array([0, 1, 1, 0, 2])
SAID = np.array([0, 2, 0, 1, 1])
PROBABILITY = np.array([0.999, 0.5, 0.9, 0.7, 0.8])
CLASSES = ["zero", "one", "two"]


def test_mistakes_come_the_most_confident_first() -> None:
    figure = most_wrong(IMAGES, TRUE, SAID, PROBABILITY, CLASSES)
    captions = [[text.get_text() for text in panel.texts] for panel in figure.axes if panel.texts]
    assert captions == [
        ["said zero (90%)", "true one"],
        ["said one (80%)", "true two"],
        ["said one (70%)", "true zero"],
        ["said two (50%)", "true one"],
    ]
    drawn = [panel.get_images()[0].get_array() for panel in figure.axes if panel.get_images()]
    assert [int(np.asarray(picture)[0, 0]) // 12 for picture in drawn] == [2, 4, 3, 1]


def test_what_is_left_out_is_said(texts_of: Callable[[Figure], list[str]]) -> None:
    few = most_wrong(IMAGES, TRUE, SAID, PROBABILITY, CLASSES, count=2)
    assert "2 of 4 mistakes, the most confident first" in texts_of(few)
    assert sum(bool(panel.get_images()) for panel in few.axes) == 2
    everything = most_wrong(IMAGES, TRUE, SAID, PROBABILITY, CLASSES)
    assert "4 mistakes, the most confident first" in texts_of(everything)


def test_no_mistakes_are_said_in_words(texts_of: Callable[[Figure], list[str]]) -> None:
    assert texts_of(most_wrong(IMAGES, TRUE, TRUE, PROBABILITY, CLASSES)) == ["No mistakes among 5 examples"]


def test_colour_pictures_are_drawn_in_colour() -> None:
    images = np.zeros((5, 4, 3, 3), np.uint8)
    images[..., 0] = 255
    figure = most_wrong(images, TRUE, SAID, PROBABILITY, CLASSES)
    assert np.asarray(figure.axes[0].get_images()[0].get_array())[0, 0].tolist() == [1, 0, 0]


def test_hostile_names_are_shown_as_they_are(hostile_names: list[str], svg_of: Callable[[Figure], str]) -> None:
    svg = svg_of(most_wrong(IMAGES[:2], np.array([0, 2]), np.array([1, 3]), PROBABILITY[:2], hostile_names))
    assert "<script" not in svg
    for caption in ("true $x^2$", "said <script…cript> (100%)", r"true \frac", "said a & b (50%)"):
        assert caption in unescape(svg)


@pytest.mark.parametrize("shape", [(5, 12), (5, 4, 3, 2)])
def test_examples_that_are_no_pictures_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidValueError, match=r"images: shape \(n, height, width\) .* is required, got"):
        most_wrong(np.zeros(shape), TRUE, SAID, PROBABILITY, CLASSES)


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"equal lengths are required, got \[4, 5\]"):
        most_wrong(IMAGES, TRUE[:4], SAID, PROBABILITY, CLASSES)


def test_a_count_of_none_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="count: at least 1 is required, got 0"):
        most_wrong(IMAGES, TRUE, SAID, PROBABILITY, CLASSES, count=0)


def test_the_sides_of_sounds_are_told_once_for_all(texts_of: Callable[[Figure], list[str]]) -> None:
    axes = SoundEncoder(rate=8000, bands=4, frames=3).axes()
    told = [("said yes (90%)", "true no")]
    assert f"each: {axes.upward.span} →" in texts_of(draw_mistakes([IMAGES[0]], told, 1, 5, axes))
    assert not any("each" in text for text in texts_of(draw_mistakes([IMAGES[0]], told, 1, 5)))


def test_twice_the_same_bytes(svg_of: Callable[[Figure], str]) -> None:
    first, second = (svg_of(most_wrong(IMAGES, TRUE, SAID, PROBABILITY, CLASSES)) for _ in range(2))
    assert first == second
