"""Initializers: the moments that their formulas promise, and the same draw for the same seed."""

import numpy as np
import pytest

from pellucid.errors import InvalidValueError, UnknownNameError
from pellucid.maths import ACTIVATIONS, INITIALIZERS, Network
from pellucid.maths.initializers import find_initializer

N_IN, N_OUT = 400, 600
VARIANCES = {
    "standard-normal": (1.0, 1.0),
    "scaled-normal": (1 / N_IN, 1.0),
    "glorot-uniform": (2 / (N_IN + N_OUT), 0.0),
    "glorot-normal": (2 / (N_IN + N_OUT), 0.0),
    "he-normal": (2 / N_IN, 0.0),
    "lecun-normal": (1 / N_IN, 0.0),
    "zeros": (0.0, 0.0),
}


def test_every_initializer_is_in_the_table():
    assert set(VARIANCES) == set(INITIALIZERS)
    assert all(initializer.latex and initializer.source for initializer in INITIALIZERS.values())


@pytest.mark.parametrize("name", VARIANCES)
def test_moments_of_a_large_draw(name: str):
    """Of n draws the mean is off by about σ/√n and the variance by up to √(2/n) of itself: five of each are allowed."""
    layer = Network.random([N_IN, N_OUT], initializer=name, seed=1, dtype=np.float64).layers[0]
    for array, variance in zip((layer.weights, layer.biases), VARIANCES[name], strict=True):
        assert abs(array.mean()) <= 5 * np.sqrt(variance / array.size)
        assert array.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / array.size), abs=0)
        if name != "glorot-uniform" and variance:
            assert (array**4).mean() / array.var() ** 2 == pytest.approx(3, abs=5 * np.sqrt(96 / array.size))


def test_glorot_uniform_fills_its_interval_evenly():
    weights = Network.random([N_IN, N_OUT], initializer="glorot-uniform", dtype=np.float64).layers[0].weights
    bound = np.sqrt(6 / (N_IN + N_OUT))
    assert bound * 0.999 < weights.max() <= bound
    counts, _ = np.histogram(weights, 10, (-bound, bound))
    np.testing.assert_allclose(counts, weights.size / 10, rtol=0.03)


@pytest.mark.parametrize("name", VARIANCES)
def test_the_same_seed_draws_the_same_bytes(name: str):
    def bytes_of(seed: int, dtype: type[np.floating]) -> bytes:
        network = Network.random([5, 4, 3], initializer=name, seed=seed, dtype=dtype)
        return b"".join(layer.weights.tobytes() + layer.biases.tobytes() for layer in network.layers)

    assert bytes_of(3, np.float32) == bytes_of(3, np.float32)
    assert (bytes_of(3, np.float32) == bytes_of(4, np.float32)) == (name == "zeros")
    # The draw is made in float64 and rounded: the type of the network does not change what is drawn.
    wide = np.frombuffer(bytes_of(3, np.float64))
    np.testing.assert_array_equal(wide.astype(np.float32), np.frombuffer(bytes_of(3, np.float32), np.float32))


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=repr)
def test_auto_is_he_normal_for_the_relu_family_and_glorot_uniform_otherwise(activation):
    rectifiers = {"relu", "leaky-relu", "elu", "selu", "gelu", "silu"}
    expected = "he-normal" if activation.name in rectifiers else "glorot-uniform"
    assert find_initializer("auto", activation).name == expected


def test_each_layer_is_drawn_for_its_own_activation():
    network = Network.random([300, 300, 300], activation="relu", output="sigmoid", seed=2, dtype=np.float64)
    assert [layer.weights.var() for layer in network.layers] == pytest.approx([2 / 300, 2 / 600], rel=0.05)


def test_what_random_networks_refuse():
    with pytest.raises(UnknownNameError, match=r"^initializer: 'he' is not known.*auto, glorot-normal"):
        Network.random([2, 2], initializer="he")
    for sizes, message in [
        ([3], r"^sizes: at least an input and an output layer are required, got \[3\]$"),
        ([3, 0], r"^sizes: each must be a whole number from 1 to 16,777,216, got 0$"),
        ([3, 2**24 + 1], "^sizes: each must be a whole number .* got 16777217$"),
    ]:
        with pytest.raises(InvalidValueError, match=message):
            Network.random(sizes)
    with pytest.raises(InvalidValueError, match=r"^activation: one name, or 2 \(one for each layer .*\), got 3$"):
        Network.random([3, 2, 1], activation=["relu", "relu", "relu"])
    with pytest.raises(InvalidValueError, match=r"^seed: must be a whole number of at least 0, got -1$"):
        Network.random([3, 2], seed=-1)
