"""The cure as one types it: with the run's own choices, and nothing that follows by itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pellucid.data import Dataset, load_data
from pellucid.diagnosis.case import Case
from pellucid.diagnosis.cures import command, rate_test
from pellucid.maths import SGD, Network, find_cost
from pellucid.model import Model
from pellucid.training.plan import Plan
from pellucid.training.step import LearningRule


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_data("digits")


@pytest.fixture
def case(digits: Dataset) -> Callable[..., Case]:
    """The case of a run with 12 sigmoid neurons and plain descent."""

    def make(cost: str = "cross-entropy", source: str | None = "digits", **provenance: Any) -> Case:
        output = "softmax" if cost == "cross-entropy" else "sigmoid"
        network = Network.random([64, 12, 10], activation="sigmoid", output=output)
        model = Model(network, cost, digits.classes, digits.features, provenance=provenance)
        plan = Plan(LearningRule(find_cost(cost), SGD(0.5)), batch_size=64, epochs=100, patience=10, seed=3)
        return Case(model, digits, plan, source=source)

    return make


def test_only_what_differs_from_the_usual_is_typed(case: Callable[..., Case]):
    own = "--hidden 12 --activation sigmoid --optimizer sgd"
    assert command(case(), learning_rate=0.02) == f"pellucid train digits {own} --learning-rate 0.02 --seed 3"
    assert command(case(), learning_rate=0.1) == f"pellucid train digits {own} --seed 3"  # sgd's usual rate
    assert rate_test(case()) == f"pellucid find-rate digits {own} --seed 3"
    assert command(case(source=None), learning_rate=0.1) == rate_test(case(source=None)) == ""


def test_a_cost_brings_its_output_layer(case: Callable[..., Case]):
    squared = case("half-squared-error")
    assert "--cost half-squared-error --optimizer sgd" in command(squared)
    assert "--output" not in command(squared)
    cured = command(squared, cost="cross-entropy", output="softmax")
    assert "--cost" not in cured
    assert "--output" not in cured


def test_it_goes_out_from_the_recipe_that_the_run_had(case: Callable[..., Case]):
    recipe = {"name": "nielsen-30", "initializer": "standard-normal"}
    typed = command(case("half-squared-error", recipe=recipe), initializer="auto")
    assert typed.startswith("pellucid train digits --recipe nielsen-30 --hidden 12 --initializer auto ")
    assert "--cost" not in typed
    # A recipe with what this run lacks: it is switched off.
    other = command(case(recipe={"name": "mnist"}))
    assert "--no-nesterov" in other
    assert "--momentum 0 " in other
    for odd in ({"name": "no such recipe"}, {"name": ["mnist"]}, "mnist"):
        assert "--recipe" not in command(case(recipe=odd))


def test_the_data_are_read_as_they_were(case: Callable[..., Case]):
    reading = {"label": "income", "ignore": ["id", "name"], "encoding": {"size": "8x8"}, "on_error": "stop"}
    typed = command(case(source="some people.csv", data={"reading": reading}))
    assert typed.startswith(
        "pellucid train 'some people.csv' --label income --ignore id,name --encoding size=8x8 --hidden"
    )
    for odd in ({"label": 3}, {"odd": "3"}, "label"):
        assert "--label" not in command(case(data={"reading": odd}))


def test_hidden_layers_that_are_changed_share_one_activation(case: Callable[..., Case]):
    mixed = case()
    network = Network.random([64, 12, 8, 10], activation=["tanh", "sigmoid", "softmax"])
    mixed = replace(mixed, model=replace(mixed.model, network=network))
    assert "--hidden 12,8 --activation tanh,sigmoid" in command(mixed)
    assert "--hidden 64 --activation tanh " in command(mixed, hidden=(64,))
