"""A document printed in the medium that was asked for."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.console import harmless, output, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pellucid.explain import Document
    from pellucid.explain.render.text import Line


class Format(StrEnum):
    text = "text"
    latex = "latex"
    html = "html"
    json = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="How to show it: html and latex are whole documents.")]
DigitsOption = Annotated[int, typer.Option("--digits", metavar="N", help="Significant digits shown, 1 to 17.")]
FragmentOption = Annotated[
    bool, typer.Option("--fragment", help="Of latex or html only what goes into a document of your own.")
]
PictureOption = Annotated[
    Path | None, typer.Option("--picture", metavar="FILE", help="Also write its picture: .png or .svg.")
]
STYLES = {"title": "bold", "step": "bold", "formula": "cyan", "value": "green", "words": "dim"}
"""Colours of a terminal, so that symbols, numbers and results are told apart; elsewhere there are none."""


def print_document(
    document: "Document", format_: Format, digits: int, *, fragment: bool = False, example: str = ""
) -> None:
    """Prints the document on standard output.

    Parameters:
        example: what the document is of, said at its beginning; JSON is the contract's document and nothing else.

    Raises:
        InvalidValueError: digits out of range, or too few to bound a step; a fragment of text or JSON.
    """
    from pellucid.errors import InvalidValueError
    from pellucid.explain.document import Paragraph

    if fragment and format_ not in (Format.latex, Format.html):
        raise InvalidValueError(f"--fragment: it is for --format latex or html, got {format_}")
    if example and format_ is not Format.json:
        document = replace(document, blocks=(Paragraph(example), *document.blocks))
    match format_:
        case Format.json:
            print_json(document.to_dict(digits))
        case Format.latex:
            print(document.to_latex(digits, standalone=not fragment))
        case Format.html:
            print(document.to_html(digits, standalone=not fragment))
        case Format.text:
            print_text(document, digits)


def print_text(document: "Document", digits: int) -> None:
    """Prints the document folded to the terminal's width, in colours where standard output is a terminal."""
    from pellucid.explain.render.text import document_lines

    print_lines(document_lines(document, digits, output().width))


def print_lines(lines: "Iterable[Line]") -> None:
    """Prints lines of a document, each kind in its colour where standard output is a terminal."""
    from rich.text import Text

    console = output()
    for line in lines:
        console.print(Text(harmless(line.text), STYLES.get(line.kind, "")), soft_wrap=True)


def write_picture(document: "Document", file: Path) -> None:
    """Writes the document's first picture as PNG or SVG.

    Raises:
        InvalidValueError: it has no picture, or the file's name ends otherwise; WriteError: it cannot be written.
    """
    from pellucid.errors import InvalidValueError
    from pellucid.explain.document import Picture
    from pellucid.figures.save import figure_bytes
    from pellucid.files import write_atomically

    suffix = file.suffix.lower().removeprefix(".")
    if suffix not in ("png", "svg"):
        raise InvalidValueError(f"--picture: a file that ends in .png or .svg is required, got {file.name}")
    pictures = [block for block in document.blocks if isinstance(block, Picture)]
    if not pictures:
        raise InvalidValueError("--picture: this explanation has no picture; decision, activation and graph have one")
    write_atomically(file, figure_bytes(pictures[0].draw(), suffix))
