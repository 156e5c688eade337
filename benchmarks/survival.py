"""Kills real training runs with SIGKILL, at random moments and in the midst of saving, and looks for losses.

Each run is killed and resumed until it ends. After each kill all that lies on the disk must load, must be a state that
the run has when nobody disturbs it, and none that was passed before; and in the end model, checkpoint and history must
be the same bytes as those of the undisturbed run. `python -m benchmarks.survival` (`make soak`) kills 200 times, at
least 50 of them while files are being written, and adds a line to docs/reliability.md.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import describe_machine
from pellucid import load
from pellucid.training.checkpoint import read_checkpoint
from pellucid.training.run_folder import LOCK_FILE, is_cut_short

CHOICES = (
    *("--hidden", "48", "--dropout", "0.2", "--averaging", "0.95", "--schedule", "cosine"),
    *("--epochs", "400", "--patience", "0", "--json"),
)
SAME = ("model.safetensors", "checkpoint.safetensors", "history.jsonl")
RECORD = Path("docs/reliability.md")
LONGEST = 120.0
"""No process takes so many seconds."""


@dataclass
class Tally:
    """What has been done so far."""

    kills: int = 0
    during_saves: int = 0
    runs: int = 0


def start(run: Path, *, resume: bool) -> subprocess.Popen[bytes]:
    """A real process that trains in this folder, or goes on with what is there."""
    place = ("--resume", str(run), "--json") if resume else ("digits", *CHOICES, "--out", str(run))
    command = [sys.executable, "-m", "pellucid.cli", "train", *place]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(run: Path, *, resume: bool) -> None:
    """Lets a run come to its end."""
    process = start(run, resume=resume)
    _, told = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, told.decode()


def undisturbed(folder: Path) -> Path:
    """The run as it is when nobody disturbs it."""
    finish(folder / "undisturbed", resume=False)
    return folder / "undisturbed"


def survive(known: Path, folder: Path, kills: int, during_saves: int, seed: int) -> Iterator[Tally]:
    """Kills runs so often, at least so many times while files are being written; gives the tally after each kill.

    Parameters:
        known: the undisturbed run.
        folder: for the others.
        kills, during_saves: how often.
        seed: of the moments.
    """
    chance, tally, run = random.Random(seed), Tally(), folder / "run-0"  # noqa: S311 - nothing is secret here
    place = (0, 0)
    while tally.kills < kills or tally.during_saves < during_saves:
        wants_save = tally.during_saves < during_saves and (chance.random() < 0.5 or tally.kills >= kills // 2)
        process = start(run, resume=(run / "config.toml").exists())
        wait_for_moment(process, run, chance, wants_save=wants_save)
        process.kill()
        told = process.communicate()[1].decode()
        if process.returncode >= 0:
            assert process.returncode == 0, told
        else:
            tally.kills += 1
            tally.during_saves += run.exists() and any(is_cut_short(entry.name) for entry in run.iterdir())
        place = look(run, known, place)
        if process.returncode == 0:
            require_same(run, known)
            tally.runs += 1
            run, place = folder / f"run-{tally.runs}", (0, 0)
        yield tally
    if run.exists():
        finish(run, resume=(run / "config.toml").exists())
        require_same(run, known)
        tally.runs += 1
        yield tally


def wait_for_moment(process: subprocess.Popen[bytes], run: Path, chance: random.Random, *, wants_save: bool) -> None:
    """Returns at a random moment of the training; or when a file, any of the next few, is being written."""
    until = time.monotonic() + LONGEST
    while process.poll() is None and not (run / LOCK_FILE).exists():
        assert time.monotonic() < until, "the run never began"
    if not wants_save:
        time.sleep(chance.uniform(0, 2.5))
        return
    seen: set[str] = set()
    wanted = chance.randint(1, 5)
    while process.poll() is None and len(seen) < wanted:
        assert time.monotonic() < until, "nothing was ever saved"
        seen.update(name for name in os.listdir(run) if name.endswith(".part"))  # noqa: PTH208 - no time to lose
    time.sleep(chance.choice((0, 0.0001, 0.0005, 0.002)))


def look(run: Path, known: Path, place: tuple[int, int]) -> tuple[int, int]:
    """Checks what a killed process has left; gives where its checkpoint stands.

    Parameters:
        run: of the process.
        known: the undisturbed run.
        place: where its checkpoint stood before.
    """
    history = (known / "history.jsonl").read_bytes()
    for name in ("history.jsonl", "checkpoint.safetensors", "model.safetensors", "checkpoint-before.safetensors"):
        path = run / name
        if not path.exists():
            assert name != "checkpoint.safetensors" or place == (0, 0), "the checkpoint is gone"
        elif name == "history.jsonl":
            content = path.read_bytes()
            assert history.startswith(content), "another history"
            assert not content or content.endswith(b"\n"), "half a line"
        elif name == "model.safetensors":
            load(path)
        else:
            held = read_checkpoint(path)
            whole = read_checkpoint(known)
            assert held.history == whole.history[: len(held.history)], "another history"
            assert held.is_finite
            assert (held.plan, held.checksum) == (whole.plan, whole.checksum)
            if name == "checkpoint.safetensors":
                assert held.position[:2] >= place, f"it stood at {place}, and is at {held.position[:2]} now"
                place = held.position[:2]
    return place


def require_same(run: Path, known: Path) -> None:
    """Checks that a run which was killed and resumed has ended as the undisturbed one has."""
    for name in SAME:
        assert (run / name).read_bytes() == (known / name).read_bytes(), f"another {name}"


def main() -> None:
    """Kills 200 times, and adds the record to the docs; anything lost ends it with what it was."""
    kills, during_saves, seed = 200, 50, int(time.time())
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tally = Tally()
        known = undisturbed(folder)
        for tally in survive(known, folder, kills, during_saves, seed):
            print(f"\r{tally.kills} kills, {tally.during_saves} during saves, {tally.runs} runs ended", end="")
    print()
    day, minutes = datetime.now(UTC).date().isoformat(), (time.monotonic() - began) / 60
    machine = describe_machine()
    where = f"{machine['processor']}, {machine['cores']} cores, {machine['system']}"
    line = f"| {day} | {tally.kills} | {tally.during_saves} | {tally.runs} | 0 | {minutes:.0f} min | {where} |\n"
    with RECORD.open("a", encoding="utf-8") as file:
        file.write(line)
    print(line, end="")


if __name__ == "__main__":
    main()
