"""Raw examples to vectors: shapes, dtypes, both array libraries, and the entries of a model file."""

import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pyarrow as pa
import pytest

from pellucid.data import Features, NumberEncoder, PictureEncoder
from pellucid.data.features.encoder import Scaling
from pellucid.errors import DataError, FormatError, InvalidValueError

PICTURES = Features(PictureEncoder((2, 3), "mnist"), 1 / 255)
RAW = np.arange(4 * 6, dtype=np.uint8).reshape(4, 2, 3) * 11


@pytest.mark.parametrize("shape", [(4, 2, 3), (4, 6)])
def test_many_examples_become_rows(shape: tuple[int, ...]):
    vectors = PICTURES.vectors(RAW.reshape(shape))
    assert vectors.shape == (4, 6)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, RAW.reshape(4, 6).astype(np.float32) * np.float32(1 / 255))


@pytest.mark.parametrize("shape", [(2, 3), (6,)])
def test_one_example_becomes_a_vector(shape: tuple[int, ...]):
    np.testing.assert_array_equal(PICTURES.vectors(RAW[1].reshape(shape)), PICTURES.vectors(RAW)[1])


def test_no_examples_become_no_rows():
    assert PICTURES.vectors(RAW[:0]).shape == (0, 6)


@pytest.mark.parametrize("shape", [(1, 6), (6,), (2, 3), (1, 2, 3)])
def test_a_batch_of_one_stays_a_batch(shape: tuple[int, ...]):
    features = Features(NumberEncoder(shape))
    for raw in (np.ones((1, 6)), np.ones((1, *shape)), jnp.ones((1, 6))):
        assert features.batch(raw).shape == (1, 6)
    assert features.batch(np.ones((4, 6))).shape == features.batch(np.ones((4, *shape))).shape == (4, 6)
    assert features.vectors(np.ones(shape)).shape == (6,)
    with pytest.raises(InvalidValueError, match=r"^raw examples: shape .* n of them stacked along the first axis; sha"):
        features.batch(np.ones(6))


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_a_scaled_value_does_not_depend_on_how_it_was_stored(dtype: type):
    vectors = PICTURES.vectors(RAW.astype(dtype))
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, PICTURES.vectors(RAW))


@pytest.mark.parametrize(
    ("stored", "given"),
    [(np.float64, np.float64), (np.float32, np.float32), (np.int64, np.float32), (bool, np.float32)],
)
def test_values_that_need_no_scaling_keep_their_precision(stored: type, given: type):
    raw = np.ones((5, 3), dtype=stored)
    vectors = Features(NumberEncoder((3,))).vectors(raw)
    assert vectors.dtype == given
    np.testing.assert_array_equal(vectors, raw)


def test_jax_gives_the_same_numbers_also_when_compiled():
    expected = PICTURES.vectors(RAW)
    for vectors in (PICTURES.vectors(jnp.asarray(RAW)), jax.jit(PICTURES.vectors)(jnp.asarray(RAW))):
        assert isinstance(vectors, jax.Array)
        assert vectors.dtype == jnp.float32
        np.testing.assert_array_equal(vectors, expected)


@pytest.mark.parametrize("shape", [(), (5,), (3, 2), (4, 3, 2), (1, 4, 2, 3)])
def test_another_shape_is_refused(shape: tuple[int, ...]):
    with pytest.raises(InvalidValueError, match=r"shape \(2, 3\) or \(6,\) is required.* shape \(.*arrived"):
        PICTURES.vectors(np.zeros(shape))


@pytest.mark.parametrize("raw", [np.array(["a", "b"]), np.array([1j, 2j]), np.array([None, None])])
def test_what_is_no_number_is_refused(raw: np.ndarray):
    with pytest.raises(InvalidValueError, match="real numbers are required, an array of dtype"):
        Features(NumberEncoder((2,))).vectors(raw)


@pytest.mark.parametrize(
    ("shape", "scaling", "message"),
    [
        ((), Scaling(), r"shape must hold whole numbers of at least 1, not \(\)"),
        ((2, 0), Scaling(), r"shape must hold whole numbers of at least 1, not \(2, 0\)"),
        ((2,), Scaling(0.0), r"scale must be finite and above 0, got 0\.0"),
        ((2,), Scaling(float("nan")), "scale must be finite and above 0, got nan"),
        ((2,), Scaling(np.array([1, -2], np.float32)), r"scale must be finite and above 0, got -2.0"),
        ((2,), Scaling(1.0, float("inf")), "shift must be finite, got inf"),
        ((2,), Scaling(1.0, np.zeros(3, np.float32)), r"shift must be one number or 2, got shape \(3,\)"),
    ],
)
def test_features_that_make_no_sense_are_refused(shape: tuple[int, ...], scaling: Scaling, message: str):
    with pytest.raises(InvalidValueError, match=message):
        Features(NumberEncoder(shape), *scaling)


EACH_ITS_OWN = Features(NumberEncoder((3,)), np.array([1, 0.5, 4], np.float32), np.array([0.0, 10.0, -1.0], np.float32))


def test_each_input_may_have_its_own_shift_and_scale_and_both_are_undone():
    raw = np.array([[3.0, 12.0, 1.0], [0.5, 9.0, -1.0]])
    vectors = EACH_ITS_OWN.vectors(raw)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, [[3, 1, 8], [0.5, -0.5, 0]])
    np.testing.assert_array_equal(EACH_ITS_OWN.unscaled(vectors), raw)
    np.testing.assert_array_equal(jax.jit(EACH_ITS_OWN.vectors)(jnp.asarray(raw)), vectors)


def test_what_is_learnt_for_scaling_comes_from_the_encoder():
    assert Features.learnt(PictureEncoder((1, 2)), np.ones((5, 1, 2), np.uint8)).scale == 1 / 255


@pytest.mark.parametrize(
    "features",
    [
        PICTURES,
        EACH_ITS_OWN,
        Features(NumberEncoder((64,)), 1.0, 0.25),
        Features(PictureEncoder((8, 8), "uci-digits"), 1 / 16),
        Features(PictureEncoder((4, 4, 3), "fit", "evened")),
    ],
)
def test_features_survive_json(features: Features):
    assert features.to_dict()["kind"] == features.encoder.KIND
    entries, tensors = json.loads(json.dumps(features.to_dict())), features.tensors()
    assert all(name.startswith("features.") for name in tensors)
    assert Features.from_dict(entries, tensors) == features != Features(features.encoder, 0.125)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"extra": 1},
            "contrast, kind, rule, scale, shape, shift are required, contrast, extra, kind, rule, scale, shape, shift",
        ),
        ({"kind": "smell", "rate": 8000}, "kind must be one of numbers, .*not 'smell'; if a newer Pellucid wrote it"),
        ({"kind": ["pictures"]}, r"kind must be one of .*, not \['pictures'\]"),
        ({"kind": "numbers"}, "kind, scale, shape, shift are required, contrast, kind, rule"),
        ({"shape": "28"}, "shape must be a list of 2 or 3 whole numbers, not '28'"),
        ({"shape": [28, True]}, r"shape must be a list of 2 or 3 whole numbers, not \[28, True\]"),
        ({"shape": [28.0, 28]}, r"shape must be a list of 2 or 3 whole numbers, not \[28\.0, 28\]"),
        ({"shape": [-1, 4]}, r"shape must be \(height, width\) or .* not \(-1, 4\)"),
        ({"shape": [2**20, 2**20]}, r"in all from 1 to 16,777,216 values, not \(1048576, 1048576\)"),
        ({"scale": "1"}, "scale must be a number, or 'each' with a tensor of them, not '1'"),
        ({"scale": True}, "scale must be a number, or 'each' with a tensor of them, not True"),
        ({"scale": "each"}, "scale must be a number, or 'each' with a tensor of them, not 'each'"),
        ({"scale": float("inf")}, "scale must be finite and above 0, got inf"),
        ({"scale": 10**400}, "too large"),
        ({"shift": float("nan")}, "shift must be finite, got nan"),
        ({"shift": None}, "shift must be a number, or 'each' with a tensor of them, not None"),
        ({"rule": "svhn"}, "rule must be one of none, fit, mnist, uci-digits, fashion-mnist, not 'svhn'"),
        ({"rule": ["mnist"]}, r"rule must be one of none, fit, mnist, uci-digits, fashion-mnist, not \['mnist'\]"),
        ({"contrast": "loud"}, "contrast must be one of as-is, evened, not 'loud'"),
    ],
)
def test_entries_that_are_not_ours_are_refused(change: dict[str, Any], message: str):
    with pytest.raises(FormatError, match=message):
        Features.from_dict(PICTURES.to_dict() | change)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"kind": "numbers"}, "kind, scale, shape, shift are required, kind arrived"),
        ({}, "kind must be one of numbers, .*, not None"),
    ],
)
def test_a_missing_entry_is_refused(entries: dict[str, Any], message: str):
    with pytest.raises(FormatError, match=message):
        Features.from_dict(entries)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"features.scale": None}, "scale must be a number, or 'each' with a tensor of them, not 'each'"),
        ({"features.scale": np.ones(3, np.int32)}, "scale must be a number, or 'each' with a tensor of them"),
        (
            {"features.scale": np.ones(4, np.float32), "features.shift": np.ones(4, np.float32)},
            r"scale must be one number or 3, got shape \(4,\)",
        ),
        ({"features.scale": np.zeros(3, np.float32)}, "scale must be finite and above 0"),
        ({"features.shift": np.full(3, np.nan, np.float32)}, "shift must be finite"),
        (
            {"features.more": np.ones(3, np.float32)},
            "the tensors scale, shift are required, not more",
        ),
    ],
)
def test_tensors_that_are_not_ours_are_refused(tensors: dict[str, Any], message: str):
    held = {name: tensor for name, tensor in (EACH_ITS_OWN.tensors() | tensors).items() if tensor is not None}
    with pytest.raises(FormatError, match=message):
        Features.from_dict(EACH_ITS_OWN.to_dict(), held)


def test_numbers_are_taken_from_tables_too_and_others_refused():
    encoder = NumberEncoder((2,))
    np.testing.assert_array_equal(encoder.encode(pa.table({"a": [1, 2], "b": [3, 4]})), [[1, 3], [2, 4]])
    assert encoder.encode(np.ones((3, 2), np.uint8)).dtype == np.uint8
    assert Features(NumberEncoder((2, 2))).encoder.encode(np.ones((3, 4))).shape == (3, 2, 2)
    for examples, message in (
        (pa.table({"a": ["x"], "b": [1]}), "2 numbers are required, something else arrived"),
        (np.ones((4, 3)), "2 numbers are required, 3 arrived"),
        (np.array([[1.0, np.nan]]), "finite numbers are required, NaN or infinity is among them"),
        (pa.table({"a": [None, 1.0], "b": [1, 2]}), "finite numbers are required, NaN or infinity is among them"),
    ):
        with pytest.raises(DataError, match=f"^{message}$"):
            encoder.encode(examples)
