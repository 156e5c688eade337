"""Derivatives of trees: a formula taken apart into elementary operations, each with its derivative by a named rule.

The formula is read from the inside out: u₁ = −z, u₂ = e^{u₁}, u₃ = 1 + u₂, … Each operation's derivative needs only
the derivatives of its operands, so that the last one is the derivative of the whole: the chain rule in forward mode.

At a kink the derivative from the left is taken, of |u|, max and min alike. Taken from one side throughout, the rules
stay true of a formula of several kinks whose kinks cancel, such as softplus, max(0, z) + ln(1 + e^−|z|) at z = 0.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from pellucid.expression import functions
from pellucid.expression.symbols import Variable
from pellucid.expression.tree import (
    Add,
    Call,
    Divide,
    Expression,
    Multiply,
    Negate,
    Number,
    Power,
    add,
    constant,
    evaluate,
    multiply,
)

Name = Callable[[Expression], Number]
"""Takes a formula whose numbers are known and gives the leaf that later formulas name its value by."""


class Operation(NamedTuple):
    """One elementary operation on constants, the variable and earlier operations.

    Attributes:
        source: the part of the whole formula that it stands for.
        tree: the operation, its operands being leaves (or constants' formulas).
        value: the leaf that names what it gives.
    """

    source: Expression
    tree: Expression
    value: Number


class Rule(NamedTuple):
    """The derivative of an operation, and the rule that gives it.

    Attributes:
        name: the rule, in words and symbols.
        tree: the derivative, from the operands and their derivatives.
        is_at_kink: whether there are two one-sided derivatives here, the one from the left being taken.
    """

    name: str
    tree: Expression
    is_at_kink: bool = False


def operands_of(tree: Expression) -> tuple[Expression, ...]:
    """What a node is made of, from left to right: a term that is subtracted counts without its sign."""
    match tree:
        case Add(terms):
            return tuple(term.operand if isinstance(term, Negate) else term for term in terms)
        case Negate(operand):
            return (operand,)
        case Multiply(factors):
            return factors
        case Divide(numerator, denominator):
            return numerator, denominator
        case Power(base, exponent):
            return base, exponent
        case Call(_, arguments):
            return arguments
    return ()


def with_operands(tree: Expression, operands: Sequence[Expression]) -> Expression:
    """The node with other operands in the places of its own."""
    match tree:
        case Add(terms):
            signed = zip(terms, operands, strict=True)
            return Add(tuple(Negate(new) if isinstance(old, Negate) else new for old, new in signed))
        case Multiply():
            return Multiply(tuple(operands))
        case Call(name):
            return Call(name, tuple(operands))
    return type(tree)(*operands)


def contains(tree: Expression, leaf: Number) -> bool:
    """Whether the leaf stands anywhere in the tree."""
    return tree == leaf or any(contains(operand, leaf) for operand in operands_of(tree))


def take_apart(tree: Expression, by: Number, name: Name) -> list[Operation]:
    """The elementary operations that lead from `by` to the tree's value, from the inside out.

    Parts without `by` are constants and stay as they are; a part that occurs twice is one operation.

    Parameters:
        tree: the formula.
        by: the leaf that it is taken as a function of.
        name: called with each operation as it is found; gives the leaf that later operations name its value by.

    Returns:
        The operations, the last one giving the tree's value; none where the tree does not contain `by` or is `by`.
    """
    operations: list[Operation] = []
    leaves: dict[Expression, Expression] = {by: by}

    def leaf_of(part: Expression) -> Expression:
        if part not in leaves:
            if contains(part, by):
                operation = with_operands(part, [leaf_of(operand) for operand in operands_of(part)])
                value = name(operation)
                operations.append(Operation(part, operation, value))
                leaves[part] = value
            else:
                leaves[part] = part
        return leaves[part]

    leaf_of(tree)
    return operations


def rule_of(operation: Operation, derivatives: Mapping[Expression, Expression]) -> Rule:
    """The derivative of one operation, by the rule for its kind.

    Parameters:
        operation: what is differentiated.
        derivatives: of each operand that varies its derivative, a leaf; the variable's own is 1.
    """
    tree, own = operation.tree, operation.value
    operands = operands_of(tree)
    slopes = [derivatives.get(operand) for operand in operands]
    match tree:
        case Add(terms):
            return _sum_rule(terms, slopes)
        case Multiply():
            return _product_rule(operands, slopes)
        case Divide():
            return _quotient_rule(operands, slopes)
        case Power():
            return _power_rule(operands, slopes, own)
        case Call("max" | "min" as name):
            return _extreme_rule(name, operands, slopes)
    (u,), (slope,) = operands, varying_of(slopes)
    match tree:
        case Negate():
            return Rule("sign: (−u)′ = −u′", -slope)
        case Call("abs"):
            if evaluate(u) != 0:
                return Rule("absolute value: |u|′ = u/|u| · u′", u / own * slope)
            return Rule("absolute value, at its kink: |u|′ = −|u′| from the left", -abs(slope), evaluate(slope) != 0)
        case Call("exp"):
            return Rule("exponential: (eᵘ)′ = eᵘ · u′", own * slope)
        case Call("log"):
            return Rule("logarithm: (ln u)′ = u′/u", slope / u)
        case Call("tanh"):
            return Rule("hyperbolic tangent: tanh(u)′ = (1 − tanh²(u)) · u′", (1 - own**2) * slope)
        case Call("sqrt"):
            return Rule("root: (√u)′ = u′/(2 √u)", slope / (2 * own))
        case Call("erf"):
            density = 2 / functions.sqrt(Number(math.pi, symbol=Variable("π"))) * functions.exp(-(u**2))
            return Rule("error function: erf(u)′ = 2/√π · e^(−u²) · u′", density * slope)
    raise NotImplementedError(type(tree))


def varying_of(slopes: Sequence[Expression | None]) -> list[Expression]:
    """The derivatives of those operands that have one."""
    return [slope for slope in slopes if slope is not None]


def _sum_rule(terms: Sequence[Expression], slopes: Sequence[Expression | None]) -> Rule:
    varying = [
        Negate(slope) if isinstance(term, Negate) else slope
        for term, slope in zip(terms, slopes, strict=True)
        if slope is not None
    ]
    words = "(u ± v)′ = u′ ± v′" if len(varying) > 1 else "the derivative of a constant is 0"
    return Rule(f"sum: {words}", add(varying))


def _product_rule(factors: Sequence[Expression], slopes: Sequence[Expression | None]) -> Rule:
    products = [
        multiply([*factors[:place], slope, *factors[place + 1 :]])
        for place, slope in enumerate(slopes)
        if slope is not None
    ]
    words = "product: (u · v)′ = u′ · v + u · v′" if len(products) > 1 else "constant factor: (c · u)′ = c · u′"
    return Rule(words, add(products))


def _quotient_rule(operands: Sequence[Expression], slopes: Sequence[Expression | None]) -> Rule:
    (u, v), varying = operands, varying_of(slopes)
    if len(varying) == 2:
        slope_of_u, slope_of_v = varying
        return Rule("quotient: (u/v)′ = (u′ · v − u · v′)/v²", (slope_of_u * v - u * slope_of_v) / v**2)
    (slope,) = varying
    if slopes[1] is None:
        return Rule("constant divisor: (u/c)′ = u′/c", slope / v)
    return Rule("quotient: (c/v)′ = −c · v′/v²", -(u * slope / v**2))


def _power_rule(operands: Sequence[Expression], slopes: Sequence[Expression | None], own: Number) -> Rule:
    (u, n), varying = operands, varying_of(slopes)
    if len(varying) == 2:
        slope_of_u, slope_of_n = varying
        exponent = slope_of_n * functions.log(u) + n * slope_of_u / u
        return Rule("power: (uᵛ)′ = uᵛ · (v′ · ln u + v · u′/u)", own * exponent)
    (slope,) = varying
    if slopes[0] is None:
        return Rule("power: (cᵛ)′ = cᵛ · ln c · v′", multiply([own, functions.log(u), slope]))
    if n == constant(2):
        return Rule("power: (u²)′ = 2 · u · u′", multiply([n, u, slope]))
    is_written_out = isinstance(n, Number) and n == constant(n.value)
    return Rule(
        "power: (uⁿ)′ = n · uⁿ⁻¹ · u′",
        multiply([n, u ** (constant(evaluate(n) - 1) if is_written_out else n - 1), slope]),
    )


def _extreme_rule(name: str, operands: Sequence[Expression], slopes: Sequence[Expression | None]) -> Rule:
    pick = max if name == "max" else min
    extreme = pick(map(evaluate, operands))
    candidates = [
        constant(0) if slope is None else slope
        for operand, slope in zip(operands, slopes, strict=True)
        if evaluate(operand) == extreme
    ]
    word = "largest" if name == "max" else "smallest"
    if len({evaluate(candidate) for candidate in candidates}) == 1:
        return Rule(f"{name}: the derivative of the {word}", candidates[0])
    # A little to the left the largest of equals is the one that grows least, the smallest the one that grows most.
    from_the_left = min(candidates, key=evaluate) if name == "max" else max(candidates, key=evaluate)
    return Rule(
        f"{name}, at its kink: of equals, the derivative of the one that is {word} on the left", from_the_left, True
    )
