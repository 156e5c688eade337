"""A person's own data by their path or as a DataFrame: what they are taken for, and more of them for a model."""

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pellucid.data import Features, NumberEncoder, PictureEncoder, Reading, load_data, load_test, load_with
from pellucid.data.load import open_data
from pellucid.data.prepare import divide
from pellucid.data.sources.unlabelled import load_unlabelled
from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError, UnknownNameError

RANDOM = np.random.default_rng(0)


def write_pictures(folder: Path, n_of_each: int = 12, names: tuple[str, ...] = ("dark", "light")) -> Path:
    for name in names:
        for k in range(n_of_each):
            content = io.BytesIO()
            low = 0 if name == "dark" else 128
            Image.fromarray(RANDOM.integers(low, low + 100, (6, 5), np.uint8)).save(content, "PNG")
            path = folder / name / f"{k}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.getvalue())
    return folder


def people(n_rows: int = 60) -> pd.DataFrame:
    age = RANDOM.integers(20, 70, n_rows)
    return pd.DataFrame(
        {"age": age, "town": RANDOM.choice(["Bern", "Lund"], n_rows), "paid": np.where(age > 45, "yes", "no")}
    )


def test_a_folder_of_pictures(tmp_path: Path):
    data = load_data(write_pictures(tmp_path / "lamps"))
    assert data.name == "lamps"
    assert data.classes == ("dark", "light")
    assert data.feature_shape == (6, 5)
    assert isinstance(data.features.encoder, PictureEncoder)
    assert data.train.raw.dtype == np.uint8
    assert data.report is not None
    assert next(data.report.sentences()) == "Taken for a folder of pictures, one sub-folder a class: 24 examples."


def test_a_zip_file_of_pictures_is_the_same_data(tmp_path: Path):
    folder = write_pictures(tmp_path / "lamps")
    with zipfile.ZipFile(tmp_path / "lamps.zip", "w") as file:
        for path in sorted(folder.rglob("*.png")):
            file.write(path, path.relative_to(tmp_path))
    assert load_data(tmp_path / "lamps.zip").checksum == load_data(folder).checksum


def test_choices_reach_the_encoder_and_stay_with_the_data(tmp_path: Path):
    folder = write_pictures(tmp_path / "lamps")
    data = load_data(folder, encoding={"size": "4x4"}, validation=0.0, test=0.25)
    assert data.feature_shape == (4, 4)
    assert data.validation is None
    assert data.test is not None
    assert data.test.n_samples == 6
    assert Reading.from_dict(data.reading) == Reading(encoding={"size": "4x4"}, validation=0.0, test=0.25)
    with pytest.raises(UnknownNameError, match="encoding: 'sice' is not known; did you mean 'size'"):
        load_data(folder, encoding={"sice": "4"})


def test_a_truncated_picture_stops_or_is_skipped(tmp_path: Path):
    folder = write_pictures(tmp_path / "lamps", 20)
    broken = folder / "dark" / "7.png"
    broken.write_bytes(broken.read_bytes()[:40])
    with pytest.raises(FormatError, match=r"^dark/7\.png: .*--on-error skip$"):
        load_data(folder)
    data = load_data(folder, on_error="skip")
    assert data.report is not None
    assert [name for name, _ in data.report.skipped] == ["dark/7.png"]
    assert sum(part.n_samples for part in data.parts.values()) == 39


def test_a_second_folder_judges(tmp_path: Path):
    folder, more = write_pictures(tmp_path / "lamps"), write_pictures(tmp_path / "more", 5)
    data = load_data(folder, test=more)
    assert data.test is not None
    assert data.test.n_samples == 10
    assert data.reading["test"] == str(more)
    assert data.split.endswith("drawn with the fixed seed 1797; test as the data have it.")
    with pytest.raises(MissingFileError, match="there is nothing at that path"):
        load_data(folder, test=tmp_path / "none")


def test_a_table_by_its_path_and_as_a_data_frame(tmp_path: Path):
    table = people()
    table.to_csv(tmp_path / "people.csv", index=False)
    by_path, in_memory = load_data(tmp_path / "people.csv", label="paid"), load_data(table, label="paid")
    assert (by_path.name, in_memory.name) == ("people", "table")
    assert by_path.checksum == in_memory.checksum
    assert load_data(str(tmp_path / "people.csv"), ignore=["town"]).features.n_features < by_path.features.n_features
    with pytest.raises(UnknownNameError, match=r"'payed'.* did you mean 'paid'"):
        load_data(table, label="payed")


def test_numbers_to_predict(tmp_path: Path):
    table = people()
    table["income"] = table["age"] * 1000.5
    data = load_data(table, label="income")
    assert (data.task, data.classes) == ("regression", None)
    table["decade"] = table["age"] // 10 * 10.0
    assert load_data(table, label="decade", task="regression").task == "regression"
    assert load_data(table, label="decade").classes == ("20", "30", "40", "50", "60")


def test_arrays_and_texts(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=RANDOM.normal(size=(40, 3)), y=np.arange(40) % 2)
    assert load_data(tmp_path / "a.npz").classes == ("0", "1")
    (tmp_path / "opinions.txt").write_text(
        "".join(f"{'good' if k % 2 else 'bad'}\tword{k} the film\n" for k in range(40))
    )
    assert load_data(tmp_path / "opinions.txt").classes == ("bad", "good")


def test_something_that_is_no_data_is_refused():
    with pytest.raises(DataError, match=r"arrays are taken by Dataset\.from_arrays\(inputs, labels\)"):
        load_data(np.zeros((3, 2)))
    with pytest.raises(DataError):
        load_data(7)


def test_more_pictures_are_read_as_a_model_takes_them(tmp_path: Path):
    trained = load_data(write_pictures(tmp_path / "lamps"), encoding={"size": "4x4"})
    more = write_pictures(tmp_path / "more", 1)
    data = load_with(more, features=trained.features, classes=trained.classes)
    assert data.features is trained.features
    assert sorted(np.concatenate([part.labels for part in data.parts.values()]).tolist()) == [0, 1]
    odd = write_pictures(tmp_path / "odd", 2, ("dark", "dim"))
    with pytest.raises(DataError, match=r"^label: one of dark, light is required, 'dim' arrived in dim/0\.png$"):
        load_with(odd, features=trained.features, classes=trained.classes)


def test_named_pictures_in_arrays_are_read_as_a_model_takes_them():
    digits = load_data("digits")
    same = load_with("digits", features=digits.features, classes=digits.classes)
    assert same.checksum == digits.checksum
    small = Features(PictureEncoder((4, 4), "fit"), 1 / 255)
    fitted = load_with("digits", features=small, classes=(*digits.classes[::-1], "more"))
    assert fitted.train.raw.shape == (1169, 16)
    assert fitted.train.raw.max() > 200, "0 to 16 becomes 0 to 255"
    assert fitted.train.n_outputs == 11
    assert (9 - fitted.train.labels == digits.train.labels).all()
    numbers = load_with("digits", features=Features(NumberEncoder((8, 8))), classes=digits.classes)
    np.testing.assert_array_equal(numbers.train.inputs, digits.train.raw)
    with pytest.raises(InvalidValueError, match="data: this model takes 3 numbers; digits has pictures"):
        load_with("digits", features=Features(NumberEncoder((3,))), classes=digits.classes)
    with pytest.raises(DataError, match="one of 0, 1 is required, the classes of the model; digits has '2'"):
        load_with("digits", features=digits.features, classes=("0", "1"))
    with pytest.raises(InvalidValueError, match="task: digits has classes, got regression"):
        load_with("digits", features=digits.features)


def test_named_pictures_in_arrays_may_be_encoded_otherwise():
    data = load_data("digits", test=0.5, validation=0.0)
    assert list(data.parts) == ["train", "test"]
    with pytest.raises(InvalidValueError, match="label: digits has its own, got 'y'; leave it out"):
        load_data("digits", label="y")
    with pytest.raises(InvalidValueError, match="task: digits has classes, got regression"):
        load_data("digits", task="regression")


def test_idx_files_may_be_encoded_otherwise_but_have_parts_of_their_own(tmp_path: Path):
    for name, n_pictures in (("train", 60), ("t10k", 20)):
        pixels = RANDOM.integers(0, 256, (n_pictures, 6, 5), np.uint8)
        header = struct.pack(">HBBIII", 0, 8, 3, n_pictures, 6, 5)
        (tmp_path / f"{name}-images-idx3-ubyte").write_bytes(header + pixels.tobytes())
        labels = np.arange(n_pictures, dtype=np.uint8) % 10
        (tmp_path / f"{name}-labels-idx1-ubyte").write_bytes(
            struct.pack(">HBBI", 0, 8, 1, n_pictures) + labels.tobytes()
        )
    data = load_data(tmp_path, encoding={"size": "4x4", "contrast": "evened"})
    test = load_test(tmp_path, Reading(encoding={"size": "4x4", "contrast": "evened"}))
    assert data.test is not None
    np.testing.assert_array_equal(test.raw, data.test.raw)
    assert (test.raw.dtype, test.raw.shape) == (np.float32, (20, 16))
    np.testing.assert_allclose(test.raw.mean(axis=1), 0, atol=1e-5)
    with pytest.raises(InvalidValueError, match=f"test: {tmp_path.name} has its own, got '0.3'; leave it out"):
        load_data(tmp_path, test=0.3)


def write_source(kind: str, path: Path, seed: int) -> Path:
    """Labelled data of that kind; numbers for the labels of prices."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(60, 3)).round(3)
    if kind == "pictures":
        return write_pictures(path)
    if kind == "column":
        np.save(path.with_suffix(".npy"), np.column_stack([values, values[:, 0] > 0]))
        return path.with_suffix(".npy")
    if kind == "arrays":
        np.savez(path.with_suffix(".npz"), x=values, y=np.where(values[:, 0] > 0, "up", "down"))
        return path.with_suffix(".npz")
    if kind == "texts":
        words = np.where(generator.random((60, 5)) < 0.5, "good", "bad")
        path.write_text("".join(f"{'fine' if row[0] == 'good' else 'poor'}\t{' '.join(row)} {number}\n"
                                for number, row in enumerate(words)))  # fmt: skip
        return path
    table = pd.DataFrame(values, columns=["a", "b", "c"])
    table["town"] = generator.choice(["Bern", "Lund"], 60)
    table["paid"] = np.where(values[:, 0] > 0, "yes", "no") if kind == "table" else 100 + 7 * values[:, 0]
    table.to_csv(path.with_suffix(".csv"), index=False)
    return path.with_suffix(".csv")


@pytest.mark.parametrize("has_test", [False, True], ids=["drawn", "test-path"])
@pytest.mark.parametrize("kind", ["pictures", "table", "prices", "texts", "arrays", "column"])
def test_a_model_finds_the_parts_that_it_was_trained_with(kind: str, has_test: bool, tmp_path: Path):
    source = write_source(kind, tmp_path / "mine", 1)
    test = write_source(kind, tmp_path / "judges", 2) if has_test else None
    data = load_data(source, test=test, validation=0.2)
    reading = Reading.from_dict(json.loads(json.dumps(data.reading)))
    again = load_with(source, reading, features=data.features, classes=data.classes)
    assert again.checksum == data.checksum
    assert again.split == data.split
    assert data.test is not None


def test_what_is_judged_has_no_say_in_what_is_learnt(tmp_path: Path):
    """Huge numbers, holes and new towns among the examples of the validation and test parts change nothing."""
    source = write_source("table", tmp_path / "mine", 1)
    opened = open_data(source)
    assert opened.examples is not None
    rows = divide(opened.examples, "mine").rows
    known, lines = opened.prepared(), source.read_text().splitlines()
    for number, row in enumerate([*rows.validation, *rows.test]):
        _, b, _, _, paid = lines[row + 1].split(",")
        lines[row + 1] = f"{10**number},{b if number % 2 else ''},{-number},Town {number},{paid}"
    (tmp_path / "other.csv").write_text("\n".join(lines) + "\n")
    found = load_data(tmp_path / "other.csv")
    assert found.features == known.features
    np.testing.assert_array_equal(found.train.raw, known.train.raw)
    assert found.test is not None
    assert known.test is not None
    assert (found.test.raw != known.test.raw).any()


def test_a_label_column_that_was_found_by_its_place_is_put_aside_again(tmp_path: Path):
    source = write_source("column", tmp_path / "mine", 1)
    data = load_data(source)
    assert data.reading["label"] == "3"
    (examples,) = load_unlabelled([source], "numbers", Reading.from_dict(data.reading))
    assert examples.contents(np.arange(2)).shape == (2, 3)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"memory": -1}, "memory: a whole number of bytes from 0 is required, got -1"),
        ({"test": True}, "test: a share from 0 to below 1, or a path, is required, got True"),
    ],
)
def test_choices_that_are_none_are_refused_before_anything_is_read(choices: dict[str, Any], message: str):
    with pytest.raises(InvalidValueError, match=f"^{message}"):
        load_data("nowhere.csv", **choices)


def test_a_single_column_is_named_by_a_text_and_a_share_may_be_numpys():
    table = people()
    data = load_data(table, features="age", test=np.float64(0.25))
    assert data.reading["features"] == ["age"]
    assert data.features.encoder.input_name(0) == "age"
    assert load_data(table, ignore="town", test=0.25).checksum == data.checksum


def test_paths_that_no_file_can_have_hold_nothing_and_an_empty_one_is_not_this_folder():
    for path in ("a\0b.csv", "folder/" * 2_000):
        with pytest.raises(
            MissingFileError, match=r"or a name \(pellucid data list\), is required; there is nothing at"
        ):
            load_data(path)
    with pytest.raises(UnknownNameError, match=r"^data: '' is not known"):
        load_data("")


@pytest.mark.parametrize("memory", [None, 0])
def test_bytes_are_for_a_model_the_very_data_that_it_was_trained_on(tmp_path: Path, memory: int | None, cache: Path):
    """A model file does not say that its numbers were bytes; those beyond memory are not copied as floats."""
    np.savez(tmp_path / "a.npz", x=RANDOM.integers(0, 256, (60, 4), np.uint8), y=np.arange(60) % 2)
    trained = load_data(tmp_path / "a.npz", memory=memory)
    features = Features.from_dict(trained.features.to_dict(), trained.features.tensors())
    judged = load_with(tmp_path / "a.npz", Reading(memory=memory), features=features, classes=trained.classes)
    assert judged.train.raw.dtype == np.uint8
    assert judged.checksum == trained.checksum
    np.testing.assert_array_equal(judged.train.inputs, trained.train.inputs)


def test_what_is_ignored_may_be_missing_in_what_is_judged_and_in_nothing_else(tmp_path: Path):
    people = pd.DataFrame({"age": RANDOM.integers(0, 90, 60), "id": range(60), "paid": np.arange(60) % 2})
    trained = load_data(people, label="paid", ignore="id")
    reading = Reading(label="paid", ignore=("id",))
    judged = load_with(people.drop(columns="id"), reading, features=trained.features, classes=trained.classes)
    assert judged.checksum == trained.checksum
    assert judged.reading == trained.reading | {"task": "classification"}
    with pytest.raises(UnknownNameError, match=r"has no column 'id'"):
        load_data(people.drop(columns="id"), label="paid", ignore="id")
    with pytest.raises(UnknownNameError, match=r"has no column 'paid'"):
        load_with(people.drop(columns="paid"), reading, features=trained.features, classes=trained.classes)
