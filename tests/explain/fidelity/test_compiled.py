"""The explained correction is what the next step of compiled training makes of every weight and bias."""

from collections.abc import Callable
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

import pellucid as pl

FEW_ROUNDINGS = {dtype: 4 * float(np.finfo(dtype).eps) for dtype in ("float32", "float64")}
"""Of weights of about 1."""


@pytest.fixture(scope="module")
def data() -> pl.Dataset:
    """Targets for two outputs: 24 examples of 3 numbers, all but a few to learn from."""
    generator = np.random.default_rng(5)
    inputs = generator.normal(size=(24, 3)).astype(np.float32)
    targets = np.stack([np.sin(inputs[:, 0]), inputs[:, 1] * inputs[:, 2]], axis=1).astype(np.float32)
    return pl.Dataset.from_arrays(inputs, targets)


@pytest.mark.parametrize(
    ("number", "n_before", "dtype"), [*((k, 1, "float32") for k in range(6)), (2, 0, "float64"), (5, 0, "float64")]
)
def test_every_parameter_is_corrected_as_compiled_training_corrects_it(
    number: int, n_before: int, dtype: str, data: pl.Dataset, hand: SimpleNamespace
):
    optimizer, penalty = hand.optimizers[number], hand.penalties[(number + n_before) % 3]
    network = pl.Network.random([3, 4, 2], activation="tanh", output="identity", seed=number, dtype=dtype)
    choices = {"cost": "half-squared-error", "optimizer": optimizer, "penalty": penalty}

    def state_after(epochs: int):
        return pl.train(network, data, batch_size="full", epochs=epochs, **choices).checkpoint.state

    state, corrected = state_after(n_before) if n_before else None, state_after(n_before + 1).parameters
    x, expected = np.asarray(data.train.raw), np.asarray(data.train.expected)
    for layer, parameters in enumerate(corrected, start=2):
        n_out, n_in = parameters.weights.shape
        for m, p in product(range(1, n_out + 1), [None, *range(1, n_in + 1)]):
            place = {"layer": layer, "neuron": m, "source": p}
            explained = pl.explain.update(network, x, expected, state=state, top=2, **place, **choices)
            known = parameters.biases[m - 1] if p is None else parameters.weights[m - 1, p - 1]
            assert explained.value == pytest.approx(float(known), rel=0, abs=FEW_ROUNDINGS[dtype])
            assert abs(explained.steps[-2].value) > 100 * FEW_ROUNDINGS[dtype], "a correction that can be seen"


def test_a_trained_network_goes_on_as_it_is_explained_to(hand: SimpleNamespace, check: Callable):
    data = pl.load_data("digits")
    network = pl.Network.random([64, 9, 10], activation="relu", output="softmax", seed=1)
    cost, choices = "cross-entropy", {"cost": "cross-entropy", "optimizer": pl.Adam(0.01)}
    states = [
        pl.train(network, data, batch_size="full", epochs=epochs, **choices).checkpoint.state for epochs in (4, 5)
    ]
    features, part = data.features, data.train
    x, expected = np.asarray(features.vectors(part.raw)), np.asarray(part.expected)
    for layer, m, p in ((2, 3, 20), (2, 5, None), (3, 4, 6)):
        place = {"layer": layer, "neuron": m, "source": p}
        explained = pl.explain.update(network, x, expected, state=states[0], top=3, **place, **choices)
        held = states[1].parameters[layer - 2]
        known = held.biases[m - 1] if p is None else held.weights[m - 1, p - 1]
        assert explained.value == pytest.approx(float(known), rel=0, abs=FEW_ROUNDINGS["float32"])
        assert abs(explained.steps[-2].value) > 1e-3, "a correction that can be seen"
    trained = network.with_parameters(states[0].parameters).astype(np.float64)
    reference = hand.Reference(trained, x[0], expected[0], cost)
    explained = pl.explain.gradient(trained, x[0], expected[0], cost=cost, layer=2, neuron=3, source=20)
    check(explained, reference, 4, look_ups=reference.look_ups)
