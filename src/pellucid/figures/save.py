"""Figures written to files that are the same bytes whenever the figure is the same."""

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pellucid.figures.style import look
from pellucid.files.atomic import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 150


def save_figure(figure: "Figure", path_without_suffix: Path) -> tuple[Path, Path]:
    """Writes the figure as PNG (150 dots an inch) and as SVG, each file whole or not at all.

    Returns:
        The two files: the path with `.png` and with `.svg` appended.

    Raises:
        WriteError: the folder is missing, the disk full, or writing not permitted.
    """
    files = tuple(path_without_suffix.with_name(path_without_suffix.name + suffix) for suffix in (".png", ".svg"))
    for file in files:
        write_atomically(file, figure_bytes(figure, file.suffix[1:]))
        figure.set_layout_engine("none")  # what the first file laid out also holds for the second
    return files[0], files[1]


def figure_bytes(figure: "Figure", format: str) -> bytes:  # noqa: A002
    """The figure as the content of a "png" or "svg" file, without date or version."""
    metadata = {"png": {"Software": None}, "svg": {"Date": None, "Creator": "Pellucid"}}[format]
    content = BytesIO()
    with look():
        figure.savefig(content, format=format, dpi=DOTS_PER_INCH, metadata=metadata)
    return content.getvalue()
