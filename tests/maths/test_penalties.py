"""Penalties: the gradient against differences, and the book's convention."""

import numpy as np
import pytest

from pellucid.errors import InvalidValueError
from pellucid.expression import Number, evaluate
from pellucid.maths import L1, L2, PENALTIES, ElasticNet, Penalty

WEIGHTS = np.random.default_rng(0).normal(0, 1, (4, 3))


@pytest.mark.parametrize("penalty", [L1(0.3), L2(0.3)], ids=repr)
def test_the_gradient_is_the_slope_of_the_value(penalty: Penalty):
    gradient, h = penalty.gradient(WEIGHTS), 1e-6
    for place in np.ndindex(WEIGHTS.shape):
        step = np.zeros_like(WEIGHTS)
        step[place] = h
        slope = (penalty.value(WEIGHTS + step) - penalty.value(WEIGHTS - step)) / (2 * h)
        assert gradient[place] == pytest.approx(float(slope), rel=1e-8)


def test_values_and_kinks():
    assert float(L2(0.5).value(np.array([[3.0, -4.0]]))) == 0.5 * 0.5 * 25
    assert float(L1(0.5).value(np.array([[3.0, -4.0]]))) == 0.5 * 7
    np.testing.assert_array_equal(L1(0.5).gradient(np.array([[3.0, -4.0, 0.0]])), [[0.5, -0.5, 0.0]])
    assert L2(0.1).gradient(WEIGHTS.astype(np.float32)).dtype == np.float32
    assert {name: penalty.name for name, penalty in PENALTIES.items()} == {
        name: name for name in ("l1", "l2", "elastic-net")
    }
    both = ElasticNet(0.5, l1_share=0.25)  # 0.5 · (¼ · 7 + ¾ · ½ · 25), by hand
    assert float(both.value(np.array([[3.0, -4.0]]))) == 0.5 * (0.25 * 7 + 0.75 * 12.5)
    np.testing.assert_allclose(both.gradient(np.array([[3.0, -4.0, 0.0]])), [[1.25, -1.625, 0.0]])


@pytest.mark.parametrize("strength", [-1e-9, float("nan"), float("inf")])
def test_bad_strengths_are_refused(strength: float):
    with pytest.raises(InvalidValueError, match=rf"^l2: the strength must be a number of at least 0, got {strength}$"):
        L2(strength)


@pytest.mark.parametrize("weight", [-1.5, 0.0, 2.5])
@pytest.mark.parametrize("penalty", [L1(0.3), L2(0.3)], ids=repr)
def test_expression_trees_make_the_same_penalty(penalty: Penalty, weight: float):
    leaf, array = Number(weight, "w2:1,1"), np.array([weight])
    assert evaluate(penalty.terms(leaf)) == pytest.approx(float(penalty.terms(array)[0]), rel=1e-15)
    assert evaluate(penalty.gradient(leaf)) == pytest.approx(float(penalty.gradient(array)[0]), rel=1e-15)
