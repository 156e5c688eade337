"""Figures: numbers of the argument, each computed here and set beside what the essay prints."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pellucid.explain.document import Table
from pellucid.explain.render.text import fold
from pellucid.explain.step import DEFAULT_DIGITS
from pellucid.expression import Unicode, numeral

SIGNIFICANT = 2
"""Significant digits of figures whose size is not known beforehand."""


@dataclass(frozen=True)
class Figure:
    """A number, or a vector, of the argument.

    Attributes:
        name: what it is, as a formula or in words.
        value: as computed here, in float64.
        decimals: to how many places it is compared with the essay, or measured; None: two significant digits.
        printed: what the essay prints; None where it prints nothing.
        note: what there is to say of it.
        unit: what it is measured in; empty for a mere number.
        is_timing: whether it was measured with a clock, and so differs from run to run.
    """

    name: str
    value: float | tuple[float, ...]
    decimals: int | None = None
    printed: float | tuple[float, ...] | None = None
    note: str = ""
    unit: str = ""
    is_timing: bool = False

    @property
    def rounded(self) -> float | tuple[float, ...]:
        """The value to its decimals (and never −0), which is compared with what the essay prints."""
        if isinstance(self.value, tuple):
            return tuple(self._rounded(each) for each in self.value)
        return self._rounded(self.value)

    @property
    def agrees(self) -> bool | None:
        """Whether the essay prints the rounded value; None where it prints nothing."""
        return None if self.printed is None else self.printed == self.rounded

    def shown(self, digits: int = DEFAULT_DIGITS) -> str:
        """The value as people read it, with its unit."""
        return self.number(digits) + ("" if self.unit in ("", "%") else " ") + self.unit

    def number(self, digits: int = DEFAULT_DIGITS) -> str:
        """The value as people read it, without its unit, with so many significant digits.

        Unless other digits than the usual ones are asked for, what the essay prints is shown to its decimals. A time is
        always shown to the decimals that it was measured to, and a count in full.
        """
        if isinstance(self.value, tuple):
            return "[" + ", ".join(self._shown(each, digits) for each in self.value) + "]"
        return self._shown(self.value, digits)

    @property
    def described(self) -> str:
        """What it is, in which unit, and what there is to say of it."""
        return self.name + (f", in {self.unit}" if self.unit else "") + (f". {self.note}" if self.note else "")

    @property
    def shown_in_essay(self) -> str:
        """What the essay prints, as people read it; empty where it prints nothing."""
        if self.printed is None:
            return ""
        if isinstance(self.printed, tuple):
            return "[" + ", ".join(map(self._in_essay, self.printed)) + "]"
        return self._in_essay(self.printed)

    def remark(self, digits: int = DEFAULT_DIGITS) -> str:
        """What the essay prints, where that is not what is shown here; else empty."""
        if self.printed is None or self.shown_in_essay == self.number(digits):
            return ""
        return f"the essay prints {self.shown_in_essay}" + (": a slip" if self.agrees is False else "")

    def to_dict(self) -> dict[str, Any]:
        """The figure as JSON can hold it."""
        return {
            "name": self.name,
            "value": self.value,
            "rounded": self.rounded,
            "unit": self.unit,
            "printed": self.printed,
            "agrees": self.agrees,
            "note": self.note,
            "is_timing": self.is_timing,
        }

    def to_lines(self, width: int, digits: int = DEFAULT_DIGITS) -> Iterator[str]:
        """Name and value, what the essay prints where that is something else; and the note beneath."""
        line, remark = f"{self.name} = {self.shown(digits)}", self.remark(digits)
        if remark:
            line += f"   ({remark})"
        yield from fold(line, width, "  ", "      ")
        if self.note:
            yield from fold(self.note, width, "      ", "      ")

    def _rounded(self, value: float) -> float:
        if self.decimals is None:
            return float(f"{value:.{SIGNIFICANT - 1}e}") + 0.0
        return round(value, self.decimals) + 0.0 if self.decimals else round(value)

    def _shown(self, value: float, digits: int) -> str:
        if value == 0:
            return "0"
        is_count = self.decimals == 0 and float(value).is_integer()
        is_as_printed = self.printed is not None and digits == DEFAULT_DIGITS
        # What its decimals would make 0, such as 0.0000 for 4.5·10⁻⁵, is shown with significant digits all the same.
        if (is_count or is_as_printed or self.is_timing) and self.decimals is not None and self._rounded(value):
            return f"{value:,.{self.decimals}f}".replace("-", "−")
        return Unicode(digits).numeral(numeral(value, digits)).text

    def _in_essay(self, value: float) -> str:
        places = 0 if float(value).is_integer() else self.decimals or 0
        return f"{value:,.{places}f}".replace("-", "−")


@dataclass(frozen=True)
class FigureTable(Table):
    """Figures under each other: a table where there is room for one, lines in a terminal."""

    figures: tuple[Figure, ...] = ()

    def with_digits(self, digits: int) -> "FigureTable":
        """The same figures shown with so many significant digits."""
        return table_of(*self.figures, digits=digits)


def table_of(*figures: Figure, digits: int = DEFAULT_DIGITS) -> FigureTable:
    """The figures as a block of a document, with a column for the essay's numbers where there are any."""
    columns = [
        ("quantity", [figure.described for figure in figures]),
        ("computed here", [figure.number(digits) for figure in figures]),
    ]
    if any(figure.printed is not None for figure in figures):
        essay = [f.shown_in_essay + (" (a slip)" if f.agrees is False else "") for f in figures]
        columns.append(("in the essay", essay))
    header, cells = zip(*columns, strict=True)
    return FigureTable(header, tuple(zip(*cells, strict=True)), figures=figures)
