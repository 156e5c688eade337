"""A model to save, load and question."""

import numpy as np
import pytest

from pellucid.data import Features, NumberEncoder
from pellucid.maths import Network
from pellucid.model import Model


@pytest.fixture
def model() -> Model:
    """Pictures of 2×3 bytes in three classes, float32."""
    network = Network.random([6, 4, 3], activation="gelu", output="softmax", seed=2)
    layers = tuple(layer._replace(biases=np.full_like(layer.biases, 0.1)) for layer in network.parameters)
    provenance = {"data": {"name": "squares", "checksum": "0" * 64}, "seed": 2}
    features = Features(NumberEncoder((2, 3)), 1 / 255)
    return Model(network.with_parameters(layers), "cross-entropy", ("ä", "b", 'c"d'), features, provenance)
