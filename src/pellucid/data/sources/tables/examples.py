"""Rows of a table as examples."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Shaped

from pellucid.data.features import Encoder
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.extras import require_extra
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.tables.fingerprints import fingerprint_rows
from pellucid.errors import DataError

if TYPE_CHECKING:
    import pyarrow

LEARNT_ROWS = 1_000_000
"""An encoder is learnt from so many rows of the training part, spread evenly over it, where there are more."""


class TableExamples(Examples):
    """Rows of a table, each an example.

    Parameters:
        table: the columns that may be learnt from; all rows.
        rows: those that are examples, ascending.
        place: what messages call a row of the table.
        learnt: the columns that are learnt from; `contents` holds the others too, which a model that was made before
            may need.
        texts: the columns that hold texts of several words.
        told: what they were taken for.
        labels: of the examples.
        parts: likewise.
        notes: what was noticed.
        skipped: rows that could not be read, and why.
        keeps: what must live as long as the table.
    """

    KIND = "table"

    def __init__(
        self,
        table: "pyarrow.Table",
        rows: np.ndarray,
        place: Callable[[int], str],
        *,
        learnt: Sequence[str],
        texts: Sequence[str],
        told: str,
        labels: np.ndarray | None = None,
        parts: np.ndarray | None = None,
        notes: Sequence[str] = (),
        skipped: Sequence[tuple[str, str]] = (),
        keeps: object = None,
    ) -> None:
        self.table, self.rows, self._place = table, rows, place
        self.learnt, self._texts, self._keeps = tuple(learnt), tuple(texts), keeps
        self.told, self.labels, self.parts = told, labels, parts
        self.notes, self.skipped = tuple(notes), tuple(skipped)
        self._batches = table.to_batches()
        self._firsts = np.cumsum([0, *(len(batch) for batch in self._batches)])

    def __len__(self) -> int:
        """How many examples there are."""
        return len(self.rows)

    def name(self, row: int) -> str:
        """What messages call that example: "people.csv, line 7"."""
        return self._place(int(self.rows[row]))

    def contents(self, rows: np.ndarray) -> "pyarrow.Table":
        """These examples, in this order, in all columns that may be learnt from."""
        pa = require_extra("pyarrow", "tables")
        wanted = self.rows[rows]
        order = np.argsort(wanted, kind="stable")
        ascending = wanted[order]
        numbers = np.searchsorted(self._firsts, ascending, side="right") - 1
        cuts = np.flatnonzero(np.diff(numbers)) + 1
        taken = [
            self._batches[numbers[some[0]]].take(pa.array(ascending[some] - self._firsts[numbers[some[0]]]))
            for some in np.split(np.arange(len(ascending)), cuts)
            if len(some)
        ]
        table = pa.Table.from_batches(taken, self.table.schema)
        is_sorted = bool((order[1:] > order[:-1]).all())
        return table if is_sorted else table.take(pa.array(np.argsort(order)))

    def fingerprints(self) -> Shaped[np.ndarray, " n_samples"]:
        """A digest of each example's cells in the columns that are learnt from."""
        return fingerprint_rows(self.table.select(list(self.learnt or self.table.column_names)).to_batches())[self.rows]

    def learn_encoder(self, rows: np.ndarray, reading: Reading) -> Encoder:
        """The encoder of the columns that are learnt from.

        Raises:
            InvalidValueError: a choice in `reading.encoding` is unknown or does not fit.
            DataError: nothing can be learnt from these rows.
        """
        from pellucid.data.features.table import learn_table_encoder

        if not self.learnt:
            raise DataError(f"{self.told}: a column to learn from is required, there is none. {' '.join(self.notes)}")
        spread = rows[:: -(-len(rows) // LEARNT_ROWS) or 1]
        return learn_table_encoder(self.contents(spread).select(list(self.learnt)), reading.encoding)

    def text_column(self) -> str | None:
        """The column of texts, where it is the only one that is learnt from; None: there is another, or none."""
        return self.learnt[0] if len(self.learnt) == 1 and self.learnt[0] in self._texts else None

    def texts(self, column: str) -> list[str]:
        """The examples' cells in a column of texts; a missing one is an empty text."""
        cells = self.contents(np.arange(len(self))).column(column)
        return [cell or "" for cell in cells.to_pylist()]
