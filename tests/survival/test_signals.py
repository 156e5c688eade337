"""Ctrl-C and SIGTERM: a real process saves and ends at once, and goes on to the same bytes."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.survival import States, require_same

from pellucid.training.checkpoint import read_checkpoint

SECONDS = 2.5
"""Two from the end of a block, which lasts less than half a second."""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals to a process")
@pytest.mark.usefixtures("compiled_anew")
def test_it_saves_and_ends_within_two_seconds_and_goes_on_to_the_same_bytes(
    known: States, training: Callable[..., subprocess.Popen[str]], tmp_path: Path
):
    process, run, took, place = training(), tmp_path / "run", [], (0, 0)
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
        assert held.position[:2] > place, "it went on"
        place, saved = held.position[:2], saved_at(run)
        process = resumed(run)
        while number == signal.SIGTERM and saved_at(run) == saved:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < began + 120
            time.sleep(0.01)
    out, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    assert json.loads(out)["stopped_because"] == "all epochs done"
    require_same(run, known)
    assert min(took) < SECONDS, "a machine that is busy with something else may be slow once"


def resumed(run: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pellucid.cli", "train", "--resume", str(run), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def saved_at(run: Path) -> int:
    """When the checkpoint was written: quicker to ask than what it holds, while the run hastens to its end."""
    return (run / "checkpoint.safetensors").stat().st_mtime_ns
