from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from PIL import Image

from pellucid.errors import WriteError
from pellucid.figures import figure_bytes, save_figure


def figure(text: str = "hello") -> Figure:
    drawn = Figure(figsize=(2, 1))
    drawn.subplots().plot([0, 1], [1, 0], marker="o")
    drawn.text(0.5, 0.5, text)
    return drawn


def test_both_files_are_written_and_nothing_else(tmp_path: Path) -> None:
    png, svg = save_figure(figure(), tmp_path / "run.1")
    assert sorted(tmp_path.iterdir()) == [png, svg]
    assert (png.name, svg.name) == ("run.1.png", "run.1.svg")
    with Image.open(png) as image:
        assert image.size == (300, 150)
    assert svg.read_text().startswith("<?xml")


@pytest.mark.parametrize("format", ["png", "svg"])
def test_the_same_figure_gives_the_same_bytes(format: str) -> None:  # noqa: A002
    assert figure_bytes(figure(), format) == figure_bytes(figure(), format)


def test_neither_date_nor_version_is_kept(svg_of: Callable[[Figure], str]) -> None:
    svg = svg_of(figure())
    assert "dc:date" not in svg
    assert "Matplotlib v" not in svg
    assert "<dc:title>Pellucid" in svg
    with Image.open(BytesIO(figure_bytes(figure(), "png"))) as image:
        assert not {"Software", "Creation Time"} & set(image.info)


def test_text_stays_text_and_is_escaped(svg_of: Callable[[Figure], str]) -> None:
    svg = svg_of(figure("<script> & more"))
    assert "&lt;script&gt; &amp; more" in svg
    assert "<script" not in svg


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"curves\.png: could not be written"):
        save_figure(figure(), tmp_path / "missing" / "curves")
