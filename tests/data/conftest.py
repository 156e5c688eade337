"""Examples in memory, for what is done with labelled examples of any kind; and how much memory something takes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from pellucid.data.features import NumberEncoder
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.reading import Reading
from pellucid.errors import FormatError


class NumberExamples(Examples):
    """Rows of numbers; those that hold a value above 1,000 cannot be read."""

    KIND = "numbers"

    def __init__(self, numbers: np.ndarray, labels: np.ndarray | None, parts: Sequence[str] | None = None) -> None:
        self.told, self.numbers, self.labels = "rows of numbers", numbers.astype(np.float32), labels
        self.parts = None if parts is None else np.array(parts)
        self.learnt_from: list[int] = []

    def __len__(self) -> int:
        return len(self.numbers)

    def name(self, row: int) -> str:
        return f"row {row}"

    def contents(self, rows: np.ndarray) -> np.ndarray:
        if (self.numbers[rows] > 1000).any():
            raise FormatError("a number up to 1,000 is required")
        return self.numbers[rows]

    def fingerprints(self) -> np.ndarray:
        return np.array([row.tobytes() for row in self.numbers], f"S{self.numbers[0].nbytes}")

    def learn_encoder(self, rows: np.ndarray, reading: Reading) -> NumberEncoder:
        self.learnt_from = rows.tolist()
        return NumberEncoder(self.numbers.shape[1:])


@pytest.fixture
def number_examples() -> type[NumberExamples]:
    return NumberExamples


@pytest.fixture
def memory_taken() -> Callable[[], int]:
    """Tells how many bytes more this process held since the test began, at its peak; Arrow's own are among them.

    `tracemalloc` sees none of these, and where it stops while a thread of Arrow's allocates, Python 3.11 crashes
    (python/cpython#128679).
    """

    def bytes_of(name: str) -> int:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))

    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    except OSError:
        pytest.skip("this system does not tell a process's peak of memory anew")
    before = bytes_of("VmRSS")
    return lambda: bytes_of("VmHWM") - before
