"""The measuring: every tool in a process of its own, an epoch each in turn, so that all meet the same machine."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.peers import EpochFigures, Tool
from benchmarks.workloads import Workload

ROOT = Path(__file__).resolve().parents[1]
TRIAL_EPOCHS = 3
"""Epochs before the timed ones: the first compiles, the quickest of the others tells how many threads serve best."""
Report = Callable[[str], None]


class WorkerError(RuntimeError):
    """A tool could not do the work; the message says why."""


@dataclass(frozen=True)
class Absent:
    """A tool that was not measured, and why."""

    tool: Tool
    reason: str


@dataclass
class Measurement:
    """How one tool did at one workload.

    Attributes:
        tool: which.
        threads: how many it was given; None if it was left to itself.
        first_seconds: the first epoch, compilation included.
        seconds: the timed epochs, one float a round.
        figures: of the last epoch.
        epochs: how many the network was trained for in all.
        peak_bytes: the most memory its process held; None where the system does not tell.
        data_bytes: the examples and labels of all parts as they were loaded.
    """

    tool: Tool
    threads: int | None
    first_seconds: float = 0.0
    seconds: list[float] = field(default_factory=list)
    figures: EpochFigures | None = None
    epochs: int = 0
    peak_bytes: int | None = None
    data_bytes: int = 0

    @property
    def median(self) -> float:
        """Seconds an epoch."""
        return statistics.median(self.seconds)

    @property
    def compile_seconds(self) -> float:
        """What the first epoch took longer than the others."""
        return max(0.0, self.first_seconds - self.median)


class Worker:
    """A tool's process, at rest between the epochs that are asked of it."""

    def __init__(self, tool: Tool, workload: Workload, threads: int | None, scratch: Path) -> None:
        self.measurement = Measurement(tool, threads)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", tool.name, workload.name],
            cwd=ROOT,
            env=environment(threads, scratch),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def get_ready(self) -> None:
        """Waits until the tool is imported and the data are loaded."""
        self.measurement.data_bytes = self._read()["data_bytes"]

    def epoch(self) -> float:
        """Seconds of one more epoch."""
        assert self._process.stdin is not None
        self._process.stdin.write("epoch\n")
        self._process.stdin.flush()
        answer = self._read()
        measured = self.measurement
        measured.epochs += 1
        measured.figures = EpochFigures(**answer["figures"])
        measured.peak_bytes = answer["peak_bytes"]
        return answer["seconds"]

    def close(self) -> None:
        """Ends the process, if it has not ended yet; it holds nothing worth keeping."""
        with self._process:
            self._process.kill()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise WorkerError(f"its process ended with exit code {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer


def environment(threads: int | None, scratch: Path) -> dict[str, str]:
    """The environment of a worker that may use so many threads (None: what the tool itself chooses).

    Compiled programs kept from earlier runs are out of its sight, so that what it compiles is measured.
    """
    variables = {name: value for name, value in os.environ.items() if name != "JAX_COMPILATION_CACHE_DIR"}
    variables["TORCHINDUCTOR_CACHE_DIR"] = tempfile.mkdtemp(dir=scratch)
    if threads is not None:
        for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM"):
            variables[f"{library}_{'' if library == 'VECLIB_MAXIMUM' else 'NUM_'}THREADS"] = str(threads)
        if threads < (os.cpu_count() or 1):
            is_many = str(threads > 1).lower()
            variables["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={is_many} intra_op_parallelism_threads={threads}"
    return variables


def measure(workload: Workload, tools: Sequence[Tool], rounds: int, report: Report) -> dict[str, Measurement | Absent]:
    """Each tool's measurement at the workload, or why there is none, by the tool's name.

    Parameters:
        workload: what to do.
        tools: who does it; they take turns.
        rounds: timed epochs of each.
        report: is told in a line what goes on.
    """
    results: dict[str, Measurement | Absent] = {}
    workers: list[Worker] = []
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as at_end:
        for tool in tools:
            report(f"{workload.name}: {tool.title} starts")
            try:
                workers.append(_start(tool, workload, Path(scratch), at_end))
            except WorkerError as error:
                results[tool.name] = Absent(tool, str(error))
                report(f"{workload.name}: {tool.title} skipped: {error}")
        for number in range(1, rounds + 1):
            report(f"{workload.name}: round {number} of {rounds}")
            for worker in workers:
                worker.measurement.seconds.append(worker.epoch())
    results |= {worker.measurement.tool.name: worker.measurement for worker in workers}
    return {tool.name: results[tool.name] for tool in tools}


def _start(tool: Tool, workload: Workload, scratch: Path, at_end: contextlib.ExitStack) -> Worker:
    """The tool's worker, with the number of threads that served it best in a quick trial.

    Raises:
        WorkerError: the tool is not installed, or cannot do the work here.
    """
    if find_spec(tool.package) is None:
        raise WorkerError("not installed")
    cores = os.cpu_count() or 1
    best: Worker | None = None
    best_seconds = float("inf")
    for threads in sorted({1, min(2, cores), cores}) if tool.chooses_threads else [None]:
        worker = Worker(tool, workload, threads, scratch)
        at_end.callback(worker.close)
        worker.get_ready()
        worker.measurement.first_seconds = worker.epoch()
        seconds = min(worker.epoch() for _ in range(TRIAL_EPOCHS - 1))
        loser: Worker | None = worker
        if seconds < best_seconds:
            loser, best, best_seconds = best, worker, seconds
        if loser is not None:
            loser.close()
    assert best is not None
    return best
