"""`pellucid sheet`: all about one activation function, cost or optimizer, with numbers."""

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
from pellucid.maths import ACTIVATIONS, COSTS, OPTIMIZERS

if TYPE_CHECKING:
    from pellucid.explain import Derivation

NAMES = (*ACTIVATIONS, *COSTS, *OPTIMIZERS)


def sheet(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(NAMES)}.")],
    at: Annotated[
        float | None,
        typer.Option(metavar="X", help="Of an activation: the pre-activation z, else 1. Of a cost: the output a."),
    ] = None,
    bias: Annotated[
        float | None, typer.Option(metavar="B", help="Of an activation: what a bias of B does, else −5.")
    ] = None,
    expected: Annotated[float | None, typer.Option(metavar="E", help="Of a cost: the expected output.")] = None,
    learning_rate: Annotated[float | None, typer.Option(metavar="R", help="Of an optimizer.")] = None,
    format_: FormatOption = Format.text,
    digits: DigitsOption = 4,
    fragment: FragmentOption = False,
    picture: PictureOption = None,
) -> None:
    """Show an activation function, a cost or an optimizer: definition, derivative step by step, graph, numbers.

    \b
    pellucid sheet sigmoid --at 1 --bias -5
    pellucid sheet cross-entropy --at 0.6 --expected 1
    pellucid sheet adam --format html > adam.html
    """
    look_up(name, dict.fromkeys(NAMES), "name")
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
    fitting = {"--at", "--bias"} if name in ACTIVATIONS else {"--at", "--expected"}
    for option in given:
        if option not in ({"--learning-rate"} if name in OPTIMIZERS else fitting):
            raise InvalidValueError(f"{option}: it means nothing for {name}; see pellucid sheet --help")


def build(
    name: str, at: float | None, bias: float | None, expected: float | None, learning_rate: float | None
) -> "Derivation":
    """The sheet of that name."""
    from pellucid import explain as explanations
    from pellucid.cli.learning import optimizer_named

    if name in OPTIMIZERS:
        return explanations.optimizer(optimizer_named(name, learning_rate))
    given = {"z" if name in ACTIVATIONS else "a": at, "bias": bias, "expected": expected}
    chosen = {key: value for key, value in given.items() if value is not None}
    return (explanations.activation if name in ACTIVATIONS else explanations.cost_function)(name, **chosen)
