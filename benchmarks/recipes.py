"""`python -m benchmarks.recipes NAME…`: what the recipes reach by the command that anyone would type.

Each run is `pellucid train DATA --recipe NAME --seed S` in a process of its own, timed from its start; the test part
judges once, the epoch that validation chose. Every run goes into recipes.jsonl, one line each, and docs/results.md
sets them beside what the recipe's author printed. With `--runs FOLDER` they stay there, and `--committee` judges
the committee of those that were made before.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.machine import describe_machine
from benchmarks.page import DOCS, write_measured
from benchmarks.tables import Table

RECORD = Path(__file__).with_name("recipes.jsonl")
PAGE = DOCS / "results.md"
COMMITTEE, COMMITTEE_LEAST = "committee", 0.9955


@dataclass(frozen=True)
class Asked:
    """What is known of a recipe's result beforehand.

    Attributes:
        data: it is trained on.
        figure: which accuracy counts: of "test" or of "validation".
        of: which of several seeds' figures counts: "median" or "best".
        least: the accuracy to reach; None: none was set.
        seconds: within which; None: no limit was set.
        printed: what the author printed.
        options: of `pellucid train` instead of `--recipe` and the row's name.
        is_timed_whole: whether those seconds are from the process's start to its end; else they are the training's.
    """

    data: str
    figure: str
    of: str
    least: float | None
    seconds: float | None
    printed: str
    options: tuple[str, ...] = ()
    is_timed_whole: bool = False

    def command(self, name: str) -> tuple[str, ...]:
        """What one types, without the seed."""
        return ("pellucid", "train", self.data, *(self.options or ("--recipe", name)))


RECIPES = {
    "nielsen-30": Asked("mnist", "test", "median", 0.948, 10, "95.42 % (best of three; Nielsen 2015, chapter 1)"),
    "nielsen-100": Asked("mnist", "test", "best", 0.963, 20, "96.59 % (best of three; Nielsen 2015, chapter 1)"),
    "nielsen-100-cross-entropy": Asked(
        "mnist", "validation", "median", 0.979, 60, "97.92 % of the validation images (Nielsen 2015, chapter 3)"
    ),
    "nielsen-100-softmax": Asked("mnist", "test", "median", None, None, "97.80 % (Nielsen 2015, chapter 6)"),
    "sanderson-16-16": Asked("mnist", "test", "median", 0.935, 30, "about 96 % (Sanderson 2017)"),
    "16-16 by our defaults": Asked("mnist", "test", "median", None, None, "", ("--hidden", "16,16")),
    "srivastava-1024": Asked("mnist", "test", "median", None, None, "98.95 % (Srivastava et al. 2014, table 2)"),
    "simard-800": Asked("mnist", "test", "median", 0.991, 600, "99.3 % (Simard et al. 2003)"),
    "fast-99": Asked("mnist", "test", "median", 0.990, 60, "our own", is_timed_whole=True),
    "ciresan-1000-500": Asked("mnist", "test", "median", 0.993, 300, "99.51 % (Cireşan et al. 2010)"),
    "ciresan-1000-500-long": Asked("mnist", "test", "median", 0.9945, 1500, "99.51 % (Cireşan et al. 2010)"),
    "ciresan-1500": Asked("mnist", "test", "median", 0.995, 3600, "99.54 % (Cireşan et al. 2010)"),
    "ciresan-2000": Asked("mnist", "test", "median", None, None, "99.59 % (Cireşan et al. 2010)"),
    "ciresan-2500": Asked("mnist", "test", "median", None, None, "99.65 % (Cireşan et al. 2010)"),
    "cats-l4": Asked("cats", "test", "median", None, None, "80 % (the course's notebook, one start)"),
}
COLUMNS = ("pellucid train …", "author", "asked", "measured", "", "training", "whole", "seeds")
HOW = (
    "Each row is that command with `--seed S`, in a process of its own, once for each seed named. The figure is the "
    "accuracy on the test images, which judge once, at the epoch that the validation images chose (of MNIST 50,000 "
    "train, the last 10,000 of the training images validate); where it says so, that on the validation images. In "
    "brackets are the least and the greatest of the seeds. The time of the training is that of its epochs, with the "
    "compiling of the first and the judging after each; the whole is from the start of the process to its end, reading "
    "and pictures included. What was asked is of the training, but of `fast-99` of the whole. Both are medians."
)


def run(name: str, seed: int, runs: Path) -> dict[str, Any]:
    """One run of a recipe by the command line, its folder left in `runs`."""
    command = (*RECIPES[name].command(name)[1:], "--seed", str(seed), "--out", str(folder_of(name, seed, runs)))
    told, seconds = answer_of(command)
    figures = {part: told[part] and told[part]["accuracy"] for part in ("validation", "test")}
    return {
        "recipe": name,
        "seed": seed,
        **figures,
        "epochs": told["epochs"],
        "best_epoch": told["best_epoch"],
        "training_seconds": round(told["seconds"], 1),
        "seconds": round(seconds, 1),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def folder_of(name: str, seed: int, runs: Path) -> Path:
    """Where a run of a recipe lies."""
    return runs / f"{name.replace(' ', '-')}-{seed}"


def answer_of(command: Sequence[str]) -> tuple[dict[str, Any], float]:
    """What a command prints as JSON, and how many seconds it took."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pellucid.cli", *command, "--json"], check=True, stdout=subprocess.PIPE
    )
    return json.loads(done.stdout), time.perf_counter() - began


def committee(members: Sequence[tuple[str, int]], runs: Path) -> dict[str, Any]:
    """The committee of these runs, which lie in `runs`, judged once on the test part."""
    folders = [str(folder_of(*member, runs)) for member in members]
    data, file = RECIPES[members[0][0]].data, str(runs / "committee.safetensors")
    answer_of(("committee", *folders, "--out", file, "--overwrite"))
    return {
        "recipe": COMMITTEE,
        "seed": 0,
        "members": [f"{name} {seed}" for name, seed in members],
        **{part: answer_of(("evaluate", file, data, "--part", part))[0]["accuracy"] for part in ("validation", "test")},
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def read_record() -> list[dict[str, Any]]:
    """Every run that was made, the last one of each recipe and seed."""
    lines = RECORD.read_text(encoding="utf-8").splitlines() if RECORD.exists() else []
    return list({(entry["recipe"], entry["seed"]): entry for entry in map(json.loads, lines)}.values())


def row_of(name: str, entries: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """A recipe's row of the table."""
    asked = RECIPES[name]
    figures = [entry[asked.figure] for entry in entries]
    figure = max(figures) if asked.of == "best" else statistics.median(figures)
    training, whole = (statistics.median(entry[kind] for entry in entries) for kind in ("training_seconds", "seconds"))
    is_in_time = asked.seconds is None or (whole if asked.is_timed_whole else training) <= asked.seconds
    goal = "" if asked.least is None else f"{100 * asked.least:g}%"
    goal += "" if asked.seconds is None else f" in {asked.seconds:g} s"
    verdict = "" if asked.least is None else verdict_on(figures, figure, asked.least, is_in_time)
    of = f"{asked.of}; {min(figures):.2%}–{max(figures):.2%}" if len(figures) > 1 else "one seed"
    told = f"{figure:.2%} ({of})" + (", validation" if asked.figure == "validation" else "")
    seeds = ", ".join(str(entry["seed"]) for entry in entries)
    command = " ".join(asked.command(name)[2:])
    return command, asked.printed, goal, told, verdict, f"{training:.0f} s", f"{whole:.0f} s", seeds


def verdict_on(figures: Sequence[float], figure: float, least: float, is_in_time: bool) -> str:
    """Whether that figure, the median or the best of these, is reached in time; if not, how many runs reach it."""
    if figure >= least:
        return "reached" if is_in_time else "NOT in time"
    n_reaching = sum(each >= least for each in figures)
    return f"NOT reached; by {n_reaching} of {len(figures)}" if n_reaching else "NOT reached"


def write_page() -> Table:
    """The record as the measured part of the page."""
    entries = read_record()
    held = {name: [entry for entry in entries if entry["recipe"] == name] for name in RECIPES}
    rows = [row_of(name, found) for name, found in held.items() if found]
    rows += [row_of_committee(entry) for entry in entries if entry["recipe"] == COMMITTEE]
    table = Table("What each reaches", COLUMNS, tuple(rows))
    about = "\n".join(f"- {name}: {value}" for name, value in describe_machine().items())
    write_measured(PAGE, f"{table.to_markdown()}\n{HOW}\n\n{about}")
    return table


def row_of_committee(entry: dict[str, Any]) -> tuple[str, ...]:
    """The committee's row of the table."""
    figure = entry["test"]
    verdict = "reached" if figure >= COMMITTEE_LEAST else "NOT reached"
    printed = "99.61 % (25 networks; Meier et al. 2011)"
    return COMMITTEE, printed, f"{COMMITTEE_LEAST:.2%}", f"{figure:.2%}", verdict, "", "", ", ".join(entry["members"])


def main() -> None:
    """Runs, records, writes and shows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recipes", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *RECIPES], help="none: only the page anew")
    parser.add_argument("--seeds", type=int, default=5, help="so many, from 0")
    parser.add_argument("--runs", type=Path, metavar="FOLDER", help="where the runs stay; else they are thrown away")
    parser.add_argument("--committee", action="store_true", help="judge the committee of these runs, made before")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        runs = chosen.runs or Path(scratch)
        asked = [(name, seed) for name in chosen.names for seed in range(chosen.seeds)]
        if chosen.committee:
            record(committee(asked, runs))
        else:
            for name, seed in asked:
                record(run(name, seed, runs))
    write_page().show(Console(width=180))


def record(entry: dict[str, Any]) -> None:
    """Adds a line to the record, and shows it."""
    with RECORD.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
    Console(stderr=True).print(entry, markup=False)


if __name__ == "__main__":
    main()
