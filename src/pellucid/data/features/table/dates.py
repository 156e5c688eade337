"""A column of dates or times as its parts: the year as a number, and what comes round again as a point on a circle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from jaxtyping import Float, Shaped

from pellucid.data.features.table.cells import moments_of
from pellucid.data.features.table.columns import EMPTY, Column
from pellucid.data.features.table.entries import is_count, is_finite, is_list_of_names, is_name, read_column
from pellucid.errors import FormatError

if TYPE_CHECKING:
    import pyarrow

YEAR = "year"
ROUNDS = {"month": 12, "day of the month": 31, "day of the week": 7, "hour": 24}
"""How many of each part make one round; the hour has minutes and seconds as its fraction, Monday is the first day."""
PARTS = (YEAR, *ROUNDS)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


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

    def own_cell(self, inputs: Float[np.ndarray, " n_own"]) -> str:
        """The date or time, as far as the parts tell it: "2025-12-28 13:30", "month 12, Sunday"."""
        is_year = self.parts[0] == YEAR
        rounds = self.parts[is_year:]
        points = inputs[int(is_year) : int(is_year) + 2 * len(rounds)].astype(np.float64).reshape(-1, 2)
        if len(points) and not points.any():
            return EMPTY
        turns = np.arctan2(points[:, 0], points[:, 1]) / (2 * np.pi)
        found = {part: float(turn * ROUNDS[part]) for part, turn in zip(rounds, turns, strict=True)}
        return told_moment(round(float(inputs[0])) if is_year else None, found)

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


def told_moment(year: int | None, found: Mapping[str, float]) -> str:
    """A moment in words, as far as it is known: a whole date as ISO 8601 writes it, else part by part.

    Parameters:
        year: None where it is not known.
        found: the other parts, counted from 0, or backwards from a whole round.

    >>> told_moment(2025, {"month": -1.0, "day of the month": 27.0, "day of the week": -1.0, "hour": 13.5})
    '2025-12-28 13:30'
    >>> told_moment(None, {"month": -1.0, "day of the week": -1.0})
    'month 12, Sunday'
    """
    whole = {part: round(number) % ROUNDS[part] for part, number in found.items()}
    month, day, weekday = (whole.get(part) for part in ("month", "day of the month", "day of the week"))
    if year is not None and month is not None and day is not None:
        text = f"{year:04d}-{month + 1:02d}-{day + 1:02d}"
    else:
        pieces = [
            *([] if year is None else [str(year)]),
            *([] if month is None else [f"month {month + 1}"]),
            *([] if day is None else [f"day {day + 1}"]),
            *([] if weekday is None else [DAYS[weekday]]),
        ]
        text = ", ".join(pieces)
    if "hour" not in found:
        return text
    seconds = round(found["hour"] * 3600) % (24 * 3600)
    time = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}" + (f":{seconds % 60:02d}" if seconds % 60 else "")
    return f"{text} {time}".strip()


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
