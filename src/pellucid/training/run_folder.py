"""The run folder: what a training run leaves behind, written file by file, each whole."""

import json
from dataclasses import asdict
from pathlib import Path

from pellucid.files import write_atomically
from pellucid.model import save
from pellucid.model.storage import MODEL_FILE
from pellucid.training.history import TrainingResult

CONFIG_FILE = "config.toml"
HISTORY_FILE = "history.jsonl"
TIMINGS_FILE = "timings.jsonl"
RUNS = Path("runs")


def next_run(name: str) -> Path:
    """The first of `runs/NAME-1`, `runs/NAME-2`, … that is not there yet."""
    number = 1
    while (RUNS / f"{name}-{number}").exists():
        number += 1
    return RUNS / f"{name}-{number}"


def write_results(folder: Path, result: TrainingResult) -> Path:
    """Writes model, history and timings, and returns the model's path.

    Times are in a file of their own: the others are the same for the same run.

    Raises:
        WriteError: the disk is full.
    """
    history = [json.dumps(asdict(record)) for record in result.history]
    pairs = zip(result.history, result.seconds, strict=True)
    timings = [json.dumps({"epoch": record.epoch, "seconds": seconds}) for record, seconds in pairs]
    path = save(result.model, folder / MODEL_FILE)
    write_atomically(folder / HISTORY_FILE, "".join(f"{line}\n" for line in history).encode())
    write_atomically(folder / TIMINGS_FILE, "".join(f"{line}\n" for line in timings).encode())
    return path
