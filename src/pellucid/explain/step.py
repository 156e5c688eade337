"""A step of a derivation: a quantity and the expression tree that it is worth."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pellucid.errors import InvalidValueError, require_whole
from pellucid.explain.words import Words
from pellucid.expression import Expression, Infix, Latex, Number, Symbol, evaluate, numbers, tolerance
from pellucid.expression.bounds import shown

DEFAULT_DIGITS = 4
MAX_DIGITS = 17
"""Seventeen significant digits tell every float64 from its neighbours."""


@dataclass(frozen=True)
class Step:
    """One step: a quantity, and the tree that it is worth.

    Attributes:
        name: what is found, in words.
        symbol: the quantity.
        tree: its formula, each number of which knows where it comes from.
        note: what else there is to say, in one sentence.
    """

    name: str
    symbol: Symbol
    tree: Expression
    note: Words = ""

    @cached_property
    def value(self) -> float:
        """What the tree is worth, in float64."""
        return evaluate(self.tree)

    @property
    def is_given(self) -> bool:
        """Whether the step only introduces a value that is known already."""
        return isinstance(self.tree, Number)

    def to_dict(self, digits: int) -> dict[str, Any]:
        """The step in the contract's fields, its numbers shown with so many significant digits.

        Raises:
            InvalidValueError: with so few digits the numbers shown do not bound the value, such as 1/(1.00 − 1.00).
        """
        bound = tolerance(self.tree, digits)
        if not math.isfinite(bound):
            raise InvalidValueError(
                f"digits: {digits} do not bound {self.symbol.text} ({self.name}); more digits are needed, "
                f"up to {MAX_DIGITS}"
            )
        return {
            "name": self.name,
            "symbol": self.symbol.latex,
            "formula": self.tree.lower(Latex(digits, symbols=True)).text,
            "substituted": self.tree.lower(Latex(digits)).text,
            "expression": self.tree.lower(Infix(digits)).text,
            "value": self.value,
            "tolerance": bound,
            "terms": [
                {"ref": number.ref, "value": number.value + 0.0, "shown": shown(number, digits).plain}
                for number in numbers(self.tree)
            ],
        }


def check_digits(digits: int) -> None:
    """Checks a number of significant digits.

    Raises:
        InvalidValueError: it is no whole number, or not 1 to 17.
    """
    require_whole(digits, "digits")
    if not 1 <= digits <= MAX_DIGITS:
        raise InvalidValueError(f"digits: 1 to {MAX_DIGITS} significant digits can be shown, got {digits}")
