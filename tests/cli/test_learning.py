"""`explain cost`, `gradient` and `update` of runs that weighed classes or scaled the numbers to predict."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Dataset, expected_outputs, load_data
from pellucid.data.balance import class_weights
from pellucid.maths import find_cost
from pellucid.training.run_folder import NewRun
from pellucid.training.saving import Saving
from pellucid.training.step import LearningRule, start, step
from pellucid.training.targets import TargetScaling

LABELLED = {"rare": lambda a, b, row: "rare" if row % 4 == 0 else "usual", "price": lambda a, b, row: 10 * a - b + 90}
"""The label of a row by its numbers."""


class Trained(NamedTuple):
    """A run folder without pictures, and what it comes from."""

    run: Path
    table: Path
    data: Dataset
    result: pl.TrainingResult


def trained(folder: Path, label: str, **choices: Any) -> Trained:
    """Trains a small network on a table of random numbers."""
    table, run = folder / "table.csv", folder / "run"
    inputs = np.random.default_rng(0).normal(size=(80, 3)).round(3)
    lines = [f"{a},{b},{c},{LABELLED[label](a, b, row)}\n" for row, (a, b, c) in enumerate(inputs)]
    table.write_text("a,b,c,label\n" + "".join(lines))
    data = load_data(table, validation=0.2, test=0.3)
    sizes = [data.features.n_features, 3, data.train.n_outputs]
    output, cost = ("softmax", "cross-entropy") if data.classes else ("identity", "half-squared-error")
    network = pl.Network.random(sizes, activation="tanh", output=output, seed=1, dtype=np.float64)
    choices |= {"cost": cost, "optimizer": pl.Adam(0.01), "epochs": 2, "batch_size": 16}
    with NewRun(run, "table", overwrite=False) as place:
        result = pl.train(network, data, callbacks=[Saving(place, data, print)], **choices)
    return Trained(run, table, data, result)


@pytest.fixture(scope="module")
def weighted(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Three examples of one class for each of the other, and weights for both."""
    return trained(tmp_path_factory.mktemp("weighted"), "rare", balance="weights")


@pytest.fixture(scope="module")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return trained(tmp_path_factory.mktemp("scaled"), "price", scale_targets=True)


@pytest.fixture
def explain(pellucid: Callable) -> Callable[..., str]:
    """What `pellucid explain` says of a run, its lines joined."""

    def run(of: Trained, *arguments: str) -> str:
        outcome = pellucid("explain", of.run, "--data", of.table, *arguments)
        assert outcome.code == 0, outcome.err
        return " ".join(outcome.out.split())

    return run


class TestClassWeights:
    def test_an_update_is_the_weighted_step_of_the_training(self, explain: Callable, weighted: Trained):
        model, test = weighted.result.model, weighted.data.test
        weights = class_weights(weighted.data.train.class_counts)
        assert model.provenance["training"]["class_weights"] == weights.tolist()
        rule = LearningRule(find_cost("cross-entropy"), pl.Adam(0.01))
        for samples, rows in (("2", [2]), ("0-5", list(range(6)))):
            vectors = model.features.scaled(test.raw[rows].astype(np.float64))
            expected = expected_outputs(test.labels[rows], 2).astype(np.float64)
            state = start(model.network.parameters, rule)
            after, *_ = step(model.network, rule, state, vectors, expected, 0.01, weights[test.labels[rows]])
            asked = (weighted, "--sample", samples, "update", "2:3,1", "--format", "json")
            document = json.loads(explain(*asked))
            assert document["value"] == pytest.approx(after.parameters[0].weights[2, 0], rel=1e-12)
            refs = {term["ref"] for each in document["steps"] for term in each["terms"]}
            assert ("u" if samples == "2" else "u@0") in refs
            others = json.loads(explain(*asked, "--optimizer", "sgd"))
            assert not {term["ref"] for each in others["steps"] for term in each["terms"]} & {"u", "u@0"}

    @pytest.mark.parametrize("kind", [["cost"], ["gradient", "2:1,1"]])
    def test_a_cost_and_a_gradient_say_how_often_they_counted(
        self, explain: Callable, weighted: Trained, kind: list[str]
    ):
        weight = class_weights(weighted.data.train.class_counts)[weighted.data.test.labels[0]]
        assert f" The cost of the example counted {weight:.4g} times in training. " in explain(weighted, *kind)
        told = " The cost of each example counted as often as its class is weighted in training. "
        assert told in explain(weighted, "--sample", "0-3", *kind)

    @pytest.mark.parametrize("odd", [[1.0], [1.0, -1.0], [1.0, "2"], [1.0, True], "both", {"a": 1}])
    def test_weights_that_are_none_are_refused(self, pellucid: Callable, weighted: Trained, odd: Any):
        model = weighted.result.model
        training = model.provenance["training"] | {"class_weights": odd}
        pl.save(replace(model, provenance={**model.provenance, "training": training}), "odd.safetensors")
        refused = pellucid("explain", "odd.safetensors", "--data", weighted.table, "cost")
        assert refused.code == 1
        assert refused.err == "error: class_weights: a list of 2 numbers of at least 0 is required\n"


class TestScaledTargets:
    def test_a_step_from_the_checkpoint_is_one_of_the_training(self, explain: Callable, scaled: Trained):
        held, model, test = scaled.result.checkpoint, scaled.result.model, scaled.data.test
        vectors = model.features.scaled(test.raw[:1].astype(np.float64))
        scaling = TargetScaling.learnt(scaled.data.train.labels, np.dtype(np.float64))
        expected = (test.labels[:1, None] - scaling.mean) / scaling.deviation
        after, *_ = step(model.network, held.rule, held.state, vectors, expected, 0.01)
        asked = (scaled, "update", "3:1,2", "--checkpoint")
        document = json.loads(explain(*asked, "--format", "json"))
        assert document["value"] == pytest.approx(after.parameters[1].weights[0, 1], rel=1e-12)
        told = explain(*asked)
        answer = scaling.deviation * model.network.with_parameters(held.state.parameters)(vectors)[0] + scaling.mean
        assert f": the target is {test.labels[0]:.6g}, the network says {answer[0]:.6g}. " in told
        units = f"less {scaling.mean[0]:.6g}, over {scaling.deviation[0]:.6g}."
        assert f" Targets and outputs are in training's units here: {units} " in told

    @pytest.mark.parametrize(
        ("kind", "end"),
        [(["cost"], "."), (["update", "3:1,2"], "; --checkpoint shows a step as training makes it.")],
    )
    def test_a_formula_in_the_targets_own_units_says_so(
        self, explain: Callable, scaled: Trained, kind: list[str], end: str
    ):
        mean, deviation = scaled.data.train.labels.mean(), scaled.data.train.labels.std()
        told = f" Training took the targets less {mean:.6g}, over {deviation:.6g}; here they are in their own units"
        assert f"{told}{end} " in explain(scaled, *kind)


def test_where_training_did_neither_nothing_is_said(explain: Callable, tmp_path: Path):
    for label, balance in (("rare", "resample"), ("price", "none")):
        folder = tmp_path / label
        folder.mkdir()
        plain = trained(folder, label, balance=balance)
        for kind in (["cost"], ["update", "2:1,1"]):
            told = explain(plain, *kind)
            assert all(word not in told for word in ("in training", "weight u", "units"))
