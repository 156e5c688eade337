"""Documents as text for a terminal: Unicode mathematics, folded to its width."""

import textwrap
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from pellucid.explain.document import Document, Paragraph
from pellucid.explain.step import Step
from pellucid.expression import Unicode, numeral

INDENT = "   "
Kind: TypeAlias = Literal["title", "step", "formula", "numbers", "value", "words", "blank"]


class Line(NamedTuple):
    """A line and what it holds, so that a terminal can show each kind in its own colour."""

    kind: Kind
    text: str


def document_text(document: Document, digits: int, width: int) -> str:
    """The document as one string."""
    return "\n".join(line.text for line in document_lines(document, digits, width)) + "\n"


def document_lines(document: Document, digits: int, width: int) -> Iterator[Line]:
    """The document's lines: its title, then its blocks, a blank line before each; steps are numbered."""
    yield Line("title", document.title)
    number = 0
    for block in document.blocks:
        yield Line("blank", "")
        match block:
            case Step():
                number += 1
                yield Line("step", f"{number}. {block.name}")
                yield from step_lines(block, digits, width)
            case Paragraph():
                yield from (Line("words", line) for line in fold(block.text, width, "", ""))
            case _:
                raise NotImplementedError(type(block))


def step_lines(step: Step, digits: int, width: int) -> Iterator[Line]:
    """The lines of one step, the equals signs under each other."""
    symbol = step.symbol.text
    value = Unicode(digits).numeral(numeral(step.value, digits)).text
    sides: list[tuple[Kind, str]] = [("formula", step.tree.lower(Unicode(digits, symbols=True)).text)]
    if not step.is_given:
        sides.append(("numbers", step.tree.lower(Unicode(digits)).text))
    sides.append(("value", value))
    if sides[0][1] == value:
        sides = sides[-1:]
    margin = INDENT + " " * len(symbol)
    for number, (kind, side) in enumerate(sides):
        first = f"{INDENT}{symbol} = " if number == 0 else f"{margin} = "
        yield from (Line(kind, line) for line in fold(side, width, first, margin + " " * 5))
    if step.note:
        yield from (Line("words", line) for line in fold(step.note, width, INDENT, INDENT))


def fold(text: str, width: int, first: str, following: str) -> list[str]:
    """The text in lines of at most `width` columns where it can be broken (at spaces; products hold together)."""
    lines = textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=first,
        subsequent_indent=following,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]
