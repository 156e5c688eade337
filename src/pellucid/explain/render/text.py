"""Documents as text for a terminal: Unicode mathematics, folded to its width."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from pellucid.explain.document import Block, Document, Formula, MatrixEquation, Paragraph, Picture, Table
from pellucid.explain.render.columns import breadth, table_lines
from pellucid.explain.render.matrices import equation_lines, symbols_text
from pellucid.explain.render.sides import Side, sides
from pellucid.explain.render.words import words_text
from pellucid.explain.step import Step
from pellucid.explain.words import Words
from pellucid.expression import Unicode

INDENT = "   "
NARROWEST = 40
"""Lines are not folded to fewer columns than this."""
FACTOR = re.compile("\N{NO-BREAK SPACE}([·/])")
Kind: TypeAlias = Literal["title", "step", "formula", "numbers", "value", "words", "cells", "picture", "blank"]


class Line(NamedTuple):
    """A line and what it holds, so that a terminal can show each kind in its own colour."""

    kind: Kind
    text: str


def document_text(document: Document, digits: int, width: int) -> str:
    """The document as one string."""
    return "\n".join(line.text for line in document_lines(document, digits, width)) + "\n"


def document_lines(document: Document, digits: int, width: int) -> Iterator[Line]:
    """The document's lines: its title, then its blocks, a blank line before each; steps are numbered."""
    yield from (Line("title", line) for line in fold(document.title, width, "", INDENT))
    number = 0
    for block in document.blocks:
        number += isinstance(block, Step)
        yield Line("blank", "")
        yield from block_lines(block, number, digits, width)


def block_lines(block: Block, number: int, digits: int, width: int) -> Iterator[Line]:
    """The lines of a block; `number` is that of the step, or of the last one before."""
    match block:
        case Step():
            yield from (Line("step", line) for line in fold(f"{number}. {block.name}", width, "", INDENT))
            yield from step_lines(block, number, digits, width)
        case Paragraph():
            yield from (Line("words", line) for line in fold(words_text(block.text, digits), width, "", ""))
        case Formula():
            right = block.right.lower(Unicode(digits, symbols=True)).text
            yield from formula_lines(block.left.text, [("formula", right)], width)
        case Table():
            yield from (Line("words", line) for line in fold(words_text(block.caption, digits), width, "", ""))
            room = max(width, NARROWEST) - len(INDENT)
            yield from (Line("cells", INDENT + line) for line in table_lines(block, digits, room))
        case Picture():
            if block.text:
                yield from (Line("picture", line) for line in block.text.splitlines())
            else:
                yield from (Line("words", line) for line in fold(f"(picture: {block.alt})", width, "", ""))
        case MatrixEquation():
            yield from matrix_equation_lines(block, digits, width)
        case Document():
            yield from document_lines(block, digits, width)


def matrix_equation_lines(equation: MatrixEquation, digits: int, width: int) -> Iterator[Line]:
    """What is found, the equation in symbols, in numbers, and its note."""
    yield from (Line("step", line) for line in fold(equation.name, width, "", INDENT))
    yield from (Line("formula", line) for line in fold(symbols_text(equation), width, INDENT, INDENT * 2))
    yield Line("blank", "")
    room = max(width, NARROWEST) - len(INDENT)
    yield from (Line("numbers", INDENT + line) for line in equation_lines(equation, digits, room))
    yield from note_lines(equation.note, digits, width)


def step_lines(step: Step, number: int, digits: int, width: int) -> Iterator[Line]:
    """The lines of one step, the equals signs under each other."""
    found: list[tuple[Side, str]] = [(kind, written.text) for kind, written in sides(step, number, Unicode, digits)]
    yield from formula_lines(step.symbol.text, found, width)
    yield from note_lines(step.note, digits, width)


def formula_lines(left: str, sides: Sequence[tuple[Side, str]], width: int) -> Iterator[Line]:
    """The sides of an equation, their equals signs under each other."""
    margin = INDENT + " " * breadth(left)
    for number, (kind, side) in enumerate(sides):
        first = f"{INDENT}{left} = " if number == 0 else f"{margin} = "
        yield from (Line(kind, line) for line in fold(side, width, first, margin + " " * 5))


def note_lines(note: Words, digits: int, width: int) -> Iterator[Line]:
    """The lines of what else there is to say, none where there is nothing."""
    yield from (Line("words", line) for line in fold(words_text(note, digits), width, INDENT, INDENT))


def fold(text: str, width: int, first: str, following: str) -> list[str]:
    """The text in lines of at most `width` columns where it can be broken: at spaces, long products at their signs."""
    width = max(width, NARROWEST)
    room = width - len(following)
    words = (word if len(word) <= room else FACTOR.sub(r" \1", word) for word in text.split(" "))
    lines = textwrap.wrap(
        " ".join(words),
        width,
        initial_indent=first,
        subsequent_indent=following,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]
