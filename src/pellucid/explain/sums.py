"""Sums of as many terms as a layer has neurons, whose terms become formulas only where they are shown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pellucid.expression import Expression


@dataclass(frozen=True)
class ManyTerms:
    """The terms of a long sum: to build a formula for each of thousands would take longer than the network's answer.

    Attributes:
        values: what each is worth, shape (n_terms,).
        term: the formula of the term at a place, from 0.
    """

    values: np.ndarray
    term: Callable[[int], Expression]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Expression]:
        return map(self.term, range(len(self)))

    def __getitem__(self, place: int) -> Expression:
        return self.term(place)


def fewer(count: int, top: int, divisor: int = 2) -> int:
    """How many terms of a sum are shown where several such sums follow each other.

    Returns:
        All of them where at most one is beyond `top`; else `top` divided by the divisor, at least 1.
    """
    return count if count - top <= 1 else max(1, top // divisor)
