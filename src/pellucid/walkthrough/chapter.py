"""A chapter: a document whose figures, derivations and words can also be asked for by themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pellucid.explain import Derivation, Document
from pellucid.explain.document import DEFAULT_WIDTH, Block, Paragraph
from pellucid.explain.render.text import Line, block_lines, fold
from pellucid.explain.render.words import words_text
from pellucid.explain.step import DEFAULT_DIGITS, check_digits
from pellucid.walkthrough.figure import Figure, FigureTable

B = TypeVar("B")


@dataclass(frozen=True, repr=False)
class Lesson(Document):
    """A document with figures, which are shown with the digits that are asked for."""

    def to_text(self, digits: int = DEFAULT_DIGITS, width: int = DEFAULT_WIDTH) -> str:
        """The lesson for a terminal, folded to `width` columns, a line for each figure.

        Raises:
            InvalidValueError: digits out of range.
        """
        check_digits(digits)
        return "\n".join(line.text for line in lines_of(self, digits, width)) + "\n"

    def to_latex(self, digits: int = DEFAULT_DIGITS, *, standalone: bool = True) -> str:
        """The lesson in LaTeX, as any document."""
        check_digits(digits)
        return with_digits(self, digits).to_latex(digits, standalone=standalone)

    def to_html(self, digits: int = DEFAULT_DIGITS, *, standalone: bool = True) -> str:
        """The lesson in HTML, as any document."""
        check_digits(digits)
        return with_digits(self, digits).to_html(digits, standalone=standalone)


@dataclass(frozen=True, repr=False)
class Chapter(Lesson):
    """A part of the argument: words, figures, pictures and derivations.

    Attributes:
        summary: what it shows, in a line for the table of contents.
    """

    summary: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All its figures, in order."""
        return tuple(figure for table in blocks_of(self, FigureTable) for figure in table.figures)

    def to_dict(self, digits: int = DEFAULT_DIGITS) -> dict[str, Any]:
        """The chapter as JSON can hold it; `derivation` is the first of its `derivations`.

        Raises:
            InvalidValueError: digits out of range, or too few to bound a step.
        """
        derivations = [derivation.to_dict(digits) for derivation in blocks_of(self, Derivation)]
        return {
            "title": self.title,
            "text": "\n".join(words_text(paragraph.text, digits) for paragraph in blocks_of(self, Paragraph)),
            "figures": [figure.to_dict() for figure in self.figures],
            "derivation": derivations[0] if derivations else None,
            "derivations": derivations,
        }


def blocks_of(document: Document, kind: type[B]) -> Iterator[B]:
    """Every block of that kind, in order, those of the sections within the document too."""
    for block in document.blocks:
        if isinstance(block, kind):
            yield block
        elif isinstance(block, Document):
            yield from blocks_of(block, kind)


def with_digits(document: Document, digits: int) -> Document:
    """The document with its figures, and those of the sections within it, shown with so many significant digits."""

    def block_with_digits(block: Block) -> Block:
        if isinstance(block, FigureTable):
            return block.with_digits(digits)
        if isinstance(block, Document) and not isinstance(block, Derivation):
            return with_digits(block, digits)
        return block

    return Document(document.title, tuple(map(block_with_digits, document.blocks)))


def lines_of(document: Document, digits: int, width: int) -> Iterator[Line]:
    """The lines of a chapter, or of a section in it, for a terminal: a line for each figure, all else as ever."""
    yield from (Line("title", line) for line in fold(document.title, width, "", ""))
    for block in document.blocks:
        yield Line("blank", "")
        if isinstance(block, FigureTable):
            yield from (Line("value", line) for figure in block.figures for line in figure.to_lines(width, digits))
        elif isinstance(block, Document) and not isinstance(block, Derivation):
            yield from lines_of(block, digits, width)
        else:
            yield from block_lines(block, 0, digits, width)
