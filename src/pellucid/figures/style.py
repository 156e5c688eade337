"""The shared look of all figures: colours, letters, sizes, and text shown exactly as it is.

Colours are from Okabe and Ito's palette, which colour-blind people tell apart. Blue is negative, orange positive.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from pellucid.figures.letters import FAMILY, give_fonts, with_code_points

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

BLUE = "#0072B2"
ORANGE = "#D55E00"
GREEN = "#007A5A"
DARK = "#262626"
GREY = "#666666"
PALE = "#D9D9D9"
NEGATIVE, POSITIVE = BLUE, ORANGE

SETTINGS = {
    # A fixed salt for the identifiers inside an SVG, so that the same figure gives the same bytes.
    "svg.hashsalt": "pellucid",
    # Text stays text in an SVG: it can be searched, read aloud and translated.
    "svg.fonttype": "none",
    "font.family": [FAMILY],
    "mathtext.fontset": "dejavusans",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.edgecolor": GREY,
    "axes.labelcolor": DARK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "text.color": DARK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": DARK,
    "ytick.labelcolor": DARK,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "figure.facecolor": "white",
    "axes.unicode_minus": True,
}

P = ParamSpec("P")


@contextmanager
def look() -> Iterator[None]:
    """The settings in force while a figure is drawn or saved; those of the caller come back afterwards."""
    from matplotlib import rc_context, rcdefaults, rcParams

    with rc_context():
        rcdefaults()
        rcParams.update(SETTINGS)  # pyright: ignore[reportCallIssue, reportArgumentType]: names are typed as literals
        yield


def drawn_in_style(draw: "Callable[P, Figure]") -> "Callable[P, Figure]":
    """`draw`, with the shared look in force while it runs, and fonts for the letters of every script."""

    @wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> "Figure":
        with look():
            figure = draw(*args, **kwargs)
            give_fonts(figure)
        return figure

    return styled


def diverging_colours() -> "LinearSegmentedColormap":
    """Blue for negative through near-white for zero to orange for positive."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(
        "negative-positive", ["#003A5C", BLUE, "#8FC1E0", "#F7F7F7", "#F2AE84", ORANGE, "#6E2F00"]
    )


def plain(text: object, limit: int = 24) -> str:
    """`text` on one line, without what cannot be printed, and shortened in the middle to `limit` characters.

    >>> plain("an exceedingly long name", 12)
    'an exc… name'
    """
    line = "".join(character if character.isprintable() else " " for character in str(text)).strip()
    if len(line) <= limit:
        return line
    tail = (limit - 1) // 2
    return f"{line[: limit - 1 - tail]}…{line[-tail:]}"


def drawable(text: object, limit: int = 24) -> str:
    """`text` from data, such as a class's name, as it can be drawn: `plain`, and code points for unknown letters.

    It must also be drawn with `parse_math=False`, or `$` starts a formula.
    """
    return plain(with_code_points(plain(text, limit)), limit)
