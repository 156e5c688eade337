"""Files of arrays: .npz, .npy, or a folder of .npy files that are read where they lie."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pellucid.data.sources.array_examples import ArrayExamples, Block, PictureArrayExamples
from pellucid.data.sources.array_names import IF_ONE_HOT, PartArrays, choose_arrays
from pellucid.data.sources.examples import PARTS
from pellucid.data.sources.members import is_zip
from pellucid.data.sources.npy import StoredArray, open_npy, open_npy_folder, open_npz
from pellucid.data.sources.reading import Reading, Task
from pellucid.errors import DataError, FormatError, InvalidValueError
from pellucid.files import readable

__all__ = ["ArrayExamples", "PictureArrayExamples", "read_arrays"]


def read_arrays(path: Path, reading: Reading, labelled: bool = True) -> ArrayExamples:
    """The examples in a file or folder of arrays.

    Parameters:
        path: of a .npz file or a folder of .npy files, whose arrays `choose_arrays` tells apart by their names; or of
            a single .npy file of two dimensions with the labels in one column.
        reading: the person's choices; of a single .npy file, label, features and ignore are columns counted from 0, and
            the label is in the last unless it says otherwise.
        labelled: whether labels are asked for.

    Raises:
        MissingFileError: there is nothing at that path.
        FormatError: a file is not what it should be: truncated, with Python objects in it, unpacked too large.
        DataError: which array holds what is not clear, or they do not fit together.
        UnknownNameError, InvalidValueError: an array or column that is named is not there.
    """
    shown = readable(path.name)
    if path.is_dir():
        return _of_parts(open_npy_folder(path), reading, labelled, shown, "a folder of arrays (.npy)")
    if path.suffix.lower() == ".npz" or is_zip(path):
        return _of_parts(open_npz(path), reading, labelled, shown, "a file of arrays (.npz)")
    return _of_table(open_npy(path), reading, labelled, shown)


def _of_parts(stored: list[StoredArray], reading: Reading, labelled: bool, shown: str, told: str) -> ArrayExamples:
    names = choose_arrays(stored, reading, labelled, shown)
    blocks = [Block(f"{shown}: {readable(part.inputs.name)}", part.inputs.load()) for part in names.parts]
    labels = classes = None
    if labelled:
        classes = None if names.classes is None else _class_names(names.classes, shown)
        of_parts = [_labels_of(part, classes, reading.task, shown) for part in names.parts]
        if len({labels.shape[1:] for labels in of_parts}) > 1:
            raise DataError(f"{shown}: labels of one shape in all parts are required, {_shapes(of_parts)} arrived")
        labels = np.concatenate(of_parts)
    parts = _part_of_each(names.parts) if labelled else None
    return _examples(blocks, labels, parts=parts, classes=classes, told=told, notes=names.notes)


def _examples(
    blocks: list[Block],
    labels: np.ndarray | None,
    *,
    told: str,
    notes: Sequence[str] = (),
    parts: np.ndarray | None = None,
    classes: tuple[str, ...] | None = None,
) -> ArrayExamples:
    """The examples of these arrays: bytes in the shape of pictures are pictures."""
    kind = ArrayExamples
    if all(block.values.dtype == np.uint8 and _is_picture(block.values.shape[1:]) for block in blocks):
        kind, told = PictureArrayExamples, f"{told}, taken for pictures"
        # One channel is grey, as an array of two dimensions a picture is.
        blocks = [
            block._replace(values=b[..., 0]) if (b := block.values).shape[3:] == (1,) else block for block in blocks
        ]
    return kind(blocks, labels, told=told, parts=parts, classes=classes, notes=notes)


def _is_picture(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))


def _part_of_each(parts: list[PartArrays]) -> np.ndarray | None:
    """The part of each example, open where it is to be drawn; None: all are."""
    present = {part.part for part in parts}
    if present <= {"", "train"}:
        return None
    # From the training part come those that have no array of their own.
    opened = {"train": "train" if present >= set(PARTS) else ""}
    return np.concatenate([np.full(part.inputs.shape[0], opened.get(part.part, part.part), "U10") for part in parts])


def _class_names(stored: StoredArray, shown: str) -> tuple[str, ...]:
    names = _strings(stored, shown)
    if names.ndim != 1 or names.dtype.kind != "U" or not 2 <= len(names) == len(set(names.tolist())):
        raise DataError(
            f"{shown}: {readable(stored.name)}: at least 2 different names of classes are required, shape "
            f"{names.shape} of {names.dtype} arrived; leave it out with --ignore {readable(stored.name)}"
        )
    return tuple(names.tolist())


def _shapes(arrays: Sequence[np.ndarray]) -> str:
    return " and ".join(str(array.shape) for array in arrays)


def _labels_of(part: PartArrays, classes: tuple[str, ...] | None, task: Task | None, shown: str) -> np.ndarray:
    """The labels of a part, (n_samples,) or (n_samples, n_outputs); numbers of classes become the classes' names."""
    assert part.labels is not None  # noqa: S101 - labelled parts have some
    name = f"{shown}: {readable(part.labels.name)}"
    labels = _strings(part.labels, shown)
    if labels.shape[1:] == (1,):
        labels = labels[:, 0]
    _require_finite(labels, name)
    if labels.ndim == 2:
        is_one_hot = bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())
        if task != "regression" and (is_one_hot or task or classes is not None):
            raise DataError(
                f"{name}: one class for each of the {len(labels):,} examples is required, shape {labels.shape} of "
                f"{labels.dtype} arrived; {IF_ONE_HOT}; --task regression predicts the {labels.shape[1]} numbers"
            )
        return labels
    if classes is None or labels.dtype.kind == "U":
        return labels
    is_number = labels == np.round(labels) if labels.dtype.kind == "f" else np.ones(len(labels), bool)
    is_known = is_number & (labels >= 0) & (labels < len(classes))
    if not is_known.all():
        row = int(np.argmin(is_known))
        raise DataError(
            f"{name}[{row}]: a class from 0 to {len(classes) - 1} is required, as {len(classes)} classes are named, "
            f"it is {labels[row]}"
        )
    return np.array(classes)[labels.astype(np.int64)]


def _strings(stored: StoredArray, shown: str) -> np.ndarray:
    """An array in memory, in this machine's byte order, its bytes read as UTF-8."""
    values = stored.load()
    name = f"{shown}: {readable(stored.name)}"
    if values.dtype.kind == "S":
        try:
            return np.char.decode(values, "utf-8")
        except UnicodeDecodeError as error:
            raise FormatError(f"{name}: text in UTF-8 is required ({readable(error)})") from error
    values = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("=")))
    if values.dtype.kind == "U":
        points = values.view(np.uint32)
        if ((points > 0x10FFFF) | ((points >= 0xD800) & (points < 0xE000))).any():
            raise FormatError(f"{name}: strings are required, some characters in it are none of Unicode's")
    return values


def _require_finite(labels: np.ndarray, name: str) -> None:
    is_finite = np.isfinite(labels).reshape(len(labels), -1).all(axis=1) if labels.dtype.kind == "f" else np.True_
    if not is_finite.all():
        row = int(np.argmin(is_finite))
        raise DataError(
            f"{name}[{row}]: a finite number is required as label, it is {labels[row]}; leave that example out"
        )


def _of_table(stored: StoredArray, reading: Reading, labelled: bool, shown: str) -> ArrayExamples:
    """A single array, its rows the examples."""
    shape = stored.shape
    if stored.dtype.kind not in "buif" or len(shape) < 2:
        raise DataError(
            f"{shown}: real numbers of shape (n_samples, n_columns) are required, shape {shape} of "
            f"{stored.dtype} arrived"
        )
    if len(shape) > 2:
        if labelled:
            raise DataError(
                f"{shown}: 2 dimensions, one column being the label, are required, shape {shape} arrived; put "
                "X.npy and y.npy into a folder, or both arrays into a .npz file"
            )
        return _examples([Block(shown, stored.load())], None, told="an array (.npy)")
    n_columns = shape[1]
    label = _label_column(reading.label, n_columns, labelled)
    ignored = {_column(text, n_columns, "ignore") for text in reading.ignore}
    named = [_column(text, n_columns, "features") for text in reading.features] or range(n_columns)
    columns = np.array([column for column in named if column != label and column not in ignored], np.int64)
    if not len(columns):
        raise DataError(f"{shown}: a column besides the label is required, {n_columns} in all arrived")
    block = Block(shown, stored.load(), None if len(columns) == n_columns else columns)
    labels, notes = None, []
    if label is not None:
        how = "" if reading.label else ", the last; --label names another"
        notes = [f"The label is column {label} (counted from 0){how}."]
    if labelled and label is not None:
        labels = block.values[:, label].astype(stored.dtype.newbyteorder("="))
        _require_finite(labels, shown)
    examples = ArrayExamples([block], labels, told="an array (.npy), one example a row", notes=notes)
    examples.label = None if label is None else str(label)
    return examples


def _label_column(wanted: str | None, n_columns: int, labelled: bool) -> int | None:
    """The column of labels, counted from 0; None: there is none, and none is asked for."""
    if wanted is None:
        return n_columns - 1 if labelled else None
    # What is to be answered may lack the labels that stood in the last column of what was learnt from.
    return None if not labelled and wanted == str(n_columns) else _column(wanted, n_columns, "label")


def _column(text: str, n_columns: int, what: str) -> int:
    """A column's number, counted from 0."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < n_columns):
        raise InvalidValueError(f"{what}: a column from 0 to {n_columns - 1} is required, got {text[:60]!r}")
    return int(text)
