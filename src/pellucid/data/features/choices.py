"""The choices that a person makes for an encoder: texts in, checked values out."""

from collections.abc import Callable, Mapping
from typing import Any

from pellucid.errors import InvalidValueError, unknown_name


def read_choices(encoding: Mapping[str, str], known: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    """The values of the choices that were made; those left open are not in it.

    Parameters:
        encoding: texts by the name of the choice, as `Reading.encoding` holds them.
        known: for each choice that there is, what makes its value of the text, such as `one_of("grey", "colour")` or
            `whole_number(1, 256)`. It raises ValueError to say what is required.

    Raises:
        UnknownNameError: there is no such choice; the message lists those that there are.
        InvalidValueError: a text is no value of its choice; the message says what is.

    >>> read_choices({"size": "32"}, {"size": whole_number(1, 64), "colour": one_of("grey", "colour")})
    {'size': 32}
    >>> read_choices({"colour": "gray"}, {"size": whole_number(1, 64), "colour": one_of("grey", "colour")})
    Traceback (most recent call last):
        ...
    pellucid.errors.InvalidValueError: encoding: colour: one of grey, colour is required, got 'gray'
    """
    values: dict[str, Any] = {}
    for name, text in encoding.items():
        if name not in known:
            raise unknown_name(name, known, "encoding")
        try:
            values[name] = known[name](str(text))
        except ValueError as error:
            raise InvalidValueError(f"encoding: {name}: {error}") from error
    return values


def one_of(*names: str) -> Callable[[str], str]:
    """What reads one of these names, for `read_choices`."""

    def read(text: str) -> str:
        if text not in names:
            raise ValueError(f"one of {', '.join(names)} is required, got {text[:60]!r}")
        return text

    return read


def whole_number(least: int, greatest: int) -> Callable[[str], int]:
    """What reads a whole number in that range, for `read_choices`."""

    def read(text: str) -> int:
        # Beyond ASCII there are digits that `int` takes and nobody means; a long run of digits takes it long.
        is_number = text.isascii() and text.isdigit() and len(text) <= 18
        if not is_number or not least <= int(text) <= greatest:
            raise ValueError(f"a whole number from {least:,} to {greatest:,} is required, got {text[:60]!r}")
        return int(text)

    return read
