"""How one parameter is corrected, written out by the very lines of the optimizer that correct arrays in training."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import fields, replace
from typing import Any, TypeVar

from pellucid.explain.derivation import Steps
from pellucid.expression import Add, Divide, Expression, Number, Variable, add
from pellucid.expression.symbols import HAT
from pellucid.expression.tree import CONSTANT
from pellucid.maths import Optimizer
from pellucid.maths.optimizers import HYPER_PARAMETERS, REMEMBERED, State

Rule = TypeVar("Rule")
SYMBOLS = {name: choice.symbol for name, choice in HYPER_PARAMETERS.items()}
SWITCHES = ("momentum", "weight_decay")
"""Where one of these is 0, a part of the formula is switched off."""


def with_symbols(rule: Rule, symbols: Mapping[str, Variable]) -> Rule:
    """A copy of an optimizer or a penalty that writes out its formula: its numbers are leaves that know their symbol.

    A switch that is 0 stays plain.
    """
    written = copy(rule)
    for name, symbol in symbols.items():
        value = getattr(rule, name, None)
        if value or (value is not None and name not in SWITCHES):
            object.__setattr__(written, name, Number(float(value), CONSTANT, symbol))
    return written


def add_memory(
    steps: Steps,
    optimizer: Optimizer,
    parameter: Number,
    gradient: Number,
    memory: State,
    *,
    rate: Number,
    time: Number,
    decays: bool,
    new: Callable[[str], Variable],
) -> tuple[Expression, State]:
    """Adds the steps of what the optimizer remembers of a parameter.

    Parameters:
        steps: where they are added.
        optimizer: whose formula it is.
        parameter, gradient: the leaves of w and of its derivative.
        memory: what is remembered of this one parameter, in leaves.
        rate, time: the leaves of r and t.
        decays: whether a weight decay acts on it.
        new: the symbol of a remembered number after the step, from its letter.

    Returns:
        The correction Δw as a tree, and what is remembered after the step, in leaves.
    """
    written = with_symbols(optimizer, SYMBOLS)
    corrected, after = written.step(parameter, gradient, memory, learning_rate=rate, time=time, decays=decays)
    leaves: dict[int, Number] = {}
    for name, tree in after._asdict().items():
        letter, meaning = REMEMBERED[name]
        note = "Before the first step nothing is remembered." if time.value == 1 and not leaves else ""
        leaves[id(tree)] = exact_zero(steps.add(f"{meaning} after this step", new(letter), tree, note))
    for name, tree in after._asdict().items():
        letter, meaning = REMEMBERED[name]
        for quotient in quotients_of(corrected, tree):
            name = f"{meaning}, corrected for its start at 0"
            leaves[id(quotient)] = exact_zero(steps.add(name, new(letter + HAT), cut(quotient, leaves)))
    change = add([term for term in terms_of(cut(corrected, leaves)) if term is not parameter])
    return change, type(after)(*(leaves[id(tree)] for tree in after))


def exact_zero(number: Number) -> Number:
    """The number; where it is 0, as exactly that, since a 0.000 that may be a little less has no root."""
    return replace(number, is_exact=number.value == 0)


def cut(tree: Expression, leaves: Mapping[int, Number]) -> Expression:
    """The tree with leaves in place of the sub-trees, known by their identity, that are steps already."""
    if id(tree) in leaves:
        return leaves[id(tree)]
    if isinstance(tree, Number):
        return tree
    node: Any = tree
    return replace(node, **{field.name: cut_operand(getattr(node, field.name), leaves) for field in fields(node)})


def cut_operand(operand: Any, leaves: Mapping[int, Number]) -> Any:
    """An operand, several of them, or a function's name, as `cut` leaves them."""
    if isinstance(operand, Expression):
        return cut(operand, leaves)
    return tuple(cut(each, leaves) for each in operand) if isinstance(operand, tuple) else operand


def terms_of(tree: Expression) -> list[Expression]:
    """The terms of a sum, those of sums within it among them."""
    return [term for part in tree.terms for term in terms_of(part)] if isinstance(tree, Add) else [tree]


def quotients_of(tree: Expression, numerator: Expression) -> list[Divide]:
    """The quotients within the tree whose numerator is that very tree."""
    if isinstance(tree, Divide) and tree.numerator is numerator:
        return [tree]
    node: Any = tree
    operands = [getattr(node, field.name) for field in fields(node)]
    inner = [each for operand in operands for each in (operand if isinstance(operand, tuple) else (operand,))]
    return [quotient for each in inner if isinstance(each, Expression) for quotient in quotients_of(each, numerator)]
