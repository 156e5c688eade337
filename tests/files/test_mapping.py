"""Arrays in files: told from arrays in memory, and read without filling the memory."""

import mmap
from pathlib import Path

import numpy as np
import pytest

from pellucid.files.mapping import is_mapped, release

STATUS = Path("/proc/self/status")


def from_files() -> int:
    """The bytes of files that are in this process's memory."""
    line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith("RssFile:"))
    return int(line.split()[1]) * 1024


@pytest.fixture
def numbers(tmp_path: Path) -> np.ndarray:
    np.save(tmp_path / "a.npy", np.arange(12_000_000, dtype=np.float32).reshape(-1, 12))
    return np.load(tmp_path / "a.npy", mmap_mode="r")


def test_views_of_a_mapped_array_are_mapped_and_copies_are_not(numbers: np.ndarray, tmp_path: Path):
    assert is_mapped(numbers)
    assert is_mapped(np.ascontiguousarray(numbers)[5:9].reshape(-1))
    assert not is_mapped(numbers[[1, 2]])
    assert not is_mapped(np.array(numbers[:3]))
    assert not is_mapped(np.frombuffer(bytes(8)))
    assert not is_mapped(np.load(tmp_path / "a.npy", mmap_mode="c"))


def test_what_was_written_to_a_private_mapping_is_kept(numbers: np.ndarray, tmp_path: Path):
    private = np.load(tmp_path / "a.npy", mmap_mode="c")
    private[0, 0] = 7
    release(private)
    assert private[0, 0] == 7
    release(np.ones(3))  # in memory: nothing to give back


@pytest.mark.skipif(not (hasattr(mmap, "MADV_DONTNEED") and STATUS.exists()), reason="this system does not tell")
def test_pages_are_given_back_and_read_anew(numbers: np.ndarray):
    before = from_files()
    assert numbers.sum(dtype=np.float64) == 12_000_000 * 11_999_999 / 2
    assert from_files() - before > 40_000_000
    release(numbers[10:20])
    assert from_files() - before < 8_000_000
    assert numbers[-1, -1] == 11_999_999
