"""What an explanation is made of before it is written in any medium: blocks, and documents made of blocks.

A block holds data only; the renderers in `render/` write each kind for a terminal, LaTeX and HTML, and escape it there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pellucid.explain.step import DEFAULT_DIGITS, Step, check_digits
from pellucid.explain.words import Words
from pellucid.expression import Expression, Number, Symbol, Variable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEFAULT_WIDTH = 100


@dataclass(frozen=True)
class Paragraph:
    """A few sentences in plain words."""

    text: Words


@dataclass(frozen=True)
class Formula:
    """A formula in symbols alone, such as f(z) = 1/(1 + e⁻ᶻ), that nothing is computed with."""

    left: Symbol
    right: Expression


@dataclass(frozen=True)
class Table:
    """Rows under a header; columns whose cells are all numbers stand to the right."""

    header: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    caption: Words = ""


@dataclass(frozen=True)
class Picture:
    """A picture, drawn when a medium that shows pictures asks for it.

    Attributes:
        draw: gives the Matplotlib figure.
        alt: what is to be seen in it, in a sentence.
        text: the picture in characters, for a terminal; empty: only `alt` is said there.
    """

    draw: Callable[[], Figure]
    alt: str
    text: str = ""


@dataclass(frozen=True)
class Matrix:
    """Numbers in rows and columns; None stands for those that are left out."""

    rows: tuple[tuple[Number | None, ...], ...]


@dataclass(frozen=True)
class MatrixEquation:
    """An equation between matrices, first in symbols and then with their numbers.

    Attributes:
        name: what is found, in words.
        symbols: letters such as W⁽³⁾ and, between them, `=`, `+` or a function's name.
        pieces: the same with a matrix for each letter.
        note: what is left out, and whatever else there is to say.
    """

    name: str
    symbols: tuple[Variable | str, ...]
    pieces: tuple[Matrix | str, ...]
    note: str = ""


@dataclass(frozen=True, repr=False)
class Document:
    """A title and blocks; a document within a document is a section of it.

    Attributes:
        title: what it is about.
        blocks: in order.
    """

    title: str
    blocks: tuple[Block, ...]

    def __repr__(self) -> str:
        return f"<document of {len(self.blocks)} blocks: {self.title}>"

    def to_text(self, digits: int = DEFAULT_DIGITS, width: int = DEFAULT_WIDTH) -> str:
        """The document in Unicode mathematics, folded to `width` columns.

        Raises:
            InvalidValueError: digits out of range.
        """
        from pellucid.explain.render.text import document_text

        check_digits(digits)
        return document_text(self, digits, width)

    def to_latex(self, digits: int = DEFAULT_DIGITS, *, standalone: bool = True) -> str:
        """The document in LaTeX.

        Parameters:
            digits: significant digits shown, 1 to 17.
            standalone: an article of its own; else what goes into one that loads amsmath and amssymb.

        Raises:
            InvalidValueError: digits out of range.
        """
        from pellucid.explain.render.latex import article, document_latex

        check_digits(digits)
        return article(self, digits) if standalone else document_latex(self, digits)

    def to_html(self, digits: int = DEFAULT_DIGITS, *, standalone: bool = True) -> str:
        """The document in HTML with MathML: no scripts, nothing loaded from elsewhere.

        Parameters:
            digits: significant digits shown, 1 to 17.
            standalone: a page of its own; else what goes into one, with its style.

        Raises:
            InvalidValueError: digits out of range.
        """
        from pellucid.explain.render.page import embedded, page

        check_digits(digits)
        return page(self, digits) if standalone else embedded(self, digits)

    def to_dict(self, digits: int = DEFAULT_DIGITS) -> dict[str, Any]:
        """The document as JSON can hold it: its title and its sections; words, tables and pictures are for people.

        Parameters:
            digits: significant digits shown, 1 to 17.

        Raises:
            InvalidValueError: digits out of range, or too few to bound a step.
        """
        check_digits(digits)
        sections = [block.to_dict(digits) for block in self.blocks if isinstance(block, Document)]
        return {"title": self.title, "sections": sections}

    def _repr_html_(self) -> str:
        return self.to_html(standalone=False)

    def _repr_latex_(self) -> str:
        from pellucid.explain.render.notebook import equations

        return equations(self, DEFAULT_DIGITS)


Block: TypeAlias = Paragraph | Formula | Table | Picture | MatrixEquation | Step | Document
