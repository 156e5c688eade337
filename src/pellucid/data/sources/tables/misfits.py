"""Columns of texts that nearly are something else: a few words among numbers, truths or dates."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pellucid.data.sources.extras import require_extra
from pellucid.data.sources.tables.kinds import (
    DECIMAL_COMMA,
    LEADING_ZERO,
    NUMBER,
    ONLY_BETWEEN,
    THOUSANDS,
    as_kind,
)

if TYPE_CHECKING:
    import pyarrow

NEARLY = 0.5
"""A column of texts is nearly of a kind if at least so many of them are."""
DATE = "date"
PATTERNS = {"number": NUMBER, "decimal comma": DECIMAL_COMMA, "thousands": THOUSANDS}
KINDS_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"number": tuple(PATTERNS), "truth": ("boolean",), "date": (DATE,)}
)
"""What texts may stand for that a column of an encoder's is made of, by its `KIND`."""
MANY = MappingProxyType({"boolean": "truth values", DATE: "dates"})


class Misfits(NamedTuple):
    """The cells of a column of texts that keep it from being of a kind.

    Attributes:
        kind: of the others.
        n_cells: that are filled.
        n_misfits: of these.
        row: of the first of them; −1: there is none.
        text: that stands there.
    """

    kind: str
    n_cells: int
    n_misfits: int
    row: int
    text: str

    @property
    def are_few(self) -> bool:
        """Whether the column is nearly of that kind."""
        return self.n_misfits <= (1 - NEARLY) * self.n_cells

    @property
    def many(self) -> str:
        """What one calls cells of that kind."""
        return MANY.get(self.kind, "numbers")


def number_kinds(delimiter: str) -> tuple[str, ...]:
    """How numbers may be written beside such a delimiter."""
    return tuple(kind for kind in PATTERNS if ONLY_BETWEEN.get(kind, delimiter) == delimiter)


def find_misfits(chunks: Iterable["pyarrow.Array"], kinds: Sequence[str]) -> Misfits | None:
    """What of a column's texts is not of the kind, of these, that most of them are of.

    Parameters:
        chunks: the texts, null where one is missing.
        kinds: "number", "decimal comma", "thousands", "boolean" or "date"; of equally fitting ones the first.

    Returns:
        None where there is no text at all. Where too few are of any such kind, the reading ends early.
    """
    pc = require_extra("pyarrow.compute", "tables")
    n_cells = n_rows = 0
    n_fitting = dict.fromkeys(kinds, 0)
    firsts: dict[str, tuple[int, str]] = {}
    for cells in chunks:
        n_cells += len(cells) - cells.null_count
        for kind in kinds:
            fits = which_fit(cells, kind)
            n_fitting[kind] += pc.sum(fits).as_py() or 0
            place = pc.index(fits, False).as_py()
            if place >= 0:
                firsts.setdefault(kind, (n_rows + place, cells[place].as_py()))
        n_rows += len(cells)
        if max(n_fitting.values()) < NEARLY * n_cells - len(cells):
            break
    best = max(kinds, key=lambda kind: n_fitting[kind])
    if not n_cells:
        return None
    return Misfits(best, n_cells, n_cells - n_fitting[best], *firsts.get(best, (-1, "")))


def which_fit(cells: "pyarrow.Array", kind: str) -> "pyarrow.BooleanArray":
    """Which texts are of that kind; null where one is missing."""
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    if kind == DATE:
        from pellucid.data.features.table.cells import read_moment

        coded = cells.dictionary_encode()
        are_dates = [read_moment(text.strip()) is not None for text in coded.dictionary.to_pylist()]
        return pa.array(are_dates, pa.bool_()).take(coded.indices)
    if kind == "boolean":
        lower = pc.utf8_lower(cells)
        return pc.or_(pc.equal(lower, "true"), pc.equal(lower, "false"))
    return pc.and_not(pc.match_substring_regex(cells, PATTERNS[kind]), pc.match_substring_regex(cells, LEADING_ZERO))


def as_fitting(cells: "pyarrow.ChunkedArray", kind: str) -> "pyarrow.ChunkedArray":
    """The texts that are of that kind as what they stand for, dates as texts; null for the others."""
    pa, pc = require_extra("pyarrow", "tables"), require_extra("pyarrow.compute", "tables")
    fits = pa.chunked_array([which_fit(chunk, kind) for chunk in cells.chunks], pa.bool_())
    kept = pc.if_else(fits, cells, pa.scalar(None, pa.string()))
    return kept if kind == DATE else as_kind(kept, kind)
