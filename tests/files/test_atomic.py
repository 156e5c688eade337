"""Files are written whole or not at all."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from pellucid.errors import FormatError, WriteError
from pellucid.files import write_atomically, writing_atomically


def test_the_new_content_takes_the_name_and_nothing_else_is_left(tmp_path: Path):
    path = tmp_path / "model.safetensors"
    for content in (b"first", b"second, and longer"):
        write_atomically(path, content)
        assert path.read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.safetensors"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_the_file_is_its_owners_alone(tmp_path: Path):
    path = tmp_path / "model"
    write_atomically(path, b"numbers")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("function", ["fsync", "fdopen"])
def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str):
    path = tmp_path / "model"
    write_atomically(path, b"old")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, function, full)
    with pytest.raises(WriteError) as refusal:
        write_atomically(path, b"new")
    assert str(refusal.value) == f"{path}: could not be written (No space left on device); nothing was changed"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_ctrl_c_leaves_the_old_file_and_no_other_and_stays_ctrl_c(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "model"
    write_atomically(path, b"old")

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_that_cannot_be_taken_leaves_nothing_behind(tmp_path: Path):
    path = tmp_path / "folder"
    path.mkdir()
    with pytest.raises(WriteError, match=r"folder: could not be written \(.+\); nothing was changed$"):
        write_atomically(path, b"new")
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(WriteError, match=r"could not be written \(No such file or directory\); nothing was changed$"):
        write_atomically(tmp_path / "missing" / "model", b"new")


def test_a_file_written_piece_by_piece_is_there_whole_or_not_at_all(tmp_path: Path):
    path = tmp_path / "answers.csv"
    with writing_atomically(path) as file:
        file.write(b"a,b\n")
        assert not path.exists()
        file.write(b"1,2\n")
    assert path.read_bytes() == b"a,b\n1,2\n"

    def write_half() -> None:
        with writing_atomically(path) as file:
            file.write(b"a,b,c\n")
            raise FormatError("the source is damaged")

    with pytest.raises(FormatError, match=r"^the source is damaged$"):
        write_half()
    assert path.read_bytes() == b"a,b\n1,2\n"
    assert list(tmp_path.iterdir()) == [path]
