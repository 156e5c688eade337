"""What is shown is checked: an evaluator that knows nothing of Pellucid reads the formula and gets the value."""

import math
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from pellucid.expression import (
    Add,
    Call,
    Divide,
    Expression,
    Infix,
    Multiply,
    Negate,
    Number,
    Power,
    constant,
    evaluate,
    functions,
    multiply,
    numbers,
    numeral,
    tolerance,
)
from pellucid.expression.bounds import shown
from pellucid.expression.tree import CONSTANT, Value

Reader = Callable[[str], float]

magnitudes = st.one_of(
    st.floats(-20, 20),
    st.floats(-1e9, 1e9),
    st.floats(-1e-6, 1e-6),
    st.sampled_from([0.0, -0.0, 1.0, -0.5, 2.0]),
)
leaves = st.one_of(
    st.builds(Number, magnitudes, st.just("w3:1,4")),
    st.builds(Number, st.sampled_from([0.0, 0.5, 1.0, -1.0, 2.0, 0.01, 1e-5, 1.0507009873554805, math.pi])),
)


def larger(trees: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(trees, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Add, several),
        st.builds(Multiply, several),
        st.builds(Negate, trees),
        st.builds(Divide, trees, trees),
        st.builds(Power, trees, st.sampled_from([constant(2), constant(3), constant(0.5), constant(-1)])),
        st.builds(Power, trees, leaves),
        st.builds(Call, st.sampled_from(["exp", "log", "tanh", "sqrt", "abs", "erf", "cos"]), st.tuples(trees)),
        st.builds(Call, st.sampled_from(["max", "min"]), st.tuples(trees, trees)),
    )


trees = st.recursive(leaves, larger, max_leaves=10)


def finite_value(tree: Expression, leaf: Callable[[Number], float] = lambda number: number.value) -> float | None:
    """The tree's value, or None where it has none that is a real and finite number."""
    try:
        value = tree.lower(Value(leaf))
    except (ArithmeticError, ValueError):
        return None
    return value if isinstance(value, float | int) and math.isfinite(value) else None


# The run-time check of annotations draws the items that it looks at from `random`; no tree depends on them.
@pytest.mark.usefixtures("unchecked")
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@settings(max_examples=400, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(trees, st.integers(2, 17), st.randoms(use_true_random=False))
def test_the_shown_formula_and_all_that_it_can_mean_are_within_the_tolerance(
    read_formula: Reader, tree, digits, random
):
    value = finite_value(tree)
    assume(value is not None)
    bound = tolerance(tree, digits)
    assert bound >= 0
    assume(bound < math.inf)
    text = tree.lower(Infix(digits)).text
    assert abs(read_formula(text) - value) <= bound
    for extreme in (False, True):
        moves = iter([random.choice([-1, 1]) if extreme else random.uniform(-1, 1) for _ in numbers(tree)])
        moved = finite_value(tree, lambda number, moves=moves: moved_within_its_last_place(number, digits, next(moves)))
        assume(moved is not None)  # such as 0 ** 0 with an exponent that may be below 0
        assert abs(moved - value) <= bound


def moved_within_its_last_place(number: Number, digits: int, share: float) -> float:
    """A number that is shown as this one is, `share` half units away from what is shown; constants stay."""
    if number.ref == CONSTANT:
        return number.value
    text = Decimal(shown(number, digits).plain)
    half_unit = Decimal(5).scaleb(int(text.as_tuple().exponent) - 1)
    return float(text + half_unit * Decimal(share))


def weighted_sum(n_terms: int) -> Expression:
    terms = [Number(0.3 + 0.1 * k, f"w2:1,{k + 1}") * Number(1.7 - 0.2 * k, f"a1:{k + 1}") for k in range(n_terms)]
    return Add((*terms, Number(-0.4, "b2:1")))


Z = Number(0.18704, "z3:1")
FORMULAS = [
    weighted_sum(5),
    1 / (1 + functions.exp(-Z)),
    functions.maximum(0, Z) ** 2,
    (Z - Number(1.0, "e:1")) ** 2,
    functions.log(1 + functions.exp(-abs(Z))) / functions.sqrt(Z),
    Z * (1 + functions.erf(Z / functions.sqrt(constant(2)))) / 2,
    1 - functions.tanh(Z) ** 2,
]


@pytest.mark.parametrize("tree", FORMULAS, ids=lambda tree: tree.lower(Infix(3)).text)
def test_the_tolerance_is_no_more_than_the_digits_make_it(tree: Expression):
    """Twice the first-order bound, which is the sum over the numbers of |∂value/∂number| half units."""
    for digits in (3, 4, 6, 9):
        half_units = [0.0 if number.ref == CONSTANT else shown(number, digits).half_unit for number in numbers(tree)]
        first_order = sum(abs(value_with(tree, k, h) - evaluate(tree)) for k, h in enumerate(half_units) if h)
        assert first_order / 4 <= tolerance(tree, digits) <= 2.5 * first_order + 1e-13
    assert tolerance(tree, 17) < 1e-13


def value_with(tree: Expression, index: int, moved_by: float) -> float:
    moves = iter([moved_by if k == index else 0.0 for k in range(len(list(numbers(tree))))])
    return tree.lower(Value(lambda number: number.value + next(moves)))


def test_constants_of_the_formula_do_not_widen_it_where_they_are_written_out():
    assert tolerance(constant(2) * constant(0.01), 4) < 1e-17
    assert tolerance(constant(1.0507009873554805), 4) == pytest.approx(0.0005, rel=1)


def test_a_function_at_the_edge_of_its_domain_has_no_bound_rather_than_an_error():
    assert tolerance(functions.log(Number(1e-9, "a2:1") + 1 - 1), 4) >= 0
    assert tolerance(1 / (Number(1.00001, "z2:1") - Number(1.00002, "z2:2")), 4) == math.inf
    assert tolerance(functions.sqrt(Number(1.00002, "z2:1") - Number(1.00001, "z2:2")), 4) == math.inf


@pytest.mark.parametrize("fold", [lambda x: x**2 + 1e-6, lambda x: abs(x) + 0.001], ids=["square", "abs"])
def test_a_square_or_an_absolute_value_is_least_inside_where_its_operand_may_be_zero(fold: Callable):
    """1.00 may be any number from 0.995 to 1.005, so 1.00 − 0.998 may be 0, where the quotient is largest."""
    tree = 1 / fold(Number(1.0, "a2:1") - 0.998)
    assert tolerance(tree, 3) >= value_with(tree, 1, -0.002) - evaluate(tree)


def test_numbers_come_in_the_order_in_which_they_are_written():
    a, b, c = (Number(value, ref) for value, ref in ((1.5, "a1:1"), (2.5, "b2:1"), (3.5, "w2:1,1")))
    tree = multiply([a - b, 2 / c]) + functions.maximum(b, a) ** 2
    assert [number.ref for number in numbers(tree)] == ["a1:1", "b2:1", "const", "w2:1,1", "b2:1", "a1:1", "const"]
    assert tree.lower(Infix(3)).text == "(1.50 - 2.50) * 2 / 3.50 + max(2.50, 1.50) ** 2"


@given(st.floats(-1e300, 1e300), st.integers(2, 17))
@example(9.9999999, 3)
@example(0.00009999999, 4)
@example(99999.5, 5)
@example(-1.23e-7, 3)
@example(5e-324, 17)
def test_a_numeral_is_within_half_a_unit_of_its_last_place(value: float, digits: int):
    shown_numeral = numeral(value, digits)
    text = Decimal(shown_numeral.plain)
    assert float(shown_numeral.plain) == float(shown_numeral)
    unit = Decimal(1).scaleb(int(text.as_tuple().exponent))
    assert abs(text - Decimal(value)) <= unit / 2
    assert shown_numeral.half_unit == pytest.approx(float(unit / 2), rel=1e-12)
    if value == 0:
        assert not shown_numeral.plain.startswith("-")
    else:
        assert len(text.as_tuple().digits) == digits
        assert shown_numeral.is_negative == (value < 0)
    if digits == 17:
        assert float(shown_numeral) == value
