"""`python -m benchmarks.search NAME…`: tries choices for a named set, judges them on validation data, keeps a record.

Every trial goes into search.jsonl, one line each, and search.md shows them all, the best of each set first. The test
part is never looked at here.
"""

import argparse
import itertools
import json
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.tables import Table
from pellucid.data import CATALOG, Dataset, load_data
from pellucid.data.sources.reading import VALIDATION_SHARE
from pellucid.errors import DivergenceError
from pellucid.training import train
from pellucid.training.cross_validation import cross_validate
from pellucid.training.recipe import Recipe, default_recipe
from pellucid.training.trials import trials_of

SEEDS = (0, 1, 2)
N_FOLDS = 5
TOO_FEW = 300
"""Of fewer examples, no part is held out for all trials: they are cross-validated."""
RECORD = Path(__file__).with_name("search.jsonl")
PAGE = Path(__file__).with_name("search.md")
SPACE = Path(__file__).with_name("search.json")
"""By set, a list of grids; a grid maps each choice of a recipe, or `encoding`, to the values that are tried."""
HOW = (
    "Written by `python -m benchmarks.search`. Each row is a trial on the training part, judged by the best epoch's "
    "accuracy on the validation part: the mean over the seeds 0 to 2, and in brackets the least and the greatest. "
    "Choices that are not named are those of `pellucid train` without a recipe. The trial in bold, if any, is the "
    "set's own recipe. Of `fashion-mnist` and `sentiment`, the recipe then learns from the validation examples too, "
    "for a fixed number of epochs. The few pictures of `cats` are cross-validated in five folds, and ordered by the "
    "mean of the two classes' recalls."
)


def trials(grids: Sequence[Mapping[str, Sequence[Any]]]) -> Iterator[dict[str, Any]]:
    """Every combination of every grid."""
    for grid in grids:
        for values in itertools.product(*grid.values()):
            yield dict(zip(grid, values, strict=True))


def recipe_of(trial: Mapping[str, Any]) -> Recipe:
    """The recipe of a trial."""
    choices = {key: tuple(value) if isinstance(value, list) else value for key, value in trial.items()}
    choices.pop("encoding", None)
    return Recipe().with_choices(choices)


def judge(trial: Mapping[str, Any], data: Dataset) -> dict[str, Any]:
    """What a trial reaches on validation data."""
    recipe = recipe_of(trial).resolved(data)
    accuracies: list[float] = []
    epochs: list[int] = []
    began = time.perf_counter()
    for seed in SEEDS:
        try:
            result = train(recipe.network_for(data, seed), data, seed=seed, **recipe.training_choices(data))
        except DivergenceError:
            accuracies.append(0.0)
            continue
        accuracies.append(result.history[result.best_epoch - 1].validation_accuracy or 0.0)
        epochs.append(result.best_epoch)
    seconds = (time.perf_counter() - began) / len(SEEDS)
    return {"accuracies": accuracies, "best_epochs": epochs, "seconds": round(seconds, 2)}


def judge_by_folds(trial: Mapping[str, Any], data: Dataset) -> dict[str, Any]:
    """What a trial reaches in cross-validation of the training part, whose scaling is learnt anew for each fold."""
    trials = trials_of(recipe_of(trial), {}, SEEDS, data)
    began = time.perf_counter()
    found = cross_validate(trials, data, N_FOLDS)
    accuracies, recalls = (
        [float(np.mean(each)) for each in kind]
        for kind in zip(*((figures.accuracies, figures.recalls) for figures in found), strict=True)
    )
    seconds = (time.perf_counter() - began) / len(SEEDS) / N_FOLDS
    return {"accuracies": accuracies, "recalls": recalls, "best_epochs": [], "seconds": round(seconds, 2)}


def search(name: str, progress: Console) -> None:
    """Runs the set's trials that are not in the record yet."""
    entries = read_record()
    done = {json.dumps(entry["trial"], sort_keys=True) for entry in entries if entry["set"] == name}
    loaded: dict[str, Dataset] = {}
    own_reading = CATALOG[name.partition(":")[0]].reading
    # A set whose own recipe learns from all but the test part is searched with validation data held out.
    is_small = CATALOG[name.partition(":")[0]].n_samples < TOO_FEW
    share = VALIDATION_SHARE if own_reading.validation == 0 and not is_small else None
    for trial in trials(json.loads(SPACE.read_text(encoding="utf-8"))[name]):
        if json.dumps(trial, sort_keys=True) in done:
            continue
        encoding = trial.get("encoding", dict(own_reading.encoding))
        key = json.dumps(encoding, sort_keys=True)
        if key not in loaded:
            loaded[key] = load_data(name, encoding=encoding, validation=share)
        data = loaded[key]
        found = {"set": name, "trial": trial, **(judge if data.validation else judge_by_folds)(trial, data)}
        with RECORD.open("a", encoding="utf-8") as file:
            file.write(json.dumps(found) + "\n")
        progress.print(f"{name} {statistics.mean(found['accuracies']):.4f} {trial}", markup=False)


def read_record() -> list[dict[str, Any]]:
    """Every trial that was made."""
    return [json.loads(line) for line in RECORD.read_text(encoding="utf-8").splitlines()] if RECORD.exists() else []


def write_page() -> None:
    """The record as a page, one table a set."""
    tables: list[Table] = []
    entries = read_record()
    for name in dict.fromkeys(entry["set"] for entry in entries):
        chosen = default_recipe(name)[0]
        held = [entry for entry in entries if entry["set"] == name]
        held.sort(key=lambda entry: -statistics.mean(entry.get("recalls") or entry["accuracies"]))
        own = dict(CATALOG[name.partition(":")[0]].reading.encoding)
        rows: list[tuple[str, ...]] = []
        for entry in held:
            trial, found = entry["trial"], entry["accuracies"]
            is_own = recipe_of(trial) == chosen and trial.get("encoding", own) == own
            told = ", ".join(f"{key}={shown(value)}" for key, value in trial.items())
            score = f"{statistics.mean(found):.2%} ({min(found):.2%}–{max(found):.2%})"
            if "recalls" in entry:
                score += f", mean recall {statistics.mean(entry['recalls']):.2%}"
            epochs = ", ".join(map(str, entry["best_epochs"]))
            rows.append((f"**{told}**" if is_own else told, score, epochs, f"{entry['seconds']:.1f} s"))
        tables.append(Table(name, ("choices", "validation accuracy", "best epochs", "a run"), tuple(rows)))
    PAGE.write_text(
        f"# How the recipes were chosen\n\n{HOW}\n\n" + "\n".join(table.to_markdown() for table in tables),
        encoding="utf-8",
    )


def shown(value: Any) -> str:
    """A choice as one types it."""
    if isinstance(value, dict):
        return ";".join(f"{key}={entry}" for key, entry in value.items()) or "default"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def main() -> None:
    """Tries, records, and writes the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="named sets; none: only write the page anew")
    for name in parser.parse_args().names:
        search(name, Console(stderr=True))
    write_page()


if __name__ == "__main__":
    main()
