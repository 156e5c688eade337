"""Documents in HTML with MathML, everything that is said in them escaped."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from pellucid.explain.document import Block, Document, Formula, Matrix, MatrixEquation, Paragraph, Picture, Table
from pellucid.explain.render.columns import are_numbers, grid_of
from pellucid.explain.render.matrices import Cell, cells, runs, words_and_signs
from pellucid.explain.render.picture import inline_svg
from pellucid.explain.render.sides import sides
from pellucid.explain.render.words import lowered
from pellucid.explain.step import Step
from pellucid.explain.words import Words
from pellucid.expression import MathML, Number, Variable

DEEPEST_HEADING = 6
QUANTITY = re.compile(r"((?<!\S)\S{0,20}[⁰-⁾₀-₉∂]\S{0,20}(?!\S))")
"""What must not be broken: a short word with characters above or below the line, or with a derivative."""


def document_html(document: Document, digits: int, level: int = 1) -> str:
    """The document as an `article`, its title a heading of that level."""
    body = "\n".join(HtmlWriter(digits).document(document, level))
    return f'<article class="pellucid">\n{body}\n</article>\n'


class HtmlWriter:
    """Writes the blocks of one document; its pictures are numbered, so that no two share an identifier."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.n_pictures = 0

    def document(self, document: Document, level: int) -> Iterator[str]:
        """The title as a heading of that level, and the blocks; steps that follow each other are one list."""
        heading = f"h{min(level, DEEPEST_HEADING)}"
        yield f"<{heading}>{prose(document.title)}</{heading}>"
        number = 0
        for is_step, blocks in groupby(document.blocks, lambda block: isinstance(block, Step)):
            if is_step:
                yield f'<ol class="steps" start="{number + 1}">'
            for block in blocks:
                number += is_step
                yield from self.block(block, number, level)
            if is_step:
                yield "</ol>"

    def block(self, block: Block, number: int, level: int) -> Iterator[str]:
        """A block; `number` is that of the step, or of the last one before."""
        match block:
            case Step():
                yield f'<li data-step="{number}"><p class="name">{prose(block.name)}</p>'
                found = sides(block, number, MathML, self.digits)
                yield equation(block.symbol.mathml, [(kind, written.parts) for kind, written in found])
                yield f"{noted(block.note, self.digits)}</li>"
            case Paragraph():
                yield f"<p>{said(block.text, self.digits)}</p>"
            case Formula():
                right = block.right.lower(MathML(self.digits, symbols=True)).parts
                yield equation(block.left.mathml, [("formula", right)])
            case Table():
                yield from table_html(block, self.digits)
            case Picture():
                self.n_pictures += 1
                svg = inline_svg(block.draw(), block.alt, f"picture{self.n_pictures}-")
                yield f"<figure>{svg}<figcaption>{prose(block.alt)}</figcaption></figure>"
            case MatrixEquation():
                yield from self.matrix_equation(block)
            case Document():
                yield "<section>"
                yield from self.document(block, level + 1)
                yield "</section>"

    def matrix_equation(self, equation: MatrixEquation) -> Iterator[str]:
        """What is found, the equation in symbols, in numbers, and its note."""
        yield f'<div class="matrices"><p class="name">{prose(equation.name)}</p>'
        yield f'<div class="formula">{flow([run_mathml(run, self.digits) for run in runs(equation.symbols)])}</div>'
        yield f'<div class="numbers">{flow([run_mathml(run, self.digits) for run in runs(equation.pieces)])}</div>'
        yield f"{noted(equation.note, self.digits)}</div>"


def prose(text: str) -> str:
    """The text, escaped; a quantity in it such as w⁽³⁾₁,₄ stays on one line."""
    return "".join(
        f'<span class="quantity">{escape(piece)}</span>' if QUANTITY.fullmatch(piece) else escape(piece)
        for piece in QUANTITY.split(text)
    )


def said(words: Words, digits: int) -> str:
    """The words, escaped, with their numbers and formulas in MathML."""
    return "".join(prose(piece) if isinstance(piece, str) else flow(piece) for piece in lowered(words, MathML(digits)))


def flow(parts: Sequence[str]) -> str:
    """Parts of a formula, between which the browser may break the line."""
    return "<wbr>".join(f'<math displaystyle="true">{part}</math>' for part in parts)


def equation(left: str, sides: Sequence[tuple[str, Sequence[str]]]) -> str:
    """What a quantity equals, the equals signs under each other."""
    rows = [f'<div class="left">{flow([left])}</div>']
    for kind, parts in sides:
        rows.append(f'<div class="equals">{flow(["<mo>=</mo>"])}</div><div class="{kind}">{flow(parts)}</div>')
    return f'<div class="equation">{"".join(rows)}</div>'


def noted(note: Words, digits: int) -> str:
    return f'<p class="note">{said(note, digits)}</p>' if note else ""


def table_html(table: Table, digits: int) -> Iterator[str]:
    classes = [' class="number"' if is_number else "" for is_number in are_numbers(grid_of(table, digits))]
    yield '<figure class="table">'
    if table.caption:
        yield f"<figcaption>{said(table.caption, digits)}</figcaption>"
    yield "<table>"
    for part, element, rows in (("thead", "th", [table.header]), ("tbody", "td", table.rows)):
        yield f"<{part}>"
        for row in rows:
            opened = zip(classes, row, strict=True)
            yield f"<tr>{''.join(f'<{element}{kind}>{said(cell, digits)}</{element}>' for kind, cell in opened)}</tr>"
        yield f"</{part}>"
    yield "</table></figure>"


def run_mathml(pieces: Sequence[Matrix | Variable | str], digits: int) -> str:
    """One run of an equation between matrices."""
    return "".join(piece_mathml(piece, digits) for piece in pieces)


def piece_mathml(piece: Matrix | Variable | str, digits: int) -> str:
    if isinstance(piece, Matrix):
        return matrix_mathml(piece, digits)
    if isinstance(piece, Variable):
        return piece.mathml
    signs = words_and_signs(piece)
    gap = '<mspace width="0.2em"/>' if signs[-1][0].isalpha() else ""
    return "".join(map(sign_mathml, signs)) + gap


def sign_mathml(sign: str) -> str:
    """A sign, a parenthesis or a function's name."""
    if sign in ("(", ")"):
        return f"<mo>{sign}</mo>"
    if sign[0].isalpha():
        return f"<mi>{escape(sign)}</mi>"
    return f'<mo form="infix">{escape(sign)}</mo>'


def matrix_mathml(matrix: Matrix, digits: int) -> str:
    """The matrix between brackets as tall as it is."""
    notation = MathML(digits)
    rows = ("".join(cell_mathml(cell, notation) for cell in row) for row in cells(matrix))
    table = "".join(f"<mtr>{row}</mtr>" for row in rows)
    return f"<mrow><mo>[</mo><mtable>{table}</mtable><mo>]</mo></mrow>"


def cell_mathml(cell: Cell, notation: MathML) -> str:
    if isinstance(cell, Number):
        return f"<mtd>{notation.number(cell).text}</mtd>"
    return f'<mtd class="dots"><mi>{cell}</mi></mtd>'
