"""Each cost against its textbook formula in 50 decimal digits, against automatic differentiation, and at its edges."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.errors import InvalidValueError, UnknownNameError
from pellucid.expression import Number, evaluate
from pellucid.maths import ACTIVATIONS, COSTS, Cost, example_costs, find_cost, output_delta, require_fit

ONE, HALF = Decimal(1), Decimal("0.5")
STEP = Decimal("1e-20")
TEXTBOOK: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "squared-error": lambda a, e: (a - e) ** 2,
    "half-squared-error": lambda a, e: (a - e) ** 2 / 2,
    "cross-entropy": lambda a, e: -e * a.ln(),
    "binary-cross-entropy": lambda a, e: -(e * a.ln() + (ONE - e) * (ONE - a).ln()),
    "absolute-error": lambda a, e: abs(a - e),
    "huber": lambda a, e: (a - e) ** 2 / 2 if abs(a - e) <= 1 else abs(a - e) - HALF,
}
ALL = list(COSTS.values())
PAIRED = [cost for cost in ALL if cost.output is not None]
PROBABILITIES = [1e-12, 0.003, 0.25, 0.5, 0.8, 0.999]
REALS = [-4.0, -0.8, 0.3, 0.75, 3.0]


def points(cost: Cost) -> tuple[np.ndarray, np.ndarray]:
    """Outputs and expected outputs that the cost is defined for, away from its kinks."""
    outputs = PROBABILITIES if cost.output else REALS
    a, expected = np.array(list(product(outputs, [0.0, 0.1, 1.0]))).T
    return a, expected


def test_every_cost_has_its_textbook_formula_here():
    assert set(TEXTBOOK) == set(COSTS)


@pytest.mark.parametrize("cost", ALL, ids=repr)
def test_terms_and_derivative_are_the_textbooks_and_the_formulas(cost: Cost):
    a, expected = points(cost)
    formula = TEXTBOOK[cost.name]
    with localcontext(prec=50):
        pairs = [(Decimal(x), Decimal(e)) for x, e in zip(a, expected, strict=True)]
        values = [float(formula(*pair)) for pair in pairs]
        slopes = [float((formula(x + STEP, e) - formula(x - STEP, e)) / (2 * STEP)) for x, e in pairs]
    np.testing.assert_allclose(cost.terms(a, expected), values, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(cost.derivative(a, expected), slopes, rtol=1e-13, atol=1e-15)
    for x, e, value, slope in zip(a, expected, values, slopes, strict=True):
        a_leaf, e_leaf = Number(float(x), "a2:1"), Number(float(e), "e:1")
        assert evaluate(cost.formula(a_leaf, e_leaf)) == pytest.approx(value, rel=1e-12, abs=1e-15)
        assert evaluate(cost.derivative_formula(a_leaf, e_leaf, a_leaf - e_leaf)) == pytest.approx(
            slope, rel=1e-12, abs=1e-15
        )
    assert "a" in cost.latex
    assert "E" in cost.derivative_latex


@pytest.mark.parametrize("cost", ALL, ids=repr)
def test_the_derivative_is_what_jax_derives_from_the_terms(cost: Cost):
    a, expected = points(cost)
    with jax.enable_x64(True):
        derived = jax.grad(lambda outputs: cost.terms(outputs, jnp.asarray(expected)).sum())(jnp.asarray(a))
        np.testing.assert_allclose(cost.derivative(a, expected), derived, rtol=1e-13)


@pytest.mark.parametrize("cost", PAIRED, ids=repr)
def test_costs_of_pre_activations_are_those_of_the_outputs(cost: Cost):
    generator = np.random.default_rng(3)
    z = generator.normal(0, 4, (50, 4))
    expected = np.eye(4)[generator.integers(0, 4, 50)]
    output = ACTIVATIONS[cost.output]
    a = output.value(z)
    fused = example_costs(cost, z, a, expected)
    assert fused.shape == (50,)
    np.testing.assert_allclose(fused, cost.terms(a, expected).sum(axis=-1), rtol=1e-9)
    delta = output.delta(cost.derivative(a, expected), z, a)
    np.testing.assert_allclose(output_delta(cost, output, z, a, expected), delta, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("cost", PAIRED, ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_certainty_costs_a_finite_number(cost: Cost, dtype: type[np.floating]):
    a, expected = (np.array(values, dtype) for values in ([0, 0, 1, 1], [0, 1, 0, 1]))
    with np.errstate(all="raise", under="ignore"):
        terms, slopes = cost.terms(a, expected), cost.derivative(a, expected)
        z = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype)
        costs = example_costs(cost, z, ACTIVATIONS[cost.output].value(z), np.array([[1, 0], [1, 0]], dtype))
    for array in (terms, slopes, costs):
        assert array.dtype == dtype
        assert np.isfinite(array).all()
    floor = -np.log(np.finfo(dtype).tiny)
    assert terms[1] == pytest.approx(floor, rel=1e-6)
    assert terms[0] == terms[3] == 0
    assert costs[0] == 0
    assert costs[1] == pytest.approx(2e4, rel=1e-6)


@pytest.mark.parametrize("name", ["absolute-error", "huber"])
def test_robust_costs_of_huge_errors_do_not_overflow(name: str):
    cost = COSTS[name]
    a, expected = np.array([1e30, -1e30, 0.5], np.float32), np.array([0, 0, 0.5], np.float32)
    with np.errstate(all="raise"):
        terms, slopes = cost.terms(a, expected), cost.derivative(a, expected)
    assert terms[:2] == pytest.approx(1e30, rel=1e-6)
    assert list(slopes) == [1, -1, 0]


def test_at_the_kink_the_slope_of_the_absolute_error_is_zero():
    a, e = Number(0.5, "a2:1"), Number(0.5, "e:1")
    assert evaluate(COSTS["absolute-error"].derivative_formula(a, e, a - e)) == 0


@pytest.mark.parametrize("cost", ALL, ids=repr)
@pytest.mark.parametrize("output", ACTIVATIONS.values(), ids=repr)
def test_a_cost_takes_the_outputs_that_it_is_defined_for(cost: Cost, output):
    if cost.output in (None, output.name):
        require_fit(cost, output)
        return
    with pytest.raises(InvalidValueError) as refusal:
        require_fit(cost, output)
    assert str(refusal.value) == (
        f"cost: {cost.name} needs the output activation {cost.output}, got {output.name}; choose "
        f"output='{cost.output}' or a cost such as squared-error"
    )


def test_an_unknown_cost_is_answered_with_the_nearest_known_one():
    with pytest.raises(UnknownNameError, match=r"^cost: 'crossentropy' is not known; did you mean 'cross-entropy'\?"):
        find_cost("crossentropy")
