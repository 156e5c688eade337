"""Vanishing and exploding gradients, in linear networks whose factor a layer is known."""

from collections.abc import Callable

import numpy as np
import pytest

from pellucid.diagnosis.case import Case
from pellucid.diagnosis.gradients import find_gradient_faults
from pellucid.maths import Layer, Network


def linear(factor: float, n_hidden: int) -> Network:
    """Hidden layers of six neurons that each multiply by the factor, and a softmax that passes two of them on."""
    hidden = [Layer(factor * np.eye(6), np.zeros(6), "identity") for _ in range(n_hidden)]
    return Network([*hidden, Layer(factor * np.eye(6)[:2], np.zeros(2), "softmax")])


@pytest.mark.parametrize(
    ("factor", "n_hidden", "name"),
    [
        (0.1, 4, "vanishing-gradients"),
        (10.0, 4, "exploding-gradients"),
        (0.3, 2, None),
        (3.0, 2, None),
        (1.0, 8, None),
    ],
)
def test_the_factor_from_the_last_layer_to_the_first(
    factor: float, n_hidden: int, name: str | None, case_with: Callable[..., Case]
):
    found = list(find_gradient_faults(case_with(linear(factor, n_hidden))))
    assert [finding.name for finding in found] == ([name] if name else [])
    if found:
        # Every layer multiplies all of delta by the same factor, so their sizes are in this very ratio.
        assert found[0].numbers["ratio"] == pytest.approx(factor**n_hidden, rel=1e-12)
        sizes = found[0].numbers["sizes"]
        assert sizes["2"] / sizes["3"] == pytest.approx(factor, rel=1e-12)


def test_a_single_layer_has_no_way_back(case_with: Callable[..., Case]):
    assert not list(find_gradient_faults(case_with(Network.random([6, 2], activation="softmax"))))
