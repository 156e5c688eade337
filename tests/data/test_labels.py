"""Labels: classes or numbers, as people mean them, and what is said where they cannot be either."""

import numpy as np
import pytest

from pellucid.data.labels import read_labels, require_two_classes
from pellucid.errors import DataError


def test_names_are_classes_in_alphabetical_order():
    labels = read_labels(np.array(["dog", "cat", "dog"]), None, None)
    assert labels.classes == ("cat", "dog")
    assert labels.values.tolist() == [1, 0, 1]
    assert labels.told == "The labels are 2 classes: names."


def test_few_whole_numbers_are_classes_in_the_numbers_order():
    labels = read_labels(np.array([10, 9, 10, 2]), None, None)
    assert labels.classes == ("2", "9", "10")
    assert labels.values.tolist() == [2, 1, 2, 0]
    assert labels.told == (
        "The labels are 3 classes: 3 distinct whole numbers; --task regression takes them for numbers to predict."
    )


def test_whole_numbers_written_as_floats_lose_the_point():
    assert read_labels(np.array([1.0, 0.0, 1.0]), None, None).classes == ("0", "1")


def test_many_numbers_or_fractions_are_to_be_predicted():
    many = read_labels(np.arange(21), None, None)
    assert many.classes is None
    assert many.values.dtype == np.float64
    assert "21 distinct whole numbers; --task classification takes them for classes" in many.told
    assert read_labels(np.arange(20), None, None).classes is not None
    assert read_labels(np.array([0.5, 1.0]), None, None).classes is None


def test_the_task_decides():
    assert read_labels(np.arange(30), None, "classification").classes == tuple(map(str, range(30)))
    numbers = read_labels(np.array(["1.5", "2"]), None, "regression")
    assert numbers.values.tolist() == [1.5, 2.0]
    assert numbers.told == "The labels are numbers to predict: as asked for."


def test_truths_are_the_classes_false_and_true():
    labels = read_labels(np.array([True, False]), None, None)
    assert (labels.classes, labels.values.tolist()) == (("false", "true"), [1, 0])


def test_classes_that_are_given_have_their_order_and_may_lack_examples():
    labels = read_labels(np.array(["b", "b"]), ("c", "b", "a"), None)
    assert labels.values.tolist() == [1, 1]
    assert labels.classes == ("c", "b", "a")


@pytest.mark.parametrize(
    ("labels", "classes", "task", "message"),
    [
        (["cat", "cow"], ("cat", "dog"), None, "one of cat, dog is required, 'cow' arrived in example 1 "),
        ([0, 7], ("0", "1"), None, "one of 0, 1 is required, '7' arrived in example 1 "),
        (["1", "x"], None, "regression", "numbers are required for regression, example 1 .* has 'x'"),
        ([1.0, np.nan], None, None, "finite numbers are required, example 1 .* has nan"),
        ([1.0, np.inf], None, "classification", "finite numbers are required, example 1 .* has inf"),
        ([[1, 2], [3, 4]], None, "classification", r"one a row is required for classes, .* shape \(2, 2\) arrived"),
        ([1e300, 0.0], None, "classification", "whole numbers up to 2⁵³ are required as classes, example 0 .* 1e"),
        (np.arange(10_001).astype(str), None, None, "at most 10,000 classes are required, 10,001 different labels"),
        (["a", "b\x1b[2J"], ("a",), None, ".* 'b\N{REPLACEMENT CHARACTER}\\[2J' arrived"),
    ],
)
def test_labels_that_are_neither_are_told_of(labels, classes, task, message: str):
    with pytest.raises(DataError, match=f"^label: {message}"):
        read_labels(np.array(labels), classes, task)


def test_examples_are_named_by_whoever_has_them():
    with pytest.raises(DataError, match=r"arrived in pets\.csv, line 3$"):
        read_labels(np.array(["cat", "cow"]), ("cat",), None, lambda row: f"pets.csv, line {row + 2}")


def test_one_class_is_nothing_to_learn():
    labels = read_labels(np.array(["cat", "cat", "dog"]), None, None)
    require_two_classes(labels, np.array([1, 2]), "in pets")
    with pytest.raises(DataError, match=r"^label: at least 2 classes are required in pets, every label is 'cat'$"):
        require_two_classes(labels, np.array([0, 1]), "in pets")
    with pytest.raises(DataError, match="there is none"):
        require_two_classes(labels, np.array([], int), "in pets")
    require_two_classes(read_labels(np.array([0.5, 0.5]), None, None), np.array([0]), "in houses")
