"""Room in the user's cache: what makes way for examples that are to be written, and what never does."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from pellucid.data import shard_room
from pellucid.data.shard_room import IN_USE_SECONDS, make_room
from pellucid.data.shards import find_shards

DAY = IN_USE_SECONDS


def lay(cache: Path, name: str, days: float, n_bytes: int = 100, file: str = "train.npy") -> Path:
    """A folder that was last used so many days ago."""
    folder = cache / name
    folder.mkdir(parents=True)
    (folder / file).write_bytes(bytes(n_bytes))
    for path in (folder / file, folder):
        os.utime(path, (time.time() - days * DAY,) * 2)
    return folder


def test_what_a_killed_run_left_is_deleted_a_day_later(tmp_path: Path):
    old, new = (lay(tmp_path, f".{digit * 40}.abc_12.part", days) for digit, days in (("a", 1.1), ("b", 0.9)))
    make_room(tmp_path, 10)
    assert (old.exists(), new.exists()) == (False, True)
    os.utime(new, (time.time() - 2 * DAY,) * 2)  # its file was written to since
    make_room(tmp_path, 10)
    assert new.exists()


def test_those_not_used_for_longest_make_way_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shard_room, "KEPT_BYTES", 350)
    folders = [lay(tmp_path, f"{number:040x}", days) for number, days in enumerate((3, 5, 0.5, 4))]
    make_room(tmp_path, 0)
    assert [folder.exists() for folder in folders] == [True, False, True, True]
    make_room(tmp_path, 60)
    assert [folder.exists() for folder in folders] == [True, False, True, False]
    make_room(tmp_path, 10**6)
    assert [folder.exists() for folder in folders] == [False, False, True, False], "the third was used within a day"
    assert [entry.name for entry in tmp_path.iterdir()] == [folders[2].name]


def test_a_full_disk_is_a_reason_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folders = [lay(tmp_path, f"{number:040x}", days) for number, days in enumerate((3, 5))]
    monkeypatch.setattr(shard_room.shutil, "disk_usage", lambda path: type("usage", (), {"free": 50}))
    make_room(tmp_path, 120)
    assert [folder.exists() for folder in folders] == [True, False]


def test_what_is_none_of_ours_is_never_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shard_room, "KEPT_BYTES", 0)
    apart = lay(tmp_path, "apart", 9)
    cache = tmp_path / "cache"
    kept = [
        lay(cache, "a" * 39, 9),
        lay(cache, "b" * 40, 9, file="holiday.jpg"),
        lay(cache, ".c.part", 9),
        lay(cache, f".{'c' * 40}..part", 9),
    ]
    (cache / ("d" * 40)).symlink_to(apart)
    lay(cache, "e" * 40, 9, file="test.npy")
    nested = lay(cache, "f" * 40, 9)
    (nested / "test.npy").symlink_to(apart / "train.npy")
    os.utime(nested, (0, 0))
    (cache / "file").write_bytes(b"x")
    before = {entry.name for entry in cache.iterdir()}
    make_room(cache, 10**6)
    assert before - {entry.name for entry in cache.iterdir()} == {"e" * 40}
    assert all((folder / next(folder.iterdir()).name).exists() for folder in kept)
    assert (apart / "train.npy").exists()


def test_a_folder_that_is_found_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shard_room, "KEPT_BYTES", 0)
    folder = lay(tmp_path, "a" * 40, 9, file="skipped.json")
    assert find_shards(folder, 1, np.dtype(np.float32)) is None
    make_room(tmp_path, 10)
    assert folder.exists()


def test_numbers_that_another_process_has_mapped_stay_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shard_room, "KEPT_BYTES", 0)
    folder = lay(tmp_path, "a" * 40, 0)
    np.save(folder / "train.npy", np.arange(10_000))
    mapped = np.load(folder / "train.npy", mmap_mode="r")
    for path in (folder / "train.npy", folder):
        os.utime(path, (0, 0))
    make_room(tmp_path, 10)
    if os.name != "nt":
        assert not folder.exists()
    np.testing.assert_array_equal(mapped, np.arange(10_000))
