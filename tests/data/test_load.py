"""Named sets and folders: what is loaded, what is said where it is not, and the real files."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from pellucid.data import CATALOG, count_repeated, find, load_data, load_test
from pellucid.data.catalog import IDX_FILES
from pellucid.errors import DataError, DownloadError, FormatError, MissingFileError, UnknownNameError

RANDOM = np.random.default_rng(0)
N_TRAIN, N_TEST = 60, 20


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def likeness_of_mnist(size: tuple[int, int] = (5, 4)) -> dict[str, np.ndarray]:
    """What four small IDX files hold, by name."""
    arrays = [
        RANDOM.integers(0, 256, (N_TRAIN, *size), np.uint8),
        np.arange(N_TRAIN, dtype=np.uint8) % 10,
        RANDOM.integers(0, 256, (N_TEST, *size), np.uint8),
        np.arange(N_TEST, dtype=np.uint8) % 10,
    ]
    return dict(zip(IDX_FILES, arrays, strict=True))


def written(folder: Path, arrays: dict[str, np.ndarray], packed: bool = True) -> Path:
    folder.mkdir(exist_ok=True)
    for name, array in arrays.items():
        path = folder / (name if packed else name.removesuffix(".gz"))
        path.write_bytes(gzip.compress(idx(array)) if packed else idx(array))
    return folder


def test_digits_are_always_here():
    data = load_data("digits")
    assert data.name == "digits"
    assert data.classes == tuple("0123456789")
    assert data.features == CATALOG["digits"].features
    assert [part.n_samples for part in data.parts.values()] == [1169, 269, 359]
    assert data.train.raw.dtype == np.uint8
    assert data.train.raw.max() == 16
    assert data.train.inputs.max() == 1
    counts = np.sum([part.class_counts for part in data.parts.values()], axis=0)
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # Model files name it: the split and the arrays must stay what they are.
    assert data.checksum == "6cd4fb1c20d331c9bf0523f0ffa27842c63e21005c7565c54eb6123a62d408fd"


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("as_text", [True, False])
def test_a_folder_of_idx_files_is_loaded(tmp_path: Path, packed: bool, as_text: bool):
    arrays = likeness_of_mnist()
    folder = written(tmp_path / "mine", arrays, packed)
    data = load_data(str(folder) if as_text else folder)
    assert data.name == "mine"
    assert data.feature_shape == (5, 4)
    assert data.features.encoder.rule == "none"
    images, labels, test_images, test_labels = arrays.values()
    assert data.validation is not None
    assert data.test is not None
    np.testing.assert_array_equal(data.train.raw, images[:50].reshape(50, 20))
    np.testing.assert_array_equal(data.validation.raw, images[50:].reshape(10, 20))
    np.testing.assert_array_equal(data.validation.labels, labels[50:])
    np.testing.assert_array_equal(data.test.raw, test_images.reshape(20, 20))
    np.testing.assert_array_equal(data.test.labels, test_labels)
    assert np.shares_memory(data.train.raw, data.train.raw.base)
    assert data.train.raw.base is not None
    assert data.split == (
        "The publisher's own 20 test examples; of the 60 others the first 50 train and the last 10 validate."
    )


def test_pictures_of_mnists_size_take_mnists_rule(tmp_path: Path):
    assert load_data(written(tmp_path, likeness_of_mnist((28, 28)))).features.encoder.rule == "mnist"


def test_a_path_here_needs_no_separator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    written(tmp_path / "mine", likeness_of_mnist())
    monkeypatch.chdir(tmp_path)
    assert load_data("mine").name == "mine"
    assert load_data(Path("mine")).name == "mine"


def test_an_unknown_name_brings_the_nearest():
    with pytest.raises(UnknownNameError, match=r"'fashion_mnist' is not known; did you mean 'fashion-mnist'\?"):
        load_data("fashion_mnist")


@pytest.mark.parametrize("name", ["./nowhere", "some/where", Path("nowhere")])
def test_a_path_that_is_not_there_says_what_must_be(name: str | Path):
    with pytest.raises(MissingFileError, match=r"a name \(pellucid data list\), is required; there is nothing at"):
        load_data(name)


def test_an_empty_file_is_no_table(tmp_path: Path):
    (tmp_path / "file.csv").write_text("")
    with pytest.raises(FormatError, match=r"file\.csv: a table with at least one row is required, the file is empty"):
        load_data(tmp_path / "file.csv")


def test_a_missing_file_is_named(tmp_path: Path):
    folder = written(tmp_path, likeness_of_mnist())
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(MissingFileError, match=r"is required, t10k-labels-idx1-ubyte\.gz is not there"):
        load_data(folder)


def test_files_sorted_by_class_are_refused(tmp_path: Path):
    arrays = likeness_of_mnist()
    arrays["train-labels-idx1-ubyte.gz"].sort()
    with pytest.raises(DataError, match="class '0' is missing from one; mix the examples before writing the files"):
        load_data(written(tmp_path, arrays))


def test_test_pictures_of_another_size_are_refused(tmp_path: Path):
    arrays = likeness_of_mnist() | {"t10k-images-idx3-ubyte.gz": np.zeros((N_TEST, 4, 4), np.uint8)}
    with pytest.raises(FormatError, match=r"t10k-images.*: images of \(5, 4\) pixels are required, \(4, 4\) arrived"):
        load_data(written(tmp_path, arrays))


def test_a_named_set_is_found_by_the_environment_before_the_cache(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
):
    entry = CATALOG["mnist"]
    assert find(entry) is None
    cache.mkdir(parents=True)
    in_cache = written(cache / "mnist", likeness_of_mnist((28, 28)))
    assert find(entry) == in_cache
    monkeypatch.setenv("PELLUCID_DATA", str(tmp_path))
    assert find(entry) == in_cache
    given = written(tmp_path / "mnist", likeness_of_mnist((28, 28)))
    assert find(entry) == given
    assert load_data("mnist").features == entry.features


def test_a_named_set_of_another_size_is_refused(cache: Path):
    cache.mkdir(parents=True)
    written(cache / "mnist", likeness_of_mnist())
    with pytest.raises(FormatError, match=r"images of \(28, 28\) pixels are required, \(5, 4\) arrived"):
        load_data("mnist")


def test_without_a_network_it_is_said_which_files_to_put_where(cache: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> Path:
        raise DownloadError("train-images-idx3-ubyte.gz: could not be downloaded (a.org: no network)")

    monkeypatch.setattr("pellucid.data.locate.download", refuse)
    with pytest.raises(
        DownloadError, match=r"mnist: train-images.* \(a\.org: no network\); put train-images"
    ) as caught:
        load_data("mnist")
    message = str(caught.value)
    assert all(name in message for name in IDX_FILES)
    assert str(cache / "mnist") in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "train", "test"),
    [
        (
            "mnist",
            [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
            [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
        ),
        ("fashion-mnist", [6000] * 10, [1000] * 10),
    ],
)
def test_the_real_sets_hold_what_their_publishers_say(
    real_data: Path, monkeypatch: pytest.MonkeyPatch, name: str, train: list[int], test: list[int]
):
    if not (real_data / name).is_dir():
        pytest.skip(f"no real data: {name}/ is not in that folder")
    monkeypatch.setenv("PELLUCID_DATA", str(real_data))
    usual = load_data(name)
    assert list(usual.parts) == (["train", "test"] if name == "fashion-mnist" else ["train", "validation", "test"])
    data = load_data(name, validation=1 / 6)
    assert data.validation is not None
    assert data.test is not None
    assert [part.n_samples for part in data.parts.values()] == [50_000, 10_000, 10_000]
    assert np.add(data.train.class_counts, data.validation.class_counts).tolist() == train
    assert list(data.test.class_counts) == test
    assert data.train.raw.base is data.validation.raw.base
    assert data.train.raw.dtype == np.uint8
    assert data.train.raw.max() == 255
    assert count_repeated(data.test, data.train) == 0


@pytest.mark.parametrize(("share", "n_validation"), [(0, 0), (0.5, 30), (0.25, 15)])
def test_idx_files_are_split_as_one_says(tmp_path: Path, share: float, n_validation: int):
    arrays = likeness_of_mnist((5, 4))
    data = load_data(written(tmp_path / "mine", arrays, packed=False), validation=share)
    assert data.train.n_samples == 60 - n_validation
    if not n_validation:
        assert data.validation is None
        return
    assert data.validation is not None
    np.testing.assert_array_equal(data.validation.labels, arrays[IDX_FILES[1]][-n_validation:])


@pytest.mark.parametrize("packed", [True, False])
def test_a_test_part_alone_is_read_without_the_training_pictures(tmp_path: Path, packed: bool):
    arrays = likeness_of_mnist((28, 28))
    folder = written(tmp_path / "mine", arrays, packed)
    (folder / (IDX_FILES[0] if packed else IDX_FILES[0].removesuffix(".gz"))).write_bytes(b"never read")
    test = load_test(folder)
    assert np.array_equal(test.raw.reshape(-1, 28, 28), arrays[IDX_FILES[2]])
    assert test.labels.tolist() == arrays[IDX_FILES[3]].tolist()
    assert (test.features.shape, test.features.scale, test.features.encoder.rule) == ((28, 28), 1 / 255, "mnist")
    with pytest.raises(FormatError, match="magic number"):
        load_data(folder)


def test_a_test_part_alone_is_that_of_the_set_and_refused_as_the_set_is(tmp_path: Path):
    assert np.array_equal(load_test("digits").raw, load_data("digits").test.raw)
    with pytest.raises(UnknownNameError, match="mnist"):
        load_test("mnits")
    with pytest.raises(MissingFileError, match="there is nothing at that path"):
        load_test(tmp_path / "nowhere")
