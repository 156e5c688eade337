"""Examples that occur twice, in one part or in two."""

import numpy as np

from pellucid.data import Features, NumberEncoder, Part, count_repeated
from pellucid.data.duplicates import find_duplicates, fingerprints_of


def part(rows: list[list[float]]) -> Part:
    return Part(np.array(rows, np.float32), np.zeros(len(rows), np.int64), Features(NumberEncoder((2,))), 2)


def test_repeated_examples_are_counted_by_their_values():
    train, test = part([[1, 2], [3, 4]]), part([[3, 4], [3, 4], [5, 6], [2, 1]])
    assert count_repeated(test, train) == 2
    assert count_repeated(train, test) == 1
    assert len(np.unique(fingerprints_of(test))) == 3


def test_equal_numbers_are_equal_whatever_they_are_stored_in():
    numbers = np.array([[0, 200], [3, 4]])
    features = Features(NumberEncoder((2,)))
    kinds = [numbers.astype(dtype) for dtype in (np.uint8, np.float16, np.float32, np.float64)]
    kinds.append(np.where(numbers == 0, -0.0, numbers))
    assert np.signbit(kinds[-1]).any()
    parts = [Part(raw, np.zeros(2, np.int64), features, 2) for raw in kinds]
    assert {tuple(fingerprints_of(each)) for each in parts} == {tuple(fingerprints_of(parts[0]))}
    assert all(count_repeated(each, parts[0]) == 2 for each in parts)


def test_duplicates_are_told_between_parts_within_them_and_with_other_labels():
    prints = {
        "train": np.array([b"a", b"b", b"b"]),
        "validation": np.array([b"c"]),
        "test": np.array([b"a", b"a", b"d"]),
    }
    labels = {"train": np.array([0, 1, 1]), "validation": np.array([1]), "test": np.array([0, 1, 1])}
    found = find_duplicates(prints, labels)
    assert found.repeated == {"validation": 0, "test": 2}
    assert found.within == {"train": 1, "validation": 0, "test": 1}
    assert found.contradictory == 1, "a is 0 and 1"
