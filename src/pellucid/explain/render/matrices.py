"""Matrices as every medium shows them: what stands for the numbers left out, and matrices drawn in characters."""

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias, TypeVar

from pellucid.explain.document import Matrix, MatrixEquation
from pellucid.explain.render.columns import breadth, padded
from pellucid.expression import Number, Unicode, Variable

Omission: TypeAlias = Literal["⋮", "⋯", "⋱"]
Cell: TypeAlias = Number | Omission
P = TypeVar("P", bound=Matrix | Variable | str)
SIGNS = ("=", "+", "−", "≈")
"""A line may break before these."""


def cells(matrix: Matrix) -> list[list[Cell]]:
    """The matrix with dots for the numbers left out: down for a row, across for a column, slanting where both cross."""
    empty_rows = [all(number is None for number in row) for row in matrix.rows]
    empty_columns = [all(number is None for number in column) for column in zip(*matrix.rows, strict=True)]
    shown: list[list[Cell]] = []
    for row, is_empty in zip(matrix.rows, empty_rows, strict=True):
        shown.append([])
        for number, is_column_empty in zip(row, empty_columns, strict=True):
            dots: Omission = ("⋱" if is_column_empty else "⋮") if is_empty else "⋯"
            shown[-1].append(dots if number is None else number)
    return shown


def runs(pieces: Sequence[P]) -> list[list[P]]:
    """The pieces of an equation in runs, each but the first with the sign that it begins with."""
    found: list[list[P]] = [[]]
    for piece in pieces:
        if piece in SIGNS and found[-1]:
            found.append([])
        found[-1].append(piece)
    return found


def words_and_signs(text: str) -> list[str]:
    """The functions' names and the single signs of what stands between matrices.

    >>> words_and_signs("leaky-relu( +")
    ['leaky-relu', '(', '+']
    """
    return re.findall(r"[^\W\d][\w-]*|\S", text)


def symbols_text(equation: MatrixEquation) -> str:
    """The equation in symbols, for a terminal."""
    return " ".join(symbol if isinstance(symbol, str) else symbol.text for symbol in equation.symbols)


def equation_lines(equation: MatrixEquation, digits: int, width: int) -> list[str]:
    """The equation in numbers: its matrices side by side, under each other where they do not fit."""
    lines: list[list[str]] = []
    for run in runs(equation.pieces):
        box = side_by_side([[piece] if isinstance(piece, str) else matrix_lines(piece, digits) for piece in run])
        if lines and breadth(lines[-1][0]) + 1 + breadth(box[0]) <= width:
            lines[-1] = side_by_side([lines[-1], box])
        else:
            lines.append(box)
    return [line.rstrip() for box in lines for line in box]


def side_by_side(boxes: Sequence[Sequence[str]]) -> list[str]:
    """The boxes next to each other, the middle of each on one line."""
    above, below = max((len(box) - 1) // 2 for box in boxes), max(len(box) // 2 for box in boxes)
    columns: list[list[str]] = []
    for box in boxes:
        blank = [" " * breadth(box[0])]
        top, bottom = above - (len(box) - 1) // 2, below - len(box) // 2
        columns.append([*blank * top, *box, *blank * bottom])
    return [" ".join(line) for line in zip(*columns, strict=True)]


def matrix_lines(matrix: Matrix, digits: int) -> list[str]:
    """The matrix between tall brackets, its numbers to the right of their columns."""
    notation = Unicode(digits)
    texts = [[cell if isinstance(cell, str) else notation.number(cell).text for cell in row] for row in cells(matrix)]
    widths = [max(map(breadth, column)) for column in zip(*texts, strict=True)]
    rows = [
        "  ".join(
            text.center(width) if text in "⋮⋯⋱" else padded(text, width, to_the_right=True)
            for text, width in zip(row, widths, strict=True)
        )
        for row in texts
    ]
    if len(rows) == 1:
        return [f"[{rows[0]}]"]
    left, right = (f"{top}{middle * (len(rows) - 2)}{bottom}" for top, middle, bottom in ("⎡⎢⎣", "⎤⎥⎦"))
    return [f"{opening}{row}{closing}" for opening, row, closing in zip(left, rows, right, strict=True)]
