"""The trials of a sweep: every combination of some choices and seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.errors import InvalidValueError
from pellucid.maths import Network
from pellucid.training.plan import Plan
from pellucid.training.recipe import Recipe

MOST_TRIALS = 1_000


@dataclass(frozen=True)
class Trial:
    """One combination of choices.

    Attributes:
        number: of the trial, from 1.
        recipe: all its choices, with nothing left open.
        seed: of its network's start and of the order of the examples.
        varied: those choices in which the trials differ, by name.
    """

    number: int
    recipe: Recipe
    seed: int
    varied: Mapping[str, Any]

    def network(self, data: Dataset) -> Network:
        """Where it starts."""
        return self.recipe.network_for(data, self.seed)

    def plan(self, data: Dataset) -> Plan:
        """How it is trained."""
        return Plan.of(seed=self.seed, **self.recipe.training_choices(data))


def trials_of(base: Recipe, varied: Mapping[str, Sequence[Any]], seeds: Sequence[int], data: Dataset) -> list[Trial]:
    """Every combination of these choices and seeds.

    Parameters:
        base: the choices that are the same in all.
        varied: for each choice of a recipe, the values that are tried.
        seeds: of starts and orders.
        data: from which choices that are left open follow.

    Raises:
        InvalidValueError: there are none, too many, or one that a recipe cannot have.
    """
    n_trials = int(np.prod([len(values) for values in varied.values()], initial=len(seeds)))
    if not 1 <= n_trials <= MOST_TRIALS:
        raise InvalidValueError(
            f"sweep: 1 to {MOST_TRIALS:,} combinations are tried, got {n_trials:,}; give fewer values"
        )
    shown = [name for name, values in varied.items() if len(values) > 1]
    trials: list[Trial] = []
    for values in product(*varied.values()):
        choices = dict(zip(varied, values, strict=True))
        recipe = base.with_choices(choices).resolved(data)
        for seed in seeds:
            own = {name: choices[name] for name in shown} | ({"seed": seed} if len(seeds) > 1 else {})
            trials.append(Trial(len(trials) + 1, recipe, seed, own))
    return trials
