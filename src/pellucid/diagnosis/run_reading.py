"""What a run folder, or a model file alone, says of how it was trained."""

import json
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from pellucid.data import Dataset
from pellucid.diagnosis.case import Case, plan_of
from pellucid.diagnosis.logged import gradients_in
from pellucid.errors import FormatError, InvalidValueError
from pellucid.files.bounded import read_bounded, readable
from pellucid.model import Model
from pellucid.training import EpochRecord
from pellucid.training.checkpoint import CHECKPOINT_FILE, Checkpoint, read_latest
from pellucid.training.run_folder import CONFIG_FILE, HISTORY_FILE

MAX_CONFIG = 2**20
MAX_HISTORY = 2**28


def case_of(path: Path, model: Model, data: Dataset | None, source: str | None, *, is_member: bool = False) -> Case:
    """The case of a run folder or a model file.

    Parameters:
        path: of it.
        model: that is there.
        data: what it was trained on, if that is known.
        source: their name or path.
        is_member: whether the model is one of a committee that is there; only its own entries then tell of it.

    Raises:
        FormatError: checkpoint, history or log of gradients are damaged.
        InvalidValueError: the checkpoint is of another network.
    """
    if is_member:
        return Case(model, data, plan_of(model), source=source, place=str(path))
    checkpoint = checkpoint_in(path, model)
    plan = checkpoint.plan if checkpoint is not None else plan_of(model)
    history = checkpoint.history if checkpoint is not None else history_in(path)
    reason = "" if checkpoint is None else checkpoint.stopped_because
    gradients = gradients_in(path, len(model.network.sizes) - 1)
    return Case(model, data, plan, history, reason, checkpoint, source, str(path), gradients)


def checkpoint_in(path: Path, model: Model) -> Checkpoint | None:
    """The checkpoint of a run folder; None where there is none.

    Raises:
        FormatError: it is damaged; InvalidValueError: it is of another network.
    """
    if not (path / CHECKPOINT_FILE).is_file():
        return None
    checkpoint, _ = read_latest(path)
    if checkpoint.sizes != model.network.sizes:
        raise InvalidValueError(
            f"model: a run's own checkpoint is required, {path / CHECKPOINT_FILE} is of a network of sizes "
            f"{checkpoint.sizes}, the model has {model.network.sizes}; move one of the two away"
        )
    return checkpoint


def data_of_run(path: Path) -> str | None:
    """The name or path of the data that a run was given, as its folder says; None where it does not.

    Raises:
        FormatError: the configuration is no TOML document.
    """
    file = path / CONFIG_FILE
    if not file.is_file():
        return None
    try:
        config = tomllib.loads(read_bounded(file, MAX_CONFIG).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"{file}: no TOML document ({readable(error)})") from error
    source = config.get("data")
    return source if isinstance(source, str) else None


def history_in(path: Path) -> tuple[EpochRecord, ...]:
    """The records of a run folder's history; none where there is none.

    Raises:
        FormatError: a line is no such record.
    """
    file = path / HISTORY_FILE
    if not file.is_file():
        return ()
    try:
        lines = read_bounded(file, MAX_HISTORY).decode().splitlines()
        return tuple(_record(json.loads(line)) for line in lines)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise FormatError(f"{file}: a record of an epoch a line is required ({readable(error)})") from error


def _record(entries: Any) -> EpochRecord:
    """The record that the entries of a line stand for.

    Raises:
        TypeError: they are no such entries; OverflowError: a number is beyond those of a float.
    """
    known = {field.name for field in fields(EpochRecord)}
    if not isinstance(entries, dict) or not set(entries) <= known:
        raise TypeError(f"the entries {', '.join(sorted(known))} are known")
    for name, value in entries.items():
        may_lack = name not in ("epoch", "cost", "learning_rate")
        if type(value) not in (int, float) and not (value is None and may_lack):
            raise TypeError(f"{name} must be a number")
    figures: dict[str, Any] = {
        name: value if name == "epoch" or value is None else float(value) for name, value in entries.items()
    }
    return EpochRecord(**figures)
