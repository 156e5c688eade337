"""Cross-validation: by what trials are compared."""

import pytest

from pellucid.data import Dataset
from pellucid.training.cross_validation import Figures, cross_validate
from pellucid.training.recipe import Recipe
from pellucid.training.trials import trials_of


@pytest.mark.parametrize(("balance", "is_balanced"), [("none", False), ("weights", True)])
def test_where_classes_are_balanced_recalls_count(blobs: Dataset, balance: str, is_balanced: bool):
    recipe = Recipe(hidden=(4,), epochs=2, patience=0, balance=balance)
    (figures,) = cross_validate(trials_of(recipe, {}, (0,), blobs), blobs, 2)
    assert figures.is_balanced == is_balanced
    assert figures.shares == (figures.recalls if is_balanced else figures.accuracies)


def test_the_better_trial_names_small_classes_too():
    by_accuracy = Figures((0.5,), accuracies=(0.9,), recalls=(0.5,), is_balanced=True)
    by_recall = Figures((0.5,), accuracies=(0.8,), recalls=(0.8,), is_balanced=True)
    assert by_recall.merit > by_accuracy.merit
