"""Labels as people write them: the classes that they name, or the numbers that are to be predicted."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Shaped

from pellucid.data.sources.reading import Task
from pellucid.errors import DataError, counted
from pellucid.files import readable

MAX_NUMBERED_CLASSES = 20
"""Whole numbers with more distinct values than this are numbers to predict, unless one says otherwise."""
MAX_CLASSES = 10_000
"""Names with more distinct values than this name single examples, not classes."""
SHOWN_CLASSES = 10
EXACT_WHOLE = 2**53
"""Beyond it a floating-point number cannot tell one whole number from the next."""


class Labels(NamedTuple):
    """What is to be learnt.

    Attributes:
        values: class numbers (n_samples,) int64, or float64 targets, (n_samples,) or (n_samples, n_outputs).
        classes: their names; None: the labels are targets.
        told: in one sentence, which of the two they were taken for, and why.
    """

    values: Shaped[np.ndarray, "n_samples ..."]
    classes: tuple[str, ...] | None
    told: str


def _counted_from_0(row: int) -> str:
    return f"example {row} (counted from 0)"


def read_labels(
    labels: Shaped[np.ndarray, "n_samples ..."],
    classes: tuple[str, ...] | None,
    task: Task | None,
    name_of: Callable[[int], str] = _counted_from_0,
) -> Labels:
    """The labels as numbers, with the classes' names.

    Parameters:
        labels: strings, booleans, whole numbers or floating-point numbers.
        classes: names in the order of the outputs; None: the distinct labels in ascending order.
        task: None: strings, booleans and whole numbers of at most 20 distinct values are classes, others targets.
        name_of: what messages call an example.

    Raises:
        DataError: a label is not among `classes`, there are too many classes, or a target is no number.
    """
    is_number = labels.dtype.kind in "iuf"
    if is_number:
        _require_finite(labels, name_of)
    found, why = ("as asked for", "") if task else ("names", "")
    if task is None:
        task = "classification"
        if is_number and classes is None:
            task, found = _task_of(labels)
            why = (
                "; --task classification takes them for classes"
                if task == "regression"
                else ("; --task regression takes them for numbers to predict")
            )
    if task == "regression":
        return Labels(_targets(labels, name_of), None, f"The labels are numbers to predict: {found}{why}.")
    if labels.ndim != 1:
        raise DataError(f"label: one a row is required for classes, an array of shape {labels.shape} arrived")
    names = _as_names(labels, name_of)
    if classes is None:
        classes = tuple(_as_names(np.unique(labels), name_of).tolist())
    if len(classes) > MAX_CLASSES:
        raise DataError(
            f"label: at most {MAX_CLASSES:,} classes are required, {len(classes):,} different labels arrived; "
            "is it the right column? --label names another, --task regression predicts numbers"
        )
    number_of = {name: number for number, name in enumerate(classes)}
    values = np.array([number_of.get(name, -1) for name in names.tolist()], np.int64)
    if (values < 0).any():
        row = int(np.argmin(values))
        shown = ", ".join(classes[:SHOWN_CLASSES]) + (", …" if len(classes) > SHOWN_CLASSES else "")
        raise DataError(f"label: one of {shown} is required, '{readable(str(names[row]))}' arrived in {name_of(row)}")
    return Labels(values, classes, f"The labels are {counted(len(classes), 'class', 'classes')}: {found}{why}.")


def require_two_classes(labels: Labels, rows: Shaped[np.ndarray, " n_rows"], where: str) -> None:
    """Checks that these rows are of more than one class: of one alone there is nothing to learn.

    Parameters:
        where: in messages, what the rows are.

    Raises:
        DataError: they are of one class.
    """
    if labels.classes is None:
        return
    present = np.unique(labels.values[rows])
    if len(present) < 2:
        only = f"every label is '{labels.classes[present[0]]}'" if len(present) else "there is none"
        raise DataError(f"label: at least 2 classes are required {where}, {only}")


def _task_of(labels: np.ndarray) -> tuple[Task, str]:
    """What numbers are most likely meant for, and what speaks for it."""
    distinct = np.unique(labels)
    is_whole = bool((distinct == np.round(distinct)).all())
    is_classes = is_whole and len(distinct) <= MAX_NUMBERED_CLASSES and labels.ndim == 1
    told = counted(len(distinct), f"distinct {'whole ' if is_whole else ''}number")
    return "classification" if is_classes else "regression", told


def _as_names(labels: np.ndarray, name_of: Callable[[int], str]) -> np.ndarray:
    """Labels as strings; whole numbers without a decimal point, truth values as "false" and "true"."""
    if labels.dtype.kind == "f" and bool((labels == np.round(labels)).all()):
        if (np.abs(labels) > EXACT_WHOLE).any():
            row = int(np.argmax(np.abs(labels)))
            raise DataError(f"label: whole numbers up to 2⁵³ are required as classes, {name_of(row)} has {labels[row]}")
        labels = labels.astype(np.int64)
    if labels.dtype.kind == "b":
        return np.where(labels, "true", "false")
    return labels.astype(str)


def _targets(labels: np.ndarray, name_of: Callable[[int], str]) -> np.ndarray:
    try:
        targets = labels.astype(np.float64)
    except (ValueError, TypeError):
        row = next(row for row, label in enumerate(labels) if not _is_number(label))
        raise DataError(
            f"label: numbers are required for regression, {name_of(row)} has '{readable(str(labels[row]))}'"
        ) from None
    _require_finite(targets, name_of)
    return targets


def _is_number(label: object) -> bool:
    try:
        float(label)  # pyright: ignore[reportArgumentType]
    except (ValueError, TypeError):
        return False
    return True


def _require_finite(labels: np.ndarray, name_of: Callable[[int], str]) -> None:
    is_finite = np.isfinite(labels.reshape(len(labels), -1)).all(axis=1)
    if not is_finite.all():
        row = int(np.argmin(is_finite))
        raise DataError(f"label: finite numbers are required, {name_of(row)} has {labels[row]}")
