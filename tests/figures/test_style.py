import matplotlib as mpl
import pytest

from pellucid.figures.style import diverging_colours, drawn_in_style, look, plain


def test_plain_shortens_in_the_middle_and_replaces_what_cannot_be_printed() -> None:
    assert plain("short") == "short"
    assert plain("a\nb\x00c") == "a b c"
    assert plain("x" * 100, 11) == "xxxxx…xxxxx"
    assert len(plain("y" * 30)) == 24


def test_the_look_ends_where_it_is_left() -> None:
    before = mpl.rcParams["svg.hashsalt"]
    with look():
        assert mpl.rcParams["svg.hashsalt"] == "pellucid"
    assert mpl.rcParams["svg.hashsalt"] == before


def test_the_look_ignores_the_callers_settings_and_gives_them_back() -> None:
    with mpl.rc_context({"axes.grid": True}):
        with look():
            assert mpl.rcParams["axes.grid"] is False
        assert mpl.rcParams["axes.grid"] is True


def test_the_look_ends_after_an_error() -> None:
    def fail() -> None:
        raise RuntimeError("drawing failed")

    before = dict(mpl.rcParams)
    with pytest.raises(RuntimeError, match="drawing failed"):
        drawn_in_style(fail)()  # pyright: ignore[reportArgumentType]
    assert dict(mpl.rcParams) == before


def test_diverging_colours_are_blue_orange_and_nearly_white_at_zero() -> None:
    (negative, zero, positive) = (diverging_colours()(share) for share in (0.15, 0.5, 0.85))
    assert negative[2] > negative[0]
    assert min(zero[:3]) > 0.95
    assert positive[0] > positive[2]
