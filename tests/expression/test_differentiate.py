"""Derivatives by rule against differences of values, for formulas that nobody chose."""

import math

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pellucid.expression import (
    Add,
    Call,
    Divide,
    Expression,
    Multiply,
    Negate,
    Number,
    Power,
    Unicode,
    Variable,
    constant,
    evaluate,
    functions,
)
from pellucid.expression.differentiate import Operation, Rule, rule_of, take_apart
from pellucid.expression.tree import Value

Z = Variable("z")
DASH = Number(1.0, symbol=Variable("z", mark="′"))


def at(z: float) -> Number:
    return Number(z, "z3:1", Z)


def derive(tree: Expression, by: Number) -> tuple[float, list[Operation], list[Rule]]:
    """The derivative's value, the operations and the rules, each operation's value being a leaf of its own."""
    count = 0

    def name(operation: Expression) -> Number:
        nonlocal count
        count += 1
        return Number(evaluate(operation), f"step:{count}", Variable("u", None, (count,)))

    operations = take_apart(tree, by, name)
    derivatives: dict[Expression, Expression] = {by: DASH}
    rules = []
    for k, operation in enumerate(operations, start=1):
        rule = rule_of(operation, derivatives)
        rules.append(rule)
        value = Number(evaluate(rule.tree), f"step:{count + k}", Variable("u", None, (k,), mark="′"))
        derivatives[operation.value] = value
    last = derivatives[operations[-1].value] if operations else DASH
    return evaluate(last), operations, rules


def value_at(tree: Expression, z: float) -> float:
    return tree.lower(Value(lambda number: z if number.symbol == Z else number.value))


def test_a_formula_is_taken_apart_from_the_inside_out():
    z = at(1.0)
    value, operations, rules = derive(1 / (1 + functions.exp(-z)), z)
    written = Unicode(4, symbols=True)
    assert [operation.tree.lower(written).text.replace("\N{NO-BREAK SPACE}", " ") for operation in operations] == [
        "−z",
        "e^(u₁)",
        "1 + u₂",
        "1 / u₃",
    ]
    assert [rule.name.split(":")[0] for rule in rules] == ["sign", "exponential", "sum", "quotient"]
    s = 1 / (1 + math.exp(-1))
    assert [operation.value.value for operation in operations] == pytest.approx([-1, math.exp(-1), 1 / s, s], rel=1e-15)
    assert value == pytest.approx(s * (1 - s), rel=1e-14)


def test_what_occurs_twice_is_one_operation():
    z = at(2.0)
    _, operations, _ = derive(functions.exp(z) / (functions.exp(z) + 3), z)
    assert len(operations) == 3


def test_constants_stay_as_they_are():
    z = at(2.0)
    tree = z / functions.sqrt(constant(2)) + functions.log(constant(3))
    value, operations, _ = derive(tree, z)
    assert [operation.source for operation in operations] == [tree.terms[0], tree]
    assert value == pytest.approx(1 / math.sqrt(2), rel=1e-15)
    assert take_apart(constant(3) * 2, z, lambda tree: pytest.fail("nothing varies")) == []


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (lambda z: abs(z), -1.0),
        (lambda z: abs(-2 * z), -2.0),
        (lambda z: functions.maximum(0, z), 0.0),
        (lambda z: functions.maximum(0, -z), -1.0),
        (lambda z: functions.minimum(0, z), 1.0),
        (lambda z: functions.minimum(z, 3 * z), 3.0),
        # Two kinks that cancel: ln(1 + e^z) is smooth.
        (lambda z: functions.maximum(0, z) + functions.log(1 + functions.exp(-abs(z))), 0.5),
    ],
)
def test_at_a_kink_it_is_the_derivative_from_the_left(tree, expected):
    z = at(0.0)
    formula = tree(z)
    value, _, rules = derive(formula, z)
    assert value == pytest.approx(expected, rel=1e-15)
    assert any(rule.is_at_kink for rule in rules)
    assert value == pytest.approx((value_at(formula, 0.0) - value_at(formula, -1e-7)) / 1e-7, rel=1e-5, abs=1e-6)


def test_of_equals_that_stay_equal_there_is_no_kink():
    z = at(1.5)
    value, _, rules = derive(functions.maximum(z, 2 * z / 2), z)
    assert value == 1.0
    assert not any(rule.is_at_kink for rule in rules)


UNARY = ["negate", "exp", "log", "tanh", "sqrt", "erf", "abs"]
BINARY = ["add", "subtract", "multiply", "divide", "power", "max", "min"]
# Plain tuples are drawn, and trees are made of them afterwards.
PLANS = st.recursive(
    st.sampled_from(["z", "z", -2.0, 0.5, 1.0, 3.0]),
    lambda plans: st.tuples(st.sampled_from(UNARY), plans) | st.tuples(st.sampled_from(BINARY), plans, plans),
    max_leaves=8,
)


def tree_of(plan, z: Number) -> Expression:
    if plan == "z":
        return z
    if isinstance(plan, float):
        return constant(plan)
    kind, *rest = plan
    operands = tuple(tree_of(one, z) for one in rest)
    match kind:
        case "negate":
            return Negate(*operands)
        case "add":
            return Add((*operands, constant(0.25)))
        case "subtract":
            return operands[0] - operands[1]
        case "multiply":
            return Multiply((*operands, constant(-1.5)))
        case "divide":
            return Divide(*operands)
        case "power":
            return Power(*operands)
    return Call(kind, operands)


@settings(max_examples=400, suppress_health_check=[HealthCheck.filter_too_much])
@given(z=st.floats(-3, 3).map(lambda z: round(z, 3)), plan=PLANS)
def test_any_formulas_derivative_is_that_of_its_differences(z: float, plan):
    leaf = at(z)
    tree = tree_of(plan, leaf)
    try:
        value = evaluate(tree)
        derivative, operations, _ = derive(tree, leaf)
        differences = [(value_at(tree, z + h) - value_at(tree, z - h)) / (2 * h) for h in (1e-4, 5e-5)]
        sides = [(value_at(tree, z + h) - value) / h for h in (1e-5, -1e-5)]
    except (ValueError, ZeroDivisionError, OverflowError):
        assume(False)
    assume(operations)
    assume(abs(value) < 1e4 and abs(derivative) < 1e4)
    assume(abs(sides[0] - sides[1]) < 1e-2 * (1 + abs(derivative)))  # no kink nearby
    assume(abs(differences[0] - differences[1]) < 1e-7 * (1 + abs(derivative)))  # and no steep bend
    assert derivative == pytest.approx(differences[1], rel=1e-5, abs=1e-5)
