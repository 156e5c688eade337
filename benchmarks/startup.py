"""How long a person waits for the commands, each measured as a whole process, the interpreter's start included."""

import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

REPEATS = 7
QUICK_REPEATS = 3
COMMAND = "from pellucid.cli import main; main()"
"""What the installed `pellucid` runs."""
COMMAND_THEN_JAX = (
    "import sys\ntry:\n    from pellucid.cli import main; main()\nfinally:\n"
    "    sys.stderr.write('JAX was imported' if 'jax' in sys.modules else 'JAX was not imported')"
)
"""The same, telling in the end whether JAX was imported."""

MAKE_LARGE = """
import sys
import pellucid as pl
from pellucid.data import CATALOG
sizes = [784, 2500, 2000, 1500, 1000, 500, 10]
network = pl.Network.random(sizes, activation="relu", output="softmax")
training = {"optimizer": {"name": "sgd", "learning_rate": 0.1, "momentum": 0.0, "nesterov": False}, "penalty": None}
mnist = CATALOG["mnist"]
pl.save(pl.Model(network, "cross-entropy", mnist.classes, mnist.features, {"training": training}), sys.argv[1])
"""
"""Saves a network of Cireşan et al. 2010 with random weights: what is measured does not depend on them."""


@dataclass(frozen=True)
class Wait:
    """One command's time.

    Attributes:
        command: as a person types it.
        asked: seconds it may take.
        seconds: of each repeat; empty if it failed.
        problem: why it counts as missed whatever its time, or "".
    """

    command: str
    asked: float
    seconds: tuple[float, ...] = ()
    problem: str = ""

    @property
    def median(self) -> float:
        """Seconds; of a command that ran."""
        return statistics.median(self.seconds)

    @property
    def is_reached(self) -> bool:
        """Whether it ran, ran right, and within the time asked for."""
        return not self.problem and self.median <= self.asked


def measure_waits(repeats: int) -> list[Wait]:
    """The times that the commands take, each repeated so often."""
    with tempfile.TemporaryDirectory() as folder:
        run = str(Path(folder) / "run")
        explain = ["explain", run, "--data", "digits", "--sample", "0", "neuron", "2:1"]
        waits = [
            _measure("import pellucid", 0.3, ["import pellucid"], repeats),
            _measure("pellucid --help", 0.4, [COMMAND, "--help"], repeats),
            _measure_training(Path(folder), max(1, repeats // 2)),
        ]
        subprocess.run(_python([COMMAND, "train", "digits", "--out", run]), capture_output=True, check=False)
        waits.append(_measure("pellucid explain", 1.0, [COMMAND, *explain], repeats, forbids_jax=True))
        waits += _measure_large(Path(folder), repeats)
    return waits


def _measure_large(folder: Path, repeats: int) -> list[Wait]:
    """The times to explain a weight of the second layer of a network of 12 million parameters, from a saved file."""
    subprocess.run(_python([MAKE_LARGE, str(folder / "large.safetensors")]), capture_output=True, check=False)
    explain = ["explain", str(folder / "large.safetensors"), "--data", "mnist", "--sample", "3"]
    commands = {
        "pellucid explain gradient, 12 million parameters": ["gradient", "2:7,300"],
        "pellucid explain update (Adam), 12 million parameters": ["update", "2:7,300", "--optimizer", "adam"],
    }
    return [
        _measure(command, 1.0, [COMMAND, *explain, *what], repeats, forbids_jax=True)
        for command, what in commands.items()
    ]


def _measure_training(folder: Path, repeats: int) -> Wait:
    runs = [_time([COMMAND, "train", "digits", "--out", str(folder / f"cold-{n}")]) for n in range(repeats)]
    return _wait_of("pellucid train digits, cold", 8.0, runs)


def _measure(command: str, asked: float, arguments: list[str], repeats: int, *, forbids_jax: bool = False) -> Wait:
    wait = _wait_of(command, asked, [_time(arguments) for _ in range(repeats)])
    if forbids_jax and not wait.problem:
        told = subprocess.run(_python([COMMAND_THEN_JAX, *arguments[1:]]), capture_output=True, text=True, check=False)
        if not told.stderr.endswith("JAX was not imported"):
            return Wait(command, asked, wait.seconds, "it imports JAX")
    return wait


def _wait_of(command: str, asked: float, runs: list[tuple[float, str]]) -> Wait:
    """The wait for a command from the (seconds, problem) of its runs."""
    problems = [problem for _, problem in runs if problem]
    return Wait(command, asked, () if problems else tuple(seconds for seconds, _ in runs), "".join(problems[:1]))


def _time(arguments: list[str]) -> tuple[float, str]:
    """Seconds of one process, and the last line that it complained with if it failed."""
    began = time.perf_counter()
    ended = subprocess.run(_python(arguments), capture_output=True, text=True, encoding="utf-8", check=False)
    seconds = time.perf_counter() - began
    if ended.returncode == 0:
        return seconds, ""
    complaint = ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"]
    return seconds, f"failed: {complaint[-1]}"


def _python(arguments: list[str]) -> list[str]:
    return [sys.executable, "-c", *arguments]
