"""The cells of one column as NumPy arrays, whatever Arrow type they came in: a file's types vary from file to file."""

import re
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Shaped

from pellucid.data.sources.extras import require_extra
from pellucid.errors import DataError

if TYPE_CHECKING:
    import pyarrow

ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?|\d{2}:\d{2}.*", re.ASCII)
"""How a date or a time of day begins where it is written as text (ISO 8601)."""
MIDNIGHT = "1970-01-01"
"""The day that a time of day without a date is put on."""
TRUTHS = {"true": 1.0, "yes": 1.0, "1": 1.0, "false": 0.0, "no": 0.0, "0": 0.0}
MAX_SHOWN = 60


def quoted(text: str) -> str:
    """A name or a cell as a message shows it: on one line, and not too long of it."""
    return repr(text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…")


def fault(name: str, required: str, arrived: object, row: int, n_rows: int) -> DataError:
    """The error for a cell that is not what its column holds; of a single row the caller knows which it is."""
    place = f"row {row + 1:,} (counted from 1), " if n_rows > 1 else ""
    shown = quoted(arrived) if isinstance(arrived, str) else str(arrived)[:MAX_SHOWN]
    return DataError(f"{place}column {quoted(name)}: {required} is required, {shown} arrived")


def misfit(name: str, required: str, kind: "pyarrow.DataType | str") -> DataError:
    """The error for a column whose cells are all of a type that cannot be what is required."""
    return DataError(f"column {quoted(name)}: {required} is required, cells of type {str(kind)[:MAX_SHOWN]} arrived")


def plain(cells: "pyarrow.ChunkedArray") -> "pyarrow.ChunkedArray":
    """The cells without the dictionary that some columns of repeated values are stored with."""
    types = require_extra("pyarrow.types", "tables")
    return cells.cast(cells.type.value_type) if types.is_dictionary(cells.type) else cells


def is_text(kind: "pyarrow.DataType") -> bool:
    """Whether such cells are texts."""
    types = require_extra("pyarrow.types", "tables")
    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)


def is_number(kind: "pyarrow.DataType") -> bool:
    """Whether such cells are numbers; lengths of time are, in seconds."""
    types = require_extra("pyarrow.types", "tables")
    checks = (types.is_integer, types.is_floating, types.is_decimal, types.is_duration)
    return any(check(kind) for check in checks)


def texts_of(cells: "pyarrow.ChunkedArray", name: str) -> "pyarrow.ChunkedArray":
    """The cells as texts without white space around them; numbers as they are written: 3, not 3.0. Empty ones are null.

    Parameters:
        cells: of one column.
        name: the column's, for messages.

    Raises:
        DataError: they are nothing that can be written as text.
    """
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    types = require_extra("pyarrow.types", "tables")
    cells = plain(cells)
    if types.is_floating(cells.type):
        cells = pc.cast(cells, pa.float64())
        cells = pc.if_else(pc.is_nan(cells), pa.scalar(None, pa.float64()), cells)
    try:
        texts = pc.utf8_trim_whitespace(pc.cast(cells, pa.large_string()))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise misfit(name, "a text", cells.type) from error
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.large_string()), texts)


def numbers_of(cells: "pyarrow.ChunkedArray", name: str) -> Float[np.ndarray, " n_rows"]:
    """The cells as float64, NaN where one is missing; texts are read, truth values are 0 and 1.

    Parameters:
        cells, name: as for `texts_of`.

    Raises:
        DataError: one is no number; the message says which row.
    """
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    types = require_extra("pyarrow.types", "tables")
    cells = plain(cells)
    if types.is_duration(cells.type):
        return cells.cast(pa.duration("us"), safe=False).to_numpy() / np.timedelta64(1, "s")
    if types.is_boolean(cells.type):
        cells = pc.cast(cells, pa.int8())
    elif is_text(cells.type):
        cells = texts_of(cells, name)
    elif not (is_number(cells.type) or types.is_null(cells.type)):
        raise misfit(name, "a number", cells.type)
    try:
        return pc.cast(cells, pa.float64(), safe=False).to_numpy()
    except pa.ArrowInvalid:
        row = next(row for row in range(len(cells)) if not is_readable(cells.slice(row, 1)))
        raise fault(name, "a number", cells[row].as_py(), row, len(cells)) from None


def is_readable(cells: "pyarrow.ChunkedArray") -> bool:
    """Whether these texts are all numbers."""
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    try:
        pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def truths_of(cells: "pyarrow.ChunkedArray", name: str) -> Float[np.ndarray, " n_rows"]:
    """The cells as 0 and 1, NaN where one is missing; true, false, yes, no, 1 and 0 are read, in any case.

    Parameters:
        cells, name: as for `texts_of`.

    Raises:
        DataError: one is neither true nor false; the message says which row.
    """
    pc = require_extra("pyarrow.compute", "tables")
    texts = pc.utf8_lower(texts_of(cells, name)).combine_chunks().dictionary_encode()
    of_distinct = np.array([TRUTHS.get(text, np.nan) for text in texts.dictionary.to_pylist()] + [np.nan])
    number_of = texts.indices.fill_null(len(of_distinct) - 1).to_numpy(zero_copy_only=False)
    truths = of_distinct[number_of]
    unread = np.isnan(truths) & (number_of != len(of_distinct) - 1)
    if unread.any():
        row = int(np.argmax(unread))
        raise fault(name, "true or false", texts_of(cells, name)[row].as_py(), row, len(cells))
    return truths


def moments_of(cells: "pyarrow.ChunkedArray", name: str) -> Shaped[np.ndarray, " n_rows"]:
    """The cells as datetime64 in microseconds, NaT where one is missing; in UTC where they name their time zone.

    A time of day without a date lies on 1 January 1970.

    Parameters:
        cells, name: as for `texts_of`. Texts are read as ISO 8601 has them: 2024-03-01, 2024-03-01T12:30, 12:30.

    Raises:
        DataError: one is no date or time; the message says which row.
    """
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    types = require_extra("pyarrow.types", "tables")
    cells = plain(cells)
    kind = cells.type
    if is_text(kind):
        return read_moments(cells, name)
    if types.is_null(kind):
        return np.full(len(cells), np.datetime64("NaT", "us"))
    if types.is_time(kind):
        cells = pc.cast(pc.cast(cells, pa.time64("us"), safe=False), pa.int64())
    elif not (types.is_date(kind) or types.is_timestamp(kind)):
        raise misfit(name, "a date or a time", kind)
    zone = kind.tz if types.is_timestamp(kind) else None
    try:
        return pc.cast(cells, pa.timestamp("us", zone), safe=kind != pa.timestamp("ns", zone)).to_numpy()
    except pa.ArrowInvalid as error:
        raise misfit(name, "a date within 200,000 years of today", f"{kind} far from it") from error


def read_moments(cells: "pyarrow.ChunkedArray", name: str) -> Shaped[np.ndarray, " n_rows"]:
    """The moments that texts name: each distinct text is read once."""
    texts = texts_of(cells, name).combine_chunks().dictionary_encode()
    of_distinct: list[datetime | None] = []
    for number, text in enumerate(texts.dictionary.to_pylist()):
        moment = read_moment(text)
        if moment is None:
            row = int(np.argmax(texts.indices.fill_null(-1).to_numpy(zero_copy_only=False) == number))
            raise fault(name, "a date or a time as in 2024-03-01 or 2024-03-01T12:30", text, row, len(cells))
        of_distinct.append(moment)
    moments = np.array([*of_distinct, None], "datetime64[us]")
    return moments[texts.indices.fill_null(len(of_distinct)).to_numpy(zero_copy_only=False)]


def read_moment(text: str) -> datetime | None:
    """The moment that a text names, in UTC where it names its time zone and without one; None: it names none.

    >>> read_moment("2024-03-01T12:30+02:00"), read_moment("12:30"), read_moment("May")
    (datetime.datetime(2024, 3, 1, 10, 30), datetime.datetime(1970, 1, 1, 12, 30), None)
    """
    if ISO.fullmatch(text) is None:
        return None
    try:
        if text[2] == ":":
            return datetime.combine(datetime.fromisoformat(MIDNIGHT), time.fromisoformat(text).replace(tzinfo=None))
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
