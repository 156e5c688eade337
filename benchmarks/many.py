"""`python -m benchmarks.many`: 32 networks 784-30-10 at once beside 32 in a row, in one process, in turn.

Both train on MNIST with mini-batches of 10 as the recipe nielsen-30 does, from seeds 0 to 31, and judge the validation
part after each epoch. Programs are compiled in an epoch that is not counted.
"""

import argparse
import json
import statistics
import time

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


def seconds_at_once(trials: list[Trial], data: Dataset) -> float:
    """Seconds of an epoch of all of them, trained together: of those epochs that begin when all have had one."""
    networks, plans = [trial.network(data) for trial in trials], [trial.plan(data) for trial in trials]
    marks: list[tuple[float, int]] = []
    train_many(networks, plans, data, report=lambda done, total: marks.append((time.perf_counter(), done)))
    began, done_before = next(mark for mark in marks if mark[1] >= len(trials))
    ended, done = marks[-1]
    return (ended - began) / (done - done_before) * len(trials)


def seconds_in_a_row(trials: list[Trial], data: Dataset) -> float:
    """Seconds of an epoch of all of them, one after the other: one network's median epoch times their number."""
    epochs: list[float] = []
    for trial in trials[:ROUNDS]:
        epochs += train_by(trial.plan(data), trial.network(data), data).seconds[1:]
    return statistics.median(epochs) * len(trials)


def main() -> None:
    """Measures in turn, and prints one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__)
    parser.add_argument("--networks", type=int, default=N_NETWORKS, metavar="N", help="how many networks")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="how often both are measured")
    asked = parser.parse_args()
    data, progress = mnist(), Console(stderr=True)
    recipe = load_recipe("nielsen-30")[0].with_choices({"epochs": 4, "patience": 0})
    trials = trials_of(recipe, {}, range(asked.networks), data)
    figures: list[tuple[float, float]] = []
    for number in range(1, asked.rounds + 1):
        figures.append((seconds_at_once(trials, data), seconds_in_a_row(trials, data)))
        progress.print(f"round {number}: {figures[-1][0]:.2f} s at once, {figures[-1][1]:.2f} s in a row")
    at_once, in_a_row = (statistics.median(kind) for kind in zip(*figures, strict=True))
    told = {"networks": asked.networks, "at_once": at_once, "in_a_row": in_a_row, "share": at_once / in_a_row}
    print(json.dumps(told | {"rounds": figures, "machine": describe_machine()}, indent=1))


if __name__ == "__main__":
    main()
