"""Formulas as trees: from one tree come the symbols, the numbers, LaTeX, plain text, the value and its tolerance."""

from pellucid.expression.bounds import tolerance
from pellucid.expression.mathml import MathML
from pellucid.expression.notation import Infix, Latex, Unicode
from pellucid.expression.numerals import Numeral, constant_numeral, numeral
from pellucid.expression.symbols import Partial, Symbol, Variable
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
    numbers,
)

__all__ = [
    "Add",
    "Call",
    "Divide",
    "Expression",
    "Infix",
    "Latex",
    "MathML",
    "Multiply",
    "Negate",
    "Number",
    "Numeral",
    "Partial",
    "Power",
    "Symbol",
    "Unicode",
    "Variable",
    "add",
    "constant",
    "constant_numeral",
    "evaluate",
    "multiply",
    "numbers",
    "numeral",
    "tolerance",
]
