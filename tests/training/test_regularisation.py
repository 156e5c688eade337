"""Regularisation: compiled training against the formulas of the books, written out here and differentiated by JAX."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest
from jax import numpy as jnp

import pellucid as pl
from pellucid.data import Dataset
from pellucid.errors import InvalidValueError
from pellucid.training import Regularisation, chance

RATE, EPOCHS, SEED = 0.5, 4, 7
Layers = list[tuple[Any, Any]]


@pytest.fixture(scope="module")
def data() -> Dataset:
    """Three classes of float64 points, all of them to train on, with weights of their own."""
    generator = np.random.default_rng(3)
    inputs, labels = generator.normal(size=(40, 5)), np.arange(40) % 3
    return Dataset.from_arrays(inputs, labels, validation=0, test=0)


def start() -> pl.Network:
    return pl.Network.random([5, 6, 3], activation="tanh", output="softmax", seed=2, dtype=np.float64)


def trained(data: Dataset, chosen: Regularisation, **choices: Any) -> pl.TrainingResult:
    return pl.train(
        start(),
        data,
        cost="cross-entropy",
        optimizer=pl.SGD(RATE),
        batch_size="full",
        epochs=EPOCHS,
        seed=SEED,
        regularisation=chosen,
        **choices,
    )


def mean_cost(layers: Layers, x: Any, expected: Any, masks: Any = (1, 1), weights: Any = 1) -> Any:
    """−Σ E ln softmax(W₃ (m₂ tanh(W₂ (m₁ x) + b₂)) + b₃), each example's as often as it counts, on average."""
    (first, first_bias), (second, second_bias) = layers
    hidden = jnp.tanh((x * masks[0]) @ first.T + first_bias) * masks[1]
    z = hidden @ second.T + second_bias
    return (weights * -(expected * (z - jax.scipy.special.logsumexp(z, axis=1, keepdims=True))).sum(axis=1)).mean()


def length(layers: Any) -> float:
    return float(np.sqrt(sum((np.asarray(array) ** 2).sum() for layer in layers for array in layer)))


def by_the_book(
    data: Dataset,
    see: Callable[[int, np.ndarray, np.ndarray], dict[str, Any]] = lambda step, x, expected: {},
    shorten: Callable[[Any], float] = lambda gradient: 1.0,
    limit: Callable[[np.ndarray], np.ndarray] = lambda weights: weights,
) -> list[Layers]:
    """The parameters before the first step and after each, by plain gradient descent.

    Parameters:
        data: to train on.
        see: what of a step's inputs, expected outputs, masks and weights is another than usual.
        shorten: what a gradient is multiplied by.
        limit: what becomes of corrected weights.
    """
    x, expected = data.train.inputs, data.train.expected.astype(np.float64)
    stood: list[Layers] = [[(layer.weights, layer.biases) for layer in start().layers]]
    with jax.enable_x64(True):
        for step in range(EPOCHS):
            given = {"x": x, "expected": expected} | see(step, x, expected)
            gradient = jax.grad(mean_cost)([tuple(map(jnp.asarray, layer)) for layer in stood[-1]], **given)
            factor = RATE * shorten(gradient)
            stood.append(
                [
                    (limit(np.asarray(weights - factor * by_weights)), np.asarray(biases - factor * by_biases))
                    for (weights, biases), (by_weights, by_biases) in zip(stood[-1], gradient, strict=True)
                ]
            )
    return stood


def require_same(found: Any, known: Layers) -> None:
    for layer, (weights, biases) in zip(found, known, strict=True):
        # Sums taken in another order, over four steps in float64.
        np.testing.assert_allclose(layer.weights, weights, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(layer.biases, biases, rtol=1e-10, atol=1e-13)


def test_label_smoothing_expects_a_little_less_than_all(data: Dataset):
    known = by_the_book(data, see=lambda step, x, expected: {"expected": 0.7 * expected + 0.3 / 3})
    require_same(trained(data, Regularisation(label_smoothing=0.3)).network.parameters, known[-1])


def test_of_two_classes_in_one_output_it_takes_half_a_share():
    """Without inputs, and with a bias of 0, the output is ½: the bias's slope is ½ − E′, and E′ is 1 − α/2."""
    ones = Dataset.from_arrays(np.zeros((4, 1)), np.array([1, 1, 1, 0]), validation=0, test=0)
    network = pl.Network.random([1, 1], activation="sigmoid", initializer="zeros", dtype=np.float64)
    choices = {"cost": "binary-cross-entropy", "optimizer": pl.SGD(1.0), "batch_size": "full", "epochs": 1}
    result = pl.train(network, ones, regularisation=Regularisation(label_smoothing=0.2), **choices)
    assert result.network.layers[0].biases.tolist() == pytest.approx([(3 * 0.9 + 0.1) / 4 - 0.5], rel=1e-14)


def test_dropout_and_noise_act_on_what_layers_take_in(data: Dataset):
    """What chance decided is drawn here again; what follows from it is worked out by hand."""
    chosen = Regularisation(dropout=(0.2, 0.5), input_noise=0.3)

    def see(step: int, x: np.ndarray, expected: np.ndarray) -> dict[str, Any]:
        drawn = chance.draw(chosen, chance.random.fold_in(chance.key_of(SEED), step), (5, 6, 3), jnp.asarray(x))
        assert {float(value) for mask in drawn.masks for value in np.unique(mask)} == {0.0, 1.25, 2.0}
        return {"x": x + drawn.noise, "masks": drawn.masks}

    known = by_the_book(data, see=see)
    require_same(trained(data, chosen).network.parameters, known[-1])


def test_dropout_of_a_network_of_one_layer_is_that_of_its_inputs(data: Dataset):
    network = pl.Network.random([5, 3], output="softmax", seed=1)
    choices = {"cost": "cross-entropy", "batch_size": "full", "epochs": 1}
    whole = pl.train(network, data, **choices).network.layers[0].weights
    chosen = Regularisation(dropout=(0.5,))
    dropped = pl.train(network, data, regularisation=chosen, **choices).network.layers[0].weights
    assert (whole != dropped).any()
    with pytest.raises(InvalidValueError, match=r"^dropout: one share for each of 1 layers, .* is required, got 2$"):
        pl.train(network, data, regularisation=Regularisation(dropout=(0.5, 0.5)), **choices)


@pytest.mark.parametrize("most", [0.05, 0.2, 100.0])
def test_a_gradient_is_clipped_as_one_vector_of_all_parameters(data: Dataset, most: float):
    known = by_the_book(data, shorten=lambda gradient: min(1.0, most / length(gradient)))
    require_same(trained(data, Regularisation(clip_norm=most)).network.parameters, known[-1])


@pytest.mark.parametrize("most", [0.5, 1.3, 100.0])
def test_the_weights_into_a_neuron_are_limited_and_biases_are_not(data: Dataset, most: float):
    def limit(weights: np.ndarray) -> np.ndarray:
        return np.stack([row * min(1.0, most / float(np.linalg.norm(row))) for row in weights])

    known = by_the_book(data, limit=limit)
    result = trained(data, Regularisation(max_norm=most))
    require_same(result.network.parameters, known[-1])
    assert max(np.linalg.norm(layer.weights, axis=1).max() for layer in result.network.layers) <= most * (1 + 1e-12)


def test_the_average_answers_and_the_parameters_go_on_without_it(data: Dataset):
    stood = by_the_book(data)
    average = stood[0]
    for step, layers in enumerate(stood[1:], start=1):
        kept = min(0.3, (1 + step) / (10 + step))
        average = [
            tuple(kept * old + (1 - kept) * new for old, new in zip(*pair, strict=True))
            for pair in zip(average, layers, strict=True)
        ]
    result = trained(data, Regularisation(averaging=0.3))
    assert 2 / 11 < 0.3 < 5 / 14, "both halves of the formula have their turn"
    require_same(result.network.parameters, average)
    require_same(result.checkpoint.state.parameters, stood[-1])


def test_an_example_counts_as_often_as_its_class_is_weighted():
    """Two of three examples are of class 0: they count ¾ times each, the third 1½ times."""
    inputs, labels = np.random.default_rng(1).normal(size=(30, 5)), np.where(np.arange(30) % 3 == 2, 2, 0)
    labels[:2] = 1
    data = Dataset.from_arrays(inputs, labels, validation=0, test=0)
    counts = np.bincount(labels)
    by_class = 30 / (3 * counts)
    known = by_the_book(data, see=lambda step, x, expected: {"weights": by_class[data.train.labels]})
    require_same(trained(data, Regularisation(), balance="weights").network.parameters, known[-1])


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"dropout": (0.2, 1.0)}, "dropout: must be at least 0 and below 1, got 1.0"),
        ({"input_noise": -0.1}, "input_noise: must be a number of at least 0, got -0.1"),
        ({"label_smoothing": 1}, "label_smoothing: must be at least 0 and below 1, got 1"),
        ({"max_norm": 0}, "max_norm: must be a number above 0, got 0"),
        ({"clip_norm": float("nan")}, "clip_norm: must be a number above 0, got nan"),
        ({"averaging": 1.0}, "averaging: must be above 0 and below 1; 0.999 is usual, got 1.0"),
    ],
)
def test_what_is_out_of_range_is_refused(choices: dict[str, Any], message: str):
    with pytest.raises(InvalidValueError) as refusal:
        Regularisation(**choices)
    assert str(refusal.value) == message


def test_label_smoothing_is_for_classes(line: Dataset):
    network = pl.Network.random([3, 2], activation="identity")
    with pytest.raises(InvalidValueError, match=r"^label_smoothing: this is for classes; leave it out of regression$"):
        pl.train(network, line, regularisation=Regularisation(label_smoothing=0.1))
