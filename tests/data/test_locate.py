"""Fetching a named set: whole, in part, and not at all."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest

from pellucid.data import CATALOG, NamedSet, PublishedFile, fetch, find, is_intact
from pellucid.errors import DownloadError, MissingFileError

CONTENTS = {name: np.random.default_rng(size).bytes(size) for name, size in (("a.gz", 3_000), ("b.gz", 500))}


@pytest.fixture
def entry(publisher, cache: Path) -> NamedSet:
    """A set of two files that the publisher on this machine gives."""
    publisher.contents = dict(CONTENTS)
    files = [PublishedFile(name, len(body), hashlib.sha256(body).hexdigest()) for name, body in CONTENTS.items()]
    return dataclasses.replace(CATALOG["mnist"], name="small", files=tuple(files), addresses=(publisher.address,))


def test_it_downloads_all_files_into_the_cache(entry: NamedSet, cache: Path):
    told: list[tuple[int, int]] = []
    assert find(entry) is None
    folder = fetch(entry, lambda *numbers: told.append(numbers))
    assert folder == cache / "small" == find(entry)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENTS
    assert told[-1] == (3_500, 3_500)
    assert told == sorted(told)


def test_what_is_here_is_not_downloaded_again(entry: NamedSet, publisher):
    fetch(entry)
    told: list[tuple[int, int]] = []
    fetch(entry, lambda *numbers: told.append(numbers))
    assert len(publisher.ranges) == 2
    assert told == []


def test_a_file_that_is_damaged_or_missing_is_fetched_anew(entry: NamedSet, publisher):
    folder = fetch(entry)
    (folder / "b.gz").write_bytes(bytes(500))
    assert not is_intact(entry.files[1], folder)
    fetch(entry)
    assert len(publisher.ranges) == 3
    (folder / "a.gz").unlink()
    assert not is_intact(entry.files[0], folder)
    fetch(entry)
    assert all(is_intact(file, folder) for file in entry.files)


def test_a_folder_that_the_environment_names_is_used_as_it_is(
    entry: NamedSet, publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PELLUCID_DATA", str(tmp_path))
    (tmp_path / "small").mkdir()
    for name, body in CONTENTS.items():
        (tmp_path / "small" / name).write_bytes(body)
    assert fetch(entry) == tmp_path / "small"
    assert publisher.ranges == []


def test_a_file_that_cannot_be_had_is_named_with_its_place(entry: NamedSet, publisher, cache: Path):
    publisher.behaviours = ["404"]
    with pytest.raises(
        DownloadError, match=r"small: a\.gz: could not be downloaded .*404.*; put a\.gz, b\.gz into"
    ) as got:
        fetch(entry)
    assert str(cache / "small") in str(got.value)
    assert find(entry) is None


def test_without_scikit_learn_it_is_said_where_the_digits_come_from(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pellucid.data.locate.digits_folder", lambda: None)
    assert find(CATALOG["digits"]) is None
    with pytest.raises(MissingFileError, match=r"digits: digits\.csv\.gz as it comes with scikit-learn is required"):
        fetch(CATALOG["digits"])


def test_the_catalog_is_complete():
    for name, entry in CATALOG.items():
        assert entry.name == name
        assert len(entry.classes) == len(set(entry.classes)) == 10
        assert entry.licence
        assert all(len(file.sha256) == 64 and file.size > 0 for file in entry.files)
        assert all(address.endswith("/") for address in entry.addresses)


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_the_real_files_are_the_published_ones(real_data: Path, name: str):
    if not (real_data / name).is_dir():
        pytest.skip(f"no real data: {name}/ is not in that folder")
    assert all(is_intact(file, real_data / name) for file in CATALOG[name].files)


def test_the_digits_of_this_scikit_learn_are_the_known_ones():
    folder = find(CATALOG["digits"])
    assert folder is not None
    assert all(is_intact(file, folder) for file in CATALOG["digits"].files)
