"""Which examples are learnt from, which choose between models, and which judge the chosen one."""

from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from jaxtyping import Int, Shaped

from pellucid.errors import InvalidValueError

SPLIT_SEED = 1797
"""Of every split that Pellucid draws; the seed of the training has no say in it."""


class Rows(NamedTuple):
    """The rows of the three parts, each in ascending order; a part that is not wanted has none."""

    train: Int[np.ndarray, " n_train"]
    validation: Int[np.ndarray, " n_validation"]
    test: Int[np.ndarray, " n_test"]


def split_rows(
    groups: Int[np.ndarray, " n_samples"],
    *,
    validation: float,
    test: float,
    seed: int = SPLIT_SEED,
    alike: Shaped[np.ndarray, " n_samples"] | None = None,
) -> Rows:
    """A split drawn group by group, so that each part holds about the same share of every group.

    Parameters:
        groups: The class of each example; all zero where there are no classes.
        validation: Share of the examples that chooses between models, from 0 to below 1.
        test: Share of the examples that judges; the two together are below 1.
        seed: Of the draw; the same seed draws the same rows on every machine and with every NumPy.
        alike: Equal values for examples that must stay on one side, such as those of equal content; None: each is free.

    Returns:
        The rows of each part. Every group has a row in train, and, where it has enough of them, one in each part
        that is wanted.

    Raises:
        InvalidValueError: The shares are not what they may be.
    """
    if not (validation >= 0 and test >= 0 and validation + test < 1):
        raise InvalidValueError(
            "validation, test: two shares of at least 0 that come to less than 1 are required, "
            f"{validation} and {test} arrived"
        )
    if alike is not None:
        _, firsts, unit_of = np.unique(alike, return_index=True, return_inverse=True)
        if len(firsts) < len(alike):
            units = split_rows(groups[np.sort(firsts)], validation=validation, test=test, seed=seed)
            place_of = np.argsort(np.argsort(firsts))[unit_of]
            return Rows(*(np.flatnonzero(np.isin(place_of, part)) for part in units))
    # NumPy promises never to change a bit generator's raw draws, but not what `shuffle` or `permutation` make of them.
    draws = np.random.PCG64(seed).random_raw(len(groups))
    parts: tuple[list[np.ndarray], ...] = ([], [], [])
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        rows = rows[np.argsort(draws[rows], kind="stable")]
        n_validation, n_test = _sizes(len(rows), validation, test)
        cuts = [len(rows) - n_validation - n_test, len(rows) - n_test]
        for part, drawn in zip(parts, np.split(rows, cuts), strict=True):
            part.append(drawn)
    return Rows(*(np.sort(np.concatenate(part)) if part else np.empty(0, np.int64) for part in parts))


def digests_of(rows: Shaped[np.ndarray, "n_samples ..."]) -> Shaped[np.ndarray, " n_samples"]:
    """A digest of each row's numbers: equal numbers, equal digests, whether they are stored as bytes or as floats."""
    # Float64 holds every number of the narrower types; adding 0 makes 0 of −0, its equal.
    numbers = (np.ascontiguousarray(np.add(row, 0.0, dtype=np.float64)) for row in rows)
    return np.array([blake2b(row.data, digest_size=16).digest() for row in numbers], "S16")


def _sizes(n_samples: int, validation: float, test: float) -> tuple[int, int]:
    """How many of a group's examples go to validation and to test; at least one stays in train."""
    shares = (validation, test)
    is_enough = n_samples > sum(share > 0 for share in shares)
    sizes = [max(round(share * n_samples), int(is_enough and share > 0)) for share in shares]
    while sum(sizes) >= n_samples:
        sizes[sizes.index(max(sizes))] -= 1
    return sizes[0], sizes[1]
