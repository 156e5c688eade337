"""`pellucid data` as a person runs it."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from pellucid.cli.data import app
from pellucid.data import CATALOG, Dataset, PublishedFile, Reading
from pellucid.data.load import Opened
from pellucid.errors import DownloadError, FormatError, InvalidValueError, MissingFileError, UnknownNameError


def run(*words: str, fails_with: type[Exception] | None = None) -> Result:
    result = CliRunner().invoke(app, list(words))
    if fails_with is None:
        assert result.exit_code == 0, result.output
    else:
        assert isinstance(result.exception, fails_with), result.output
    return result


def run_json(*words: str) -> dict[str, Any]:
    return json.loads(run(*words, "--json").stdout)


@pytest.fixture
def small(publisher, cache: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A set `small` of one file, which the publisher on this machine gives; the file's bytes."""
    body = np.random.default_rng(0).bytes(2_000)
    file = PublishedFile("a.gz", len(body), hashlib.sha256(body).hexdigest())
    publisher.contents["a.gz"] = body
    entry = dataclasses.replace(CATALOG["mnist"], name="small", files=(file,), addresses=(publisher.address,))
    monkeypatch.setattr("pellucid.data.catalog.CATALOG", MappingProxyType({"small": entry}))
    return body


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[Dataset], None]:
    """Makes the commands find that data set under any name."""

    def give(data: Dataset) -> None:
        opened = Opened("mine", Reading(), None, None, data)
        monkeypatch.setattr("pellucid.data.load.open_data", lambda name, reading, progress=None: opened)

    return give


def test_list_says_what_there_is_and_what_to_do(cache: Path):
    text = run("list").stdout
    assert "digits: Handwritten digits" in text
    assert "  1,797 examples, 10 classes, 58 kB\n" in text
    assert "  spoken-digits:unseen-theo: theo tests, yweweler validates, the other four train\n" in text
    assert "  licence: MIT (Zalando SE, 2017)" in text
    assert "  not here: pellucid data fetch mnist\n" in text
    assert "  not here: pellucid data fetch cats says how to get it\n" in text
    assert "not here: pellucid data fetch digits" not in text


def test_list_json(cache: Path):
    sets = {entry["name"]: entry for entry in run_json("list")["sets"]}
    assert list(sets) == list(CATALOG)
    assert list(sets["mnist"]) == [
        "name", "title", "n_samples", "classes", "licence", "folder", "kind", "page", "bytes", "splits", "is_published",
    ]  # fmt: skip
    assert sets["penguins"]["page"] == "https://github.com/allisonhorst/palmerpenguins"
    assert list(sets["spoken-digits"]["splits"])[:2] == ["official", "unseen-george"]
    assert not sets["faces"]["is_published"]
    assert sets["mnist"]["folder"] is None
    assert Path(sets["digits"]["folder"], "digits.csv.gz").is_file()
    assert sets["fashion-mnist"]["n_samples"] == 70_000
    assert sets["fashion-mnist"]["classes"][9] == "Ankle boot"


def test_show_digits():
    result = run("show", "digits")
    text = result.stdout
    assert "One example: 8 × 8 values" in text
    assert "drawn class by class with the fixed seed 1797." in text
    row = next(line for line in text.splitlines() if line.startswith(" 3 "))
    assert row.split() == ["3", "119", "27", "37", "183", "█" * 30]
    total = next(line for line in text.splitlines() if "1,797" in line and "Of" not in line)
    assert total.split() == ["1,169", "269", "359", "1,797"]
    assert "Licence: CC BY 4.0" in text
    assert "Checksum: 6cd4fb1c" in text
    assert "Warning" not in text
    assert result.stderr == ""
    lines = text.splitlines()
    first = next(place for place, line in enumerate(lines) if line.split() == ["0", "1", "2", "3"])
    assert "@@" in lines[first + 1], "pictures as letters where there are no colours"
    assert "@@" not in run("show", "digits", "--examples", "0").stdout


def test_show_json():
    shown = run_json("show", "digits")
    assert list(shown) == [
        "name", "task", "feature_shape", "classes", "parts", "warning", "split", "licence", "checksum", "kind",
        "encoding", "page", "splits", "told", "n_duplicates", "skipped", "notes", "missing",
    ]  # fmt: skip
    assert shown["kind"] == "pictures"
    assert shown["told"] is None
    assert shown["feature_shape"] == [8, 8]
    assert shown["parts"]["validation"]["n_samples"] == 269
    assert sum(shown["parts"]["train"]["class_counts"]) == 1169
    assert shown["warning"] is None


def test_show_warns_of_classes_of_very_different_sizes(given: Callable[[Dataset], None]):
    uneven = Dataset.from_arrays(np.arange(200.0).reshape(100, 2), np.arange(100) > 80, classes=["[b]no[/b]", "yes"])
    given(uneven)
    text = run("show", "mine").stdout
    assert "Warning: Class '[b]no[/b]' has 53 examples and class 'yes' 12:" in text
    assert " [b]no[/b] " in text
    shown = run_json("show", "mine")
    assert shown["warning"].startswith("Class '[b]no[/b]' has 53")
    assert shown["licence"] is None


def test_show_of_numbers_to_predict_has_no_classes(given: Callable[[Dataset], None]):
    given(Dataset.from_arrays(np.arange(200.0).reshape(100, 2), np.arange(100.0)))
    text = run("show", "mine").stdout
    assert "█" not in text
    row = next(line for line in text.splitlines() if line.startswith(" train "))
    assert row.split()[:2] == ["train", "65"]
    assert run_json("show", "mine")["classes"] is None


@pytest.mark.parametrize("command", ["show", "fetch", "check"])
def test_an_unknown_name_brings_the_nearest(command: str):
    result = run(command, "minst", fails_with=UnknownNameError)
    assert "did you mean 'mnist'?" in str(result.exception)
    assert result.stdout == ""


def test_fetch_says_where_it_lies_and_whether_it_was_there(small: bytes, cache: Path):
    folder = cache / "small"
    first = run("fetch", "small")
    assert first.stdout == f"small is now in {folder}\n"
    assert "100%" in first.stderr or "2.0/2.0 kB" in first.stderr
    assert (folder / "a.gz").read_bytes() == small
    again = run("fetch", "small")
    assert again.stdout == f"small was already in {folder}\n"
    assert again.stderr == ""


def test_fetch_json(small: bytes, cache: Path):
    assert run_json("fetch", "small") == {"name": "small", "folder": str(cache / "small"), "downloaded": True}
    assert run_json("fetch", "small") == {"name": "small", "folder": str(cache / "small"), "downloaded": False}


def test_fetch_without_a_network_passes_the_error_on(small: bytes, publisher):
    publisher.behaviours = ["404"]
    result = run("fetch", "small", "--json", fails_with=DownloadError)
    assert "small: a.gz: could not be downloaded" in str(result.exception)
    assert result.stdout == ""


def test_check_of_digits():
    assert run("check", "digits").stdout.splitlines() == [
        "digits.csv.gz: as published",
        "validation examples that are also in train: 0",
        "test examples that are also in train: 0",
        "nothing that alone tells the label",
    ]
    checked = run_json("check", "digits")
    assert checked["files"] == {"digits.csv.gz": True}
    assert checked["intact"] is True
    assert checked["repeated"] == {"validation": 0, "test": 0}
    assert checked["within"] == {"train": 0, "validation": 0, "test": 0}
    assert (checked["contradictory"], checked["leaks"]) == (0, [])


def test_check_of_a_damaged_file(small: bytes, cache: Path):
    run("fetch", "small")
    (cache / "small" / "a.gz").write_bytes(bytes(2_000))
    result = run("check", "small", fails_with=FormatError)
    assert result.stdout == "a.gz: NOT as published\n"
    assert str(cache / "small" / "a.gz") in str(result.exception)
    assert "delete it and run: pellucid data fetch small" in str(result.exception)
    result = run("check", "small", "--json", fails_with=FormatError)
    assert json.loads(result.stdout)["intact"] is False
    assert json.loads(result.stdout)["repeated"] is None


def test_check_of_a_set_that_is_not_here(cache: Path):
    result = run("check", "mnist", fails_with=MissingFileError)
    assert "mnist: its files are required, they are not here; run: pellucid data fetch mnist" in str(result.exception)


def people(folder: Path, n_rows: int = 120) -> Path:
    """A table with a missing value in every tenth row, a repeated row, and a column that tells the label."""
    random = np.random.default_rng(1)
    lines = ["age,town,refund,paid"]
    for row in range(n_rows):
        paid = random.random() < 0.5
        town = random.choice(["Bern", "[b]Lund[/b]"])
        lines.append(f"{'' if row % 10 == 0 else random.integers(20, 70)},{town},{-row if paid else row + 5},{paid}")
    lines.append(lines[-1])
    path = folder / "people.csv"
    path.write_text("\n".join(lines))
    return path


def test_show_of_a_table_tells_what_it_was_taken_for_and_what_is_missing(tmp_path: Path):
    path = people(tmp_path)
    text = run("show", str(path), "--label", "paid", "--ignore", "refund", "--examples", "4").stdout
    assert "Taken for a table (CSV" in text
    assert "The label is the column 'paid'." in text
    assert next(line for line in text.splitlines() if line.startswith(" age ")).split() == ["age", "12", "9.9%"]
    assert "[b]Lund[/b]" in text
    sample = [line.split()[0] for line in text.splitlines() if line.startswith((" false ", " true "))]
    assert sample[-4:] == ["false", "false", "true", "true"]
    shown = run_json("show", str(path), "--label", "paid", "--ignore", "refund")
    assert shown["missing"] == {"age": 12}
    assert run_json("show", str(path), "--label", "paid")["n_duplicates"] == 1
    assert (shown["licence"], shown["page"], shown["splits"]) == (None, None, {})


def test_show_of_texts_prints_some_of_each_class(tmp_path: Path):
    path = tmp_path / "mails.txt"
    path.write_text("".join(f"{'spam' if k % 3 else 'ham'}\tword{k % 7} \x1b[2J and more of it\n" for k in range(60)))
    lines = run("show", str(path), "--examples", "4").stdout.splitlines()
    assert [line.split(":")[0] for line in lines[-4:]] == ["ham", "ham", "spam", "spam"]
    assert "\x1b" not in "".join(lines)


def test_show_writes_a_contact_sheet(tmp_path: Path):
    sheet = tmp_path / "sheet.png"
    assert f"Picture: {sheet}\n" in run("show", "digits", "--picture", str(sheet)).stdout
    assert sheet.read_bytes().startswith(b"\x89PNG")
    result = run("show", "digits", "--picture", "sheet.jpg", fails_with=InvalidValueError)
    assert "--picture: a file that ends in .png is required, got sheet.jpg" in str(result.exception)
    path = people(tmp_path)
    result = run("show", str(path), "--picture", str(tmp_path / "b.png"), fails_with=InvalidValueError)
    assert "--picture: pictures or sounds are required, people has" in str(result.exception)
    assert not (tmp_path / "b.png").exists()


def test_check_of_a_table_finds_the_leak_and_the_duplicate(tmp_path: Path):
    path = people(tmp_path)
    text = run("check", str(path), "--label", "paid").stdout
    assert "suspect: column 'refund' alone tells the label (100.0% right; always naming the largest class" in text
    assert "examples that repeat another one of" in text
    checked = run_json("check", str(path), "--label", "paid")
    assert [leak["name"] for leak in checked["leaks"]] == ["column 'refund'"]
    assert (checked["folder"], checked["files"], checked["intact"]) == (None, {}, True)
    assert (
        "nothing that alone tells the label" in run("check", str(path), "--label", "paid", "--ignore", "refund").stdout
    )


def test_check_of_a_set_with_a_split_in_its_name_that_is_not_here(cache: Path):
    result = run("check", "spoken-digits:unseen-theo", fails_with=MissingFileError)
    assert "spoken-digits: recordings.zip is required, it is not here, and no publisher" in str(result.exception)
    result = run("fetch", "faces", fails_with=MissingFileError)
    assert "with numpy.savez_compressed, as images (400, 64, 64) of uint8" in str(result.exception)


def test_a_set_that_one_has_made_oneself_is_examined_too(cache: Path):
    folder = cache / "cat-noncat"
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    np.savez(
        folder / "catvnoncat.npz",
        train_x=random.integers(0, 256, (20, 8, 8, 3), np.uint8), train_y=np.arange(20) % 2,
        test_x=random.integers(0, 256, (6, 8, 8, 3), np.uint8), test_y=np.arange(6) % 2,
    )  # fmt: skip
    text = run("check", "cats").stdout
    assert text.startswith("catvnoncat.npz: another than the one that is known, which you may have made\n")
    assert "test examples that are also in train: 0" in text


def test_show_of_unlike_classes_names_the_cure(tmp_path: Path):
    path = tmp_path / "mails.txt"
    path.write_text("".join(f"{'ham' if k % 4 else 'spam'}\tword{k % 7} and more of it\n" for k in range(80)))
    text = run("show", str(path), "--examples", "0").stdout
    assert "\nWarning: Class 'ham' has " in text
    assert "similar numbers of each; --balance weights lets them count alike.\n" in text


def test_check_reads_by_the_choices_that_train_takes(tmp_path: Path):
    path = people(tmp_path)
    choices = ("--label", "paid", "--encoding", "categories=2", "--memory", "1M")
    assert "suspect: column 'refund'" in run("check", str(path), *choices).stdout
    result = run("check", str(path), "--label", "paid", "--encoding", "sizes=2", fails_with=UnknownNameError)
    assert "encoding: 'sizes' is not known" in str(result.exception)


@pytest.mark.parametrize("command", ["show", "check"])
def test_long_reading_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str):
    monkeypatch.setattr("pellucid.cli.progress.SECONDS_ELSEWHERE", 0.0)
    assert "121 of 121 examples read\n" in run(command, str(people(tmp_path)), "--label", "paid").stderr
