"""What a path is taken for, by its content."""

import gzip
import io
import wave
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pellucid.data.catalog import IDX_FILES
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.recognise import only_meaningful, open_examples, open_source, recognise
from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError

TABLE = "age,town,label\n39,Bern,yes\n25,Lund,no\n"
TEXTS = "good\tI liked every minute of it\nbad\tNever again in my whole life\n" * 6


def png(value: int) -> bytes:
    content = io.BytesIO()
    Image.fromarray(np.full((6, 6), value, np.uint8)).save(content, "PNG")
    return content.getvalue()


def wav(value: int) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(np.full(800, value, np.int16).tobytes())
    return content.getvalue()


def npy() -> bytes:
    content = io.BytesIO()
    np.save(content, np.arange(12.0).reshape(4, 3))
    return content.getvalue()


def pictures(n_of_each: int = 6) -> dict[str, bytes]:
    return {f"{name}/{k}.png": png(k + 100 * (name == "light")) for name in ("dark", "light") for k in range(n_of_each)}


def laid_out(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("people.csv", TABLE.encode(), "table"),
        ("people.txt", TABLE.encode(), "table"),
        ("people.csv.gz", gzip.compress(TABLE.encode(), mtime=0), "table"),
        ("people.jsonl", b'{"age": 39}\n{"age": 25}\n', "table"),
        ("people", b'{"age": 39}\n{"age": 25}\n', "table"),
        ("opinions.txt", TEXTS.encode(), "text"),
        ("SMSSpamCollection", TEXTS.encode(), "text"),
        ("opinions.tsv", TEXTS.encode(), "table"),
        ("lines.txt", b"one\ntwo\n", "text"),
        ("a.npy", npy(), "numbers"),
        ("picture", png(5), "pictures"),
        ("sound.dat", wav(5), "sounds"),
        ("misnamed.csv", png(5), "pictures"),
        ("table.parquet", b"PAR1....", "table"),
    ],
)
def test_a_file_is_what_it_holds(tmp_path: Path, name: str, content: bytes, kind: str):
    (tmp_path / name).write_bytes(content)
    assert recognise(tmp_path / name) == kind


def test_a_folder_and_a_zip_file_are_what_most_of_their_files_are(tmp_path: Path):
    sounds = {f"{name}/{k}.wav": wav(k) for name in "ab" for k in range(4)}
    texts = {f"{name}/{k}.txt": b"some words" for name in "ab" for k in range(4)}
    few = {"README.txt": b"made by hand", "a/notes.txt": b"blurred"}
    for kind, files in (("pictures", pictures()), ("sounds", sounds), ("text", texts)):
        assert recognise(laid_out(tmp_path / kind, files | few)) == kind
        assert recognise(packed(tmp_path / f"{kind}.zip", files | few)) == kind
    assert recognise(packed(tmp_path / "arrays.npz", {"x.npy": npy(), "y.npy": npy()})) == "numbers"
    assert recognise(laid_out(tmp_path / "arrays", {"inputs.npy": npy(), "labels.npy": npy()})) == "numbers"
    notes = {f"note-{k}.txt": b"some words" for k in range(9)}
    named = {f"{name}.npy": npy() for name in ("X_train", "y_train", "X_test", "y_test")}
    assert recognise(laid_out(tmp_path / "named", named | notes)) == "numbers"
    assert recognise(laid_out(tmp_path / "unusual", {"a.npy": npy(), "b.npy": npy()})) == "numbers"
    assert recognise(laid_out(tmp_path / "idx", {IDX_FILES[0].removesuffix(".gz"): b"\0\0\x08\x03"})) == "IDX"


def test_pictures_without_a_suffix_of_their_own_are_found_by_their_bytes(tmp_path: Path):
    assert recognise(laid_out(tmp_path, {f"a/{k}.scan": png(k) for k in range(3)})) == "pictures"


@pytest.mark.parametrize(
    ("suffix", "kind"), [("png", "pictures"), ("jfif", "pictures"), ("oga", "sounds"), ("opus", "sounds")]
)
def test_damaged_files_are_what_their_suffix_says(tmp_path: Path, suffix: str, kind: str):
    assert recognise(laid_out(tmp_path, {f"a/{k}.{suffix}": b"" for k in range(3)})) == kind


def test_choices_for_other_data_are_let_go(tmp_path: Path):
    chosen = Reading(label="paid", features=("age",), ignore=("id",), pattern="{class}_*", task="classification")
    (tmp_path / "people.csv").write_text(TABLE)
    assert only_meaningful(chosen, tmp_path / "people.csv") == replace(chosen, pattern=None)
    pets = laid_out(tmp_path / "pets", pictures())
    assert only_meaningful(chosen, pets) == replace(chosen, label=None, features=(), ignore=())
    assert only_meaningful(chosen, tmp_path / "none") == chosen


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.exe": b"MZ\0\0"}, "a folder or zip file with a sub-folder of pictures .* is required, this folder holds"),
        (
            {"a.csv": TABLE.encode(), "b.csv": TABLE.encode()},
            r"this is a folder of 2; give .*a\.csv, and one",
        ),
        ({"images.idx": b"\0\0\x08\x03"}, "a folder with IDX files named as MNIST's are is required"),
        ({}, "a folder with files in it is required"),
    ],
)
def test_a_folder_of_something_else_says_what_can_be_read(tmp_path: Path, files: dict[str, bytes], message: str):
    with pytest.raises(FormatError, match=message):
        recognise(laid_out(tmp_path, files))


def test_a_file_of_something_else_says_what_can_be_read(tmp_path: Path):
    (tmp_path / "a.bin").write_bytes(b"\x00\x01\x02")
    with pytest.raises(FormatError, match=r"a\.bin: .* a table \(CSV, .* is required, this is something else"):
        recognise(tmp_path / "a.bin")
    (tmp_path / IDX_FILES[0]).write_bytes(gzip.compress(b"\0\0\x08\x03"))
    with pytest.raises(FormatError, match="this is one of MNIST's four files: give their folder"):
        recognise(tmp_path / IDX_FILES[0])
    with pytest.raises(MissingFileError, match="there is nothing at that path"):
        recognise(tmp_path / "none")


def test_a_pipe_is_not_read(tmp_path: Path):
    import os

    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FormatError, match="this is a device or a pipe"):
        recognise(tmp_path / "pipe")


def test_a_table_of_texts_becomes_texts(tmp_path: Path):
    rows = "".join(f"{'good' if k % 2 else 'bad'},this is a long enough text number {k}\n" for k in range(12))
    (tmp_path / "opinions.csv").write_text(f"label,opinion\n{rows}")
    examples = open_source(tmp_path / "opinions.csv", Reading())
    assert examples.KIND == "text"
    assert "its column 'opinion' being texts" in examples.told
    assert examples.contents(np.array([1])) == ["this is a long enough text number 1"]
    assert examples.name(0) == "opinions.csv, line 2"
    assert examples.labels is not None
    assert examples.labels[:2].tolist() == ["bad", "good"]


def test_a_second_path_judges(tmp_path: Path):
    train = laid_out(tmp_path / "train-set", pictures())
    test = laid_out(tmp_path / "test-set", pictures(2))
    examples = open_examples(train, Reading(test=str(test)))
    assert len(examples) == 16
    assert examples.parts is not None
    assert examples.parts.tolist() == [""] * 12 + ["test"] * 4
    assert examples.name(12) == "dark/0.png"
    assert "; to test, a folder of pictures" in examples.told
    assert [list(examples.contents(np.array([row]))) for row in (0, 12)] == [[png(0)], [png(0)]]
    assert examples.fingerprints()[0] == examples.fingerprints()[12]
    assert examples.learn_encoder(np.arange(12), Reading()).shape == (6, 6)


def test_a_second_path_that_does_not_fit_is_refused(tmp_path: Path):
    train = laid_out(tmp_path / "mine", pictures())
    (tmp_path / "opinions.txt").write_text(TEXTS)
    with pytest.raises(DataError, match=r"^test: a folder of pictures.* the same to test is required, a text file"):
        open_examples(train, Reading(test=str(tmp_path / "opinions.txt")))
    own = laid_out(tmp_path / "own", {f"{part}/{n}": c for part in ("train", "test") for n, c in pictures().items()})
    with pytest.raises(InvalidValueError, match=r"^test: these data have a test part of their own; leave out --test"):
        open_examples(own, Reading(test=str(train)))
    (tmp_path / "numbers.txt").write_text("1\tone two three\n2\tfour five six\n" * 4)
    with pytest.raises(DataError, match=r"^test: labels of the same kind .* such as 'good', .* such as '1'$"):
        open_examples(tmp_path / "opinions.txt", Reading(test=str(tmp_path / "numbers.txt")))


@pytest.mark.parametrize("name", ["sheet.txt", "sheet.csv"])
def test_text_of_another_encoding_is_called_so(tmp_path: Path, name: str):
    (tmp_path / name).write_text("a\tb\n1\t2\n", encoding="utf-16")
    with pytest.raises(FormatError, match=r"is required, this is text in UTF-16 \(save it as UTF-8\)$"):
        recognise(tmp_path / name)


def test_a_workbook_is_called_so_and_no_zip_file(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as file:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            file.writestr(name, "<x/>")
    with pytest.raises(FormatError, match=r"is required, this is an Excel workbook \(save the sheet as CSV\)$"):
        recognise(tmp_path / "book.xlsx")
