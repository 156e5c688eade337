"""Ctrl-C and SIGTERM: a real process saves and ends at once, and goes on to the same bytes."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.survival import require_same

from pellucid.training.checkpoint import read_checkpoint

SECONDS = 2.5
"""Two from the end of a block, which lasts less than half a second."""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals to a process")
def test_it_saves_and_ends_within_two_seconds_and_goes_on_to_the_same_bytes(
    known: Path, training: Callable[..., subprocess.Popen[str]], tmp_path: Path
):
    process, run, took = training(), tmp_path / "run", []
    for number in (signal.SIGTERM, signal.SIGINT):
        began = time.monotonic()
        process.send_signal(number)
        out, told = process.communicate(timeout=60)
        took.append(time.monotonic() - began)
        assert process.returncode == 0, told
        report = json.loads(out)
        assert report["stopped_because"].startswith("interrupted ")
        assert report["test"] is None, "it is judged once, at the end"
        held = read_checkpoint(run)
        assert (held.stopped_because, len(held.history)) == (report["stopped_because"], report["epochs"])
        process = resumed(run)
        if number == signal.SIGTERM:
            wait_beyond(run, held.position[:2], process)
    out, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    assert json.loads(out)["stopped_because"] == "all epochs done"
    require_same(run, known)
    assert min(took) < SECONDS, "a machine that is busy with something else may be slow once"


def resumed(run: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pellucid.cli", "train", "--resume", str(run), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_beyond(run: Path, place: tuple[int, int], process: subprocess.Popen[str]) -> None:
    """Waits until the process has saved further on."""
    until = time.monotonic() + 60
    while read_checkpoint(run).position[:2] <= place:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
