"""What the texts of a column stand for: found out from all of them, then made so."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pellucid.data.sources.extras import require_extra

if TYPE_CHECKING:
    import pyarrow

NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
LEADING_ZERO = r"^[+-]?0[0-9]+$"
"""007 is a name, not the number 7: a postal code, a telephone number."""
NOT_WHOLE = r"^[+-]?0[0-9]|[xX]"
"""Arrow would read 0x10 as 16."""
DECIMAL_COMMA = r"^[+-]?[0-9]+(,[0-9]+)?$"
THOUSANDS = r"^[+-]?([0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+)(\.[0-9]+)?$"
KINDS = ("whole", "number", "decimal comma", "thousands", "boolean")
"""What texts may stand for, the first that fits all of them before the others; "text", where none does."""
ONLY_BETWEEN = {"decimal comma": ";", "thousands": ","}
"""The delimiters beside which a comma in a number means this: 1,5 beside semicolons, "1,500" beside commas."""


def clean(cells: "pyarrow.Array", missing: "pyarrow.Array") -> "pyarrow.Array":
    """The texts without white space around them, null where they stand for no value."""
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    trimmed = pc.utf8_trim_whitespace(cells)
    return pc.if_else(pc.is_in(trimmed, missing), pa.scalar(None, trimmed.type), trimmed)


def find_kinds(
    batches: Iterable["pyarrow.RecordBatch"], n_columns: int, missing: "pyarrow.Array", delimiter: str
) -> list[str]:
    """What each column's cells stand for, all of them.

    Parameters:
        batches: of texts.
        n_columns: how many columns they have.
        missing: the texts that stand for no value.
        delimiter: between the cells.
    """
    possible = [{kind for kind in KINDS if ONLY_BETWEEN.get(kind, delimiter) == delimiter} for _ in range(n_columns)]
    is_empty = [True] * n_columns
    for batch in batches:
        for number, column in enumerate(batch.columns):
            if not possible[number]:
                continue
            cells = clean(column, missing).drop_null()
            is_empty[number] = is_empty[number] and not len(cells)
            possible[number] = {kind for kind in possible[number] if FITS[kind](cells)}
    return [
        "empty" if empty else next((kind for kind in KINDS if kind in fitting), "text")
        for empty, fitting in zip(is_empty, possible, strict=True)
    ]


def possible_kinds(chunks: Iterable["pyarrow.Array"], delimiter: str) -> set[str]:
    """What all these clean texts of one column may stand for."""
    possible = {kind for kind in KINDS if ONLY_BETWEEN.get(kind, delimiter) == delimiter}
    for cells in chunks:
        present = cells.drop_null()
        possible = {kind for kind in possible if FITS[kind](present)}
    return possible


def as_kind(cells: "pyarrow.Array", kind: str) -> "pyarrow.Array":
    """Clean texts as what `find_kinds` has found that they stand for; those that are all missing stay so."""
    pc = require_extra("pyarrow.compute", "tables")
    if kind in ("decimal comma", "thousands"):
        cells = pc.replace_substring(cells, ",", "." if kind == "decimal comma" else "")
    if kind == "boolean":
        cells = pc.utf8_lower(cells)
    return cells if kind == "empty" else cells.cast(type_of(kind))


def type_of(kind: str) -> "pyarrow.DataType":
    """The Arrow type that cells of a kind become."""
    pa = require_extra("pyarrow", "tables")
    types = {
        "whole": pa.int64,
        "number": pa.float64,
        "decimal comma": pa.float64,
        "thousands": pa.float64,
        "boolean": pa.bool_,
        "empty": pa.null,
    }
    return types.get(kind, pa.string)()


def _are_whole(cells: "pyarrow.Array") -> bool:
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    return _is_castable(cells, pa.int64()) and not pc.any(pc.match_substring_regex(cells, NOT_WHOLE)).as_py()


def _are_numbers(cells: "pyarrow.Array") -> bool:
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    return _is_castable(cells, pa.float64()) and not pc.any(pc.match_substring_regex(cells, LEADING_ZERO)).as_py()


def _are_written_as(pattern: str) -> Callable[["pyarrow.Array"], bool]:
    """What tells whether all texts are numbers written so."""

    def fit(cells: "pyarrow.Array") -> bool:
        pc = require_extra("pyarrow.compute", "tables")
        has_zeros = pc.any(pc.match_substring_regex(cells, LEADING_ZERO)).as_py()
        return not has_zeros and pc.all(pc.match_substring_regex(cells, pattern)).as_py() is not False

    return fit


def _are_boolean(cells: "pyarrow.Array") -> bool:
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    return pc.all(pc.is_in(pc.utf8_lower(cells), pa.array(["true", "false"]))).as_py() is not False


def _is_castable(cells: "pyarrow.Array", kind: "pyarrow.DataType") -> bool:
    pa = require_extra("pyarrow", "tables")
    try:
        cells.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


FITS: dict[str, Callable[["pyarrow.Array"], bool]] = {
    "whole": _are_whole,
    "number": _are_numbers,
    "decimal comma": _are_written_as(DECIMAL_COMMA),
    "thousands": _are_written_as(THOUSANDS),
    "boolean": _are_boolean,
}
