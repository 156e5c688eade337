"""Examples that occur twice: what was learnt by heart must not judge the learning."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Shaped

from pellucid.data.dataset import Part
from pellucid.data.split import digests_of
from pellucid.files.mapping import release

ROWS_AT_ONCE = 1_024


class Duplicates(NamedTuple):
    """Examples of equal content.

    Attributes:
        repeated: of each part but train, how many of its examples are also in train.
        within: of each part, how many of its examples repeat another one of it.
        contradictory: how many contents there are that have two labels or more.
    """

    repeated: dict[str, int]
    within: dict[str, int]
    contradictory: int


def find_duplicates(
    fingerprints: Mapping[str, Shaped[np.ndarray, " n_of_part"]], labels: Mapping[str, np.ndarray]
) -> Duplicates:
    """What occurs twice, in one part or in two.

    Parameters:
        fingerprints: of each part's examples, those of train under "train": equal for equal contents.
        labels: of each part's examples.
    """
    train = fingerprints["train"]
    alike, what = (np.concatenate(list(values.values())) for values in (fingerprints, labels))
    _, contents = np.unique(alike, return_inverse=True)
    _, kinds = np.unique(what, axis=0, return_inverse=True)
    pairs = np.unique(np.stack([contents, kinds.reshape(-1)]), axis=1)
    n_labels = np.bincount(pairs[0])
    return Duplicates(
        repeated={name: int(np.isin(part, train).sum()) for name, part in fingerprints.items() if name != "train"},
        within={name: len(part) - len(np.unique(part)) for name, part in fingerprints.items()},
        contradictory=int((n_labels > 1).sum()),
    )


def fingerprints_of(part: Part) -> Shaped[np.ndarray, " n_samples"]:
    """A digest of each example's raw values: equal values, equal digests, whichever type they are stored in."""
    digests = [np.empty(0, "S16")]
    for first in range(0, part.n_samples, ROWS_AT_ONCE):
        digests.append(digests_of(part.raw[first : first + ROWS_AT_ONCE]))
        release(part.raw)
    return np.concatenate(digests)


def count_repeated(part: Part, among: Part) -> int:
    """How many examples of `part` have raw values that also occur, exactly, in `among`."""
    return int(np.isin(fingerprints_of(part), fingerprints_of(among)).sum())
