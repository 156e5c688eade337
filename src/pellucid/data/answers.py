"""A table written back with a model's answers beside its rows."""

import re
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.sources.extras import require_extra
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.tables.layout import FOUND_OUT, TableLayout
from pellucid.data.sources.tables.read import open_table
from pellucid.data.spreadsheets import harmless
from pellucid.errors import InvalidValueError
from pellucid.files import writing_atomically

if TYPE_CHECKING:
    import pyarrow

SUFFIXES = (".csv", ".tsv")


def write_answers(
    source: Path,
    target: Path,
    answers: Mapping[str, Sequence[Any] | np.ndarray],
    rows: np.ndarray | None = None,
    *,
    layout: TableLayout = FOUND_OUT,
) -> tuple[str, ...]:
    """Writes a table as CSV with columns added; the names that these have there are returned.

    The cells of a text file stay the texts that they are: 007 and 1.50 are not reformatted. Tables of other formats
    (NDJSON, Parquet, Arrow) come as CSV too, which every program opens; lists and the like in them are left out. The
    first row holds the names of the columns, also where the source has none. Cells that a spreadsheet program might
    run as a formula are made harmless. Rows that cannot be read are not there.

    Parameters:
        source: the table's file.
        target: the file to write, .csv or .tsv; it may be the source.
        answers: the columns to add, by name; a name that the table has already gets a number.
        rows: the rows of the table, from 0, that the answers belong to, ascending, as `TableExamples.rows` has them;
            None: all. The others get empty cells.
        layout: what is known of a text file.

    Raises:
        InvalidValueError: target has another ending, or there are not as many answers as rows.
        MissingFileError, FormatError: the source cannot be read.
        WriteError: the target cannot be written; nothing is half-written.
    """
    require_suffix(target)
    raw = open_table(source, Reading(on_error="skip"), layout, None)
    delimiter = "\t" if target.suffix.lower() == ".tsv" else raw.delimiter.replace("\t", ",")
    added = name_columns(list(answers), raw.names)
    first = 0
    with writing_atomically(target) as file:
        file.write(as_lines([[name] for name in [*raw.names, *added]], delimiter))
        for batch in raw.texts():
            columns = [cells_of(values, rows, first, len(batch)) for values in answers.values()]
            file.write(as_lines([*batch.columns, *columns], delimiter))
            first += len(batch)
        n_required = first if rows is None else len(rows)
        is_within = rows is None or bool(((rows >= 0) & (rows < first)).all())
        for name, values in answers.items():
            if len(values) != n_required or not is_within:
                raise InvalidValueError(
                    f"answers: one for each of {n_required:,} of the {first:,} rows of {source.name} is required, "
                    f"'{name}' has {len(values):,}"
                )
    return tuple(added)


def require_suffix(target: Path) -> None:
    """Checks that a file to write is called as the tables that are written are.

    Raises:
        InvalidValueError: it is not.
    """
    if target.suffix.lower() not in SUFFIXES:
        raise InvalidValueError(f"{target}: a name that ends in {' or '.join(SUFFIXES)} is required")


def name_columns(wanted: Sequence[str], taken: Sequence[str]) -> list[str]:
    """These names, with a number where a column is called so already.

    >>> name_columns(["class", "probability"], ["age", "class"])
    ['class (2)', 'probability']
    """
    names: list[str] = []
    for name in wanted:
        numbered = (f"{name} ({number})" if number > 1 else name for number in count(1))
        names.append(next(free for free in numbered if free not in {*taken, *names}))
    return names


def cells_of(values: Sequence[Any] | np.ndarray, rows: np.ndarray | None, first: int, n_rows: int) -> list[str]:
    """The answers of the table's next rows as texts, empty where there is none.

    Parameters:
        values: all answers.
        rows: those that they belong to, ascending.
        first: of the next rows.
        n_rows: how many these are.
    """
    if rows is None:
        return [cell_of(value) for value in values[first : first + n_rows]] + [""] * max(
            first + n_rows - len(values), 0
        )
    cells = [""] * n_rows
    start, end = np.searchsorted(rows, [first, first + n_rows]).tolist()
    for row, value in zip(rows[start:end].tolist(), values[start:end], strict=False):
        cells[row - first] = cell_of(value)
    return cells


def cell_of(value: Any) -> str:
    """An answer as text; None is an empty cell."""
    return "" if value is None else str(value)


def as_lines(columns: "Sequence[pyarrow.Array | list[str]]", delimiter: str) -> bytes:
    """Rows as the lines of a CSV file (RFC 4180, but for the end of a line), their cells made harmless."""
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    written: list[pyarrow.Array] = []
    for column in columns:
        cells = harmless(pc.fill_null(pa.array(column, pa.string()), ""))
        needs_marks = pc.match_substring_regex(cells, f'{re.escape(delimiter)}|["\r\n]|^ | $')
        if pc.any(needs_marks).as_py():
            doubled = pc.replace_substring(cells, '"', '""')
            cells = pc.if_else(needs_marks, pc.binary_join_element_wise('"', doubled, '"', ""), cells)
        written.append(cells)
    return "".join(f"{line}\n" for line in pc.binary_join_element_wise(*written, delimiter).to_pylist()).encode()
