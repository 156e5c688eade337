"""Answers to raw inputs, and the figures by which they are judged, against scikit-learn's."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics

from pellucid.data import Dataset, Features, NumberEncoder, Part
from pellucid.errors import InvalidValueError
from pellucid.maths import Layer, Network
from pellucid.model import Model, evaluate, evaluation, predicted_classes, probabilities


def test_predictions_of_softmax_are_its_outputs(model: Model):
    raw = np.random.default_rng(1).integers(0, 256, (7, 2, 3), dtype=np.uint8)
    predictions = model.predict(raw)
    outputs = model.network((raw.reshape(7, 6) / 255).astype(np.float32))
    for prediction, row in zip(predictions, outputs, strict=True):
        assert list(prediction.probabilities) == ["ä", "b", 'c"d']
        assert list(prediction.probabilities.values()) == pytest.approx(list(row), rel=1e-6)
        assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-6)
        assert prediction.label == max(prediction.probabilities, key=prediction.probabilities.__getitem__)
        np.testing.assert_allclose(prediction.outputs, row, rtol=1e-6)
    alone = model.predict(raw[3])
    assert [prediction.label for prediction in alone] == [predictions[3].label]
    assert [each.label for each in model.predict(raw.reshape(7, 6))] == [each.label for each in predictions]


def test_raw_inputs_of_another_shape_are_refused(model: Model):
    with pytest.raises(InvalidValueError, match=r"^raw examples: shape \(2, 3\) or \(6,\) is required"):
        model.predict(np.zeros((2, 4), np.uint8))


def test_output_neurons_that_stand_for_themselves_give_shares():
    sigmoid = Network.random([2, 3]).output
    outputs = np.array([[0.9, 0.6, 0.0], [0.0, 0.0, 0.0], [-2.0, 1.0, 3.0], [1e-30, 0.0, 0.0]])
    shares = probabilities(outputs, sigmoid)
    np.testing.assert_allclose(shares, [[0.6, 0.4, 0], [1 / 3, 1 / 3, 1 / 3], [0, 0.25, 0.75], [1, 0, 0]])
    np.testing.assert_allclose(shares.sum(axis=-1), 1)
    np.testing.assert_array_equal(predicted_classes(outputs), [0, 0, 2, 0])


def test_a_single_output_is_the_share_of_the_second_class():
    network = Network([Layer([[1.0]], [0.0], "identity")])
    outputs = np.array([[0.2], [0.5], [0.51], [-3.0], [7.0]])
    np.testing.assert_allclose(
        probabilities(outputs, network.output), [[0.8, 0.2], [0.5, 0.5], [0.49, 0.51], [1, 0], [0, 1]]
    )
    np.testing.assert_array_equal(predicted_classes(outputs), [0, 0, 1, 0, 1])
    two = Model(network, "squared-error", ("no", "yes"), Features(NumberEncoder((1,))))
    assert [prediction.label for prediction in two.predict(outputs)] == ["no", "no", "yes", "no", "yes"]


def test_in_regression_the_outputs_are_the_answer():
    model = Model(
        Network([Layer([[2.0], [0.5]], [1.0, 0.0], "identity")]), "squared-error", None, Features(NumberEncoder((1,)))
    )
    (prediction,) = model.predict(np.array([3.0]))
    assert (prediction.label, prediction.probabilities) == (None, {})
    np.testing.assert_array_equal(prediction.outputs, [7.0, 1.5])


@pytest.fixture
def judged() -> tuple[Network, Part]:
    """A random network and 300 labelled examples of which class 2 is the largest and class 3 is never true."""
    generator = np.random.default_rng(6)
    features = Features(NumberEncoder((5,)))
    labels = generator.choice([0, 1, 2], 300, p=[0.2, 0.3, 0.5])
    part = Part(generator.normal(0, 1, (300, 5)), labels, features, 4)
    return Network.random([5, 4], output="softmax", seed=3, dtype=np.float64), part


def test_classification_figures_are_scikit_learns(judged: tuple[Network, Part], monkeypatch: pytest.MonkeyPatch):
    network, part = judged
    monkeypatch.setattr(evaluation, "ROWS_AT_ONCE", 77)
    figures = evaluate(network, part)
    outputs = network(part.inputs)
    said, numbers = outputs.argmax(axis=-1), [0, 1, 2, 3]
    assert (figures.n_samples, figures.r2, figures.rmse, figures.mae) == (300, None, None, None)
    assert figures.accuracy == pytest.approx(metrics.accuracy_score(part.labels, said), abs=1e-15)
    np.testing.assert_array_equal(figures.confusion, metrics.confusion_matrix(part.labels, said, labels=numbers))
    assert figures.cost == pytest.approx(metrics.log_loss(part.labels, outputs, labels=numbers), rel=1e-12)
    assert figures.baseline_accuracy == max(part.class_counts) / 300
    choices = {"labels": numbers, "average": None, "zero_division": np.nan}
    for name, score in (("recall", metrics.recall_score), ("precision", metrics.precision_score)):
        known = [None if np.isnan(each) else each for each in score(part.labels, said, **choices)]
        assert [getattr(each, name) for each in figures.per_class] == pytest.approx(known)
    assert [(each.label, each.n_samples) for each in figures.per_class] == [
        (str(k), count) for k, count in enumerate(part.class_counts)
    ]
    assert figures.per_class[3].recall is None


def test_regression_figures_are_scikit_learns():
    generator = np.random.default_rng(7)
    inputs = generator.normal(0, 1, (80, 3))
    data = Dataset.from_arrays(inputs, inputs @ generator.normal(0, 1, (3, 2)) + generator.normal(0, 1, (80, 2)))
    network = Network.random([3, 2], activation="identity", seed=1, dtype=np.float64)
    figures = evaluate(network, data.train)
    outputs, expected = network(data.train.inputs), data.train.expected
    assert figures.rmse == pytest.approx(np.sqrt(metrics.mean_squared_error(expected, outputs)), rel=1e-12)
    assert figures.mae == pytest.approx(metrics.mean_absolute_error(expected, outputs), rel=1e-12)
    centred, residual = expected - expected.mean(axis=0), expected - outputs
    assert figures.r2 == pytest.approx(1 - (residual**2).sum() / (centred**2).sum(), rel=1e-12)
    assert figures.cost == pytest.approx(2 * metrics.mean_squared_error(expected, outputs), rel=1e-12)
    assert set(figures.to_dict()) == {"r2", "rmse", "mae", "cost", "n_samples"}
    one = Network.random([3, 1], activation="identity", seed=1, dtype=np.float64)
    single = Part(data.train.raw, expected[:, 0], data.features, 1)
    known = metrics.r2_score(expected[:, 0], one(single.inputs)[:, 0])
    assert evaluate(one, single).r2 == pytest.approx(known, rel=1e-12)


def test_targets_that_do_not_vary_have_no_r2():
    part = Part(np.ones((3, 1)), np.full(3, 2.0), Features(NumberEncoder((1,))), 1)
    assert evaluate(Network([Layer([[1.0]], [0.0], "identity")]), part).r2 is None


def test_a_model_is_judged_by_its_own_cost_and_classes(judged: tuple[Network, Part]):
    network, part = judged
    model = Model(network, "squared-error", ("k", "l", "m", "n"), part.features)
    figures = evaluate(model, part)
    outputs, expected = network(part.inputs), part.expected
    assert figures.cost == pytest.approx(((outputs - expected) ** 2).sum(axis=1).mean(), rel=1e-12)
    assert [each.label for each in figures.per_class] == ["k", "l", "m", "n"]
    assert evaluate(model, part, cost="cross-entropy").cost == evaluate(network, part).cost
    document = json.loads(json.dumps(figures.to_dict()))
    assert set(document) == {"accuracy", "cost", "n_samples", "baseline_accuracy", "confusion", "per_class"}
    assert set(document["per_class"][0]) == {"class", "n_samples", "recall", "precision"}
    assert document["per_class"][3]["recall"] is None


def test_one_output_is_judged_on_two_classes():
    part = Part(np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 1, 1, 1]), Features(NumberEncoder((1,))), 2)
    figures = evaluate(Network([Layer([[1.0]], [0.0], "sigmoid")]), part, cost="binary-cross-entropy")
    assert (figures.accuracy, figures.baseline_accuracy) == (0.75, 0.75)
    np.testing.assert_array_equal(figures.confusion, [[1, 0], [1, 2]])


def test_what_does_not_fit_is_refused(judged: tuple[Network, Part], model: Model):
    network, part = judged
    with pytest.raises(InvalidValueError, match=r"^sizes: the data have 5 features, .* as many neurons, got 6$"):
        evaluate(model, part)
    with pytest.raises(InvalidValueError, match=r"^sizes: the data need 4 output neurons, got 2 in the network's"):
        evaluate(Network.random([5, 2], dtype=np.float64), part)
    with pytest.raises(InvalidValueError, match=r"^cost: binary-cross-entropy needs the output activation sigmoid"):
        evaluate(network, part, cost="binary-cross-entropy")
    assert replace(model, classes=None).predict(np.zeros((2, 3)))[0].label is None


@pytest.mark.parametrize(("shape", "k"), [((1, 3), 3), ((3,), 3), ((1, 1, 3), 3), ((1,), 1)])
def test_a_part_of_a_single_row_is_one_example(shape: tuple[int, ...], k: int):
    network = Network.random([k, 2], output="softmax", seed=1)
    part = Part(np.ones((1, k), np.float32), np.array([1]), Features(NumberEncoder(shape)), 2)
    for judged in (network, Model(network, "cross-entropy", ("a", "b"), part.features)):
        assert evaluate(judged, part).n_samples == 1


def test_a_model_judges_raw_examples_scaled_as_it_learnt_them():
    network = Network([Layer([[1.0]], [-0.5], "sigmoid")])
    model = Model(network, "squared-error", ("low", "high"), Features(NumberEncoder((1,)), 1 / 255))
    part = Part(np.array([[0.0], [100.0], [200.0]]), np.array([0, 0, 1]), Features(NumberEncoder((1,))), 2)
    assert evaluate(model, part).accuracy == 1
    assert evaluate(network, part).accuracy == pytest.approx(2 / 3)


def test_a_part_of_another_shape_is_refused_and_flat_examples_are_not(model: Model):
    labels = np.array([0, 1, 2])
    raw = np.arange(18, dtype=np.uint8).reshape(3, 6)
    with pytest.raises(
        InvalidValueError, match=r"^part: examples of the model's shape \(2, 3\), or flat, .* \(3, 2\)$"
    ):
        evaluate(model, Part(raw, labels, Features(NumberEncoder((3, 2)), 1 / 255), 3))
    flat, whole = (
        Part(raw, labels, Features(NumberEncoder(shape), scale), 3) for shape, scale in (((6,), 1.0), ((2, 3), 1 / 255))
    )
    assert evaluate(model, flat).cost == evaluate(model, whole).cost


@pytest.mark.parametrize("output", ["identity", "relu", "softmax", "sigmoid", "tanh"])
def test_outputs_that_are_not_finite_are_refused_in_one_line_without_warnings(output: str):
    huge = np.full((2, 2), 3e38, np.float32)
    layers = [Layer(huge, np.zeros(2, np.float32), "identity"), Layer(huge * [1, -1], np.zeros(2, np.float32), output)]
    model = Model(Network(layers), "squared-error", ("a", "b"), Features(NumberEncoder((2,))))
    raw = np.array([[0.0, 0.0], [3.0, 4.0]], np.float32)
    message = (
        r"^outputs: the network's outputs are not finite for 1 of 2 examples, first for number 1 \(counted from 0\); "
        r"that input or the network's weights are too large, or hold NaN$"
    )
    with pytest.raises(InvalidValueError, match=message):
        model.predict(raw)
    with pytest.raises(InvalidValueError, match=message):
        evaluate(model, Part(raw, np.array([0, 1]), model.features, 2))
    with pytest.raises(InvalidValueError, match=message):
        replace(model, classes=None).predict(raw)


@pytest.mark.parametrize("labels", [np.array([0, 1]), np.ones((2, 2), np.float32)])
def test_a_cost_that_is_not_finite_is_refused(labels: np.ndarray):
    network = Network([Layer(np.eye(2, dtype=np.float32), np.zeros(2, np.float32), "identity")])
    part = Part(np.full((2, 2), 1e30, np.float32), labels, Features(NumberEncoder((2,))), 2)
    with pytest.raises(
        InvalidValueError, match=r"^cost: the network's outputs lie too far .* finite cost, got inf; the"
    ):
        evaluate(network, part)


def test_large_outputs_have_shares_too():
    model = Model(
        Network([Layer(np.eye(2, dtype=np.float32), [0, 0], "identity")]),
        "huber",
        ("a", "b"),
        Features(NumberEncoder((2,))),
    )
    (prediction,) = model.predict(np.full(2, 3e38, np.float32))
    assert prediction.probabilities == {"a": 0.5, "b": 0.5}


def test_regression_on_large_targets_keeps_its_digits():
    targets = np.array([[0.0], [1e25], [2e25]], np.float32)  # their squares leave float32
    part = Part(targets, targets, Features(NumberEncoder((1,))), 1)
    figures = evaluate(Network([Layer(np.array([[0.5]], np.float32), [0.0], "identity")]), part, cost="absolute-error")
    assert figures.r2 == pytest.approx(1 - (0.5**2 + 1) / 2, rel=1e-6)
    tenth = Part(np.ones((7, 1)), np.full(7, 0.1), Features(NumberEncoder((1,))), 1)
    assert evaluate(Network([Layer([[1.0]], [0.0], "identity")]), tenth).r2 is None


def test_several_parts_are_judged_as_if_they_were_one(judged: tuple[Network, Part]):
    network, part = judged
    pieces = [replace(part, raw=part.raw[some], labels=part.labels[some]) for some in (slice(0, 3), slice(3, None))]
    whole, together = evaluate(network, part), evaluate(network, pieces)
    np.testing.assert_array_equal(together.confusion, whole.confusion)
    assert together.cost == pytest.approx(whole.cost, rel=1e-6)
    assert (together.n_samples, together.accuracy) == (whole.n_samples, whole.accuracy)
    with pytest.raises(InvalidValueError, match=r"^part: a part of a data set, such as data.test, is required, got "):
        evaluate(network, [])
