"""What every medium shows of a step: its formula in symbols, the same with numbers, and its value."""

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

from pellucid.explain.step import Step
from pellucid.expression import Infix, Number, numeral
from pellucid.expression.bounds import shown
from pellucid.expression.notation import Written
from pellucid.expression.tree import EXACT, Leaves

LARGEST_WHOLE = 1e15
"""Below it every whole number is a float64, and so is what lies half way to the next."""
Side: TypeAlias = Literal["formula", "numbers", "value"]


def sides(step: Step, number: int, notation: type[Infix], digits: int) -> list[tuple[Side, Written]]:
    """What the quantity of the step of that number equals, without what would only be said twice."""
    digits_shown = digits_of_value(step, digits)
    written: list[tuple[Side, Written]] = []
    if not says_only_its_value(step, digits, digits_shown):
        written.append(("formula", step.tree.lower(notation(digits, symbols=True))))
    if not step.is_given:
        written.append(("numbers", step.tree.lower(notation(digits))))
    return [*written, ("value", Number(step.value, f"step:{number}").lower(notation(digits_shown)))]


def says_only_its_value(step: Step, digits: int, digits_shown: int) -> bool:
    """Whether the formula is nothing but a number without a symbol, which looks like the value."""
    tree = step.tree
    value = numeral(step.value, digits_shown).plain
    return isinstance(tree, Number) and tree.symbol is None and shown(tree, digits).plain == value


class Origins(Leaves):
    """Lowers a tree to its numbers, where a function such as exp counts as a number that is not exact."""

    def call(self, name: str, arguments: Sequence[tuple[Number, ...]]) -> tuple[Number, ...]:
        return super().call(name, arguments) if name in ("abs", "max", "min") else (Number(math.nan, name),)


def digits_of_value(step: Step, digits: int) -> int:
    """How many digits its value is shown with: all of a whole number that is computed from exact ones."""
    is_whole = step.value.is_integer() and abs(step.value) < LARGEST_WHOLE
    if is_whole and all(number.ref in EXACT for number in step.tree.lower(Origins())):
        return len(f"{abs(step.value):.0f}")
    return digits
