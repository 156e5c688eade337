"""Training where one class is rare: weights and resampling find it, and do what they say."""

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Dataset
from pellucid.data.balance import class_weights
from pellucid.errors import InvalidValueError
from pellucid.maths import example_costs, find_cost
from pellucid.training import feed
from pellucid.training.step import LearningRule, start, step


@pytest.fixture(scope="module")
def rare() -> Dataset:
    """Two classes that overlap, 950 examples of the one and 50 of the other."""
    generator = np.random.default_rng(2)
    labels = np.repeat([0, 1], [950, 50])
    inputs = generator.normal(0, 1, (1000, 4)) + 1.3 * labels[:, None] * [1, 1, 0, 0]
    return Dataset.from_arrays(inputs, labels, classes=["usual", "rare"], validation=0.2, test=0.2)


def learnt(data: Dataset, balance: str, **choices: Any) -> pl.TrainingResult:
    network = pl.Network.random([4, 8, 2], output="softmax", seed=1, dtype=np.float64)
    defaults = {"cost": "cross-entropy", "optimizer": pl.Adam(0.01), "epochs": 15, "seed": 3}
    return pl.train(choices.pop("network", network), data, balance=balance, **(defaults | choices))


@pytest.mark.parametrize("balance", ["weights", "resample"])
def test_more_of_the_rare_class_is_found(rare: Dataset, balance: str):
    plain, balanced = learnt(rare, "none"), learnt(rare, balance)
    recalls = [pl.evaluate(result.model, rare.test).per_class[1].recall for result in (plain, balanced)]
    assert recalls[1] >= recalls[0] + 0.3
    assert balanced.model.provenance["training"]["balance"] == balance
    # The best epoch is the one that finds both classes best, not the one that names the usual one most.
    found = [record.validation_recall for record in balanced.history]
    assert balanced.best_epoch == found.index(max(found)) + 1
    part = rare.validation
    said = balanced.network(part.inputs).argmax(axis=1)
    known = np.mean([(said[part.labels == number] == number).mean() for number in (0, 1)])
    assert max(found) == pytest.approx(known)
    assert plain.history[0].validation_recall is None
    assert "validation_recall" not in plain.history[0].to_dict()


def test_weights_do_what_weighted_steps_in_numpy_do(rare: Dataset):
    data = Dataset(rare.name, rare.train, None, None, rare.classes, rare.features, rare.split)
    rule = LearningRule(find_cost("cross-entropy"), pl.SGD(0.2))
    result = learnt(data, "weights", optimizer=rule.optimizer, batch_size=64, epochs=2)
    network = pl.Network.random([4, 8, 2], output="softmax", seed=1, dtype=np.float64)
    state, part, costs = start(network.parameters, rule), data.train, []
    weights = class_weights(part.class_counts)[part.labels]
    assert weights.mean() == pytest.approx(1.0)
    for epoch in (1, 2):
        rows = np.random.default_rng([3, epoch]).permutation(part.n_samples)
        total = 0.0
        for first in range(0, len(rows), 64):
            some = rows[first : first + 64]
            x, expected = part.inputs[some], part.expected[some].astype(np.float64)
            state, trace, _ = step(network, rule, state, x, expected, 0.2, weights[some])
            total += example_costs(rule.cost, trace.pre_activations[-1], trace.activations[-1], expected).sum()
        costs.append(total / part.n_samples)
    for trained, known in zip(result.network.parameters, state.parameters, strict=True):
        np.testing.assert_allclose(trained.weights, known.weights, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(trained.biases, known.biases, rtol=1e-9, atol=1e-12)
    # The cost that is told counts each example once.
    assert [record.cost for record in result.history] == pytest.approx(costs, rel=1e-10)


@pytest.mark.parametrize(
    ("cost", "output", "expected"),
    [
        ("cross-entropy", "softmax", np.eye(2)[[0, 1, 1, 0, 1]]),
        ("binary-cross-entropy", "sigmoid", np.array([[0.0], [1], [1], [0], [1]])),
        ("squared-error", "sigmoid", np.eye(2)[[0, 1, 1, 0, 1]]),
    ],
)
def test_a_cost_that_counts_so_often_has_so_much_of_the_gradient(cost: str, output: str, expected: np.ndarray):
    """Each weight and bias, against central differences of the weighted mean cost with its penalty."""
    network = pl.Network.random([3, 4, expected.shape[1]], activation="tanh", output=output, seed=4, dtype=np.float64)
    x, weights = np.random.default_rng(1).normal(size=(5, 3)), np.array([2.0, 0.5, 1, 0, 3])
    rule = LearningRule(find_cost(cost), pl.SGD(1.0), pl.L2(0.1))

    def minimised(parameters: Any) -> float:
        trace = network.with_parameters(parameters).forward(x)
        costs = example_costs(rule.cost, trace.pre_activations[-1], trace.activations[-1], expected)
        return float((weights * costs).mean()) + sum(0.05 * float((layer.weights**2).sum()) for layer in parameters)

    after, *_ = step(network, rule, start(network.parameters, rule), x, expected, 1.0, weights)
    for number, layer in enumerate(network.parameters):
        for kind in layer._fields:
            array = getattr(layer, kind)
            slopes = array - getattr(after.parameters[number], kind)
            for place in np.ndindex(array.shape):
                costs: list[float] = []
                for nudge in (1e-6, -1e-6):
                    moved = array.copy()
                    moved[place] += nudge
                    parameters = list(network.parameters)
                    parameters[number] = layer._replace(**{kind: moved})
                    costs.append(minimised(tuple(parameters)))
                # Central differences are good to about 1e-16 / 1e-6.
                assert slopes[place] == pytest.approx((costs[0] - costs[1]) / 2e-6, rel=1e-6, abs=1e-9)


def test_an_epoch_of_resampling_meets_as_many_of_each_class(rare: Dataset, monkeypatch: pytest.MonkeyPatch):
    met: list[np.ndarray] = []
    take = feed.ResidentFeed.take

    def noting(resident: feed.ResidentFeed, n_samples: int, room: int) -> feed.Taken:
        taken = take(resident, n_samples, room)
        met.append(taken.rows[:n_samples])
        return taken

    monkeypatch.setattr(feed.ResidentFeed, "take", noting)
    results = [learnt(rare, "resample", epochs=1) for _ in range(2)]
    rows = np.concatenate(met)
    assert len(rows) == 2 * rare.train.n_samples
    first, second = np.split(rows, 2)
    assert (first == second).all()
    counts = np.bincount(rare.train.labels[first])
    assert abs(counts[0] - counts[1]) <= 1
    assert results[0].history == results[1].history


def test_one_output_neuron_is_balanced_as_well(rare: Dataset):
    network = pl.Network.random([4, 1], seed=1)
    choices = {"network": network, "cost": "binary-cross-entropy", "epochs": 30, "optimizer": pl.Adam(0.05)}
    results = [learnt(rare, balance, **choices) for balance in ("none", "weights")]
    recalls = [pl.evaluate(result.model, rare.test).per_class[1].recall for result in results]
    assert recalls[1] >= recalls[0] + 0.3


def test_numbers_to_predict_have_no_classes_to_balance(line: Dataset):
    network = pl.Network.random([3, 2], activation="identity", seed=1)
    with pytest.raises(
        InvalidValueError, match=r"^balance: 'none' is required where labels are numbers to predict, got"
    ):
        pl.train(network, line, balance="weights")
