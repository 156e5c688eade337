"""Rows of a table as examples."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Shaped

from pellucid.data.features import Encoder
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.extras import require_extra
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.tables.choice import tell_left_out, useless_columns
from pellucid.data.sources.tables.fingerprints import fingerprint_rows
from pellucid.data.sources.tables.kinds import possible_kinds
from pellucid.data.sources.tables.misfits import KINDS_OF, Misfits, as_fitting, find_misfits, number_kinds
from pellucid.data.sources.tables.names import SHOWN, shown
from pellucid.errors import DataError, counted

if TYPE_CHECKING:
    import pyarrow

LEARNT_ROWS = 1_000_000
"""An encoder is learnt from so many rows of the training part, spread evenly over it, where there are more."""


class Written(NamedTuple):
    """What is known of columns that were read from a file of texts, in which anything may stand.

    Attributes:
        delimiter: between its cells, by which it is known how numbers may be written.
        odd: by their names, a sentence on each column of texts that a few cells keep from being numbers.
    """

    delimiter: str
    odd: Mapping[str, str]


class TableExamples(Examples):
    """Rows of a table, each an example.

    What a column is, is judged twice: by all rows but those of a second file, to find equal rows and to know texts; and
    by the rows that are learnt from alone, to learn from it.

    Parameters:
        table: the columns that may be learnt from; all rows.
        rows: those that are examples, ascending.
        place: what messages call a row of the table.
        n_own: the first so many rows of the table are not those of a second file.
        may_leave_out: whether columns that nothing can be learnt from are left out, as nobody has named those to take.
        texts: the columns that hold texts of several words.
        told: what they were taken for.
        written: None: the columns have types, which say what they are.
        labels: of the examples.
        parts: likewise.
        notes: what was noticed.
        misfits: sentences on cells of a second file that are not what their column is.
        skipped: rows that could not be read, and why.
        keeps: what must live as long as the table.

    Attributes:
        learnt: the columns that are learnt from; `contents` holds the others too, which a model that was made before
            may need.
    """

    KIND = "table"

    def __init__(
        self,
        table: "pyarrow.Table",
        rows: np.ndarray,
        place: Callable[[int], str],
        *,
        n_own: int,
        may_leave_out: bool,
        texts: Sequence[str],
        told: str,
        written: Written | None = None,
        labels: np.ndarray | None = None,
        parts: np.ndarray | None = None,
        notes: Sequence[str] = (),
        misfits: Sequence[str] = (),
        skipped: Sequence[tuple[str, str]] = (),
        keeps: object = None,
    ) -> None:
        self.table, self.rows, self._place = table, rows, place
        self._n_own, self._may_leave_out, self._texts = n_own, may_leave_out, tuple(texts)
        self._written, self._keeps = written, keeps
        self.told, self.labels, self.parts, self.skipped = told, labels, parts, tuple(skipped)
        self._noticed, self._of_second_file = tuple(notes), tuple(misfits)
        self._batches = table.to_batches()
        self._firsts = np.cumsum([0, *(len(batch) for batch in self._batches)])
        self._taken_for: dict[str, Misfits] = {}
        self._choose(table.slice(0, n_own))
        self._compared = self.learnt

    def _choose(self, table: "pyarrow.Table") -> None:
        """The columns that are learnt from, judged by these rows."""
        left_out = list(useless_columns(table, self._texts, self._n_own)) if self._may_leave_out else []
        self.learnt = tuple(name for name in table.column_names if name not in dict(left_out))
        self._left_out = tuple(left_out)
        self._tell()

    def _tell(self) -> None:
        """What was noticed so far."""
        odd = {} if self._written is None else self._written.odd
        self.notes = (
            *self._noticed,
            *([tell_left_out(self._left_out)] if self._left_out else []),
            *tell_missing(self.table.select(list(self.learnt))),
            *(sentence for name, sentence in odd.items() if name not in self._taken_for),
        )
        self.misfits = (
            *self._of_second_file,
            *(
                tell_misfits(name, found, self._place(found.row))
                for name, found in self._taken_for.items()
                if found.n_misfits
            ),
        )

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
        for name, found in self._taken_for.items():
            cells = as_fitting(table.column(name), found.kind)
            table = table.set_column(table.column_names.index(name), name, cells)
        is_sorted = bool((order[1:] > order[:-1]).all())
        return table if is_sorted else table.take(pa.array(np.argsort(order)))

    def fingerprints(self) -> Shaped[np.ndarray, " n_samples"]:
        """A digest of each example's cells in the columns that are learnt from, as all rows have it."""
        compared = list(self._compared or self.table.column_names)
        return fingerprint_rows(self.table.select(compared).to_batches())[self.rows]

    def learn_encoder(self, rows: np.ndarray, reading: Reading) -> Encoder:
        """The encoder of the columns that are learnt from; which they are, and what they hold, these rows alone say.

        Raises:
            InvalidValueError: a choice in `reading.encoding` is unknown or does not fit.
            DataError: nothing can be learnt from these rows.
        """
        from pellucid.data.features.table import learn_table_encoder

        spread = rows[:: -(-len(rows) // LEARNT_ROWS) or 1]
        as_categories = [name.strip() for name in reading.encoding.get("category", "").split(",")]
        self._take_for_what_they_are(self.contents(spread), as_categories)
        table = self.contents(spread)
        self._choose(table)
        if not self.learnt:
            raise DataError(f"{self.told}: a column to learn from is required, there is none. {' '.join(self.notes)}")
        encoder = learn_table_encoder(table.select(list(self.learnt)), reading.encoding)
        self.prepare_for(encoder)
        return encoder

    def _take_for_what_they_are(self, table: "pyarrow.Table", as_categories: Sequence[str]) -> None:
        """Columns of which other rows alone have made texts are what these rows say.

        Parameters:
            table: these rows.
            as_categories: columns that stay as they are.
        """
        if self._written is None:
            return
        for name in table.column_names:
            cells = table.column(name)
            if cells.type != require_extra("pyarrow", "tables").string() or name in as_categories:
                continue
            possible = possible_kinds(cells.chunks, self._written.delimiter)
            kinds = [kind for kind in (*number_kinds(self._written.delimiter), "boolean") if kind in possible]
            found = find_misfits(self.table.column(name).chunks, kinds) if kinds else None
            if found is not None and found.are_few and cells.null_count < len(cells):
                self._taken_for[name] = found

    def prepare_for(self, encoder: Encoder) -> None:
        """Takes texts that are none of what their column holds for missing cells, where at least half of them are."""
        from pellucid.data.features.table import TableEncoder

        pa = require_extra("pyarrow", "tables")
        assert isinstance(encoder, TableEncoder), "of this kind"  # noqa: S101
        for column in encoder.columns:
            is_text = (
                column.name in self.table.column_names and self.table.schema.field(column.name).type == pa.string()
            )
            if not is_text or column.name in self._taken_for or column.KIND not in KINDS_OF:
                continue
            kinds = KINDS_OF[column.KIND]
            if column.KIND == "number":
                kinds = number_kinds("" if self._written is None else self._written.delimiter)
            found = find_misfits(self.table.column(column.name).chunks, kinds)
            if found is not None and found.are_few and found.n_misfits:
                self._taken_for[column.name] = found
        self._tell()

    def text_column(self) -> str | None:
        """The column of texts, where it is the only one that is learnt from; None: there is another, or none."""
        return self.learnt[0] if len(self.learnt) == 1 and self.learnt[0] in self._texts else None

    def texts(self, column: str) -> list[str]:
        """The examples' cells in a column of texts; a missing one is an empty text."""
        cells = self.contents(np.arange(len(self))).column(column)
        return [cell or "" for cell in cells.to_pylist()]


def tell_misfits(name: str, found: Misfits, place: str) -> str:
    """A sentence on the cells of a column that are not what the examples to train on have there."""
    return (
        f"'{shown(name)}' holds {found.many} in the examples to train on: {found.n_misfits:,} of its {found.n_cells:,} "
        f"cells are none and count as missing, the first in {place}: '{shown(found.text)}'."
    )


def tell_missing(table: "pyarrow.Table") -> list[str]:
    """A sentence on the columns that have missing values, those with the most first; none where none has."""
    counts = [(table.column(name).null_count, name) for name in table.column_names]
    lacking = sorted(((count, name) for count, name in counts if count), key=lambda entry: -entry[0])
    if not lacking:
        return []
    listed = ", ".join(f"'{shown(name)}' {count:,}" for count, name in lacking[:SHOWN])
    more = f" and {counted(len(lacking) - SHOWN, 'more column')}" if len(lacking) > SHOWN else ""
    return [f"Missing values, of {counted(table.num_rows, 'row')}: {listed}{more}."]
