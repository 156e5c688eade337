"""Labels that are likely to be wrong, against those that were changed; and labels in which chance has a say."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pellucid.data import Dataset
from pellucid.diagnosis.case import Case
from pellucid.diagnosis.labels import find_mislabelled
from pellucid.maths import Network

NETWORK = Network.random([2, 2], activation="softmax")


def points(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of a plane, and on which side of a line each lies, far from it or near."""
    x = np.random.default_rng(seed).normal(0, 1, (1_500, 2)).astype(np.float32)
    return x, (x[:, 0] + x[:, 1] > 0).astype(np.int64)


@pytest.mark.parametrize("seed", range(3))
def test_labels_that_were_changed_are_found(seed: int, case_with: Callable[..., Case]):
    x, labels = points(seed)
    data = Dataset.from_arrays(x, labels)
    assert not list(find_mislabelled(case_with(NETWORK, data=data)))
    rows = np.random.default_rng(seed).permutation(data.train.n_samples)[:30]
    wrong = data.train.labels.copy()
    wrong[rows] = 1 - wrong[rows]
    changed = replace(data, train=replace(data.train, labels=wrong))
    (finding,) = find_mislabelled(case_with(NETWORK, data=changed))
    found = {entry["row"] for entry in finding.numbers["suspects"] if entry["part"] == "train"}
    assert len(found & set(rows.tolist())) >= 15
    assert len(found - set(rows.tolist())) <= 2


@pytest.mark.parametrize("seed", range(3))
def test_exceptions_to_what_is_usual_are_no_wrong_labels(seed: int, case_with: Callable[..., Case]):
    # The farther from the line, the likelier the side is the label: every label is right, some are rare.
    x, _ = points(seed)
    likely = 1 / (1 + np.exp(-2.0 * (x[:, 0] + x[:, 1])))
    labels = (np.random.default_rng(seed + 100).random(len(x)) < likely).astype(np.int64)
    assert not list(find_mislabelled(case_with(NETWORK, data=Dataset.from_arrays(x, labels))))
