"""A derivation: steps, each one expression tree, from which every way of showing it is lowered."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pellucid.errors import InvalidValueError
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
        """The step in the contract's fields, its numbers shown with so many significant digits."""
        return {
            "name": self.name,
            "symbol": self.symbol.latex,
            "formula": self.tree.lower(Latex(digits, symbols=True)).text,
            "substituted": self.tree.lower(Latex(digits)).text,
            "expression": self.tree.lower(Infix(digits)).text,
            "value": self.value,
            "tolerance": tolerance(self.tree, digits),
            "terms": [
                {"ref": number.ref, "value": number.value, "shown": shown(number, digits).plain}
                for number in numbers(self.tree)
            ],
        }


@dataclass(frozen=True)
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

    def to_dict(self, digits: int = DEFAULT_DIGITS) -> dict[str, Any]:
        """The derivation as JSON can hold it: title, value, and each step with formula, numbers, value and tolerance.

        Parameters:
            digits: significant digits shown, 1 to 17; `tolerance` is what the rounding to them may hide.

        Raises:
            InvalidValueError: digits out of range.
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


@dataclass
class Steps:
    """A derivation under way: adding a step gives the number with which later steps refer to it."""

    finished: list[Step] = field(default_factory=list)

    def add(self, name: str, symbol: Symbol, tree: Expression, note: str = "") -> Number:
        """Adds a step and returns its value as a leaf for the trees of later steps."""
        step = Step(name, symbol, tree, note)
        self.finished.append(step)
        return Number(step.value, f"step:{len(self.finished)}", symbol)

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
