from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from pellucid.data.features import SoundEncoder
from pellucid.errors import InvalidValueError
from pellucid.figures.attribution import attribution_bars, attribution_map
from pellucid.figures.style import BLUE, ORANGE

IMAGE = np.linspace(0, 1, 12).reshape(3, 4)


def test_attributions_lie_over_the_picture_the_stronger_the_more_they_cover() -> None:
    values = np.zeros((3, 4))
    values[0, 1], values[2, 3], values[1, 1] = 4.0, -1.0, 0.04
    left, right, *_ = attribution_map(IMAGE, values, ("7", "9")).axes
    assert np.array_equal(np.asarray(left.get_images()[0].get_array()), IMAGE)
    beneath, over = right.get_images()
    assert np.array_equal(np.asarray(beneath.get_array()), IMAGE)
    colours = np.asarray(over.get_array())
    assert colours[0, 1, 3] == 1.0
    assert colours[2, 3, 3] == pytest.approx(0.5)
    assert colours[1, 1, 3] == pytest.approx(0.1)
    assert colours[0, 0, 3] == 0.0
    assert colours[0, 1, 0] > colours[0, 1, 2], "for: orange"
    assert colours[2, 3, 0] < colours[2, 3, 2], "against: blue"


def test_the_scale_is_symmetric_and_says_which_side_is_whose(texts_of: Callable[[Figure], list[str]]) -> None:
    figure = attribution_map(IMAGE, -IMAGE, ("seven", "nine"))
    bar = figure.axes[2]
    assert bar.get_ylim() == (-1.0, 1.0)
    assert "for nine  ←  attribution  →  for seven" in texts_of(figure)


def test_a_picture_without_ink_or_attributions_is_drawn(svg_of: Callable[[Figure], str]) -> None:
    assert "input" in svg_of(attribution_map(np.zeros((3, 4)), np.zeros((3, 4)), ("a", "b")))


def test_a_picture_in_colour_is_seen_as_it_is_and_grey_and_pale_beneath_the_attributions() -> None:
    image = np.zeros((3, 4, 3))
    image[..., 0] = 1.0
    left, right, *_ = attribution_map(image, IMAGE, ("cat", "dog")).axes
    assert np.asarray(left.get_images()[0].get_array())[0, 0].tolist() == [1, 0, 0]
    assert np.asarray(right.get_images()[0].get_array())[0, 0].tolist() == pytest.approx([0.7, 0.7, 0.7])


def test_bars_stand_in_order_with_their_signs_colour() -> None:
    panel = attribution_bars(["input 3", "input 1"], [2.0, -0.5], ("7", "9")).axes[0]
    assert [label.get_text() for label in panel.get_yticklabels()] == ["input 3", "input 1"]
    assert [bar.get_width() for bar in panel.patches] == [2.0, -0.5]
    assert [bar.get_facecolor() for bar in panel.patches] == [to_rgba(ORANGE), to_rgba(BLUE)]
    assert panel.yaxis_inverted()


def test_a_sound_has_its_tones_and_its_time_at_its_sides() -> None:
    encoder = SoundEncoder(rate=8000, bands=9, frames=4, length="cut", seconds=0.5)
    tone = np.sin(np.arange(4000) * 2 * np.pi * 440 / 8000).astype(np.float32)
    picture = encoder.picture(encoder.encode([(tone, 8000)])[0])
    for panel in attribution_map(picture, picture, ("yes", "no"), encoder.axes(), "frequency").axes[:2]:
        assert (panel.get_xlabel(), panel.get_ylabel()) == ("time (s)", "frequency (Hz)")
        shown = np.asarray(panel.get_images()[0].get_array())
        loudest = int(shown.sum(axis=1).argmax())
        hertz = {place: float(label.get_text()) for place, label in zip(
            panel.get_yticks(), panel.get_yticklabels(), strict=True
        )}  # fmt: skip
        below, above = max(p for p in hertz if p <= loudest), min(p for p in hertz if p >= loudest)
        assert hertz[above] <= 440 <= hertz[below], "the tone lies between the ticks around it"
        assert min(hertz, key=lambda place: hertz[place]) == max(hertz), "low tones are at the bottom"
        assert [label.get_text() for label in panel.get_xticklabels()] == ["0", "0.25", "0.5"]


def test_a_picture_has_nothing_at_its_sides() -> None:
    left, right, *_ = attribution_map(IMAGE, IMAGE, ("a", "b")).axes
    for panel in (left, right):
        assert (len(panel.get_xticks()), len(panel.get_yticks()), panel.get_xlabel()) == (0, 0, "")


def test_what_is_attributed_to_is_called_what_it_is(texts_of: Callable[[Figure], list[str]]) -> None:
    assert "what each pixel did" in texts_of(attribution_map(IMAGE, IMAGE, ("a", "b")))
    assert "what each number did" in texts_of(attribution_map(IMAGE, IMAGE, ("a", "b"), place="number"))


def test_names_are_shown_as_they_are(hostile_names: list[str], svg_of: Callable[[Figure], str]) -> None:
    svg = svg_of(attribution_map(IMAGE, IMAGE, (hostile_names[0], hostile_names[1])))
    svg += svg_of(attribution_bars(hostile_names, [1.0] * len(hostile_names), (hostile_names[2], hostile_names[3])))
    assert "$x^2$" in svg
    assert "<script>" not in svg
    assert "a &amp; b" in svg


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(
        InvalidValueError,
        match=r"^attributions: one for each pixel of a picture of height x width is required, got shape \(12,\) for a "
        r"picture of shape \(3, 4\)$",
    ):
        attribution_map(IMAGE, IMAGE.ravel(), ("a", "b"))
