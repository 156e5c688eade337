"""Pictures in the terminal, in colour and without."""

import numpy as np
import pytest
from rich.console import Console

from pellucid.cli import console
from pellucid.cli.blocks import fitted, picture_lines, print_pictures, shortened

RAMP = np.tile(np.linspace(0, 1, 40), (40, 1))


def test_a_large_picture_becomes_smaller_and_keeps_its_proportions():
    assert fitted(RAMP, 10).shape == (10, 10)
    assert fitted(np.zeros((10, 40, 3)), 20).shape == (4, 20, 3)
    assert fitted(np.zeros((1, 300)), 20).shape == (2, 20)
    assert fitted(np.zeros((300, 2)), 20).shape == (600, 4)
    np.testing.assert_allclose(fitted(RAMP, 10).mean(), 0.5)


def test_a_small_picture_becomes_twice_as_large():
    np.testing.assert_array_equal(fitted(np.array([[0.0, 1.0]]), 24), [[0, 0, 1, 1], [0, 0, 1, 1]])


def test_without_colours_brighter_is_more_ink():
    lines = picture_lines(RAMP, has_colours=False, max_columns=10)
    assert [line.plain for line in lines] == [" .:-=+*#%@"] * 5


def test_in_colour_two_pixels_are_one_half_block():
    picture = np.array([[[1.0, 0, 0]], [[0, 0, 1.0]]])
    [line] = picture_lines(picture, has_colours=True, max_columns=1)
    [span] = line.spans
    assert line.plain == "▀"
    assert (str(span.style.color.triplet.hex), str(span.style.bgcolor.triplet.hex)) == ("#ff0000", "#0000ff")


def test_pictures_stand_beside_each_other_under_their_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(console, "output", lambda: Console(width=22, color_system=None))
    print_pictures([("one", np.ones((2, 4))), ("a\x1b[2Jlong name", np.zeros((2, 4))), ("three", np.ones((2, 4)))])
    assert capsys.readouterr().out.splitlines() == [
        "one       a\N{REPLACEMENT CHARACTER}[2Jlo…", "@@@@@@@@", "@@@@@@@@", "", "three", "@@@@@@@@", "@@@@@@@@", "",
    ]  # fmt: skip


def test_a_text_is_shortened_to_one_harmless_line():
    assert shortened("a\nb\tc", 9) == "a b c"
    assert shortened("abcdefgh", 4) == "abc…"
    assert shortened("\x1b[31m", 9) == "\N{REPLACEMENT CHARACTER}[31m"
