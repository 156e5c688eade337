"""Formulas as they are written: exact text for a few that were written by hand."""

import pytest

from pellucid.expression import (
    Expression,
    Infix,
    Latex,
    Number,
    Partial,
    Unicode,
    Variable,
    add,
    constant,
    constant_numeral,
    evaluate,
    functions,
    multiply,
    numeral,
)

W = Number(-0.438, "w3:1,4", Variable("w", 3, (1, 4)))
A = Number(0.315, "a2:4", Variable("a", 2, (4,)))
B = Number(0.884, "b3:1", Variable("b", 3, (1,)))
Z = Number(2.0, "z3:1", Variable("z", 3, (1,)))
TINY = Number(1.23e-7, "d3:1", Variable("δ", 3, (1,)))

WRITTEN = [
    (
        W * A + B,
        "(-0.438) * 0.315 + 0.884",
        "(−0.438) · 0.315 + 0.884",
        r"w^{(3)}_{1,4} \cdot a^{(2)}_{4} + b^{(3)}_{1}",
        r"\left(-0.438\right) \cdot 0.315 + 0.884",
    ),
    (
        B + W * A,
        "0.884 + (-0.438) * 0.315",
        "0.884 + (−0.438) · 0.315",
        r"b^{(3)}_{1} + w^{(3)}_{1,4} \cdot a^{(2)}_{4}",
        r"0.884 + \left(-0.438\right) \cdot 0.315",
    ),
    (
        1 / (1 + functions.exp(-Z)),
        "1 / (1 + exp(-2.00))",
        "1 / (1 + e^(−2.00))",
        r"\frac{1}{1 + e^{-z^{(3)}_{1}}}",
        r"\frac{1}{1 + e^{-2.00}}",
    ),
    (
        (A - 1) ** 2,
        "(0.315 - 1) ** 2",
        "(0.315 − 1)²",
        r"\left(a^{(2)}_{4} - 1\right)^{2}",
        r"\left(0.315 - 1\right)^{2}",
    ),
    (W**2, "(-0.438) ** 2", "(−0.438)²", r"\left(w^{(3)}_{1,4}\right)^{2}", r"\left(-0.438\right)^{2}"),
    (-(W - B), "-(-0.438 - 0.884)", "−(−0.438 − 0.884)", r"-\left(w^{(3)}_{1,4} - b^{(3)}_{1}\right)", None),
    (A - (B - W), "0.315 - (0.884 - (-0.438))", "0.315 − (0.884 − (−0.438))", None, None),
    (A / (B * TINY), "0.315 / (0.884 * 1.23e-07)", "0.315 / (0.884 · 1.23·10⁻⁷)", None, None),
    (
        TINY * A,
        "1.23e-07 * 0.315",
        "1.23·10⁻⁷ · 0.315",
        r"\delta^{(3)}_{1} \cdot a^{(2)}_{4}",
        r"1.23 \cdot 10^{-7} \cdot 0.315",
    ),
    (
        abs(functions.maximum(0, W)) / functions.sqrt(Z),
        "abs(max(0, -0.438)) / sqrt(2.00)",
        "|max(0, −0.438)| / √(2.00)",
        r"\frac{\left|\max\left(0, w^{(3)}_{1,4}\right)\right|}{\sqrt{z^{(3)}_{1}}}",
        None,
    ),
    (
        functions.log(A) + functions.erf(A) - functions.tanh(A),
        "log(0.315) + erf(0.315) - tanh(0.315)",
        "ln(0.315) + erf(0.315) − tanh(0.315)",
        None,
        r"\ln\left(0.315\right) + \operatorname{erf}\left(0.315\right) - \tanh\left(0.315\right)",
    ),
]


@pytest.mark.parametrize(("tree", "infix", "unicode", "symbols", "latex"), WRITTEN, ids=[row[1] for row in WRITTEN])
def test_each_notation_writes_what_a_person_would(
    tree: Expression, infix: str, unicode: str, symbols: str | None, latex: str | None
):
    assert tree.lower(Infix(3)).text == infix
    assert tree.lower(Unicode(3)).text.replace("\N{NO-BREAK SPACE}", " ") == unicode
    if symbols is not None:
        assert tree.lower(Latex(3, symbols=True)).text == symbols
    if latex is not None:
        assert tree.lower(Latex(3)).text == latex


def test_a_line_may_break_before_the_sign_of_a_sum_and_nowhere_else():
    text = (W * A + B - functions.log(A + B)).lower(Unicode(3)).text
    assert text.split(" ") == [
        "(−0.438)\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}0.315",
        "+\N{NO-BREAK SPACE}0.884",
        "−\N{NO-BREAK SPACE}ln(0.315\N{NO-BREAK SPACE}+\N{NO-BREAK SPACE}0.884)",
    ]


def test_symbols_have_their_layer_above_and_their_numbers_below():
    weight, cost = Variable("w", 3, (1, 14)), Variable("C")
    assert (weight.text, Partial(cost, weight).text) == ("w⁽³⁾₁,₁₄", "∂C/∂w⁽³⁾₁,₁₄")
    assert Partial(cost, weight).latex == r"\frac{\partial C}{\partial w^{(3)}_{1,14}}"
    assert Variable("w", 3, (1, 4), mark="′").latex == r"w^{(3)\prime}_{1,4}"
    assert Variable("w", 3, (1, 4), mark="′").text == "w′⁽³⁾₁,₄"


@pytest.mark.parametrize(
    ("value", "digits", "plain"),
    [
        (-0.438, 4, "-0.4380"),
        (1.23456e-7, 3, "1.23e-07"),
        (0.0, 4, "0.000"),
        (-0.0, 4, "0.000"),
        (-1e-9, 2, "-1.0e-09"),
        (12345.6, 4, "1.235e+04"),
        (9999.6, 4, "1.000e+04"),
        (999.96, 4, "1000"),
        (0.00099996, 4, "0.001000"),
        (0.000099996, 4, "0.0001000"),
        (0.00001, 4, "1.000e-05"),
        (1e200, 3, "1.00e+200"),
        (7.0, 2, "7.0"),
    ],
)
def test_numerals(value: float, digits: int, plain: str):
    assert numeral(value, digits).plain == plain


@pytest.mark.parametrize(
    ("value", "digits", "plain", "half_unit"),
    [
        (2.0, 4, "2", 0.0),
        (-1.0, 4, "-1", 0.0),
        (0.5, 2, "0.5", 0.0),
        (0.01, 4, "0.01", 0.0),
        (1e-5, 3, "1e-05", 0.0),
        (1.0507009873554805, 4, "1.051", 0.0005),
        (1e15, 4, "1e+15", 0.0),
    ],
)
def test_constants_are_written_out_where_the_digits_suffice(value: float, digits: int, plain: str, half_unit: float):
    written = constant_numeral(value, digits)
    assert (written.plain, written.half_unit) == (plain, half_unit)


def test_sums_and_products_of_one_are_that_one_and_sums_are_rounded_once():
    assert add([W]) is W
    assert multiply([A]) is A
    assert evaluate(add([constant(0.1)] * 10)) == 1.0
    assert evaluate(1 - constant(3) + (-constant(2)) / 4) == -2.5
