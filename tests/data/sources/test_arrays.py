"""Files of arrays as people and publishers make them: which array is what, own parts, labels, and what is refused."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data.features import NumberEncoder, PictureEncoder
from pellucid.data.features.number_scaling import ByteEncoder, MeasuredEncoder
from pellucid.data.prepare import prepare
from pellucid.data.sources.arrays import ArrayExamples, PictureArrayExamples, read_arrays
from pellucid.data.sources.reading import Reading
from pellucid.errors import DataError, FormatError, InvalidValueError, UnknownNameError

STANDARD = Reading()
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(5, 3, (60, 4)).astype(np.float32)
Y = np.arange(60) % 3
PIXELS = RANDOM.integers(0, 256, (60, 6, 5), dtype=np.uint8)


def saved(path: Path, **arrays: Any) -> Path:
    """The arrays in an .npz file, or in .npy files in a folder, as the name says."""
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    else:
        path.mkdir()
        for name, array in arrays.items():
            np.save(path / f"{name}.npy", array)
    return path


def everything(examples: ArrayExamples) -> np.ndarray:
    return examples.contents(np.arange(len(examples)))


def test_real_pictures_of_cats_with_their_own_test_part_and_names(real_data: Path):
    path = real_data / "cat-noncat" / "catvnoncat.npz"
    examples = read_arrays(path, STANDARD)
    assert isinstance(examples, PictureArrayExamples)
    assert examples.told == "a file of arrays (.npz), taken for pictures"
    assert examples.classes == ("non-cat", "cat")
    assert examples.parts is not None
    assert (examples.parts == "").sum() == 209
    assert (examples.parts == "test").sum() == 50
    assert examples.notes[0] == (
        "Inputs are in train_x and test_x, labels in train_y and test_y, the classes' names in classes."
    )
    assert examples.name(209) == "catvnoncat.npz: test_x[0]"
    with np.load(path) as theirs:
        np.testing.assert_array_equal(
            examples.contents(np.array([3, 210])), [theirs["train_x"][3], theirs["test_x"][1]]
        )
    data = prepare(examples, "cats", Reading(validation=0.1))
    assert data.test is not None
    assert data.test.n_samples == 50
    assert data.test.class_counts == (17, 33)
    assert isinstance(data.features.encoder, PictureEncoder)
    assert data.feature_shape == (64, 64, 3)


def test_real_faces_are_pictures_with_numbers_for_people(real_data: Path):
    examples = read_arrays(real_data / "olivetti-faces" / "olivettifaces.npz", STANDARD)
    assert isinstance(examples, PictureArrayExamples)
    assert (len(examples), examples.parts, examples.classes) == (400, None, None)
    data = prepare(examples, "faces", Reading(task="classification"))
    assert data.classes is not None
    assert len(data.classes) == 40


@pytest.mark.parametrize("name", ["a.npz", "a"])
@pytest.mark.parametrize(
    ("inputs", "labels"),
    [
        ("X", "y"),
        ("inputs", "labels"),
        ("data", "target"),
        ("arr_0", "arr_1"),
        ("images", "label"),
        ("spectra", "kind"),
    ],
)
def test_inputs_and_labels_are_known_by_name_or_because_there_are_no_others(
    inputs: str, labels: str, name: str, tmp_path: Path
):
    examples = read_arrays(saved(tmp_path / name, **{inputs: X, labels: Y}), STANDARD)
    np.testing.assert_array_equal(everything(examples), X)
    assert examples.labels is not None
    np.testing.assert_array_equal(examples.labels, Y)
    assert examples.parts is None
    assert examples.notes[0] == f"Inputs are in {inputs}, labels in {labels}."
    assert prepare(examples, "a").classes == ("0", "1", "2")


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
        ("train_set_x", "train_set_y", "test_set_x", "test_set_y"),
        ("X_training", "Y_training", "X_Test", "Y_Test"),
    ],
)
def test_arrays_of_parts_are_parts(names: tuple[str, ...], tmp_path: Path):
    arrays = dict(zip(names, (X[:40], Y[:40], X[40:], Y[40:]), strict=True))
    examples = read_arrays(saved(tmp_path / "a.npz", **arrays), STANDARD)
    assert examples.parts is not None
    assert examples.parts.tolist() == [""] * 40 + ["test"] * 20
    data = prepare(examples, "a")
    assert data.test is not None
    assert data.test.n_samples == 20
    assert data.validation is not None


def test_three_parts_leave_nothing_to_draw(tmp_path: Path):
    arrays = {f"{kind}_{part}": array for part in ("train", "val", "test") for kind, array in (("x", X), ("y", Y))}
    examples = read_arrays(saved(tmp_path / "a", **arrays), STANDARD)
    assert examples.parts is not None
    assert examples.parts[[0, 60, 120]].tolist() == ["train", "validation", "test"]


def test_a_part_without_labels_is_left_out(tmp_path: Path):
    path = saved(tmp_path / "a.npz", x_train=X, y_train=Y, x_test=X)
    examples = read_arrays(path, STANDARD)
    assert len(examples) == 60
    assert examples.notes[1] == "x_test: left out."
    assert len(read_arrays(path, STANDARD, labelled=False)) == 120


def test_a_person_names_the_arrays(tmp_path: Path):
    path = saved(tmp_path / "a.npz", x=X, images=PIXELS, y=Y, age=Y * 1.5)
    with pytest.raises(DataError, match=r"a\.npz: one array of inputs .* is required, images and x arrived; name one"):
        read_arrays(path, STANDARD)
    examples = read_arrays(path, Reading(features=("images",), label="age"))
    np.testing.assert_array_equal(everything(examples), PIXELS)
    assert examples.labels is not None
    assert examples.labels[1] == 1.5
    assert everything(read_arrays(path, Reading(ignore=("images",)))).shape == (60, 4)
    with pytest.raises(UnknownNameError, match="label: 'agee' is not known; did you mean 'age'"):
        read_arrays(path, Reading(label="agee"))
    with pytest.raises(InvalidValueError, match=r"features: one array of inputs .* is required, got x, images"):
        read_arrays(path, Reading(features=("x", "images")))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"x": X},
            "an array of labels, such as y, labels or target, is required, there are x (60, 4) of float32; name",
        ),
        ({"y": Y}, "an array of inputs, such as x, inputs, images or data, is required, there are y (60,) of int64"),
        (
            {"x": X, "y": Y[:59]},
            "y: a number or a string for each of the 60 examples in x is required, shape (59,) of int",
        ),
        (
            {"x": X, "y": np.eye(3)[Y]},
            "y: one class for each of the 60 examples is required, shape (60, 3) of float64 arrived; if a 1 in each",
        ),
        (
            {"x": X, "y": np.eye(3, dtype=np.int64)[Y]},
            "y: a number or a string for each of the 60 examples in x is required, shape (60, 3) of int64",
        ),
        ({"x": X, "y": X[:, :2], "classes": ["a", "b"]}, "y: one class for each of the 60 examples is required"),
        ({"x": X, "y": np.where(X > 6, np.inf, X)}, "]: a finite number is required as label, it is ["),
        (
            {"x_train": X, "y_train": X, "x_test": X, "y_test": X[:, :2]},
            "labels of one shape in all parts are required, (60, 4) and (60, 2) arrived",
        ),
        ({"x": X, "y": Y * 1j}, "of complex128 arrived"),
        ({"x": X * 1j, "y": Y}, "x: real numbers of shape (n_samples, ...) are required, shape (60, 4) of complex64"),
        ({"x": X.astype(str), "y": Y}, "x: real numbers of shape (n_samples, ...) are required"),
        ({"x": Y, "y": Y}, "x: real numbers of shape (n_samples, ...) are required, shape (60,) of int64"),
        (
            {"x": X, "y": np.where(Y == 1, np.nan, Y)},
            "y[1]: a finite number is required as label, it is nan; leave that",
        ),
        (
            {"x": X, "y": Y, "classes": ["a", "b"]},
            "y[2]: a class from 0 to 1 is required, as 2 classes are named, it is 2",
        ),
        ({"x": X, "y": Y, "classes": ["a", "b", "a"]}, "classes: at least 2 different names of classes are required"),
        ({"x": X, "y": np.full(60, b"\xff")}, "y: text in UTF-8 is required"),
        (
            {"x_train": X, "y_train": Y, "x_test": X[:, :3], "y_test": Y},
            "x_test: examples of shape (4,) are required, as",
        ),
        ({"x_train": X, "y_test": Y}, "labels for the same part as the inputs are required"),
    ],
)
def test_arrays_that_do_not_fit_together(arrays: dict[str, Any], message: str, tmp_path: Path):
    with pytest.raises((DataError, FormatError)) as caught:
        read_arrays(saved(tmp_path / "a.npz", **arrays), STANDARD)
    assert message in str(caught.value)
    assert str(caught.value).startswith("a.npz: ")


def test_rows_of_numbers_are_several_to_predict(tmp_path: Path):
    path = saved(tmp_path / "a.npz", x=X, y=X[:, :2] / 2)
    data = prepare(read_arrays(path, STANDARD), "a")
    assert (data.task, data.train.n_outputs) == ("regression", 2)
    own = data.train.raw.reshape(-1, 4)
    np.testing.assert_allclose(data.train.labels, own[:, :2] / 2, rtol=1e-6)
    with pytest.raises(DataError, match="y: one class for each of the 60 examples is required"):
        read_arrays(path, Reading(task="classification"))
    one_hot = saved(tmp_path / "b.npz", x=X, y=np.eye(3)[Y])
    assert read_arrays(one_hot, Reading(task="regression")).labels.shape == (60, 3)


def test_strings_that_are_none_are_refused(tmp_path: Path):
    path = saved(tmp_path / "a", x=X[:2], y=np.array(["a", "b"]))
    content = (path / "y.npy").read_bytes()
    (path / "y.npy").write_bytes(content[:-4] + b"\xff\xff\xff\x7f")
    with pytest.raises(FormatError, match="y: strings are required, some characters in it are none of Unicode's"):
        read_arrays(path, STANDARD)


@pytest.mark.parametrize("dtype", [">f8", "<f2", ">i4", "<u8", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_every_kind_become_this_machines(dtype: str, order: Any, tmp_path: Path):
    values = (np.arange(240).reshape(60, 4) % 2).astype(dtype, order=order)
    examples = read_arrays(saved(tmp_path / "a", x=values, y=Y.astype(">i2")), STANDARD)
    assert everything(examples).dtype == np.float32
    np.testing.assert_array_equal(everything(examples), values.astype(np.float32))
    assert examples.labels is not None
    assert examples.labels.dtype == np.int16


@pytest.mark.parametrize("odd", [np.nan, np.inf, 1e300])
def test_a_number_that_is_none_is_named_by_its_example_or_skipped(odd: float, tmp_path: Path):
    values = X.astype(np.float64)
    values[7, 2] = odd
    examples = read_arrays(saved(tmp_path / "a.npz", x=values, y=Y), STANDARD)
    message = rf"^a\.npz: x\[7\]: finite numbers that 32 bits hold are required, number 3 \(from 1\) is {odd:g}; fill"
    with pytest.raises(DataError, match=message.replace("+", r"\+")):
        prepare(examples, "a")
    report = prepare(examples, "a", Reading(on_error="skip")).report
    assert report is not None
    assert [name for name, _ in report.skipped] == ["a.npz: x[7]"]


def test_a_single_array_has_its_label_in_a_column(tmp_path: Path):
    path = tmp_path / "a.npy"
    np.save(path, np.column_stack([X, Y]))
    examples = read_arrays(path, STANDARD)
    np.testing.assert_array_equal(everything(examples), X)
    assert examples.notes == ("The label is column 4 (counted from 0), the last; --label names another.",)
    assert prepare(examples, "a").classes == ("0", "1", "2")
    chosen = read_arrays(path, Reading(label="0", ignore=("2",)))
    np.testing.assert_array_equal(everything(chosen), np.column_stack([X[:, [1, 3]], Y]))
    np.testing.assert_array_equal(everything(read_arrays(path, Reading(label="4"), labelled=False)), X)
    assert everything(read_arrays(path, STANDARD, labelled=False)).shape == (60, 5)
    assert (examples.label, chosen.label) == ("4", "0")
    np.save(tmp_path / "unlabelled.npy", X)
    without = read_arrays(tmp_path / "unlabelled.npy", Reading(label=examples.label), labelled=False)
    np.testing.assert_array_equal(everything(without), X)
    for label in ("5", "age", "-1"):
        with pytest.raises(InvalidValueError, match=f"label: a column from 0 to 4 is required, got '{label}'"):
            read_arrays(path, Reading(label=label))


def test_a_single_array_of_more_dimensions_has_no_place_for_labels(tmp_path: Path):
    path = tmp_path / "a.npy"
    np.save(path, PIXELS)
    with pytest.raises(DataError, match=r"a\.npy: 2 dimensions, .* put X\.npy and y\.npy into a folder"):
        read_arrays(path, STANDARD)
    assert isinstance(read_arrays(path, STANDARD, labelled=False), PictureArrayExamples)


@pytest.mark.parametrize("shape", [(60, 6, 5), (60, 6, 5, 1), (60, 5, 2, 3)])
def test_bytes_in_the_shape_of_pictures_are_pictures(shape: tuple[int, ...], tmp_path: Path):
    examples = read_arrays(saved(tmp_path / "a.npz", x=PIXELS.reshape(shape), y=Y), STANDARD)
    assert isinstance(examples, PictureArrayExamples)
    data = prepare(examples, "a")
    assert data.train.raw.dtype == np.uint8
    assert data.feature_shape == (shape[1:3] if shape[3:] == (1,) else shape[1:])
    with pytest.raises(UnknownNameError, match="encoding: 'scaling' is not known"):
        examples.learn_encoder(np.arange(9), Reading(encoding={"scaling": "each"}))


def test_numbers_are_scaled_by_the_training_part(tmp_path: Path):
    examples = read_arrays(saved(tmp_path / "a.npz", x=X, y=Y), STANDARD)
    data = prepare(examples, "a")
    assert isinstance(data.features.encoder, MeasuredEncoder)
    np.testing.assert_allclose(data.train.inputs.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(data.train.inputs.std(axis=0), 1, atol=1e-5)
    together = prepare(examples, "a", Reading(encoding={"scaling": "together"}))
    assert together.train.inputs.mean() == pytest.approx(0, abs=1e-5)
    assert together.train.inputs.std() == pytest.approx(1, abs=1e-5)
    assert isinstance(together.features.scale, float)
    bare = prepare(examples, "a", Reading(encoding={"scaling": "none"}))
    assert bare.features.encoder == NumberEncoder((4,))
    np.testing.assert_array_equal(bare.train.inputs, bare.train.raw)
    with pytest.raises(InvalidValueError, match="scaling: bytes is for arrays of uint8"):
        examples.learn_encoder(np.arange(9), Reading(encoding={"scaling": "bytes"}))


def test_flat_bytes_stay_bytes_and_a_model_file_takes_their_encoder_for_one_of_numbers(tmp_path: Path):
    from pellucid.data.features import Features

    examples = read_arrays(saved(tmp_path / "a.npz", x=PIXELS.reshape(60, 30), y=Y), STANDARD)
    data = prepare(examples, "a")
    assert data.features.encoder == ByteEncoder((30,))
    assert data.train.raw.dtype == np.uint8
    assert data.features.scale == pytest.approx(1 / data.train.raw.max())
    assert "The numbers become inputs divided by the greatest" in examples.notes[-1]
    assert Features.from_dict(data.features.to_dict(), data.features.tensors()) == data.features


def test_constant_columns_and_equal_examples(tmp_path: Path):
    values = np.ones((60, 3), np.float32)
    values[:, 1] = np.arange(60) // 2
    data = prepare(read_arrays(saved(tmp_path / "a.npz", x=values, y=np.arange(60) % 4 // 2), STANDARD), "a")
    assert np.isfinite(data.train.inputs).all()
    assert not data.train.inputs[:, [0, 2]].any()
    assert data.report is not None
    assert data.report.n_duplicates == 30


def test_only_the_rows_that_are_asked_for_are_read(tmp_path: Path):
    saved(tmp_path / "a", x=np.ones((20_000, 200), np.float32), y=np.arange(20_000) % 2)
    tracemalloc.start()
    examples = read_arrays(tmp_path / "a", STANDARD)
    assert examples.contents(np.array([5, 19_999])).sum() == 400
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000  # of 16 MB


def test_an_example_that_no_network_can_take_in_is_refused(tmp_path: Path):
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((2, 1_000_001), np.float32), y=[0, 1])
    with pytest.raises(
        DataError, match=r"a\.npz: x: examples of 1 to 1,000,000 numbers are required, they have 1,000,001"
    ):
        read_arrays(tmp_path / "a.npz", STANDARD)
