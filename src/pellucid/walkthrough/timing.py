"""How long something takes on this machine."""

import time
from collections.abc import Callable

import numpy as np

OF_THIS_MACHINE = "Times are medians of several repeats on one core of this machine, and differ from run to run."


def microseconds(action: Callable[[], object], repeats: int = 30) -> float:
    """The median of the times that so many repeats of the action take, after one that is not counted."""
    from threadpoolctl import threadpool_limits

    times: list[float] = []
    # On one core: threads that wait for each other take a hundred times as long where another program is at work.
    with threadpool_limits(1):
        action()
        for _ in range(repeats):
            began = time.perf_counter()
            action()
            times.append(time.perf_counter() - began)
    return 1e6 * float(np.median(times))
