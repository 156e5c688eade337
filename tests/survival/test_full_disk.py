"""A disk that fails while a real process trains: it says so, goes on, and loses nothing."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.training.checkpoint import read_checkpoint

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets one limit another process's files")


def lines_until(process: subprocess.Popen[str], start: str) -> str:
    """The line of the process's standard error that starts so."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(start):
            return line
    raise AssertionError(f"the process ended without a line '{start}…'")


@linux
def test_files_that_may_not_grow_are_told_once_and_saved_when_they_may(
    training: Callable[..., subprocess.Popen[str]], tmp_path: Path
):
    """The system itself refuses to write: a limit on the size of files, set from outside and taken away again."""
    import resource

    process, run = training("--epochs", "100000"), tmp_path / "run"
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
    warning = lines_until(process, "Warning: ")
    assert "could not be written (File too large); nothing was changed; training goes on" in warning
    before = read_checkpoint(run)
    assert before.is_finite
    time.sleep(0.5)
    assert read_checkpoint(run).history == before.history
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    lines_until(process, "Saved again.")
    assert len(read_checkpoint(run).history) > len(before.history)
    process.terminate()
    out, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert json.loads(out)["stopped_because"].startswith("interrupted")
    assert "Warning" not in told
    assert not [entry for entry in run.iterdir() if entry.name.endswith(".part")]


FILLED = """
import json, os, pathlib, subprocess, sys, time
folder = pathlib.Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=True)
os.chdir(folder)
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
while not pathlib.Path("run/checkpoint.safetensors").exists():
    assert process.poll() is None, process.communicate()
    time.sleep(0.01)
with open("filler", "wb", buffering=0) as filler:
    try:
        while True:
            filler.write(bytes(4096))
    except OSError as error:
        told = [error.strerror]
held = pathlib.Path("run/checkpoint.safetensors").read_bytes()
told.append(next(line for line in process.stderr if line.startswith("Warning: ")))
os.unlink("filler")
told.append(next(line for line in process.stderr if line.startswith("Saved again.")))
changed = pathlib.Path("run/checkpoint.safetensors").read_bytes() != held
process.terminate()
process.communicate(timeout=60)
print(json.dumps([told, changed, process.returncode, sorted(os.listdir("run"))]))
"""


@linux
def test_a_disk_that_is_full_for_a_while_costs_nothing(tmp_path: Path):
    """A file system of 2 MB in memory, mounted for this process alone, filled to its last byte and emptied again."""
    alone = ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system lets nobody but its owner mount a file system")
    train = [sys.executable, "-m", "pellucid.cli", "train", "digits", "--epochs", "100000", "--patience", "0"]
    command = [*alone, sys.executable, "-c", FILLED, str(tmp_path), *train, "--out", "run"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    (reason, warning, again), changed, code, names = json.loads(done.stdout)
    assert reason == "No space left on device"
    assert "could not be written (No space left on device); nothing was changed; training goes on" in warning
    assert (again, changed, code) == ("Saved again.\n", True, 0)
    assert {"checkpoint.safetensors", "model.safetensors", "history.jsonl"} <= set(names)
    assert not [name for name in names if name.endswith(".part")]
