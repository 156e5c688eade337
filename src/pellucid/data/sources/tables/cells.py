"""The cells of a CSV file as texts, a batch of rows at a time; rows of the wrong width are told of."""

from collections.abc import Callable, Iterator, Sequence
from io import BufferedIOBase
from typing import TYPE_CHECKING

from pellucid.data.sources.extras import require_extra

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.csv

ARROW_BLOCK_BYTES = 2**25
"""More than the longest row that `count_lines` lets through: Arrow refuses rows that do not fit into a block."""

BadRow = Callable[[int, int, str], bool]
"""Called with a row's number from 0, its number of cells, and its text; the answer says whether to skip it."""


def read_cells(
    file: BufferedIOBase, delimiter: str, has_quotes: bool, names: Sequence[str], on_bad_row: BadRow
) -> Iterator["pyarrow.RecordBatch"]:
    """All rows, that of the names too, in columns of texts.

    Every column is read as text and its kind found out afterwards, from all of its cells: Arrow's streaming reader
    would decide by the first block alone, and fail where a later one differs.

    Parameters:
        file: at the first row.
        delimiter: between the cells.
        has_quotes: whether cells may stand in quotation marks.
        names: of the columns, all different.
        on_bad_row: asked about rows that do not have as many cells.

    Raises:
        pyarrow.ArrowInvalid: `on_bad_row` has refused a row.
    """
    pa, csv = require_extra("pyarrow", "tables"), require_extra("pyarrow.csv", "tables")

    def handle(row: "pyarrow.csv.InvalidRow") -> str:
        return "skip" if on_bad_row(row.number - 1, row.actual_columns, row.text) else "error"

    yield from csv.open_csv(
        file,
        # One thread: only then does Arrow number the rows that it refuses.
        read_options=csv.ReadOptions(use_threads=False, block_size=ARROW_BLOCK_BYTES, column_names=list(names)),
        parse_options=csv.ParseOptions(
            delimiter=delimiter,
            quote_char='"' if has_quotes else False,
            newlines_in_values=has_quotes,
            invalid_row_handler=handle,
        ),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )
