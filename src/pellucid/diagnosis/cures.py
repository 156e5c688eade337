"""A cure as one types it: the command that trains the same network again, but for what is to be changed."""

import math
import shlex
from dataclasses import fields, replace
from typing import Any

from pellucid.data import CATALOG, Reading
from pellucid.diagnosis.case import Case
from pellucid.errors import FormatError, InvalidValueError
from pellucid.maths import L1, ElasticNet, Penalty
from pellucid.training.entries import entry_of
from pellucid.training.recipe import Recipe, default_recipe, load_recipe, recipe_names

LISTS = ("hidden", "activation", "dropout")
EMPTY = {"hidden": "none", "dropout": "0"}
"""How an option is written that chooses none of what the standard choice has."""
LEADING = ("cost", "optimizer")
"""Choices from which others follow, which are then not typed."""
NOT_OF_RATE_TESTS = ("learning_rate", "epochs", "patience", "least_gain", "schedule")
"""Choices that `find-rate` has no options for."""
OF_OPTIMIZERS = ("momentum", "nesterov", "weight_decay")


def command(case: Case, **changes: Any) -> str:
    """`pellucid train …` with the run's own choices and these changes; empty where the data have no name or path.

    Parameters:
        case: of the run.
        changes: choices of a `Recipe`.
    """
    return "" if case.source is None or case.plan is None else typed(case, "train", changes)


def rate_test(case: Case) -> str:
    """`pellucid find-rate …` for the run's network and data; empty where these have no name or path."""
    left_out: dict[str, Any] = dict.fromkeys(NOT_OF_RATE_TESTS)
    return "" if case.source is None or case.plan is None else typed(case, "find-rate", left_out)


def typed(case: Case, name: str, changes: dict[str, Any]) -> str:
    """A command on the run's data with its own choices, but for these changes; of what is None nothing is typed.

    Parameters:
        case: of a run whose data have a name or a path, and whose plan is known.
        name: of the command.
        changes: choices of a `Recipe`.
    """
    assert case.source is not None  # noqa: S101 - checked by the caller
    assert case.plan is not None  # noqa: S101
    wanted = with_changes(case, recipe_of(case), {key: value for key, value in changes.items() if value is not None})
    base, words = begun(case)
    follows = base.with_choices({"cost": wanted.cost, "optimizer": wanted.optimizer})
    if case.data is not None:
        base, follows = base.resolved(case.data), follows.resolved(case.data)
    for field in fields(Recipe):
        new: Any = getattr(wanted, field.name)
        known: Any = getattr(base if field.name in LEADING else follows, field.name)
        if new is None or new == known or (field.name in changes and changes[field.name] is None):
            continue
        option = f"--{field.name.replace('_', '-')}"
        if isinstance(new, bool):
            words += [option if new else f"--no-{option.removeprefix('--')}"]
        elif field.name in LISTS:
            words += [option, ",".join(map(str, new)) or EMPTY[field.name]]
        else:
            words += [option, f"{new:g}" if isinstance(new, float) else str(new)]
    words += ["--seed", str(case.plan.seed)] if case.plan.seed else []
    return shlex.join(["pellucid", name, case.source, *words])


def begun(case: Case) -> tuple[Recipe, list[str]]:
    """The recipe that the command goes out from, and how that and the reading of the data are typed."""
    assert case.source is not None  # noqa: S101 - checked by the caller
    base, usual = default_recipe(case.source)
    own = case.model.provenance.get("recipe")
    name = own.get("name") if isinstance(own, dict) else None
    words = reading_words(case, case.source)
    if name == usual or name not in recipe_names():
        return base, words
    return load_recipe(name)[0], [*words, "--recipe", name]


def reading_words(case: Case, source: str) -> list[str]:
    """The options by which the data were read, as far as a set of that name does not have them of itself."""
    trained_on = case.model.provenance.get("data")
    entries = trained_on.get("reading") if isinstance(trained_on, dict) else None
    try:
        chosen = Reading.from_dict(entries).to_dict() if isinstance(entries, dict) else {}
    except (FormatError, InvalidValueError):
        return []
    place = source.partition(":")[0]
    known = CATALOG[place].reading.to_dict() if place in CATALOG else Reading().to_dict()
    words: list[str] = []
    for name, value in chosen.items():
        if value != known.get(name):
            listed = [f"{key}={each}" for key, each in value.items()] if isinstance(value, dict) else value
            words += [f"--{name.replace('_', '-')}", ",".join(listed) if isinstance(listed, list) else str(listed)]
    return words


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
