"""Successive halving: of many networks the worse half is given up early, so that the better ones get the time."""

import math
from collections.abc import Sequence

from pellucid.training.lane import Lane

SOURCE = "Karnin, Koren & Somekh 2013; Jamieson & Talwalkar 2016, algorithm 1, for learning"


def rungs_of(n_networks: int, epochs: int) -> list[int]:
    """After which epochs the worse half goes, and the last epoch.

    *Formula*: ⌈n / 2ʲ⌉ for j = ⌈log₂ k⌉ … 0, n being the epochs and k the networks, each number once: with each
    halving of the networks the epochs that they have had are doubled.

    >>> rungs_of(32, 30)
    [1, 2, 4, 8, 15, 30]
    >>> rungs_of(32, 3), rungs_of(1, 10)
    ([1, 2, 3], [10])
    """
    halvings = math.ceil(math.log2(n_networks))
    return sorted({math.ceil(epochs / 2**number) for number in range(halvings + 1)})


def halve(lanes: Sequence[Lane], epoch: int) -> None:
    """Ends the worse half of these networks after that epoch; of an odd number the middle one stays."""
    ranked = sorted(lanes, key=lambda lane: lane.merit, reverse=True)
    for lane in ranked[math.ceil(len(ranked) / 2) :]:
        lane.stopped_because = f"in the worse half after epoch {epoch}"
