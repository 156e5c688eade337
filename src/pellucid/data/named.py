"""The examples of the sets that have a name, out of their publishers' files: one function a set."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from pellucid.data.catalog import NamedSet
from pellucid.data.catalog.others import (
    ADULT_TEST_FILE,
    ADULT_TRAIN_FILE,
    MESSAGES_FILE,
    PENGUINS_FILE,
    RECORDINGS_FILE,
    SENTENCE_FILES,
    SPEAKERS,
    UNSEEN,
    next_speaker,
)
from pellucid.data.catalog.pictures import CATS_FILE, CIFAR_CATS_FILE, FACES_FILE
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.reading import Reading
from pellucid.errors import FormatError, InvalidValueError

OFFICIAL_TEST = 5
"""Of each digit by each speaker the recordings of lower number test."""
ADULT_COLUMNS = (
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital-gain",
    "capital-loss",
    "hours-per-week",
    "native-country",
    "income",
)
"""By adult.names; the last is the label, which has no name there."""
TABLE_CHOICES = ("label", "features", "ignore", "task")


def reading_for(entry: NamedSet, reading: Reading) -> Reading:
    """How the set is read: as the person says, else as the catalog has it.

    Raises:
        InvalidValueError: a choice was made that makes no sense for this set.
    """
    odd = () if entry.kind == "table" else TABLE_CHOICES
    for name in (*odd, "pattern"):
        if getattr(reading, name) and (name, reading.task) != ("task", "classification"):
            raise InvalidValueError(f"{name}: this is for data of your own, {entry.name} has its own; leave it out")
    if isinstance(reading.test, str):
        raise InvalidValueError(f"test: a share or nothing is required for {entry.name}, got a path")
    own, asked = entry.reading.to_dict(), reading.to_dict()
    encoding = {**entry.reading.encoding, **reading.encoding}
    return Reading.from_dict({**own, **asked, "encoding": encoding, "memory": reading.memory})


def read_named(entry: NamedSet, split: str | None, folder: Path, reading: Reading) -> Examples:
    """The examples of a set that are read one by one; those in IDX files and the digits are read whole elsewhere.

    Parameters:
        entry: the set.
        split: one of its splits.
        folder: that holds its files.
        reading: as `reading_for` gives it.

    Raises:
        MissingFileError, FormatError, DataError: a file is not what it should be.
    """
    examples = _READERS[entry.name](folder, reading)
    assert examples.labels is not None  # noqa: S101 - each reader asks for them
    if examples.classes is None and reading.label == entry.reading.label and reading.task != "regression":
        examples.classes = entry.classes
    if split is not None:
        examples.parts = speakers_parts([examples.name(row) for row in range(len(examples))], split)
    return examples


def speakers_parts(names: list[str], split: str) -> np.ndarray:
    """The part of each recording of spoken digits, by its name: DIGIT_SPEAKER_NUMBER.wav.

    Raises:
        FormatError: a name is not such.

    >>> speakers_parts(["0_theo_4.wav", "0_theo_5.wav"], "official").tolist()
    ['test', '']
    """
    parts: list[str] = []
    unseen = split.removeprefix(UNSEEN)
    for name in names:
        pieces = Path(name).stem.split("_")
        if len(pieces) != 3 or pieces[1] not in SPEAKERS or not pieces[2].isdecimal():
            raise FormatError(f"{name}: a name such as 7_theo_0.wav, of one of {', '.join(SPEAKERS)}, is required")
        if split == unseen:
            parts.append("test" if int(pieces[2]) < OFFICIAL_TEST else "")
        else:
            parts.append({unseen: "test", next_speaker(unseen): "validation"}.get(pieces[1], "train"))
    return np.array(parts)


def _read_spoken_digits(folder: Path, reading: Reading) -> Examples:
    from pellucid.data.sources.sounds import read_sounds

    return read_sounds(folder / RECORDINGS_FILE, replace(reading, pattern="{class}_*_*.wav"))


def _read_cats(folder: Path, reading: Reading) -> Examples:
    from pellucid.data.sources.arrays import read_arrays

    return _with_class_names(read_arrays(folder / CATS_FILE, reading), ("non-cat", "cat"))


def _read_faces(folder: Path, reading: Reading) -> Examples:
    from pellucid.data.catalog.pictures import FACES
    from pellucid.data.sources.arrays import read_arrays

    return _with_class_names(read_arrays(folder / FACES_FILE, reading), FACES.classes)


def _read_cifar_cats(folder: Path, reading: Reading) -> Examples:
    from pellucid.data.sources.pictures import read_pictures

    examples = read_pictures(folder / CIFAR_CATS_FILE, reading)
    examples.labels = np.where(examples.labels == "cat", "cat", "other")
    return examples


def _read_messages(folder: Path, reading: Reading) -> Examples:
    from pellucid.data.sources.texts import read_texts

    return read_texts(folder / MESSAGES_FILE, replace(reading, label="first"))


def _read_sentences(folder: Path, reading: Reading) -> Examples:
    from pellucid.data.sources.texts import read_text_lines

    examples = read_text_lines([folder / name for name in SENTENCE_FILES], replace(reading, label="last"))
    return _with_class_names(examples, ("negative", "positive"))


def _read_adult(folder: Path, reading: Reading) -> Examples:
    from pellucid.data.sources.tables import TableLayout, read_table

    layout = TableLayout(delimiter=",", has_quotes=False, column_names=ADULT_COLUMNS)
    label_ending = "." if reading.label == ADULT_COLUMNS[-1] else ""
    test_layout = replace(layout, skip_first_lines=1, label_ending=label_ending)
    chosen = replace(reading, test=str(folder / ADULT_TEST_FILE))
    return read_table(folder / ADULT_TRAIN_FILE, chosen, layout=layout, test_layout=test_layout)


def _read_penguins(folder: Path, reading: Reading) -> Examples:
    from pellucid.data.sources.tables import read_table

    return read_table(folder / PENGUINS_FILE, reading)


def _with_class_names(examples: Examples, classes: tuple[str, ...]) -> Examples:
    """The examples with these classes; labels that are numbers from 0 are replaced by their names.

    Raises:
        FormatError: a label is no such number.
    """
    labels, examples.classes = np.asarray(examples.labels), classes
    if labels.dtype.kind == "U":
        return examples
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= len(classes):
        raise FormatError(f"{examples.told}: labels from 0 to {len(classes) - 1} are required, others arrived")
    examples.labels = np.array(classes)[labels]
    return examples


_READERS: Mapping[str, Callable[[Path, Reading], Examples]] = MappingProxyType(
    {
        "spoken-digits": _read_spoken_digits,
        "cats": _read_cats,
        "cifar-cats": _read_cifar_cats,
        "faces": _read_faces,
        "sms-spam": _read_messages,
        "sentiment": _read_sentences,
        "adult": _read_adult,
        "penguins": _read_penguins,
    }
)
