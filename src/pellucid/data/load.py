"""A data set by its name, by its path, or from a table in memory."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.data.catalog import CATALOG, TEN_DIGITS, NamedSet, find_named
from pellucid.data.dataset import Dataset, Part
from pellucid.data.download import Progress
from pellucid.data.features import Features
from pellucid.data.idx_folder import load_idx_folder, load_idx_test
from pellucid.data.locate import fetch, find
from pellucid.data.named import read_named, reading_for
from pellucid.data.prepare import prepare
from pellucid.data.readers.digits import FILE_NAME, read_digits
from pellucid.data.reencode import chosen_anew, fitted_to
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.reading import TEST_SHARE, VALIDATION_SHARE, OnError, Reading, Task
from pellucid.data.sources.recognise import IDX, is_there, open_examples, recognise
from pellucid.errors import DataError, InvalidValueError, unknown_name

STANDARD_READING = Reading()
READ_WHOLE = ("digits", "mnist", "fashion-mnist")
"""The named sets that are arrays of pictures from the beginning."""


def load_data(
    source: Any,
    *,
    label: str | None = None,
    features: str | Sequence[str] = (),
    ignore: str | Sequence[str] = (),
    test: float | str | os.PathLike[str] | None = None,
    validation: float | None = None,
    pattern: str | None = None,
    task: Task | None = None,
    on_error: OnError = "stop",
    encoding: Mapping[str, str] | None = None,
    memory: int | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """The data set of this name, at this path, or in this table.

    Parameters:
        source: a name (`pellucid data list` has them all), such as `digits` or `spoken-digits:unseen-theo`; the path of
            a folder or zip file of pictures, sounds or texts with a sub-folder for each class, of a table (CSV, TSV,
            NDJSON, Parquet, Arrow), of a file with a label and a text a line, of arrays (.npz, .npy), or of a folder
            with IDX files named as MNIST's are; or an Arrow table or DataFrame.
        label, features, ignore, validation, pattern, task, on_error, encoding, memory: how it is to be read, where the
            data do not say it: as `Reading` has them.
        test: likewise; a share, or the path of what judges.
        progress: called with (bytes here, bytes in all) should the set be downloaded.

    Raises:
        UnknownNameError: it is neither a name nor a path; the message holds the nearest name.
        MissingFileError, FormatError, DataError: what is there is not what it should be.
        InvalidValueError: a choice does not fit these data.
        DownloadError: the set is not on this machine and could not be fetched.

    Example:
        >>> data = load_data("digits")
        >>> data.feature_shape, data.task, len(data.classes)
        ((8, 8), 'classification', 10)
    """
    reading = Reading(
        label=label,
        features=_names(features),
        ignore=_names(ignore),
        test=os.fspath(test) if isinstance(test, os.PathLike) else _share(test),
        validation=_share(validation),
        pattern=pattern,
        task=task,
        on_error=on_error,
        encoding=encoding or {},
        memory=memory,
    )
    return load_with(source, reading, progress=progress)


def _names(columns: str | Sequence[str]) -> tuple[str, ...]:
    """The names of columns; a text is one name, not its letters."""
    return (columns,) if isinstance(columns, str) else tuple(columns)


def _share(share: Any) -> Any:
    """A number of NumPy's as Python has it; anything else as it is."""
    return share.item() if isinstance(share, np.generic) else share


def load_with(
    source: Any,
    reading: Reading = STANDARD_READING,
    *,
    features: Features | None = None,
    classes: tuple[str, ...] | None = None,
    progress: Progress | None = None,
    encoding_progress: Progress | None = None,
) -> Dataset:
    """The data set of this name, at this path, or in this table, read by these choices.

    Parameters:
        source: as for `load_data`.
        reading: the choices.
        features: a model's, with which the examples are encoded; without, they are learnt from the training part.
        classes: the model's; None with features: the model predicts numbers.
        progress: called with (bytes here, bytes in all) should the set be downloaded.
        encoding_progress: called with (examples encoded, examples in all).

    Raises:
        As `load_data`; DataError: a label is none of the model's classes.
    """
    if features is not None:
        task = "regression" if classes is None else "classification"
        reading = replace(reading, task=task, may_lack_ignored=True)
    return open_data(source, reading, progress=progress).prepared(
        features=features, classes=classes, progress=encoding_progress
    )


@dataclass(frozen=True)
class Opened:
    """Labelled data as they were found, before anything is learnt from them.

    Attributes:
        name: of the set.
        reading: how they are read: the person's choices, and the catalog's.
        entry: of a set that has a name.
        examples: raw; None: they are arrays of pictures from the beginning.
        whole: these, as a data set.
    """

    name: str
    reading: Reading
    entry: NamedSet | None
    examples: Examples | None
    whole: Dataset | None = None

    def prepared(
        self,
        *,
        features: Features | None = None,
        classes: tuple[str, ...] | None = None,
        progress: Progress | None = None,
    ) -> Dataset:
        """The data set, its parts drawn and its examples encoded; the parameters are those of `load_with`.

        Raises:
            DataError, FormatError, InvalidValueError: as `load_with`.
        """
        if self.examples is not None:
            return prepare(
                self.examples, self.name, self.reading, features=features, classes=classes, progress=progress
            )
        assert self.whole is not None  # noqa: S101 - there is one or the other
        return _finished(self.whole, self.reading, features, classes)


def open_data(source: Any, reading: Reading = STANDARD_READING, *, progress: Progress | None = None) -> Opened:
    """The data of this name, at this path, or in this table, as they are found.

    Parameters:
        source, reading, progress: as for `load_with`.

    Raises:
        As `load_data`.
    """
    named = find_named(source) if isinstance(source, str) else None
    if named is not None and named.entry.name in READ_WHOLE:
        return Opened(source, reading, named.entry, None, _read_whole(named.entry, reading, progress))
    if named is not None:
        folder = find(named.entry) or fetch(named.entry, progress)
        reading = reading_for(named.entry, reading)
        return Opened(source, reading, named.entry, read_named(named.entry, named.split, folder, reading))
    if not isinstance(source, str | os.PathLike):
        return Opened("table", reading, None, _examples_in(source, reading))
    path = existing_path(source)
    kind = recognise(path)
    name = path.resolve().stem if path.is_file() else path.resolve().name
    if kind == IDX:
        _require_no_choices(name, reading, ("test",))
        whole = load_idx_folder(path, name, TEN_DIGITS, validation=reading.validation)
        return Opened(name, reading, None, None, whole)
    return Opened(name, reading, None, open_examples(path, reading))


def load_test(
    source: Any,
    reading: Reading = STANDARD_READING,
    *,
    features: Features | None = None,
    classes: tuple[str, ...] | None = None,
    progress: Progress | None = None,
) -> Part:
    """The test part of a data set, for those who need no other: of IDX files only its own are read and checked.

    Parameters:
        source, reading, features, classes, progress: as for `load_with`.

    Raises:
        As `load_with`; InvalidValueError: there is no test part.
    """
    if features is None and reading == STANDARD_READING and isinstance(source, str | os.PathLike):
        named = find_named(source) if isinstance(source, str) else None
        if named is not None and named.entry.name in READ_WHOLE and not named.entry.is_bundled:
            folder = find(named.entry) or fetch(named.entry, progress)
            return load_idx_test(folder, named.entry.classes, named.entry.features)
        if named is None and recognise(path := existing_path(source)) == IDX:
            return load_idx_test(path, TEN_DIGITS)
    data = load_with(source, reading, features=features, classes=classes, progress=progress)
    if data.test is None:
        raise InvalidValueError(f"part: {data.name} has {', '.join(data.parts)}, no test part")
    return data.test


def existing_path(source: str | os.PathLike[str]) -> Path:
    """The path; whether there is anything is for the reader to say.

    Raises:
        UnknownNameError: it has the form of a name, or is empty, and is none.
    """
    path = Path(source)
    is_path = not isinstance(source, str) or is_there(path) or os.sep in source or "/" in source or path.suffix
    if not is_path or not os.fspath(source):  # an empty path would be the folder one happens to be in
        raise unknown_name(str(source), CATALOG, "data")
    return path


def _read_whole(entry: NamedSet, reading: Reading, progress: Progress | None) -> Dataset:
    """One of the sets that are arrays of pictures from the beginning."""
    folder = find(entry) or fetch(entry, progress)
    assert entry.features is not None  # noqa: S101 - each of these sets has them
    if not entry.is_bundled:
        _require_no_choices(entry.name, reading, ("test",))
        validation = entry.reading.validation if reading.validation is None else reading.validation
        return load_idx_folder(folder, entry.name, entry.classes, entry.features, validation=validation)
    _require_no_choices(entry.name, reading)
    images, labels = read_digits(folder / FILE_NAME)
    validation = VALIDATION_SHARE if reading.validation is None else reading.validation
    test = TEST_SHARE if reading.test is None else float(reading.test)
    return Dataset.drawn(
        images, labels, entry.classes, entry.features, validation=validation, test=test, name=entry.name
    )


def _require_no_choices(name: str, reading: Reading, more: tuple[str, ...] = ()) -> None:
    """Checks that nothing was chosen that has no meaning for pictures in arrays.

    Raises:
        InvalidValueError: something was.
    """
    for choice in ("label", "features", "ignore", "pattern", *more):
        value = getattr(reading, choice)
        if value not in (None, ()):
            got = ", ".join(value) if isinstance(value, tuple) else value
            raise InvalidValueError(f"{choice}: {name} has its own, got '{got}'; leave it out")
    if isinstance(reading.test, str):
        raise InvalidValueError(f"test: a share is required for {name}, got '{reading.test}'")
    if reading.task == "regression":
        raise InvalidValueError(f"task: {name} has classes, got regression")


def _finished(data: Dataset, reading: Reading, features: Features | None, classes: tuple[str, ...] | None) -> Dataset:
    """Pictures in arrays as they were asked for: encoded by other choices, or as a model takes them in.

    Raises:
        InvalidValueError: that does not fit, or they do not fit into the memory that they may take.
    """
    if features is not None and classes is not None:
        data = fitted_to(data, features, classes)
    elif reading.encoding:
        data = chosen_anew(data, reading.encoding)
    n_bytes = sum(part.raw.nbytes for part in data.parts.values())
    if reading.memory is not None and n_bytes > reading.memory:
        raise InvalidValueError(
            f"memory: at least {n_bytes:,} bytes are required for {data.name}, which is read whole, got "
            f"{reading.memory:,}; allow more, or leave it out"
        )
    return replace(data, reading=reading.to_dict())


def _examples_in(table: object, reading: Reading) -> Examples:
    """The rows of an Arrow table, a DataFrame, a mapping of columns or a sequence of rows.

    Raises:
        DataError: it is no table.
    """
    from pellucid.data.sources.recognise import TABLE, require_meaningful, texts_of
    from pellucid.data.sources.tables import table_examples

    if isinstance(table, np.ndarray):
        raise DataError("data: arrays are taken by Dataset.from_arrays(inputs, labels); a name, a path or a table here")
    require_meaningful(reading, TABLE, "table")
    return texts_of(table_examples(table, reading, "table"))
