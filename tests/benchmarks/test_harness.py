"""Tools in processes of their own, measured for real."""

from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.harness import Absent, Measurement, environment, measure
from benchmarks.peers import PELLUCID, TOOLS
from benchmarks.workloads import WORKLOADS


@pytest.mark.usefixtures("real_data")
def test_tools_take_turns_and_learn_the_same() -> None:
    told: list[str] = []
    scan = replace(TOOLS["jax-scan"], chooses_threads=False)
    missing = replace(TOOLS["keras"], package="no_such_package")
    unknown = replace(TOOLS["pytorch-eager"], name="no-such-tool", package="numpy")
    results = measure(WORKLOADS["784-30-10"], [PELLUCID, scan, missing, unknown], 2, told.append)
    ours, theirs = results["pellucid"], results["jax-scan"]
    assert isinstance(ours, Measurement)
    assert isinstance(theirs, Measurement)
    assert ours.figures is not None
    assert theirs.figures is not None
    assert len(ours.seconds) == len(theirs.seconds) == 2
    assert ours.epochs == theirs.epochs == 5
    assert ours.first_seconds > min(ours.seconds) > 0
    assert ours.data_bytes == 70_000 * (784 + 8)
    # The same start and the same steps; only the order of the images differs.
    assert ours.figures.cost == pytest.approx(theirs.figures.cost, rel=0.1)
    assert ours.figures.validation_accuracy > 0.93
    assert results["keras"] == Absent(missing, "not installed")
    failed = results["no-such-tool"]
    assert isinstance(failed, Absent)
    assert failed.reason == "its process ended with exit code 1"
    assert told[0] == "784-30-10: Pellucid starts"
    assert told[-1] == "784-30-10: round 2 of 2"


def test_one_thread_is_asked_of_every_library(tmp_path: Path) -> None:
    variables = environment(1, tmp_path)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        assert variables[name] == "1"
    assert variables["XLA_FLAGS"] == "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def test_compiled_programs_of_earlier_runs_are_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path))
    first, second = environment(None, tmp_path), environment(None, tmp_path)
    assert "JAX_COMPILATION_CACHE_DIR" not in first
    assert first["TORCHINDUCTOR_CACHE_DIR"] != second["TORCHINDUCTOR_CACHE_DIR"]
