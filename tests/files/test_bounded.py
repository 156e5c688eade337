"""Files that may be hostile are read within bounds, and told of in one short line."""

from pathlib import Path

import pytest

from pellucid.errors import FormatError
from pellucid.files import read_bounded, readable


def test_a_file_of_just_the_bound_is_read_and_none_longer(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"
    with pytest.raises(FormatError, match=r"file: may take 4 bytes, this one has 5$"):
        read_bounded(path, 4)


def test_a_file_that_grows_while_it_is_read_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    before = path.stat()
    path.write_bytes(b"123456789")
    monkeypatch.setattr(Path, "stat", lambda _: before)
    with pytest.raises(FormatError, match=r"file: may take 5 bytes, this one has grown beyond that$"):
        read_bounded(path, 5)


@pytest.mark.parametrize("name", ["missing", "."])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str):
    with pytest.raises((FileNotFoundError, FormatError)):
        read_bounded(tmp_path / name, 5)


def test_a_message_is_one_short_printable_line():
    assert readable(ValueError("a\nb\x1b[31m\u202e")) == "a\ufffdb\ufffd[31m\ufffd"
    assert readable(ValueError("x" * 300)) == "x" * 300
    assert readable(ValueError("x" * 10**6)) == "x" * 300 + "…"
