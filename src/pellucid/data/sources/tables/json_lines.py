"""NDJSON: one object a line, its values as the texts that a CSV file would have; lists and objects in it are left out.

Python's own reader is used, not Arrow's: that names no line, takes the first block's types for the whole file's, and
crashes the process on an object nested 10⁵ deep.
"""

import json
from array import array
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pellucid.data.sources.extras import require_extra
from pellucid.data.sources.tables.lines import LineCounter, Lines, check_text, whole_lines
from pellucid.data.sources.tables.names import MAX_COLUMNS
from pellucid.errors import FormatError
from pellucid.files import readable

if TYPE_CHECKING:
    import pyarrow

ROWS_AT_ONCE = 2**14
CELLS_AT_ONCE = 2**22
FREE_CELLS = 10**7
MAX_CELLS_OF_A_VALUE = 20
"""Of a larger table, so many cells for each value that is there: a short line may name a key that no other has."""

BadLine = Callable[[int, str], None]
"""Called with the number of a line that is no row, and why; it raises where such lines are not skipped."""


class Keys(NamedTuple):
    """What the objects of a file have.

    Attributes:
        names: the keys of texts, numbers and truth values, in the order in which they appear.
        nested: those of lists or objects, of which no column can be made.
        lines: in which the objects stand.
    """

    names: list[str]
    nested: list[str]
    lines: Lines


def read_objects(file: BufferedIOBase, name: str, on_bad_line: BadLine) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line's number, from 1, and its object, its numbers as the texts that they are.

    Parameters:
        file: at its beginning.
        name: to call it in messages.
        on_bad_line: told of lines that are no JSON object.

    Raises:
        FormatError: bytes that are not UTF-8, a line longer than 8 MiB.
    """
    line = 1
    for block in whole_lines(file, name, line):
        check_text(block, name, line)
        for number, text in enumerate(block.decode().split("\n")[:-1], line):
            if not text.strip():
                continue
            try:
                row = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=unique)
                if not isinstance(row, dict):
                    raise ValueError(f"an object is required, a {type(row).__name__} arrived")
                "".join([*row, *(value for value in row.values() if isinstance(value, str))]).encode()
            except RecursionError:
                on_bad_line(number, "a JSON object is required, this one is nested too deeply")
            except UnicodeEncodeError:
                on_bad_line(number, "a JSON object is required, a text in this one holds half a surrogate pair")
            except ValueError as error:
                on_bad_line(number, f"a JSON object is required: {readable(error)}")
            else:
                yield number, row
        line += block.count(b"\n")


def read_keys(file: BufferedIOBase, name: str) -> Keys:
    """The keys of all objects, and the lines that these stand in.

    Raises:
        FormatError: there are too many keys, or far more cells than values.
    """
    names: dict[str, None] = {}
    nested: dict[str, None] = {}
    lines = array("q")
    n_values = 0

    def pass_over(line: int, why: str) -> None:
        """It is told of when its row is read."""

    for line, row in read_objects(file, name, pass_over):
        lines.append(line)
        n_values += len(row)
        names.update(dict.fromkeys(row))
        nested.update(dict.fromkeys(key for key, value in row.items() if isinstance(value, list | dict)))
        if len(names) > MAX_COLUMNS:
            raise FormatError(f"{name}, line {line}: at most {MAX_COLUMNS:,} keys are read, there are more by then")
    n_cells = len(lines) * len(names)
    if n_cells > max(FREE_CELLS, MAX_CELLS_OF_A_VALUE * n_values):
        raise FormatError(
            f"{name}: a value for at least one in {MAX_CELLS_OF_A_VALUE} of the {n_cells:,} cells is required, that "
            f"{len(lines):,} objects with {len(names):,} different keys make; there are {n_values:,}: leave out the "
            "keys that few objects have"
        )
    counter = LineCounter()
    counter.add(np.frombuffer(lines, np.int64))
    return Keys([key for key in names if key not in nested], list(nested), counter.lines())


def read_json_cells(
    file: BufferedIOBase, name: str, names: list[str], on_bad_line: BadLine
) -> Iterator["pyarrow.RecordBatch"]:
    """All rows in columns of texts; a key that an object does not have is missing in its row."""
    pa = require_extra("pyarrow", "tables")
    schema = pa.schema([(key, pa.string()) for key in names])
    n_at_once = max(1, min(ROWS_AT_ONCE, CELLS_AT_ONCE // max(1, len(names))))
    rows: list[dict[str, str | None]] = []
    for _, row in read_objects(file, name, on_bad_line):
        rows.append({key: as_text(row[key]) for key in names if key in row})
        if len(rows) == n_at_once:
            yield pa.RecordBatch.from_pylist(rows, schema)
            rows = []
    if rows:
        yield pa.RecordBatch.from_pylist(rows, schema)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs.

    Raises:
        ValueError: a key stands twice.
    """
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def as_text(value: str | bool | None) -> str | None:
    """A value as text; numbers, which were left as they are written, are texts already."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
