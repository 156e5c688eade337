"""Choices written as text, `NAME=NUMBER,…`: the same on the command line, in recipes, in Python and in model files."""

from collections.abc import Collection, Mapping

from pellucid.errors import InvalidValueError


def read_numbers(text: str, known: Collection[str], what: str, before: str = "") -> dict[str, float]:
    """The numbers that a text names.

    Parameters:
        text: such as `shift=2,rotation=15`; empty for none.
        known: the names there are.
        what: is chosen, as messages say it.
        before: what stands before them where a person writes them, such as `step:`.

    Raises:
        InvalidValueError: it is not written so, or names something unknown, or twice.

    >>> read_numbers("shift=2, rotation=15", {"shift", "rotation"}, "distort")
    {'shift': 2.0, 'rotation': 15.0}
    """
    chosen: dict[str, float] = {}
    for piece in text.split(",") if text else []:
        name, _, value = (part.strip() for part in piece.partition("="))
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if name not in known or name in chosen or number != number:
            raise InvalidValueError(
                f"{what}: {before}NAME=NUMBER,… with names of {', '.join(known)} is required, got '{before}{text}'"
            )
        chosen[name] = number
    return chosen


def write_numbers(chosen: Mapping[str, float], usual: Mapping[str, float]) -> str:
    """The text that names each number which is not the usual one.

    >>> write_numbers({"shift": 2.0, "noise": 0.0}, {"shift": 0.0, "noise": 0.0})
    'shift=2'
    """
    return ",".join(f"{name}={value!r}".removesuffix(".0") for name, value in chosen.items() if value != usual[name])
