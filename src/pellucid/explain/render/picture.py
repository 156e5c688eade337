"""Matplotlib figures inside HTML."""

import re
from html import escape
from typing import TYPE_CHECKING

from pellucid.figures import figure_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEAD = re.compile(r"^.*?<svg\b", re.DOTALL)
METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
STYLE = re.compile(r"\s*<style\b.*?</style>", re.DOTALL)
IDENTIFIER = re.compile(r'(\bid="|\bxlink:href="#|\bhref="#|url\(#)')


def inline_svg(figure: "Figure", alt: str, prefix: str) -> str:
    """The figure as an SVG element, the same for the same figure.

    Parameters:
        figure: what is drawn.
        alt: what is to be seen in it.
        prefix: begins each identifier in it, so that two pictures in a page do not share any.
    """
    svg = figure_bytes(figure, "svg").decode()
    # Matplotlib's style sheet would hold for the whole page: its two rules are inherited from the element instead.
    width = 72 * figure.get_figwidth()
    style = f'style="stroke-linejoin: round; stroke-linecap: butt; --width: {width:g}pt"'
    svg = HEAD.sub(f'<svg role="img" aria-label="{escape(alt)}" {style}'.replace("\\", r"\\"), svg, count=1)
    svg = STYLE.sub("", METADATA.sub("", svg))
    return IDENTIFIER.sub(lambda found: found[1] + prefix, svg).strip()
