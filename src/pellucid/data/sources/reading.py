"""How a person's own data are to be read, where the data do not say it themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from pellucid.errors import FormatError, InvalidValueError, described, look_up

Task: TypeAlias = Literal["classification", "regression"]
TASKS: tuple[str, ...] = get_args(Task)
OnError: TypeAlias = Literal["stop", "skip"]
ON_ERROR: tuple[str, ...] = get_args(OnError)
TEST_SHARE = 0.2
VALIDATION_SHARE = 0.15


@dataclass(frozen=True)
class Reading:
    """The choices; each may stay open, and is then found out.

    Parameters:
        label: the column of a table, or the array of a file of arrays, that holds the labels.
        features: the columns that are learnt from; none named: all but the label and those ignored.
        ignore: columns that are not.
        test: the share of the examples that judges, from 0 to below 1; or the path of a file or folder that does.
        validation: the share that choices are made on, from 0 to below 1.
        pattern: where a file's class stands in its name, such as "{class}_*_*.wav".
        task: whether labels are classes or numbers to predict.
        on_error: what to do about an example that cannot be read: stop, or skip it and count it.
        encoding: choices of the encoder, such as {"size": "32x32"}, which each encoder lists.
        memory: bytes that the encoded examples may take in memory; beyond it they lie in a file and are streamed.
        may_lack_ignored: whether a column to ignore may be missing, as in data that a model judges.

    Raises:
        InvalidValueError: a choice is not what it may be.
    """

    label: str | None = None
    features: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    test: float | str | None = None
    validation: float | None = None
    pattern: str | None = None
    task: Task | None = None
    on_error: OnError = "stop"
    encoding: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    memory: int | None = None
    may_lack_ignored: bool = False

    def __post_init__(self) -> None:
        for name, entry in _ENTRIES.items():
            value = getattr(self, name)
            if value is not None and not entry.fits(value):
                raise InvalidValueError(f"{name}: {entry.told} is required, got {described(value)}")
        _require_known({"task": self.task, "on_error": self.on_error})
        for name, share in (("test", self.test), ("validation", self.validation)):
            if isinstance(share, float | int) and not 0 <= share < 1:
                raise InvalidValueError(f"{name}: a share from 0 to below 1 is required, got {share}")
        if self.label is not None and self.label in self.features:
            raise InvalidValueError(f"features: columns other than the label are required, got '{self.label}' as both")

    def to_dict(self) -> dict[str, Any]:
        """The choices that were made, as JSON can hold them; those left open are not in it."""
        entries = {**vars(self), "encoding": dict(self.encoding)}
        for name in ("memory", "may_lack_ignored"):  # where the examples lie, and what is allowed, do not change them
            entries.pop(name)
        return {name: list(v) if isinstance(v, tuple) else v for name, v in entries.items() if v not in (None, (), {})}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> "Reading":
        """The choices that `to_dict` wrote; None stands for one that is left open.

        Raises:
            FormatError: an entry is unknown or of another kind. InvalidValueError: it is not what it may be.
        """
        made: dict[str, Any] = {name: value for name, value in entries.items() if value is not None}
        for name, value in made.items():
            if name not in _ENTRIES:
                raise FormatError(f"reading: one of {', '.join(_ENTRIES)} is required, not {described(name)}")
            if not _ENTRIES[name].fits(value):
                raise FormatError(f"reading: {name} may not be {described(value)}")
            if isinstance(value, list):
                made[name] = tuple(value)
        _require_known(made)
        return cls(**made)


def _require_known(entries: Mapping[str, Any]) -> None:
    """Checks the choices that are words of closed lists.

    Raises:
        UnknownNameError: one is another word.
    """
    for name, known in (("task", TASKS), ("on_error", ON_ERROR)):
        if entries.get(name) is not None:
            look_up(entries[name], dict.fromkeys(known), name)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _is_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_text, value))


class _Entry(NamedTuple):
    """What a choice may be, as plain data: a check, and how a message says it."""

    fits: Callable[[object], bool]
    told: str


_ENTRIES: Mapping[str, _Entry] = MappingProxyType(
    {
        "label": _Entry(_is_text, "the name of a column"),
        "features": _Entry(_is_texts, "a list of columns' names"),
        "ignore": _Entry(_is_texts, "a list of columns' names"),
        "test": _Entry(lambda value: _is_text(value) or _is_number(value), "a share from 0 to below 1, or a path,"),
        "validation": _Entry(_is_number, "a share from 0 to below 1"),
        "pattern": _Entry(_is_text, "a text such as '{class}_*.wav'"),
        "task": _Entry(_is_text, f"one of {', '.join(TASKS)}"),
        "on_error": _Entry(_is_text, f"one of {', '.join(ON_ERROR)}"),
        "encoding": _Entry(
            lambda value: isinstance(value, Mapping) and _is_texts([*value, *value.values()]),
            "a dictionary of texts, such as {'size': '32x32'},",
        ),
        "memory": _Entry(lambda value: type(value) is int and value >= 0, "a whole number of bytes from 0"),
    }
)
"""What `to_dict` writes may come back from a file of a stranger's."""
