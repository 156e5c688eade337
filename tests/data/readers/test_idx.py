"""IDX files: whole ones of every kind, and each way in which one can be wrong."""

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.readers.idx import DTYPES, read_idx, read_images, read_labelled_images, read_labels
from pellucid.errors import FormatError, MissingFileError, PellucidError

CODES = {np.dtype(name): code for code, name in DTYPES.items()}
IMAGES = np.arange(5 * 2 * 3, dtype=np.uint8).reshape(5, 2, 3)
LABELS = np.array([0, 9, 1, 1, 5], np.uint8)


def idx(array: np.ndarray, shape: tuple[int, ...] | None = None) -> bytes:
    """The bytes of an IDX file; `shape` may lie."""
    sizes = shape or array.shape
    big_endian = array.astype(array.dtype.newbyteorder(">"))
    return struct.pack(f">HBB{len(sizes)}I", 0, CODES[big_endian.dtype], len(sizes), *sizes) + big_endian.tobytes()


def written(tmp_path: Path, content: bytes, name: str = "file") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
@pytest.mark.parametrize("dtype", DTYPES.values())
def test_every_type_is_read_packed_or_not(tmp_path: Path, dtype: str, pack):
    array = np.array([[1, 2, 3], [4, 5, 100]]).astype(dtype)
    found = read_idx(written(tmp_path, pack(idx(array))))
    assert found.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(found, array)


def test_pictures_and_labels_are_read(tmp_path: Path):
    images, labels = read_labelled_images(
        written(tmp_path, gzip.compress(idx(IMAGES)), "images"), written(tmp_path, idx(LABELS), "labels")
    )
    np.testing.assert_array_equal(images, IMAGES)
    np.testing.assert_array_equal(labels, LABELS)
    assert labels.dtype == np.int64


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"an IDX file's magic number is required, the bytes \(none\) arrived"),
        (b"\0\0\x08", "magic number is required, the bytes 00 00 08 arrived"),
        (b"PK\x03\x04rest", "magic number is required, the bytes 50 4b 03 04 arrived"),
        (b"\0\0\x07\x01\0\0\0\x01x", "magic number is required, the bytes 00 00 07 01 arrived"),
        (b"\0\0\x08\x00", "magic number is required, the bytes 00 00 08 00 arrived"),
        (b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"x", "magic number is required, the bytes 00 00 08 ff arrived"),
        (idx(IMAGES)[:10], "3 sizes are required, the file ends within them; fetch it again"),
        (idx(IMAGES[:0]), r"at least one value is required, sizes \(0, 2, 3\) arrived"),
        (idx(IMAGES)[:-1], r"30 bytes for sizes \(5, 2, 3\) are required, it ends after 29; fetch it again"),
        (idx(IMAGES)[:16], r"30 bytes for sizes \(5, 2, 3\) are required, it cannot hold as many; fetch it again"),
        (idx(IMAGES) + b"\0", r"30 bytes for sizes \(5, 2, 3\) are required, more follow; fetch it again"),
    ],
    ids=[
        "empty",
        "short-magic",
        "zip",
        "unknown-type",
        "no-dimensions",
        "255-dimensions",
        "cut-header",
        "no-images",
        "one-byte-short",
        "no-values",
        "one-byte-more",
    ],
)
def test_a_wrong_file_is_refused_with_its_name(tmp_path: Path, content: bytes, message: str, pack):
    path = written(tmp_path, pack(content), "train-images")
    with pytest.raises(FormatError, match="train-images: .*" + message) as caught:
        read_idx(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_a_header_that_claims_terabytes_takes_no_memory(tmp_path: Path, pack):
    path = written(tmp_path, pack(idx(IMAGES, shape=(2**32 - 1, 2**16, 2**16))))
    tracemalloc.start()
    with pytest.raises(FormatError, match=r"it (cannot hold as many|ends after 30)"):
        read_idx(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_gzip_bomb_is_unpacked_no_further_than_its_header_claims(tmp_path: Path):
    bomb = gzip.compress(idx(IMAGES) + bytes(50_000_000))
    path = written(tmp_path, bomb)
    tracemalloc.start()
    with pytest.raises(FormatError, match=r"30 bytes for sizes .* are required, more follow"):
        read_idx(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(idx(IMAGES))[:-9], "the gzip file ends too early; fetch it again"),
        (gzip.compress(idx(IMAGES))[:-8] + bytes(8), "the gzip file is damaged .*; fetch it again"),
        (gzip.compress(idx(IMAGES))[:10] + b"\xff" * 30, "the gzip file is damaged .*; fetch it again"),
        (gzip.compress(idx(IMAGES)) + b"garbage", "the gzip file is damaged .*; fetch it again"),
    ],
    ids=["cut", "checksum", "stream", "trailing"],
)
def test_a_damaged_gzip_file_is_refused(tmp_path: Path, content: bytes, message: str):
    with pytest.raises(FormatError, match=message):
        read_idx(written(tmp_path, content))


@given(st.binary(max_size=40), st.integers(0, 60), st.booleans())
def test_no_bytes_bring_another_error(tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, pack: bool):
    content = idx(IMAGES)[:at] + noise
    path = written(tmp_path_factory.mktemp("noise"), gzip.compress(content)[: 10 + at] if pack else content)
    try:
        array = read_idx(path)
    except PellucidError:
        return
    assert array.size > 0


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(MissingFileError, match="nowhere: an IDX file is required, there is none"):
        read_idx(tmp_path / "nowhere")


def test_a_folder_is_refused(tmp_path: Path):
    with pytest.raises(FormatError, match="an IDX file is required, this cannot be read"):
        read_idx(tmp_path)


def test_swapped_files_are_told_apart(tmp_path: Path):
    images, labels = written(tmp_path, idx(IMAGES), "images"), written(tmp_path, idx(LABELS), "labels")
    with pytest.raises(FormatError, match=r"labels: images .* are required, labels \(1 dimension\) arrived"):
        read_images(labels)
    with pytest.raises(FormatError, match=r"images: labels .* are required, images \(3 dimensions\) arrived"):
        read_labels(images)
    with pytest.raises(FormatError, match=r"an array of shape \(5,\) and dtype int32 arrived"):
        read_labels(written(tmp_path, idx(LABELS.astype(np.int32))))


def test_labels_out_of_range_are_refused(tmp_path: Path):
    path = written(tmp_path, idx(np.array([0, 9, 10, 3], np.uint8)))
    with pytest.raises(FormatError, match=r"labels from 0 to 9 are required, number 2 \(counted from 0\) is 10"):
        read_labels(path)
    assert read_labels(path, 11).max() == 10


def test_different_numbers_of_images_and_labels_are_refused(tmp_path: Path):
    images, labels = written(tmp_path, idx(IMAGES), "images"), written(tmp_path, idx(LABELS[:4]), "labels")
    with pytest.raises(FormatError, match="labels: a label for each of the 5 images of images is required, 4 arrived"):
        read_labelled_images(images, labels)
