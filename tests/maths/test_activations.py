"""Each activation against its textbook formula in 60 decimal digits, and against automatic differentiation."""

import math
from collections.abc import Callable
from decimal import Decimal, localcontext

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.errors import UnknownNameError
from pellucid.expression import Infix, Number, evaluate, tolerance
from pellucid.maths import ACTIVATIONS, Activation, find_activation
from pellucid.maths.activations import log_softmax

DIGITS = 60
STEP = Decimal("1e-20")
"""A central difference with this step is off by about 1e-40: exact, as far as float64 can tell."""
POINTS = [-30.0, -8.5, -3.0, -1.0, -0.3, -1e-3, 1e-3, 0.2, 1.0, 2.5, 9.0, 30.0]

ONE, TWO = Decimal(1), Decimal(2)
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
SELU_SCALE = Decimal("1.0507009873554804934193349852946")
SELU_ALPHA = Decimal("1.6732632423543772848170429916717")


def erf(x: Decimal) -> Decimal:
    """2/√π Σₙ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)), with digits enough for the terms that cancel."""
    if abs(x) > 7:
        return ONE.copy_sign(x)  # 1 − erf(7) is 4e-23
    with localcontext(prec=120):
        term, total, n = x, x, 0
        while abs(term) > Decimal("1e-70"):
            n += 1
            term = -term * x * x / n
            total += term / (2 * n + 1)
        return TWO / PI.sqrt() * total


def sigmoid(z: Decimal) -> Decimal:
    return ONE / (ONE + (-z).exp())


TEXTBOOK: dict[str, Callable[[Decimal], Decimal]] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": lambda z: (z.exp() - (-z).exp()) / (z.exp() + (-z).exp()),
    "relu": lambda z: max(z, Decimal(0)),
    "leaky-relu": lambda z: z if z > 0 else Decimal("0.01") * z,
    "elu": lambda z: z if z > 0 else z.exp() - 1,
    "selu": lambda z: SELU_SCALE * (z if z > 0 else SELU_ALPHA * (z.exp() - 1)),
    "gelu": lambda z: z * (ONE + erf(z / TWO.sqrt())) / 2,
    "silu": lambda z: z * sigmoid(z),
    "softplus": lambda z: (ONE + z.exp()).ln(),
}
ELEMENTWISE = [ACTIVATIONS[name] for name in TEXTBOOK]
ALL = list(ACTIVATIONS.values())


def test_every_activation_has_its_textbook_formula_here():
    assert set(TEXTBOOK) | {"softmax"} == set(ACTIVATIONS)
    assert [activation.name for activation in ALL if not activation.is_elementwise] == ["softmax"]


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=repr)
def test_value_and_derivative_are_the_textbooks(activation: Activation):
    formula = TEXTBOOK[activation.name]
    with localcontext(prec=DIGITS):
        values = [float(formula(Decimal(z))) for z in POINTS]
        slopes = [float((formula(Decimal(z) + STEP) - formula(Decimal(z) - STEP)) / (2 * STEP)) for z in POINTS]
    z = np.array(POINTS)
    a = activation.value(z)
    np.testing.assert_allclose(a, values, rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(activation.derivative(z, a), slopes, rtol=4e-15, atol=1e-15)


def test_softmax_and_its_logarithm_are_the_textbooks():
    z = np.array([[0.3, -1.2, 2.0, 2.0], [-700.0, 3.0, 800.0, 799.0]])
    with localcontext(prec=DIGITS):
        exponentials = [[Decimal(each).exp() for each in row] for row in z]
        expected = [[each / sum(row) for each in row] for row in exponentials]
        logarithms = [[float(each.ln()) for each in row] for row in expected]
    np.testing.assert_allclose(ACTIVATIONS["softmax"].value(z), np.array(expected, float), rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose(log_softmax(z), logarithms, rtol=1e-14)


@pytest.mark.parametrize("activation", ALL, ids=repr)
def test_the_derivative_is_what_jax_derives_from_the_value(activation: Activation):
    with jax.enable_x64(True):
        z = jnp.asarray(POINTS)
        jacobian = jax.jacobian(activation.value)(z)
        derivative = activation.derivative(z, activation.value(z))
        np.testing.assert_allclose(derivative, jnp.diagonal(jacobian), rtol=1e-13, atol=1e-15)
        gradient = jnp.asarray(np.linspace(-2.0, 3.0, len(POINTS)))
        delta = activation.delta(gradient, z, activation.value(z))
        np.testing.assert_allclose(delta, jacobian.T @ gradient, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("activation", ALL, ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_pre_activations_overflow_nowhere_and_keep_their_type(activation: Activation, dtype: type[np.floating]):
    z = np.array([1e30, 1e4, 700.0, 89.0, 0.0, -0.0, -89.0, -700.0, -1e4, -1e30], dtype)
    for each in (z, z[:, None], z[4:6]):
        with np.errstate(all="raise", under="ignore"):
            a = activation.value(each)
            slope = activation.derivative(each, a)
            delta = activation.delta(np.ones_like(each), each, a)
        for array in (a, slope, delta):
            assert array.dtype == dtype
            assert array.shape == each.shape
            assert np.isfinite(array).all()


@pytest.mark.parametrize("activation", ALL, ids=repr)
def test_limits_and_range_are_as_stated(activation: Activation):
    z = np.linspace(-40.0, 40.0, 80_001)
    values = activation.value(z) if activation.is_elementwise else activation.value(np.stack([z, 0 * z], axis=-1))[:, 0]
    low, high = activation.range
    assert (values >= low).all()
    assert (values <= high).all()
    for bound, reached in ((low, values.min()), (high, values.max())):
        if math.isfinite(bound):
            assert reached == pytest.approx(bound, abs=1e-7)
    for limit, last in zip(activation.limits, (values[0], values[-1]), strict=True):
        if math.isfinite(limit):
            assert last == pytest.approx(limit, abs=1e-14)
        else:
            assert abs(last) > 0.3
            assert math.copysign(1, last) == math.copysign(1, limit)


@pytest.mark.parametrize("activation", ALL, ids=repr)
def test_the_formulas_evaluate_to_value_and_derivative(activation: Activation):
    points = [-1000.0, -600.0, *POINTS, 0.0, 600.0, 1000.0]
    for layer in ([z, -0.7, 1.9] for z in points):
        z = np.array(layer) if not activation.is_elementwise else np.array(layer[:1])
        leaves = [Number(float(each), f"z2:{number}") for number, each in enumerate(z, start=1)]
        a = activation.value(z)
        value = evaluate(activation.formula(leaves[0], leaves))
        derivative = evaluate(activation.derivative_formula(leaves[0], leaves))
        assert value == pytest.approx(float(a[0]), rel=1e-12, abs=1e-15)
        assert derivative == pytest.approx(float(activation.derivative(z, a)[0]), rel=1e-12, abs=1e-15)
    assert "z" in activation.latex
    assert activation.derivative_latex


MAGNITUDES = [*np.geomspace(0.01, 800.0, 40), 29.9999, 30.0, 355.0, 499.0, 1e4]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("digits", range(1, 18))
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=repr)
def test_the_formulas_as_shown_are_finite_and_within_a_finite_tolerance(
    activation: Activation, digits: int, read_formula: Callable[[str], float]
):
    for z in [sign * float(magnitude) for magnitude in MAGNITUDES for sign in (1, -1)]:
        leaf = Number(z, "z2:1")
        for formula in (activation.formula, activation.derivative_formula):
            tree = formula(leaf, [leaf])
            bound, value = tolerance(tree, digits), evaluate(tree)
            assert math.isfinite(bound), z
            assert abs(read_formula(tree.lower(Infix(digits)).text) - value) <= bound, z


def test_the_sigmoid_is_written_as_in_the_essay_until_its_exponential_is_large():
    sigmoid = ACTIVATIONS["sigmoid"].formula
    written = [sigmoid(z, [z]).lower(Infix(4)).text for z in (Number(-3.115, "z2:1"), Number(-355.0, "z2:1"))]
    assert written == ["1 / (1 + exp(-(-3.115)))", "exp(-355.0) / (exp(-355.0) + 1)"]


@pytest.mark.parametrize(("name", "slope"), [("relu", 0.0), ("leaky-relu", 0.01), ("elu", 1.0), ("gelu", 0.5)])
def test_the_slope_at_zero(name: str, slope: float):
    activation, zero = ACTIVATIONS[name], np.zeros(1)
    assert activation.derivative(zero, activation.value(zero))[0] == slope
    assert evaluate(activation.derivative_formula(Number(0.0), [])) == slope


@pytest.mark.parametrize(("name", "slope"), [("relu", "0"), ("leaky-relu", "0.01")])
def test_at_the_kink_the_slope_is_a_constant_and_no_formula_that_is_false(name: str, slope: str):
    z = Number(0.0, "z2:1")
    assert ACTIVATIONS[name].derivative_formula(z, [z]).lower(Infix(4)).text == slope


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=repr)
def test_the_kinks_are_where_the_slopes_of_the_two_sides_differ(activation: Activation):
    z = np.linspace(-3.0, 3.0, 7)
    left, right = (activation.derivative(z + h, activation.value(z + h)) for h in (-1e-9, 1e-9))
    assert activation.kinks == tuple(z[np.abs(right - left) > 1e-6])


def test_the_essays_values_of_the_sigmoid_and_of_relu():
    sigmoid_at = {1: 0.7311, -4: 0.0180, -5: 0.0067, 5: 0.9933}
    z = np.array(list(sigmoid_at), float)
    np.testing.assert_allclose(ACTIVATIONS["sigmoid"].value(z), list(sigmoid_at.values()), atol=5e-5)
    np.testing.assert_array_equal(ACTIVATIONS["relu"].value(np.array([3.0, -2.0, -4.0, 1.0])), [3, 0, 0, 1])


def test_an_unknown_name_is_answered_with_the_nearest_known_one():
    with pytest.raises(UnknownNameError, match=r"^activation: 'sigmod' is not known; did you mean 'sigmoid'\?"):
        find_activation("sigmod")
    assert find_activation(ACTIVATIONS["relu"]) is ACTIVATIONS["relu"]
