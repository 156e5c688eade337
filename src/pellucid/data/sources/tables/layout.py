"""How the cells of a text file lie: told by the caller, or found out from its beginning."""

import io
import re
from collections import Counter
from dataclasses import dataclass, replace
from io import BufferedIOBase
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from pellucid.data.sources.tables.cells import read_cells
from pellucid.data.sources.tables.lines import MAX_ROW_BYTES, TOO_LONG
from pellucid.data.sources.tables.names import MAX_COLUMNS, require_distinct, shown
from pellucid.data.sources.tables.opening import opened
from pellucid.errors import FormatError

SAMPLE_BYTES = 2**18
SAMPLED_ROWS = 1_000
MISSING = ("", "?", *("NA", "na", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "Null", "#N/A"))
"""Cells that stand for no value."""
DELIMITERS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas"}
"""Where two fit as well, the earlier one is taken: commas stand in texts, and before decimals."""
NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?")
BOM = b"\xef\xbb\xbf"
UNCLOSED = re.compile(rb'(?:^|\t)"(?:[^\t\r\n]*[^"\t\r\n])?(?=[\t\r\n])', re.MULTILINE)
"""A cell between tabs that begins with a quotation mark and ends without: there, marks stand for themselves."""
SEPARATOR_LINE = re.compile(rb'"?sep=([,;|\t])"?[\r\n]*')
"""What Excel takes in a first line as word of the delimiter; it is no row."""
TEXT_OR_DATE = re.compile(r".*[.!?…]|\S+(\s+\S+){3,}|[0-9][0-9 .,:/TZ+-]*", re.DOTALL)
"""What ends as a sentence does, or has more than three words or no letters, is no name of an only column."""
NEARLY_ALL = 0.9
CONSECUTIVE = 3
"""So many numbers in a row that count on are names of columns: 0, 1, 2, as pandas writes them."""


@dataclass(frozen=True)
class TableLayout:
    """What one may know of a text file beforehand; what stays open is found out.

    Parameters:
        delimiter: the character between the cells; None: a comma, tab, semicolon or vertical bar.
        has_quotes: whether cells may stand in quotation marks; None: they may, unless one between tabs begins with a
            mark and ends without: where people write texts, marks stand for themselves.
        column_names: where the file has no line of names.
        skip_first_lines: lines before the names or the first row.
        missing: cells that stand for no value.
        label_ending: what is taken away from the end of each label, such as the full stop in adult.test.
    """

    delimiter: str | None = None
    has_quotes: bool | None = None
    column_names: tuple[str, ...] | None = None
    skip_first_lines: int = 0
    missing: tuple[str, ...] = MISSING
    label_ending: str = ""


FOUND_OUT = TableLayout()


class Dialect(NamedTuple):
    """How a text file is to be read, nothing left open.

    Attributes:
        delimiter: between the cells.
        has_quotes: whether cells may stand in quotation marks.
        names: of the columns, all different.
        has_header: whether the first row holds the names.
    """

    delimiter: str
    has_quotes: bool
    names: tuple[str, ...]
    has_header: bool

    def tell_single(self) -> list[str]:
        """A sentence on the row of names where it may as well be the first row of the only column; else none."""
        return [
            f"The first row, '{shown(name)}', is taken for the name of the column; if it is none, write one above it."
            for name in self.names
            if self.has_header and len(self.names) == 1
        ]

    def tell(self) -> str:
        """In a few words, what it was taken for."""
        between = tell_delimiter(self.delimiter)
        names = "names in the first row" if self.has_header else "no row of names"
        return f"cells separated by {between}, {names}" if len(self.names) > 1 else f"one column, {names}"


def tell_delimiter(delimiter: str) -> str:
    """What the character is called."""
    return DELIMITERS.get(delimiter, repr(delimiter))


class Sampled(NamedTuple):
    """What the beginning of a file looks like with one delimiter.

    Attributes:
        delimiter: that one.
        has_quotes: whether quotation marks were taken for such.
        rows: of cells, all as many; the first thousand.
        n_rows: how many such rows there are.
        n_odd: how many rows have another number of cells, by that number.
    """

    delimiter: str
    has_quotes: bool
    rows: list[list[str]]
    n_rows: int
    n_odd: Counter[int]

    @property
    def bad_share(self) -> float:
        """Of all rows, those of another width than the first."""
        n_bad = self.n_odd.total()
        return n_bad / max(self.n_rows + n_bad, 1)

    @property
    def odd_width(self) -> int:
        """How many cells nearly all rows have where the first has another number of them; 0: there is no such width."""
        width, n_such = self.n_odd.most_common(1)[0] if self.n_odd else (0, 0)
        is_table = width > 2 or (width == 2 and len(self.rows[0]) > 1)
        return width if is_table and n_such > NEARLY_ALL * (self.n_rows + self.n_odd.total() - 1) else 0


def heed_separator_line(path: Path, layout: TableLayout) -> TableLayout:
    """The layout with what a first line such as `sep=;` says, if there is one.

    Raises:
        MissingFileError: the file is not there.
    """
    with opened(path) as file:
        skip_lines(file, layout.skip_first_lines)
        told = SEPARATOR_LINE.fullmatch(file.readline(16))
    if told is None or layout.delimiter is not None:
        return layout
    return replace(layout, delimiter=told[1].decode(), skip_first_lines=layout.skip_first_lines + 1)


def find_dialect(path: Path, layout: TableLayout = FOUND_OUT) -> Dialect:
    """How the file is to be read, from its first 256 KiB.

    Parameters:
        path: of a text file, perhaps in gzip.
        layout: what is known of it.

    Raises:
        MissingFileError: it is not there.
        FormatError: its first line is too long, it has too many columns, or two of the same name.
    """
    with opened(path) as file:
        skip_lines(file, layout.skip_first_lines)
        sample = read_sample(file, str(path))
    first_line = sample.lstrip(b"\r\n").partition(b"\n")[0]
    n_marks = {mark: first_line.count(mark.encode()) for mark in [layout.delimiter or "", *DELIMITERS] if mark}
    wanted = [layout.delimiter] if layout.delimiter else list(DELIMITERS)
    found = [parse_sample(sample, mark, layout.has_quotes) for mark in wanted if n_marks[mark] < MAX_COLUMNS]
    several = [parsed for parsed in found if len(parsed.rows[0]) > 1 and parsed.bad_share <= 0.5]
    widest = max(n_marks[mark] for mark in wanted) + 1
    if widest > MAX_COLUMNS and not several:
        raise FormatError(
            f"{path}: at most {MAX_COLUMNS:,} columns are read, its first line has {widest:,}; keep those that matter"
        )
    odd = next((parsed for parsed in found if parsed.odd_width), None)
    if odd is not None and not several:
        raise FormatError(
            f"{path}: as many cells in the first row as in the others are required, nearly all of which have "
            f"{odd.odd_width:,}, separated by {tell_delimiter(odd.delimiter)}; it has {len(odd.rows[0]):,}: "
            f"'{shown(first_line.decode(errors='replace'))}'; remove lines above that of the names, or give every "
            "column a name"
        )
    best = min(several or found, key=lambda parsed: (parsed.bad_share, -len(parsed.rows[0])))
    has_header = layout.column_names is None and is_header(best.rows)
    found_names = name_columns(best.rows[0] if has_header else [""] * len(best.rows[0]))
    names = layout.column_names or tuple(found_names)
    if len(names) != len(found_names):
        raise FormatError(
            f"{path}: {len(names):,} columns are required (the first is '{names[0]}'), its first row has "
            f"{len(found_names):,}"
        )
    require_distinct(names, str(path))
    return Dialect(best.delimiter, best.has_quotes, names, has_header)


def skip_lines(file: io.BufferedReader, n_lines: int) -> None:
    """Leaves the file after the byte order mark, if it begins with one, and so many lines."""
    if file.peek(len(BOM)).startswith(BOM):
        file.read(len(BOM))
    for _ in range(n_lines):
        file.readline(MAX_ROW_BYTES)


def read_sample(file: BufferedIOBase, name: str) -> bytes:
    """The beginning of the file: 256 KiB of whole lines, more where the first line alone is longer.

    Raises:
        FormatError: the first line is longer than a row may be; there is no row.
    """
    sample = file.read(SAMPLE_BYTES)
    if len(sample) == SAMPLE_BYTES:
        if b"\n" not in sample and b"\r" not in sample:
            sample += file.readline(MAX_ROW_BYTES)
            if len(sample) > MAX_ROW_BYTES:
                raise FormatError(f"{name}, line 1: {TOO_LONG}; is it a table of text?")
        elif b"\n" in sample:
            sample = sample[: sample.rfind(b"\n") + 1]
    if not sample.strip():
        raise FormatError(f"{name}: a table with at least one row is required, the file is empty")
    return sample


def parse_sample(sample: bytes, delimiter: str, has_quotes: bool | None) -> Sampled:
    """The sample's rows with that delimiter."""
    if has_quotes is None:
        has_quotes = delimiter != "\t" or UNCLOSED.search(sample) is None
    n_odd: Counter[int] = Counter()

    def count(row: int, n_cells: int, text: str) -> bool:
        n_odd[n_cells] += 1
        return True

    text = sample.decode(errors="replace").encode()
    n_columns = count_cells(text, delimiter, has_quotes)
    numbers = [str(number) for number in range(n_columns)]
    rows: list[list[str]] = []
    n_rows = 0
    for batch in read_cells(io.BytesIO(text), delimiter, has_quotes, numbers, count):
        n_rows += len(batch)
        columns = [column.slice(0, SAMPLED_ROWS - len(rows)).to_pylist() for column in batch.columns]
        rows.extend([cell.strip() for cell in row] for row in zip(*columns, strict=True))
    return Sampled(delimiter, has_quotes, rows, n_rows, n_odd)


def count_cells(sample: bytes, delimiter: str, has_quotes: bool) -> int:
    """How many cells the first row has: Arrow itself is asked, which refuses it with their number."""
    n_columns = 1

    def note(row: int, n_cells: int, text: str) -> bool:
        nonlocal n_columns
        n_columns = n_cells if row == 0 else n_columns
        return True

    for _ in read_cells(io.BytesIO(sample), delimiter, has_quotes, ["0"], note):
        break
    return n_columns


def is_header(rows: list[list[str]]) -> bool:
    """Whether the first of these rows holds names and no data.

    Names are no numbers, unless they count on (0, 1, 2, as pandas writes them), and are not found again below. That of
    a single column is no sentence and no date either.
    """
    first, below = rows[0], rows[1:]
    numbers = [cell for cell in first if NUMBER.fullmatch(cell)]
    if numbers:
        whole = [int(cell) for cell in numbers if re.fullmatch(r"[0-9]{1,5}", cell, re.ASCII)]
        counts_on = all(after - before == 1 for before, after in pairwise(whole))
        return len(whole) == len(numbers) >= CONSECUTIVE and counts_on and whole[0] in (0, 1)
    if not any(first) or any(cell in MISSING[1:] for cell in first):
        return False
    if len(first) == 1 and TEXT_OR_DATE.fullmatch(first[0]):
        return False
    return not any(cell and any(row[place] == cell for row in below) for place, cell in enumerate(first))


def name_columns(cells: list[str]) -> list[str]:
    """Names for the columns: the cells, or the columns' numbers where they are empty."""
    return [cell or f"column {number}" for number, cell in enumerate(cells)]
