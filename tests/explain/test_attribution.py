"""Integrated gradients beside automatic differentiation, and their picture in characters."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import pellucid as pl
from pellucid.data.features.sound import SoundEncoder
from pellucid.explain.attribution import attribution_text, mean_gradients, sums_only

HIDDEN = ["sigmoid", "tanh", "relu", "gelu", "selu", "softmax"]
WEIGHTS = np.array([1.0, -1.0, 0.0, 0.0])
X = np.random.default_rng(0).normal(size=6)


def make(hidden: str) -> pl.Network:
    return pl.Network.random(
        (6, 7, 5, 4), activation=hidden, output="softmax", initializer="standard-normal", seed=0, dtype=np.float64
    )


def sums_by_jax(network: pl.Network, x: jax.Array) -> jax.Array:
    """The output neurons' pre-activations, written anew."""
    for layer in network.layers[:-1]:
        z = jnp.asarray(layer.weights) @ x + jnp.asarray(layer.biases)
        x = layer.activation.value(z)
    return jnp.asarray(network.layers[-1].weights) @ x + jnp.asarray(network.layers[-1].biases)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_mean_gradients_are_those_of_automatic_differentiation(hidden: str):
    network, x, weights = make(hidden), X, WEIGHTS
    with jax.enable_x64(True):
        gradient = jax.grad(lambda inputs: sums_by_jax(network, inputs) @ weights)
        places = [(k + 0.5) / 16 * x for k in range(16)]
        expected = np.mean([np.asarray(gradient(jnp.asarray(place))) for place in places], axis=0)
    assert mean_gradients(sums_only(network), x, weights, 16) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_path_walked_in_pieces_is_the_same_path(monkeypatch: pytest.MonkeyPatch):
    network, x, weights = make("tanh"), X, WEIGHTS
    whole = mean_gradients(sums_only(network), x, weights, 37)
    monkeypatch.setattr("pellucid.explain.attribution.MAX_HELD", 5 * sum(network.sizes))
    assert mean_gradients(sums_only(network), x, weights, 37) == pytest.approx(whole, rel=1e-13)


def test_the_picture_in_characters_tells_for_from_against():
    attributions = np.array([[1.0, 0.3, 0.1], [-1.0, -0.3, -0.1], [0.01, 0.0, 0.0]])
    image = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
    assert attribution_text(image, attributions, ("7", "9")).splitlines() == [
        "██▓▓░░",
        "≡≡==--",
        "····",
        "█ ▓ ░ for 7, ≡ = - for 9, strong to weak; · hardly matters",
    ]


@pytest.mark.parametrize("shape", [(28, 28), (64, 64), (20, 200), (300, 10)])
def test_the_picture_in_characters_fits_a_terminal(shape: tuple[int, int]):
    attributions = np.random.default_rng(0).normal(size=shape)
    lines = attribution_text(np.ones(shape), attributions, ("a", "b")).splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 100
    assert attribution_text(np.zeros(shape), np.zeros(shape), ("a", "b")).splitlines()[:-1] == [""] * (len(lines) - 1)


def test_beneath_a_sound_in_characters_its_sides_are_told():
    axes = SoundEncoder(rate=8000, bands=4, frames=3, length="cut", seconds=0.5).axes()
    *_, sides, legend = attribution_text(np.ones((4, 3)), np.ones((4, 3)), ("a", "b"), axes).splitlines()
    assert sides == f"upward: {axes.upward.span}; to the right: time, 0 to 0.5 s"
    assert legend.startswith("█ ▓ ░ for a")
