"""Numbers that are none taken out: NaN is a missing value, and a row with an infinite number cannot be read."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pellucid.data.sources.extras import require_extra
from pellucid.data.sources.tables.names import shown
from pellucid.data.sources.tables.raw import RawTable

if TYPE_CHECKING:
    import pyarrow


def finite_batches(
    raw: RawTable, types: "Mapping[str, pyarrow.DataType]", bad_rows: list[int]
) -> "Iterator[pyarrow.RecordBatch]":
    """The rows of these columns with finite numbers and missing values only.

    Parameters:
        raw: the table.
        types: of the columns.
        bad_rows: the numbers of the rows that hold an infinite number, or one beyond 64 bits, are put there.

    Raises:
        FormatError: there is such a row, and such rows are not skipped.
    """
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    floating = [number for number, kind in enumerate(types.values()) if kind == pa.float64()]
    first, absent = 0, pa.scalar(None, pa.float64())
    for batch in raw.batches(types):
        found: dict[int, int] = {}
        columns = list(batch.columns)
        for number in floating:
            cells = columns[number]
            is_infinite = pc.fill_null(pc.is_inf(cells), False)
            if pc.any(is_infinite).as_py():
                places = pc.indices_nonzero(is_infinite).to_pylist()
                found.update(dict.fromkeys(places, number))
            columns[number] = pc.if_else(pc.or_(pc.is_nan(cells), is_infinite), absent, cells)
        for place in sorted(found):
            name = batch.schema.field(found[place]).name
            raw.bad.add(
                raw.place(first + place),
                f"column '{shown(name)}': a finite number is required, an infinite one or one beyond 64 bits arrived",
            )
            bad_rows.append(first + place)
        yield pa.RecordBatch.from_arrays(columns, schema=batch.schema)
        first += len(batch)
