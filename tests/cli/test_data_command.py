"""`pellucid data` as a person runs it."""

import dataclasses
import hashlib
import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from pellucid.cli.data import app
from pellucid.data import CATALOG, Dataset, PublishedFile
from pellucid.errors import DownloadError, FormatError, MissingFileError, UnknownNameError


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
    monkeypatch.setattr("pellucid.cli.data.CATALOG", MappingProxyType({"small": entry}))
    return body


def test_list_says_what_there_is_and_what_to_do(cache: Path):
    text = run("list").stdout
    assert "digits: Handwritten digits" in text
    assert "  1,797 examples, 10 classes" in text
    assert "  licence: MIT (Zalando SE, 2017)" in text
    assert "  not here: pellucid data fetch mnist\n" in text
    assert "not here: pellucid data fetch digits" not in text


def test_list_json(cache: Path):
    sets = {entry["name"]: entry for entry in run_json("list")["sets"]}
    assert list(sets) == ["digits", "mnist", "fashion-mnist"]
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


def test_show_json():
    shown = run_json("show", "digits")
    assert list(shown) == [
        "name", "task", "feature_shape", "classes", "parts", "warning", "split", "licence", "checksum",
    ]  # fmt: skip
    assert shown["feature_shape"] == [8, 8]
    assert shown["parts"]["validation"]["n_samples"] == 269
    assert sum(shown["parts"]["train"]["class_counts"]) == 1169
    assert shown["warning"] is None


def test_show_warns_of_classes_of_very_different_sizes(monkeypatch: pytest.MonkeyPatch):
    uneven = Dataset.from_arrays(np.zeros((100, 2)), np.arange(100) > 80, classes=["[b]no[/b]", "yes"])
    monkeypatch.setattr("pellucid.cli.data.load_data", lambda name, progress: uneven)
    text = run("show", "mine").stdout
    assert "Warning: Class '[b]no[/b]' has 53 examples and class 'yes' 12:" in text
    assert " [b]no[/b] " in text
    shown = run_json("show", "mine")
    assert shown["warning"].startswith("Class '[b]no[/b]' has 53")
    assert shown["licence"] is None


def test_show_of_numbers_to_predict_has_no_classes(monkeypatch: pytest.MonkeyPatch):
    numbers = Dataset.from_arrays(np.zeros((100, 2)), np.zeros(100))
    monkeypatch.setattr("pellucid.cli.data.load_data", lambda name, progress: numbers)
    assert "█" not in run("show", "mine").stdout
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
        "validation examples that are also in train, pixel for pixel: 0",
        "test examples that are also in train, pixel for pixel: 0",
    ]
    checked = run_json("check", "digits")
    assert checked["files"] == {"digits.csv.gz": True}
    assert checked["intact"] is True
    assert checked["repeated"] == {"validation": 0, "test": 0}


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
