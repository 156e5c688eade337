"""Examples in memory, for what is done with labelled examples of any kind."""

from collections.abc import Sequence

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
