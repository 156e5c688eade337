"""The sheets of penalties and of what else regularises: worked examples that plain arithmetic repeats."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from pellucid.cli.sheet import REGULARISERS as NAMES
from pellucid.errors import InvalidValueError, UnknownNameError
from pellucid.explain import Derivation
from pellucid.explain.document import Picture, Table
from pellucid.explain.render.words import words_text
from pellucid.explain.sheets.penalty import penalty
from pellucid.explain.sheets.regulariser import regulariser
from pellucid.explain.sheets.regularisers import REGULARISERS
from pellucid.maths import L1, PENALTIES
from pellucid.maths.penalties import ElasticNet

ReadFormula = Callable[[str], float]


def check(sheet: Derivation, read_formula: ReadFormula) -> None:
    for digits in (2, 4, 17):
        for step in sheet.to_dict(digits)["steps"]:
            assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"] < math.inf
    kinds = {term["ref"].partition(":")[0] for step in sheet.to_dict()["steps"] for term in step["terms"]}
    assert kinds <= {"const", "step", "t"}


def lines_of(sheet: Derivation) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    (picture,) = [block for block in sheet.blocks if isinstance(block, Picture)]
    (panel,) = picture.draw().axes
    return {str(line.get_label()): (np.asarray(line.get_xdata()), np.asarray(line.get_ydata())) for line in panel.lines}


VALUES = {
    "dropout": 0.6,
    "input-noise": (0.8 * 0.6 - 1) ** 2 + 0.3**2 * 0.8**2,
    "label-smoothing": math.log(0.91 / 0.01),
    "max-norm": 3.0,
    "clip-norm": 3.0,
    "averaging": 4 / 13 * (0.25 * (2 / 11 + 9 / 11 * 0.8) + 0.75 * 1.1) + 9 / 13 * 0.9,
}


@pytest.mark.parametrize("name", REGULARISERS)
def test_the_example_of_a_regulariser_is_that_of_plain_arithmetic(name: str, read_formula: ReadFormula):
    sheet = regulariser(name)
    assert sheet.value == pytest.approx(VALUES[name], rel=1e-12)
    check(sheet, read_formula)
    (table,) = [block for block in sheet.blocks if isinstance(block, Table)]
    said = {words_text(row[0], 4): words_text(row[1], 4) for row in table.rows}
    assert said["option"].startswith(f"pellucid train … --{name} ")
    assert said["source"] == REGULARISERS[name].source
    assert len(lines_of(sheet)) == 2


def test_the_command_knows_them_all():
    assert tuple(REGULARISERS) == NAMES


def test_noise_draws_the_best_weight_towards_0():
    lines = lines_of(regulariser("input-noise"))
    w, plain = lines["without noise"]
    _, noisy = lines["with noise, σ = 0.3"]
    assert w[plain.argmin()] == pytest.approx(1 / 0.6, abs=0.01)
    assert w[noisy.argmin()] == pytest.approx(0.6 / (0.6**2 + 0.3**2), abs=0.01)
    drawn = np.random.default_rng(0).normal(0, 0.3, 10**6)
    mean = float(np.mean((0.8 * (0.6 + drawn) - 1) ** 2))
    assert regulariser("input-noise").value == pytest.approx(mean, abs=1e-3)


def test_the_spread_of_a_mask_is_that_of_draws():
    share, spread = lines_of(regulariser("dropout"))["of one value"]
    place = int(np.argmin(abs(share - 0.5)))
    masks = (np.random.default_rng(0).random(10**5) >= 0.5) / 0.5
    assert spread[place] == pytest.approx(float(masks.std()), abs=0.01)


@pytest.mark.parametrize("weight", [-0.7, 0.0, 0.5])
@pytest.mark.parametrize("kind", [*PENALTIES.values()], ids=[*PENALTIES])
def test_the_derivative_of_a_penalty_is_that_of_its_value(kind: type, weight: float, read_formula: ReadFormula):
    shown = kind(0.02) if kind is not ElasticNet else ElasticNet(0.02, 0.3)
    sheet = penalty(shown, weight=weight)
    check(sheet, read_formula)
    step = 1e-6
    slope = float(shown.value(np.array([weight + step])) - shown.value(np.array([weight - step]))) / (2 * step)
    assert sheet.value == pytest.approx(slope, rel=1e-6, abs=1e-9)
    (first, *_) = sheet.steps
    assert first.value == pytest.approx(float(shown.value(np.array([weight]))), rel=1e-12)
    if weight:  # the derived derivative, step by step, agrees with the closed form
        assert sheet.steps[-2].value == pytest.approx(sheet.value, rel=1e-12)


def test_the_slope_of_l1_is_drawn_with_a_gap():
    _, slope = lines_of(penalty("l1"))["∂P/∂w"]
    assert np.isnan(slope).sum() == 1
    assert set(slope[~np.isnan(slope)]) == {-0.01, 0.01}


def test_a_penalty_s_title_and_numbers():
    assert penalty(L1(0.5), weight=-2).title == "The penalty l1 at w = −2"
    (table,) = [block for block in penalty("elastic-net").blocks if isinstance(block, Table)]
    assert [words_text(cell, 4) for row in table.rows for cell in row[:3]] == [
        *("λ", "strength", "0.01"),
        *("κ", "l1_share", "0.5"),
    ]


def test_what_is_not_known_or_out_of_bounds_is_refused():
    with pytest.raises(UnknownNameError, match=r"did you mean 'dropout'"):
        regulariser("dropouts")
    with pytest.raises(UnknownNameError, match=r"^penalty: 'l3' is not known"):
        penalty("l3")
    with pytest.raises(InvalidValueError, match=r"^weight: a number from −10,000 to 10,000 is required, got 1e\+06$"):
        penalty("l2", weight=1e6)
