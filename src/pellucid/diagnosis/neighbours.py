"""The nearest of many examples."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64, Int

ROWS_AT_ONCE = 2_000


class Nearest(NamedTuple):
    """The nearest examples, the very nearest first.

    Attributes:
        distances: Euclidean, (n_samples, k).
        rows: their numbers among those searched, (n_samples, k).
    """

    distances: Float64[np.ndarray, "n_samples k"]
    rows: Int[np.ndarray, "n_samples k"]


def nearest(
    x: Float[np.ndarray, "n_samples n_features"],
    among: Float[np.ndarray, "n_others n_features"],
    k: int,
    *,
    is_same: bool = False,
) -> Nearest:
    """The k nearest of other examples, or all of them where they are fewer.

    Parameters:
        x: whose neighbours are sought.
        among: the others.
        k: how many, at least 1.
        is_same: whether `among` is `x` itself, where none counts as its own neighbour.
    """
    k = min(k, len(among) - is_same)
    found: list[Nearest] = []
    squares = (among.astype(np.float64) ** 2).sum(axis=1)
    for first in range(0, len(x), ROWS_AT_ONCE):
        some = x[first : first + ROWS_AT_ONCE]
        scores = squares - 2 * (some @ among.T)
        if is_same:
            scores[np.arange(len(some)), np.arange(first, first + len(some))] = np.inf
        # One more than is asked for, lest a tie in rounded numbers hide a nearer one.
        candidates = np.argpartition(scores, min(k, scores.shape[1] - 1), axis=1)[:, : k + 1]
        # Anew as differences: close to each other, the difference of large squares is mostly rounding.
        exact = np.stack(
            [np.linalg.norm(among[column].astype(np.float64) - some, axis=1) for column in candidates.T], axis=1
        )
        if is_same:
            exact[candidates == np.arange(first, first + len(some))[:, None]] = np.inf
        order = np.argsort(exact, axis=1, kind="stable")[:, :k]
        found.append(Nearest(np.take_along_axis(exact, order, axis=1), np.take_along_axis(candidates, order, axis=1)))
    return Nearest(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))
