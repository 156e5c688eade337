"""Sums over all parameters: the largest terms and the rest, each rest with a symbol of its own."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from pellucid.explain.correction.update import update
from pellucid.explain.correction.whole_step import LargestTerms
from pellucid.explain.render.words import words_text
from pellucid.expression import numbers
from pellucid.maths import L2, Adam


def test_of_all_terms_the_largest_are_kept_wherever_they_come():
    values = np.random.default_rng(0).normal(size=(40, 7))
    terms = LargestTerms(5, 280 + 40)
    for first in range(0, 40, 8):
        terms.offer(values[first : first + 8].copy(), 2, first)
        terms.offer(np.zeros(8), 2, first)
    order = np.argsort(-np.abs(values), axis=None)
    expected = sorted((2, int(k) // 7 + 1, int(k) % 7 + 1) for k in order[:5])
    assert [tuple(place) for place in terms.places] == expected
    assert terms.left == 315
    assert terms.rest == pytest.approx(values.ravel()[order[5:]].sum(), rel=1e-13)


@pytest.mark.parametrize("n_samples", [None, 6])
def test_each_rest_has_a_symbol_of_its_own(n_samples: int | None, make_truth: Callable):
    truth = make_truth("tanh", "half-squared-error", "sigmoid", [9, 8, 7], 3, n_samples)
    choices = {"cost": "half-squared-error", "layer": 2, "neuron": 1, "optimizer": Adam(), "penalty": L2(0.1), "top": 4}
    derivation = update(truth.network, truth.inputs, truth.targets, **choices)
    found = [
        (leaf, words_text(each.note, 4))
        for each in derivation.steps
        for leaf in numbers(each.tree)
        if leaf.ref.startswith("rest:")
    ]
    symbols = [leaf.symbol.text for leaf, _ in found]
    assert len(symbols) == len(set(symbols)) > len({leaf.ref for leaf, _ in found})
    for leaf, note in found:
        n_left = int(leaf.ref.removeprefix("rest:"))
        assert re.search(rf"{leaf.symbol.text} is the sum of the {n_left:,} smaller (terms|costs) not shown\.", note)
