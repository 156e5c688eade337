"""Small labelled data that are learnt in a moment."""

import numpy as np
import pytest

from pellucid.data import Dataset


@pytest.fixture(scope="session")
def blobs() -> Dataset:
    """Three classes of float32 points around three places in five dimensions: 137 to train, 31 to validate."""
    generator = np.random.default_rng(4)
    labels = np.repeat([0, 1, 2], 70)
    centres = generator.normal(0, 1.2, (3, 5))
    inputs = (centres[labels] + generator.normal(0, 1, (210, 5))).astype(np.float32)
    return Dataset.from_arrays(inputs, labels)


@pytest.fixture(scope="session")
def line() -> Dataset:
    """Float64 targets, two a row, that depend on three float64 inputs."""
    generator = np.random.default_rng(5)
    inputs = generator.uniform(-1, 1, (60, 3))
    targets = np.stack([inputs @ [1.0, -2.0, 0.5] + 0.3, inputs[:, 0] ** 2], axis=1)
    return Dataset.from_arrays(inputs, targets)
