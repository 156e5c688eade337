"""A derivation: steps, each one expression tree, from which every way of showing it is lowered."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.expression import Expression, Infix, Latex, Number, Symbol, Variable, add, evaluate, numbers, tolerance
from pellucid.expression.bounds import guarded, shown

DEFAULT_DIGITS = 4
DEFAULT_TOP = 8
"""So many terms of a long sum are shown; the rest is given as its sum."""
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
    note: str = ""

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
                {"ref": number.ref, "value": number.value, "shown": shown(number, digits).plain}
                for number in numbers(self.tree)
            ],
        }


@dataclass(frozen=True, repr=False)
class Derivation:
    """How a number comes about, step by step; the last step's value is the number.

    Attributes:
        title: what is derived.
        steps: in order; later ones build on earlier ones.
    """

    title: str
    steps: tuple[Step, ...]

    @property
    def value(self) -> float:
        """The number that is derived, in float64."""
        return self.steps[-1].value

    def __repr__(self) -> str:
        return f"<derivation of {len(self.steps)} steps: {self.title} = {self.value:.6g}>"

    def to_dict(self, digits: int = DEFAULT_DIGITS) -> dict[str, Any]:
        """The derivation as JSON can hold it: title, value, and each step with formula, numbers, value and tolerance.

        Parameters:
            digits: significant digits shown, 1 to 17; `tolerance` is what the rounding to them may hide.

        Raises:
            InvalidValueError: digits out of range, or too few to bound a step.
        """
        check_digits(digits)
        return {"title": self.title, "value": self.value, "steps": [step.to_dict(digits) for step in self.steps]}

    def to_text(self, digits: int = DEFAULT_DIGITS, width: int = 100) -> str:
        """The derivation in Unicode mathematics, folded to `width` columns.

        Raises:
            InvalidValueError: digits out of range.
        """
        from pellucid.explain.render.text import derivation_text

        check_digits(digits)
        return derivation_text(self, digits, width)


class Steps:
    """A derivation under way: adding a step gives the number with which later steps refer to it.

    Parameters:
        top: so many terms of a long sum are shown, the largest.

    Raises:
        InvalidValueError: top is below 1.
    """

    def __init__(self, top: int = DEFAULT_TOP) -> None:
        if top < 1:
            raise InvalidValueError(f"top: at least 1 term must be shown, got {top}")
        self.top = top
        self.finished: list[Step] = []

    def add(self, name: str, symbol: Symbol, tree: Expression, note: str = "") -> Number:
        """Adds a step and returns its value as a leaf for the trees of later steps.

        Raises:
            InvalidValueError: the step's value, or a number that it is computed from, is beyond float64.
        """
        step = Step(name, symbol, tree, note)
        value = guarded(lambda: step.value)
        if not all(map(math.isfinite, [value, *(number.value for number in numbers(tree))])):
            raise InvalidValueError(
                f"network: numbers within float64 are required, {symbol.text} ({name}) is beyond them; "
                "the weights or the input are too large to explain"
            )
        self.finished.append(step)
        return self.last

    def add_sum(self, name: str, symbol: Symbol, terms: list[Expression], note: str = "") -> Number:
        """Adds a sum as a step: all its terms, or the largest by magnitude, in their order, and the rest's sum."""
        left = len(terms) - self.top
        if left <= 1:  # one term left out would be no shorter than the term itself
            return self.add(name, symbol, add(terms), note)
        values = np.array([guarded(evaluate, term) for term in terms])
        # Stable, so that of equal terms the first are shown.
        largest = np.sort(np.argsort(-np.abs(values), kind="stable")[: self.top])
        symbol_of_rest = Variable("R", None, (left,))
        rest = Number(guarded(math.fsum, np.delete(values, largest)), f"rest:{left}", symbol_of_rest)
        note = f"{note} {symbol_of_rest.text} is the sum of the {left:,} smaller terms not shown.".lstrip()
        return self.add(name, symbol, add([*(terms[k] for k in largest), rest]), note)

    @property
    def last(self) -> Number:
        """The value of the step added last, as a leaf."""
        return Number(self.finished[-1].value, f"step:{len(self.finished)}", self.finished[-1].symbol)

    def conclude(self, title: str) -> Derivation:
        """The derivation of what was added last."""
        return Derivation(title, tuple(self.finished))


def check_digits(digits: int) -> None:
    """Checks a number of significant digits.

    Raises:
        InvalidValueError: it is not 1 to 17.
    """
    if not 1 <= digits <= MAX_DIGITS:
        raise InvalidValueError(f"digits: 1 to {MAX_DIGITS} significant digits can be shown, got {digits}")
