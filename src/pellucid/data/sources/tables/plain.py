"""Columns of Arrow types as the few that examples are made of: whole numbers, numbers, truths, texts, days, moments."""

from typing import TYPE_CHECKING

from pellucid.data.sources.extras import require_extra
from pellucid.errors import FormatError

if TYPE_CHECKING:
    import pyarrow

MAX_BATCH_BYTES = 2**30
"""What the texts of one batch may come to when each is written out: a file may name a long one many times."""


def plain_type(kind: "pyarrow.DataType") -> "pyarrow.DataType | None":
    """What cells of an Arrow type become; none at all leave open what they are.

    Returns:
        None for what is neither number nor text nor date: it is not learnt from.
    """
    pa, types = require_extra("pyarrow", "tables"), require_extra("pyarrow.types", "tables")
    if types.is_dictionary(kind):
        return plain_type(kind.value_type)
    if types.is_boolean(kind):
        return pa.bool_()
    if types.is_integer(kind) and kind != pa.uint64():
        return pa.int64()
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return pa.float64()
    if types.is_date(kind):
        return pa.date32()
    if types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    if types.is_null(kind):
        return kind
    is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    return pa.string() if is_text else None


def as_plain(cells: "pyarrow.Array", kind: "pyarrow.DataType") -> "pyarrow.Array":
    """The cells as that plain type.

    Raises:
        pyarrow.ArrowInvalid: a value does not fit.
        FormatError: the texts come to more than a gigabyte.
    """
    types, pc = require_extra("pyarrow.types", "tables"), require_extra("pyarrow.compute", "tables")
    if types.is_dictionary(cells.type):
        if plain_type(cells.type.value_type) == kind and types.is_string(kind):
            lengths = pc.binary_length(cells.dictionary).cast("int64")
            if (pc.sum(lengths.take(cells.indices)).as_py() or 0) > MAX_BATCH_BYTES:
                raise FormatError(f"the texts of {len(cells):,} rows may come to {MAX_BATCH_BYTES:,} bytes, not more")
        cells = cells.dictionary_decode()
    # Nanoseconds below a microsecond are let go, and numbers of 64 bits without a sign rounded.
    return cells.cast(kind, safe=not (types.is_timestamp(kind) or types.is_floating(kind)))


def common_type(first: "pyarrow.DataType", second: "pyarrow.DataType") -> "pyarrow.DataType | None":
    """The plain type for the second table's cells that holds the first's too.

    Returns:
        None where there is none: texts do not become numbers, nor numbers dates.
    """
    pa = require_extra("pyarrow", "tables")
    if first == second or first == pa.string() or second == pa.null():
        return first
    if first == pa.null():
        return second
    return pa.float64() if {first, second} == {pa.int64(), pa.float64()} else None
