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


def test_a_set_that_no_publisher_offers_says_how_to_make_it(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    entry = CATALOG["spoken-digits"]
    with pytest.raises(MissingFileError) as caught:
        fetch(entry)
    message = str(caught.value)
    assert message.startswith("spoken-digits: recordings.zip is required, it is not here, and no publisher offers it")
    assert "pack its folder recordings, with the 3,000 WAV files, into a zip file of that name" in message
    assert f"put recordings.zip into {cache / 'fsdd'}, or into fsdd/ in the folder that the environment" in message
    (tmp_path / "fsdd").mkdir()
    (tmp_path / "fsdd" / "recordings.zip").write_bytes(b"made by hand")
    monkeypatch.setenv("PELLUCID_DATA", str(tmp_path))
    assert fetch(entry) == tmp_path / "fsdd" == find(entry)
    assert not is_intact(entry.files[0], tmp_path / "fsdd")


@pytest.mark.parametrize("name", [name for name, entry in CATALOG.items() if not entry.is_bundled])
def test_the_real_files_are_the_published_ones(real_data: Path, name: str):
    folder = real_data / CATALOG[name].place
    if not folder.is_dir():
        pytest.skip(f"no real data: {folder.name}/ is not in that folder")
    assert all(is_intact(file, folder) for file in CATALOG[name].files)


def test_the_digits_of_this_scikit_learn_are_the_known_ones():
    folder = find(CATALOG["digits"])
    assert folder is not None
    assert all(is_intact(file, folder) for file in CATALOG["digits"].files)
