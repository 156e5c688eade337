"""What the tests of several figures share."""

from collections.abc import Callable

import pytest
from matplotlib.figure import Figure

from pellucid.figures import figure_bytes

HOSTILE = ["$x^2$", "<script>alert(1)</script>", r"\frac", "a & b", "line\nbreak"]


@pytest.fixture
def hostile_names() -> list[str]:
    """Names that a careless drawing would take for formulas or markup."""
    return list(HOSTILE)


@pytest.fixture
def svg_of() -> Callable[[Figure], str]:
    """The figure's SVG, in which text is text."""
    return lambda figure: figure_bytes(figure, "svg").decode()


@pytest.fixture
def texts_of() -> Callable[[Figure], list[str]]:
    """Every text in the figure, in the order in which they were drawn."""
    from matplotlib.text import Text

    return lambda figure: [text.get_text() for text in figure.findobj(Text) if text.get_text()]
