"""Formulas as MathML: well-formed, of Core's elements, and each number with its ref."""

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.expression import Add, Expression, MathML, Negate, Number, Partial, Variable, functions, numbers

CORE = {"math", "mi", "mn", "mo", "mrow", "mfrac", "msup", "msub", "msubsup", "mover", "msqrt"}
ATTRIBUTES = {"data-ref", "stretchy", "form", "lspace", "rspace", "mathvariant"}
W = Number(-0.438, "w3:1,4", Variable("w", 3, (1, 4)))
A = Number(0.315, "a2:4", Variable("a", 2, (4,)))
TINY = Number(-1.23e-7, "d3:1", Variable("δ", 3, (1,)))


def parsed(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<math>{markup}</math>")  # noqa: S314


def read(element: ElementTree.Element) -> str:
    """What the markup says, in the notation of calculators."""
    children = [read(child) for child in element]
    match element.tag:
        case "mfrac":
            return f"({children[0]})/({children[1]})"
        case "msup":
            return f"({children[0]})^({children[1]})"
        case "msub":
            return f"{children[0]}_{children[1]}"
        case "msubsup":
            return f"{children[0]}_{children[1]}^{children[2]}"
        case "msqrt":
            return f"sqrt({''.join(children)})"
    return (element.text or "").strip() + "".join(children)


def test_zero_has_no_sign():
    zero = Number(0.0, "z3:1")
    assert read(parsed(functions.exp(-zero).lower(MathML(3)).text)) == "(e)^(0.00)"
    assert read(parsed((-(zero * A)).lower(MathML(3)).text)) == "−(0.00·0.315)"
    assert read(parsed((-(A * zero)).lower(MathML(3)).text)) == "−0.315·0.00"


WRITTEN = [
    (W * A + 1, "(−0.438)·0.315+1", "w_1,4^(3)·a_4^(2)+1"),
    (A - W, "0.315−(−0.438)", "a_4^(2)−w_1,4^(3)"),
    (A / (1 - W), "(0.315)/(1−(−0.438))", "(a_4^(2))/(1−w_1,4^(3))"),
    ((A - 1) ** 2, "((0.315−1))^(2)", "((a_4^(2)−1))^(2)"),
    (TINY * A, "(−1.23·(10)^(−7))·0.315", "δ_1^(3)·a_4^(2)"),
    (-functions.exp(-A), "−(e)^(−0.315)", "−(e)^(−a_4^(2))"),
    (abs(functions.maximum(0, A)), "|max(0,0.315)|", "|max(0,a_4^(2))|"),
    (functions.sqrt(functions.log(A)), "sqrt(ln(0.315))", "sqrt(ln(a_4^(2)))"),
    (functions.erf(A) * functions.tanh(A), "erf(0.315)·tanh(0.315)", None),
]


@pytest.mark.parametrize(("tree", "in_numbers", "in_symbols"), WRITTEN, ids=[row[1] for row in WRITTEN])
def test_it_says_what_a_person_would_write(tree: Expression, in_numbers: str, in_symbols: str | None):
    assert read(parsed(tree.lower(MathML(3)).text)) == in_numbers
    if in_symbols is not None:
        assert read(parsed(tree.lower(MathML(3, symbols=True)).text)) == in_symbols


def test_symbols_have_marks_hats_examples_and_fractions():
    written = {
        Variable("w", 3, (1, 14), mark="′"): "w_1,14^(3)′",
        Variable("δ", 3, (1,), example=5): "δ_1^(3)[5]",
        Variable("m̂", None, (2,)): "m^_2",
        Variable("‖∇C‖²"): "(‖∇C‖)^(2)",
        Partial(Variable("C"), Variable("b", 2, (1,))): "(∂C)/(∂b_1^(2))",
    }
    assert {symbol: read(parsed(symbol.mathml)) for symbol in written} == written


def test_parentheses_grow_around_fractions_only():
    grown = parsed((2 * (1 + A / W)).lower(MathML(3)).text).findall(".//mo")
    assert [mo.get("stretchy") for mo in grown if mo.text in ("(", ")")][:2] == [None, None]
    level = parsed((2 * (1 + A)).lower(MathML(3)).text).findall(".//mo")
    assert [mo.get("stretchy") for mo in level if mo.text in ("(", ")")] == ["false", "false"]


def test_a_long_sum_comes_in_parts_each_with_its_sign():
    total = Add((W * A, A, Negate(W), Negate(TINY)))
    parts = ["(−0.438)·0.315", "+0.315", "−(−0.438)", "−(−1.23·(10)^(−7))"]
    assert [read(parsed(part)) for part in total.lower(MathML(3)).parts] == parts
    assert read(parsed((total / 2).lower(MathML(3)).parts[-1])) == parts[-1] + ")/2"
    assert read(parsed((Add((W, A, A)) / 2).lower(MathML(3)).text)) == "(−0.438+0.315+0.315)/(2)"


def test_refs_are_escaped():
    hostile = Number(1.0, '"><script>', Variable("a"))
    (element,) = parsed(hostile.lower(MathML(3)).text)
    assert element.get("data-ref") == '"><script>'


REFS = ["w3:1,4", "a2:4@5", "step:2", "rest:776", "const", "v3:1"]
SYMBOLS = [None, Variable("w", 3, (1, 4)), Partial(Variable("C"), Variable("a", 2, (4,), example=5))]


def random_tree(generator: np.random.Generator, depth: int) -> Expression:
    kind = generator.integers(0, 9) if depth else 0
    below = [random_tree(generator, depth - 1) for _ in range(2 if kind else 0)]
    match kind:
        case 0 | 1:
            value = float(generator.normal() * 10.0 ** generator.integers(-9, 9))
            symbol = SYMBOLS[generator.integers(len(SYMBOLS))]
            return Number(value, REFS[generator.integers(len(REFS))], symbol)
        case 2 | 3:
            return Add((*below, *(random_tree(generator, depth - 1) for _ in range(generator.integers(0, 4)))))
        case 4:
            return below[0] * below[1]
        case 5:
            return below[0] / below[1]
        case 6:
            return -(below[0] ** 2)
        case 7:
            return functions.maximum(*below)
    function = [functions.exp, functions.sqrt, functions.erf, functions.log, abs][generator.integers(5)]
    return function(below[0])


@given(st.integers(0, 10**6), st.booleans())
def test_any_tree_is_well_formed_and_names_the_ref_of_each_number_in_order(seed: int, symbols: bool):
    tree = random_tree(np.random.default_rng(seed), depth=4)
    parts = [parsed(part) for part in tree.lower(MathML(4, symbols=symbols)).parts]
    elements = [element for part in parts for element in part.iter()]
    assert {element.tag for element in elements} <= CORE
    assert {name for element in elements for name in element.attrib} <= ATTRIBUTES
    refs = [element.get("data-ref") for element in elements if "data-ref" in element.attrib]
    assert refs == [number.ref for number in numbers(tree)]
    for element in elements:
        assert len(element) == {"mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3, "mover": 2}.get(
            element.tag, len(element)
        ), element.tag
