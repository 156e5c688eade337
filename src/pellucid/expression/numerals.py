"""How a number is shown: so many significant digits, and the half unit in the last place that this hides."""

from dataclasses import dataclass

SMALLEST_PLAIN_EXPONENT = -4
"""10⁻⁴ is still written 0.0001…; smaller numbers as 1.23·10⁻⁷."""


@dataclass(frozen=True)
class Numeral:
    """A number as it is shown: `mantissa`, an optional power of ten, and what the rounding may hide.

    `half_unit` is half a unit in the last place shown (0 where the digits are the whole number).
    """

    mantissa: str
    exponent: int | None
    half_unit: float

    @property
    def plain(self) -> str:
        """The number as every programming language reads it, such as `-0.4380` or `1.230e-07`."""
        return self.mantissa if self.exponent is None else f"{self.mantissa}e{self.exponent:+03d}"

    @property
    def is_negative(self) -> bool:
        return self.mantissa.startswith("-")

    def __float__(self) -> float:
        return float(self.plain)


def numeral(value: float, digits: int) -> Numeral:
    """`value` rounded to `digits` significant digits.

    Zero, of either sign, is written with as many digits as a number just below ten, so that the place to which it
    is known can be seen; there is no −0.000.

    >>> numeral(-0.438, 4).plain, numeral(1.23456e-7, 3).plain, numeral(-0.0, 4).plain, numeral(12345.6, 4).plain
    ('-0.4380', '1.23e-07', '0.000', '1.235e+04')
    """
    if value == 0:
        places = digits - 1
        return Numeral(f"{0:.{places}f}", None, 0.5 * 10.0**-places)
    mantissa, exponent_text = f"{value:.{digits - 1}e}".split("e")
    exponent = int(exponent_text)
    half_unit = 0.5 * 10.0 ** (exponent - digits + 1)
    if SMALLEST_PLAIN_EXPONENT <= exponent < digits:
        return Numeral(f"{value:.{digits - 1 - exponent}f}", None, half_unit)
    return Numeral(mantissa, exponent, half_unit)


def constant_numeral(value: float, digits: int) -> Numeral:
    """A constant of a formula: written out where `digits` suffice, such as 2 or 0.01, and rounded like 1.051 where not.

    >>> constant_numeral(2.0, 4).plain, constant_numeral(0.01, 4).plain, constant_numeral(1.0507009873554805, 4).plain
    ('2', '0.01', '1.051')
    """
    if float(value).is_integer() and abs(value) < 1e15:
        return Numeral(str(int(value)), None, 0.0)
    short = f"{value:.{digits}g}"
    if float(short) == value:
        mantissa, _, exponent = short.partition("e")
        return Numeral(mantissa, int(exponent) if exponent else None, 0.0)
    return numeral(value, digits)
