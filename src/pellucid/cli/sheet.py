"""`pellucid sheet`: all about one activation function, cost, optimizer, schedule or regulariser, with numbers."""

from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.formats import (
    DigitsOption,
    Format,
    FormatOption,
    FragmentOption,
    PictureOption,
    print_document,
    write_picture,
)
from pellucid.errors import InvalidValueError, look_up
from pellucid.maths import ACTIVATIONS, COSTS, OPTIMIZERS, PENALTIES
from pellucid.training.schedules import SCHEDULES

if TYPE_CHECKING:
    from pellucid.explain import Derivation

REGULARISERS = ("dropout", "input-noise", "label-smoothing", "max-norm", "clip-norm", "averaging")
NAMES = (*ACTIVATIONS, *COSTS, *OPTIMIZERS, *SCHEDULES, *PENALTIES, *REGULARISERS)
OPTIONS_OF = (
    (ACTIVATIONS, ("--at", "--bias")),
    (COSTS, ("--at", "--expected")),
    (OPTIMIZERS, ("--learning-rate",)),
    (SCHEDULES, ("--at", "--learning-rate")),
    (PENALTIES, ("--at",)),
)
"""The options that mean something for names of each list; none for those that are in none."""


def sheet(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(NAMES)}.")],
    at: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            help="Of an activation: the pre-activation z, else 1. Of a cost: the output a. Of a schedule: how many of "
            "20 epochs are done. Of a penalty: the weight w.",
        ),
    ] = None,
    bias: Annotated[
        float | None, typer.Option(metavar="B", help="Of an activation: what a bias of B does, else −5.")
    ] = None,
    expected: Annotated[float | None, typer.Option(metavar="E", help="Of a cost: the expected output.")] = None,
    learning_rate: Annotated[float | None, typer.Option(metavar="R", help="Of an optimizer or a schedule.")] = None,
    format_: FormatOption = Format.text,
    digits: DigitsOption = 4,
    fragment: FragmentOption = False,
    picture: PictureOption = None,
) -> None:
    """Show an activation function, cost, optimizer, schedule or regulariser: its formula, behaviour, graph and numbers.

    Of an activation, a cost and a penalty the derivative is derived step by step. A schedule may be given its choices.

    \b
    pellucid sheet sigmoid --at 1 --bias -5
    pellucid sheet cross-entropy --at 0.6 --expected 1
    pellucid sheet adam --format html > adam.html
    pellucid sheet cosine:warmup=2 --at 12.5
    pellucid sheet dropout
    """
    look_up(name.partition(":")[0] if name.partition(":")[0] in SCHEDULES else name, dict.fromkeys(NAMES), "name")
    given = {"--at": at, "--bias": bias, "--expected": expected, "--learning-rate": learning_rate}
    require_fitting(name, [option for option, value in given.items() if value is not None])
    document = build(name, at, bias, expected, learning_rate)
    if picture is not None:
        write_picture(document, picture)
    print_document(document, format_, digits, fragment=fragment)


def require_fitting(name: str, given: list[str]) -> None:
    """Checks that each of these options means something for what has that name.

    Raises:
        InvalidValueError: one does not: what would be ignored is refused.
    """
    fitting = [option for names, options in OPTIONS_OF if name.partition(":")[0] in names for option in options]
    for option in given:
        if option not in fitting:
            raise InvalidValueError(f"{option}: it means nothing for {name}; see pellucid sheet --help")


def build(
    name: str, at: float | None, bias: float | None, expected: float | None, learning_rate: float | None
) -> "Derivation":
    """The sheet of that name."""
    from pellucid import explain as explanations
    from pellucid.cli.learning import optimizer_named

    if name in OPTIMIZERS:
        return explanations.optimizer(optimizer_named(name, learning_rate))
    if name in REGULARISERS:
        return explanations.regulariser(name)
    if name in PENALTIES:
        return explanations.penalty(name) if at is None else explanations.penalty(name, weight=at)
    if name in ACTIVATIONS:
        return explanations.activation(name, **chosen_of(z=at, bias=bias))
    if name in COSTS:
        return explanations.cost_function(name, **chosen_of(a=at, expected=expected))
    return explanations.schedule(name, **chosen_of(done=at, learning_rate=learning_rate))


def chosen_of(**given: float | None) -> dict[str, float]:
    """Those of the numbers that are given."""
    return {key: value for key, value in given.items() if value is not None}
