"""Commands that choose a network and how it learns as `pellucid train` does: with its options, read as it does."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from pellucid.cli import reading as options
from pellucid.cli.train import base_recipe, train
from pellucid.cli.training_options import choices_of

if TYPE_CHECKING:
    from pellucid.data import Reading
    from pellucid.training.recipe import Recipe

Command = TypeVar("Command", bound=Callable[..., Any])
READING = ("label", "features", "ignore", "test", "validation", "pattern", "task", "on_error", "encoding", "memory")
"""The options by which labelled data are read."""
SINGLE = ("recipe", "device", *READING)


def with_options_of_train(*left_out: str) -> Callable[[Command], Command]:
    """Gives a command that ends in `**chosen` those options of `pellucid train` that choose network, rule and data.

    Parameters:
        left_out: names of options that it does not get, because it has them in another form, or has no use for them.
    """
    from pellucid.training.recipe import Recipe

    wanted = {field.name for field in fields(Recipe)} | set(SINGLE)

    def decorate(command: Command) -> Command:
        own = [each for each in inspect.signature(command).parameters.values() if each.kind is not each.VAR_KEYWORD]
        names = {each.name for each in own} | set(left_out)
        theirs = inspect.signature(train).parameters.values()
        borrowed = [each for each in theirs if each.name in wanted and each.name not in names]
        command.__signature__ = inspect.Signature([*own, *borrowed])  # pyright: ignore[reportFunctionMemberAccess]
        command.__annotations__ |= {each.name: each.annotation for each in borrowed}
        return command

    return decorate


def chosen_recipe(data: str, chosen: Mapping[str, Any]) -> "tuple[Recipe, str | None]":
    """The recipe that the options make, and the name of the one that it goes out from.

    Parameters:
        data: their name or path, whose own recipe holds where no other is named.
        chosen: the options' values; None where one is not given.
    """
    from pellucid.training.recipe import Recipe

    base, name = base_recipe(data, reading_chosen(chosen), chosen.get("recipe"))
    known = {field.name for field in fields(Recipe)}
    return base.with_choices(choices_of({key: value for key, value in chosen.items() if key in known})), name


def reading_chosen(chosen: Mapping[str, Any]) -> "Reading":
    """How the data are to be read, by the options."""
    return options.reading_of(**{name: chosen.get(name) for name in READING})
