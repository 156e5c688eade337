"""Small labelled data that are learnt in a moment, and a checkpoint that holds everything one can hold."""

from collections.abc import Callable

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Dataset
from pellucid.maths import Optimizer, find_cost
from pellucid.training.checkpoint import Checkpoint, Position
from pellucid.training.distortions import Distortions
from pellucid.training.history import EpochRecord
from pellucid.training.plan import Plan
from pellucid.training.regularisation import Regularisation
from pellucid.training.schedules import read_schedule
from pellucid.training.step import LearningRule, start, step
from pellucid.training.targets import TargetScaling


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


SCALING = TargetScaling(np.array([1e5, -2.0, 0.0]), np.array([3e4, 1.0, 0.25]))


HISTORY = (
    EpochRecord(1, 0.75, 0.5, 1 / 3, 0.25, 0.01),
    EpochRecord(2, 0.5, None, None, None, 0.01, 1 / 7),
)
REGULARISATION = Regularisation(dropout=(0.1, 0.2), label_smoothing=0.1, averaging=0.9)


def checkpoint_of(
    optimizer: Optimizer,
    penalty: pl.L2 | pl.L1 | None = None,
    n_steps: int = 3,
    regularisation: Regularisation = REGULARISATION,
) -> Checkpoint:
    """Where a 5-4-3 network stands after some steps in NumPy: in the third epoch, of which it has met six examples."""
    network = pl.Network.random([5, 4, 3], activation="tanh", seed=2, dtype=np.float64)
    rule = LearningRule(find_cost("squared-error"), optimizer, penalty, regularisation)
    state, generator = start(network.parameters, rule), np.random.default_rng(0)
    for _ in range(n_steps):
        x, expected = generator.normal(size=(6, 5)), generator.random((6, 3))
        state, *_ = step(network, rule, state, x, expected, optimizer.learning_rate)
    plan = Plan(rule, 6, 9, 4, 3, 0.01, read_schedule("cosine:warmup=1"), "weights", True, Distortions(noise=0.1))
    return Checkpoint(
        state=state,
        plan=plan,
        activations=("tanh", "tanh"),
        position=Position(3, 6, np.array([0.5]), np.array([2.0])),
        history=HISTORY,
        best=network.parameters,
        best_epoch=2,
        checksum="c" * 64,
        scaling=SCALING,
        stopped_because="interrupted in epoch 3",
    )


@pytest.fixture(scope="session")
def make_checkpoint() -> Callable[..., Checkpoint]:
    return checkpoint_of
