"""How far rounding the shown numbers may move a value: interval arithmetic over the tree.

Each shown number stands for all numbers within half a unit of its last place. Carrying those intervals through the
tree, each operation rounded outwards, gives an interval that surely holds both the true value and every value that the
shown numbers could mean. (Moore, Kearfott & Cloud 2009, *Introduction to Interval Analysis*, chapters 2 and 5.)
"""

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, TypeAlias

from pellucid.expression.numerals import Numeral, constant_numeral, numeral
from pellucid.expression.tree import EXACT, FUNCTIONS, Expression, Number, Value

Interval: TypeAlias = tuple[float, float]
LIBRARY_ULPS = 4
"""The C library's exp, log, tanh, erf and cos are within a few units in the last place, not correctly rounded."""
CONSTANT_DIGITS = 8
"""Up to so many digits a constant is written out: 1 − 0.999 must not become 1 − 1.0."""


def shown(number: Number, digits: int) -> Numeral:
    """The number as it is shown with `digits` significant digits; a constant of few digits, such as 0.999, as it is."""
    if number.ref not in EXACT and not number.is_exact:
        return numeral(number.value, digits)
    exact = constant_numeral(number.value, CONSTANT_DIGITS)
    return exact if exact.half_unit == 0 else constant_numeral(number.value, digits)


def outward(low: float, high: float, ulps: int = 1) -> Interval:
    for _ in range(ulps):
        low, high = math.nextafter(low, -math.inf), math.nextafter(high, math.inf)
    return low, high


def hull(candidates: Sequence[float], ulps: int = 1) -> Interval:
    """The smallest interval around the candidates, rounded outwards; unbounded where one is not a number."""
    if any(math.isnan(candidate) for candidate in candidates):
        return -math.inf, math.inf
    return outward(min(candidates), max(candidates), ulps)


def guarded(operation: Callable[..., float], *arguments: Any) -> float:
    """The operation's value, infinite beyond the largest float and NaN outside its domain."""
    try:
        return operation(*arguments)
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError):
        return math.nan


class Bounds:
    """Lowers a tree to the interval of values that its numbers, shown with `digits` digits, can mean."""

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def number(self, number: Number) -> Interval:
        as_shown = shown(number, self.digits)
        if as_shown.half_unit == 0:
            return number.value, number.value
        return outward(float(as_shown) - as_shown.half_unit, float(as_shown) + as_shown.half_unit)

    def add(self, terms: Sequence[tuple[bool, Interval]]) -> Interval:
        signed = [self.negate(term) if is_subtracted else term for is_subtracted, term in terms]
        low, high = (guarded(math.fsum, ends) for ends in zip(*signed, strict=True))
        size = guarded(math.fsum, [max(abs(low), abs(high)) for low, high in signed])
        if not math.isfinite(low + high + size):
            return -math.inf, math.inf
        # A reader's evaluator adds from left to right, rounding each time: allow for that as well.
        slack = len(terms) * math.ulp(size)
        return outward(low - slack, high + slack)

    def negate(self, operand: Interval) -> Interval:
        return -operand[1], -operand[0]

    def multiply(self, factors: Sequence[Interval]) -> Interval:
        result = factors[0]
        for factor in factors[1:]:
            result = hull([x * y for x, y in product(result, factor)])
        return result

    def divide(self, numerator: Interval, denominator: Interval) -> Interval:
        if denominator[0] <= 0 <= denominator[1]:
            return -math.inf, math.inf
        return hull([x / y for x, y in product(numerator, denominator)])

    def power(self, base: Interval, exponent: Interval) -> Interval:
        corners = [guarded(math.pow, x, y) for x, y in product(base, exponent)]
        if base[0] < 0 < base[1]:  # an even power has its least value inside, at 0
            corners.append(guarded(math.pow, 0.0, exponent[0]))
        return hull(corners, LIBRARY_ULPS)

    def call(self, name: str, arguments: Sequence[Interval]) -> Interval:
        if name == "abs":
            low, high = arguments[0]
            return (0.0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))
        if name == "cos":
            return cosine(*arguments[0])
        # Every other function of the list grows with each of its arguments.
        function = FUNCTIONS[name]
        lowest = guarded(function, *(low for low, _ in arguments))
        highest = guarded(function, *(high for _, high in arguments))
        return hull([lowest, highest], 0 if name in ("max", "min") else LIBRARY_ULPS)


def cosine(low: float, high: float) -> Interval:
    """What a cosine may be worth over an interval: at its ends, and at the multiples of π within it, where it turns."""
    if not math.isfinite(low + high):
        return -1.0, 1.0
    first, last = outward(low / math.pi, high / math.pi, 2)
    turns = range(math.ceil(first), math.floor(last) + 1)
    found = [math.cos(low), math.cos(high), *(1.0 - 2.0 * (turn % 2) for turn in turns[:2])]
    return hull(found, LIBRARY_ULPS)


def tolerance(tree: Expression, digits: int) -> float:
    """How far the expression as shown, or with any shown number moved by half a unit, may be from its value.

    Returns:
        The largest distance from the tree's value, and from the value of the shown numbers, to an end of the interval;
        infinity where the shown numbers have no value, such as 1/(1.000 − 1.000).
    """
    low, high = tree.lower(Bounds(digits))
    exact = tree.lower(Value())
    rounded = Value(lambda number: float(shown(number, digits)))
    as_shown = guarded(lambda: tree.lower(rounded))
    if not math.isfinite(as_shown):
        return math.inf
    return max(high - exact, exact - low, high - as_shown, as_shown - low)
