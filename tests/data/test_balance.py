"""The warning about classes of very different sizes."""

import pytest

from pellucid.data import imbalance


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
