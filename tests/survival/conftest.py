"""A training process of its own in a folder of its own, which takes long enough to be disturbed."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from benchmarks.survival import CHOICES, States, undisturbed


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> States:
    """What a training has that nobody disturbed."""
    return undisturbed(tmp_path_factory.mktemp("known"))


@pytest.fixture
def training(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `pellucid train`, in `run`, and returns once there is a checkpoint."""
    begun: list[subprocess.Popen[str]] = []

    def begin(*more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pellucid.cli", "train", "digits", *CHOICES, *more, "--out", "run"]
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        begun.append(process)
        until = time.monotonic() + 120
        while not (tmp_path / "run" / "checkpoint.safetensors").exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.01)
        return process

    yield begin
    for process in begun:
        process.kill()
        process.communicate()
