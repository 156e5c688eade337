"""How a tree is written: infix for computers, Unicode for terminals, LaTeX for paper; in numbers or in symbols."""

from collections.abc import Sequence
from typing import NamedTuple

from pellucid.expression.bounds import shown
from pellucid.expression.numerals import Numeral
from pellucid.expression.symbols import SUPERSCRIPTS, Partial, Symbol
from pellucid.expression.tree import Number

SUM, SIGNED, PRODUCT, POWER, ATOM = range(5)
LONG_SUM = 4
"""From so many terms a sum may need more than one line, so that it is no longer put on a fraction line."""


class Written(NamedTuple):
    """A piece of a formula.

    Attributes:
        parts: what stands together; a line may break between one part and the next.
        strength: how strongly the piece holds together.
        is_tall: whether it holds a fraction, so that parentheses around it grow.
        leads_with_zero: whether it begins with a number that is shown as zero, before which no minus sign may stand.
    """

    parts: tuple[str, ...]
    strength: int
    is_tall: bool = False
    leads_with_zero: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.parts)

    @property
    def is_zero(self) -> bool:
        """Whether it is a number shown as zero and nothing more."""
        return self.leads_with_zero and self.strength == ATOM


def glue(*runs: Sequence[str]) -> tuple[str, ...]:
    """The runs of parts as one, the last part of each held together with the first of the next."""
    glued = [""]
    for run in runs:
        glued = [*glued[:-1], glued[-1] + run[0], *run[1:]]
    return tuple(glued)


class Infix:
    """The grammar that the contract promises: `+ - * / ** ( )` and function calls, in numbers."""

    times, over, sign, minus, plus, separator, after_sign = " * ", " / ", "-", "-", "+", ", ", " "
    open_parenthesis, close_parenthesis = "(", ")"
    space = " "
    """Between what must stay on one line."""

    def __init__(self, digits: int, *, symbols: bool = False) -> None:
        self.digits = digits
        self.symbols = symbols

    def numeral(self, numeral: Numeral) -> Written:
        return Written((numeral.plain,), SIGNED if numeral.is_negative else ATOM)

    def symbol(self, symbol: Symbol) -> Written:
        return Written((symbol.text,), ATOM)

    def number(self, number: Number) -> Written:
        if self.symbols and number.symbol is not None:
            return self.symbol(number.symbol)
        numeral = shown(number, self.digits)
        return self.numeral(numeral)._replace(leads_with_zero=float(numeral) == 0)

    def group(self, piece: Written, at_least: int) -> tuple[str, ...]:
        """The piece's parts, in parentheses unless it holds together at least so strongly."""
        return piece.parts if piece.strength >= at_least else self.in_parentheses(piece)

    def in_parentheses(self, piece: Written) -> tuple[str, ...]:
        parts = piece.parts if len(piece.parts) >= LONG_SUM else (self.space.join(piece.parts),)
        return glue([self.open_parenthesis], parts, [self.close_parenthesis])

    def add(self, terms: Sequence[tuple[bool, Written]]) -> Written:
        is_subtracted, first = terms[0]
        parts = self.negate(first).parts if is_subtracted else first.parts
        for is_subtracted, term in terms[1:]:
            sign = self.minus if is_subtracted else self.plus
            parts += glue([sign + self.after_sign], self.group(term, PRODUCT))
        return Written(parts, SUM, any(term.is_tall for _, term in terms))

    def negate(self, operand: Written) -> Written:
        if operand.is_zero:
            return operand
        return Written(glue([self.sign], self.negated(operand)), SIGNED, operand.is_tall)

    def negated(self, operand: Written) -> tuple[str, ...]:
        """The parts that follow a minus sign: −(0.000 · 2.0), since −0.000 is no number."""
        return self.in_parentheses(operand) if operand.leads_with_zero else self.group(operand, PRODUCT)

    def multiply(self, factors: Sequence[Written]) -> Written:
        parts = self.group(factors[0], PRODUCT)
        for factor in factors[1:]:
            parts = glue(parts, [self.times], self.group(factor, PRODUCT))
        return Written(parts, PRODUCT, any(factor.is_tall for factor in factors), factors[0].leads_with_zero)

    def divide(self, numerator: Written, denominator: Written) -> Written:
        parts = glue(self.group(numerator, PRODUCT), [self.over], self.group(denominator, POWER))
        return Written(parts, PRODUCT, numerator.is_tall or denominator.is_tall, numerator.leads_with_zero)

    def power(self, base: Written, exponent: Written) -> Written:
        return Written(
            glue(self.group(base, ATOM), [" ** "], self.group(exponent, ATOM)), POWER, leads_with_zero=base.is_zero
        )

    def call(self, name: str, arguments: Sequence[Written]) -> Written:
        return Written((f"{name}({self.separator.join(argument.text for argument in arguments)})",), ATOM)


class Unicode(Infix):
    """Mathematics for a terminal: −0.438 · a⁽²⁾₃. A line breaks before + and −, not within products."""

    times, over = "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}"
    sign, minus, after_sign, space = "−", "−", "\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"

    def numeral(self, numeral: Numeral) -> Written:
        text = numeral.mantissa.replace("-", self.minus)
        if numeral.exponent is not None:
            text += f"·10{str(numeral.exponent).translate(SUPERSCRIPTS)}"
        return Written((text,), strength_of(numeral))

    def symbol(self, symbol: Symbol) -> Written:
        if isinstance(symbol, Partial):
            return Written((symbol.text,), PRODUCT)
        return Written((symbol.text,), POWER if symbol.is_raised else ATOM)

    def power(self, base: Written, exponent: Written) -> Written:
        if exponent.text.isascii() and exponent.text.isdigit():
            raised = [exponent.text.translate(SUPERSCRIPTS)]
        else:
            raised = glue(["^"], self.group(exponent, ATOM))
        return Written(glue(self.group(base, ATOM), raised), POWER, leads_with_zero=base.is_zero)

    def call(self, name: str, arguments: Sequence[Written]) -> Written:
        texts = [self.space.join(argument.parts) for argument in arguments]
        match name:
            case "abs":
                return Written((f"|{texts[0]}|",), ATOM)
            case "sqrt":
                return Written((f"√({texts[0]})",), ATOM)
            case "exp":
                return Written((f"e^({texts[0]})",), POWER)
            case "log":
                name = "ln"
        return Written((f"{name}({self.separator.join(texts)})",), ATOM)


class Latex(Infix):
    """Mathematics for paper."""

    times, over = r" \cdot ", " / "

    def numeral(self, numeral: Numeral) -> Written:
        text = numeral.mantissa
        if numeral.exponent is not None:
            text += rf" \cdot 10^{{{numeral.exponent}}}"
        return Written((text,), strength_of(numeral))

    def symbol(self, symbol: Symbol) -> Written:
        if isinstance(symbol, Partial):
            return Written((symbol.latex,), POWER, is_tall=True)
        return Written((symbol.latex,), POWER if symbol.is_raised else ATOM)

    def in_parentheses(self, piece: Written) -> tuple[str, ...]:
        if not piece.is_tall:
            return super().in_parentheses(piece)
        if len(piece.parts) < LONG_SUM:
            return (rf"\left({piece.text}\right)",)
        # TeX does not break a line between \left and \right.
        return glue([r"\Bigl("], piece.parts, [r"\Bigr)"])

    def divide(self, numerator: Written, denominator: Written) -> Written:
        if max(len(numerator.parts), len(denominator.parts)) >= LONG_SUM:
            return super().divide(numerator, denominator)
        return Written((rf"\frac{{{numerator.text}}}{{{denominator.text}}}",), POWER, is_tall=True)

    def power(self, base: Written, exponent: Written) -> Written:
        return Written(glue(self.group(base, ATOM), [f"^{{{exponent.text}}}"]), POWER, base.is_tall, base.is_zero)

    def call(self, name: str, arguments: Sequence[Written]) -> Written:
        text = self.separator.join(argument.text for argument in arguments)
        is_tall = any(argument.is_tall for argument in arguments)
        match name:
            case "abs":
                return Written((rf"\left|{text}\right|",), ATOM, is_tall)
            case "sqrt":
                return Written((rf"\sqrt{{{text}}}",), ATOM, is_tall)
            case "exp":
                return Written((f"e^{{{text}}}",), POWER, is_tall)
            case "log":
                function = r"\ln"
            case "erf":
                function = r"\operatorname{erf}"
            case _:
                function = rf"\{name}"
        parentheses = (r"\left(", r"\right)") if is_tall else ("(", ")")
        return Written((function + text.join(parentheses),), ATOM, is_tall)


def strength_of(numeral: Numeral) -> int:
    """How strongly a numeral holds together where a power of ten is written as a product."""
    return SIGNED if numeral.is_negative else ATOM if numeral.exponent is None else PRODUCT
