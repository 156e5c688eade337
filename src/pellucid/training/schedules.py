"""How the learning rate moves on from epoch to epoch."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

Schedule = Callable[[float, int, int], float]
"""From the optimizer's learning rate, the epoch (from 1) and the number of epochs, the rate of that epoch."""


def constant(learning_rate: float, epoch: int, epochs: int) -> float:
    """The same rate in every epoch."""
    return learning_rate


def cosine(learning_rate: float, epoch: int, epochs: int) -> float:
    """A rate that falls along half a cosine, from the whole in the first epoch nearly to 0 in the last.

    *Formula*: r_e = r · ½(1 + cos(π (e − 1) / n)), e from 1 to n.

    *Source*: I. Loshchilov and F. Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017, equation 5,
    without restarts and by whole epochs.

    >>> [round(cosine(0.1, epoch, 4), 4) for epoch in (1, 2, 3, 4)]
    [0.1, 0.0854, 0.05, 0.0146]
    """
    return learning_rate * (1 + math.cos(math.pi * (epoch - 1) / epochs)) / 2


SCHEDULES: Mapping[str, Schedule] = MappingProxyType({"constant": constant, "cosine": cosine})
"""Every schedule, by its name."""
