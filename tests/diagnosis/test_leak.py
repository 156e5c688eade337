"""Copies of training examples among those that judge: exact, nearly exact, and repeats that are natural."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pellucid.data import Dataset
from pellucid.diagnosis.case import Case
from pellucid.diagnosis.leak import find_copies, find_leak
from pellucid.maths import Network


def with_copies(data: Dataset, n_copies: int, noise: float) -> Dataset:
    """The data with so many test examples, in noise, appended to the training part."""
    assert data.test is not None
    generator = np.random.default_rng(3)
    copies = data.test.raw[:n_copies] + noise * generator.normal(0, 1, (n_copies, data.features.n_features))
    raw = np.concatenate([data.train.raw, copies.astype(np.float32)])
    labels = np.concatenate([data.train.labels, data.test.labels[:n_copies]])
    return replace(data, train=replace(data.train, raw=raw, labels=labels))


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_copies_are_found_with_their_twins(noise: float, two_classes: Dataset, case_with: Callable[..., Case]):
    data = with_copies(two_classes, 12, noise)
    (finding,) = find_leak(case_with(Network.random([6, 2], activation="softmax"), data=data))
    n_train = two_classes.train.n_samples
    assert finding.numbers["part"] == "test"
    assert finding.numbers["equal"] == (12 if noise == 0 else 0)
    assert set(map(tuple, finding.numbers["pairs"])) <= {(k, n_train + k) for k in range(12)}
    assert finding.numbers["copies"] >= 11  # one may lie so far out that chance would bring it there
    assert f"{finding.numbers['copies']} examples of 120 of the test part" in finding.evidence


def test_data_without_copies_are_clean(two_classes: Dataset, case_with: Callable[..., Case]):
    assert not list(find_leak(case_with(Network.random([6, 2], activation="softmax"))))


@pytest.mark.parametrize("dimension", [1, 2, 3, 10])
def test_neighbours_by_chance_are_no_copies_in_any_dimension(dimension: int):
    n_copies = 0
    for seed in range(20):
        generator = np.random.default_rng(seed)
        x = generator.normal(0, 1, (700, dimension)).astype(np.float32)
        n_copies += len(find_copies(x[:200], x[200:]).rows)
    # By the threshold one set in a thousand is to hold one; a set of a thousand examples may then have a few.
    assert n_copies <= 2


def test_repeats_of_a_table_of_few_values_are_no_leak(case_with: Callable[..., Case]):
    generator = np.random.default_rng(5)
    raw = generator.integers(0, 4, (600, 6)).astype(np.float32)
    labels = (raw[:, 0] > 1).astype(np.int64)
    data = Dataset.from_arrays(raw, labels)
    assert data.test is not None
    # A publisher's own split of such a table: equal rows on both sides, as often as within the training part.
    rows = generator.permutation(600)
    parts = {
        name: replace(data.train, raw=raw[chosen], labels=labels[chosen])
        for name, chosen in (("train", rows[:400]), ("validation", rows[400:500]), ("test", rows[500:]))
    }
    repeated = replace(data, **parts)
    assert not list(find_leak(case_with(Network.random([6, 2], activation="softmax"), data=repeated)))
