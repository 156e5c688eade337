"""Published results on real data, reached again; benchmarks/recipes.py has more of them, and longer ones."""

from pathlib import Path

import pytest

import pellucid as pl
from pellucid.training.recipe import load_recipe


def test_nielsens_first_network(real_data: Path, monkeypatch: pytest.MonkeyPatch):
    """784-30-10 of chapter 1: the book prints 95.42 %, the best of three; single runs scatter from 94 to 95 %."""
    monkeypatch.setenv("PELLUCID_DATA", str(real_data))
    data = pl.load_data("mnist")
    recipe, _ = load_recipe("nielsen-30")
    network = recipe.network_for(data, 0)
    assert network.parameter_count == 23860
    result = pl.train(network, data, seed=0, **recipe.training_choices(data))
    assert pl.evaluate(result.network, data.test).accuracy > 0.948
