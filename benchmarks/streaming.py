"""`python -m benchmarks.streaming`: training on an array that does not fit into memory, beside one that does.

A file of real size is made, 10 GB unless told otherwise, of float32 examples of 784 numbers like pictures, and
trained on from where it lies by the same call that a person makes. Beside it stands a smaller file of the same kind,
trained on from memory, and streamed under a cap on memory. Each run is a process of its own, which tells its peak
memory and the seconds of its epochs; the first epoch, which compiles, is left out where there are more.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.machine import describe_machine
from benchmarks.tables import Table
from benchmarks.worker import own_stdout, peak_bytes

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("streaming.md")
N_FEATURES, N_CLASSES = 784, 10
WRITTEN_AT_ONCE = 10_000
MOST_BYTES = 10**9
"""Peak memory that streaming may take."""
MOST_TIMES = 1.3
"""The in-memory time per example that streaming may take."""
STATUS = Path("/proc/self/status")
HOW = (
    "Each row is a process of its own that loads a folder with inputs.npy and labels.npy, of float32 examples of 784 "
    "numbers, with `load_data(folder, test=0, validation=0, encoding={'scaling': 'none'})` and trains on it with "
    "mini-batches of 128 (784-128-10, ReLU, softmax with cross-entropy, SGD). `memory=0` has it streamed. Peak memory "
    "is the process's greatest resident set, Python and JAX included, pages of the file counted as long as they are "
    "held; anonymous memory is that part of it which is no copy of a file, sampled. A cap on memory is the system's "
    "RLIMIT_DATA, a bound on all private memory that the process may ask for, address space that is never touched "
    "included. Time per example is the median over the epochs after the first."
)


@dataclass(frozen=True)
class Job:
    """What one process does.

    Attributes:
        folder: with inputs.npy and labels.npy.
        is_streamed: whether memory may hold nothing of the examples.
        epochs: to train for.
        cap: bytes of private memory that the process may ask for; None: as many as it likes.
    """

    folder: str
    is_streamed: bool
    epochs: int
    cap: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        n_samples: examples in the file.
        seconds: of each epoch.
        load_seconds: before training began.
        peak_bytes: greatest resident set; None where the system does not tell.
        anonymous_bytes: that was no copy of a file, at most; likewise.
        cost: of the last epoch.
    """

    n_samples: int
    seconds: tuple[float, ...]
    load_seconds: float
    peak_bytes: int | None
    anonymous_bytes: int | None
    cost: float

    @property
    def per_example(self) -> float:
        """Seconds an example."""
        return statistics.median(self.seconds[1:] or self.seconds) / self.n_samples


def make_arrays(folder: Path, n_bytes: int, seed: int = 0) -> int:
    """Writes examples that can be learnt, a few at a time; returns how many there are.

    Parameters:
        folder: that they are written to.
        n_bytes: that the inputs take, about.
        seed: of the numbers.
    """
    n_samples = max(WRITTEN_AT_ONCE // 10, n_bytes // (4 * N_FEATURES))
    generator = np.random.default_rng(seed)
    centres = generator.random((N_CLASSES, N_FEATURES), np.float32)
    noise = generator.random((WRITTEN_AT_ONCE, N_FEATURES), np.float32)
    labels = generator.integers(0, N_CLASSES, n_samples)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "labels.npy", labels)
    with (folder / "inputs.npy").open("wb") as file:
        described = {"descr": "<f4", "fortran_order": False, "shape": (n_samples, N_FEATURES)}
        np.lib.format.write_array_header_1_0(file, described)
        for first in range(0, n_samples, WRITTEN_AT_ONCE):
            some = labels[first : first + WRITTEN_AT_ONCE]
            # Each example differs from all others: the noise is rolled by another number of places.
            turned = np.roll(noise[: len(some)], first // WRITTEN_AT_ONCE, axis=1)
            file.write((0.5 * centres[some] + 0.5 * turned).astype("<f4").data)
    return n_samples


class AnonymousMemory:
    """The most memory that is no copy of a file, looked up now and then by a thread while it is entered."""

    def __init__(self) -> None:
        self.peak: int | None = None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "AnonymousMemory":
        if STATUS.exists():
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(0.02):
            line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith("RssAnon:"))
            self.peak = max(self.peak or 0, int(line.split()[1]) * 1024)


def run_job(job: Job) -> Outcome:
    """Loads and trains in this process."""
    if job.cap is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (job.cap, job.cap))
    import pellucid as pl

    with AnonymousMemory() as anonymous:
        began = time.perf_counter()
        encoding = {"scaling": "none"}
        data = pl.load_data(job.folder, test=0, validation=0, encoding=encoding, memory=0 if job.is_streamed else 2**62)
        load_seconds = time.perf_counter() - began
        network = pl.Network.random([N_FEATURES, 128, N_CLASSES], activation="relu", output="softmax", seed=0)
        choices: dict[str, Any] = {"cost": "cross-entropy", "optimizer": pl.SGD(0.05), "batch_size": 128}
        result = pl.train(network, data, epochs=job.epochs, **choices)
    cost = result.history[-1].cost
    return Outcome(data.train.n_samples, result.seconds, load_seconds, peak_bytes(), anonymous.peak, cost)


def run_apart(job: Job) -> Outcome | str:
    """The outcome of a job in a process of its own, or why there is none."""
    command = [sys.executable, "-m", "benchmarks.streaming", "--job", json.dumps(asdict(job))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    found = json.loads(done.stdout)
    return Outcome(**{**found, "seconds": tuple(found["seconds"])})


def row_of(name: str, outcome: Outcome | str, in_memory: Outcome | str) -> tuple[str, ...]:
    """A run's row of the table."""
    if isinstance(outcome, str):
        return (name, "", f"failed: {outcome}", "", "", "", "")
    times = "" if isinstance(in_memory, str) else f"{outcome.per_example / in_memory.per_example:.2f}"
    return (
        name,
        f"{outcome.n_samples * N_FEATURES * 4 / 1e9:.2f} GB",
        f"{outcome.n_samples:,}",
        "unknown" if outcome.peak_bytes is None else f"{outcome.peak_bytes / 1e6:,.0f} MB",
        "unknown" if outcome.anonymous_bytes is None else f"{outcome.anonymous_bytes / 1e6:,.0f} MB",
        f"{outcome.per_example * 1e6:.2f} µs",
        times,
    )


def measure(folder: Path, n_bytes: int, n_small: int, epochs: int, cap: int, report: Console) -> Table:
    """Makes the files, runs the jobs, and gives the table.

    Parameters:
        folder: in which the files are made.
        n_bytes: of the large one.
        n_small: of the small one.
        epochs: on each.
        cap: bytes, of the capped run.
        report: is told what goes on.
    """
    large, small = str(folder / "large"), str(folder / "small")
    for name, size in ((large, n_bytes), (small, n_small)):
        report.print(f"writing {size:,} bytes", markup=False)
        make_arrays(Path(name), size)
    jobs = {
        "in memory": Job(small, is_streamed=False, epochs=epochs + 2),
        "streamed": Job(small, is_streamed=True, epochs=epochs + 2),
        f"streamed, at most {cap / 1e6:,.0f} MB": Job(small, is_streamed=True, epochs=epochs + 2, cap=cap),
        "streamed, large": Job(large, is_streamed=True, epochs=epochs),
    }
    outcomes: dict[str, Outcome | str] = {}
    for name, job in jobs.items():
        report.print(name, markup=False)
        outcomes[name] = run_apart(job)
    columns = ("run", "file", "examples", "peak memory", "of it anonymous", "time per example", "times in-memory")
    rows = tuple(row_of(name, outcome, outcomes["in memory"]) for name, outcome in outcomes.items())
    return Table("Training on arrays that do not fit into memory", columns, rows)


def verdict(table: Table) -> str:
    """Whether what was asked for is reached by the large file, in one sentence."""
    _, file, _, peak, _, _, times = table.rows[-1]
    if not times or peak == "unknown":
        return "Asked: peak memory under 1 GB and at most 1.3 times the in-memory time; not all of it was measured."
    is_reached = float(peak.split()[0].replace(",", "")) * 1e6 < MOST_BYTES and float(times) <= MOST_TIMES
    return (
        f"Asked: peak memory under 1 GB and at most {MOST_TIMES} times the in-memory time per example; on {file}: "
        f"{peak} and {times} times, {'reached' if is_reached else 'NOT reached'}."
    )


def main() -> None:
    """Measures and shows; a full run also writes streaming.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streaming", description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=10.0, help="of the large file")
    parser.add_argument("--small", type=float, default=1.0, help="gigabytes of the small file")
    parser.add_argument("--epochs", type=int, default=2, help="on the large file")
    parser.add_argument(
        "--cap", type=float, default=1.5, help="gigabytes of private memory that a capped run may ask for"
    )
    parser.add_argument("--folder", type=Path, help="where the files are made; they go at the end")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.job:
        answers = own_stdout()
        print(json.dumps(asdict(run_job(Job(**json.loads(chosen.job))))), file=answers, flush=True)
        return
    with tempfile.TemporaryDirectory(dir=chosen.folder) as scratch:
        sizes = (round(chosen.gigabytes * 1e9), round(chosen.small * 1e9))
        table = measure(Path(scratch), *sizes, chosen.epochs, round(chosen.cap * 1e9), Console(stderr=True))
    text = f"{table.to_markdown()}\n{verdict(table)}\n"
    print(text)
    if chosen.gigabytes >= 10:
        about = "\n".join(f"- {name}: {value}" for name, value in describe_machine().items())
        day = datetime.now(UTC).date().isoformat()
        page = f"# Streaming, measured on {day}\n\nWritten by `python -m benchmarks.streaming`.\n\n{about}\n\n"
        RESULTS.write_text(f"{page}{text}\n{HOW}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
