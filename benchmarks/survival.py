"""Kills real training runs with SIGKILL, at random moments and in the midst of saving, and looks for losses.

Each run is killed and resumed until it ends; no kill counts but one of a process that has saved before, so that it hits
the training and not the start. After each kill all that lies on the disk must load, must be a state that the run has
when nobody disturbs it, to the last bit, and none that was passed before; and in the end model, checkpoint and history
must be the same bytes as those of the undisturbed run. `python -m benchmarks.survival` (`make soak`) kills 200 times,
at least 50 of them while files are being written, and adds a line to docs/reliability.md.
"""

import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.machine import describe_machine
from pellucid import load, load_data, train
from pellucid.training import Callback, EpochRecord
from pellucid.training.checkpoint import CHECKPOINT_FILE, Checkpoint, parameters_as, read_checkpoint, tensors_of
from pellucid.training.run import Run
from pellucid.training.run_config import read_config
from pellucid.training.run_folder import is_cut_short

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


class States(Callback):
    """What a run has after each of its epochs, when nobody disturbs it, as digests.

    Attributes:
        folder: of such a run, made by the command.
        after: of the checkpoint after each epoch.
        best: of the parameters that were ever the best.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.after, self.best = folder, dict[int, str](), set[str]()
        config = read_config(folder / "config.toml")
        data = load_data(config.data)
        network, choices = config.recipe.network_for(data, config.seed), config.recipe.training_choices(data)
        result = train(network, data, seed=config.seed, callbacks=[self], **choices)
        held = read_checkpoint(folder)
        assert digest_of(held) == digest_of(result.checkpoint), "the command trains to other numbers than Python"
        self.plan, self.checksum, self.history = held.plan, held.checksum, held.history

    def epoch_done(self, run: Run, record: EpochRecord) -> None:
        """Takes what the run has."""
        held = run.checkpoint()
        self.after[record.epoch] = digest_of(held)
        self.best.add(digest(parameters_as("best", held.best)))


def digest_of(held: Checkpoint) -> str:
    """Of the parameters, the optimizer's memory, the averages and the best epoch's parameters."""
    return digest(tensors_of(held.state) | parameters_as("best", held.best))


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Of named arrays."""
    return hashlib.sha256(b"".join(name.encode() + arrays[name].tobytes() for name in sorted(arrays))).hexdigest()


def undisturbed(folder: Path) -> States:
    """The run as it is when nobody disturbs it."""
    finish(folder / "undisturbed", resume=False)
    return States(folder / "undisturbed")


def survive(known: States, folder: Path, kills: int, during_saves: int, seed: int) -> Iterator[Tally]:
    """Kills runs so often, at least so many times while files are being written; gives the tally after each kill.

    Parameters:
        known: the undisturbed run.
        folder: for the others.
        kills, during_saves: how often.
        seed: of the moments.
    """
    chance, tally, run = random.Random(seed), Tally(), folder / "run-0"  # noqa: S311 - nothing is secret here
    place = 0
    while tally.kills < kills or tally.during_saves < during_saves:
        if place == len(known.history):  # all that is left are the pictures
            end(run, known, tally)
            run, place = folder / f"run-{tally.runs}", 0
        wants_save = tally.during_saves < during_saves and (chance.random() < 0.5 or tally.kills >= kills // 2)
        before = cut_short(run)
        process = start(run, resume=(run / "config.toml").exists())
        wait_for_moment(process, run, chance, wants_save=wants_save)
        process.kill()
        told = process.communicate()[1].decode()
        assert process.returncode <= 0, told
        if process.returncode < 0:
            tally.kills += 1
            tally.during_saves += bool(cut_short(run) - before)
        place = look(run, known, place)
        yield tally
    end(run, known, tally)
    yield tally


def end(run: Path, known: States, tally: Tally) -> None:
    """Lets a run that was killed come to its end, which is that of the undisturbed one."""
    finish(run, resume=True)
    require_same(run, known)
    tally.runs += 1


def cut_short(run: Path) -> set[str]:
    """The files in a run's folder that somebody was just writing."""
    return {name for name in os.listdir(run) if is_cut_short(name)} if run.exists() else set()  # noqa: PTH208 - quick


def written(run: Path) -> int | None:
    """Which checkpoint lies in the folder: another number for each that was written."""
    try:
        return (run / CHECKPOINT_FILE).stat().st_mtime_ns
    except FileNotFoundError:
        return None


def wait_for_moment(process: subprocess.Popen[bytes], run: Path, chance: random.Random, *, wants_save: bool) -> None:
    """Returns at a random moment after the first save; or then, when one of the next few files is being written."""
    until, before = time.monotonic() + LONGEST, written(run)
    while process.poll() is None and written(run) == before:
        assert time.monotonic() < until, "nothing was ever saved"
        time.sleep(0.001)
    if not wants_save:
        time.sleep(chance.uniform(0, 2.0))
        return
    old, seen = cut_short(run), set[str]()
    wanted = chance.randint(1, 5)
    while process.poll() is None and len(seen) < wanted:
        assert time.monotonic() < until, "nothing was ever saved again"
        seen |= cut_short(run) - old
    time.sleep(chance.choice((0, 0.0001, 0.0005, 0.002)))


def look(run: Path, known: States, place: int) -> int:
    """Checks what a killed process has left; gives the epoch after which its checkpoint stands.

    Parameters:
        run: of the process.
        known: the undisturbed run.
        place: where its checkpoint stood before.
    """
    reached = place
    for name in (CHECKPOINT_FILE, "checkpoint-before.safetensors", "model.safetensors", "history.jsonl"):
        path = run / name
        if not path.exists():
            assert place == 0, f"{name} is gone"  # the very first save may have been cut short
        elif name == "history.jsonl":
            content = path.read_bytes()
            assert (known.folder / name).read_bytes().startswith(content), "another history"
            assert content.endswith(b"\n"), "half a line"
        elif name == "model.safetensors":
            parameters = load(path).network.parameters
            assert digest(parameters_as("best", parameters)) in known.best, "a model that never was the best"
        else:
            held = read_checkpoint(path)
            epoch = held.position.epoch
            n_done = len(held.history)
            # A state within an epoch is judged by where it leads to: to the same bytes in the end.
            assert n_done < epoch or digest_of(held) == known.after[epoch], f"another state after epoch {epoch}"
            assert held.history == known.history[:n_done], "another history"
            assert (held.plan, held.checksum) == (known.plan, known.checksum)
            if name == CHECKPOINT_FILE:
                assert epoch >= place, f"it stood after epoch {place}, and stands after {epoch} now"
                reached = epoch
    return reached


def require_same(run: Path, known: States) -> None:
    """Checks that a run which was killed and resumed has ended as the undisturbed one has."""
    for name in SAME:
        assert (run / name).read_bytes() == (known.folder / name).read_bytes(), f"another {name}"


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
