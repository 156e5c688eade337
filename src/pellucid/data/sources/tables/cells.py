"""The cells of a CSV file as texts, a batch of rows at a time; rows of the wrong width are told of."""

from collections.abc import Callable, Generator, Sequence
from io import BufferedIOBase
from threading import Lock
from typing import TYPE_CHECKING

from pellucid.data.sources.extras import require_extra

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.csv

ARROW_BLOCK_BYTES = 2**25
"""More than the longest row that `count_lines` lets through: Arrow refuses rows that do not fit into a block."""

BadRow = Callable[[int, int, str], bool]
"""Called with a row's number from 0, its number of cells, and its text; the answer says whether to go on."""


def read_cells(
    file: BufferedIOBase, delimiter: str, has_quotes: bool, names: Sequence[str], on_bad_row: BadRow
) -> Generator["pyarrow.RecordBatch", None, None]:
    """All rows, that of the names too, in columns of texts; up to the one that `on_bad_row` does not go on from.

    Every column is read as text and its kind found out afterwards, from all of its cells: Arrow's streaming reader
    would decide by the first block alone, and fail where a later one differs.

    Arrow reads ahead in a thread of its own. However this ends, that thread has come to an end of the file first: one
    that still reads a Python file when the program ends makes the interpreter abort, or hang.

    Parameters:
        file: at the first row.
        delimiter: between the cells.
        has_quotes: whether cells may stand in quotation marks.
        names: of the columns, all different.
        on_bad_row: asked about rows that do not have as many cells.

    Raises:
        pyarrow.ArrowInvalid: the rows are none that Arrow can read.
    """
    pa, csv = require_extra("pyarrow", "tables"), require_extra("pyarrow.csv", "tables")
    ending = EndingFile(file)

    def handle(row: "pyarrow.csv.InvalidRow") -> str:
        # An error would leave Arrow's thread to itself: the row is skipped, as are those that have been read ahead.
        if not ending.is_over and not on_bad_row(row.number - 1, row.actual_columns, row.text):
            ending.end()
        return "skip"

    try:
        reader = csv.open_csv(
            ending,
            # One thread: only then does Arrow number the rows that it refuses.
            read_options=csv.ReadOptions(use_threads=False, block_size=ARROW_BLOCK_BYTES, column_names=list(names)),
            parse_options=csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if has_quotes else False,
                newlines_in_values=has_quotes,
                invalid_row_handler=handle,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
        try:
            for batch in reader:
                if ending.is_over:
                    return
                yield batch
        finally:
            ending.end()
            for _ in reader:  # what was read ahead, until Arrow has seen the end
                pass
    finally:
        ending.end()


class EndingFile:
    """A file that Arrow reads in its thread, and that can be made to end there.

    Parameters:
        file: at its first byte to be read.
    """

    closed = False

    def __init__(self, file: BufferedIOBase) -> None:
        self._file, self._lock, self.is_over = file, Lock(), False

    def read(self, n_bytes: int = -1) -> bytes:
        """The next bytes; none where the file ends, or was made to."""
        with self._lock:
            return b"" if self.is_over else self._file.read(n_bytes)

    def end(self) -> None:
        """Makes it end here; nothing is being read from it any more when this returns."""
        with self._lock:
            self.is_over = True
