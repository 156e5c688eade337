"""Which column of a table is the label, and which others are learnt from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pellucid.data.sources.extras import require_extra
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.tables.names import SHOWN, find_column, shown
from pellucid.errors import DataError, InvalidValueError, UnknownNameError

if TYPE_CHECKING:
    import pyarrow

LABEL_NAMES = ("label", "labels", "class", "target", "y", "category", "outcome")
"""What the column of labels is mostly called, the first that there is before the others."""
JUDGED_ROWS = 100_000
"""Whether a column tells rows apart only is judged by so many rows."""
LEAST_ROWS = 20
"""Of fewer, nothing follows from all values being different."""
ID_NAME = re.compile(
    r"(?i:ids?|idx|index|uuid|guid|key|rownames?|row(?:[ _]?(?:number|nr))?|unnamed: 0|.*[ _-](?:id|uuid|guid))"
    r"|.*[a-z]I[dD]"
)
"""What identifiers are called: id, customer_id, CustomerId, rowname."""
ID_SHARE = 0.5
"""A column that is called so is one if that share of its values are different; a store_id of five stores is none."""
WORDS_OF_A_TEXT = 3.0
"""Cells of so many words on average are texts, if most of them are different."""


class Choice(NamedTuple):
    """The parts that the columns of a table have.

    Attributes:
        label: the column of labels; None: there is none.
        inputs: the columns that may be learnt from, in the table's order.
        notes: which column was taken for the label, and why.
    """

    label: str | None
    inputs: tuple[str, ...]
    notes: tuple[str, ...]


def choose_columns(
    types: "Mapping[str, pyarrow.DataType]", reading: Reading, name: str, labelled: bool, texts: Sequence[str]
) -> Choice:
    """The label and the inputs.

    Parameters:
        types: of the columns that can be learnt from.
        reading: the person's choices.
        name: of the table, in messages.
        labelled: whether a label is required. Without, columns that are not there are not missed: rows to predict
            need no label, and of other columns the encoder knows which it needs.
        texts: the columns that hold texts of several words.

    Raises:
        UnknownNameError: a column that was asked for is not there.
        InvalidValueError: the label is also a feature, or ignored.
        DataError: no column is left to learn from.
    """
    names = list(types)
    if not labelled:
        left_out = {reading.label, *reading.ignore}
        wanted = set(reading.features).intersection(names) or names
        return Choice(None, tuple(column for column in names if column in wanted and column not in left_out), ())
    label, why = choose_label(names, reading, name, texts)
    ignored = set(find_ignored(names, reading, name))
    wanted = {find_column(wanted, names, "features", name) for wanted in reading.features}
    for choice, columns in (("ignore", ignored), ("features", wanted)):
        if label in columns:
            raise InvalidValueError(
                f"{choice}: '{shown(label)}' is the label of {name}; name another column with --label"
            )
    inputs = tuple(
        column for column in names if column != label and column not in ignored and (not wanted or column in wanted)
    )
    if not inputs:
        raise DataError(f"{name}: at least one column besides the label '{shown(label)}' is required to learn from")
    return Choice(label, inputs, (f"The label is the column '{shown(label)}'{why}.",))


def find_ignored(names: Sequence[str], reading: Reading, name: str) -> Iterator[str]:
    """The columns to ignore.

    Raises:
        UnknownNameError: one is not there, and must be.
    """
    for wanted in reading.ignore:
        try:
            yield find_column(wanted, names, "ignore", name)
        except UnknownNameError:
            if not reading.may_lack_ignored:
                raise


def choose_label(names: Sequence[str], reading: Reading, name: str, texts: Sequence[str]) -> tuple[str, str]:
    """The column of labels, and how it was found where nobody named it."""
    if reading.label is not None:
        return find_column(reading.label, names, "label", name), ""
    free = [column for column in names if column not in reading.ignore and column not in reading.features]
    by_name = {column.strip().lower(): column for column in free}
    for usual in LABEL_NAMES:
        if usual in by_name:
            return by_name[usual], ", by its name; --label names another"
    short = [column for column in free if column not in texts]
    if not free:
        raise DataError(f"{name}: a column of labels is required, none is left; name it with --label")
    if short and short[-1] != free[-1]:
        return short[-1], ", the last one that holds no long texts; --label names another"
    return free[-1], ", the last one; --label names another"


def text_columns(table: "pyarrow.Table") -> list[str]:
    """The columns that hold texts of several words."""
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    found: list[str] = []
    for name in table.column_names:
        cells = table.column(name).slice(0, JUDGED_ROWS)
        if cells.type != pa.string() or cells.null_count == len(cells):
            continue
        n_words = pc.mean(pc.add(pc.count_substring_regex(cells, r"\s+"), 1)).as_py()
        share = pc.count_distinct(cells).as_py() / (len(cells) - cells.null_count)
        if n_words >= WORDS_OF_A_TEXT and share >= ID_SHARE:
            found.append(name)
    return found


def useless_columns(table: "pyarrow.Table", texts: Sequence[str], n_rows: int) -> Iterator[tuple[str, str]]:
    """The columns that nothing can be learnt from, and why: of one value only, or numbers and names of the rows.

    Parameters:
        table: the columns that may be learnt from; all rows, or those that are learnt from.
        texts: those that hold texts, which differ from row to row without naming them.
        n_rows: of the whole table, which the numbers of its rows do not go beyond.
    """
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    for name in table.column_names:
        cells = table.column(name)
        judged = cells.slice(0, JUDGED_ROWS)
        n_distinct = pc.count_distinct(judged, mode="all").as_py()
        if n_distinct <= 1 and is_constant(cells):
            yield name, "the same in all rows" if cells.null_count < len(cells) else "empty in all rows"
            continue
        is_text, is_whole = cells.type == pa.string(), are_whole(judged)
        if not (is_text or is_whole) or name in texts or cells.null_count:
            continue
        are_all_different = n_distinct == len(judged)
        if ID_NAME.fullmatch(name.strip()) and n_distinct >= max(ID_SHARE * len(judged), 2):
            yield name, "an identifier by its name and values"
        elif are_all_different and len(judged) >= LEAST_ROWS and tell_apart_only(judged, is_whole, n_rows):
            yield name, "different in every row, as an identifier is"


def is_constant(cells: "pyarrow.ChunkedArray") -> bool:
    """Whether all cells are equal, or all missing."""
    pc = require_extra("pyarrow.compute", "tables")
    if cells.null_count:
        return cells.null_count == len(cells)
    return all(pc.all(pc.equal(chunk, cells[0])).as_py() is not False for chunk in cells.chunks)


def tell_apart_only(cells: "pyarrow.ChunkedArray", is_whole: bool, n_rows: int) -> bool:
    """Whether cells that are all different say nothing of their rows but which they are.

    Texts do not, unless they are dates; nor do whole numbers as close together as the numbers of so many rows are.
    """
    from pellucid.data.features.table.learn import holds_moments

    if not is_whole:
        return not holds_moments(cells)
    bounds = require_extra("pyarrow.compute", "tables").min_max(cells)
    return bounds["max"].as_py() - bounds["min"].as_py() < n_rows


def are_whole(cells: "pyarrow.ChunkedArray") -> bool:
    """Whether they are whole numbers, also where they are stored as others."""
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    if cells.type == pa.float64():
        return pc.all(pc.equal(cells, pc.floor(cells))).as_py() is True
    return cells.type == pa.int64()


def tell_left_out(left_out: Sequence[tuple[str, str]]) -> str:
    """One sentence on the columns that were left out."""
    listed = ", ".join(f"'{shown(name)}' ({why})" for name, why in left_out[:SHOWN])
    more = f" and {len(left_out) - SHOWN:,} more" if len(left_out) > SHOWN else ""
    return f"Left out: {listed}{more}; --features names the columns to learn from."
