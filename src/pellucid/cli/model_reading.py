"""How the data that a model was trained on were read: the same choices read more such data."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pellucid.data import Reading
    from pellucid.model import Model


def trained_on(model: "Model") -> Mapping[str, Any]:
    """What the model's file says of its data: name, checksum, split, how they were read; empty where it says nothing.

    Raises:
        FormatError: the entry is something else.
    """
    from pellucid.errors import FormatError

    entry = model.provenance.get("data", {})
    if not isinstance(entry, Mapping):
        raise FormatError(f"model: what it says of its data must be an object, not {type(entry).__name__}")
    return entry


def reading_of_model(model: "Model") -> "Reading":
    """How the model's training data were read, as far as it concerns other data of that kind.

    Shares and the path of a test part are of those data alone, the encoder is the model's own, and what is ignored may
    be missing.

    Raises:
        FormatError, InvalidValueError: the model's file says something else.
    """
    own = _whole_reading(model)
    return replace(own, test=None, validation=None, encoding={}, on_error="stop", may_lack_ignored=True)


def reading_for(model: "Model", data: str, asked: Mapping[str, Any]) -> "Reading":
    """How to read data for the model: as they are asked to be, else as those that it was trained on.

    Parameters:
        data: their name or path. Data of the same name are split as those were.
        asked: choices; None where one is left open.

    Raises:
        FormatError, InvalidValueError: the model's file says something else, or a choice is not what it may be.
    """
    from pellucid.data import Reading, find_named
    from pellucid.data.sources.recognise import only_meaningful

    own = _whole_reading(model)
    has_name = find_named(data) is not None
    is_same = trained_on(model).get("name") == (data if has_name else Path(data).stem)
    if not is_same:
        own = Reading() if has_name else reading_of_model(model)
    elif isinstance(own.test, str) and not Path(own.test).exists():
        own = replace(own, test=None)  # a path of another time, or from another folder
    own = own if has_name else only_meaningful(own, Path(data))
    given = {name: value for name, value in asked.items() if value is not None}
    return replace(own, encoding={}, **given)


def _whole_reading(model: "Model") -> "Reading":
    from pellucid.data import Reading
    from pellucid.errors import FormatError

    entries = trained_on(model).get("reading", {})
    if not isinstance(entries, Mapping):
        raise FormatError(f"model: how its data were read must be an object, not {type(entries).__name__}")
    return Reading.from_dict(entries)
