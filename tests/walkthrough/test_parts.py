"""What the chapters compute with, on examples small enough to follow by hand."""

import math

import numpy as np
import pytest

from pellucid.data import Dataset
from pellucid.maths import Gradients, Layer, Network
from pellucid.walkthrough.collapse import collapsed, misfit
from pellucid.walkthrough.descent import flat, gradient_at, path
from pellucid.walkthrough.frequency import alike, unlike
from pellucid.walkthrough.judging import Judgement, confusion_text
from pellucid.walkthrough.matrix_form import by_loops
from pellucid.walkthrough.pictures import as_characters, beside
from pellucid.walkthrough.stochastic import angles_to
from pellucid.walkthrough.timing import microseconds


def test_two_linear_layers_make_one():
    network = Network(
        [Layer([[1.0, 2.0], [0.0, 1.0]], [1.0, 0.0], "identity"), Layer([[3.0, 1.0]], [-1.0], "identity")]
    )
    (layer,) = collapsed(network).layers
    assert layer.weights.tolist() == [[3.0, 7.0]]
    assert layer.biases.tolist() == [2.0]


def test_a_straight_network_fits_a_matrix_and_a_bent_one_does_not():
    x = np.array([[-1.0], [0.0], [1.0]])
    assert misfit(Network([Layer([[2.0]], [1.0], "identity")]), x) < 1e-12
    # max(0, x) at −1, 0, 1 is 0, 0, 1; the best line misses by 1/6, 1/3, 1/6.
    assert misfit(Network([Layer([[1.0]], [0.0], "relu")]), x) == pytest.approx(1 / 3)


def test_loops_over_weights():
    (output,) = by_loops([([[1.0, -2.0]], [0.5])], [3.0, 1.0])
    assert output == pytest.approx(1 / (1 + math.exp(-1.5)))


def test_a_step_goes_against_the_gradient():
    points = path(10.0)
    assert points.shape == (41, 2)
    np.testing.assert_allclose(points[1], points[0] - 10.0 * gradient_at(points[0]), rtol=1e-12)


def test_gradients_in_one_vector():
    weights, biases = (np.array([[1.0, 2.0]]), np.array([[4.0]])), (np.array([3.0]), np.array([5.0]))
    assert flat(Gradients(weights, biases, ())).tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_angles_in_degrees():
    vectors = np.array([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0], [1.0, 1.0]])
    np.testing.assert_allclose(angles_to(np.array([1.0, 0.0]), vectors), [0, 90, 180, 45], atol=1e-12)


def test_rows_of_equal_and_of_unequal_frequency():
    labels = np.repeat(np.arange(4), [20, 25, 30, 22])
    part = Dataset.from_arrays(np.zeros((97, 2)), labels, validation=0, test=0).train
    assert np.bincount(part.labels[alike(part)]).tolist() == [20, 20, 20, 20]
    assert np.bincount(part.labels[alike(part, 41)]).tolist() == [10, 10, 10, 10]
    assert np.bincount(part.labels[unlike(part)]).tolist() == [2, 2, 2, 20]


def test_the_worst_mistake_is_the_surest_wrong_answer():
    # One input, two outputs S(4x) and S(−4x): the greater x, the surer of class 0.
    network = Network([Layer([[4.0], [-4.0]], [0.0, 0.0], "sigmoid")])
    inputs, labels = np.array([[0.1], [0.9], [0.5], [-0.2]]), np.array([0, 0, 1, 0])
    part = Dataset.from_arrays(inputs, labels, classes=["up", "down"], validation=0, test=0).train
    judgement = Judgement(network, part, ("up", "down"), part.raw.reshape(-1, 1, 1))
    assert sorted(zip(part.raw[:, 0].tolist(), judgement.said.tolist(), strict=True)) == [
        (-0.2, 1),
        (0.1, 0),
        (0.5, 0),
        (0.9, 0),
    ]
    assert judgement.worst is not None
    assert part.raw[judgement.worst, 0] == 0.5
    assert judgement.sureness[judgement.worst] == pytest.approx(1 / (1 + math.exp(-2.0)))


def test_a_network_without_mistakes_has_no_worst_one():
    network = Network([Layer([[4.0], [-4.0]], [0.0, 0.0], "sigmoid")])
    part = Dataset.from_arrays([[0.5], [-0.5]], [0, 1], classes=["up", "down"], validation=0, test=0).train
    assert Judgement(network, part, ("up", "down"), part.raw.reshape(-1, 1, 1)).worst is None


def test_counts_as_text():
    text = confusion_text(np.array([[12, 0], [1, 9]]), ("cat", "dog"))
    assert text.splitlines() == ["true╲said  cat dog", "      cat   12   ·", "      dog    1   9"]


def test_pictures_as_characters():
    picture = np.array([[0, 16], [8, 4]], dtype=np.uint8)
    assert as_characters(picture) == "  ██\n▒▒░░"
    assert beside([picture, picture]) == "  ██    ██\n▒▒░░  ▒▒░░"
    assert as_characters(np.zeros((1, 2))) == ""


def test_a_time_is_the_median_of_repeats():
    calls: list[None] = []
    assert 0 < microseconds(lambda: calls.append(None), 5) < 1e6
    assert len(calls) == 6
