"""The pieces of what is said, as every medium writes them: words, and among them the parts of formulas."""

import math
from collections.abc import Iterator

from pellucid.explain.words import InSymbols, Words, pieces_of
from pellucid.expression import Infix, Number, Unicode, numeral


def lowered(words: Words, notation: Infix) -> Iterator[str | tuple[str, ...]]:
    """Each piece: words as they are, of numbers and formulas the parts between which a line may break."""
    for piece in pieces_of(words):
        if isinstance(piece, str):
            yield piece
        elif isinstance(piece, InSymbols):
            yield piece.tree.lower(type(notation)(notation.digits, symbols=True)).parts
        else:
            yield number_parts(piece, notation)


def number_parts(number: float | Number, notation: Infix) -> str | tuple[str, ...]:
    """The parts of a number; of one that is not finite the words for it."""
    value = number.value if isinstance(number, Number) else number
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if isinstance(number, Number):
        return notation.number(number).parts
    return notation.numeral(numeral(value, notation.digits)).parts


def words_text(words: Words, digits: int) -> str:
    """The words in Unicode, within formulas with spaces at which no line may break.

    >>> words_text(("It is ", 0.25, " of the whole."), 3)
    'It is 0.250 of the whole.'
    """
    return "".join(piece if isinstance(piece, str) else " ".join(piece) for piece in lowered(words, Unicode(digits)))
