"""The entries of a model file that tell of columns, checked one by one: whoever wrote them may mean harm."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from pellucid.errors import FormatError

Check = Callable[[Any], bool]
"""Whether a value is what an entry may be."""


def is_name(value: Any) -> bool:
    """Whether it is a text; `type` and not `isinstance` here and below, for JSON has no subclasses."""
    return type(value) is str


def is_flag(value: Any) -> bool:
    """Whether it is true or false."""
    return type(value) is bool


def is_count(value: Any) -> bool:
    """Whether it is a number of rows."""
    return type(value) is int and 0 <= value < 2**63


def is_finite(value: Any) -> bool:
    """Whether it is a number that a float can hold."""
    try:
        return type(value) in (int, float) and math.isfinite(float(value))
    except OverflowError:
        return False


def is_list_of_names(most: int) -> Check:
    """A check for at most so many different texts, at least one."""

    def check(value: Any) -> bool:
        is_short = type(value) is list and 1 <= len(value) <= most
        return is_short and all(map(is_name, value)) and len(set(value)) == len(value)

    return check


def read_column(entry: Mapping[str, Any], required: Mapping[str, Check], optional: Mapping[str, Check]) -> None:
    """Checks what a model file says of a column.

    Parameters:
        entry: its values by name.
        required: a check for each value that must be there.
        optional: a check for each that may be.

    Raises:
        FormatError: a value is missing, unknown or not what it may be.
    """
    if not (required.keys() <= entry.keys() <= required.keys() | optional.keys()):
        raise FormatError(
            f"features: of a column {', '.join(sorted(required))} are required and "
            f"{', '.join(sorted(optional))} are allowed, {', '.join(sorted(map(str, entry)))[:200]} arrived"
        )
    for name, check in {**required, **optional}.items():
        if name in entry and not check(entry[name]):
            raise FormatError(f"features: {name} of a column is not what it may be: {str(entry[name])[:60]!r}")
