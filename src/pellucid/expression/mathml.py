"""Formulas as MathML, which browsers show without a script; each number knows the ref that it comes from."""

from collections.abc import Sequence
from html import escape

from pellucid.expression.notation import ATOM, LONG_SUM, POWER, Infix, Written, strength_of
from pellucid.expression.numerals import Numeral
from pellucid.expression.symbols import Partial, Symbol
from pellucid.expression.tree import Number


class MathML(Infix):
    """Presentation MathML (Core), to be put between `<math>` and `</math>`.

    Browsers do not break the lines of a formula: put each of the `parts` into a `<math>` of its own, and a line may
    break before each sign of a long sum. Every number, or symbol, is an element with its ref in `data-ref`.
    """

    times, over, separator = "<mo>·</mo>", "<mo>/</mo>", "<mo>,</mo>"
    sign = '<mo form="prefix">−</mo>'
    minus, plus, after_sign = '<mo form="infix">−</mo>', '<mo form="infix">+</mo>', ""
    open_parenthesis, close_parenthesis = '<mo stretchy="false">(</mo>', '<mo stretchy="false">)</mo>'

    def number(self, number: Number) -> Written:
        written = super().number(number)
        return written._replace(parts=(referring(written.text, number.ref),))

    def numeral(self, numeral: Numeral) -> Written:
        return Written((numeral_mathml(numeral),), strength_of(numeral))

    def symbol(self, symbol: Symbol) -> Written:
        is_partial = isinstance(symbol, Partial)
        return Written((symbol.mathml,), POWER if is_partial or symbol.is_raised else ATOM, is_partial)

    def in_parentheses(self, piece: Written) -> tuple[str, ...]:
        if piece.is_tall and len(piece.parts) < LONG_SUM:
            return (row("<mo>(</mo>", row(piece.text), "<mo>)</mo>"),)
        return super().in_parentheses(piece)

    def divide(self, numerator: Written, denominator: Written) -> Written:
        if max(len(numerator.parts), len(denominator.parts)) >= LONG_SUM:
            return super().divide(numerator, denominator)
        return Written((f"<mfrac>{row(numerator.text)}{row(denominator.text)}</mfrac>",), POWER, is_tall=True)

    def power(self, base: Written, exponent: Written) -> Written:
        base_row = row(" ".join(self.group(base, ATOM)))
        return Written((f"<msup>{base_row}{row(exponent.text)}</msup>",), POWER, base.is_tall, base.is_zero)

    def call(self, name: str, arguments: Sequence[Written]) -> Written:
        content = self.separator.join(argument.text for argument in arguments)
        is_tall = any(argument.is_tall for argument in arguments)
        stretchy = "" if is_tall else ' stretchy="false"'
        match name:
            case "abs":
                bars = [f'<mo form="{form}"{stretchy}>|</mo>' for form in ("prefix", "postfix")]
                return Written((row(bars[0], content, bars[1]),), ATOM, is_tall)
            case "sqrt":
                return Written((f"<msqrt>{row(content)}</msqrt>",), ATOM, is_tall)
            case "exp":
                return Written((f"<msup><mi>e</mi>{row(content)}</msup>",), POWER, is_tall)
            case "log":
                name = "ln"
        parentheses = [f"<mo{stretchy}>{character}</mo>" for character in "()"]
        return Written((row(f"<mi>{name}</mi>", parentheses[0], content, parentheses[1]),), ATOM, is_tall)


def row(*elements: str) -> str:
    """The elements as one."""
    return f"<mrow>{''.join(elements)}</mrow>"


def referring(element: str, ref: str) -> str:
    """The elements as one that names where they come from."""
    return f'<mrow data-ref="{escape(ref)}">{element}</mrow>'


def numeral_mathml(numeral: Numeral) -> str:
    """The elements of a numeral: a sign, digits, a power of ten."""
    elements = integer_or_decimal(numeral.mantissa)
    if numeral.exponent is not None:
        elements += f"<mo>·</mo><msup><mn>10</mn>{row(integer_or_decimal(str(numeral.exponent)))}</msup>"
    return elements


def integer_or_decimal(text: str) -> str:
    sign = '<mo form="prefix">−</mo>' if text.startswith("-") else ""
    return f"{sign}<mn>{text.removeprefix('-')}</mn>"
