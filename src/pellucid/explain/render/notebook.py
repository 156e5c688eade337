"""Documents as equations for a notebook, which MathJax shows."""

import re
from collections.abc import Iterator, Sequence

from pellucid.explain.document import Document, Formula, MatrixEquation
from pellucid.explain.render.latex import matrix_numbers, matrix_symbols
from pellucid.explain.render.sides import sides
from pellucid.explain.step import Step
from pellucid.expression import Latex

LINE = 80
"""So many characters of a formula fit on a line."""
COMMAND = re.compile(r"\\[a-zA-Z]+|[\\{}^_ ]")
FULL_WIDTH = {ord(character): ord(character) + 0xFEE0 for character in "\\{}$%#&^_~<>"}
"""What MathJax or TeX would obey, as the wide characters that look the same."""


def equations(document: Document, digits: int) -> str:
    """The document's formulas and its steps' names; its words, tables and pictures are for other media."""
    return "\n".join(f"$$\\begin{{aligned}}\n{block}\n\\end{{aligned}}$$" for block in aligned_blocks(document, digits))


def aligned_blocks(document: Document, digits: int) -> Iterator[str]:
    yield titled(document.title)
    number = 0
    for block in document.blocks:
        match block:
            case Step():
                number += 1
                found = [written.parts for _, written in sides(block, number, Latex, digits)]
                yield " \\\\\n".join([titled(f"{number}. {block.name}"), *lines(block.symbol.latex, found)])
            case Formula():
                yield " \\\\\n".join(lines(block.left.latex, [block.right.lower(Latex(digits, symbols=True)).parts]))
            case MatrixEquation():
                rows = [matrix_symbols(block), matrix_numbers(block, digits)]
                yield " \\\\\n".join([titled(block.name), *(f"& {' '.join(row)}" for row in rows)])
            case Document():
                yield from aligned_blocks(block, digits)
            case _:
                pass


def titled(text: str) -> str:
    return rf"& \textbf{{{' '.join(text.split()).translate(FULL_WIDTH)}}}"


def lines(left: str, sides: Sequence[Sequence[str]]) -> Iterator[str]:
    """What a quantity equals, in lines that are broken before the signs of sums."""
    for place, parts in enumerate(sides):
        line = f"{left if place == 0 else ''} & = {parts[0]}"
        for part in parts[1:]:
            if len(COMMAND.sub("", line)) + len(COMMAND.sub("", part)) > LINE:
                yield line
                line = rf"& \qquad {part}"
            else:
                line += f" {part}"
        yield line
