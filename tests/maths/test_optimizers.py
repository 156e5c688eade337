"""Each optimizer against its published formula in plain Python numbers, and on problems that it must solve."""

import math
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np
import pytest

from pellucid.errors import InvalidValueError
from pellucid.expression import Expression, Number, evaluate
from pellucid.maths import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSProp
from pellucid.maths.optimizers import HYPER_PARAMETERS, REMEMBERED, NoState

Gradient = Callable[[float], float]


def plain(w: float, g: Gradient) -> Iterator[float]:
    while True:
        w -= 0.1 * g(w)
        yield w


def momentum(w: float, g: Gradient) -> Iterator[float]:
    velocity = 0.0
    while True:
        velocity = 0.9 * velocity - 0.1 * g(w)
        w += velocity
        yield w


def nesterov(w: float, g: Gradient) -> Iterator[float]:
    """Sutskever et al. 2013, equations 3 and 4: the gradient is taken at w + μv, the point that Pellucid keeps."""
    velocity, ahead = 0.0, w
    while True:
        step = 0.1 * g(ahead)
        w = w + 0.9 * velocity - step
        velocity = 0.9 * velocity - step
        ahead = w + 0.9 * velocity
        yield ahead


def rmsprop(w: float, g: Gradient, decay: float = 0.8) -> Iterator[float]:
    square = 0.0
    while True:
        gradient = g(w)
        square = decay * square + (1 - decay) * gradient * gradient
        w -= 0.1 * gradient / (math.sqrt(square) + 1e-6)
        yield w


def adam(w: float, g: Gradient, weight_decay: float = 0.0, beta1: float = 0.8, beta2: float = 0.95) -> Iterator[float]:
    first, second, time = 0.0, 0.0, 0
    while True:
        time += 1
        gradient = g(w)
        first = beta1 * first + (1 - beta1) * gradient
        second = beta2 * second + (1 - beta2) * gradient * gradient
        first_hat, second_hat = first / (1 - beta1**time), second / (1 - beta2**time)
        w = w - 0.1 * (first_hat / (math.sqrt(second_hat) + 1e-6) + weight_decay * w)
        yield w


NAMES = ("plain", "momentum", "nesterov", "rmsprop", "adam", "adamw")
PUBLISHED = [
    (SGD(0.1), plain),
    (SGD(0.1, momentum=0.9), momentum),
    (SGD(0.1, momentum=0.9, nesterov=True), nesterov),
    (RMSProp(0.1, decay=0.8, epsilon=1e-6), rmsprop),
    (Adam(0.1, beta1=0.8, beta2=0.95, epsilon=1e-6), adam),
    (AdamW(0.1, 0.8, 0.95, 1e-6, weight_decay=0.05), lambda w, g: adam(w, g, weight_decay=0.05)),
]
WITHOUT_MEMORY = [
    (RMSProp(0.1, decay=0.0, epsilon=1e-6), lambda w, g: rmsprop(w, g, decay=0.0)),
    (Adam(0.1, beta1=0.0, beta2=0.95, epsilon=1e-6), lambda w, g: adam(w, g, beta1=0.0)),
    (Adam(0.1, beta1=0.8, beta2=0.0, epsilon=1e-6), lambda w, g: adam(w, g, beta2=0.0)),
]
"""Decays of 0, which are allowed."""


def corrections(optimizer: Optimizer, w, gradient: Callable, *, decays: bool = True) -> Iterator:
    state, time = optimizer.start(w), 0
    while True:
        time += 1
        w, state = optimizer.step(
            w, gradient(w), state, learning_rate=optimizer.learning_rate, time=time, decays=decays
        )
        yield w


def slope(w):
    return 2 * (w - 3) + 0.5 * w**3


NAMED = [str(optimizer) for optimizer, _ in (*PUBLISHED, *WITHOUT_MEMORY)]


@pytest.mark.parametrize(("optimizer", "published"), [*PUBLISHED, *WITHOUT_MEMORY], ids=NAMED)
def test_five_steps_are_those_of_the_published_formula(optimizer: Optimizer, published: Callable):
    expected = list(islice(published(-1.5, slope), 5))
    computed = [float(w[0]) for w in islice(corrections(optimizer, np.array([-1.5]), slope), 5)]
    assert computed == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(("optimizer", "published"), [*PUBLISHED, *WITHOUT_MEMORY], ids=NAMED)
def test_expression_trees_make_the_same_correction(optimizer: Optimizer, published: Callable):
    def with_symbols(value: float, ref: str) -> Expression:
        return Number(value, ref)

    gradients = [slope(-1.5), 0.7]
    tree, state, array = with_symbols(-1.5, "w2:1,1"), optimizer.start(with_symbols(-1.5, "w2:1,1")), np.array([-1.5])
    array_state = optimizer.start(array)
    for time, gradient in enumerate(gradients, start=1):
        settings = {"learning_rate": 0.1, "decays": True}
        tree_time = with_symbols(float(time), "t")
        tree, state = optimizer.step(tree, with_symbols(gradient, "step:1"), state, time=tree_time, **settings)
        array, array_state = optimizer.step(array, np.array([gradient]), array_state, time=time, **settings)
        assert evaluate(tree) == pytest.approx(float(array[0]), rel=1e-14)


def bowl(w: np.ndarray) -> np.ndarray:
    """The gradient of x² + 10 y² around (1, −2)."""
    return np.array([2.0, 20.0]) * (w - np.array([1.0, -2.0]))


def valley(w: np.ndarray) -> np.ndarray:
    """The gradient of Rosenbrock's (1 − x)² + 10 (y − x²)²: a bent valley with its least point at (1, 1)."""
    x, y = w
    return np.array([-2 * (1 - x) - 40 * x * (y - x**2), 20 * (y - x**2)])


SOLVERS = [
    (SGD(0.01), 3000),
    (SGD(0.005, momentum=0.9), 3000),
    (SGD(0.005, momentum=0.9, nesterov=True), 3000),
    (RMSProp(0.001), 6000),
    (Adam(0.02), 3000),
    (AdamW(0.02, weight_decay=0.0), 3000),
]


@pytest.mark.parametrize(("gradient", "least"), [(bowl, (1.0, -2.0)), (valley, (1.0, 1.0))], ids=["bowl", "valley"])
@pytest.mark.parametrize(("optimizer", "n_steps"), SOLVERS, ids=NAMES)
def test_each_finds_the_least_point(optimizer: Optimizer, n_steps: int, gradient: Callable, least: tuple[float, ...]):
    start = np.array([-0.5, 0.5])
    last = next(islice(corrections(optimizer, start, gradient), n_steps, None))
    np.testing.assert_allclose(last, least, atol=5e-3)


def test_the_table_has_every_optimizer():
    assert {type(optimizer) for optimizer, _ in PUBLISHED} == {type(o) for o, _ in SOLVERS} == set(OPTIMIZERS.values())
    for name, optimizer in OPTIMIZERS.items():
        assert optimizer.name == name
        assert optimizer.source


def test_momentum_of_zero_is_plain_descent_and_remembers_nothing():
    w = np.array([0.3, -2.0])
    optimizer = SGD(0.1, momentum=0.0)
    assert optimizer.start(w) == NoState()
    np.testing.assert_array_equal(next(corrections(optimizer, w, slope)), w - 0.1 * slope(w))


def test_adamw_decays_weights_only():
    w = np.array([0.3, -2.0])
    adam, decayed, spared = (
        next(corrections(optimizer, w, slope, decays=decays))
        for optimizer, decays in ((Adam(0.1), True), (AdamW(0.1, weight_decay=0.5), True), (AdamW(0.1), False))
    )
    np.testing.assert_allclose(decayed, adam - 0.1 * 0.5 * w, rtol=1e-15)
    np.testing.assert_array_equal(spared, adam)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", [optimizer for optimizer, _ in SOLVERS], ids=NAMES)
def test_parameters_keep_their_type(optimizer: Optimizer, dtype: type[np.floating]):
    w = np.ones((2, 3), dtype)
    corrected = list(islice(corrections(optimizer, w, lambda w: w), 2))
    assert all(each.dtype == dtype and each.shape == (2, 3) for each in corrected)
    np.testing.assert_array_equal(w, 1)  # what it is given stays as it is


INF, NAN = math.inf, math.nan


@pytest.mark.parametrize(
    ("make", "message"),
    [
        *((lambda v=v: SGD(v), f"sgd: learning_rate must be a number above 0, got {v}") for v in (0, -0.1, NAN, INF)),
        (lambda: SGD(0.1, momentum=1.0), "sgd: momentum must be at least 0 and below 1, got 1.0"),
        (lambda: SGD(0.1, momentum=-0.1), "sgd: momentum must be at least 0 and below 1, got -0.1"),
        (lambda: SGD(0.1, nesterov=True), "sgd: nesterov needs a momentum above 0, got momentum=0; 0.9 is usual"),
        (lambda: RMSProp(decay=1.5), "rmsprop: decay must be at least 0 and below 1, got 1.5"),
        (lambda: RMSProp(epsilon=0.0), "rmsprop: epsilon must be a number above 0, got 0.0"),
        (lambda: Adam(beta1=NAN), "adam: beta1 must be at least 0 and below 1, got nan"),
        (lambda: Adam(beta2=1.0), "adam: beta2 must be at least 0 and below 1, got 1.0"),
        (lambda: AdamW(weight_decay=-1.0), "adamw: weight_decay must be a number of at least 0, got -1.0"),
        (lambda: AdamW(weight_decay=INF), "adamw: weight_decay must be a number of at least 0, got inf"),
    ],
)
def test_bad_values_are_refused(make: Callable[[], Optimizer], message: str):
    with pytest.raises(InvalidValueError) as refusal:
        make()
    assert str(refusal.value) == message


def test_each_says_what_it_does_and_what_its_numbers_mean():
    symbols = {"sgd": "r μ", "rmsprop": "r ρ ε", "adam": "r β₁ β₂ ε", "adamw": "r β₁ β₂ ε λ"}
    for optimizer, _ in PUBLISHED:
        assert optimizer.summary.endswith(".")
        assert optimizer.use.endswith(".")
        assert [HYPER_PARAMETERS[name].symbol.text for name in optimizer.numbers] == symbols[optimizer.name].split()
    assert [optimizer.title for optimizer, _ in PUBLISHED] == [
        "gradient descent",
        "gradient descent with momentum",
        "gradient descent with Nesterov momentum",
        *("RMSProp", "Adam", "AdamW"),
    ]
    assert AdamW(0.1, 0.8).numbers == {
        "learning_rate": 0.1,
        "beta1": 0.8,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "weight_decay": 0.01,
    }


def test_every_remembered_quantity_has_a_letter():
    for optimizer, _ in PUBLISHED:
        assert set(optimizer.start(np.zeros(1))._fields) <= set(REMEMBERED)
