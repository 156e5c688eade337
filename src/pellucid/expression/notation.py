"""How a tree is written: infix for computers, Unicode for terminals, LaTeX for paper; in numbers or in symbols."""

from collections.abc import Sequence
from typing import NamedTuple

from pellucid.expression.bounds import shown
from pellucid.expression.numerals import Numeral
from pellucid.expression.symbols import SUPERSCRIPTS, Symbol
from pellucid.expression.tree import Number


class Written(NamedTuple):
    """A piece of a formula and how strongly it holds together."""

    text: str
    strength: int


SUM, SIGNED, PRODUCT, POWER, ATOM = range(5)


class Infix:
    """The grammar that the contract promises: `+ - * / ** ( )` and function calls, in numbers."""

    times, minus, separator, after_operator = " * ", "-", ", ", " "
    open_parenthesis, close_parenthesis = "(", ")"

    def __init__(self, digits: int, *, symbols: bool = False) -> None:
        self.digits = digits
        self.symbols = symbols

    def numeral(self, numeral: Numeral) -> Written:
        return Written(numeral.plain, SIGNED if numeral.is_negative else ATOM)

    def symbol(self, symbol: Symbol) -> Written:
        return Written(symbol.text, ATOM)

    def number(self, number: Number) -> Written:
        if self.symbols and number.symbol is not None:
            return self.symbol(number.symbol)
        return self.numeral(shown(number, self.digits))

    def group(self, piece: Written, at_least: int) -> str:
        """The piece, in parentheses unless it holds together at least so strongly."""
        if piece.strength >= at_least:
            return piece.text
        return self.open_parenthesis + piece.text + self.close_parenthesis

    def add(self, terms: Sequence[tuple[bool, Written]]) -> Written:
        is_subtracted, first = terms[0]
        pieces = [self.negate(first).text if is_subtracted else first.text]
        for is_subtracted, term in terms[1:]:
            pieces.append(f" {self.minus if is_subtracted else '+'}{self.after_operator}{self.group(term, PRODUCT)}")
        return Written("".join(pieces), SUM)

    def negate(self, operand: Written) -> Written:
        return Written(self.minus + self.group(operand, PRODUCT), SIGNED)

    def multiply(self, factors: Sequence[Written]) -> Written:
        return Written(self.times.join(self.group(factor, PRODUCT) for factor in factors), PRODUCT)

    def divide(self, numerator: Written, denominator: Written) -> Written:
        return Written(f"{self.group(numerator, PRODUCT)} / {self.group(denominator, POWER)}", PRODUCT)

    def power(self, base: Written, exponent: Written) -> Written:
        return Written(f"{self.group(base, ATOM)} ** {self.group(exponent, ATOM)}", POWER)

    def call(self, name: str, arguments: Sequence[Written]) -> Written:
        return Written(f"{name}({self.separator.join(argument.text for argument in arguments)})", ATOM)


class Unicode(Infix):
    """Mathematics for a terminal: −0.438 · a⁽²⁾₃. A line breaks before + and −, not within products."""

    times, minus, after_operator = "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}", "−", "\N{NO-BREAK SPACE}"

    def numeral(self, numeral: Numeral) -> Written:
        text = numeral.mantissa.replace("-", self.minus)
        if numeral.exponent is not None:
            text += f"·10{str(numeral.exponent).translate(SUPERSCRIPTS)}"
        return Written(text, SIGNED if numeral.is_negative else PRODUCT if numeral.exponent is not None else ATOM)

    def divide(self, numerator: Written, denominator: Written) -> Written:
        return Written(
            f"{self.group(numerator, PRODUCT)}\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}{self.group(denominator, POWER)}",
            PRODUCT,
        )

    def power(self, base: Written, exponent: Written) -> Written:
        if exponent.text.isascii() and exponent.text.isdigit():
            return Written(self.group(base, ATOM) + exponent.text.translate(SUPERSCRIPTS), POWER)
        return Written(f"{self.group(base, ATOM)}^{self.group(exponent, ATOM)}", POWER)

    def call(self, name: str, arguments: Sequence[Written]) -> Written:
        texts = [argument.text.replace(" ", "\N{NO-BREAK SPACE}") for argument in arguments]
        match name:
            case "abs":
                return Written(f"|{texts[0]}|", ATOM)
            case "sqrt":
                return Written(f"√({texts[0]})", ATOM)
            case "exp":
                return Written(f"e^({texts[0]})", POWER)
            case "log":
                return Written(f"ln({texts[0]})", ATOM)
        return Written(f"{name}({self.separator.join(texts)})", ATOM)


class Latex(Infix):
    """Mathematics for paper."""

    times = r" \cdot "
    open_parenthesis, close_parenthesis = r"\left(", r"\right)"

    def numeral(self, numeral: Numeral) -> Written:
        if numeral.exponent is None:
            return Written(numeral.mantissa, SIGNED if numeral.is_negative else ATOM)
        text = rf"{numeral.mantissa} \cdot 10^{{{numeral.exponent}}}"
        return Written(text, SIGNED if numeral.is_negative else PRODUCT)

    def symbol(self, symbol: Symbol) -> Written:
        return Written(symbol.latex, POWER if "^" in symbol.latex else ATOM)

    def divide(self, numerator: Written, denominator: Written) -> Written:
        return Written(rf"\frac{{{numerator.text}}}{{{denominator.text}}}", POWER)

    def power(self, base: Written, exponent: Written) -> Written:
        return Written(f"{self.group(base, ATOM)}^{{{exponent.text}}}", POWER)

    def call(self, name: str, arguments: Sequence[Written]) -> Written:
        texts = [argument.text for argument in arguments]
        match name:
            case "abs":
                return Written(rf"\left|{texts[0]}\right|", ATOM)
            case "sqrt":
                return Written(rf"\sqrt{{{texts[0]}}}", ATOM)
            case "exp":
                return Written(f"e^{{{texts[0]}}}", POWER)
            case "log":
                name = "ln"
            case "erf":
                return Written(rf"\operatorname{{erf}}\left({texts[0]}\right)", ATOM)
        return Written(rf"\{name}\left({self.separator.join(texts)}\right)", ATOM)
