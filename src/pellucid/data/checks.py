"""A person's arrays, checked before anything is learnt from them, and put into the form that `Part` holds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Shaped

from pellucid.errors import DataError


def checked_inputs(inputs: Any) -> Shaped[np.ndarray, " n_samples *shape"]:
    """`inputs` as an array of one example a row, uint8, float32 or float64.

    Raises:
        DataError: There are no examples, or not every value is a finite number; the message says which.
    """
    array = _as_array(inputs, "inputs")
    if array.ndim < 2 or array.size == 0:
        raise DataError(f"inputs: an array (n_samples, n_features) with examples is required, {array.shape} arrived")
    if not np.isdtype(array.dtype, ("bool", "integral", "real floating")):
        raise DataError(f"inputs: numbers are required, an array of dtype {array.dtype} arrived")
    require_finite(array, "inputs")
    if array.dtype == np.bool_:
        return array.astype(np.uint8)
    return array if array.dtype in (np.uint8, np.float32, np.float64) else array.astype(np.float32)


def checked_labels(
    labels: Any, classes: Sequence[str] | None
) -> tuple[Shaped[np.ndarray, "n_samples ..."], tuple[str, ...] | None]:
    """The labels as `Part` holds them, and the names of the classes (None: the labels are targets).

    Parameters:
        labels: Integers, strings or booleans are classes; floating-point numbers are targets.
        classes: The names, in the order of the outputs. Integer labels then count these from 0. Without it, the
            distinct labels in ascending order are the classes.

    Raises:
        DataError: The labels are no such thing, or hold one class only, or a class that `classes` lacks.
    """
    array = _as_array(labels, "labels")
    if array.dtype.kind == "O":
        array = _strings(array)
    if np.isdtype(array.dtype, "real floating"):
        return _targets(array, classes), None
    if array.ndim != 1 or array.dtype.kind not in "biuU":
        raise DataError(
            "labels: one integer, string or boolean a row (classes) or floating-point numbers (targets) are required, "
            f"an array of shape {array.shape} and dtype {array.dtype} arrived"
        )
    if classes is None:
        distinct, numbers = np.unique(array, return_inverse=True)
        names = tuple(str(value) for value in distinct)
    else:
        names = tuple(str(name) for name in classes)
        numbers = _numbers(array, names)
    present = np.unique(numbers)
    if len(present) == 1:
        raise DataError(f"labels: at least 2 classes are required, every label is '{names[present[0]]}'")
    return numbers.astype(np.int64), names


def require_finite(array: Shaped[np.ndarray, "n_samples ..."], what: str) -> None:
    """Raise a DataError, with the row and the column, where a value of `array` is not a finite number."""
    if not np.isdtype(array.dtype, "real floating"):
        return
    rows = array.reshape(len(array), -1)
    is_finite = np.isfinite(rows)
    if not is_finite.all():
        row, column = np.argwhere(~is_finite)[0]
        raise DataError(
            f"{what}: finite numbers are required, row {row}, column {column} (counted from 0) holds "
            f"{rows[row, column]}; leave that example out or fill the value in"
        )


def _as_array(values: Any, what: str) -> np.ndarray:
    try:
        return np.asarray(values)
    except ValueError as error:
        raise DataError(f"{what}: rows of the same length are required, they differ ({error})") from error


def _strings(array: np.ndarray) -> np.ndarray:
    """An array of Python strings (pandas makes such) as NumPy's own."""
    for row, label in enumerate(array.ravel()):
        if not isinstance(label, str):
            raise DataError(f"labels: all of one kind are required, row {row} (counted from 0) holds {label!r}")
    return array.astype(str)


def _targets(array: np.ndarray, classes: Sequence[str] | None) -> np.ndarray:
    if classes is not None:
        raise DataError("labels: with classes, integers or strings are required, floating-point numbers arrived")
    if array.ndim not in (1, 2) or array.size == 0:
        raise DataError(f"labels: targets (n_samples,) or (n_samples, n_outputs) are required, {array.shape} arrived")
    require_finite(array, "labels")
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)


def _numbers(array: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """The class number of each label, given the classes' names."""
    if array.dtype.kind == "U":
        number_of = {name: number for number, name in enumerate(names)}
        numbers = np.array([number_of.get(str(label), -1) for label in array], dtype=np.int64)
    else:
        numbers = array.astype(np.int64)
    is_known = (numbers >= 0) & (numbers < len(names))
    if not is_known.all():
        row = int(np.argmin(is_known))
        allowed = ", ".join(names) if array.dtype.kind == "U" else f"0 to {len(names) - 1}"
        raise DataError(f"labels: {allowed} are required, row {row} (counted from 0) holds {array[row].item()!r}")
    return numbers
