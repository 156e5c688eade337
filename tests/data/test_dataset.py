"""Parts and data sets made from arrays: what comes out, and what is refused with which words."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.data import Dataset, Features, NumberEncoder, Part, count_repeated, expected_outputs
from pellucid.errors import DataError, InvalidValueError

RANDOM = np.random.default_rng(0)
INPUTS = RANDOM.normal(size=(60, 4))
LABELS = np.arange(60) % 3
PLAIN = Features(NumberEncoder((2,)))
AT_3_2 = np.arange(240).reshape(60, 4) == 14


class TestExpectedOutputs:
    def test_a_class_is_a_single_one(self):
        expected = expected_outputs(np.array([2, 0]), 3)
        assert expected.dtype == np.float32
        np.testing.assert_array_equal(expected, [[0, 0, 1], [1, 0, 0]])

    def test_two_classes_can_be_the_values_of_one_output(self):
        expected = expected_outputs(np.array([1, 0, 1]), 1)
        assert expected.dtype == np.float32
        np.testing.assert_array_equal(expected, [[1], [0], [1]])

    @pytest.mark.parametrize("shape", [(4,), (4, 1)])
    def test_targets_are_themselves(self, shape: tuple[int, ...]):
        targets = RANDOM.normal(size=shape)
        expected = expected_outputs(targets, 1)
        assert expected.shape == (4, 1)
        assert expected.dtype == np.float64
        np.testing.assert_array_equal(np.ravel(expected), targets.ravel())

    @pytest.mark.parametrize("n_outputs", [1, 2, 5])
    def test_jax_gives_the_same_also_when_compiled(self, n_outputs: int):
        labels = np.array([1, 0, 1])
        compiled = jax.jit(expected_outputs, static_argnums=1)(jnp.asarray(labels), n_outputs)
        np.testing.assert_array_equal(compiled, expected_outputs(labels, n_outputs))

    def test_labels_of_another_shape_are_refused(self):
        with pytest.raises(InvalidValueError, match=r"targets for 3 outputs are required, shape \(4, 2\) arrived"):
            expected_outputs(np.zeros((4, 2)), 3)
        with pytest.raises(InvalidValueError, match=r"one class number a row is required, shape \(4, 2\) arrived"):
            expected_outputs(np.zeros((4, 2), np.int64), 3)


class TestPart:
    def test_it_scales_on_demand_and_counts(self):
        raw = np.array([[0, 255], [51, 102], [255, 255]], np.uint8)
        part = Part(raw, np.array([1, 1, 0]), Features(NumberEncoder((2,)), 1 / 255), 3)
        assert part.raw is raw
        assert part.n_samples == 3
        np.testing.assert_allclose(part.inputs, raw / 255, rtol=1e-6)
        assert part.inputs.dtype == np.float32
        np.testing.assert_array_equal(part.expected, [[0, 1, 0], [0, 1, 0], [1, 0, 0]])
        assert part.class_counts == (1, 2, 0)

    def test_one_example_is_still_one_row(self):
        part = Part(np.zeros((1, 6), np.uint8), np.array([0]), Features(NumberEncoder((1, 6))), 2)
        assert part.inputs.shape == (1, 6)

    def test_targets_have_no_classes(self):
        part = Part(np.zeros((2, 2)), np.array([0.5, 1.5]), PLAIN, 1)
        assert part.class_counts == ()
        assert part.expected.shape == (2, 1)

    def test_a_transposed_array_is_put_in_order(self):
        part = Part(np.arange(6.0).reshape(2, 3).T, np.array([0, 1, 0]), PLAIN, 2)
        assert part.raw.flags.c_contiguous
        np.testing.assert_array_equal(part.raw, [[0, 3], [1, 4], [2, 5]])

    @pytest.mark.parametrize(
        ("raw", "labels", "n_outputs", "message"),
        [
            (np.zeros((2, 3)), np.array([0, 1]), 2, r"raw: shape \(n_samples, 2\) is required, \(2, 3\) arrived"),
            (np.zeros((0, 2)), np.array([], np.int64), 2, r"raw: shape \(n_samples, 2\) is required, \(0, 2\) arrived"),
            (np.zeros((2, 2), int), np.array([0, 1]), 2, "raw: uint8 or floating point is required, int64 arrived"),
            (np.zeros((2, 2)), np.array([0]), 2, "labels: 2 are required, 1 arrived"),
            (np.zeros((2, 2)), np.array([0, 2]), 2, "labels: 0 to 1 are required with n_outputs=2, 0 to 2 arrived"),
            (np.zeros((2, 2)), np.array([0, 2]), 1, "labels: 0 to 1 are required with n_outputs=1, 0 to 2 arrived"),
            (np.zeros((2, 2)), np.array([0, -1]), 2, "labels: 0 to 1 are required with n_outputs=2, -1 to 0 arrived"),
            (np.zeros((2, 2)), np.array([0, 1], np.uint8), 2, "labels: int64 .* is required, uint8"),
            (np.zeros((2, 2)), np.zeros((2, 2)), 3, "targets for 3 outputs are required"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, raw: np.ndarray, labels: np.ndarray, n_outputs: int, message: str):
        with pytest.raises(InvalidValueError, match=message):
            Part(raw, labels, PLAIN, n_outputs)


class TestFromArrays:
    def test_integers_are_classes(self):
        data = Dataset.from_arrays(INPUTS, LABELS * 10)
        assert data.classes == ("0", "10", "20")
        assert data.task == "classification"
        assert data.feature_shape == (4,)
        assert list(data.parts) == ["train", "validation", "test"]
        assert [part.n_samples for part in data.parts.values()] == [39, 9, 12]
        assert [part.class_counts for part in data.parts.values()] == [(13,) * 3, (3,) * 3, (4,) * 3]
        assert data.split == (
            "Of 60 examples 39 to train, 9 to validate, 12 to test, drawn class by class with the fixed seed 1797."
        )

    def test_each_example_keeps_its_label(self):
        inputs = np.arange(30.0)[:, None]
        data = Dataset.from_arrays(inputs, np.arange(30) % 2)
        for part in data.parts.values():
            np.testing.assert_array_equal(part.raw[:, 0] % 2, part.labels)
        together = np.concatenate([part.raw[:, 0] for part in data.parts.values()])
        assert sorted(together.tolist()) == list(range(30))

    @pytest.mark.parametrize("labels", [np.array(["b", "a"] * 30), np.array(["b", "a"] * 30, object), ["b", "a"] * 30])
    def test_strings_are_classes_in_their_order(self, labels: Any):
        data = Dataset.from_arrays(INPUTS, labels, validation=0.0, test=0.0)
        assert data.classes == ("a", "b")
        assert data.train.labels.tolist() == [1, 0] * 30
        assert data.validation is None
        assert data.test is None

    def test_booleans_are_two_classes(self):
        data = Dataset.from_arrays(INPUTS, LABELS == 0)
        assert data.classes == ("False", "True")
        assert data.train.n_outputs == 2

    @pytest.mark.parametrize("labels", [LABELS, np.array(["red", "green", "blue"])[LABELS]])
    def test_given_classes_are_in_the_order_of_the_outputs(self, labels: np.ndarray):
        data = Dataset.from_arrays(INPUTS, labels, classes=["red", "green", "blue", "grey"], validation=0.0, test=0.0)
        assert data.classes == ("red", "green", "blue", "grey")
        np.testing.assert_array_equal(data.train.labels, LABELS)
        assert data.train.class_counts == (20, 20, 20, 0)
        assert data.train.n_outputs == 4

    @pytest.mark.parametrize(("targets", "n_outputs"), [(INPUTS[:, 0], 1), (INPUTS[:, :2], 2)])
    def test_floating_point_labels_are_targets(self, targets: np.ndarray, n_outputs: int):
        data = Dataset.from_arrays(INPUTS, targets)
        assert data.task == "regression"
        assert data.classes is None
        assert data.train.n_outputs == n_outputs
        assert data.train.expected.shape == (39, n_outputs)
        assert "drawn at random with the fixed seed" in data.split

    @pytest.mark.parametrize(
        ("given", "kept"), [(np.uint8, np.uint8), (bool, np.uint8), (np.int64, np.float32), (np.float16, np.float32)]
    )
    def test_bytes_stay_bytes_and_the_rest_becomes_floating_point(self, given: type, kept: type):
        data = Dataset.from_arrays(np.ones((60, 2, 2), given), LABELS, scale=0.5, validation=0, test=0)
        assert data.train.raw.dtype == kept
        assert data.feature_shape == (2, 2)
        assert (data.train.inputs == 0.5).all()

    @pytest.mark.parametrize("labels", [np.tile([0, 1], 100), np.linspace(0, 1, 200)], ids=["classes", "targets"])
    def test_equal_examples_stay_in_one_part(self, labels: np.ndarray):
        data = Dataset.from_arrays(np.repeat(np.arange(100.0).reshape(50, 2), 4, axis=0), labels)
        contents = [{row.tobytes() for row in part.raw} for part in data.parts.values()]
        assert sum(map(len, contents)) == len(set.union(*contents)) == 50
        assert [len(content) for content in contents] == pytest.approx([32, 8, 10], abs=1)

    def test_the_checksum_is_that_of_the_arrays(self):
        data, again = Dataset.from_arrays(INPUTS, LABELS), Dataset.from_arrays(INPUTS, LABELS, name="other")
        assert len(data.checksum) == 64
        assert data.checksum == again.checksum
        changed = INPUTS.copy()
        changed[0, 0] += 1e-12
        others = [
            Dataset.from_arrays(changed, LABELS),
            Dataset.from_arrays(INPUTS.astype(np.float32), LABELS),
            Dataset.from_arrays(INPUTS, 2 - LABELS),
            Dataset.from_arrays(INPUTS, LABELS, test=0.3),
        ]
        assert len({data.checksum, *(other.checksum for other in others)}) == 5

    @pytest.mark.parametrize(
        ("inputs", "labels", "message"),
        [
            (
                np.where(AT_3_2, np.nan, INPUTS),
                LABELS,
                "inputs: .* row 3, column 2 .* nan",
            ),
            (np.where(AT_3_2, -np.inf, INPUTS), LABELS, "row 3, column 2 .* -inf"),
            (INPUTS, np.where(np.arange(60) == 7, np.inf, 0.5), r"labels: finite numbers .* row 7, column 0 .* inf"),
            (INPUTS[:50], LABELS, "labels: one for each of the 50 examples is required, 60 arrived"),
            (INPUTS[:0], LABELS[:0], r"inputs: an array \(n_samples, n_features\) with examples is required, \(0, 4\)"),
            (INPUTS[:, 0], LABELS, r"with examples is required, \(60,\) arrived"),
            ([[1, 2], [3]], [0, 1], "inputs: rows of the same length are required"),
            (np.full((60, 2), "x"), LABELS, "inputs: numbers are required, an array of dtype <U1 arrived"),
            (INPUTS, np.zeros(60, int), "labels: at least 2 classes are required, every label is '0'"),
            (INPUTS, np.full(60, "cat"), "labels: at least 2 classes are required, every label is 'cat'"),
            (
                INPUTS,
                np.arange(60),
                "one class .* must have 3 different examples, the largest has 1; .*floating-point",
            ),
            (INPUTS, LABELS[:, None], r"labels: one integer, string or boolean a row .* shape \(60, 1\)"),
            (INPUTS, np.array(["a", 1] * 30, object), "labels: all of one kind are required, row 1 .* holds 1"),
            (INPUTS, LABELS * 1j, "labels: one integer, string or boolean"),
            (INPUTS[:2], np.array([0.5, 1.5]), "must have 3 different examples, the largest has 2"),
        ],
    )
    def test_what_cannot_be_learnt_from_is_refused(self, inputs: Any, labels: Any, message: str):
        with pytest.raises(DataError, match=message) as caught:
            Dataset.from_arrays(inputs, labels)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("labels", "message"),
        [
            (LABELS, "labels: 0 to 1 are required, row 2 .* holds 2"),
            (LABELS - 1, "labels: 0 to 1 are required, row 0 .* holds -1"),
            (np.array(["a", "c"] * 30), "labels: a, b are required, row 1 .* holds 'c'"),
            (INPUTS[:, 0], "with classes, integers or strings are required, floating-point numbers arrived"),
        ],
    )
    def test_labels_outside_the_given_classes_are_refused(self, labels: np.ndarray, message: str):
        with pytest.raises(DataError, match=message):
            Dataset.from_arrays(INPUTS, labels, classes=["a", "b"])

    def test_four_examples_suffice_without_other_parts(self):
        data = Dataset.from_arrays([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], validation=0.0, test=0.0)
        assert data.train.n_samples == 4


def test_repeated_examples_are_counted():
    labels = np.array([0, 1, 0])
    train = Part(np.array([[1, 2], [3, 4], [3, 4]], np.uint8), labels, PLAIN, 2)
    test = Part(np.array([[3, 4], [4, 3], [3, 4]], np.uint8), labels, PLAIN, 2)
    assert count_repeated(test, train) == 2
    assert count_repeated(train, test) == 2
    assert count_repeated(train, train) == 3
