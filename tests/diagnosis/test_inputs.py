"""Unscaled inputs, and the order in which causes and what they lead to are named."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pellucid.data import Dataset
from pellucid.diagnosis import FAULTS, Finding, examine
from pellucid.diagnosis.case import Case
from pellucid.diagnosis.inputs import find_unscaled
from pellucid.errors import InvalidValueError, UnknownNameError
from pellucid.maths import Network

NETWORK = Network.random([6, 4, 2], activation=["tanh", "softmax"])


@pytest.mark.parametrize(
    ("factors", "n_large", "is_named"),
    [
        (np.full(6, 255.0), 6, True),
        (np.array([1.0, 1, 1, 1e3, 1, 1]), 1, True),
        (np.full(6, 1e-3), 0, True),
        (np.full(6, 3.0), 0, False),
        (np.array([1.0, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3]), 0, False),  # pixels at the edge are nearly always 0
    ],
)
def test_inputs_are_judged_by_their_root_mean_square(
    factors: np.ndarray, n_large: int, is_named: bool, two_classes: Dataset, case_with: Callable[..., Case]
):
    raw = (two_classes.train.raw * factors).astype(np.float32)
    data = replace(two_classes, train=replace(two_classes.train, raw=raw))
    found = list(find_unscaled(case_with(NETWORK, data=data)))
    assert bool(found) == is_named
    if found:
        assert found[0].numbers["too_large"] == n_large
        assert found[0].numbers["largest"] == pytest.approx(np.sqrt((raw.astype(float) ** 2).mean(axis=0)).max())
        assert found[0].picture().get_axes()


def test_a_model_alone_says_what_was_not_looked_for(case_with: Callable[..., Case]):
    case = case_with(NETWORK)
    assert examine(case).unchecked == ("rate-too-high", "rate-too-low")
    assert set(examine(Case(case.model)).unchecked) == set(FAULTS)


def test_data_that_do_not_fit_are_refused(case_with: Callable[..., Case], two_classes: Dataset):
    other = replace(case_with(NETWORK).model, network=Network.random([5, 2], activation="softmax"))
    with pytest.raises(InvalidValueError, match="6 features"):
        Case(other, two_classes)
    with pytest.raises(UnknownNameError, match="did you mean 'dead'"):
        Finding("deat", "", "")
