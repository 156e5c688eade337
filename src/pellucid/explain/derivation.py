"""A derivation: steps, each one expression tree, from which every way of showing it is lowered."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.explain.document import Block, Document
from pellucid.explain.step import DEFAULT_DIGITS, Step, check_digits
from pellucid.expression import Expression, Number, Symbol, Variable, add, evaluate, numbers
from pellucid.expression.bounds import guarded

DEFAULT_TOP = 8
"""So many terms of a long sum are shown; the rest is given as its sum."""


@dataclass(frozen=True, repr=False)
class Derivation(Document):
    """How a number comes about, step by step; the last step's value is the number.

    Attributes:
        title: what is derived.
        blocks: the steps in order, later ones building on earlier ones; and what is said or drawn between them.
    """

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, without what stands between them."""
        return tuple(block for block in self.blocks if isinstance(block, Step))

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
        self.blocks: list[Block] = []
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
        self.blocks.append(step)
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

    def show(self, block: Block) -> None:
        """Adds something that is no step: words, a table, a picture."""
        self.blocks.append(block)

    @property
    def last(self) -> Number:
        """The value of the step added last, as a leaf."""
        return Number(self.finished[-1].value, f"step:{len(self.finished)}", self.finished[-1].symbol)

    def conclude(self, title: str) -> Derivation:
        """The derivation of what was added last."""
        return Derivation(title, tuple(self.blocks))
