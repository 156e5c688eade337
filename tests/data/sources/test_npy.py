"""NumPy's files from strangers: what they claim is checked before memory is taken, and nothing in them is ever run."""

import io
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data.sources import npy
from pellucid.data.sources.npy import open_npy, open_npy_folder, open_npz
from pellucid.errors import FormatError, MissingFileError


def npy_bytes(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def header(text: str, version: bytes = b"\x01\x00") -> bytes:
    """An .npy file's start with that dictionary in it."""
    length = len(text).to_bytes(2 if version == b"\x01\x00" else 4, "little")
    return b"\x93NUMPY" + version + length + text.encode("latin1")


def claims(shape: str, dtype: str = "<f8") -> bytes:
    return header(f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n")


class Canary:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4),
        np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        np.arange(12).reshape(3, 4).astype(">i4"),
        np.arange(24).reshape(2, 3, 4).astype(np.float16),
        np.array(["cat", "dog"]),
        np.array([b"cat", b"dog"]),
        np.array([True, False]),
    ],
    ids=lambda array: f"{array.dtype.str}{array.shape}",
)
def test_arrays_come_back_as_they_were_saved(array: np.ndarray, tmp_path: Path):
    (tmp_path / "a.npy").write_bytes(npy_bytes(array))
    np.savez(tmp_path / "a.npz", a=array)
    np.savez_compressed(tmp_path / "b.npz", a=array)
    for stored in (open_npy(tmp_path / "a.npy"), *open_npz(tmp_path / "a.npz"), *open_npz(tmp_path / "b.npz")):
        assert (stored.name, stored.shape, stored.dtype) == ("a", array.shape, array.dtype)
        np.testing.assert_array_equal(stored.load(), array)


def test_an_npy_file_is_mapped_and_not_read(tmp_path: Path):
    np.save(tmp_path / "a.npy", np.ones((1000, 1000)))
    tracemalloc.start()
    row = open_npy(tmp_path / "a.npy").load()[500]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert row.sum() == 1000
    assert peak < 200_000
    assert not row.flags.writeable


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_pickled_objects_are_refused_and_never_run(suffix: str, tmp_path: Path):
    canary, path = tmp_path / "canary", tmp_path / f"a.{suffix}"
    array = np.array([Canary(canary), None])
    if suffix == "npy":
        np.save(path, array, allow_pickle=True)
    else:
        np.savez(path, x=array)
    with pytest.raises(
        FormatError, match="an array of Python objects, which only pickle can read, and pickle runs what"
    ):
        open_npy(path) if suffix == "npy" else open_npz(path)
    path.write_bytes(pickle.dumps(Canary(canary)))
    with pytest.raises(FormatError):
        open_npy(path) if suffix == "npy" else open_npz(path)
    assert not canary.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            claims("(4294967296,)")[:80],
            "34,359,738,368 bytes are required for shape (4294967296,) of float64, there are",
        ),
        (claims("(-1, 4)"), "sizes of at least 1 are required, shape (-1, 4) arrived"),
        (claims("(0, 4)"), "sizes of at least 1 are required, shape (0, 4) arrived"),
        (
            claims("(9223372036854775807, 9223372036854775807)"),
            "bytes are required for shape (9223372036854775807, 922",
        ),
        (claims("(True, 1)") + b"8 bytes.", "sizes of at least 1 are required, shape (True, 1) arrived"),
        (claims("(" + "1, " * 33 + ")") + b"8 bytes.", "at most 32 sizes"),
        (claims("(1000000000000,)", "<U0"), "an array of numbers or strings is required, it holds <U0"),
        (claims("(1,)", "|V8") + b"8 bytes.", "an array of numbers or strings is required, it holds |V8"),
        (claims("(1,)", "|O") + b"8 bytes.", "an array of Python objects"),
        (claims("(1,)", "no such"), "a .npy file of version 1 or 2 is required"),
        (claims("(2,)") + b"8 bytes.", "16 bytes are required for shape (2,) of float64, there are 8"),
        (claims("(1,)") + b"8 bytes. more", "8 bytes are required for shape (1,) of float64, there are 13"),
        (claims("'shape'"), "a .npy file of version 1 or 2 is required"),
        (header("__import__('os').system('true')"), "a .npy file of version 1 or 2 is required"),
        (claims("(1,)").replace(b"'<f8'", b"[()] "), "a .npy file of version 1 or 2 is required"),
        (header("[" * 9000), "a .npy file of version 1 or 2 is required"),
        (header(" " * 60_000), "a .npy file of version 1 or 2 is required"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{", "a .npy file of version 1 or 2 is required"),
        (b"\x93NUMPY\x09\x00\x00\x00", "a .npy file of version 1 or 2 is required: version 9.0"),
        (b"\x93NUM", "a .npy file of version 1 or 2 is required"),
        (b"", "a .npy file of version 1 or 2 is required"),
        (b"\x89HDF\r\n\x1a\n", "a .npy file of version 1 or 2 is required"),
    ],
    ids=range(22),
)
@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_a_header_that_lies_is_refused_before_memory_is_taken(
    suffix: str, content: bytes, message: str, tmp_path: Path
):
    path = tmp_path / f"a.{suffix}"
    if suffix == "npy":
        path.write_bytes(content)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("x.npy", content)
    tracemalloc.start()
    with pytest.raises(FormatError) as caught:
        open_npy(path) if suffix == "npy" else open_npz(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert peak < 10_000_000


def test_a_file_truncated_at_any_byte_is_refused(tmp_path: Path):
    content = npy_bytes(np.arange(6, dtype=np.uint8).reshape(2, 3))
    np.savez_compressed(tmp_path / "a.npz", x=np.arange(6))
    packed = (tmp_path / "a.npz").read_bytes()
    for n_bytes in range(len(content)):
        (tmp_path / "a.npy").write_bytes(content[:n_bytes])
        with pytest.raises(FormatError):
            open_npy(tmp_path / "a.npy")
    for n_bytes in range(len(packed)):
        (tmp_path / "b.npz").write_bytes(packed[:n_bytes])
        with pytest.raises(FormatError):
            open_npz(tmp_path / "b.npz")[0].load()


def test_a_damaged_value_in_an_npz_file_is_noticed(tmp_path: Path):
    np.savez(tmp_path / "a.npz", x=np.arange(1000))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[4000] ^= 255
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(FormatError, match=r"a\.npz: x: truncated or damaged \(.*\); get the file anew"):
        open_npz(tmp_path / "a.npz")[0].load()


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path):
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((40, 2**20), np.uint8))
    with pytest.raises(FormatError, match=r"a\.npz: x: may unpack to 200 times its packed size, it claims 41,943,"):
        open_npz(tmp_path / "a.npz")


def test_an_array_too_large_for_the_memory_is_sent_to_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(npy, "MAX_UNPACKED_BYTES", 1000)
    np.savez(tmp_path / "a.npz", x=np.zeros(1000))
    with pytest.raises(FormatError, match=r"may take 1,000 bytes, .* 8,128; save it as a \.npy file in a folder"):
        open_npz(tmp_path / "a.npz")


def many(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for number in range(101):
            file.writestr(f"{number}.npy", b"")


def leads_out(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("../x.npy", npy_bytes(np.ones(2)))


def odd(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("x.npy", npy_bytes(np.ones(2)))


def foreign(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("readme.txt", b"hello")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (many, "1 to 100 arrays (.npy) are required, there are 101"),
        (leads_out, "'../x.npy' is there"),
        (odd, "x.npy is packed by method 14"),
        (foreign, "1 to 100 arrays (.npy) are required, there are 0"),
        (lambda path: path.write_bytes(b"no zip"), "this is neither"),
    ],
)
def test_a_zip_file_made_to_harm(make: Callable[[Path], None], message: str, tmp_path: Path):
    make(tmp_path / "a.npz")
    with pytest.raises(FormatError) as caught:
        open_npz(tmp_path / "a.npz")
    assert message in str(caught.value)


def test_what_is_not_there_or_no_file(tmp_path: Path):
    for open_it, name in ((open_npy, "a.npy"), (open_npz, "a.npz")):
        with pytest.raises(MissingFileError, match=rf"a \.{name[2:]} file is required, there is none"):
            open_it(tmp_path / name)
    with pytest.raises(FormatError, match="this is a folder, a device or a pipe"):
        open_npy(tmp_path)
    (tmp_path / "b.txt").touch()
    with pytest.raises(FormatError, match=r"1 to 100 arrays \(\.npy\) are required, there are 0"):
        open_npy_folder(tmp_path)
