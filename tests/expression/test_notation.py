"""Formulas as they are written: exact text for a few that were written by hand."""

import math
from dataclasses import replace

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
    tolerance,
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
        r"(-0.438) \cdot 0.315 + 0.884",
    ),
    (
        B + W * A,
        "0.884 + (-0.438) * 0.315",
        "0.884 + (−0.438) · 0.315",
        r"b^{(3)}_{1} + w^{(3)}_{1,4} \cdot a^{(2)}_{4}",
        r"0.884 + (-0.438) \cdot 0.315",
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
        r"(a^{(2)}_{4} - 1)^{2}",
        r"(0.315 - 1)^{2}",
    ),
    (W**2, "(-0.438) ** 2", "(−0.438)²", r"(w^{(3)}_{1,4})^{2}", r"(-0.438)^{2}"),
    (-(W - B), "-(-0.438 - 0.884)", "−(−0.438 − 0.884)", r"-(w^{(3)}_{1,4} - b^{(3)}_{1})", None),
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
        r"\frac{\left|\max(0, w^{(3)}_{1,4})\right|}{\sqrt{z^{(3)}_{1}}}",
        None,
    ),
    (
        functions.log(A) + functions.erf(A) - functions.tanh(A),
        "log(0.315) + erf(0.315) - tanh(0.315)",
        "ln(0.315) + erf(0.315) − tanh(0.315)",
        None,
        r"\ln(0.315) + \operatorname{erf}(0.315) - \tanh(0.315)",
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


ZERO = Number(0.0, "z3:1", Variable("z", 3, (1,)))


@pytest.mark.parametrize(
    ("tree", "infix", "unicode", "latex"),
    [
        (-ZERO, "0.00", "0.00", "0.00"),
        (-Number(-0.0, "z3:1"), "0.00", "0.00", "0.00"),
        (-constant(0), "0", "0", "0"),
        (functions.exp(-ZERO), "exp(0.00)", "e^(0.00)", "e^{0.00}"),
        (-ZERO + B, "0.00 + 0.884", "0.00 + 0.884", "0.00 + 0.884"),
        (B - ZERO, "0.884 - 0.00", "0.884 − 0.00", "0.884 - 0.00"),
        ((-ZERO) * B, "0.00 * 0.884", "0.00 · 0.884", r"0.00 \cdot 0.884"),
        (-(ZERO * B), "-(0.00 * 0.884)", "−(0.00 · 0.884)", r"-(0.00 \cdot 0.884)"),
        (-(ZERO / B), "-(0.00 / 0.884)", "−(0.00 / 0.884)", r"-\frac{0.00}{0.884}"),
        (-(ZERO**2), "-(0.00 ** 2)", "−(0.00²)", "-(0.00^{2})"),
        (-((ZERO * B) ** 2), "-(0.00 * 0.884) ** 2", "−(0.00 · 0.884)²", r"-(0.00 \cdot 0.884)^{2}"),
        (-(B * ZERO), "-0.884 * 0.00", "−0.884 · 0.00", r"-0.884 \cdot 0.00"),
    ],
)
def test_zero_has_no_sign(tree: Expression, infix: str, unicode: str, latex: str):
    assert tree.lower(Infix(3)).text == infix
    assert tree.lower(Unicode(3)).text.replace("\N{NO-BREAK SPACE}", " ") == unicode
    assert tree.lower(Latex(3)).text == latex


def test_a_symbol_worth_nothing_keeps_its_sign_and_a_value_of_0_has_none():
    assert functions.exp(-ZERO).lower(Latex(3, symbols=True)).text == "e^{-z^{(3)}_{1}}"
    for tree in (-ZERO, W * ZERO, Number(-0.0)):
        assert str(evaluate(tree)) == "0.0"


def test_a_number_that_is_exact_is_written_out_whatever_it_comes_from():
    exact = Number(0.0, "step:3", is_exact=True)
    assert (functions.sqrt(exact) + ZERO).lower(Infix(3)).text == "sqrt(0) + 0.00"
    assert tolerance(functions.sqrt(exact), 3) < 1e-300
    assert tolerance(functions.sqrt(replace(exact, is_exact=False)), 3) == math.inf


def test_a_line_may_break_before_the_sign_of_a_sum_and_nowhere_else():
    text = (W * A + B - functions.log(A + B)).lower(Unicode(3)).text
    assert text.split(" ") == [
        "(−0.438)\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}0.315",
        "+\N{NO-BREAK SPACE}0.884",
        "−\N{NO-BREAK SPACE}ln(0.315\N{NO-BREAK SPACE}+\N{NO-BREAK SPACE}0.884)",
    ]


def test_a_power_of_what_is_raised_or_divided_already_is_in_parentheses():
    fraction = Number(0.5, "step:1", Partial(Variable("C"), Variable("a", 3, (1,))))
    indexed, norm = Number(0.5, "b3:1", Variable("g", None, (1,))), Number(0.5, "step:1", Variable("‖∇C‖²"))
    squares = [(A**2), (fraction**2), (indexed**2), (norm**2), ((A / B) ** 2), (functions.exp(A) ** 2)]
    assert [square.lower(Unicode(3, symbols=True)).text for square in squares] == [
        "(a⁽²⁾₄)²",
        "(∂C/∂a⁽³⁾₁)²",
        "g₁²",
        "(‖∇C‖²)²",
        "(a⁽²⁾₄\N{NO-BREAK SPACE}/\N{NO-BREAK SPACE}b⁽³⁾₁)²",
        "(e^(a⁽²⁾₄))²",
    ]
    assert [square.lower(Latex(3, symbols=True)).text for square in squares] == [
        r"(a^{(2)}_{4})^{2}",
        r"\left(\frac{\partial C}{\partial a^{(3)}_{1}}\right)^{2}",
        r"g_{1}^{2}",
        r"(\|\nabla C\|^2)^{2}",
        r"\left(\frac{a^{(2)}_{4}}{b^{(3)}_{1}}\right)^{2}",
        r"(e^{a^{(2)}_{4}})^{2}",
    ]
    assert (A / fraction).lower(Unicode(3, symbols=True)).text.endswith("/\N{NO-BREAK SPACE}(∂C/∂a⁽³⁾₁)")


def test_a_long_sum_is_no_numerator_but_can_be_broken():
    total = add([W * A, B, Z, A])
    assert (total / 4).lower(Latex(3)).parts == (r"((-0.438) \cdot 0.315", "+ 0.884", "+ 2.00", "+ 0.315) / 4")
    assert (add([B, Z, A]) / 4).lower(Latex(3)).parts == (r"\frac{0.884 + 2.00 + 0.315}{4}",)
    assert (2 * total).lower(Latex(3)).parts[-1] == "+ 0.315)"
    tall = add([A / B, B, Z, A])
    assert (2 * tall).lower(Latex(3)).parts == (
        r"2 \cdot \Bigl(\frac{0.315}{0.884}",
        "+ 0.884",
        "+ 2.00",
        r"+ 0.315\Bigr)",
    )
    assert (2 * (1 + A / B)).lower(Latex(3)).text == r"2 \cdot \left(1 + \frac{0.315}{0.884}\right)"


def test_symbols_have_their_layer_above_and_their_numbers_below():
    weight, cost = Variable("w", 3, (1, 14)), Variable("C")
    assert (weight.text, Partial(cost, weight).text) == ("w⁽³⁾₁,₁₄", "∂C/∂w⁽³⁾₁,₁₄")
    assert Partial(cost, weight).latex == r"\frac{\partial C}{\partial w^{(3)}_{1,14}}"
    assert Variable("w", 3, (1, 4), mark="′").latex == r"w^{(3)\prime}_{1,4}"
    assert Variable("w", 3, (1, 4), mark="′").text == "w′⁽³⁾₁,₄"
    assert Variable("δ", 3, (1,), example=5).latex == r"\delta^{(3)}_{1}[5]"
    assert Variable("m̂", 3, (1, 4)).latex == r"\hat{m}^{(3)}_{1,4}"
    assert Variable("ΔC").latex == r"\Delta C"


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


def test_a_short_sum_in_parentheses_holds_together_and_a_long_one_does_not():
    short, long = (B - Z) * A, add([B, Z, A, W]) * A
    for notation in (Unicode, Latex):
        assert len((short + short).lower(notation(3)).parts) == 2
        assert len((long + short).lower(notation(3)).parts) == 5
