"""A cure as one types it: the command that trains the same network again, but for what is to be changed."""

import math
import shlex
from dataclasses import fields, replace
from typing import Any

from pellucid.diagnosis.case import Case
from pellucid.maths import L1, ElasticNet, Penalty
from pellucid.training.entries import entry_of
from pellucid.training.recipe import Recipe, default_recipe

LISTS = ("hidden", "activation", "dropout")
EMPTY = {"hidden": "none", "dropout": "0"}
"""How an option is written that chooses none of what the standard choice has."""
OF_OPTIMIZERS = ("momentum", "nesterov", "weight_decay")


def command(case: Case, **changes: Any) -> str:
    """`pellucid train …` with the run's own choices and these changes; empty where the data have no name or path.

    Parameters:
        case: of the run.
        changes: choices of a `Recipe`.
    """
    if case.source is None or case.plan is None:
        return ""
    base = default_recipe(case.source)[0]
    base = base if case.data is None else base.resolved(case.data)  # so that nothing is typed that follows by itself
    wanted = with_changes(case, recipe_of(case), changes)
    typed = ["pellucid", "train", case.source]
    for field in fields(Recipe):
        new: Any = getattr(wanted, field.name)
        if new is None or new == getattr(base, field.name):
            continue
        option = f"--{field.name.replace('_', '-')}"
        if isinstance(new, bool):
            typed += [option] if new else []
        elif field.name in LISTS:
            typed += [option, ",".join(map(str, new)) or EMPTY[field.name]]
        else:
            typed += [option, f"{new:g}" if isinstance(new, float) else str(new)]
    typed += ["--seed", str(case.plan.seed)] if case.plan.seed else []
    return shlex.join(typed)


def with_changes(case: Case, recipe: Recipe, changes: dict[str, Any]) -> Recipe:
    """The recipe with the changes, so far as they fit the task and each other."""
    if not case.is_classification and changes.get("cost") == "cross-entropy":
        changes = {name: value for name, value in changes.items() if name not in ("cost", "output")}
    if "hidden" in changes and len(recipe.activation) > 1:
        changes = {**changes, "activation": recipe.activation[:1]}
    return replace(recipe, **changes)


def recipe_of(case: Case) -> Recipe:
    """What a run was trained by, in a recipe's terms."""
    plan = case.plan
    assert plan is not None  # noqa: S101 - checked by the caller
    names = tuple(activation.name for activation in case.last.activations)
    hidden = names[:-1]
    optimizer = entry_of(plan.rule.optimizer) or {}
    own = case.model.provenance.get("recipe")
    initializer = own.get("initializer") if isinstance(own, dict) else None
    chosen = plan.rule.regularisation
    l2, l1 = strengths_of(plan.rule.penalty)
    return Recipe(
        hidden=case.last.sizes[1:-1],
        activation=(hidden[:1] if len(set(hidden)) == 1 else hidden) or Recipe.activation,
        output=names[-1],
        initializer=initializer if isinstance(initializer, str) else Recipe.initializer,
        cost=plan.rule.cost.name,
        optimizer=plan.rule.optimizer.name,
        learning_rate=plan.rule.optimizer.learning_rate,
        **{name: optimizer[name] for name in OF_OPTIMIZERS if name in optimizer},
        l2=l2,
        l1=l1,
        dropout=chosen.dropout if any(chosen.dropout) else (),
        input_noise=chosen.input_noise,
        label_smoothing=chosen.label_smoothing,
        max_norm=chosen.max_norm or 0.0,
        clip_norm=chosen.clip_norm or 0.0,
        averaging=chosen.averaging or 0.0,
        distort=str(plan.distortions),
        batch_size=plan.batch_size,
        epochs=plan.epochs,
        patience=plan.patience or 0,
        least_gain=plan.least_gain,
        schedule=str(plan.schedule),
        balance=plan.balance,
    )


def strengths_of(penalty: Penalty | None) -> tuple[float, float]:
    """The strengths of L2 and of L1 that a penalty stands for."""
    if penalty is None:
        return 0.0, 0.0
    if isinstance(penalty, ElasticNet):
        return penalty.strength * (1 - penalty.l1_share), penalty.strength * penalty.l1_share
    return (0.0, penalty.strength) if isinstance(penalty, L1) else (penalty.strength, 0.0)


def in_words(cost: float) -> str:
    """A cost as a sentence says it, also where it ran away."""
    return f"{cost:.3g}" if math.isfinite(cost) else "no finite number"
