"""Raw examples to vectors: shapes, dtypes, both array libraries, and the entries of a model file."""

import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.data import Features
from pellucid.errors import FormatError, InvalidValueError

PICTURES = Features((2, 3), 1 / 255, "mnist")
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
    features = Features(shape)
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
    vectors = Features((3,)).vectors(raw)
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
        Features((2,)).vectors(raw)


@pytest.mark.parametrize(
    ("shape", "scale", "message"),
    [
        ((), 1.0, r"shape must hold whole numbers of at least 1, not \(\)"),
        ((2, 0), 1.0, r"shape must hold whole numbers of at least 1, not \(2, 0\)"),
        ((2,), 0.0, r"scale must be a finite number above 0, not 0\.0"),
        ((2,), float("nan"), "scale must be a finite number above 0, not nan"),
    ],
)
def test_features_that_make_no_sense_are_refused(shape: tuple[int, ...], scale: float, message: str):
    with pytest.raises(InvalidValueError, match=message):
        Features(shape, scale)


@pytest.mark.parametrize("features", [PICTURES, Features((64,)), Features((8, 8), 1 / 16, "uci-digits")])
def test_features_survive_json(features: Features):
    assert features.to_dict()["kind"] == "array"
    assert Features.from_dict(json.loads(json.dumps(features.to_dict()))) == features


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"extra": 1},
            "kind, normalisation, scale, shape are required, extra, kind, normalisation, scale, shape arrived",
        ),
        ({"kind": "sound", "rate": 8000}, "kind must be 'array', not 'sound'; if a newer Pellucid wrote it, upgrade"),
        ({"kind": ["array"]}, r"kind must be 'array', not \['array'\]"),
        ({"shape": "28"}, "shape must be a list of whole numbers, not '28'"),
        ({"shape": [28, True]}, r"shape must be a list of whole numbers, not \[28, True\]"),
        ({"shape": [28.0]}, r"shape must be a list of whole numbers, not \[28\.0\]"),
        ({"shape": [-1]}, "shape must hold whole numbers of at least 1"),
        ({"scale": "1"}, "scale must be a number, not '1'"),
        ({"scale": True}, "scale must be a number, not True"),
        ({"scale": float("inf")}, "scale must be a finite number above 0, not inf"),
        ({"scale": 10**400}, "too large"),
        ({"normalisation": "svhn"}, "normalisation must be one of none, mnist, uci-digits, not 'svhn'"),
        ({"normalisation": ["mnist"]}, r"normalisation must be one of none, mnist, uci-digits, not \['mnist'\]"),
    ],
)
def test_entries_that_are_not_ours_are_refused(change: dict[str, Any], message: str):
    with pytest.raises(FormatError, match=message):
        Features.from_dict(PICTURES.to_dict() | change)


def test_a_missing_entry_is_refused():
    with pytest.raises(FormatError, match="kind, normalisation, scale, shape are required, none arrived"):
        Features.from_dict({})
