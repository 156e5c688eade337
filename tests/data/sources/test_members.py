"""Files of folders and zip files: listed in order, read within bounds, and hostile ones refused in one clear line."""

import io
import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pellucid.data.sources.members import MAX_DEPTH, MAX_ZIP_MEMBERS, open_members, with_suffixes
from pellucid.errors import FormatError, MissingFileError

FILES = {"cats/b.png": b"bb", "cats/a.PNG": b"a", "dogs/1/c.txt": b"ccc"}
LEFT_OVER = (".hidden", "cats/.DS_Store", "__MACOSX/cats/._a.png", "cats/Thumbs.db", "desktop.ini", ".git/config")


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def in_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return path


def patched(path: Path, offset_in_entry: int, content: bytes) -> Path:
    """The zip file with the first entry of its list of members changed at that place."""
    whole = bytearray(path.read_bytes())
    start = whole.index(b"PK\x01\x02") + offset_in_entry
    whole[start : start + len(content)] = content
    path.write_bytes(whole)
    return path


@pytest.mark.parametrize("kind", ["folder", "zip file"])
def test_files_are_listed_in_order_and_read(kind: str, tmp_path: Path):
    files = {**FILES, **dict.fromkeys(LEFT_OVER, b"x")}
    path = in_folder(tmp_path / "data", files) if kind == "folder" else zipped(tmp_path / "data.zip", files)
    members = open_members(path)
    assert members.told == kind
    assert members.names == ("cats/a.PNG", "cats/b.png", "dogs/1/c.txt")
    assert {name: members.read(name) for name in members.names} == FILES
    assert [members.size(name) for name in members.names] == [1, 2, 3]
    assert with_suffixes(members, [".png"]) == ("cats/a.PNG", "cats/b.png")


def test_names_of_a_zip_file_made_on_windows_part_folders(tmp_path: Path):
    assert open_members(zipped(tmp_path / "a.zip", {"cats\\a.png": b"a"})).names == ("cats/a.png",)


@pytest.mark.parametrize("kind", ["folder", "zip file"])
def test_without_files_it_is_refused(kind: str, tmp_path: Path):
    path = tmp_path / "empty"
    if kind == "folder":
        in_folder(path, {".hidden": b""})
        (path / "cats").mkdir()
    else:
        zipped(path, {"cats/": b"", "__MACOSX/x": b"x"})
    with pytest.raises(FormatError, match=rf"empty: a {kind} with files in it is required, this one has none$"):
        open_members(path)


def test_what_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(MissingFileError, match=r"nothing: a folder or a zip file is required, there is none$"):
        open_members(tmp_path / "nothing")
    members = open_members(in_folder(tmp_path / "data", {"a.png": b"a"}))
    (tmp_path / "data" / "a.png").unlink()
    with pytest.raises(MissingFileError, match=r"^a\.png: was there when the folder was listed, and is not any more$"):
        members.read("a.png")


@pytest.mark.parametrize(
    "name", ["../a.png", "cats/../../a.png", "..\\a.png", "/etc/passwd", "C:\\a.png", "C:a.png", "cats//a.png", "./a"]
)
def test_a_member_that_leads_elsewhere_is_refused(name: str, tmp_path: Path):
    path = zipped(tmp_path / "a.zip", {"b.png": b"", name: b"x"})
    with pytest.raises(
        FormatError, match=r"the name of each file must be such that it leads to no other folder"
    ) as error:
        open_members(path)
    assert name.replace("\\", "/") in str(error.value)


@pytest.mark.parametrize("kind", ["folder", "zip file"])
def test_a_name_that_cannot_be_printed_is_refused(kind: str, tmp_path: Path):
    if kind == "folder" and os.name == "nt":
        pytest.skip("Windows has no such names")
    files = {"cats/\x1b[31m\n.png": b"x"}
    path = in_folder(tmp_path / "a", files) if kind == "folder" else zipped(tmp_path / "a", files)
    with pytest.raises(
        FormatError, match=r"must be such that its characters can be printed, 'cats/.*' is there"
    ) as error:
        open_members(path)
    assert str(error.value).isprintable()


def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path):
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes no such names")
    with pytest.raises(FormatError, match=r"must be such that its characters can be printed"):
        open_members(tmp_path)


def test_folders_without_end_are_refused(tmp_path: Path):
    path = zipped(tmp_path / "deep.zip", {"a/" * (MAX_DEPTH + 1) + "b.png": b""})
    with pytest.raises(FormatError, match=rf"it is at most {MAX_DEPTH} folders deep"):
        open_members(path)


@pytest.mark.skipif(os.name == "nt", reason="making symbolic links takes a privilege on Windows")
def test_links_may_lead_to_files_within_the_folder_only(tmp_path: Path):
    data = in_folder(tmp_path / "data", {"a.png": b"a", "cats/b.png": b"b"})
    (data / "link.png").symlink_to("cats/b.png")
    (data / "broken.png").symlink_to("nothing.png")
    members = open_members(data)
    assert members.names == ("a.png", "cats/b.png", "link.png")
    assert members.read("link.png") == b"b"
    for target, where in (("/etc/passwd", "outside"), ("..", "outside"), ("cats", "a folder"), ("out", "outside")):
        (data / "out").symlink_to(target)
        with pytest.raises(FormatError, match=rf"data: symbolic links may lead to .* only, out leads to {where}; put"):
            open_members(data)
        (data / "out").unlink()
    # One that is put there after the listing leads nowhere either.
    (data / "a.png").unlink()
    (data / "a.png").symlink_to("/etc/passwd")
    with pytest.raises(FormatError, match=r"^a\.png: a file within the folder is required, this leads outside$"):
        members.read("a.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipes_are_never_opened(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FormatError, match=r"pipe: a folder or a zip file is required, this is a device or a pipe$"):
        open_members(tmp_path / "pipe")
    with pytest.raises(FormatError, match=r"a folder with files in it is required"):
        open_members(tmp_path)


@pytest.mark.parametrize("cut", [0, 3, 30, 60, 100, -1])
def test_a_truncated_zip_file_is_refused(cut: int, tmp_path: Path):
    path = zipped(tmp_path / "a.zip", FILES)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(
        FormatError, match=r"a\.zip: a folder or a zip file is required, this is neither, or a truncate"
    ):
        open_members(path)


def test_no_damage_of_a_zip_file_is_more_than_a_refusal(tmp_path: Path):
    whole = zipped(tmp_path / "a.zip", FILES).read_bytes()
    rng = np.random.default_rng(0)
    n_refused = 0
    for round_ in range(400):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 1 + round_ % 3):
            damaged[place] = rng.integers(256)
        (tmp_path / "b.zip").write_bytes(damaged)
        try:
            members = open_members(tmp_path / "b.zip")
            for name in members.names:
                members.read(name)
        except FormatError:
            n_refused += 1
    assert n_refused > 300


def test_a_bomb_is_refused_before_it_unpacks(tmp_path: Path):
    members = open_members(zipped(tmp_path / "bomb.zip", {"a.png": bytes(2**25), "b.png": bytes(2**19)}))
    tracemalloc.start()
    with pytest.raises(
        FormatError, match=r"^a\.png: may unpack to 100 times its packed size, .* claims 33,554,432 byte"
    ):
        members.read("a.png")
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()
    assert len(members.read("b.png")) == 2**19  # a short silence, or an empty sheet


@pytest.mark.parametrize(("claimed", "message"), [(2**31, "may take 268,435,456 bytes"), (5, "truncated or damaged")])
def test_a_false_claim_of_size_is_refused(claimed: int, message: str, tmp_path: Path):
    path = patched(zipped(tmp_path / "a.zip", {"a.png": bytes(range(100))}), 24, struct.pack("<I", claimed))
    with pytest.raises(FormatError, match=rf"^a\.png: {message}"):
        open_members(path).read("a.png")


@pytest.mark.parametrize(
    ("offset", "content", "message"),
    [
        (8, b"\x01\x00", r"a\.png is encrypted; unpack it with its password"),
        (10, b"\x63\x00", r"members must be stored or deflated, a\.png is packed by method 99"),
        (10, b"\x0e\x00", r"packed by method 14; unpack it into a folder"),
    ],
    ids=["encrypted", "WinZip AES", "LZMA"],
)
def test_what_cannot_be_unpacked_safely_is_refused(offset: int, content: bytes, message: str, tmp_path: Path):
    path = patched(zipped(tmp_path / "a.zip", {"a.png": b"a"}), offset, content)
    with pytest.raises(FormatError, match=message):
        open_members(path)


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("a.png", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            file.writestr("a.png", b"2")
    with pytest.raises(FormatError, match=r"each file must be there once, a\.png is there twice$"):
        open_members(tmp_path / "a.zip")


@pytest.mark.parametrize("n_members", [MAX_ZIP_MEMBERS + 1, 1_000_000])
def test_too_many_members_are_refused(n_members: int, tmp_path: Path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("a", b"")
    whole = content.getvalue()
    start, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    listed = whole[start:end] * n_members
    closing = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, n_members % 2**16, n_members % 2**16, len(listed), start, 0)
    (tmp_path / "many.zip").write_bytes(whole[:start] + listed + closing)
    with pytest.raises(FormatError, match=r"many\.zip: a zip file of at most 100,000 files is read; unpack it"):
        open_members(tmp_path / "many.zip")


def test_the_zip_file_is_closed_with_its_members(tmp_path: Path):
    members = open_members(zipped(tmp_path / "a.zip", FILES))
    members.read("cats/b.png")
    del members  # a file left open would warn, and warnings are errors


def test_the_real_zip_files_are_read(real_data: Path):
    members = open_members(real_data / "cifar10-cats" / "cifar10-cats.zip")
    assert len(members.names) == 12_000
    assert members.read("test/airplane/0000.jpg")[:2] == b"\xff\xd8"
