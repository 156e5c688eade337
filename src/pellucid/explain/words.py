"""Words for people, with numbers and formulas among them that each medium writes in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pellucid.expression import Expression, Number, constant, evaluate
from pellucid.maths import Activation


@dataclass(frozen=True)
class InSymbols:
    """A formula to be written in symbols, not in numbers."""

    tree: Expression


Piece: TypeAlias = str | float | Number | InSymbols
"""A float is shown with as many significant digits as are asked for, a Number as in formulas: constants as they are."""
Words: TypeAlias = Piece | tuple[Piece, ...]
"""Pieces that follow each other without a space between them; symbols in a str are written in Unicode."""


def pieces_of(words: Words) -> tuple[Piece, ...]:
    """The pieces, also where there is only one."""
    return words if isinstance(words, tuple) else (words,)


def note_on_slope(function: Activation, z: Expression) -> Words:
    """What to say of an activation's slope at this pre-activation: at a kink, what it counts as there."""
    if evaluate(z) not in function.kinks:
        return f"The slope is {function.slope}." if function.slope else ""
    slope = evaluate(function.derivative_formula(z, [z]))
    return "At the kink z = ", constant(evaluate(z)), " the slope counts as ", constant(slope), "."


def joined(sentences: Sequence[Words], separator: str) -> tuple[Piece, ...]:
    """The words one after the other, with the separator between them."""
    pieces: list[Piece] = []
    for number, words in enumerate(sentences):
        pieces += [separator] * bool(number) + [*pieces_of(words)]
    return tuple(pieces)
