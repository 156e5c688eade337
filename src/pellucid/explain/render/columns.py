"""Tables laid out in columns of characters."""

import re
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pellucid.explain.document import Table
from pellucid.explain.render.words import words_text

GAP = "  "
NARROWEST = 8
"""No column is made narrower than this many characters to fit a table into its width."""
NUMBER = re.compile(r"([-−+]?[\d,]*\.?\d+(·10[⁻⁰¹²³⁴-⁹]+)?|−?∞)(\s?(%|s|ms|µs))?")
"""A number, with its unit where it has one."""


class Grid(NamedTuple):
    """A table in characters."""

    header: tuple[str, ...]
    rows: list[list[str]]


def breadth(text: str) -> int:
    """How many columns of a terminal the text takes."""
    shown = (character for character in text if not unicodedata.combining(character))
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in shown)


def padded(text: str, width: int, *, to_the_right: bool = False) -> str:
    """The text with spaces up to that width, after it or, `to_the_right`, before it."""
    spaces = " " * (width - breadth(text))
    return spaces + text if to_the_right else text + spaces


def grid_of(table: Table, digits: int) -> Grid:
    """The table with its numbers written in so many significant digits."""
    # Within a cell a line may break anywhere, so that also the narrowest column holds a long formula.
    rows = [[words_text(cell, digits).replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in table.rows]
    return Grid(table.header, rows)


def are_numbers(grid: Grid) -> list[bool]:
    """Of each column whether all its cells are numbers (or empty, but not all of them)."""
    columns = zip(*grid.rows, strict=True) if grid.rows else ((),) * len(grid.header)
    return [
        any(column) and all(NUMBER.fullmatch(cell) is not None for cell in column if cell)
        for column in map(list, columns)
    ]


def column_widths(grid: Grid, width: int) -> list[int]:
    """The columns' widths in characters: as wide as their cells, the widest narrowed where they exceed `width`.

    A column is made narrower than its longest word only where all columns are as narrow as theirs, and one of numbers
    never: broken numbers cannot be read.
    """
    columns = list(zip(grid.header, *grid.rows, strict=True))
    widths = [max(map(breadth, column)) for column in columns]
    words = [max(map(breadth, " ".join(column).split()), default=0) for column in columns]
    right = are_numbers(grid)
    for _ in range(sum(widths) + len(GAP) * (len(widths) - 1) - width):
        at_spaces = [size if size > word else 0 for size, word in zip(widths, words, strict=True)]
        anywhere = [0 if is_number else size for size, is_number in zip(widths, right, strict=True)]
        chosen = at_spaces if max(at_spaces) > NARROWEST else anywhere
        if max(chosen) <= NARROWEST:
            break
        widths[chosen.index(max(chosen))] -= 1
    return widths


def table_lines(table: Table, digits: int, width: int) -> Iterator[str]:
    """The header, a rule and the rows; cells that are too wide go on in the next line."""
    grid = grid_of(table, digits)
    widths, right = column_widths(grid, width), are_numbers(grid)
    yield from row_lines(grid.header, widths, right)
    yield GAP.join("─" * each for each in widths)
    for row in grid.rows:
        yield from row_lines(row, widths, right)


def row_lines(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    folded = [textwrap.wrap(cell, max(width, 1)) for cell, width in zip(cells, widths, strict=True)]
    for number in range(max(map(len, folded), default=0)):
        pieces = [
            padded(lines[number] if number < len(lines) else "", width, to_the_right=is_number)
            for lines, width, is_number in zip(folded, widths, right, strict=True)
        ]
        yield GAP.join(pieces).rstrip()
