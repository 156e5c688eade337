"""Many networks trained at once, those of one kind by one program on all cores; each as `train` would train it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

from pellucid.data import Dataset
from pellucid.errors import InvalidValueError
from pellucid.files.mapping import is_mapped
from pellucid.maths import Network
from pellucid.training.halving import halve, rungs_of
from pellucid.training.interruption import Interruption
from pellucid.training.lane import Lane
from pellucid.training.loop import require_plan
from pellucid.training.plan import Plan
from pellucid.training.targets import scaling_for

MOST_PARAMETERS = 2**25
"""Of the networks that one program trains, together: 128 MiB, which an optimizer's memory may treble."""
MOST_LANES = 64
Report: TypeAlias = Callable[[int, int], None]
"""Is told how many epochs are done, each network's counted, of how many there are to be at most."""


def train_many(
    networks: Sequence[Network],
    plans: Sequence[Plan],
    data: Dataset,
    *,
    halving: bool = False,
    device: str = "cpu",
    report: Report | None = None,
) -> list[Lane]:
    """Trains each network by its plan, as `train` does; those that differ in little, by one compiled program.

    These are networks of the same sizes, activations and type whose plans differ in seed, learning rate and penalty
    alone. Each comes to what `train` comes to, but for rounding.

    Parameters:
        networks: where they start, all of one type.
        plans: one for each.
        data: in memory.
        halving: whether after each rung of epochs the worse half is trained no more (`pellucid.training.halving`).
        device: cpu or gpu.
        report: is told how far training is.

    Returns:
        What became of each, in the order of the networks. Ctrl-C ends them all, with their best epochs so far; one that
        diverges ends by itself.

    Raises:
        InvalidValueError: a network, its plan and the data do not fit each other, or the data do not fit into memory.
        EngineError: the device is missing, or fails the self-test.
    """
    for network, plan in zip(networks, plans, strict=True):
        require_plan(plan, network, data)
    if is_mapped(data.train.raw):
        raise InvalidValueError(
            "data: examples that fit into memory are required to train many networks at once, these are read from "
            "their file; allow them more memory, or train one network at a time"
        )
    dtypes = {str(network.dtype) for network in networks}
    if len(dtypes) != 1:
        raise InvalidValueError(f"networks: one type of numbers is required, got {', '.join(sorted(dtypes)) or 'none'}")
    pairs = list(zip(networks, plans, strict=True))
    lanes = [Lane(*pair, scaling_for(pair[0], data) if pair[1].scale_targets else None) for pair in pairs]
    epochs = max(plan.epochs for plan in plans)
    rungs = rungs_of(len(lanes), epochs) if halving else [epochs]

    def tell() -> None:
        if report is not None:
            done = sum(lane.plan.epochs if lane.stopped_because else len(lane.history) for lane in lanes)
            report(done, sum(plan.epochs for plan in plans))

    with Interruption() as interruption:
        # Imported with Ctrl-C held back: JAX does not survive one while it starts.
        from pellucid.training.engine import engine
        from pellucid.training.side_by_side import Placed, Programs, SideBySide

        n_threads = cores() if device == "cpu" else 1
        placed: dict[Any, Placed] = {}
        programs: dict[Any, Programs] = {}

        def place(lane: Lane) -> Placed:
            learnt = lane.scaling is not None, lane.plan.balance
            if learnt not in placed:
                scaled = data if lane.scaling is None else lane.scaling.scaled(data)
                placed[learnt] = Placed.of(scaled, lane.plan.balance, lane.network.dtype)
            return placed[learnt]

        def prepare(group: list[Lane]) -> SideBySide:
            learnt, kind = place(group[0]), group[0].kind
            if kind not in programs:
                programs[kind] = Programs.of([lane for lane in lanes if lane.kind == kind], learnt.data, device)
            return SideBySide(group, learnt, programs[kind], interruption)

        def go_on(run: SideBySide) -> None:
            # What holds on the ground of training, holds in the thread that entered it.
            with engine(device, networks[0].dtype):
                run.run_until(end, tell)

        with engine(device, networks[0].dtype), ThreadPoolExecutor(n_threads) as pool:
            runs = [prepare(group) for group in groups_of(lanes, n_threads)]
            for end in rungs:
                list(pool.map(go_on, runs))
                if end < epochs and not interruption.requested:
                    halve([lane for lane in lanes if not lane.stopped_because], end)
    return lanes


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on Windows and macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def groups_of(lanes: Sequence[Lane], n_threads: int = 1) -> list[list[Lane]]:
    """The networks that are trained together: of one kind, and no more than a program is good for.

    Those of a kind are spread evenly over the threads, so that all of them have work.
    """
    kinds: dict[Any, list[Lane]] = {}
    for lane in lanes:
        kinds.setdefault(lane.kind, []).append(lane)
    groups: list[list[Lane]] = []
    for alike in kinds.values():
        most = max(1, min(MOST_LANES, MOST_PARAMETERS // alike[0].network.parameter_count, -(-len(alike) // n_threads)))
        groups += [alike[first : first + most] for first in range(0, len(alike), most)]
    return groups
