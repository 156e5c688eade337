"""Classes of very different sizes: the warning, the weights and the draws that let them count alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import imbalance
from pellucid.data.balance import class_weights, draw_evenly, require_balance, tell_balance
from pellucid.errors import InvalidValueError, UnknownNameError


@pytest.mark.parametrize("counts", [[], [3, 3], [50, 100], [4932, 5678, 4506]])
def test_similar_numbers_pass_in_silence(counts: list[int]):
    assert imbalance(counts, [str(number) for number in range(len(counts))]) is None


@pytest.mark.parametrize("counts", [[101, 50, 60], [101, 60, 50]])
def test_over_twice_as_many_are_named(counts: list[int]):
    smallest = "bc"[counts.index(50) - 1]
    sentence = imbalance(counts, ["a", "b", "c"])
    assert sentence is not None
    assert sentence.startswith(f"Class 'a' has 101 examples and class '{smallest}' 50:")


def test_a_class_without_examples_is_named():
    assert "class 'cat' 0:" in (imbalance([0, 1], ["cat", "dog"]) or "")


@given(st.lists(st.integers(0, 50), min_size=2, max_size=8).filter(any))
def test_weights_let_each_class_count_alike_and_leave_the_mean_at_1(counts: list[int]):
    weights = class_weights(counts)
    shares = [weight * count for weight, count in zip(weights, counts, strict=True) if count]
    assert shares == pytest.approx([sum(counts) / len(shares)] * len(shares))
    assert sum(shares) / sum(counts) == pytest.approx(1.0)
    assert all(weight == 0 for weight, count in zip(weights, counts, strict=True) if not count)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(0, 5))
def test_a_draw_has_as_many_of_every_class_and_repeats_none_before_all_came_once(labels: list[int], epoch: int):
    numbers = np.array(labels)
    rows = draw_evenly(numbers, [7, epoch])
    assert len(rows) == len(numbers)
    assert (rows == draw_evenly(numbers, [7, epoch])).all()
    drawn = np.bincount(numbers[rows], minlength=5)[np.unique(numbers)]
    assert drawn.max() - drawn.min() <= 1
    for number in np.unique(numbers):
        own = np.flatnonzero(numbers == number)
        times = np.bincount(rows[numbers[rows] == number], minlength=len(numbers))[own]
        assert times.max() - times.min() <= 1


def test_another_epoch_draws_other_examples_of_a_large_class():
    labels = np.repeat([0, 1], [90, 10])
    first, second = (draw_evenly(labels, [0, epoch]) for epoch in (1, 2))
    assert set(first[first < 90]) != set(second[second < 90])
    assert sorted(first[first >= 90]) == sorted([*range(90, 100)] * 5)


def test_a_choice_that_makes_no_sense_is_refused():
    with pytest.raises(UnknownNameError, match=r"^balance: 'weight' is not known; did you mean 'weights'"):
        require_balance("weight", has_classes=True)
    with pytest.raises(
        InvalidValueError, match=r"^balance: 'none' is required where labels are numbers to predict, got"
    ):
        require_balance("resample", has_classes=False)
    require_balance("none", has_classes=False)


def test_what_is_done_is_told():
    assert tell_balance("none", [6, 2], ["ham", "spam"]) is None
    told = tell_balance("resample", [6, 3, 0], ["a", "b", "c"])
    assert told == (
        "Classes count alike by resampling: each epoch meets 9 examples, 4 or 5 of each class; 'b' has 3, which are "
        "repeated."
    )
    even = tell_balance("resample", [4, 4], ["a", "b"])
    assert even is not None
    assert even.endswith("4 of each class; none is repeated.")
