"""Folders and zip files of pictures: what people have becomes a data set, and what cannot be read is named."""

import shutil
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pellucid.data.features import PictureEncoder
from pellucid.data.prepare import prepare
from pellucid.data.sources.pictures import PictureExamples, pictures_of, read_pictures
from pellucid.data.sources.reading import Reading
from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError

STANDARD = Reading()
COLOURS = {"ant": (200, 30, 30), "bee": (30, 200, 30), "cat": (30, 30, 200)}


def save(path: Path, colour: tuple[int, ...], seed: int, size: tuple[int, int] = (24, 24)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(-30, 30, (*size, 3))
    Image.fromarray((np.array(colour) + noise).astype(np.uint8)).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """300 pictures of three classes in three formats, all of one size."""
    for row in range(300):
        name, suffix = list(COLOURS)[row % 3], ("png", "jpg", "webp")[row // 3 % 3]
        save(tmp_path / "pets" / name / f"{row:03}.{suffix}", COLOURS[name], row)
    return tmp_path / "pets"


def zipped(folder: Path) -> Path:
    return Path(shutil.make_archive(str(folder), "zip", folder))


@pytest.mark.parametrize("kind", ["folder", "zip file"])
def test_a_folder_of_pictures_becomes_a_data_set(kind: str, folder: Path):
    examples = read_pictures(folder if kind == "folder" else zipped(folder), STANDARD)
    assert isinstance(examples, PictureExamples)
    assert len(examples) == 300
    assert examples.told == f"a {kind} of pictures, one sub-folder a class"
    assert examples.name(0) == "ant/000.png"
    data = prepare(examples, "pets")
    assert data.classes == ("ant", "bee", "cat")
    assert data.features.encoder == PictureEncoder((24, 24, 3), "fit")
    assert data.train.raw.dtype == np.uint8
    assert data.test is not None
    # A class's colour is the mean of its pictures', so every picture came to its own label.
    means = data.test.raw.reshape(-1, 576, 3).mean(axis=1)
    np.testing.assert_allclose(means, np.array(list(COLOURS.values()))[data.test.labels], atol=4)
    assert data.report is not None
    assert next(iter(data.report.sentences())) == f"Taken for {examples.told}: 300 examples."


def test_one_truncated_picture_among_300_is_named_or_skipped_and_counted(folder: Path):
    broken = folder / "bee" / "004.jpg"
    broken.write_bytes(broken.read_bytes()[:300])
    examples = read_pictures(folder, STANDARD)
    with pytest.raises(
        FormatError, match=r"^bee/004\.jpg: the picture cannot be decoded \(.*; leave it out, or say --on-er"
    ):
        prepare(examples, "pets")
    report = prepare(examples, "pets", Reading(on_error="skip")).report
    assert report is not None
    assert report.n_examples == 299
    ((name, why),) = report.skipped
    assert name == "bee/004.jpg"
    assert why.startswith("the picture cannot be decoded (")


def test_a_damaged_member_of_a_zip_file_is_skipped_like_any_other(folder: Path):
    path = zipped(folder)
    with zipfile.ZipFile(path) as file:
        place = file.getinfo("cat/002.png").header_offset + 60
    content = bytearray(path.read_bytes())
    content[place : place + 8] = b"\xff" * 8
    path.write_bytes(content)
    report = prepare(read_pictures(path, STANDARD), "pets", Reading(on_error="skip")).report
    assert report is not None
    assert [name for name, _ in report.skipped] == ["cat/002.png"]
    assert report.skipped[0][1].startswith("truncated or damaged in the zip file (")


def test_equal_files_have_equal_fingerprints(folder: Path):
    shutil.copy(folder / "ant" / "000.png", folder / "bee" / "copy.png")
    fingerprints = read_pictures(folder, STANDARD).fingerprints()
    assert fingerprints.dtype == np.dtype("S16")
    assert len(np.unique(fingerprints)) == 300
    assert prepare(read_pictures(folder, STANDARD), "pets").report.n_duplicates == 1  # pyright: ignore[reportOptionalMemberAccess]


def test_pictures_of_other_sizes_are_counted_and_brought_to_one(folder: Path):
    for row in range(20):
        save(folder / "cat" / f"large{row}.png", COLOURS["cat"], row, (50, 70))
    data = prepare(read_pictures(folder, STANDARD), "pets")
    assert data.feature_shape == (32, 32, 3)
    assert data.report is not None
    note = next(note for note in data.report.notes if "looked at" in note)
    assert "are not of 32 × 32 pixels (2 sizes, " in note
    assert note.endswith("each is scaled to cover that and its middle is cut out.")


def test_other_files_are_counted_and_left_out(folder: Path):
    for name in ("readme.txt", "ant/list.csv", "ant/more.csv", "ant/scan.tif", "LICENSE"):
        (folder / name).write_bytes(b"x")
    notes = read_pictures(folder, STANDARD).notes
    assert notes == (
        "Files that are no pictures by their suffix are left out: 5 (.csv: 2, none: 1, .tif: 1, .txt: 1).",
    )


def test_folders_called_train_and_test_are_parts(tmp_path: Path):
    for row in range(60):
        part, name = ("test" if row % 6 == 0 else "train"), ("ant", "bee")[row % 2 if row % 6 else row // 6 % 2]
        save(tmp_path / part / name / f"{row}.png", COLOURS[name], row)
    data = prepare(read_pictures(tmp_path, STANDARD), "pets")
    assert data.test is not None
    assert data.validation is not None
    assert (data.test.n_samples, data.train.n_samples + data.validation.n_samples) == (10, 50)


def test_the_class_may_stand_in_the_name(tmp_path: Path):
    for row in range(30):
        name = list(COLOURS)[row % 3]
        save(tmp_path / f"{name}_{row}.png", COLOURS[name], row)
    with pytest.raises(
        DataError, match=r"a sub-folder for each class is required, these 30 pictures lie in one; move th"
    ):
        read_pictures(tmp_path, STANDARD)
    examples = read_pictures(tmp_path, Reading(pattern="{class}_*.png"))
    assert examples.told == "a folder of pictures, the class in each name by '{class}_*.png'"
    assert examples.labels is not None
    assert np.unique(examples.labels).tolist() == ["ant", "bee", "cat"]
    assert read_pictures(tmp_path, STANDARD, labelled=False).labels is None


def test_single_pictures_are_read_unlabelled(folder: Path):
    paths = [folder / "cat" / "002.png", folder / "nothing.png"]
    examples = pictures_of(paths)
    assert [examples.name(row) for row in range(2)] == list(map(str, paths))
    assert examples.labels is None
    encoder = PictureEncoder((24, 24, 3), "fit")
    pixels = encoder.encode(examples.contents(np.array([0])))[0]
    np.testing.assert_array_equal(pixels, np.asarray(Image.open(paths[0])))
    with pytest.raises(MissingFileError, match=r"nothing\.png: a picture is required, but there is no such file$"):
        encoder.encode(examples.contents(np.array([1])))
    assert len(read_pictures(paths[0], STANDARD, labelled=False)) == 1
    with pytest.raises(
        DataError, match=r"002\.png: a folder or zip file of pictures .* is required, this is a single pic"
    ):
        read_pictures(paths[0], STANDARD)


def test_what_holds_no_pictures_is_refused(tmp_path: Path):
    (tmp_path / "a.csv").write_text("a,b\n")
    with pytest.raises(
        FormatError, match=r"pictures \(\.png, .*\) are required, this folder has none: Files that are no"
    ):
        read_pictures(tmp_path, STANDARD)
    with pytest.raises(FormatError, match=r"a\.csv: a folder or a zip file is required, this is neither"):
        read_pictures(tmp_path / "a.csv", STANDARD)
    with pytest.raises(MissingFileError, match=r"nothing: a folder or a zip file is required, there is none"):
        read_pictures(tmp_path / "nothing", STANDARD)


def test_a_picture_named_as_one_and_none_by_its_content_is_told(folder: Path):
    content = BytesIO()
    Image.new("L", (8, 8)).save(content, "TIFF")
    (folder / "ant" / "scan.png").write_bytes(content.getvalue())
    with pytest.raises(
        FormatError, match=r"^ant/scan\.png: a PNG, JPEG or WebP picture is required, but the content is no"
    ):
        prepare(read_pictures(folder, STANDARD), "pets")


def test_choices_reach_the_encoder(folder: Path):
    reading = Reading(encoding={"size": "12x10", "colour": "grey", "contrast": "evened"})
    data = prepare(read_pictures(folder, reading), "pets", reading)
    assert data.features.encoder == PictureEncoder((12, 10), "fit", "evened")
    assert data.train.raw.dtype == np.float32
    assert not data.features.is_scaled
    with pytest.raises(InvalidValueError, match=r"^encoding: 'colours' is not known; did you mean 'colour'"):
        prepare(read_pictures(folder, STANDARD), "pets", Reading(encoding={"colours": "grey"}))


def test_the_real_cats_are_read_from_their_zip_file(real_data: Path):
    examples = read_pictures(real_data / "cifar10-cats" / "cifar10-cats.zip", STANDARD)
    assert len(examples) == 12_000
    assert examples.labels is not None
    assert examples.parts is not None
    assert (examples.parts == "test").sum() == 2_000
    assert ((examples.parts == "test") & (examples.labels == "cat")).sum() == 1_000
    rows = np.arange(0, 12_000, 600)
    encoder = examples.learn_encoder(rows, STANDARD)
    assert encoder == PictureEncoder((32, 32, 3), "fit")
    encoded = encoder.encode(examples.contents(rows))
    with zipfile.ZipFile(real_data / "cifar10-cats" / "cifar10-cats.zip") as file:
        first = np.asarray(Image.open(BytesIO(file.read(examples.name(600)))))
    np.testing.assert_array_equal(encoded[1], first)
