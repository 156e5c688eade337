"""Recipes: each one that comes along is whole, and a damaged one is refused."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import FormatError, InvalidValueError
from pellucid.training.recipe import Recipe, load_recipe, parse_recipe, recipe_names

DATA = pl.load_data("digits")


@pytest.mark.parametrize("name", recipe_names())
def test_each_recipe_makes_a_network_and_the_choices_of_a_run(name: str):
    recipe, description = load_recipe(name)
    assert description.endswith(".")
    network = recipe.network_for(DATA, seed=0)
    assert (network.sizes[0], network.sizes[-1]) == (64, 10)
    assert recipe.training_choices(DATA)["epochs"] == recipe.epochs
    assert parse_recipe(recipe.to_toml(), name)[0] == recipe


def test_the_output_layer_follows_from_cost_and_task():
    def output(data: pl.Dataset, **choices) -> str:
        return Recipe(**choices).network_for(data, seed=0).output.name

    generator = np.random.default_rng(0)
    regression = pl.Dataset.from_arrays(generator.normal(size=(60, 3)), generator.normal(size=60))
    assert output(DATA) == "softmax"
    assert output(DATA, cost="binary-cross-entropy") == "sigmoid"
    assert output(DATA, cost="squared-error") == "sigmoid"
    assert output(DATA, cost="huber") == "identity"
    assert output(regression) == "identity"
    assert output(DATA, cost="squared-error", output="tanh") == "tanh"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hidden = 16", "hidden = 16 is no choice"),
        ("epochs = true", "epochs = True is no choice"),
        ("module = 'os'", "module = 'os' is no choice"),
        ("hidden = ['a']", "is no choice"),
        ("hidden = [", "no TOML document"),
    ],
)
def test_a_damaged_recipe_is_refused(text: str, message: str):
    with pytest.raises(FormatError, match="recipe x: ") as refusal:
        parse_recipe(text, "recipe x")
    assert message in str(refusal.value)


def test_momentum_belongs_to_sgd():
    with pytest.raises(InvalidValueError, match="belong to the optimizer sgd, got adam"):
        Recipe(momentum=0.9).build_optimizer()
    assert Recipe(optimizer="sgd", momentum=0.9, nesterov=True).build_optimizer() == pl.SGD(0.1, 0.9, nesterov=True)
