"""The sheets of activations, costs and parameters: true in every step, and derivatives that are those of the values."""

import math
import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import InvalidValueError, UnknownNameError
from pellucid.explain import Derivation
from pellucid.explain.document import Formula, Paragraph, Picture, Table
from pellucid.explain.parameters import parameters
from pellucid.explain.render.words import words_text
from pellucid.explain.sheets.activation import activation
from pellucid.explain.sheets.cost_function import cost_function
from pellucid.figures import figure_bytes
from pellucid.maths import ACTIVATIONS, COSTS, Activation

ReadFormula = Callable[[str], float]
POINTS = [-45.0, -7.3, -1.0, -0.2, 0.0, 0.3, 1.0, 4.0, 50.0]


def check(derivation: Derivation, digits: int, read_formula: ReadFormula) -> None:
    """Holds each step to the contract: expression and value agree, and `step:` refs name earlier steps' values."""
    steps = derivation.to_dict(digits)["steps"]
    assert derivation.value == steps[-1]["value"]
    for position, step in enumerate(steps):
        assert math.isfinite(step["tolerance"])
        assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"], step
        for term in step["terms"]:
            kind, _, number = term["ref"].partition(":")
            assert kind in ("const", "step")
            if kind == "step":
                assert int(number) <= position
                assert term["value"] == steps[int(number) - 1]["value"]


def step_values(derivation: Derivation) -> dict[str, float]:
    return {step.symbol.text: step.value for step in derivation.steps}


def rows(derivation: Derivation) -> dict[str, str]:
    (table, *_) = (block for block in derivation.blocks if isinstance(block, Table))
    return {words_text(row[0], 4): words_text(row[1], 4) for row in table.rows}


def of_layer(name: str, z: float) -> np.ndarray:
    return np.array([z] if name != "softmax" else [z, 0.0, 0.0])


@pytest.mark.parametrize(("name", "slope"), [("relu", "0"), ("leaky-relu", "0.01"), ("selu", "1.758")])
def test_at_a_kink_the_sheet_says_what_the_slope_counts_as(name: str, slope: str):
    last = activation(name, z=0.0).steps[-1]
    assert last.name == "the same in closed form"
    assert words_text(last.note, 4) == f"At the kink z = 0 the slope counts as {slope}."
    assert last.value == pytest.approx(float(slope), abs=5e-4)
    off = words_text(activation(name, z=-0.5).steps[-1].note, 4)
    assert off == {
        "relu": "The slope is 1 where z > 0, else 0.",
        "leaky-relu": "The slope is 1 where z > 0, else 0.01.",
    }.get(name, "")


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_sheet_at_0_writes_no_sign_before_0(name: str):
    sheet = activation(name, z=0.0, bias=0.0)
    assert not re.search(r"[-−]0(\.0+)?(?![.\d])", sheet.to_text())
    assert not re.search(r"(?<![\de])-0(\.0+)?(?![.\d])", str(sheet.to_dict()))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activations_derivation_is_true_and_ends_at_its_derivative(name: str, read_formula: ReadFormula):
    function = ACTIVATIONS[name]
    for z in POINTS:
        sheet = activation(name, z=z, bias=-5.0)
        for digits in (4, 9):
            check(sheet, digits, read_formula)
        values = step_values(sheet)
        held = "a₁" if name == "softmax" else "a"
        assert values[held] == pytest.approx(function.value(of_layer(name, z))[0], rel=1e-12, abs=1e-15)
        assert values["ẑ"] == z - 5
        assert values["â"] == pytest.approx(function.value(of_layer(name, z - 5))[0], rel=1e-12, abs=1e-15)
        derived = [step for step in sheet.steps if step.symbol.text.startswith("u′")]
        if derived:
            assert derived[-1].value == pytest.approx(sheet.value, rel=1e-9, abs=1e-13)
        h = 1e-5
        left, middle, right = (float(function.value(of_layer(name, z + step))[0]) for step in (-h, 0, h))
        if z == 0:  # where there may be a kink or a bend, the derivative is the one from the left
            assert sheet.value == pytest.approx((middle - left) / h, abs=2 * h)
        else:
            assert sheet.value == pytest.approx((right - left) / (2 * h), rel=1e-6, abs=1e-7)


def test_the_sheet_shows_what_the_essay_says_of_a_bias():
    values = step_values(activation("sigmoid", z=1, bias=-5))
    assert round(values["a"], 4) == 0.7311
    assert round(values["â"], 4) == 0.0180


def test_the_sigmoids_derivative_step_by_step():
    sheet = activation("sigmoid", z=1.0)
    e, s = math.exp(-1), 1 / (1 + math.exp(-1))
    expected = {"u₁": -1, "u₂": e, "u₃": 1 + e, "u₄": s, "u′₁": -1, "u′₂": -e, "u′₃": -e, "u′₄": s * (1 - s)}
    values = step_values(sheet)
    assert {symbol: values[symbol] for symbol in expected} == pytest.approx(expected, rel=1e-14)
    assert [step.name for step in sheet.steps if step.symbol.text.startswith("u′")][-1] == (
        "quotient: (c/v)′ = −c · v′/v²"
    )
    assert sheet.title == "The activation sigmoid at z = 1"


def test_whole_numbers_are_whole_where_they_are_exact_only():
    lines = activation("sigmoid", z=1.0).to_text(4).splitlines()
    assert "   u₁ = −z" in lines
    assert lines[lines.index("   u₁ = −z") + 2] == "      = −1"
    rounded = activation("tanh", z=30.0)  # 1 − 2·10⁻²⁶, which no float64 tells from 1
    assert rounded.steps[0].value == 1
    assert "     = 1.000" in rounded.to_text(4).splitlines()
    shares = activation("identity", z=0.5, bias=0.25).to_text(4).splitlines()
    assert "     = 0.7500" in shares


def test_digits_reach_what_is_said_of_an_activation():
    text = activation("sigmoid").to_text(7)
    s = (1 + math.sqrt(0.96)) / 2
    assert f"for z < −{math.log(s / (1 - s)):.6f}" in text
    assert "range 0 to 1 limit" in " ".join(text.split())


def test_where_activations_saturate_die_and_have_kinks_is_computed():
    # s(1 − s) = 0.01 at s = (1 + √0.96)/2; 1 − tanh² = 0.01 at tanh = √0.99.
    s = (1 + math.sqrt(0.96)) / 2
    edge = f"{math.log(s / (1 - s)):.4g}"
    found = {name: rows(activation(name)) for name in ACTIVATIONS}
    saturated, dead = "saturated (slope below 0.01)", "dead (slope 0)"
    assert found["sigmoid"][saturated] == f"for z < −{edge} and for z > {edge}"
    edge = f"{math.atanh(math.sqrt(0.99)):.4g}"
    assert found["tanh"][saturated] == f"for z < −{edge} and for z > {edge}"
    assert found["elu"][saturated] == f"for z < −{-math.log(0.01):.4g}"
    assert found["relu"][saturated] == "for z < 0"
    assert {name for name in found if found[name][saturated] == "nowhere"} == {"identity", "leaky-relu"}
    assert {name: found[name][dead] for name in found if found[name][dead] != "nowhere"} == {"relu": "for z ≤ 0"}
    assert {name for name in found if found[name]["kinks"] != "none"} == {"relu", "leaky-relu", "selu"}
    assert found["leaky-relu"]["kinks"] == "at z = 0, where the slope jumps from 0.01 to 1 and counts as 0.01"
    assert found["sigmoid"]["range"] == "0 to 1"
    assert found["relu"]["limit as z → +∞"] == "∞"


@pytest.mark.parametrize("entry", [*ACTIVATIONS.values(), *COSTS.values()], ids=lambda entry: entry.name)
def test_every_entry_has_its_advice_and_a_sheet_with_formula_and_picture(entry):
    sheet = activation(entry) if isinstance(entry, Activation) else cost_function(entry)
    assert entry.advice.endswith(".")
    assert Paragraph(entry.advice) in sheet.blocks
    assert any(isinstance(block, Formula) for block in sheet.blocks)
    (picture,) = (block for block in sheet.blocks if isinstance(block, Picture))
    assert f">{entry.name}</text>" in figure_bytes(picture.draw(), "svg").decode()
    assert entry.name in picture.alt


def test_an_activation_of_ones_own_needs_its_entry_only(read_formula: ReadFormula):
    cube = Activation(
        name="cube",
        value=lambda z: z**3,
        derivative=lambda z, a: 3 * z**2,
        formula=lambda z, layer: z**3,
        derivative_formula=lambda z, layer: 3 * z**2,
        limits=(-math.inf, math.inf),
        range=(-math.inf, math.inf),
        source="nobody",
    )
    sheet = activation(cube, z=2.0)
    check(sheet, 4, read_formula)
    assert sheet.value == 12.0
    assert step_values(sheet)["u′₁"] == 12.0
    assert rows(sheet)["kinks"] == "none"  # however steep it is far out


@pytest.mark.parametrize("name", COSTS)
def test_every_costs_derivation_is_true_and_ends_at_its_derivative(name: str, read_formula: ReadFormula):
    cost = COSTS[name]
    points = [(0.6, 1.0), (0.2, 0.0), (0.37, 0.25)]
    points += [] if cost.output else [(3.5, 1.0), (-2.25, 1.0), (2.0, 1.0), (0.0, 1.0)]
    for a, expected in points:
        sheet = cost_function(name, a=a, expected=expected)
        for digits in (4, 9):
            check(sheet, digits, read_formula)

        def value(a: float, expected: float = expected) -> float:
            return float(cost.terms(np.array([a]), np.array([expected]))[0])

        h = 1e-6
        assert step_values(sheet)["C"] == pytest.approx(value(a), rel=1e-12)
        assert sheet.value == pytest.approx((value(a + h) - value(a - h)) / (2 * h), rel=1e-6, abs=1e-8)
        derived = [step for step in sheet.steps if step.symbol.text.startswith("u′")]
        assert derived[-1].value == pytest.approx(sheet.value, rel=1e-12)
        if cost.output:
            deltas = [step.value for step in sheet.steps if step.symbol.text == "δ"]
            assert deltas == pytest.approx([a - expected] * 2, rel=1e-12)


def test_at_its_kink_the_absolute_error_has_the_slope_that_training_uses(read_formula: ReadFormula):
    sheet = cost_function("absolute-error", a=0.5, expected=0.5)
    check(sheet, 4, read_formula)
    assert sheet.value == 0.0
    assert sheet.steps[-1].note.startswith("At the kink, where every slope")
    assert sheet.steps[-2].value == -1.0
    assert sheet.steps[-2].note == "Here is a kink: the derivative from the left is taken."
    assert cost_function("huber", a=0.5, expected=0.5).steps[-1].note == ""


def test_what_errors_cost_is_tabled():
    sheet = cost_function("cross-entropy", a=0.5, expected=1.0)
    tables = [block for block in sheet.blocks if isinstance(block, Table)]
    assert tables[1].header == ("a", "a − E", "C", "∂C/∂a")
    assert [words_text(cell, 3) for cell in tables[1].rows[2]] == ["0.1", "−0.9", "2.30", "−10.0"]
    assert words_text(tables[1].rows[2][2], 7) == f"{-math.log(0.1):.6f}"


def test_thirteen_thousand_and_two(read_formula: ReadFormula):
    derivation = parameters(pl.Network.random([784, 16, 16, 10]))
    check(derivation, 4, read_formula)
    assert [step.value for step in derivation.steps] == [784 * 16 + 16, 16 * 16 + 16, 16 * 10 + 10, 13002]
    last = derivation.to_dict(4)["steps"][-1]
    assert last["expression"] == "16 * 784 + 16 + 16 * 16 + 16 + 10 * 16 + 10"
    assert last["tolerance"] < 1e-6
    (table,) = (block for block in derivation.blocks if isinstance(block, Table))
    assert table.rows[0] == ("2", "784", "16", "12,544", "16", "12,560")
    assert table.rows[-1] == ("all", "", "", "12,960", "42", "13,002")
    lines = [line.strip() for line in derivation.to_text(3).splitlines()]
    assert {"= 12560", "= 272", "= 170", "= 13002"} <= set(lines)
    assert ">13002</mn>" in derivation.to_html(3)
    assert "= 13002}" in derivation.to_latex(3)
    assert derivation.title == "The parameters of a network of 784-16-16-10 neurons"


def test_large_counts_are_exact():
    sizes = [784, 2500, 2000, 1500, 1000, 500, 10]
    network = pl.Network([pl.Layer(np.zeros((after, before)), np.zeros(after)) for before, after in pairwise(sizes)])
    derivation = parameters(network)
    assert derivation.value == sum(after * before + after for before, after in pairwise(sizes)) == 11_972_510
    assert not re.search(r"\de", derivation.to_dict(3)["steps"][-1]["expression"])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: activation("sigmoid", z=20_000), r"z: a number from −10,000 to 10,000 is required, got 20000"),
        (lambda: activation("relu", z=math.nan), r"z: a number from −10,000 to 10,000 is required, got nan"),
        (
            lambda: activation("relu", z=9_999, bias=2),
            r"bias: z \+ bias: a number from −10,000 to 10,000 is required, got 10001",
        ),
        (lambda: cost_function("cross-entropy", a=1.0), r"a: cross-entropy is of probabilities between 0 and 1, got 1"),
        (
            lambda: cost_function("binary-cross-entropy", expected=1.5),
            r"expected: binary-cross-entropy is of probabilities from 0 to 1, got 1.5",
        ),
        (lambda: cost_function("huber", a=math.inf), r"a: a number from −10,000 to 10,000 is required, got inf"),
    ],
)
def test_what_is_out_of_bounds_is_refused(make, message: str):
    with pytest.raises(InvalidValueError, match=f"^{message}$"):
        make()


def test_unknown_names_are_told():
    with pytest.raises(UnknownNameError, match="did you mean 'sigmoid'"):
        activation("sigmod")
    with pytest.raises(UnknownNameError, match="did you mean 'huber'"):
        cost_function("hubert")
