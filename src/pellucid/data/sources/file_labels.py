"""Labels and parts that stand in the paths of files: the folder's name, or a pattern for the file's."""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from pellucid.data.sources.examples import PARTS
from pellucid.errors import InvalidValueError

PART_FOLDERS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("train", "training"), "train"),
        **dict.fromkeys(("validation", "validate", "val", "valid", "dev"), "validation"),
        **dict.fromkeys(("test", "testing"), "test"),
    }
)
"""Names of folders, in capitals or not, by which publishers tell the parts of a data set."""

_PLACE = re.compile(r"\{(\w*)\}|\*")


class Labelled(NamedTuple):
    """Files with what their paths say of them.

    Attributes:
        names: the files that remain, in the order given.
        labels: (n,), the class of each; None: the paths tell no classes apart.
        parts: (n,), "train", "validation" or "test" each, or "" for those from which a part that is missing is to be
            drawn; None: all parts are to be drawn.
        notes: sentences on files that were left out.
    """

    names: tuple[str, ...]
    labels: np.ndarray | None
    parts: np.ndarray | None
    notes: list[str]


def label_members(names: Iterable[str], pattern: str | None = None) -> Labelled:
    """The class and the part of each file, by its path.

    A folder around everything says nothing and is passed over. Folders called train, validation or test, at the top and
    with the classes in them, are parts; then files beside them are left out. The class is the name of the folder that
    holds the file, or what `pattern` says.

    Parameters:
        names: relative paths with "/".
        pattern: such as "{class}_*_*.wav" for the file's name, or with "/" for the end of its path: "{class}/*/*.png".
            `*` and any other {name} are whatever stands there, `?` one character. {class} is at least one character and
            ends where what follows it first occurs.

    Raises:
        InvalidValueError: the pattern has no {class}, or no file fits it.

    >>> label_members(["digits/0_ann_1.wav", "digits/7_bob_1.wav"], "{class}_*_*.wav").labels.tolist()
    ['0', '7']
    >>> label_members(["train/cat/1.png", "train/dog/2.png", "test/cat/3.png"]).parts.tolist()
    ['', '', 'test']
    """
    names = list(names)
    paths = _without_common_folder([tuple(name.split("/")) for name in names])
    kept, parts, notes = _parts_of(paths, is_by_pattern=pattern is not None)
    if pattern is not None:
        rows, labels, told = _by_pattern(names, kept, pattern)
    else:
        # What remains of the path where the file lies in no class's folder: its name, below that of its part.
        rows, labels, told = _by_folder(names, paths, kept, n_outside=1 if parts is None else 2)
    part_of_rows = None if parts is None else _open_where_one_is_missing(np.array([parts[row] for row in rows]))
    return Labelled(tuple(names[row] for row in rows), labels, part_of_rows, [*notes, *told])


def _by_pattern(names: list[str], kept: list[int], pattern: str) -> tuple[list[int], np.ndarray, list[str]]:
    """The rows that fit the pattern, the class of each, and a note on those that do not."""
    class_of = _matcher(pattern)
    found = {row: class_of(names[row]) for row in kept}
    rows = [row for row in kept if found[row] is not None]
    odd = [names[row] for row in kept if found[row] is None]
    if odd and not rows:
        raise InvalidValueError(f"pattern: files whose names fit '{pattern}' are required, '{odd[0]}' does not")
    notes = [f"Files that do not fit '{pattern}' are left out: {len(odd):,}, such as {odd[0]}."] if odd else []
    return rows, np.array([found[row] for row in rows], dtype=str), notes


def _by_folder(
    names: list[str], paths: list[tuple[str, ...]], kept: list[int], n_outside: int
) -> tuple[list[int], np.ndarray | None, list[str]]:
    """The rows in a class's folder, the class of each, and notes on what is unclear; all rows where all are in none."""
    rows = [row for row in kept if len(paths[row]) > n_outside]
    if not rows:
        return kept, None, []
    odd = [names[row] for row in kept if len(paths[row]) <= n_outside]
    notes = [f"Files that lie in no class's folder are left out: {len(odd):,}, such as {odd[0]}."] if odd else []
    deep = next((row for row in rows if len(paths[row]) > n_outside + 1), None)
    if deep is not None:
        notes.append(
            f"Folders lie within folders: the innermost is the class, such as '{paths[deep][-2]}' for {names[deep]}; "
            "--pattern '{class}/*/*' takes the one around it."
        )
    return rows, np.array([paths[row][-2] for row in rows], dtype=str), notes


def _without_common_folder(paths: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The paths without the folders that hold all of them; a folder that is a part stays."""
    while paths and len(paths[0]) > 1:
        top = paths[0][0]
        if top.lower() in PART_FOLDERS or any(len(path) < 2 or path[0] != top for path in paths):
            break
        paths = [path[1:] for path in paths]
    return paths


def _parts_of(
    paths: list[tuple[str, ...]], *, is_by_pattern: bool
) -> tuple[list[int], dict[int, str] | None, list[str]]:
    """The rows that remain, the part of each, and a note on those beside the parts' folders."""
    tops = {path[0] for path in paths if len(path) > 1}
    # "train" may be a class, beside "car" and "bus": it is a part where classes can be told within it.
    by_part = [row for row, path in enumerate(paths) if len(path) > 1 and path[0].lower() in PART_FOLDERS]
    is_all = all(top.lower() in PART_FOLDERS for top in tops)
    is_split = bool(by_part) and (is_all or is_by_pattern or all(len(paths[row]) > 2 for row in by_part))
    if not is_split:
        return list(range(len(paths))), None, []
    n_beside = len(paths) - len(by_part)
    notes = [f"Files beside the folders train, validation and test are left out: {n_beside:,}."] if n_beside else []
    return by_part, {row: PART_FOLDERS[paths[row][0].lower()] for row in by_part}, notes


def _open_where_one_is_missing(parts: np.ndarray) -> np.ndarray | None:
    """The parts; where one has no folder, the training examples are "", for it is drawn from among them."""
    present = set(parts.tolist())
    if present <= {"train"}:
        return None
    return parts if present == set(PARTS) else np.where(parts == "train", "", parts)


def _matcher(pattern: str) -> Callable[[str], str | None]:
    """What tells the class in a path, or None where the path does not fit.

    Each open place ends where what follows it first occurs, and that is final (an atomic group): a name that does not
    fit is refused in a time that grows with its length, not with a power of it.

    Raises:
        InvalidValueError: {class} does not stand in the pattern once.
    """
    places = list(_PLACE.finditer(pattern))
    if [place[1] for place in places].count("class") != 1:
        raise InvalidValueError(f"pattern: '{{class}}' is required once, such as '{{class}}_*.wav', got '{pattern}'")
    regex = _fixed(pattern[: places[0].start()])
    for place, following in zip(places, [*places[1:], None], strict=True):
        text = "[^/]*" if place[1] is None else "(?P<label>[^/]+)" if place[1] == "class" else "[^/]+"
        if following is None:
            regex += text + _fixed(pattern[place.end() :])
        else:
            shortest = text.replace("*", "*?").replace("+", "+?")
            regex += f"(?>{shortest}{_fixed(pattern[place.end() : following.start()])})"
    fitting = re.compile(regex)
    n_parts = pattern.count("/") + 1

    def class_of(path: str) -> str | None:
        found = fitting.fullmatch("/".join(path.split("/")[-n_parts:]))
        return found and found["label"]

    return class_of


def _fixed(text: str) -> str:
    """A regular expression for what stands between two open places."""
    return re.escape(text).replace("\\?", "[^/]")
