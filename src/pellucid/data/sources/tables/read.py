"""Tables read: from files of every format and from memory, alone or with a second file that judges."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pellucid.data.sources.extras import require_extra
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.tables.choice import choose_columns, text_columns
from pellucid.data.sources.tables.examples import TableExamples, Written, tell_misfits
from pellucid.data.sources.tables.finite import finite_batches
from pellucid.data.sources.tables.labels import is_labelled, read_label_cells
from pellucid.data.sources.tables.layout import FOUND_OUT, TableLayout
from pellucid.data.sources.tables.misfits import Misfits
from pellucid.data.sources.tables.names import shown
from pellucid.data.sources.tables.opening import find_format
from pellucid.data.sources.tables.plain import common_type
from pellucid.data.sources.tables.raw import BadRows, RawTable
from pellucid.data.sources.tables.spool import IN_MEMORY_BYTES, Kept, keep
from pellucid.data.sources.tables.text_table import TextTable, csv_table, json_table
from pellucid.data.sources.tables.typed_table import arrow_table, parquet_table, table_in_memory
from pellucid.errors import DataError, FormatError

if TYPE_CHECKING:
    import pyarrow


def read_table(
    path: Path,
    reading: Reading,
    labelled: bool = True,
    *,
    layout: TableLayout = FOUND_OUT,
    test_layout: TableLayout | None = None,
    folder: Path | None = None,
) -> TableExamples:
    """The rows of a table file as examples.

    Parameters:
        path: of a CSV, TSV, NDJSON, Parquet or Arrow file; text files may be in gzip.
        reading: the person's choices; `test` may be the path of a second file with the same columns.
        labelled: whether a column of labels is required.
        layout: what is known of a text file; the rest is found out.
        test_layout: likewise of the second file, where it differs.
        folder: where a table that is too large for memory is converted to a file that is mapped; None: where the system
            keeps temporary files.

    Raises:
        MissingFileError: a file is not there.
        FormatError: a file is damaged, or a row cannot be read; the message names it.
        DataError, UnknownNameError: the columns that are asked for are not there.
    """
    raws = [open_table(path, reading, layout, folder)]
    if labelled and isinstance(reading.test, str):
        raws.append(open_table(Path(reading.test), reading, test_layout or layout, folder))
    return gather(raws, reading, labelled, folder)


def table_examples(table: object, reading: Reading, name: str, labelled: bool = True) -> TableExamples:
    """The rows of a table in memory as examples.

    Parameters:
        table: an Arrow table, a DataFrame of pandas or Polars or anything else that offers Arrow's stream, a mapping of
            columns, or a sequence of rows, each a mapping.
        reading: as for `read_table`.
        name: to call it in messages.
        labelled: whether a column of labels is required.

    Raises:
        As `read_table`; DataError: it is no table.
    """
    raws: list[RawTable] = [table_in_memory(table, BadRows(name, reading.on_error))]
    if labelled and isinstance(reading.test, str):
        raws.append(open_table(Path(reading.test), reading, FOUND_OUT, None))
    return gather(raws, reading, labelled, None)


def open_table(path: Path, reading: Reading, layout: TableLayout, folder: Path | None) -> RawTable:
    """The table of a file, nothing chosen from it yet.

    Raises:
        MissingFileError: it is not there. FormatError: it is no such file, or a row cannot be read.
    """
    bad = BadRows(path.name, reading.on_error)
    found = find_format(path)
    if found == "Parquet":
        return parquet_table(path, bad)
    if found == "Arrow":
        return arrow_table(path, bad)
    return (json_table if found == "NDJSON" else csv_table)(path, layout, bad, memory_of(reading), folder)


def memory_of(reading: Reading) -> int:
    """The bytes of a table that may lie in memory."""
    return min(IN_MEMORY_BYTES, IN_MEMORY_BYTES if reading.memory is None else reading.memory)


class Finished(NamedTuple):
    """The columns of one table that were chosen, as plain types.

    Attributes:
        kept: all rows.
        is_bad: which of them cannot be read.
    """

    kept: Kept
    is_bad: np.ndarray


def finish(raw: RawTable, types: "Mapping[str, pyarrow.DataType]", in_memory: int, folder: Path | None) -> Finished:
    """These columns of a table; rows with a number that is not finite are told of, and not examples."""
    pa = require_extra("pyarrow", "tables")
    bad_rows: list[int] = []
    kept = keep(finite_batches(raw, types, bad_rows), pa.schema(list(types.items())), in_memory, folder)
    if not kept.table.num_rows:
        raise FormatError(f"{raw.name}: a table with at least one row is required, this one has none")
    is_bad = np.zeros(kept.table.num_rows, bool)
    is_bad[bad_rows] = True
    return Finished(kept, is_bad)


def gather(raws: Sequence[RawTable], reading: Reading, labelled: bool, folder: Path | None) -> TableExamples:
    """The examples of a table, and of a second one that judges.

    Parameters:
        raws: one or two tables; the second must have the columns of the first that are used.
        reading, labelled, folder: as for `read_table`.

    Raises:
        As `read_table`.
    """
    pa = require_extra("pyarrow", "tables")
    raw, in_memory = raws[0], memory_of(reading)
    common, lenient = common_types(raws, reading)
    types = {name: kind if kind != pa.null() else pa.string() for name, kind in common.items()}
    finished = [finish(raw, types, in_memory, folder)]
    texts = text_columns(finished[0].kept.table)
    choice = choose_columns(types, reading, raw.name, labelled, texts)
    used = [*choice.inputs, *([choice.label] if choice.label is not None else [])]
    if choice.label in lenient:  # a label that cannot be read is no missing one
        raise misfit(raw, raws[1], choice.label)
    for second in raws[1:]:
        lacking = [name for name in used if name not in second.types]
        if lacking:
            raise FormatError(
                f"{second.name}: the columns of {raw.name} are required, '{shown(lacking[0])}' is not there"
            )
        finished.append(finish(second, {name: types[name] for name in used}, in_memory, folder))
    sizes = [len(part.is_bad) for part in finished]
    table = pa.concat_tables([part.kept.table.select(used) for part in finished])

    def place(row: int) -> str:
        return raws[0].place(row) if row < sizes[0] else raws[1].place(row - sizes[0])

    is_example = ~np.concatenate([part.is_bad for part in finished])
    labels, notes = None, list(choice.notes)
    if choice.label is not None:
        labels, has_label = labels_of(raws, finished, choice.label)
        if not has_label[is_example].all():
            notes.append(f"Rows without a label, which are left out: {int((~has_label & is_example).sum()):,}.")
        is_example &= has_label
        if not is_example.any():
            raise DataError(f"{raw.name}: at least one row with a label in '{shown(choice.label)}' is required")
        labels = labels[is_example]
    inputs = table.select(list(choice.inputs))
    rows = np.flatnonzero(is_example)
    parts = np.repeat(np.array(["", "test"]), [*sizes, 0][:2])[rows] if len(raws) > 1 else None
    notes += [note for part in raws for note in part.notes]
    odd = {name: sentence for part in raws for name, sentence in part.odd_columns.items() if name not in lenient}
    return TableExamples(
        inputs,
        rows,
        place,
        n_own=sizes[0],
        may_leave_out=labelled and not reading.features,
        texts=texts,
        written=Written(raw.delimiter, odd) if isinstance(raw, TextTable) else None,
        told=raw.tell() + (f", and {raws[1].name} to test" if len(raws) > 1 else ""),
        labels=labels,
        parts=parts,
        notes=notes,
        misfits=[tell_misfits(name, found, raws[1].place(found.row)) for name, found in lenient.items()],
        skipped=[entry for part in raws for entry in part.bad.skipped],
        keeps=[part.kept.folder for part in finished],
    )


def labels_of(raws: Sequence[RawTable], finished: Sequence[Finished], name: str) -> tuple[np.ndarray, np.ndarray]:
    """The labels of all rows in that column, and which rows have one; what stands for the others is arbitrary."""
    cells = [part.kept.table.column(name) for part in finished]
    labels = [
        read_label_cells(column, name, raw.place, raw.label_ending) for column, raw in zip(cells, raws, strict=True)
    ]
    return np.concatenate(labels), np.concatenate([is_labelled(column) for column in cells])


def common_types(
    raws: Sequence[RawTable], reading: Reading
) -> "tuple[dict[str, pyarrow.DataType], dict[str, Misfits]]":
    """The type of each column of the first table, so that it holds the second's cells too.

    Returns:
        The types; and the second's columns of which some cells, at most half, are none of that type.

    Raises:
        FormatError: the second has other texts where the first has numbers.
    """
    pa = require_extra("pyarrow", "tables")
    types, lenient = dict(raws[0].types), dict[str, Misfits]()
    for second in raws[1:]:
        for name in types.keys() & second.types.keys() - set(reading.ignore):
            common = common_type(types[name], second.types[name])
            if common is None:
                found = second.misfits(name, types[name]) if isinstance(second, TextTable) else None
                if found is None or not found.are_few:
                    raise misfit(raws[0], second, name)
                lenient[name] = found
                common = pa.float64() if types[name] == pa.int64() else types[name]
            types[name] = common
    return types, lenient


def misfit(first: RawTable, second: RawTable, name: str) -> FormatError:
    """The error for a column of the second table that does not hold what it does in the first."""
    kind = first.types[name]
    odd = second.misfits(name, kind) if isinstance(second, TextTable) else None
    arrived = (
        f"{second.types[name]} arrived" if odd is None else f"'{shown(odd.text)}' arrived in {second.place(odd.row)}"
    )
    return FormatError(f"{second.name}: column '{shown(name)}' must hold {kind} as in {first.name}, {arrived}")
