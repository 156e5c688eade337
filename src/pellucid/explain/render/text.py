"""Derivations as text for a terminal."""

import textwrap

from pellucid.explain.derivation import Derivation, Step
from pellucid.expression import Unicode, numeral

INDENT = "   "


def derivation_text(derivation: Derivation, digits: int, width: int) -> str:
    """The title, then each step: its name, formula, numbers and value, folded to `width` columns."""
    parts = [derivation.title]
    for number, step in enumerate(derivation.steps, start=1):
        parts.append("\n".join([f"{number}. {step.name}", *step_lines(step, digits, width)]))
    return "\n\n".join(parts) + "\n"


def step_lines(step: Step, digits: int, width: int) -> list[str]:
    """The lines of one step, the equals signs under each other."""
    symbol = step.symbol.text
    value = Unicode(digits).numeral(numeral(step.value, digits)).text
    formula = step.tree.lower(Unicode(digits, symbols=True)).text
    right_sides = [formula, value] if step.is_given else [formula, step.tree.lower(Unicode(digits)).text, value]
    if right_sides[0] == right_sides[-1]:
        right_sides = right_sides[-1:]
    margin = INDENT + " " * len(symbol)
    lines: list[str] = []
    for number, side in enumerate(right_sides):
        first = f"{INDENT}{symbol} = " if number == 0 else f"{margin} = "
        lines += fold(side, width, first, margin + " " * 5)
    if step.note:
        lines += fold(step.note, width, INDENT, INDENT)
    return lines


def fold(text: str, width: int, first: str, following: str) -> list[str]:
    """The text in lines of at most `width` columns where it can be broken (at spaces; products hold together)."""
    lines = textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=first,
        subsequent_indent=following,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]
