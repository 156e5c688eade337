"""The configuration of a run, `config.toml` in its folder: all that going on needs beside the checkpoint."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from pellucid.data import Reading
from pellucid.errors import FormatError, InvalidValueError, PellucidError, described
from pellucid.files import read_bounded, readable
from pellucid.training.recipe import Recipe, is_kind, recipe_of, toml_value

MAX_BYTES = 2**20
CHECKPOINT_MINUTES = 5.0
"""How often, at least, a checkpoint is written while a long epoch is under way."""


@dataclass(frozen=True)
class RunConfig:
    """What a run was begun with.

    Parameters:
        recipe: the choices of its training, with nothing left open.
        data: a name or a path, as it was given.
        reading: how the data are read, as it was given.
        recipe_name: where the recipe came from; None: it was made of options alone.
        seed: of the start, of the examples' order and of chance.
        device: cpu or gpu.
        checkpoint_minutes: as `CHECKPOINT_MINUTES`.
        log_gradients: whether norms of gradients are kept.
        csv: the file that the history is also written to; None: to none.
        tensorboard: the folder that it is written to for TensorBoard; None: to none.
        snapshots: after how many steps the network is kept, again and again; None: never.

    Raises:
        InvalidValueError: a number is out of range.
    """

    recipe: Recipe
    data: str
    reading: Reading
    recipe_name: str | None = None
    seed: int = 0
    device: str = "cpu"
    checkpoint_minutes: float = CHECKPOINT_MINUTES
    log_gradients: bool = False
    csv: str | None = None
    tensorboard: str | None = None
    snapshots: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.checkpoint_minutes < float("inf"):
            raise InvalidValueError(
                f"checkpoint_minutes: must be a number above 0, got {self.checkpoint_minutes}; {CHECKPOINT_MINUTES:g} "
                "is usual"
            )

    @property
    def made_by(self) -> dict[str, Any]:
        """What the model's file says of it beside the plan of the training."""
        return {"recipe": {"name": self.recipe_name, **asdict(self.recipe)}, "device": self.device}

    @property
    def deciding(self) -> dict[str, Any]:
        """The entries of its document that the numbers of a run follow from, but for when it ends and its data."""
        return {name: entry for name, entry in tomllib.loads(self.to_toml()).items() if name not in FREE}

    def require_same(self, deciding: Mapping[str, Any]) -> None:
        """Checks that nothing was changed in it since the run was begun.

        Parameters:
            deciding: those entries as they were then.

        Raises:
            InvalidValueError: something was; the message names each entry with what it was and what it is.
        """
        now = self.deciding
        changed = [
            f"{name} ({told(deciding, name)}, now {told(now, name)})"
            for name in sorted({*deciding, *now})
            if deciding.get(name) != now.get(name)
        ]
        if changed:
            raise InvalidValueError(
                f"resume: the run goes on only as it was begun; changed: {', '.join(changed)}. Only epochs and "
                "patience may be others"
            )

    def with_choices(self, choices: Mapping[str, Any]) -> "RunConfig":
        """The configuration with other choices where they are given (not None): data, device, epochs, patience."""
        given = {name: value for name, value in choices.items() if value is not None}
        own = {name: given.pop(name) for name in ("data", "device") if name in given}
        return replace(self, recipe=self.recipe.with_choices(given), **own)

    def to_toml(self) -> str:
        """The configuration as a TOML document; choices left open are not written."""
        reading = self.reading.to_dict()
        if self.reading.memory is not None:
            reading["memory"] = self.reading.memory
        encoding: dict[str, str] = reading.pop("encoding", {})
        text = self.recipe.to_toml(
            data=self.data,
            recipe=self.recipe_name,
            seed=self.seed,
            device=self.device,
            checkpoint_minutes=self.checkpoint_minutes,
            log_gradients=self.log_gradients,
            csv=self.csv,
            tensorboard=self.tensorboard,
            snapshots=self.snapshots,
        )
        tables: dict[str, dict[str, Any]] = {"reading": reading, "reading.encoding": encoding}
        for table, entries in tables.items():
            if entries:
                text += f"\n[{table}]\n"
                text += "".join(f"{json.dumps(name)} = {toml_value(value)}\n" for name, value in entries.items())
        return text


FREE = {"data", "epochs", "patience", "device", "checkpoint_minutes", "csv", "tensorboard", "snapshots"}
"""The entries that may be others when a run goes on; data are known by their checksum."""


def told(entries: Mapping[str, Any], name: str) -> str:
    """An entry in a message."""
    return described(entries[name]) if name in entries else "none"


KINDS = {
    "data": is_kind(str),
    "recipe": is_kind(str),
    "seed": is_kind(int),
    "device": is_kind(str),
    "checkpoint_minutes": is_kind(int, float),
    "log_gradients": is_kind(bool),
    "csv": is_kind(str),
    "tensorboard": is_kind(str),
    "snapshots": is_kind(int),
    "reading": is_kind(dict),
}
"""What such a file holds beside the recipe's choices."""


def read_config(path: Path) -> RunConfig:
    """Reads a run's configuration, as data only.

    Raises:
        FormatError: it cannot be read, is no TOML, or an entry is unknown, missing or not what it may be.
    """
    try:
        return _checked(tomllib.loads(read_bounded(path, MAX_BYTES).decode()), str(path))
    except FormatError:
        raise
    except RecursionError as error:
        raise FormatError(f"{path}: no TOML document of a run: it is nested too deeply") from error
    except (OSError, ValueError) as error:
        raise FormatError(f"{path}: no TOML document ({readable(error)})") from error


def _checked(entries: dict[str, Any], name: str) -> RunConfig:
    """The configuration of these entries, which may be anything; messages begin with the name.

    Raises:
        FormatError: an entry is unknown, missing or not what it may be.
    """
    own = {key: entries.pop(key) for key in KINDS if key in entries}
    for key, value in own.items():
        if not KINDS[key](value):
            raise FormatError(f"{name}: {key} may not be {readable(described(value))}")
    if "data" not in own:
        raise FormatError(f"{name}: data: the name or path of the data is required")
    recipe = recipe_of(entries, name)
    try:
        reading = Reading.from_dict(cast(dict[str, Any], own.pop("reading", {})))
        return RunConfig(recipe, own.pop("data"), reading, own.pop("recipe", None), **own)
    except (PellucidError, TypeError, ValueError) as error:
        raise FormatError(f"{name}: {readable(error)}") from error
