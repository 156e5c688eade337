"""Optimizers and penalties as entries of a JSON document, read back with names from the closed lists only."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar, cast

from pellucid.errors import FormatError
from pellucid.maths import OPTIMIZERS, PENALTIES, Optimizer, Penalty

Rule = TypeVar("Rule", Optimizer, Penalty)


def entry_of(rule: Optimizer | Penalty | None) -> dict[str, Any] | None:
    """The entry that stands for it: its name and its numbers; none for none."""
    return None if rule is None else {"name": rule.name, **asdict(rule)}


def optimizer_of(entry: Any) -> Optimizer:
    """The optimizer that an entry, which may be anything, stands for.

    Raises:
        FormatError: it is no such entry; InvalidValueError: a number is out of range.
    """
    return read(entry, OPTIMIZERS, "optimizer")


def penalty_of(entry: Any) -> Penalty | None:
    """The penalty that an entry, which may be anything, stands for; None for none.

    Raises:
        FormatError: it is no such entry; InvalidValueError: a number is out of range.
    """
    return None if entry is None else read(entry, PENALTIES, "penalty")


def read(entry: Any, table: Mapping[str, type[Rule]], what: str) -> Rule:
    """The optimizer or penalty of an entry with a name of the table and just its fields."""
    if not isinstance(entry, dict) or cast(dict[str, Any], entry).get("name") not in list(table):
        raise FormatError(f"{what}: the entry of one of {', '.join(table)} is required")
    given = dict(cast(dict[str, Any], entry))
    kind = table[given.pop("name")]
    required = {field.name: bool if field.type in (bool, "bool") else float for field in fields(kind)}
    if set(given) != set(required):
        raise FormatError(f"{what}: {kind.name} has the entries {', '.join(required)}, got others")
    for name, value in given.items():
        if type(value) not in ((bool,) if required[name] is bool else (int, float)):
            raise FormatError(f"{what}: {name} must be {'true or false' if required[name] is bool else 'a number'}")
    try:
        return kind(**{name: required[name](value) for name, value in given.items()})
    except OverflowError as error:
        raise FormatError(f"{what}: a number is beyond float64") from error
