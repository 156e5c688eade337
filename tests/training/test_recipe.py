"""Recipes: each one that comes along is whole, and a damaged one is refused."""

import dataclasses

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Reading
from pellucid.errors import FormatError, InvalidValueError
from pellucid.training.recipe import Recipe, default_recipe, load_recipe, parse_recipe, recipe_names

DATA = pl.load_data("digits")


@pytest.mark.parametrize("name", [name for name in recipe_names() if name != "mazur-2-2-2"])
def test_each_recipe_makes_a_network_and_the_choices_of_a_run(name: str):
    recipe, description = load_recipe(name)
    assert description.endswith(".")
    network = recipe.network_for(DATA, seed=0)
    assert (network.sizes[0], network.sizes[-1]) == (64, 10)
    assert recipe.training_choices(DATA)["epochs"] == recipe.epochs
    assert parse_recipe(recipe.to_toml(), name)[0] == recipe


def test_mazurs_network_starts_with_his_weights_and_comes_to_his_figures():
    recipe, _ = load_recipe("mazur-2-2-2")
    assert parse_recipe(recipe.to_toml(), "again")[0] == recipe
    data = pl.Dataset.from_arrays([[0.05, 0.10]], [[0.01, 0.99]], validation=0, test=0)
    choices = {**recipe.training_choices(data), "epochs": 1}
    result = pl.train(recipe.network_for(data, seed=5), data, **choices)
    hidden, output = result.network.layers
    assert result.history[0].cost == pytest.approx(0.298371109, abs=1e-7)
    np.testing.assert_allclose(hidden.weights, [[0.149780716, 0.19956143], [0.24975114, 0.29950229]], atol=1e-7)
    np.testing.assert_allclose(output.weights, [[0.35891648, 0.408666186], [0.511301270, 0.561370121]], atol=1e-7)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"hidden": (3,)}, "weights: a network of sizes 2-3-2 is required, got one of 2-2-2"),
        ({"biases": ((0.35, 0.35),)}, "weights, biases: an entry for each of 2 layers is required, got 2 and 1"),
        ({"weights": (((0.1,), (0.1, 0.2)), ((0.1, 0.2), (0.1, 0.2)))}, "weights: "),
    ],
)
def test_first_weights_that_do_not_fit(choices: dict, message: str):
    recipe = dataclasses.replace(load_recipe("mazur-2-2-2")[0], **choices)
    data = pl.Dataset.from_arrays([[0.05, 0.10]], [[0.01, 0.99]], validation=0, test=0)
    with pytest.raises(InvalidValueError) as refusal:
        recipe.network_for(data, seed=0)
    assert str(refusal.value).startswith(message)


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
        ("weight_decay = '0.1'", "weight_decay = '0.1' is no choice"),
        ("balance = true", "balance = True is no choice"),
        ("weights = [[0.1], [0.2]]", "weights = [[0.1], [0.2]] is no choice"),
        ("hidden = [", "no TOML document"),
    ],
)
def test_a_damaged_recipe_is_refused(text: str, message: str):
    with pytest.raises(FormatError, match="recipe x: ") as refusal:
        parse_recipe(text, "recipe x")
    assert message in str(refusal.value)


def test_dropout_of_hidden_layers_needs_some():
    with pytest.raises(InvalidValueError, match="dropout: one share is that of each hidden layer, there is none"):
        Recipe(hidden=(), dropout=(0.5,)).training_choices(DATA)
    chosen = Recipe(hidden=(16,), dropout=(0.5,)).training_choices(DATA)["regularisation"]
    assert chosen.dropout == (0.0, 0.5)


def test_momentum_belongs_to_sgd():
    with pytest.raises(InvalidValueError, match="belong to the optimizer sgd, got adam"):
        Recipe(momentum=0.9).build_optimizer()
    assert Recipe(optimizer="sgd", momentum=0.9, nesterov=True).build_optimizer() == pl.SGD(0.1, 0.9, nesterov=True)


def test_weight_decay_belongs_to_adamw():
    with pytest.raises(InvalidValueError, match=r"^weight_decay: it belongs to the optimizer adamw, got adam; l2 goes"):
        Recipe(weight_decay=0.1).build_optimizer()
    assert Recipe(optimizer="adamw", weight_decay=0.1).build_optimizer() == pl.AdamW(weight_decay=0.1)
    assert Recipe(optimizer="adamw").build_optimizer() == pl.AdamW()
    changed = Recipe(optimizer="adamw", weight_decay=0.1, learning_rate=0.5).with_choices({"optimizer": "rmsprop"})
    assert (changed.weight_decay, changed.learning_rate) == (None, None)
    recipe = Recipe(optimizer="adamw", weight_decay=0.1, balance="weights")
    assert parse_recipe(recipe.to_toml(), "x")[0] == recipe


def test_two_classes_under_binary_cross_entropy_are_one_output_neuron():
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(60, 3))
    two = pl.Dataset.from_arrays(inputs, np.where(inputs[:, 0] > 0, "cat", "other"))
    recipe = Recipe(hidden=(4,), cost="binary-cross-entropy", epochs=20)
    network = recipe.network_for(two, seed=0)
    assert (network.sizes, network.output.name) == ((3, 4, 1), "sigmoid")
    assert Recipe(hidden=(4,)).network_for(two, seed=0).sizes == (3, 4, 2)
    assert Recipe(hidden=(4,), cost="squared-error").network_for(two, seed=0).sizes == (3, 4, 2)
    assert recipe.network_for(DATA, seed=0).sizes == (64, 4, 10)
    result = pl.train(network, two, **recipe.training_choices(two))
    assert result.model.classes == ("cat", "other")
    assert set(result.model.predict(two.test.raw[0])[0].probabilities) == {"cat", "other"}


def test_numbers_to_predict_are_scaled_where_the_output_is_the_identity():
    generator = np.random.default_rng(0)
    regression = pl.Dataset.from_arrays(generator.normal(size=(60, 3)), generator.normal(size=60))
    assert Recipe().training_choices(regression)["scale_targets"] is True
    assert Recipe(output="tanh").training_choices(regression)["scale_targets"] is False
    assert Recipe().training_choices(DATA)["scale_targets"] is False
    assert Recipe(balance="resample").training_choices(DATA)["balance"] == "resample"


def test_a_set_has_the_recipe_that_is_named_like_it(monkeypatch: pytest.MonkeyPatch):
    own, unseen = Recipe(epochs=7), Recipe(epochs=8)
    known = {"mnist": own, "spoken-digits": own, "spoken-digits-unseen-theo": unseen, "essay": own, "table": own}
    monkeypatch.setattr("pellucid.training.recipe.recipe_names", lambda: sorted(known))
    monkeypatch.setattr("pellucid.training.recipe.load_recipe", lambda name: (known[name], "What it is for."))
    assert default_recipe("mnist") == (own, "mnist")
    assert default_recipe("spoken-digits:official") == (own, "spoken-digits")
    assert default_recipe("spoken-digits:unseen-theo") == (unseen, "spoken-digits-unseen-theo")
    assert default_recipe("mnist", Reading(task="classification", validation=0.1)) == (own, "mnist")
    assert default_recipe("mnist", Reading(task="regression")) == (Recipe(), None)
    for name in ("digits", "essay", "table", "people.csv"):  # without a recipe of its own, or no named set
        assert default_recipe(name) == (Recipe(), None)


def test_the_recipe_of_a_set_is_for_its_own_label():
    own = load_recipe("penguins")[0]
    assert default_recipe("penguins") == (own, "penguins")
    assert default_recipe("penguins", Reading(label="species")) == (own, "penguins")
    assert default_recipe("penguins", Reading(label="island")) == (Recipe(), None)
