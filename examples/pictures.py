"""Draws the pictures of the README: the essay's small network, and a run of the essay's set-up on the digits."""

from pathlib import Path

import pellucid as pl
from pellucid.figures import first_layer_weights, learning_curves, network_diagram, save_figure
from pellucid.training.recipe import load_recipe

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    small = pl.Network.random([3, 4, 2], activation="sigmoid", initializer="standard-normal", seed=0)
    save_figure(network_diagram(small), FOLDER / "small-network")
    data = pl.load_data("digits")
    recipe, _ = load_recipe("essay")
    result = pl.train(recipe.network_for(data, seed=0), data, seed=0, **recipe.training_choices(data))
    save_figure(learning_curves(result.history, result.best_epoch), FOLDER / "learning-curves")
    save_figure(first_layer_weights(result.network.layers[0].weights, data.feature_shape), FOLDER / "weights")


if __name__ == "__main__":
    main()
