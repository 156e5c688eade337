"""Small labelled data and cases that are made in a moment."""

from collections.abc import Callable

import numpy as np
import pytest

from pellucid.data import Dataset
from pellucid.diagnosis.case import Case
from pellucid.maths import Network
from pellucid.model import Model


@pytest.fixture(scope="session")
def two_classes() -> Dataset:
    """Two classes of standard normal points in six dimensions, two apart: 390 to train, 90 to validate, 120 to test."""
    generator = np.random.default_rng(11)
    labels = np.arange(600) % 2
    inputs = generator.normal(0, 1, (600, 6)) + 2.0 * labels[:, None] / np.sqrt(6)
    return Dataset.from_arrays(inputs.astype(np.float32), labels)


@pytest.fixture(scope="session")
def case_with(two_classes: Dataset) -> Callable[..., Case]:
    """The case of a model of that network, and what else is known."""

    def make(network: Network, cost: str = "cross-entropy", data: Dataset = two_classes, **known: object) -> Case:
        return Case(Model(network, cost, data.classes, data.features), data, **known)  # type: ignore[arg-type]

    return make
