"""Which array of a file holds what: inputs, labels or the classes' names, of all examples or of one part."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pellucid.data.sources.examples import PARTS
from pellucid.data.sources.file_labels import PART_FOLDERS
from pellucid.data.sources.npy import StoredArray
from pellucid.data.sources.reading import Reading
from pellucid.errors import DataError, InvalidValueError, unknown_name
from pellucid.files import readable

INPUTS = frozenset({"x", "inputs", "input", "images", "image", "pictures", "data", "features", "samples", "arr_0"})
LABELS = frozenset({"y", "labels", "label", "targets", "target", "arr_1"})
CLASSES = frozenset({"classes", "list_classes", "class_names", "label_names", "target_names", "categories"})
"""Names of arrays in lower case, as people and publishers give them; `numpy.savez` counts those without a name."""
IF_ONE_HOT = "if a 1 in each row stands for its class, save labels.argmax(axis=1)"


class PartArrays(NamedTuple):
    """The arrays of one part.

    Attributes:
        part: "train", "validation", "test"; "": one is to be drawn for each example.
        inputs: one example each along the first axis.
        labels: one each, or a row of numbers to predict; None: unlabelled.
    """

    part: str
    inputs: StoredArray
    labels: StoredArray | None


class ArrayNames(NamedTuple):
    """What the arrays of a file were taken for.

    Attributes:
        parts: at least one, train first.
        classes: the classes' names; None: there are none.
        notes: sentences on which arrays were taken, and which were not.
    """

    parts: list[PartArrays]
    classes: StoredArray | None
    notes: list[str]


def choose_arrays(stored: Sequence[StoredArray], reading: Reading, labelled: bool, told: str) -> ArrayNames:
    """The arrays that are learnt from, by their names: x, inputs, images or data; y, labels or target; classes.

    With train, validation or test before or behind ("x_train", "test_images"), they are parts of their own. Where no
    name is known, the only array of two or more dimensions holds inputs, and the only other of its length the labels.

    Parameters:
        stored: all arrays of the file or folder.
        reading: its label and features name arrays, with or without what tells the part; those to ignore likewise.
        labelled: whether labels are asked for.
        told: the file or folder, for messages.

    Raises:
        UnknownNameError: no array has a name that `reading` gives. InvalidValueError: it gives several features.
        DataError: there are no inputs, or no labels, or several arrays for the same, or the two differ in length.
    """
    known = {array.name: array for array in stored}
    may_lack = (*(() if labelled else ("label",)), *(("ignore",) if reading.may_lack_ignored else ()))
    chosen = {
        kind: _named(names, known, kind, may_lack=kind in may_lack) for kind, names in _asked(reading).items() if names
    }
    if len({_stem(name) for name in chosen.get("features", ())}) > 1:
        raise InvalidValueError(
            f"features: one array of inputs (or one for each part) is required, got {', '.join(reading.features)}"
        )
    left = [array for array in stored if array.name not in chosen.get("ignore", ())]
    inputs = _by_part([a for a in left if _is(a, "features", chosen, INPUTS)], "features", told)
    labels = _by_part([a for a in left if _is(a, "label", chosen, LABELS)], "label", told)
    classes = next((array for array in left if _stem(array.name) in CLASSES), None)
    if not inputs:
        inputs = _only([a for a in left if len(a.shape) > 1 and a not in labels.values() and a is not classes])
    if not inputs:
        raise DataError(
            f"{told}: an array of inputs, such as x, inputs, images or data, is required, there are "
            f"{_listed(stored)}; name it with --features"
        )
    if labelled and not labels:
        n_examples = next(iter(inputs.values())).shape[0]
        others = [a for a in left if a not in inputs.values() and a is not classes]
        labels = _only([a for a in others if a.shape in ((n_examples,), (n_examples, 1))])
    if labelled and not labels:
        raise DataError(
            f"{told}: an array of labels, such as y, labels or target, is required, there are {_listed(stored)}; name "
            "it with --label"
        )
    parts = [_part(part, inputs[part], labels.get(part), labelled, told) for part in ("", *PARTS) if part in inputs]
    kept = [part for part in parts if part.labels is not None or not labelled]
    if not kept:
        raise DataError(f"{told}: labels for the same part as the inputs are required, there are {_listed(stored)}")
    return ArrayNames(kept, classes if labelled else None, _notes(kept, classes if labelled else None, stored))


def _asked(reading: Reading) -> dict[str, tuple[str, ...]]:
    return {"label": (reading.label,) if reading.label else (), "features": reading.features, "ignore": reading.ignore}


def _named(names: Sequence[str], known: Mapping[str, StoredArray], kind: str, *, may_lack: bool) -> set[str]:
    """The arrays that have one of these names, or one of them beside the name of a part.

    Raises:
        UnknownNameError: no array has one of the names, and none may lack.
    """
    found: set[str] = set()
    for name in names:
        fitting = {array for array in known if array == name or _stem(array) == name.lower()}
        if not fitting and not may_lack:
            raise unknown_name(name, known, kind)
        found |= fitting
    return found


def _is(array: StoredArray, kind: str, chosen: Mapping[str, set[str]], usual: frozenset[str]) -> bool:
    """Whether an array is of that kind: as asked for, else by its name where no other kind asks for it."""
    if kind in chosen:
        return array.name in chosen[kind]
    return _stem(array.name) in usual and not any(array.name in names for names in chosen.values())


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[_\W]+", name.lower()) if word and word != "set"]


def _part_of(name: str) -> str:
    """The part that the name tells of; "": none."""
    return next((PART_FOLDERS[word] for word in _words(name) if word in PART_FOLDERS), "")


def has_usual_name(name: str) -> bool:
    """Whether an array is called as inputs or labels are, of all examples or of a part.

    >>> has_usual_name("X_train"), has_usual_name("train_labels"), has_usual_name("photo-7")
    (True, True, False)
    """
    return _stem(name) in INPUTS | LABELS


def _stem(name: str) -> str:
    """The name without the part's.

    >>> _stem("train_set_x"), _stem("X_test"), _stem("arr_0")
    ('x', 'x', 'arr_0')
    """
    return "_".join(word for word in _words(name) if word not in PART_FOLDERS)


def _by_part(arrays: list[StoredArray], kind: str, told: str) -> dict[str, StoredArray]:
    """The arrays by their part, of which each has one."""
    what = "inputs" if kind == "features" else "labels"
    found: dict[str, StoredArray] = {}
    for array in arrays:
        other = found.setdefault(_part_of(array.name), array)
        if other is not array:
            raise DataError(
                f"{told}: one array of {what} (or one for each part) is required, "
                f"{readable(other.name)} and {readable(array.name)} arrived; name one with --{kind}"
            )
    return found


def _only(arrays: list[StoredArray]) -> dict[str, StoredArray]:
    return {"": arrays[0]} if len(arrays) == 1 else {}


def _part(part: str, inputs: StoredArray, labels: StoredArray | None, labelled: bool, told: str) -> PartArrays:
    """The arrays of one part; each example of it has a label."""
    shown = f"{told}: {readable(inputs.name)}"
    if len(inputs.shape) < 2 or inputs.dtype.kind not in "buif":
        raise DataError(
            f"{shown}: real numbers of shape (n_samples, ...) are required, shape {inputs.shape} of "
            f"{inputs.dtype} arrived"
        )
    if not labelled or labels is None:
        return PartArrays(part, inputs, None)
    n_examples = inputs.shape[0]
    is_column = labels.shape in ((n_examples,), (n_examples, 1)) and labels.dtype.kind in "buifUS"
    has_rows = len(labels.shape) == 2 and labels.shape[0] == n_examples and labels.shape[1] > 0
    if not (is_column or (has_rows and labels.dtype.kind == "f")):
        how = f"; {IF_ONE_HOT}; several numbers to predict are floats" if has_rows else ""
        raise DataError(
            f"{told}: {readable(labels.name)}: a number or a string for each of the {n_examples:,} examples in "
            f"{readable(inputs.name)} is required, shape {labels.shape} of {labels.dtype} arrived{how}"
        )
    return PartArrays(part, inputs, labels)


def _notes(parts: list[PartArrays], classes: StoredArray | None, stored: Sequence[StoredArray]) -> list[str]:
    used = [array.name for part in parts for array in (part.inputs, part.labels) if array is not None]
    labels = [part.labels.name for part in parts if part.labels is not None]
    notes = [f"Inputs are in {_joined([part.inputs.name for part in parts])}"]
    notes[0] += f", labels in {_joined(labels)}" if labels else ""
    notes[0] += f", the classes' names in {readable(classes.name)}." if classes is not None else "."
    others = [array.name for array in stored if array.name not in used and array is not classes]
    return notes + ([f"{_joined(others)}: left out."] if others else [])


def _joined(names: list[str]) -> str:
    return readable(" and ".join(names))


def _listed(stored: Sequence[StoredArray]) -> str:
    return readable(", ".join(f"{array.name} {array.shape} of {array.dtype}" for array in stored))
