"""Folds for cross-validation: each example judges once, and is learnt from in all other folds."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from pellucid.data import Dataset, Features, Part
from pellucid.data.duplicates import fingerprints_of
from pellucid.errors import InvalidValueError, is_whole
from pellucid.files.mapping import is_mapped

MOST_FOLDS = 100


class Fold(NamedTuple):
    """One way to part the examples.

    Attributes:
        data: what is learnt, with the scaling learnt from it; there is no validation and no test part.
        judged: the examples that judge, scaled likewise.
    """

    data: Dataset
    judged: Part


def folds_of(data: Dataset, n_folds: int, seed: int = 0) -> Iterator[Fold]:
    """The folds of all examples but the test part's.

    Classes have about the same share in each, examples of equal content are on one side, and the scaling of the
    features is learnt anew from what is learnt, where it was learnt from the training part.

    Parameters:
        data: in memory; its training and validation parts are taken together.
        n_folds: from 2; no more than there are different examples of the smallest class.
        seed: of the draw.

    Raises:
        InvalidValueError: that many folds cannot be made of these examples.
    """
    pool = pooled(data)
    has_classes = data.task == "classification"
    groups = pool.labels if has_classes else np.zeros(pool.n_samples, np.int64)
    _, units = np.unique(fingerprints_of(pool), return_inverse=True)
    fold_of = deal(groups, units, n_folds, seed)
    is_learnt = Features.learnt(data.features.encoder, data.train.raw) == data.features
    for number in range(n_folds):
        learnt, judged = np.flatnonzero(fold_of != number), np.flatnonzero(fold_of == number)
        features = Features.learnt(data.features.encoder, pool.raw[learnt]) if is_learnt else data.features
        parts = [
            replace(
                pool,
                raw=pool.raw[rows],
                labels=pool.labels[rows],
                features=features,
                weights=None if pool.weights is None else pool.weights[rows],
            )
            for rows in (learnt, judged)
        ]
        yield Fold(replace(data, train=parts[0], validation=None, test=None, features=features), parts[1])


def pooled(data: Dataset) -> Part:
    """The training and the validation part as one.

    Raises:
        InvalidValueError: they do not fit into memory.
    """
    train, validation = data.train, data.validation
    if is_mapped(train.raw):
        raise InvalidValueError(
            "folds: examples that fit into memory are required, these are read from their file; allow them more "
            "memory, or leave it out"
        )
    if validation is None:
        return train
    own = [part.weights if part.weights is not None else np.ones(part.n_samples) for part in (train, validation)]
    return replace(
        train,
        raw=np.concatenate([train.raw, validation.raw]),
        labels=np.concatenate([train.labels, validation.labels]),
        weights=None if train.weights is None else np.concatenate(own),
    )


def deal(
    groups: Int[np.ndarray, " n_samples"], units: Int[np.ndarray, " n_samples"], n_folds: int, seed: int
) -> Int[np.ndarray, " n_samples"]:
    """The fold of each example, from 0: units of a group are dealt out in random order, one to each fold in turn.

    Parameters:
        groups: the class of each example.
        units: equal for examples that must be on one side; a unit of several classes goes with its first example's.
        n_folds: how many there are to be.
        seed: of the order.

    Raises:
        InvalidValueError: there are fewer units of a group than folds, or fewer folds than 2.
    """
    _, firsts, unit_of = np.unique(units, return_index=True, return_inverse=True)
    unit_groups = groups[firsts]
    fewest = int(np.unique(unit_groups, return_counts=True)[1].min())
    if not is_whole(n_folds, 2, min(fewest, MOST_FOLDS)):
        raise InvalidValueError(
            f"folds: a whole number from 2 to {min(fewest, MOST_FOLDS)} is required (no more than there are different "
            f"examples of the smallest class, and than {MOST_FOLDS}), got {n_folds}"
        )
    # As in data.split: NumPy promises to keep raw draws as they are, but not what its shuffling makes of them.
    draws = np.random.PCG64(seed).random_raw(len(firsts))
    order = np.lexsort((draws, unit_groups))
    fold_of_unit = np.empty(len(firsts), np.int64)
    # One after the other through all groups, so that the folds' sizes differ by no more than one unit.
    fold_of_unit[order] = np.arange(len(firsts)) % n_folds
    return fold_of_unit[unit_of]
