"""Expression trees: numbers that know where they come from, operators and functions.

A tree is built with Python's own operators, so that a formula reads as mathematics: `(a - e) ** 2`. What a tree is
*worth*, how far rounding may move it and how it is *written* are all lowerings of the same tree: each is a
`Lowering`, and a new kind of node is one class here with one method in each of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol, TypeVar, runtime_checkable

from pellucid.expression.symbols import Symbol

R = TypeVar("R")

CONSTANT = "const"
EXACT = (CONSTANT, "t")
"""What these refs name is written out where the digits suffice: constants of the formula and the number of a step."""


@runtime_checkable
class Lowering(Protocol[R]):
    """One thing that every tree can be turned into; the methods get the operands already lowered."""

    def number(self, number: Number) -> R: ...
    def add(self, terms: Sequence[tuple[bool, R]]) -> R: ...  # (is it subtracted?, term)
    def negate(self, operand: R) -> R: ...
    def multiply(self, factors: Sequence[R]) -> R: ...
    def divide(self, numerator: R, denominator: R) -> R: ...
    def power(self, base: R, exponent: R) -> R: ...
    def call(self, name: str, arguments: Sequence[R]) -> R: ...


class Expression:
    """A node of the tree. Operators build larger trees; plain numbers in them become constants of the formula."""

    def lower(self, lowering: Lowering[R]) -> R:
        raise NotImplementedError

    def __array_namespace__(self) -> ModuleType:
        """The functions that build trees, so that a formula written for arrays also yields its own tree."""
        from pellucid.expression import functions

        return functions

    def __add__(self, other: Operand) -> Expression:
        return Add((self, as_expression(other)))

    def __radd__(self, other: Operand) -> Expression:
        return Add((as_expression(other), self))

    def __sub__(self, other: Operand) -> Expression:
        return Add((self, Negate(as_expression(other))))

    def __rsub__(self, other: Operand) -> Expression:
        return Add((as_expression(other), Negate(self)))

    def __mul__(self, other: Operand) -> Expression:
        return Multiply((self, as_expression(other)))

    def __rmul__(self, other: Operand) -> Expression:
        return Multiply((as_expression(other), self))

    def __truediv__(self, other: Operand) -> Expression:
        return Divide(self, as_expression(other))

    def __rtruediv__(self, other: Operand) -> Expression:
        return Divide(as_expression(other), self)

    def __pow__(self, other: Operand) -> Expression:
        return Power(self, as_expression(other))

    def __rpow__(self, other: Operand) -> Expression:
        return Power(as_expression(other), self)

    def __neg__(self) -> Expression:
        return Negate(self)

    def __abs__(self) -> Expression:
        return Call("abs", (self,))


Operand = Expression | float


@dataclass(frozen=True)
class Number(Expression):
    """A leaf: a float64 value, where it comes from, and the symbol that stands for it in the formula.

    `ref` is `w3:1,4` for a weight, `b3:1` a bias, `z3:1`, `y3:1`, `a2:4`, `d3:1` a delta, `e:2` an expected output, `r`
    the learning rate, `step:2` the second step's value, `rest:776` the sum of 776 terms not shown, `const` a constant.
    `is_exact` says that it is written out as a constant is, whatever its ref: 0, and not 0.000.
    """

    value: float
    ref: str = CONSTANT
    symbol: Symbol | None = None
    is_exact: bool = False

    def lower(self, lowering: Lowering[R]) -> R:
        return lowering.number(self)


@dataclass(frozen=True)
class Add(Expression):
    terms: tuple[Expression, ...]

    def lower(self, lowering: Lowering[R]) -> R:
        return lowering.add(
            [
                (True, term.operand.lower(lowering)) if isinstance(term, Negate) else (False, term.lower(lowering))
                for term in self.terms
            ]
        )


@dataclass(frozen=True)
class Negate(Expression):
    operand: Expression

    def lower(self, lowering: Lowering[R]) -> R:
        return lowering.negate(self.operand.lower(lowering))


@dataclass(frozen=True)
class Multiply(Expression):
    factors: tuple[Expression, ...]

    def lower(self, lowering: Lowering[R]) -> R:
        return lowering.multiply([factor.lower(lowering) for factor in self.factors])


@dataclass(frozen=True)
class Divide(Expression):
    numerator: Expression
    denominator: Expression

    def lower(self, lowering: Lowering[R]) -> R:
        return lowering.divide(self.numerator.lower(lowering), self.denominator.lower(lowering))


@dataclass(frozen=True)
class Power(Expression):
    base: Expression
    exponent: Expression

    def lower(self, lowering: Lowering[R]) -> R:
        return lowering.power(self.base.lower(lowering), self.exponent.lower(lowering))


@dataclass(frozen=True)
class Call(Expression):
    """A function of the closed list: exp log tanh sqrt max min abs erf cos."""

    name: str
    arguments: tuple[Expression, ...]

    def lower(self, lowering: Lowering[R]) -> R:
        return lowering.call(self.name, [argument.lower(lowering) for argument in self.arguments])


def constant(value: float) -> Number:
    """A constant of the formula, such as the 2 of 2(a − E)."""
    return Number(float(value))


def as_expression(operand: Operand) -> Expression:
    return operand if isinstance(operand, Expression) else constant(operand)


def add(terms: Sequence[Expression]) -> Expression:
    """The sum of one or more terms as one node, so that it is written without inner parentheses."""
    return terms[0] if len(terms) == 1 else Add(tuple(terms))


def multiply(factors: Sequence[Expression]) -> Expression:
    """The product of one or more factors as one node."""
    return factors[0] if len(factors) == 1 else Multiply(tuple(factors))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": math.exp,
    "log": math.log,
    "tanh": math.tanh,
    "sqrt": math.sqrt,
    "erf": math.erf,
    "cos": math.cos,
    "abs": abs,
    "max": max,
    "min": min,
}


class Value:
    """Lowers a tree to its float64 value, each leaf worth what `leaf` says (its own value unless told otherwise)."""

    def __init__(self, leaf: Callable[[Number], float] = lambda number: number.value) -> None:
        self.leaf = leaf

    def number(self, number: Number) -> float:
        return self.leaf(number)

    def add(self, terms: Sequence[tuple[bool, float]]) -> float:
        return math.fsum(-term if is_subtracted else term for is_subtracted, term in terms)

    def negate(self, operand: float) -> float:
        return -operand

    def multiply(self, factors: Sequence[float]) -> float:
        return math.prod(factors)

    def divide(self, numerator: float, denominator: float) -> float:
        return numerator / denominator

    def power(self, base: float, exponent: float) -> float:
        return math.pow(base, exponent)  # an error, not a complex number, for a root of a negative base

    def call(self, name: str, arguments: Sequence[float]) -> float:
        return FUNCTIONS[name](*arguments)


class Leaves:
    """Lowers a tree to its numbers, from left to right."""

    def number(self, number: Number) -> tuple[Number, ...]:
        return (number,)

    def add(self, terms: Sequence[tuple[bool, tuple[Number, ...]]]) -> tuple[Number, ...]:
        return sum((term for _, term in terms), ())

    def negate(self, operand: tuple[Number, ...]) -> tuple[Number, ...]:
        return operand

    def multiply(self, factors: Sequence[tuple[Number, ...]]) -> tuple[Number, ...]:
        return sum(factors, ())

    def divide(self, numerator: tuple[Number, ...], denominator: tuple[Number, ...]) -> tuple[Number, ...]:
        return numerator + denominator

    def power(self, base: tuple[Number, ...], exponent: tuple[Number, ...]) -> tuple[Number, ...]:
        return base + exponent

    def call(self, name: str, arguments: Sequence[tuple[Number, ...]]) -> tuple[Number, ...]:
        return sum(arguments, ())


def evaluate(tree: Expression) -> float:
    """The float64 value of the tree, from the leaves' full values (sums are rounded once: `math.fsum`); never −0.0."""
    return tree.lower(Value()) + 0.0


def numbers(tree: Expression) -> Iterator[Number]:
    """Each number of the tree, in the order in which it is written."""
    return iter(tree.lower(Leaves()))
