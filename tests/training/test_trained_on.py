"""Digests of what a model was trained on: they know examples again, whatever they are stored in, and distrust files."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pellucid.data import Dataset, Features, NumberEncoder, Part
from pellucid.errors import FormatError
from pellucid.files import pack_tensors, read_tensors
from pellucid.training.trained_on import TRAINED_ON_FILE, count_met, write_trained_on


def dataset() -> Dataset:
    """100 examples of four bytes each, all different."""
    inputs = np.random.default_rng(0).permutation(2**16)[:400].reshape(100, 4).astype(np.uint8)
    return Dataset.from_arrays(inputs, np.arange(100) % 2, validation=0.2, test=0.3)


def part_of(raw: np.ndarray) -> Part:
    return Part(raw, np.zeros(len(raw), np.int64), Features(NumberEncoder((4,))), 2)


@pytest.fixture
def written(tmp_path: Path) -> tuple[Dataset, Path]:
    data, path = dataset(), tmp_path / TRAINED_ON_FILE
    write_trained_on(path, data)
    return data, path


def test_each_part_is_known_again(written: tuple[Dataset, Path]):
    data, path = written
    assert data.train.n_samples == 50
    assert count_met(path, data.checksum, [data.train]) == (50, 0)
    assert count_met(path, data.checksum, [data.validation]) == (0, 20)
    assert count_met(path, data.checksum, [data.test]) == (0, 0)
    assert count_met(path, data.checksum, list(data.parts.values())) == (50, 20)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_same_numbers_are_the_same_examples_whatever_they_are_stored_in(written: tuple[Dataset, Path], dtype: type):
    data, path = written
    raw = data.train.raw.astype(dtype)
    raw[raw == 0] = -0.0
    assert np.signbit(raw).any()
    assert count_met(path, data.checksum, [part_of(raw)]) == (50, 0)
    raw[:7, 0] += 0.5
    assert count_met(path, data.checksum, [part_of(raw)]) == (43, 0)


def test_an_example_of_both_parts_counts_as_learnt(tmp_path: Path):
    data = dataset()
    repeated = data.train.raw[:20].copy()
    data = replace(data, validation=replace(data.validation, raw=repeated))
    write_trained_on(tmp_path / "digests", data)
    assert count_met(tmp_path / "digests", data.checksum, [part_of(repeated)]) == (20, 0)


def test_without_a_file_or_with_that_of_another_model_nothing_is_known(written: tuple[Dataset, Path], tmp_path: Path):
    data, path = written
    assert count_met(tmp_path / "none", data.checksum, [data.train]) is None
    assert count_met(path, "another", [data.train]) is None
    assert count_met(path, None, [data.train]) is None


def test_parts_that_are_streamed_are_left_out(tmp_path: Path):
    data = dataset()
    np.save(tmp_path / "train.npy", data.train.raw)
    streamed = replace(data, train=replace(data.train, raw=np.load(tmp_path / "train.npy", mmap_mode="r")))
    write_trained_on(tmp_path / "digests", streamed)
    assert set(read_tensors(tmp_path / "digests", "")[0]) == {"validation"}
    write_trained_on(tmp_path / "none", replace(streamed, validation=None))
    assert not (tmp_path / "none").exists()


DOCUMENT = {"format_version": 1, "checksum": "c"}
DIGESTS = np.zeros((3, 8), np.uint8)


@pytest.mark.parametrize(
    ("tensors", "document"),
    [
        ({"train": DIGESTS.astype(np.float32)}, DOCUMENT),
        ({"train": DIGESTS[:, :7]}, DOCUMENT),
        ({"train": np.zeros(8, np.uint8)}, DOCUMENT),
        ({"train": np.zeros((), np.uint8)}, DOCUMENT),
        ({"test": DIGESTS}, DOCUMENT),
        ({"train": DIGESTS}, {"format_version": 2, "checksum": "c"}),
        ({"train": DIGESTS}, {"format_version": 1}),
        ({"train": DIGESTS}, DOCUMENT | {"more": 1}),
    ],
)
def test_what_are_no_digests_is_refused(tmp_path: Path, tensors: dict[str, np.ndarray], document: dict[str, object]):
    path = tmp_path / "odd"
    path.write_bytes(pack_tensors(tensors, document))
    with pytest.raises(FormatError, match=r"odd: digests of examples in format 1 are required, .*; delete it to judge"):
        count_met(path, "c", [dataset().train])


@pytest.mark.parametrize("damage", [lambda content: content[:100], lambda content: b"pickle" + content])
def test_a_damaged_file_is_refused(written: tuple[Dataset, Path], damage):
    data, path = written
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(FormatError, match=TRAINED_ON_FILE):
        count_met(path, data.checksum, [data.train])
