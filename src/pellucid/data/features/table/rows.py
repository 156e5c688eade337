"""What a person gives as rows of a table, gathered into an Arrow table: dictionaries, DataFrames, Arrow itself."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.features.table.cells import quoted
from pellucid.data.sources.extras import require_extra
from pellucid.errors import InvalidValueError

if TYPE_CHECKING:
    import pyarrow

SHOWN_COLUMNS = 5
LONGEST = 200
"""Characters of a name that are compared with others, in search of a near one."""


def is_rows(raw: Any) -> bool:
    """Whether that is a dictionary, or a table or a row of any library that has them; a list may hold anything."""
    return isinstance(raw, Mapping) or hasattr(raw, "__arrow_c_stream__") or hasattr(raw, "__arrow_c_array__")


def as_table(raw: Any, names: Sequence[str]) -> "pyarrow.Table":
    """The rows as an Arrow table of these columns; other columns are left out.

    Parameters:
        raw: a table that Arrow can take over (Arrow, pandas, Polars), a dictionary of one row, one of columns (lists of
            equal length), a list of dictionaries, or a row of a DataFrame. None and NaN are missing cells.
        names: of the columns.

    Raises:
        InvalidValueError: it is none of these, a column is missing, or the columns differ in length.
    """
    pa = require_extra("pyarrow", "tables")
    if isinstance(raw, pa.Table | pa.RecordBatch):
        return chosen(raw if isinstance(raw, pa.Table) else pa.Table.from_batches([raw]), names)
    if isinstance(raw, Mapping):
        return of_dictionary(raw, names)
    if is_rows(raw) and hasattr(raw, "columns"):
        try:
            return chosen(pa.table(raw), names)
        except (ValueError, TypeError, NotImplementedError):
            # A pandas column may hold anything: those that Arrow does not take are read cell by cell.
            require_columns(list(raw.columns), names)
            return of_columns({name: list(raw[name]) for name in names})
    if is_rows(raw) and hasattr(raw, "items"):
        return of_dictionary(dict(raw.items()), names)
    if isinstance(raw, Sequence) and not isinstance(raw, str | bytes) and all(isinstance(row, Mapping) for row in raw):
        return of_rows(raw, names)
    raise InvalidValueError(
        'rows: a dictionary such as {"age": 39, …}, a list of them, or a table (Arrow, pandas, Polars) is required, '
        f"got {type(raw).__name__}"
    )


def chosen(table: "pyarrow.Table", names: Sequence[str]) -> "pyarrow.Table":
    """These columns of the table.

    Raises:
        InvalidValueError: one is missing or there twice.
    """
    require_columns(table.column_names, names)
    return table.select(list(names))


def of_dictionary(raw: Mapping[str, Any], names: Sequence[str]) -> "pyarrow.Table":
    """The table of a dictionary that is one row, or that holds a list for each column."""
    require_columns(list(raw), names)
    are_lists = [isinstance(raw[name], list | tuple | np.ndarray) for name in names]
    if not any(are_lists):
        return of_columns({name: [raw[name]] for name in names})
    if not all(are_lists):
        odd = names[are_lists.index(False)]
        raise InvalidValueError(
            f"rows: one value for each column, or a list for each, is required; {quoted(odd)} differs"
        )
    lengths = {len(raw[name]) for name in names}
    if len(lengths) > 1:
        raise InvalidValueError(
            f"rows: columns of one length are required, got lengths {sorted(lengths)[:SHOWN_COLUMNS]}"
        )
    return of_columns({name: list(raw[name]) for name in names})


def of_rows(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> "pyarrow.Table":
    """The table of dictionaries, each a row with a value for every column; None where it is missing."""
    for number, row in enumerate(rows, start=1):
        if not row.keys() >= set(names):
            require_columns(list(row), names, f"row {number:,} (counted from 1), columns")
    return of_columns({name: [row[name] for row in rows] for name in names})


def of_columns(columns: Mapping[str, list[Any]]) -> "pyarrow.Table":
    """The table of lists of cells; where one column's are of several types, as texts."""
    pa = require_extra("pyarrow", "tables")
    arrays: list[Any] = []
    for name, cells in columns.items():
        try:
            arrays.append(pa.array(cells, from_pandas=True))
        except (ValueError, TypeError, NotImplementedError, OverflowError):
            try:
                texts = [None if is_missing(cell) else str(cell) for cell in cells]
                arrays.append(pa.array(texts, pa.large_string()))
            except (ValueError, TypeError) as error:  # half a surrogate pair is no text
                raise InvalidValueError(f"column {quoted(name)}: texts, numbers or dates are required") from error
    return pa.table(arrays, names=list(columns))


def is_missing(cell: Any) -> bool:
    """Whether it is None, NaN or what else is not equal to itself, as pandas marks missing cells."""
    try:
        return cell is None or bool(cell != cell)
    except (TypeError, ValueError):
        # pandas.NA will not say whether it is equal to anything; nor will an array, which is no single cell.
        return not isinstance(cell, np.ndarray)


def require_columns(given: Iterable[Any], names: Sequence[str], what: str = "columns") -> None:
    """Checks that each of these columns is there, and only once.

    Raises:
        InvalidValueError: one is missing, with the nearest of those that are there; or there twice.
    """
    there = list(given)
    distinct = set(there)
    missing = [name for name in names if name not in distinct]
    if missing:
        shown = ", ".join(quoted(name) for name in missing[:SHOWN_COLUMNS])
        more = f" and {len(missing) - SHOWN_COLUMNS:,} more" if len(missing) > SHOWN_COLUMNS else ""
        close = get_close_matches(missing[0][:LONGEST], [str(name)[:LONGEST] for name in there[:1000]], n=1, cutoff=0.7)
        hint = f" (there is {quoted(close[0])})" if close else ""
        arrived = ", ".join(quoted(str(name)) for name in there[:SHOWN_COLUMNS]) or "none"
        raise InvalidValueError(
            f"{what}: {shown}{more} {'is' if len(missing) == 1 else 'are'} required and not there{hint}; "
            f"{arrived}{' …' if len(there) > SHOWN_COLUMNS else ''} arrived; where a value is missing, leave the cell "
            "empty"
        )
    if len(distinct) < len(there):
        counts = Counter(there)
        twice = next((name for name in names if counts[name] > 1), None)
        if twice is not None:
            raise InvalidValueError(
                f"{what}: each name may stand once, {quoted(twice)} stands {counts[twice]} times; rename one"
            )
