"""A folder with four IDX files, named as MNIST's are."""

from pathlib import Path

import numpy as np

from pellucid.data.catalog import IDX_FILES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS
from pellucid.data.dataset import Dataset, Part
from pellucid.data.features import Features, PictureEncoder
from pellucid.data.readers.idx import read_labelled_images
from pellucid.errors import DataError, FormatError, MissingFileError

LAST_SIXTH = 1 / 6
"""The share of the training examples, the last of them, that validates: of MNIST's the last 10,000, as in Nielsen."""


def load_idx_folder(
    folder: Path,
    name: str,
    classes: tuple[str, ...],
    features: Features | None = None,
    *,
    validation: float | None = None,
) -> Dataset:
    """The data set whose four IDX files lie in `folder`: its own test part, and the last of the others to validate.

    Parameters:
        folder: Of the files, named as MNIST's are, with or without `.gz`.
        name: Of the set.
        classes: Their names; label k is classes[k].
        features: How a picture becomes an input vector; without it, its grey values are divided by 255.
        validation: The share of the examples not of the test part that validates; None: `LAST_SIXTH`.

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
    n_validation = int(len(flat) * (LAST_SIXTH if validation is None else validation))
    n_train = len(flat) - n_validation
    present = set(np.unique(labels).tolist())
    lacking = present - set(labels[:n_train].tolist())
    lacking |= present - set(labels[n_train:].tolist()) if n_validation else set()
    if lacking:
        raise DataError(
            f"{paths[TRAIN_LABELS]}: every class is required in the first {n_train:,} examples, which train, and in "
            f"the {n_validation:,} after them, which validate; class '{classes[min(lacking)]}' is missing from one; "
            "mix the examples before writing the files, or choose another share with --validation"
        )
    # The first rows of a C-contiguous array, and its last, are views: the pictures lie in memory once.
    return Dataset(
        name=name,
        train=Part(flat[:n_train], labels[:n_train], features, len(classes)),
        validation=Part(flat[n_train:], labels[n_train:], features, len(classes)) if n_validation else None,
        test=test,
        classes=classes,
        features=features,
        split=(
            f"The publisher's own {test.n_samples:,} test examples; of the {len(flat):,} others the first "
            f"{n_train:,} train and the last {n_validation:,} validate."
        ),
    )


def load_idx_test(folder: Path, classes: tuple[str, ...], features: Features | None = None) -> Part:
    """The test part of such a folder; its other files are not opened.

    Parameters:
        folder, classes, features: as for `load_idx_folder`.

    Raises:
        As `load_idx_folder`.
    """
    return _test_of(_idx_paths(folder), classes, features)


def _test_of(paths: dict[str, Path], classes: tuple[str, ...], features: Features | None) -> Part:
    """The test part from its two files."""
    images, labels = read_labelled_images(paths[TEST_IMAGES], paths[TEST_LABELS], len(classes))
    features = _features_of(paths[TEST_IMAGES], images, features)
    return Part(images.reshape(len(images), -1), labels, features, len(classes))


def _features_of(path: Path, images: np.ndarray, features: Features | None) -> Features:
    """The features given, which the images in that file must fit; or without them, what fits the images."""
    shape = images.shape[1:]
    features = features or Features(PictureEncoder(shape, "mnist" if shape == (28, 28) else "none"), 1 / 255)
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
