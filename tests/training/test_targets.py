"""Numbers to predict that are far from 0 and 1: scaled while they are learnt, and answered in their own units."""

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Dataset
from pellucid.errors import InvalidValueError
from pellucid.training.targets import TargetScaling


def prices(n_samples: int = 200, dtype: type[np.floating] = np.float64) -> Dataset:
    """Prices about 250,000, which follow from three inputs."""
    generator = np.random.default_rng(3)
    inputs = generator.normal(size=(n_samples, 3))
    return Dataset.from_arrays(
        inputs.astype(dtype), 250_000 + 80_000 * inputs[:, 0] * inputs[:, 1] - 30_000 * inputs[:, 2]
    )


def learnt(data: Dataset, dtype: type[np.floating] = np.float32, **choices: Any) -> pl.TrainingResult:
    network = pl.Network.random([3, 24, data.train.n_outputs], activation=["tanh", "identity"], seed=1, dtype=dtype)
    return pl.train(network, data, **{"optimizer": pl.Adam(0.02), "epochs": 60, "scale_targets": True, **choices})


def test_targets_of_hundreds_of_thousands_are_learnt():
    data = prices()
    scaled, plain = learnt(data), learnt(data, scale_targets=False)
    assert pl.evaluate(scaled.model, data.test).r2 > 0.95
    assert pl.evaluate(plain.model, data.test).r2 < 0.5  # what it is good for
    assert scaled.model.predict(data.test.raw[0])[0].outputs == pytest.approx(data.test.labels[:1], rel=0.2)
    assert scaled.history[-1].cost < 1 < plain.history[-1].cost  # in scaled units
    assert scaled.model.provenance["training"]["scale_targets"] is True


@pytest.mark.parametrize("n_outputs", [1, 2])
def test_folded_outputs_are_the_scaled_ones_in_the_targets_units(n_outputs: int):
    generator = np.random.default_rng(5)
    inputs = generator.normal(size=(80, 3))
    targets = inputs[:, :n_outputs] * [3e4, 0.01][:n_outputs] + [2e5, -7.0][:n_outputs]
    data = Dataset.from_arrays(inputs, targets if n_outputs > 1 else targets[:, 0], validation=0)
    result = learnt(data, np.float64, epochs=5)
    assert result.best_epoch == 5  # without validation it is the last, whose scaled parameters the checkpoint has
    scaling = result.checkpoint.scaling
    assert scaling is not None
    own = data.train.labels.reshape(data.train.n_samples, -1)
    np.testing.assert_allclose(scaling.mean, own.mean(axis=0), rtol=1e-15)
    np.testing.assert_allclose(scaling.deviation, own.std(axis=0), rtol=1e-15)
    in_scaled_units = result.network.with_parameters(result.checkpoint.state.parameters)(inputs)
    np.testing.assert_allclose(result.network(inputs), in_scaled_units * scaling.deviation + scaling.mean, rtol=1e-13)


def test_it_is_the_training_on_scaled_targets():
    data = prices()
    mean, deviation = data.train.labels.mean(), data.train.labels.std()
    by_hand = Dataset.from_arrays(data.train.raw, (data.train.labels - mean) / deviation, validation=0, test=0)
    alone = Dataset.from_arrays(data.train.raw, data.train.labels, validation=0, test=0)
    known, found = learnt(by_hand, np.float64, epochs=3, scale_targets=False), learnt(alone, np.float64, epochs=3)
    assert [record.cost for record in found.history] == pytest.approx([record.cost for record in known.history])
    np.testing.assert_allclose(found.network.layers[0].weights, known.network.layers[0].weights, rtol=1e-9)


def test_targets_that_are_all_the_same_are_learnt():
    generator = np.random.default_rng(0)
    data = Dataset.from_arrays(generator.normal(size=(40, 3)), np.full(40, 12_345.0))
    result = learnt(data, epochs=60)
    assert result.checkpoint.scaling is not None
    assert result.checkpoint.scaling.deviation.tolist() == [1.0]
    np.testing.assert_allclose(result.network(data.test.inputs), 12_345.0, atol=1.0)


def test_what_cannot_be_scaled_is_refused(blobs: Dataset):
    network = pl.Network.random([5, 3], output="softmax", seed=1)
    with pytest.raises(
        InvalidValueError, match=r"^scale_targets: numbers to predict are required, the labels are class"
    ):
        pl.train(network, blobs, cost="cross-entropy", scale_targets=True)
    network = pl.Network.random([3, 1], output="sigmoid", seed=1)
    with pytest.raises(
        InvalidValueError, match=r"^scale_targets: the output activation identity is required, got sigm"
    ):
        pl.train(network, prices(), scale_targets=True)
    for largest, dtype in ((1e39, np.float32), (1e308, np.float64)):
        targets = np.array([largest, -largest, largest, 0.0])
        with pytest.raises(
            InvalidValueError, match=r"^labels: targets whose mean and standard deviation are finite in "
        ):
            TargetScaling.learnt(targets, np.dtype(dtype))
