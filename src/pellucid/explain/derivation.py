"""A derivation: steps, each one expression tree, from which every way of showing it is lowered."""

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import InvalidValueError, require_whole
from pellucid.explain.document import Block, Document, MatrixEquation
from pellucid.explain.step import DEFAULT_DIGITS, Step, check_digits
from pellucid.explain.sums import ManyTerms
from pellucid.explain.words import Words
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

        Equations between matrices, where there are any, are under `matrices`: name, formula and numbers, in LaTeX.

        Parameters:
            digits: significant digits shown, 1 to 17; `tolerance` is what the rounding to them may hide.

        Raises:
            InvalidValueError: digits out of range, or too few to bound a step.
        """
        from pellucid.explain.render.latex import matrix_numbers, matrix_symbols

        check_digits(digits)
        told = {"title": self.title, "value": self.value, "steps": [step.to_dict(digits) for step in self.steps]}
        equations = [block for block in self.blocks if isinstance(block, MatrixEquation)]
        matrices = [
            {
                "name": equation.name,
                "formula": " ".join(matrix_symbols(equation)),
                "substituted": " ".join(matrix_numbers(equation, digits)),
            }
            for equation in equations
        ]
        return told | {"matrices": matrices} if matrices else told


class Steps:
    """A derivation under way: adding a step gives the number with which later steps refer to it.

    Parameters:
        top: so many terms of a long sum are shown, the largest.

    Raises:
        InvalidValueError: top is no whole number, or below 1.
    """

    def __init__(self, top: int = DEFAULT_TOP) -> None:
        require_whole(top, "top")
        if top < 1:
            raise InvalidValueError(f"top: at least 1 term must be shown, got {top}")
        self.top = top
        self.blocks: list[Block] = []
        self.finished: list[Step] = []
        self.leaves: dict[Symbol, Number] = {}
        self.rests: Counter[int] = Counter()

    def add(self, name: str, symbol: Symbol, tree: Expression, note: Words = "") -> Number:
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
        self.leaves[symbol] = self.last
        return self.last

    def add_sum(self, name: str, symbol: Symbol, terms: list[Expression] | ManyTerms, note: str = "") -> Number:
        """Adds a sum as a step: all its terms, or the largest by magnitude, in their order, and the rest's sum."""
        shown, note_of_rest = self.shorten(terms)
        return self.add(name, symbol, add(shown), f"{note} {note_of_rest}".strip())

    def shorten(self, terms: list[Expression] | ManyTerms, top: int | None = None) -> tuple[list[Expression], str]:
        """The terms of a sum that are shown, then the rest's sum as one term; and the sentence that says so, or "".

        Parameters:
            top: so many terms are shown instead of the derivation's own number.
        """
        is_long = isinstance(terms, ManyTerms)
        values = terms.values if is_long else np.array([guarded(evaluate, term) for term in terms])
        largest = positions_shown(values, self.top if top is None else top)
        if len(largest) < len(terms) and values.any():
            largest = largest[values[largest] != 0]  # a word that does not occur adds nothing
        left = len(terms) - len(largest)
        shown = [terms[k] for k in largest.tolist()]
        if left == 0:
            return shown, ""
        rest, note = self.rest(left, guarded(math.fsum, np.delete(values, largest)))
        return [*shown, rest], note

    def rest(self, left: int, value: float, of: str = "terms") -> tuple[Number, str]:
        """The sum of the terms not shown as a leaf, R with their number; and the sentence that says so.

        Where so many were left out of an earlier sum, a second number tells this one apart: R₆, R₆,₂, R₆,₃.

        Parameters:
            left: how many they are.
            value: their sum.
            of: what they are, in words.
        """
        self.rests[left] += 1
        which = self.rests[left]
        symbol = Variable("R", None, (left,) if which == 1 else (left, which))
        note = f"{symbol.text} is the sum of the {left:,} smaller {of} not shown."
        return Number(value, f"rest:{left}", symbol), note

    def known(self, number: Number) -> Number:
        """The number as the value of the step that has worked it out; as it is where none has."""
        return number if number.symbol is None else self.leaves.get(number.symbol, number)

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


def positions_shown(values: np.ndarray, top: int) -> np.ndarray:
    """Which terms of a sum are shown, in their order: all, or the `top` largest by magnitude, of equals the first."""
    if len(values) - top <= 1:  # one term left out would be no shorter than the term itself
        return np.arange(len(values))
    return np.sort(np.argsort(-np.abs(values), kind="stable")[:top])
