"""The benchmark of streaming, with files of a few megabytes."""

from pathlib import Path

import numpy as np
import pytest
from benchmarks.streaming import N_FEATURES, Job, Outcome, make_arrays, row_of, run_apart, verdict
from benchmarks.tables import Table

COLUMNS = ("run", "file", "examples", "peak memory", "of it anonymous", "time per example", "times in-memory")


def test_a_job_runs_in_a_process_of_its_own_streamed_and_in_memory(tmp_path: Path) -> None:
    n_samples = make_arrays(tmp_path, 4 * N_FEATURES * 2_000)
    assert n_samples == 2_000
    inputs = np.load(tmp_path / "inputs.npy")
    assert inputs.shape == (2_000, N_FEATURES)
    assert len({row.tobytes() for row in inputs}) == 2_000
    outcomes = [run_apart(Job(str(tmp_path), is_streamed=is_streamed, epochs=3)) for is_streamed in (True, False)]
    for outcome in outcomes:
        assert isinstance(outcome, Outcome), outcome
        assert (outcome.n_samples, len(outcome.seconds)) == (2_000, 3)
        assert outcome.cost < 2.0
        assert outcome.peak_bytes is None or 10**7 < outcome.peak_bytes < 10**9
        assert outcome.anonymous_bytes is None or outcome.anonymous_bytes < (outcome.peak_bytes or 0)


def test_a_job_that_fails_says_why(tmp_path: Path) -> None:
    outcome = run_apart(Job(str(tmp_path / "nothing"), is_streamed=True, epochs=1))
    assert isinstance(outcome, str)
    assert "nothing" in outcome
    assert row_of("streamed", outcome, outcome)[2].startswith("failed: ")


@pytest.mark.parametrize(
    ("peak", "seconds", "said"), [(9e8, 1.2, "reached"), (9e8, 1.4, "NOT reached"), (1.1e9, 1.2, "NOT reached")]
)
def test_the_verdict_is_about_the_large_file(peak: float, seconds: float, said: str) -> None:
    known = Outcome(1_000, (5.0, 1.0), 0.1, 10**9, 10**8, 0.5)
    large = Outcome(1_000, (5.0, seconds), 0.1, int(peak), 10**8, 0.5)
    rows = (row_of("in memory", known, known), row_of("streamed, large", large, known))
    assert rows[1][-1] == f"{seconds:.2f}"
    assert verdict(Table("", COLUMNS, rows)).endswith(f"times, {said}.")
