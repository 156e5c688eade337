"""The exceptions that Pellucid raises, and the words that messages share.

    PellucidError
    ├── InvalidValueError   (ValueError)         a parameter is outside what it may be
    │   └── UnknownNameError                     a name that is in no closed list
    ├── DataError           (ValueError)         labelled data that cannot be learnt from as they stand
    ├── FormatError         (ValueError)         a file that is not what it should be
    ├── MissingFileError    (FileNotFoundError)  a file or folder that is not there
    ├── MissingLibraryError (ImportError)        an optional dependency that is not installed
    ├── AlreadyExistsError  (FileExistsError)    something would be overwritten
    ├── WriteError          (OSError)            a file could not be written: full disk, no permission
    ├── DownloadError       (OSError)            the network, the publisher or the checksum failed
    ├── DivergenceError     (ArithmeticError)    training left the finite numbers
    └── EngineError         (RuntimeError)       the compiled step or the device is not to be trusted

Each message says, in this order: which parameter or file, what is required, what arrived, and what to do.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from operator import index
from typing import Any, TypeVar

T = TypeVar("T")


class PellucidError(Exception):
    """Any error that Pellucid raises on purpose."""


class InvalidValueError(PellucidError, ValueError):
    """A parameter is outside what it may be."""


class UnknownNameError(InvalidValueError):
    """A name that is in no closed list; the message holds the nearest known one."""


class DataError(PellucidError, ValueError):
    """Labelled data that cannot be learnt from as they stand."""


class FormatError(PellucidError, ValueError):
    """A file that is not what it should be: truncated, foreign, or from a newer version."""


class MissingFileError(PellucidError, FileNotFoundError):
    """A file or folder that is not there."""


class MissingLibraryError(PellucidError, ImportError):
    """An optional dependency that is not installed; the message holds the command that installs it."""


class AlreadyExistsError(PellucidError, FileExistsError):
    """Something would be overwritten that nobody said may be."""


class WriteError(PellucidError, OSError):
    """A file could not be written; nothing half-written is left behind."""


class DownloadError(PellucidError, OSError):
    """The network, the publisher or the checksum failed."""


class DivergenceError(PellucidError, ArithmeticError):
    """Training left the finite numbers."""


class EngineError(PellucidError, RuntimeError):
    """The compiled step or the device is not to be trusted."""


def unknown_name(name: str, known: Iterable[str], what: str) -> UnknownNameError:
    """The error for `name`, a `what` that is not among `known`, with the nearest one or all of them.

    >>> print(unknown_name("sigmod", ["sigmoid", "relu"], "activation"))
    activation: 'sigmod' is not known; did you mean 'sigmoid'? (known: relu, sigmoid)
    """
    names = sorted(known)
    close = get_close_matches(str(name), names, n=1, cutoff=0.5)
    hint = f"; did you mean '{close[0]}'?" if close else ""
    return UnknownNameError(f"{what}: '{name}' is not known{hint} (known: {', '.join(names)})")


def require_kind(value: object, kind: type | tuple[type, ...], what: str) -> None:
    """Checks what kind of thing an argument is, where another one would fail far from its cause.

    Raises:
        InvalidValueError: it is of another kind.

    >>> require_kind("sgd", float, "learning_rate: a number")
    Traceback (most recent call last):
        ...
    pellucid.errors.InvalidValueError: learning_rate: a number is required, got 'sgd'
    """
    if not isinstance(value, kind):
        raise InvalidValueError(f"{what} is required, got {described(value)}")


def is_whole(value: Any, least: int = -(2**63), greatest: int = 2**63) -> bool:
    """Whether the value is a whole number, Python's or NumPy's, in that range; True and False are none.

    >>> is_whole(3, 1), is_whole(3, 1, 2), is_whole(3.0), is_whole("3"), is_whole(True)
    (True, False, False, False, False)
    """
    try:
        return not isinstance(value, bool) and least <= index(value) <= greatest
    except TypeError:
        return False


def require_whole(value: Any, name: str) -> None:
    """Checks that an argument is a whole number; its range, if any, is the caller's to check.

    Raises:
        InvalidValueError: it is none.

    >>> require_whole(2.5, "layer")
    Traceback (most recent call last):
        ...
    pellucid.errors.InvalidValueError: layer: a whole number is required, got 2.5
    """
    if not is_whole(value):
        raise InvalidValueError(f"{name}: a whole number is required, got {described(value)}")


def described(value: object) -> str:
    """What arrived, as a message says it: written out where that is short, else its type."""
    shown = repr(value)
    return shown if len(shown) <= 60 else type(value).__name__


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """How many there are of something, in words; without another plural, it ends in an s.

    >>> counted(1, "cell"), counted(2_000, "category", "categories")
    ('1 cell', '2,000 categories')
    """
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"


def look_up(name: str, table: Mapping[str, T], what: str) -> T:
    """The entry of `table` under `name`.

    Raises:
        UnknownNameError: `name` is not in the table; the message names the nearest entry.
    """
    if name not in table:
        raise unknown_name(name, table, what)
    return table[name]
