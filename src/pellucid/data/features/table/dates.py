"""A column of dates or times as its parts: the year as a number, and what comes round again as a point on a circle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from jaxtyping import Float, Shaped

from pellucid.data.features.table.cells import moments_of
from pellucid.data.features.table.columns import Column
from pellucid.data.features.table.entries import is_count, is_finite, is_list_of_names, is_name, read_column
from pellucid.errors import FormatError

if TYPE_CHECKING:
    import pyarrow

YEAR = "year"
ROUNDS = {"month": 12, "day of the month": 31, "day of the week": 7, "hour": 24}
"""How many of each part make one round; the hour has minutes and seconds as its fraction, Monday is the first day."""
PARTS = (YEAR, *ROUNDS)


@dataclass(frozen=True)
class DateColumn(Column):
    """A column of dates, of times of day or of both.

    *Formula*: the year is an input as it is; a part that comes round after k becomes sin(2π·part/k) and cos(2π·part/k),
    counted from 0, so that December lies beside January. A missing date has the training part's median year, and 0 for
    all else.

    Parameters:
        parts: those that differ among the dates of the training part.
        year: what a missing one counts as.
    """

    KIND: ClassVar[str] = "date"

    parts: tuple[str, ...]
    year: float

    def own_inputs(self) -> list[str]:
        """One for the year, two for each other part: "month of born (sine)", "month of born (cosine)"."""
        names: list[str] = []
        for part in self.parts:
            of_date = f"{part} of {self.name}"
            names += [of_date] if part == YEAR else [f"{of_date} (sine)", f"{of_date} (cosine)"]
        return names

    def encode_own(self, cells: "pyarrow.ChunkedArray", inputs: Float[np.ndarray, "n_rows n_own"]) -> np.ndarray:
        """Writes the parts."""
        moments = moments_of(cells, self.name)
        is_missing = np.isnat(moments)
        of_moments = date_parts(np.where(is_missing, np.datetime64(0, "us"), moments))
        place = 0
        for part in self.parts:
            if part == YEAR:
                inputs[:, place] = np.where(is_missing, self.year, of_moments[YEAR])
                place += 1
                continue
            angle = 2 * np.pi * of_moments[part] / ROUNDS[part]
            inputs[:, place] = np.where(is_missing, 0, np.sin(angle))
            inputs[:, place + 1] = np.where(is_missing, 0, np.cos(angle))
            place += 2
        return is_missing

    def measured(self) -> list[int]:
        """The year is a quantity, and the first of the parts."""
        return [0] if self.parts[0] == YEAR else []

    def value(self, index: int, value: float) -> str:
        """The year as one writes it; of a sine the value itself, since it tells no single month."""
        if index in self.measured():
            return f"{value:.6g}"
        is_flag = self.missing > 0 and index == len(self.own_inputs())
        return super().value(index, value) if is_flag else f"{value:.4g}"

    def told(self) -> str:
        """Dates, and the parts that are used."""
        return f"dates: {', '.join(self.parts)}"

    def to_dict(self) -> dict[str, Any]:
        """What the model file holds of it."""
        return super().to_dict() | {"parts": list(self.parts), "year": self.year}

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> "DateColumn":
        """The column that `to_dict` stands for.

        Raises:
            FormatError: an entry is not what it may be.
        """
        required = {"is": is_name, "name": is_name, "parts": is_list_of_names(len(PARTS)), "year": is_finite}
        read_column(entry, required, {"missing": is_count})
        parts = tuple(entry["parts"])
        if parts != tuple(part for part in PARTS if part in parts) or abs(entry["year"]) > 1e6:
            raise FormatError(
                f"features: parts of a date must be some of {', '.join(PARTS)}, in this order, and a year"
            )
        return cls(entry["name"], entry.get("missing", 0), parts, float(entry["year"]))


def date_parts(moments: Shaped[np.ndarray, " n_rows"]) -> dict[str, Float[np.ndarray, " n_rows"]]:
    """Each part of the moments, datetime64 in microseconds and none missing: counted from 0, but for the year."""
    years, months, days = (moments.astype(f"datetime64[{unit}]") for unit in "YMD")
    whole = {
        YEAR: years.astype(np.int64) + 1970,
        "month": months.astype(np.int64) % 12,
        "day of the month": (days - months).astype(np.int64),
        # 1 January 1970 was a Thursday.
        "day of the week": (days.astype(np.int64) + 3) % 7,
    }
    return {part: numbers.astype(np.float64) for part, numbers in whole.items()} | {
        "hour": (moments - days) / np.timedelta64(1, "h")
    }
