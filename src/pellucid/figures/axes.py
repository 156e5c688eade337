"""What the sides of drawn examples stand for, where they are more than pixels: a sound's tones and its time."""

from typing import TYPE_CHECKING

from pellucid.data.features import Axes
from pellucid.figures.style import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Panel
    from matplotlib.figure import Figure


def draw_axes(panel: "Panel", axes: Axes | None) -> None:
    """Ticks and labels along the sides of a single picture; without axes none."""
    panel.set_xticks([])
    panel.set_yticks([])
    if axes is None:
        return
    panel.set_xticks(*zip(*axes.rightward.ticks, strict=True))
    panel.set_yticks(*zip(*axes.upward.ticks, strict=True))
    panel.set_xlabel(axes.rightward.label)
    panel.set_ylabel(axes.upward.label)


def tell_axes(figure: "Figure", axes: Axes | None) -> None:
    """Beneath and beside many small pictures, from where to where the sides of each go; without axes nothing."""
    if axes is not None:
        figure.supxlabel(f"each: {axes.rightward.span} →", fontsize=8.5, color=GREY)
        figure.supylabel(f"each: {axes.upward.span} →", fontsize=8.5, color=GREY)
