"""Documents in LaTeX: a part of an article of one's own, which loads amsmath and amssymb, or a whole article."""

from collections.abc import Iterator, Sequence

from pellucid.explain.document import (
    Block,
    Document,
    Formula,
    Matrix,
    MatrixEquation,
    Paragraph,
    Picture,
    Table,
)
from pellucid.explain.render.columns import Grid, are_numbers, breadth, column_widths, grid_of
from pellucid.explain.render.latex_text import MATHEMATICS, SPECIAL, latex_text
from pellucid.explain.render.matrices import cells, runs, words_and_signs
from pellucid.explain.render.sides import sides
from pellucid.explain.render.words import lowered
from pellucid.explain.step import Step
from pellucid.explain.words import Words
from pellucid.expression import Latex

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{lmodern,textcomp,amsmath,amssymb}
\usepackage[margin=25mm]{geometry}
\raggedright
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt plus 2pt}
\begin{document}
"""
COMMANDS = r"""\providecommand{\equationrows}{\raggedright\leftskip=1.5em \parskip=4pt
  \lineskip=6pt \lineskiplimit=4pt \relpenalty=10000 \binoppenalty=9000 }
\providecommand{\equationrow}[1]{\par\noindent\hangindent=4.5em\hangafter=1 $\displaystyle #1$}
"""
"""Rows of equations whose lines break where \\allowbreak stands: before the signs of sums, not after them
(and within a product only where nothing else will do)."""
HEADINGS = (r"\section*", r"\subsection*", r"\subsubsection*", r"\paragraph*")
LINE = 85
"""So many characters of a table fit on a line."""
PAGE = 40
"""So many lines of a table fit on a page."""


def article(document: Document, digits: int) -> str:
    """The document as an article of its own."""
    return f"{PREAMBLE}{document_latex(document, digits)}\\end{{document}}\n"


def document_latex(document: Document, digits: int) -> str:
    """The document as a part of an article."""
    return COMMANDS + "\n".join(document_parts(document, digits, 0)) + "\n"


def document_parts(document: Document, digits: int, level: int) -> Iterator[str]:
    yield f"{HEADINGS[min(level, len(HEADINGS) - 1)]}{{{latex_text(document.title)}}}"
    number = 0
    for block in document.blocks:
        number += isinstance(block, Step)
        yield from block_parts(block, number, digits, level)


def block_parts(block: Block, number: int, digits: int, level: int) -> Iterator[str]:
    match block:
        case Step():
            yield f"\\par\\medskip\\noindent\\textbf{{{number}. {latex_text(block.name)}}}"
            yield from rows(step_rows(block, number, digits))
            yield from noted(block.note, digits)
        case Paragraph():
            yield f"\\par\\noindent {said(block.text, digits)}\\par"
        case Formula():
            right = block.right.lower(Latex(digits, symbols=True)).parts
            yield from rows([f"{block.left.latex} = {broken(right)}"])
        case Table():
            yield from table_parts(block, digits)
        case Picture():
            yield f"\\par\\noindent\\emph{{{latex_text(block.alt)}}}\\par"
        case MatrixEquation():
            yield f"\\par\\medskip\\noindent\\textbf{{{latex_text(block.name)}}}"
            yield from rows([broken(matrix_symbols(block)), broken(matrix_numbers(block, digits))])
            yield from noted(block.note, digits)
        case Document():
            yield from document_parts(block, digits, level + 1)


def broken(parts: Sequence[str]) -> str:
    """The parts of a formula, between which TeX may break the line."""
    return " \\allowbreak ".join(parts)


def rows(equations: Sequence[str]) -> Iterator[str]:
    """Equations, each in a paragraph of its own."""
    yield "\\par\\nopagebreak{\\equationrows"
    yield "\\nopagebreak\n".join(f"\\equationrow{{{equation}}}" for equation in equations)
    yield "\\par}"


def step_rows(step: Step, number: int, digits: int) -> list[str]:
    """The step in symbols, in numbers and its value, the equals signs under each other."""
    left = step.symbol.latex
    return [
        (left if place == 0 else rf"\hphantom{{{left}}}") + f" = {broken(written.parts)}"
        for place, (_, written) in enumerate(sides(step, number, Latex, digits))
    ]


def said(words: Words, digits: int) -> str:
    """The words, with their numbers and formulas set as mathematics."""
    return "".join(
        latex_text(piece) if isinstance(piece, str) else f"${broken(piece)}$" for piece in lowered(words, Latex(digits))
    )


def noted(note: Words, digits: int) -> Iterator[str]:
    if note:
        yield f"\\par{{\\leftskip=1.5em\\noindent\\small {said(note, digits)}\\par}}"


def table_parts(table: Table, digits: int) -> Iterator[str]:
    """The table, in as many pieces as pages need."""
    if table.caption:
        yield f"\\par\\medskip\\noindent\\emph{{{said(table.caption, digits)}}}\\nopagebreak"
    grid = grid_of(table, digits)
    widths, natural, numeric = column_widths(grid, LINE), column_widths(grid, 10**9), are_numbers(grid)
    columns = [
        f"p{{{0.9 * width / LINE:.3f}\\linewidth}}" if width < wish else "r" if is_number else "l"
        for width, wish, is_number in zip(widths, natural, numeric, strict=True)
    ]
    begins = [
        "{" if column in "lr" else r"{\raggedleft " if is_number else r"{\raggedright "
        for column, is_number in zip(columns, numeric, strict=True)
    ]
    breadth_of_all = sum(widths) + 2 * (len(widths) - 1)
    size = r"\normalsize" if breadth_of_all <= LINE else r"\scriptsize\setlength{\tabcolsep}{3pt}"
    size += r"\renewcommand{\arraystretch}{1.15}"
    for rows_of_page in pages(table, grid, widths):
        yield f"\\par\\smallskip{{{size}\\noindent\\begin{{tabular}}{{@{{}}{''.join(columns)}@{{}}}}\\hline"
        for row in (table.header, *rows_of_page):
            texts = [f"{begin}{said(cell, digits)}}}" for begin, cell in zip(begins, row, strict=True)]
            yield " & ".join(texts) + r" \tabularnewline" + (r"\hline" if row is table.header else "")
        yield "\\hline\\end{tabular}\\par}\\medskip"


def pages(table: Table, grid: Grid, widths: Sequence[int]) -> Iterator[list[tuple[Words, ...]]]:
    """The table's rows, as many at a time as a page holds."""
    page: list[tuple[Words, ...]] = []
    height = 0
    for row, texts in zip(table.rows, grid.rows, strict=True):
        n_lines = max(-(-breadth(text) // width) for text, width in zip(texts, widths, strict=True))
        if height + n_lines > PAGE and page:
            yield page
            page, height = [], 0
        page.append(row)
        height += n_lines
    yield page


def matrix_symbols(equation: MatrixEquation) -> list[str]:
    """The equation in symbols, in the parts that hold together."""
    return [
        " ".join(sign_latex(each, "()") if isinstance(each, str) else each.latex for each in run)
        for run in runs(equation.symbols)
    ]


def matrix_numbers(equation: MatrixEquation, digits: int) -> list[str]:
    """The equation in numbers, in the parts that hold together."""
    return [
        " ".join(
            sign_latex(each, (r"\biggl(", r"\biggr)")) if isinstance(each, str) else matrix_latex(each, digits)
            for each in run
        )
        for run in runs(equation.pieces)
    ]


def sign_latex(text: str, parentheses: Sequence[str]) -> str:
    """Signs, functions' names and parentheses between matrices."""
    said = dict(zip("()", parentheses, strict=True)) | MATHEMATICS
    return "".join(
        said.get(sign, SPECIAL.get(sign, sign)) if len(sign) == 1 else rf"\operatorname{{\text{{{latex_text(sign)}}}}}"
        for sign in words_and_signs(text)
    )


def matrix_latex(matrix: Matrix, digits: int) -> str:
    notation = Latex(digits)
    lines = [
        " & ".join(MATHEMATICS[cell] if isinstance(cell, str) else notation.number(cell).text for cell in row)
        for row in cells(matrix)
    ]
    columns = "r" * len(matrix.rows[0])
    return rf"\left[\begin{{array}}{{@{{}}{columns}@{{}}}}" + r" \\ ".join(lines) + r"\end{array}\right]"
