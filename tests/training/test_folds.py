"""Folds: each example judges once, classes are spread evenly, equal ones stay together, scaling is learnt anew."""

from dataclasses import replace

import numpy as np
import pytest

from pellucid.data import Dataset, Features, Part
from pellucid.data.features.number_scaling import MeasuredEncoder
from pellucid.errors import InvalidValueError
from pellucid.training.folds import deal, folds_of


def rows_of(part: Part) -> list[bytes]:
    return [row.tobytes() for row in part.raw]


def test_each_example_judges_once_and_is_learnt_in_all_other_folds(blobs: Dataset):
    folds = list(folds_of(blobs, 5))
    everything = sorted(rows_of(blobs.train) + rows_of(blobs.validation))
    assert sorted(row for fold in folds for row in rows_of(fold.judged)) == everything
    for fold in folds:
        assert sorted(rows_of(fold.judged) + rows_of(fold.data.train)) == everything
        assert fold.data.validation is None
        assert fold.data.test is None
    sizes = [fold.judged.n_samples for fold in folds]
    assert max(sizes) - min(sizes) <= 1
    counts = np.array([fold.judged.class_counts for fold in folds])
    assert (counts.max(axis=0) - counts.min(axis=0) <= 1).all()


def test_labels_and_weights_stay_with_their_examples(blobs: Dataset):
    weights = np.arange(1.0, blobs.train.n_samples + 1)
    data = replace(blobs, train=replace(blobs.train, weights=weights), validation=None)
    known = {
        row: (label, weight) for row, label, weight in zip(rows_of(data.train), data.train.labels, weights, strict=True)
    }
    for fold in folds_of(data, 3):
        for part in (fold.data.train, fold.judged):
            for row, label, weight in zip(rows_of(part), part.labels, part.weights, strict=True):
                assert known[row] == (label, weight)


def test_equal_examples_stay_on_one_side():
    units = np.repeat(np.arange(30), 4)
    fold_of = deal(np.zeros(120, np.int64), np.random.default_rng(0).permutation(units), 5, seed=1)
    shuffled = np.random.default_rng(0).permutation(units)
    for unit in range(30):
        assert len(set(fold_of[shuffled == unit])) == 1
    assert np.bincount(fold_of).tolist() == [24] * 5


def test_scaling_that_was_learnt_is_learnt_anew_and_a_given_one_is_kept(blobs: Dataset):
    encoder = MeasuredEncoder((5,))
    features = Features.learnt(encoder, blobs.train.raw)
    parts = {name: replace(part, features=features) for name, part in blobs.parts.items()}
    data = replace(blobs, features=features, **parts)
    for fold in folds_of(data, 3):
        vectors = fold.data.train.inputs
        np.testing.assert_allclose(vectors.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(vectors.std(axis=0), 1, atol=1e-5)
        assert fold.judged.features == fold.data.features == fold.data.train.features
    fixed = Features(blobs.features.encoder, 0.5)
    given = replace(
        blobs, features=fixed, **{name: replace(part, features=fixed) for name, part in blobs.parts.items()}
    )
    assert all(fold.data.features == fixed for fold in folds_of(given, 3))


def test_numbers_to_predict_have_folds_too(line: Dataset):
    folds = list(folds_of(line, 4))
    assert sum(fold.judged.n_samples for fold in folds) == line.train.n_samples + line.validation.n_samples


@pytest.mark.parametrize("n_folds", [1, 0, 57])
def test_a_number_that_cannot_be_is_refused(blobs: Dataset, n_folds: int):
    with pytest.raises(InvalidValueError, match=rf"^folds: a whole number from 2 to 5[0-9] .* got {n_folds}$"):
        list(folds_of(blobs, n_folds))
