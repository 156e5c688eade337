"""Examples that do not fit into memory: written once, found again, and trained on like others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Encoder, NumberEncoder
from pellucid.data.placement import to_measure
from pellucid.data.prepare import prepare
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.reading import Reading
from pellucid.errors import FormatError, WriteError
from pellucid.files.mapping import is_mapped


class Rows(Examples):
    """Rows of numbers, of which some cannot be read, and which tell how often they were."""

    KIND = "numbers"
    told = "rows"

    def __init__(self, values: np.ndarray, labels: Sequence[str], bad: Sequence[int] = (), kind: str = "numbers"):
        self.values, self.labels, self.bad = values, np.array(labels), set(bad)
        self.KIND = kind
        self.n_read = 0

    def __len__(self) -> int:
        return len(self.values)

    def name(self, row: int) -> str:
        return f"row {row}"

    def contents(self, rows: np.ndarray) -> Any:
        self.n_read += len(rows)
        for row in rows.tolist():
            if row in self.bad:
                raise FormatError(f"row {row}: is damaged")
        return self.values[rows]

    def fingerprints(self) -> np.ndarray:
        return np.array([f"{hash(row.tobytes()) % 10**15:016d}" for row in self.values], "S16")

    def learn_encoder(self, rows: np.ndarray, reading: Reading) -> Encoder:
        return NumberEncoder(self.values.shape[1:])


VALUES = np.random.default_rng(0).normal(size=(900, 6)).astype(np.float32)
LABELS = ["yes" if row[0] > 0 else "no" for row in VALUES]
SMALL = Reading(memory=1000, on_error="skip")


@pytest.fixture
def shards(cache: Path) -> Path:
    """Where the files go: a cache of this test's own."""
    return cache.parent / "shards"


def test_what_does_not_fit_is_written_once_and_is_the_same(shards: Path):
    known = prepare(Rows(VALUES, LABELS), "rows")
    assert not is_mapped(known.train.raw)
    data = prepare(Rows(VALUES, LABELS), "rows", SMALL)
    assert all(is_mapped(part.raw) for part in data.parts.values())
    assert data.checksum == known.checksum
    assert not data.train.raw.flags.writeable
    (folder,) = shards.iterdir()
    assert data.report is not None
    told = (
        f"Encoded they take 21,600 bytes, and memory may hold 1,000 of them: they lie in {folder}, which may be "
        "deleted, and are streamed."
    )
    assert told in data.report.notes
    before = {file: file.stat().st_mtime_ns for file in folder.iterdir()}

    again = Rows(VALUES, LABELS)
    found = prepare(again, "rows", SMALL)
    assert again.n_read == 0
    assert found.checksum == known.checksum
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir()} == before
    network = pl.Network.random([6, 8, 2], output="softmax", seed=1)
    results = [
        pl.train(network, each, cost="cross-entropy", optimizer=pl.Adam(0.05), epochs=8) for each in (data, found)
    ]
    assert results[0].history == results[1].history
    assert pl.evaluate(results[0].model, known.test).accuracy > 0.9


def test_other_contents_choices_or_encoders_are_other_files(shards: Path):
    other = VALUES.copy()
    other[0, 0] += 1e-3
    for values, reading in (
        (VALUES, SMALL),
        (other, SMALL),
        (VALUES, Reading(memory=1000)),
        (VALUES, Reading(memory=1000, test=0.3)),
        (VALUES.reshape(900, 2, 3), SMALL),
    ):
        prepare(Rows(values, LABELS), "rows", reading)
    assert len(list(shards.iterdir())) == 5


def test_texts_that_differ_in_capitals_alone_are_told_apart(shards: Path):
    class Texts(Rows):
        def contents(self, rows: np.ndarray) -> Any:
            return [self.texts[row] for row in rows]

        def learn_encoder(self, rows: np.ndarray, reading: Reading) -> Encoder:
            return Lengths((1,))

    class Lengths(NumberEncoder):
        def encode(self, examples: Any) -> np.ndarray:
            return np.array([[sum(map(str.isupper, text))] for text in examples], np.float32)

    found = []
    for texts in (["ab", "cd"] * 450, ["ab", "CD"] * 450):
        examples = Texts(VALUES, LABELS, kind="text")
        examples.texts = texts
        found.append(prepare(examples, "rows", Reading(memory=10)))
    assert found[0].checksum != found[1].checksum
    assert {int(value) for value in found[1].train.raw[:, 0]} == {0, 2}


def test_those_that_cannot_be_read_are_skipped_and_named(shards: Path):
    for _ in range(2):  # written, and found
        data = prepare(Rows(VALUES, LABELS, bad=[3, 700]), "rows", SMALL)
        assert sum(part.n_samples for part in data.parts.values()) == 898
        assert data.report is not None
        assert set(data.report.skipped) == {("row 3", "is damaged"), ("row 700", "is damaged")}
        known = prepare(Rows(VALUES, LABELS, bad=[3, 700]), "rows", Reading(on_error="skip"))
        assert data.checksum == known.checksum


def test_one_that_cannot_be_read_leaves_nothing_behind(shards: Path):
    with pytest.raises(FormatError, match=r"^row 3: is damaged; leave it out, or say --on-error skip$"):
        prepare(Rows(VALUES, LABELS, bad=[3]), "rows", Reading(memory=1000))
    assert list(shards.iterdir()) == []


def test_a_full_disk_is_said_before_and_while_writing(shards: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*arguments: Any, **choices: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pellucid.data.shards.write_notes", full)
        patch.setattr("pellucid.data.placement.write_notes", full)
        with pytest.raises(
            WriteError, match=r"could not be written there \(No space left on device\); nothing was kept$"
        ):
            prepare(Rows(VALUES, LABELS), "rows", SMALL)
    assert list(shards.iterdir()) == []
    usage = type("usage", (), {"free": 21_599})
    monkeypatch.setattr("pellucid.data.shards.shutil.disk_usage", lambda path: usage)
    with pytest.raises(WriteError, match=r"shards: 21,600 bytes are required for .* 21,599 are free; make room there"):
        prepare(Rows(VALUES, LABELS), "rows", SMALL)
    assert list(shards.iterdir()) == []


@pytest.mark.parametrize("file", ["train.npy", "test.rows.npy", "skipped.json"])
@pytest.mark.parametrize("damage", ["cut", "empty", "gone", "pickle"])
def test_damaged_files_are_written_anew(file: str, damage: str, shards: Path):
    known = prepare(Rows(VALUES, LABELS), "rows", SMALL).checksum
    (folder,) = shards.iterdir()
    if damage == "cut":
        (folder / file).write_bytes((folder / file).read_bytes()[:-1])
    elif damage == "empty":
        (folder / file).write_bytes(b"")
    elif damage == "gone":
        (folder / file).unlink()
    else:
        np.save(folder / "other.npy", np.array([print], object), allow_pickle=True)
        (folder / "other.npy").rename(folder / file)
    examples = Rows(VALUES, LABELS)
    assert prepare(examples, "rows", SMALL).checksum == known
    assert examples.n_read == 900
    assert [entry.name for entry in shards.iterdir()] == [folder.name]


def test_of_two_runs_that_write_the_same_the_quicker_ones_files_are_used(shards: Path):
    class Overtaken(Rows):
        """While its rows are read, another run writes the same."""

        def contents(self, rows: np.ndarray) -> Any:
            if not self.n_read:
                prepare(Rows(VALUES, LABELS), "rows", SMALL)
            return super().contents(rows)

    data = prepare(Overtaken(VALUES, LABELS), "rows", SMALL)
    assert data.checksum == prepare(Rows(VALUES, LABELS), "rows").checksum
    assert len(list(shards.iterdir())) == 1


def test_parts_that_are_not_wanted_are_empty_files(shards: Path):
    data = prepare(Rows(VALUES, LABELS), "rows", Reading(memory=1000, test=0.0, validation=0.0))
    assert (data.validation, data.test) == (None, None)
    np.testing.assert_array_equal(data.train.raw, VALUES)


def test_progress_is_told_of_all_parts_together(shards: Path):
    for reading in (SMALL, Reading()):
        told: list[tuple[int, int]] = []
        prepare(
            Rows(VALUES, LABELS), "rows", reading, progress=lambda done, total, told=told: told.append((done, total))
        )
        assert told == sorted(told)
        assert told[-1] == (900, 900)


def test_memory_may_hold_half_of_what_is_available(shards: Path, monkeypatch: pytest.MonkeyPatch):
    for available, is_in_file in ((43_199, True), (43_200, False)):
        monkeypatch.setattr("pellucid.data.placement.available_memory", lambda available=available: available)
        assert is_mapped(prepare(Rows(VALUES, LABELS), "rows").train.raw) is is_in_file


def test_a_scaling_is_learnt_from_evenly_spaced_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    np.save(tmp_path / "a.npy", VALUES)
    values = np.load(tmp_path / "a.npy", mmap_mode="r")
    np.testing.assert_array_equal(to_measure(values), VALUES)
    assert to_measure(VALUES) is VALUES
    monkeypatch.setattr("pellucid.data.placement.MEASURED_BYTES", 24 * 100)
    np.testing.assert_array_equal(to_measure(values), VALUES[::9])


@pytest.fixture
def arrays(tmp_path: Path) -> Path:
    folder = tmp_path / "arrays"
    folder.mkdir()
    np.save(folder / "inputs.npy", VALUES)
    np.save(folder / "labels.npy", np.array(LABELS))
    return folder


def test_arrays_in_files_are_used_where_they_lie(arrays: Path, shards: Path):
    data = pl.load_data(arrays, test=0, validation=0, memory=1000)
    assert is_mapped(data.train.raw)
    assert not shards.exists()
    known = pl.load_data(arrays, test=0, validation=0)
    assert not is_mapped(known.train.raw)
    assert known.checksum == data.checksum
    assert data.report is not None
    assert (
        "Encoded they take 21,600 bytes, and memory may hold 1,000 of them: they are streamed from where they lie."
        in (data.report.notes)
    )


def test_arrays_whose_parts_are_drawn_are_written_once(arrays: Path, shards: Path):
    data = pl.load_data(arrays, memory=1000)
    assert all(is_mapped(part.raw) for part in data.parts.values())
    assert len(list(shards.iterdir())) == 1
    assert data.checksum == pl.load_data(arrays).checksum


def test_numbers_that_are_none_are_named_in_arrays_of_any_size(arrays: Path, shards: Path):
    values = VALUES.copy()
    values[700, 2] = np.nan
    np.save(arrays / "inputs.npy", values)
    with pytest.raises(Exception, match=r"inputs\[700\]: finite numbers that 32 bits hold are required, number 3 "):
        pl.load_data(arrays, test=0, validation=0, memory=1000)


def test_pictures_in_arrays_are_used_where_they_lie_unless_they_are_to_be_encoded(tmp_path: Path, shards: Path):
    pixels = np.random.default_rng(0).integers(0, 256, (300, 6, 5), np.uint8)
    folder = tmp_path / "pictures"
    folder.mkdir()
    np.save(folder / "images.npy", pixels)
    np.save(folder / "labels.npy", np.arange(300) % 2)
    data = pl.load_data(folder, test=0, validation=0, memory=1000)
    assert is_mapped(data.train.raw)
    assert not shards.exists()
    np.testing.assert_array_equal(data.train.raw, pixels.reshape(300, 30))
    assert data.checksum == pl.load_data(folder, test=0, validation=0).checksum
    for encoding in ({"size": "3x3"}, {"contrast": "evened"}):
        other = pl.load_data(folder, test=0, validation=0, memory=1000, encoding=encoding)
        assert other.checksum == pl.load_data(folder, test=0, validation=0, encoding=encoding).checksum
    assert len(list(shards.iterdir())) == 2
