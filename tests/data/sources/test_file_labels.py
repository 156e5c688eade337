"""Classes and parts that stand in the paths of files."""

import time
from pathlib import Path

import numpy as np
import pytest

from pellucid.data.sources.file_labels import label_members
from pellucid.data.sources.members import open_members
from pellucid.errors import InvalidValueError


def labels_of(names: list[str], pattern: str | None = None) -> list[str] | None:
    labels = label_members(names, pattern).labels
    return None if labels is None else labels.tolist()


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["cat/1.png", "dog/2.png"], ["cat", "dog"]),
        (["data/pets/cat/1.png", "data/pets/dog/2.png"], ["cat", "dog"]),
        (["cat/indoors/1.png", "dog/2.png"], ["indoors", "dog"]),
        (["1.png", "2.png"], None),
        (["photos/1.png", "photos/2.png"], None),
    ],
)
def test_the_class_is_the_folder_that_holds_the_file(names: list[str], labels: list[str] | None):
    assert labels_of(names) == labels
    assert label_members(names).parts is None


def test_a_folder_within_a_classs_folder_is_told_of():
    files = label_members(["all/cat/monday/1.png", "all/cat/friday/2.png", "all/dog/monday/3.png"])
    assert files.labels is not None
    assert files.labels.tolist() == ["monday", "friday", "monday"]
    told = (
        "Folders lie within folders: the innermost is the class, such as 'monday' for all/cat/monday/1.png; "
        "--pattern '{class}/*/*' takes the one around it."
    )
    assert files.notes == [told]
    by_pattern = label_members(files.names, "{class}/*/*")
    assert by_pattern.labels is not None
    assert by_pattern.labels.tolist() == ["cat", "cat", "dog"]


def test_files_beside_the_classes_folders_are_left_out_and_told():
    labelled = label_members(["cat/1.png", "dog/2.png", "logo.png"])
    assert labelled.names == ("cat/1.png", "dog/2.png")
    assert labelled.labels is not None
    assert labelled.labels.tolist() == ["cat", "dog"]
    assert labelled.notes == ["Files that lie in no class's folder are left out: 1, such as logo.png."]


@pytest.mark.parametrize(
    ("folders", "parts"),
    [
        (("train", "test"), ["", "test"]),
        (("Training", "TESTING"), ["", "test"]),
        (("train", "val"), ["", "validation"]),
        (("train", "valid", "test"), ["train", "validation", "test"]),
        (("train",), None),
        (("test",), ["test"]),
    ],
)
def test_folders_called_train_and_test_are_parts(folders: tuple[str, ...], parts: list[str] | None):
    labelled = label_members([f"set/{folder}/cat/1.png" for folder in folders])
    assert (None if labelled.parts is None else labelled.parts.tolist()) == parts
    assert labelled.labels is not None
    assert set(labelled.labels) == {"cat"}


def test_files_beside_the_parts_are_left_out_and_told():
    labelled = label_members(["train/cat/1.png", "test/dog/2.png", "extra/cat/3.png", "logo.png"])
    assert labelled.names == ("train/cat/1.png", "test/dog/2.png")
    assert labelled.notes == ["Files beside the folders train, validation and test are left out: 2."]


def test_parts_without_classes_are_parts_still():
    labelled = label_members(["train/1.png", "test/2.png"])
    assert labelled.labels is None
    assert labelled.parts is not None
    assert labelled.parts.tolist() == ["", "test"]


def test_train_may_be_a_class():
    assert labels_of(["train/1.png", "car/2.png", "bus/3.png"]) == ["train", "car", "bus"]


@pytest.mark.parametrize(
    ("pattern", "name", "label"),
    [
        ("{class}_*_*.wav", "0_george_12.wav", "0"),
        ("{class}_{speaker}_{index}", "recordings/7_yweweler_49.wav", "7"),
        ("*_{class}.png", "photo_of_a_cat.png", "of_a_cat"),
        ("{class}.*.png", "ankle boot.3.png", "ankle boot"),
        ("img???-{class}.png", "img042-x.png", "x"),
        ("{class}/*/*.png", "sets/a/cat/b/1.png", "cat"),
        ("[{class}](*)+.png", "[cat](1)+.png", "cat"),
        ("*b?c{class}.png", "abbbcat.png", "at"),
    ],
)
def test_a_pattern_tells_the_class(pattern: str, name: str, label: str):
    assert labels_of([name], pattern) == [label]


def test_files_that_do_not_fit_the_pattern_are_left_out_and_told():
    labelled = label_members(["0_a.wav", "notes.wav", "_b.wav"], "{class}_*.wav")
    assert labelled.names == ("0_a.wav",)
    assert labelled.notes == ["Files that do not fit '{class}_*.wav' are left out: 2, such as notes.wav."]
    with pytest.raises(
        InvalidValueError, match=r"^pattern: files whose names fit '\{class\}-\*' are required, '0_a.wav' does no"
    ):
        label_members(["0_a.wav"], "{class}-*")


def test_with_a_pattern_the_parts_are_folders_too():
    labelled = label_members(["train/0_a.wav", "test/1_b.wav", "more/2_c.wav"], "{class}_*.wav")
    assert labelled.parts is not None
    assert labelled.parts.tolist() == ["", "test"]


@pytest.mark.parametrize("pattern", ["*.wav", "", "{label}_*", "{class}_{class}"])
def test_a_pattern_without_one_class_is_refused(pattern: str):
    with pytest.raises(
        InvalidValueError, match=r"^pattern: '\{class\}' is required once, such as '\{class\}_\*\.wav', g"
    ):
        label_members(["0_a.wav"], pattern)


def test_a_name_made_to_keep_the_pattern_busy_does_not():
    started = time.perf_counter()
    with pytest.raises(InvalidValueError, match=r"does not$"):
        label_members(["_" * 250] * 50, "{class}_*_*_*_*_*_*_*_*_*_*.wav")
    assert time.perf_counter() - started < 5  # milliseconds; with backtracking, hours


def test_the_real_recordings_have_the_digit_in_their_names(real_data: Path):
    labelled = label_members(open_members(real_data / "fsdd" / "recordings.zip").names, "{class}_*_*.wav")
    assert labelled.labels is not None
    digits, counts = np.unique(labelled.labels, return_counts=True)
    assert digits.tolist() == list("0123456789")
    assert set(counts) == {300}
    assert labelled.parts is None
