"""A sweep: every combination, the best first; cross-validated where that is asked for."""

import json

import numpy as np
import pytest

from pellucid.data import Dataset
from pellucid.errors import DivergenceError, InvalidValueError
from pellucid.model import evaluate
from pellucid.training import many, train
from pellucid.training.cross_validation import Figures
from pellucid.training.folds import folds_of
from pellucid.training.recipe import Recipe
from pellucid.training.sweep import best_of, sweep
from pellucid.training.trials import trials_of

BASE = Recipe(hidden=(8,), optimizer="sgd", batch_size=23, epochs=4)


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that less is compiled."""
    monkeypatch.setattr(many, "cores", lambda: 1)


def test_every_combination_is_a_trial(blobs: Dataset):
    varied = {"hidden": [(4,), (8, 6)], "learning_rate": [0.01, 0.1], "l2": [0.0]}
    trials = trials_of(BASE, varied, [3, 7], blobs)
    assert [trial.number for trial in trials] == list(range(1, 9))
    assert len({(trial.recipe.hidden, trial.recipe.learning_rate, trial.seed) for trial in trials}) == 8
    assert trials[0].varied == {"hidden": (4,), "learning_rate": 0.01, "seed": 3}
    assert all(trial.recipe.cost == "cross-entropy" for trial in trials), "nothing is left open"


def test_the_best_one_is_what_train_makes_of_its_choices(blobs: Dataset):
    trials = trials_of(BASE, {"learning_rate": [1e-4, 0.1], "l2": [0.0, 0.01]}, [0, 1], blobs)
    outcomes = sweep(trials, blobs)
    merits = [outcome.merit for outcome in outcomes]
    assert merits == sorted(merits, reverse=True)
    best = best_of(outcomes, blobs, 1)[0]
    recipe, seed = best.trial.recipe, best.trial.seed
    single = train(recipe.network_for(blobs, seed), blobs, seed=seed, **recipe.training_choices(blobs))
    for ours, theirs in zip(best.lane.trained.parameters, single.network.parameters, strict=True):
        np.testing.assert_allclose(ours.weights, theirs.weights, atol=2e-5)
    assert best.lane.model(blobs).provenance["training"] == single.model.provenance["training"]
    told = json.loads(json.dumps(best.to_dict(), allow_nan=False))
    assert told["best"]["validation_accuracy"] == pytest.approx(
        single.history[single.best_epoch - 1].validation_accuracy
    )


def test_cross_validation_judges_each_by_what_it_has_not_learnt(blobs: Dataset):
    """By hand: each fold trained by `train`, and judged where it was not."""
    trials = trials_of(BASE, {"learning_rate": [1e-4, 0.1]}, [2], blobs)
    outcomes = sweep(trials, blobs, n_folds=2)
    assert outcomes[0].trial.recipe.learning_rate == 0.1
    accuracies = []
    for fold in folds_of(blobs, 2):
        recipe = outcomes[0].trial.recipe
        choices = recipe.training_choices(fold.data) | {"patience": None}
        result = train(recipe.network_for(fold.data, 2), fold.data, seed=2, **choices)
        accuracies.append(evaluate(result.model, fold.judged).accuracy)
    assert outcomes[0].figures.accuracies == pytest.approx(accuracies, abs=0.02)
    best = best_of(outcomes, blobs, 1)[0]
    assert best.lane.best is not None
    assert best.lane.history[0].validation_accuracy is not None
    assert "folds" in best.to_dict()


def test_a_trial_that_diverges_is_the_worst(line: Dataset):
    base = Recipe(hidden=(4,), activation=("relu",), optimizer="sgd", batch_size=40, epochs=2)
    outcomes = sweep(trials_of(base, {"learning_rate": [1e18, 0.01]}, [0], line), line)
    assert [outcome.trial.recipe.learning_rate for outcome in outcomes] == [0.01, 1e18]
    assert json.loads(json.dumps(outcomes[1].to_dict(), allow_nan=False))["best"] is None
    with pytest.raises(DivergenceError, match=r"^no network had an epoch done \(diverged\); lower the learning rates$"):
        best_of(outcomes[1:], line, 1)


def test_a_fold_that_diverged_is_written_as_no_number():
    figures = Figures((0.5, float("inf")))
    assert figures.merit == (0.0, -float("inf"))
    assert figures.to_dict() == {"costs": [0.5, None]}


def test_too_many_trials_and_halving_of_folds_are_refused(blobs: Dataset):
    with pytest.raises(InvalidValueError, match=r"^sweep: 1 to 1,000 combinations are tried, got 2,000; give fewer"):
        trials_of(BASE, {"l2": [0.0, 0.1]}, list(range(1000)), blobs)
    trials = trials_of(BASE, {}, [0, 1], blobs)
    with pytest.raises(InvalidValueError, match=r"^halving: it is not for folds"):
        sweep(trials, blobs, halving=True, n_folds=3)
