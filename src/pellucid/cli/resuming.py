"""`pellucid train --resume`: a run goes on from its checkpoint as if it had never been cut short."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.cli.console import say
from pellucid.cli.swept import SWEEP_FILE
from pellucid.cli.training_run import load_told, run_training
from pellucid.errors import InvalidValueError, MissingFileError, counted

if TYPE_CHECKING:
    from pellucid.training.checkpoint import Checkpoint

FITTING = {"resume", "data", "epochs", "patience", "minutes", "device", "as_json"}
LAST_PICTURE = "first-layer-weights.svg"
"""The last of those that every run has drawn when it is done."""


def require_fitting(given: Sequence[str]) -> None:
    """Checks that nothing is chosen anew that a run was begun with.

    Parameters:
        given: the names of the options that a person has chosen.

    Raises:
        InvalidValueError: something is; the message names the options.
    """
    odd = [f"--{name.replace('_', '-')}" for name in given if name not in FITTING]
    if odd:
        raise InvalidValueError(
            f"resume: a run goes on as it was begun; leave out {', '.join(odd)} (only DATA, --epochs, --patience, "
            "--minutes, --device and --json go with it)"
        )


def resume_run(path: Path, choices: Mapping[str, Any], *, minutes: float | None, as_json: bool) -> None:
    """Goes on with the run in a folder, or says that it is finished.

    Parameters:
        path: of the folder.
        choices: data, epochs, patience and device, where they are other ones than before; else None.
        minutes: after which it ends.
        as_json: whether one JSON object is to be printed, and nothing else.

    Raises:
        InvalidValueError: configuration or data are not those that the run was begun with, and the message names them;
            or it is no run but a sweep.
    """
    from pellucid.training.run_config import read_config
    from pellucid.training.run_folder import CONFIG_FILE, OldRun

    if (path / SWEEP_FILE).exists():
        raise InvalidValueError(f"resume: a run of pellucid train is required, {path} is a sweep's; begin a new run")
    with OldRun(path) as folder:
        config = read_config(path / CONFIG_FILE).with_choices(choices)
        checkpoint = checkpoint_of(path)
        if checkpoint is not None:
            config.require_same(checkpoint.config)
            require_more(len(checkpoint.history), choices["epochs"])
            end = end_of(checkpoint, config.recipe.epochs, config.recipe.patience)
            if end is not None and not as_json and (path / LAST_PICTURE).exists():
                say(told_finished(path, checkpoint, end))
                return
            epoch, n_done = checkpoint.position.epoch, len(checkpoint.history)
            say(f"{path}: goes on {'after' if epoch == n_done else 'in'} epoch {epoch}.", is_error=True)
        data = load_told(config.data, config.reading, config.recipe.balance)
        run_training(config, data, folder, resume=checkpoint, minutes=minutes, as_json=as_json)


def require_more(n_done: int, epochs: int | None) -> None:
    """Checks that a run is not to end before the place where it stands.

    Parameters:
        n_done: so many epochs are done.
        epochs: so many there are to be; None: as many as before.

    Raises:
        InvalidValueError: it is.
    """
    if epochs is not None and epochs < n_done:
        raise InvalidValueError(f"epochs: {n_done:,} are done, more are required to go on, got {epochs:,}")


def checkpoint_of(path: Path) -> "Checkpoint | None":
    """The run's newest checkpoint that is whole, said where it is not the last one; None where none was written yet."""
    from pellucid.training.checkpoint import read_latest

    try:
        checkpoint, remark = read_latest(path)
    except MissingFileError:
        say(f"{path}: ended before its first checkpoint; it begins anew.", is_error=True)
        return None
    if remark:
        say(f"Warning: {remark}.", is_error=True)
    return checkpoint


def end_of(checkpoint: "Checkpoint", epochs: int, patience: int) -> str | None:
    """Why the run has come to its end, if it has; None where there is something left to do.

    Parameters:
        checkpoint: its last one.
        epochs, patience: of its recipe, or as they are chosen now.
    """
    from dataclasses import replace

    from pellucid.training.ending import planned_end

    if not checkpoint.stopped_because:
        return None
    if checkpoint.stopped_because.startswith("diverged"):
        return checkpoint.stopped_because
    plan = replace(checkpoint.plan, epochs=epochs, patience=patience or None)
    return planned_end(checkpoint.history, plan)


def told_finished(path: Path, checkpoint: "Checkpoint", end: str) -> str:
    """One line on a run that has nothing left to do."""
    n_done = len(checkpoint.history)
    if end.startswith("diverged"):
        advice = "begin a new run"
    else:
        advice = (
            f"--epochs with more than {n_done} goes on"
            if end.startswith("all epochs")
            else "--patience with more goes on"
        )
    return f"{path}: finished, {counted(n_done, 'epoch')}, best: epoch {checkpoint.best_epoch} ({end}); {advice}"
