"""A data set by its name or its path."""

import os
from pathlib import Path

import numpy as np

from pellucid.data.catalog import CATALOG, IDX_FILES, TEN_DIGITS, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS
from pellucid.data.dataset import Dataset, Part
from pellucid.data.download import Progress
from pellucid.data.features import Features
from pellucid.data.locate import fetch, find
from pellucid.data.readers.digits import FILE_NAME, read_digits
from pellucid.data.readers.idx import read_labelled_images
from pellucid.errors import DataError, FormatError, MissingFileError, unknown_name

VALIDATION_DIVISOR = 6
"""Of the training examples the last sixth validates: of MNIST's 60,000 the last 10,000, as in Nielsen's book."""


def load_data(name: str | os.PathLike[str], *, progress: Progress | None = None) -> Dataset:
    """The data set of this name, or the one in this folder.

    Parameters:
        name: `digits`, `mnist`, `fashion-mnist`, or the path of a folder that holds four IDX files named as MNIST's
            are, with or without `.gz`.
        progress: Called with (bytes here, bytes in all) should the set be downloaded.

    Raises:
        UnknownNameError: It is neither; the message holds the nearest name.
        MissingFileError, FormatError: The folder is not what it should be.
        DownloadError: The set is not on this machine and could not be fetched.

    Example:
        >>> data = load_data("digits")
        >>> data.feature_shape, data.task, len(data.classes)
        ((8, 8), 'classification', 10)
    """
    if name == "digits":
        entry = CATALOG["digits"]
        images, labels = read_digits((find(entry) or fetch(entry, progress)) / FILE_NAME)
        return Dataset.drawn(images, labels, entry.classes, entry.features, validation=0.15, test=0.2, name="digits")
    return load_idx_folder(*_idx_set(name, progress))


def load_test(name: str | os.PathLike[str], *, progress: Progress | None = None) -> Part:
    """The test part of a data set, for those who need no other: of IDX files only its own are read and checked.

    Parameters:
        name, progress: As for `load_data`.

    Raises:
        UnknownNameError, MissingFileError, FormatError, DownloadError: As for `load_data`.
    """
    if name == "digits":
        test = load_data(name, progress=progress).test
        assert test is not None, "a fifth of the digits tests"  # noqa: S101
        return test
    folder, _, classes, features = _idx_set(name, progress)
    return _test_of(_idx_paths(folder), classes, features)


def load_idx_folder(folder: Path, name: str, classes: tuple[str, ...], features: Features | None = None) -> Dataset:
    """The data set whose four IDX files lie in `folder`: its own test part, and the last sixth of the rest to validate.

    Parameters:
        folder: Of the files, named as MNIST's are, with or without `.gz`.
        name: Of the set.
        classes: Their names; label k is classes[k].
        features: How a picture becomes an input vector; without it, its grey values are divided by 255.

    Raises:
        MissingFileError: The folder or a file is not there.
        FormatError: A file is not what it should be, or the pictures differ in size.
        DataError: A class is missing in train or in validation.
    """
    paths = _idx_paths(folder)
    images, labels = read_labelled_images(paths[TRAIN_IMAGES], paths[TRAIN_LABELS], len(classes))
    features = _features_of(paths[TRAIN_IMAGES], images, features)
    test = _test_of(paths, classes, features)
    flat = images.reshape(len(images), -1)
    n_train = len(flat) - len(flat) // VALIDATION_DIVISOR
    lacking = set(np.unique(labels).tolist()) - (set(labels[:n_train].tolist()) & set(labels[n_train:].tolist()))
    if lacking:
        raise DataError(
            f"{paths[TRAIN_LABELS]}: every class is required in the first {n_train:,} examples, which train, and in "
            f"the {len(flat) - n_train:,} after them, which validate; class '{classes[min(lacking)]}' is missing from "
            "one; mix the examples before writing the files"
        )
    # The first rows of a C-contiguous array, and its last, are views: the pictures lie in memory once.
    return Dataset(
        name=name,
        train=Part(flat[:n_train], labels[:n_train], features, len(classes)),
        validation=Part(flat[n_train:], labels[n_train:], features, len(classes)),
        test=test,
        classes=classes,
        features=features,
        split=(
            f"The publisher's own {test.n_samples:,} test examples; of the {len(flat):,} others the first "
            f"{n_train:,} train and the last {len(flat) - n_train:,} validate."
        ),
    )


def _idx_set(
    name: str | os.PathLike[str], progress: Progress | None
) -> tuple[Path, str, tuple[str, ...], Features | None]:
    """Folder, name, classes and, of a named set, features of a set in IDX files; downloaded if need be."""
    if isinstance(name, str) and name in CATALOG:
        entry = CATALOG[name]
        return find(entry) or fetch(entry, progress), name, entry.classes, entry.features
    path = Path(name)
    is_path = not isinstance(name, str) or path.exists() or os.sep in name or "/" in name
    if not is_path:
        raise unknown_name(str(name), CATALOG, "data")
    return path, path.resolve().name, TEN_DIGITS, None


def _test_of(paths: dict[str, Path], classes: tuple[str, ...], features: Features | None) -> Part:
    """The test part from its two files."""
    images, labels = read_labelled_images(paths[TEST_IMAGES], paths[TEST_LABELS], len(classes))
    features = _features_of(paths[TEST_IMAGES], images, features)
    return Part(images.reshape(len(images), -1), labels, features, len(classes))


def _features_of(path: Path, images: np.ndarray, features: Features | None) -> Features:
    """The features given, which the images in that file must fit; or without them, what fits the images."""
    shape = images.shape[1:]
    features = features or Features(shape, 1 / 255, "mnist" if shape == (28, 28) else "none")
    if shape != features.shape:
        raise FormatError(f"{path}: images of {features.shape} pixels are required, {shape} arrived")
    return features


def _idx_paths(folder: Path) -> dict[str, Path]:
    """Where each of the four files lies, packed or not, under the name of the packed one."""
    wanted = f"a folder with {', '.join(IDX_FILES)} (or the same without .gz) is required"
    if not folder.is_dir():
        found = "this is a file" if folder.exists() else "there is none"
        raise MissingFileError(f"{folder}: {wanted}, {found}")
    paths: dict[str, Path] = {}
    for name in IDX_FILES:
        candidates = [folder / name, folder / name.removesuffix(".gz")]
        there = [path for path in candidates if path.is_file()]
        if not there:
            raise MissingFileError(f"{folder}: {wanted}, {name} is not there")
        paths[name] = there[0]
    return paths
