"""Tables in text files, CSV and NDJSON: read for their cells, of which is then found out what they stand for."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pellucid.data.sources.extras import require_extra
from pellucid.data.sources.tables.cells import read_cells
from pellucid.data.sources.tables.json_lines import read_json_cells, read_keys
from pellucid.data.sources.tables.kinds import as_kind, clean, find_kinds, type_of
from pellucid.data.sources.tables.layout import Dialect, TableLayout, find_dialect, heed_separator_line, skip_lines
from pellucid.data.sources.tables.lines import Lines, count_lines
from pellucid.data.sources.tables.misfits import Misfits, as_fitting, find_misfits, number_kinds
from pellucid.data.sources.tables.names import shown, tell_foreign
from pellucid.data.sources.tables.opening import opened
from pellucid.data.sources.tables.raw import BadRows, RawTable
from pellucid.data.sources.tables.spool import Kept, keep
from pellucid.errors import FormatError, counted

if TYPE_CHECKING:
    import pyarrow

LOOKALIKES = {
    r"^[0-9]{1,2}[./-][0-9]{1,2}[./-]([0-9]{2}|[0-9]{4})($|[ ,T])": "dates are read where they are as 2024-03-01",
    r"^[+-]?[$£€¥] ?[+-]?[0-9][0-9.,]*$|^[+-]?[0-9][0-9.,]* ?([$£€¥%]|[A-Za-z]{1,3})$": (
        "numbers are read where no sign or unit stands beside them"
    ),
    r"^[+-]?[0-9]{1,3}([.,' ’][0-9]{3})*([.,][0-9]+)?$": "numbers are read where nothing parts their thousands",
}
"""Texts that a person takes for something else, and what they would have to be: 3/4/2024 is in March or in April."""
SHOWN_NOTES = 5
TAB = "\t"


class FileRows(NamedTuple):
    """Where the rows of a table stand in their file.

    Attributes:
        lines: in which all rows of the file begin; None: stray quotation marks have made that uncertain.
        n_before: rows before the first of the table: that of the names.
        n_bad_before: of each row that was skipped, how many of the table's come before it, ascending.
    """

    lines: Lines | None
    n_before: int
    n_bad_before: np.ndarray

    def place(self, row: int) -> str:
        """Where the table's row, from 0, stands."""
        if self.lines is None:
            return f"row {row + 1} (counted from 1)"
        n_bad = int(np.searchsorted(self.n_bad_before, row, side="right"))
        return f"line {self.lines.line(row + n_bad + self.n_before)}"


class TextTable(RawTable):
    """A table in a text file.

    Parameters:
        cells: as texts.
        rows: where they stand.
        told: what the file was taken for.
        layout: which cells stand for no value, and how labels end.
        delimiter: between the cells; where it is a semicolon, 1,5 may be a number.
        bad: rows that could not be read.
        notes: what was noticed while reading.
    """

    def __init__(
        self,
        cells: Kept,
        rows: FileRows,
        told: str,
        layout: TableLayout,
        delimiter: str,
        bad: BadRows,
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__(bad, layout.label_ending)
        self._own_notes = tuple(notes)
        pa = require_extra("pyarrow", "tables")
        self._missing = pa.array(sorted({"", *layout.missing}), pa.string())
        self._cells, self._rows, self._told, self.delimiter = cells, rows, told, delimiter
        self._misfits: dict[tuple[str, pyarrow.DataType], Misfits | None] = {}

    @cached_property
    def _kinds(self) -> dict[str, str]:
        kinds = find_kinds(self._cells.table.to_batches(), len(self.names), self._missing, self.delimiter)
        return dict(zip(self.names, kinds, strict=True))

    @property
    def types(self) -> "dict[str, pyarrow.DataType]":
        """What the cells of each column stand for."""
        return {name: type_of(kind) for name, kind in self._kinds.items()}

    @property
    def names(self) -> list[str]:
        """All columns of the file."""
        return self._cells.table.column_names

    @property
    def notes(self) -> list[str]:
        """Columns of numbers that are written otherwise, and of texts that look like numbers or dates."""
        return [
            *self._own_notes,
            *self._of_kind("decimal comma", "The comma is the decimal point in"),
            *self._of_kind("thousands", "The comma parts thousands in"),
            *self._lookalikes()[:SHOWN_NOTES],
        ]

    def _of_kind(self, wanted: str, what: str) -> list[str]:
        """A sentence on the columns of that kind, if there are any."""
        names = [f"'{shown(name)}'" for name, kind in self._kinds.items() if kind == wanted]
        return [f"{what} {', '.join(names[:SHOWN_NOTES])}."] if names else []

    def tell(self) -> str:
        """What the file was taken for."""
        return self._told

    def place(self, row: int) -> str:
        """The row's line in the file."""
        return f"{self.name}, {self._rows.place(row)}"

    def batches(self, types: "Mapping[str, pyarrow.DataType]") -> "Iterator[pyarrow.RecordBatch]":
        """All rows of these columns."""
        pa = require_extra("pyarrow", "tables")
        schema = pa.schema(list(types.items()))
        for batch in self._cells.table.select(list(types)).to_batches():
            columns = [
                self._as_type(clean(column, self._missing), name, kind)
                for column, (name, kind) in zip(batch.columns, types.items(), strict=True)
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    def texts(self) -> "Iterator[pyarrow.RecordBatch]":
        """All rows and columns as they stand in the file."""
        yield from self._cells.table.to_batches()

    def _as_type(self, cells: "pyarrow.Array", name: str, kind: "pyarrow.DataType") -> "pyarrow.Array":
        pa = require_extra("pyarrow", "tables")
        if kind == pa.string():
            return cells
        if self._kinds[name] != "text":
            return as_kind(cells, self._kinds[name]).cast(kind)
        misfits = self.misfits(name, kind)
        assert misfits is not None, "whoever asks for that type has found it to fit"  # noqa: S101
        return as_fitting(pa.chunked_array([cells]), misfits.kind).combine_chunks().cast(kind)

    def misfits(self, name: str, kind: "pyarrow.DataType") -> Misfits | None:
        """What keeps a column of texts from being of that type; None: it is empty, or that is no type for texts."""
        pa = require_extra("pyarrow", "tables")
        if kind not in (pa.int64(), pa.float64(), pa.bool_()):
            return None
        if (name, kind) not in self._misfits:
            kinds = ("boolean",) if kind == pa.bool_() else number_kinds(self.delimiter)
            self._misfits[name, kind] = find_misfits(self._clean_cells(name), kinds)
        return self._misfits[name, kind]

    def _clean_cells(self, name: str) -> "Iterator[pyarrow.Array]":
        """A column's texts as they stand in the file, null where they stand for no value."""
        for batch in self._cells.table.select([name]).to_batches():
            yield clean(batch.column(0), self._missing)

    @property
    def odd_columns(self) -> dict[str, str]:
        """A sentence on each column that holds a few texts among its numbers."""
        pa = require_extra("pyarrow", "tables")
        sentences: dict[str, str] = {}
        for name in [name for name, kind in self._kinds.items() if kind == "text"]:
            found = self.misfits(name, pa.float64())
            if found is not None and found.are_few and found.n_misfits and len(sentences) < SHOWN_NOTES:
                sentences[name] = (
                    f"'{shown(name)}' is taken for texts: {found.n_misfits:,} of its {found.n_cells:,} cells are no "
                    f"numbers, the first in {self.place(found.row)}: '{shown(found.text)}'."
                )
        return sentences

    def _lookalikes(self) -> list[str]:
        """A sentence on each column of texts that begins with what a person takes for dates or numbers."""
        pc = require_extra("pyarrow.compute", "tables")
        notes: list[str] = []
        for name in [name for name, kind in self._kinds.items() if kind == "text"]:
            cells = clean(self._cells.table.column(name).chunk(0), self._missing).drop_null()
            for pattern, required in LOOKALIKES.items():
                if len(cells) and pc.all(pc.match_substring_regex(cells, pattern)).as_py():
                    arrived = shown(cells[0].as_py())
                    notes.append(f"'{shown(name)}' is taken for texts: {required}, '{arrived}' is not so.")
        return notes


def csv_table(path: Path, layout: TableLayout, bad: BadRows, in_memory: int, folder: Path | None) -> TextTable:
    """The table of a CSV file.

    Parameters:
        path: of the file, perhaps in gzip.
        layout: what is known of it.
        bad: takes the rows of the wrong width.
        in_memory: as for `keep`.
        folder: likewise.

    Raises:
        MissingFileError: it is not there.
        FormatError: it is not UTF-8, a row is too long, has too many cells or too few, or there is none.
    """
    pa = require_extra("pyarrow", "tables")
    layout = heed_separator_line(path, layout)
    dialect = find_dialect(path, layout)
    with opened(path) as file:
        skip_lines(file, layout.skip_first_lines)
        lines = count_lines(file, bad.name, dialect.delimiter, dialect.has_quotes, layout.skip_first_lines + 1)
    schema = pa.schema([(name, pa.string()) for name in dialect.names])
    bad_rows: list[int] = []
    with opened(path) as file:
        skip_lines(file, layout.skip_first_lines)
        with closing(csv_rows(file, dialect, lines, bad, bad_rows)) as batches:
            cells = keep(batches, schema, in_memory, folder)
    n_rows = cells.table.num_rows
    if not n_rows:
        what = "only a row of names" if dialect.has_header else "none that can be read"
        raise FormatError(f"{path}: a table with at least one row is required, this one has {what}")
    n_names = int(dialect.has_header)
    is_certain = lines.n_rows == n_names + n_rows + len(bad_rows)
    rows = FileRows(lines if is_certain else None, n_names, np.array(bad_rows) - n_names - np.arange(len(bad_rows)))
    format_name = "TSV" if dialect.delimiter == TAB and len(dialect.names) > 1 else "CSV"
    n_all = n_rows + len(bad_rows)
    told = f"a table ({format_name}, {dialect.tell()}: {counted(n_all, 'row')} and {counted(len(schema), 'column')})"
    return TextTable(cells, rows, told, layout, dialect.delimiter, bad, dialect.tell_single())


def csv_rows(
    file: BufferedIOBase, dialect: Dialect, lines: Lines, bad: BadRows, bad_rows: list[int]
) -> "Generator[pyarrow.RecordBatch, None, None]":
    """The rows of a CSV file but that of the names; the numbers of those of the wrong width are put into `bad_rows`."""
    pa = require_extra("pyarrow", "tables")
    refused: list[Exception] = []

    def on_bad_row(row: int, n_cells: int, text: str) -> bool:
        cells = "1 cell is" if len(dialect.names) == 1 else f"{len(dialect.names):,} cells are"
        required = f"{cells} required, as in the first row, {n_cells:,} arrived"
        try:
            bad.add(f"{bad.name}, line {lines.line(row)}", f"{required} ('{shown(text)}')")
        except FormatError as error:
            refused.append(error)
            return False
        bad_rows.append(row)
        return True

    has_names_before = dialect.has_header
    try:
        for batch in read_cells(file, dialect.delimiter, dialect.has_quotes, dialect.names, on_bad_row):
            yield batch.slice(1) if has_names_before else batch
            has_names_before = has_names_before and not len(batch)
    except pa.ArrowInvalid as error:
        raise (refused or [FormatError(f"{bad.name}: {error}")])[0] from None
    if refused:
        raise refused[0]


def json_table(path: Path, layout: TableLayout, bad: BadRows, in_memory: int, folder: Path | None) -> TextTable:
    """The table of an NDJSON file.

    Parameters:
        path, layout, bad, in_memory, folder: as for `csv_table`.

    Raises:
        MissingFileError: it is not there.
        FormatError: a line is no JSON object, too long or not UTF-8, or there are too many keys.
    """
    pa = require_extra("pyarrow", "tables")

    def on_bad_line(line: int, why: str) -> None:
        bad.add(f"{bad.name}, line {line}", why)

    with opened(path) as file:
        names, nested, lines = read_keys(file, bad.name)
    if not names:
        with opened(path) as file:
            for _ in read_json_cells(file, bad.name, [], on_bad_line):
                pass
        raise FormatError(
            f"{path}: a table with at least one row is required, there is no object with a text, a number or a truth "
            "value"
        )
    with opened(path) as file:
        schema = pa.schema([(name, pa.string()) for name in names])
        cells = keep(read_json_cells(file, bad.name, names, on_bad_line), schema, in_memory, folder)
    told = f"a table (NDJSON: {counted(cells.table.num_rows, 'row')} and {counted(len(names), 'column')})"
    notes = tell_foreign([(name, "lists or objects") for name in nested])
    return TextTable(cells, FileRows(lines, 0, np.zeros(0, np.int64)), told, layout, ",", bad, notes)
