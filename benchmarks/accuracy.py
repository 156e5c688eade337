"""`python -m benchmarks.accuracy`: what each named data set's own recipe reaches on its test part, and how fast.

Beside each figure stand the share of the largest class and scikit-learn's MLPClassifier with its own defaults, on the
same input vectors and in the same run. It learns from the training and validation examples together, for it chooses
nothing by validation.
"""

import argparse
import json
import statistics
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console

from benchmarks.machine import describe_machine
from benchmarks.tables import Table
from pellucid.data import CATALOG, Dataset, load_data
from pellucid.model import evaluate
from pellucid.training import train
from pellucid.training.recipe import default_recipe

SEEDS = (0, 1, 2, 3, 4)
REACH = {
    "mnist": (0.983, 120),
    "fashion-mnist": (0.900, 120),
    "spoken-digits": (0.975, 60),
    "cats": (0.76, 120),
    "cifar-cats": (0.72, 120),
    "faces": (0.95, 60),
    "sms-spam": (0.98, 60),
    "sentiment": (0.82, 60),
    "adult": (0.85, 60),
    "penguins": (0.97, 60),
}
"""The least median accuracy that was asked for, and the seconds within which."""
RESULTS = Path(__file__).with_name("accuracy.md")
RECORD = Path(__file__).with_name("accuracy.jsonl")
"""The last row of each set, so that one set can be measured anew by itself."""
COLUMNS = ("set", "train / validation / test", "inputs", "baseline", "asked", "Pellucid", "", "time", "scikit-learn")
HOW = (
    "Each row is `pellucid train NAME` without options, once for each of the seeds 0 to 4; the figure is the median, "
    "in brackets the least and the greatest. The best epoch is chosen on the validation part; a set without one "
    "trains for a fixed number of epochs. The test part judges once. `baseline` is the accuracy of always naming the "
    "largest class. Seconds are those of a training run with its compilation, median of the seeds; reading the files "
    "is apart. scikit-learn's `MLPClassifier` runs with its defaults (`random_state` the seed) on the same input "
    "vectors, the training and validation examples together. How the recipes were chosen is in "
    "[search.md](search.md)."
)


@dataclass(frozen=True)
class Score:
    """Test accuracies and seconds, one a seed."""

    accuracies: tuple[float, ...]
    seconds: tuple[float, ...]

    def __str__(self) -> str:
        low, high = min(self.accuracies), max(self.accuracies)
        return f"{statistics.median(self.accuracies):.2%} ({low:.2%}–{high:.2%})"


def scores(run: Callable[[int], float], seeds: Iterable[int]) -> Score:
    """The score of what `run` does with each seed."""
    accuracies: list[float] = []
    seconds: list[float] = []
    for seed in seeds:
        began = time.perf_counter()
        accuracies.append(run(seed))
        seconds.append(time.perf_counter() - began)
    return Score(tuple(accuracies), tuple(seconds))


def with_pellucid(name: str, data: Dataset) -> Callable[[int], float]:
    """A run of the set's own recipe: test accuracy by seed."""
    recipe = default_recipe(name)[0].resolved(data)

    def run(seed: int) -> float:
        result = train(recipe.network_for(data, seed), data, seed=seed, **recipe.training_choices(data))
        assert data.test is not None
        return evaluate(result.model, data.test).accuracy or 0.0

    return run


def with_scikit_learn(data: Dataset) -> Callable[[int], float]:
    """A run of scikit-learn's MLPClassifier with its defaults on the same vectors: test accuracy by seed."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    parts = [part for part in (data.train, data.validation) if part is not None]
    inputs = np.concatenate([part.inputs for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    assert data.test is not None
    test_inputs, test_labels = data.test.inputs, data.test.labels

    def run(seed: int) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # its defaults stop at 200 epochs, which it warns of
            fitted = MLPClassifier(random_state=seed).fit(inputs, labels)
        return float(np.mean(fitted.predict(test_inputs) == test_labels))

    return run


def row_of(name: str, data: Dataset, seeds: range, peer_seeds: range) -> tuple[str, ...]:
    """One set's row of the table."""
    assert data.test is not None
    assert data.classes is not None
    ours = scores(with_pellucid(name, data), seeds)
    theirs = scores(with_scikit_learn(data), peer_seeds)
    counts = data.test.class_counts
    asked = REACH.get(name)
    median, seconds = statistics.median(ours.accuracies), statistics.median(ours.seconds)
    verdict = "" if asked is None else "reached" if median >= asked[0] and seconds <= asked[1] else "NOT reached"
    return (
        name,
        f"{data.train.n_samples:,} / {data.validation.n_samples if data.validation else 0:,} / {data.test.n_samples:,}",
        f"{data.features.n_features:,}",
        f"{max(counts) / sum(counts):.2%}",
        "" if asked is None else f"{asked[0]:.1%} in {asked[1]} s",
        str(ours),
        verdict,
        f"{seconds:.1f} s",
        str(theirs) if len(peer_seeds) > 1 else f"{theirs.accuracies[0]:.2%} (one seed)",
        f"{statistics.median(theirs.seconds):.1f} s",
        datetime.now(UTC).date().isoformat(),
    )


def read_record() -> dict[str, tuple[str, ...]]:
    """The rows that were measured, by set."""
    lines = RECORD.read_text(encoding="utf-8").splitlines() if RECORD.exists() else []
    return {row[0]: tuple(row) for row in map(json.loads, lines)}


def keep(row: tuple[str, ...]) -> Table:
    """The table of all sets, in the catalog's order, with this row in the place of the set's last one; also on disk."""
    rows = {**read_record(), row[0]: row}
    ordered = [rows[name] for name in names_of_all() if name in rows]
    RECORD.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ordered), encoding="utf-8")
    table = Table("Test accuracy", (*COLUMNS, "its time", "measured"), tuple(ordered))
    about = "\n".join(f"- {name}: {value}" for name, value in describe_machine().items())
    title = "# Accuracy of every named data set\n\nWritten by `make accuracy`."
    RESULTS.write_text(f"{title}\n\n{about}\n\n{table.to_markdown()}\n{HOW}\n", encoding="utf-8")
    return table


def names_of_all() -> list[str]:
    """Every named set, and every split of those that have several."""
    splits = {name: [split for split in entry.splits if split != "official"] for name, entry in CATALOG.items()}
    return [name for first, others in splits.items() for name in (first, *(f"{first}:{split}" for split in others))]


def main() -> None:
    """Measures, shows and writes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--only", action="append", help="this set alone; repeatable")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="so many seeds")
    parser.add_argument("--peer-seeds", type=int, default=len(SEEDS), help="so many for scikit-learn")
    chosen = parser.parse_args()
    progress, console = Console(stderr=True), Console(width=180)
    for name in chosen.only or names_of_all():
        progress.print(name, markup=False)
        data = load_data(name)
        table = keep(row_of(name, data, range(chosen.seeds), range(chosen.peer_seeds)))
        table.show(console)
    console.print(f"written: benchmarks/{RESULTS.name}")


if __name__ == "__main__":
    main()
