"""The downloader against a real server that does what servers do."""

import hashlib
import os
import stat
from pathlib import Path

import numpy as np
import pytest

from pellucid.data import download as module
from pellucid.data.download import download, file_sha256
from pellucid.errors import DownloadError, InvalidValueError, WriteError

CONTENT = np.random.default_rng(0).bytes(700_001)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def target(tmp_path: Path, publisher) -> Path:
    publisher.contents["file.gz"] = CONTENT
    return tmp_path / "cache" / "file.gz"


def fetched(publisher, target: Path, **changes) -> Path:
    options = {"size": len(CONTENT), "sha256": SHA256, "timeout_s": 5.0, "pause_s": 0.0} | changes
    return download([publisher.address + "file.gz"], target, **options)


def files_beside(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


def test_it_gives_the_file_and_tells_how_far_it_is(publisher, target: Path):
    told: list[tuple[int, int]] = []
    assert fetched(publisher, target, progress=lambda *numbers: told.append(numbers)) == target
    assert target.read_bytes() == CONTENT
    assert files_beside(target) == ["file.gz"]
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert told == sorted(told)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission bits")
def test_folder_and_file_are_for_their_owner_alone(publisher, target: Path):
    fetched(publisher, target)
    assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "behaviours",
    [
        ["cuts", "cuts", "good"],
        ["cuts"],
        ["cuts", "ignores-range"],
        ["cuts", "wrong-range", "good"],
        ["cuts", "416", "good"],
        ["cuts", "503", "good"],
        ["sends-nothing", "sends-nothing", "good"],
        ["claims-less"],
        ["claims-more"],
        ["sends-more"],
        ["no-length"],
    ],
    ids=" ".join,
)
def test_it_gets_there_whatever_the_server_does(publisher, target: Path, behaviours: list[str]):
    publisher.behaviours = behaviours
    fetched(publisher, target)
    assert target.read_bytes() == CONTENT
    assert files_beside(target) == ["file.gz"]


def test_a_stalled_connection_is_given_up_and_gone_on_with(publisher, target: Path):
    publisher.behaviours = ["stalls", "good"]
    fetched(publisher, target, timeout_s=0.3)
    assert target.read_bytes() == CONTENT
    assert publisher.ranges == [None, f"bytes={len(CONTENT) // 3}-"]


def test_a_second_call_goes_on_where_the_first_was_cut(publisher, target: Path):
    publisher.behaviours = ["cuts", "404"]
    with pytest.raises(DownloadError, match=r"file\.gz: could not be downloaded \(127\.0\.0\.1: HTTP 404 Not Found\)"):
        fetched(publisher, target)
    assert files_beside(target) == ["file.gz.part"]
    publisher.behaviours = ["good"]
    fetched(publisher, target)
    assert publisher.ranges[-1] == f"bytes={len(CONTENT) // 3}-"
    assert target.read_bytes() == CONTENT
    assert files_beside(target) == ["file.gz"]


def test_a_server_that_always_cuts_at_the_same_place_is_given_up(publisher, target: Path):
    publisher.behaviours = ["cuts", "sends-nothing"]
    with pytest.raises(DownloadError, match=rf"the connection ended after 233,333 of {len(CONTENT):,} bytes"):
        fetched(publisher, target)
    assert len(publisher.ranges) == 1 + module.MAX_IDLE_TRIES
    assert not target.exists()


def test_wrong_bytes_are_thrown_away(publisher, target: Path):
    publisher.behaviours = ["sends-garbage"]
    with pytest.raises(DownloadError, match="what it sent has another SHA-256 than " + SHA256):
        fetched(publisher, target)
    assert files_beside(target) == []


def test_after_wrong_bytes_the_next_address_is_asked_for_all_of_them(publisher, target: Path):
    publisher.behaviours = ["sends-garbage", "good"]
    addresses = [publisher.address + "file.gz"] * 2
    download(addresses, target, size=len(CONTENT), sha256=SHA256)
    assert publisher.ranges == [None, None]
    assert target.read_bytes() == CONTENT


def test_an_existing_file_stays_until_the_new_one_is_whole(publisher, target: Path):
    target.parent.mkdir()
    target.write_bytes(b"old")
    publisher.behaviours = ["sends-garbage"]
    with pytest.raises(DownloadError):
        fetched(publisher, target)
    assert target.read_bytes() == b"old"
    publisher.behaviours = ["good"]
    fetched(publisher, target)
    assert target.read_bytes() == CONTENT


def test_a_part_that_is_too_long_is_begun_anew(publisher, target: Path):
    target.parent.mkdir()
    (target.parent / "file.gz.part").write_bytes(CONTENT + b"more")
    fetched(publisher, target)
    assert publisher.ranges == [None]
    assert files_beside(target) == ["file.gz"]


def test_the_part_of_a_run_at_work_is_left_alone_and_that_of_a_killed_one_is_taken(publisher, target: Path):
    target.parent.mkdir()
    at_work, killed = target.parent / "file.gz.aa.part", target.parent / "file.gz.bb.part"
    at_work.write_bytes(CONTENT[:100])
    killed.write_bytes(CONTENT[:5_000])
    os.utime(killed, (0, 0))
    fetched(publisher, target)
    assert publisher.ranges == ["bytes=5000-"]
    assert files_beside(target) == ["file.gz", "file.gz.aa.part"]


def test_a_whole_part_needs_no_server(publisher, target: Path):
    target.parent.mkdir()
    (target.parent / "file.gz.part").write_bytes(CONTENT)
    fetched(publisher, target)
    assert publisher.ranges == []
    assert target.read_bytes() == CONTENT


def test_an_interruption_keeps_what_arrived(publisher, target: Path):
    def interrupt(n_bytes: int, _: int) -> None:
        if n_bytes:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetched(publisher, target, progress=interrupt)
    assert files_beside(target) == ["file.gz.part"]
    assert CONTENT.startswith((target.parent / "file.gz.part").read_bytes())


def test_nobody_listening_is_said_in_one_line(publisher, target: Path):
    address = publisher.address + "file.gz"
    publisher.close()
    with pytest.raises(DownloadError, match=r"file\.gz: could not be downloaded \(127\.0\.0\.1: .*refused") as caught:
        download([address, address], target, size=1, sha256="0", pause_s=0.0)
    assert "\n" not in str(caught.value)
    assert files_beside(target) == []


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/x", "/etc/hostname"])
def test_only_web_addresses_are_opened(tmp_path: Path, address: str):
    with pytest.raises(InvalidValueError, match=f"address: http or https is required, '{address}' arrived"):
        download([address], tmp_path / "file", size=1, sha256="0")
    assert list(tmp_path.iterdir()) == []


def test_a_redirection_to_a_file_is_not_followed(publisher, target: Path):
    publisher.behaviours = ["redirects-to-file"]
    with pytest.raises(DownloadError, match="HTTP 302"):
        fetched(publisher, target)
    assert not target.exists()


def test_a_folder_that_cannot_be_made_is_named(publisher, tmp_path: Path):
    (tmp_path / "a-file").write_bytes(b"")
    with pytest.raises(WriteError, match=r"a-file.file\.gz: cannot be written"):
        fetched(publisher, tmp_path / "a-file" / "file.gz")


def test_a_full_disk_is_not_taken_for_a_bad_network(publisher, target: Path, monkeypatch: pytest.MonkeyPatch):
    usual_open = Path.open

    def open_full(path: Path, *arguments, **options):
        if path.suffix == ".part":
            raise OSError(28, "No space left on device")
        return usual_open(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(WriteError, match=r"\.part: cannot be written \(No space left on device\)"):
        fetched(publisher, target)
    assert len(publisher.ranges) == 1


def test_the_checksum_of_a_file(tmp_path: Path):
    (tmp_path / "empty").write_bytes(b"")
    assert file_sha256(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
