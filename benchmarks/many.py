"""`python -m benchmarks.many`: 32 networks 784-30-10 at once beside 32 in a row, in one process, in turn.

Both train on MNIST with mini-batches of 10 as the recipe nielsen-30 does, from seeds 0 to 31, and judge the validation
part after each epoch. The whole counts what a user waits for, who compiles once or 32 times; an epoch is told apart.
"""

import argparse
import json
import statistics
import time
from typing import Any, NamedTuple

from rich.console import Console

from benchmarks.machine import describe_machine
from benchmarks.mnist import mnist
from pellucid.data import Dataset
from pellucid.training.loop import train_by
from pellucid.training.many import train_many
from pellucid.training.recipe import load_recipe
from pellucid.training.trials import Trial, trials_of

N_NETWORKS = 32
ROUNDS = 3


class Seconds(NamedTuple):
    """Of 32 networks.

    Attributes:
        whole: of their training, compiling included.
        epoch: of one epoch of all, once compiled.
    """

    whole: float
    epoch: float


def at_once(trials: list[Trial], data: Dataset) -> Seconds:
    """All trained together. An epoch is the mean one after that in which the last of them had its first."""
    networks, plans = [trial.network(data) for trial in trials], [trial.plan(data) for trial in trials]
    marks: list[tuple[float, int]] = []
    began = time.perf_counter()
    train_many(networks, plans, data, report=lambda done, total: marks.append((time.perf_counter(), done)))
    ended, done = marks[-1]
    started, done_before = next(mark for mark in marks if mark[1] >= len(trials))
    return Seconds(time.perf_counter() - began, (ended - started) / (done - done_before) * len(trials))


def in_a_row(trials: list[Trial], data: Dataset) -> Seconds:
    """One after the other, each as `train` does it: the median of the first few, times their number."""
    wholes: list[float] = []
    epochs: list[float] = []
    for trial in trials[:ROUNDS]:
        began = time.perf_counter()
        epochs += train_by(trial.plan(data), trial.network(data), data).seconds[1:]
        wholes.append(time.perf_counter() - began)
    return Seconds(statistics.median(wholes) * len(trials), statistics.median(epochs) * len(trials))


def main() -> None:
    """Measures in turn, and prints one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__)
    parser.add_argument("--networks", type=int, default=N_NETWORKS, metavar="N", help="how many networks")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="how often both are measured")
    asked = parser.parse_args()
    data, progress = mnist(), Console(stderr=True)
    recipe, _ = load_recipe("nielsen-30")
    trials = trials_of(recipe, {}, range(asked.networks), data)
    train_by(trials[0].plan(data), trials[0].network(data), data)  # the engine is started, and checks itself, once
    rounds: list[tuple[Seconds, Seconds]] = []
    for number in range(1, asked.rounds + 1):
        rounds.append((at_once(trials, data), in_a_row(trials, data)))
        together, one_by_one = rounds[-1]
        progress.print(f"round {number}: {together.whole:.1f} s at once, {one_by_one.whole:.1f} s in a row")
    told: dict[str, Any] = {"networks": asked.networks}
    for kind in Seconds._fields:
        together, one_by_one = (
            statistics.median(getattr(side, kind) for side in sides) for sides in zip(*rounds, strict=True)
        )
        told[kind] = {"at_once": together, "in_a_row": one_by_one, "share": together / one_by_one}
    print(json.dumps(told | {"rounds": rounds, "machine": describe_machine()}, indent=1))


if __name__ == "__main__":
    main()
