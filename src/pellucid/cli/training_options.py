"""The options by which a person says what is trained and how: the same in every command that trains."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

import typer

from pellucid.data.balance import BALANCES
from pellucid.errors import InvalidValueError
from pellucid.maths import ACTIVATIONS, AUTO, COSTS, INITIALIZERS, OPTIMIZERS
from pellucid.training.schedules import SCHEDULES

SIZES = re.compile(r" *0*[1-9][0-9]{0,8} *(, *0*[1-9][0-9]{0,8} *)*")
SETUP = "What is trained"
RULE = "How it learns"
AGAINST = "What keeps it from learning by heart"
RUN = "The run"

HiddenOption = Annotated[
    str | None,
    typer.Option(
        metavar="N[,N…]", help="Neurons of each hidden layer; 'none': no hidden layer. Default: 128.",
        rich_help_panel=SETUP,
    ),
]  # fmt: skip
ActivationOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME[,NAME…]",
        help=f"Of the hidden layers, one for all or one each: {', '.join(ACTIVATIONS)}. Default: relu.",
        rich_help_panel=SETUP,
    ),
]
OutputOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Activation of the output layer. Follows from the cost: softmax with cross-entropy, sigmoid with "
        "binary-cross-entropy and with squared errors on classes, else identity.",
        rich_help_panel=SETUP,
    ),
]
InitializerOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=f"Where the weights start: {', '.join([AUTO, *INITIALIZERS])}. Default: auto.",
        rich_help_panel=SETUP,
    ),
]
CostOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=f"What is made small: {', '.join(COSTS)}. Default: cross-entropy.",
        rich_help_panel=RULE,
    ),
]
OptimizerOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=f"How weights are corrected: {', '.join(OPTIMIZERS)}. Default: adam.",
        rich_help_panel=RULE,
    ),
]
LearningRateOption = Annotated[
    float | None, typer.Option(metavar="R", help="r, above 0. Default: 0.001; for sgd 0.1.", rich_help_panel=RULE)
]
MomentumOption = Annotated[
    float | None, typer.Option(metavar="M", help="For sgd, 0 ≤ M < 1. Default: 0.", rich_help_panel=RULE)
]
NesterovOption = Annotated[
    bool | None, typer.Option("--nesterov/--no-nesterov", help="Nesterov's momentum, for sgd.", rich_help_panel=RULE)
]
ScheduleOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME[:CHOICE=NUMBER,…]",
        help=f"How the learning rate moves on: {', '.join(SCHEDULES)}; such as cosine:warmup=2 or "
        "step:every=20,factor=0.5. A wrong choice lists those there are. Default: constant.",
        rich_help_panel=RULE,
    ),
]
BatchSizeOption = Annotated[
    str | None,
    typer.Option(metavar="N|full", help="Examples a step, or all of them. Default: 64.", rich_help_panel=RULE),
]
EpochsOption = Annotated[
    int | None, typer.Option(metavar="N", help="At most so many. Default: 100.", rich_help_panel=RULE)
]
PatienceOption = Annotated[
    int | None,
    typer.Option(
        metavar="N", help="Stop after N epochs without a better one; 0: never. Default: 10.", rich_help_panel=RULE
    ),
]
LeastGainOption = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE",
        help="How much better an epoch must be for patience to begin anew: in validation accuracy, else as a share of "
        "the validation cost. Default: 0, any bit.",
        rich_help_panel=RULE,
    ),
]
ClipNormOption = Annotated[
    float | None,
    typer.Option(
        metavar="C",
        help="Shorten a gradient over all parameters that is longer than C, to C; 0: never. Default: 0.",
        rich_help_panel=RULE,
    ),
]
BalanceOption = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(BALANCES),
        help="What lets classes of different sizes count alike: weights on their costs, or as many examples of each. "
        "Default: none.",
        rich_help_panel=RULE,
    ),
]
WeightDecayOption = Annotated[
    float | None,
    typer.Option(
        metavar="λ",
        help="For adamw: each step also takes r λ off of each weight. Default: 0.01.",
        rich_help_panel=AGAINST,
    ),
]
L2Option = Annotated[
    float | None, typer.Option(metavar="λ", help="Add ½λ‖W‖² to the cost. Default: 0.", rich_help_panel=AGAINST)
]
L1Option = Annotated[
    float | None,
    typer.Option(
        metavar="λ", help="Add λΣ|w| to the cost; with --l2 both. Default: 0.", rich_help_panel=AGAINST
    ),
]  # fmt: skip
DropoutOption = Annotated[
    str | None,
    typer.Option(
        metavar="P[,P…]",
        help="The share of values left out by chance in each step: one share for every hidden layer, or one for each "
        "layer from the input on, such as 0.2,0.5,0.5. Default: none.",
        rich_help_panel=AGAINST,
    ),
]
InputNoiseOption = Annotated[
    float | None,
    typer.Option(
        metavar="σ",
        help="Add noise of this standard deviation to every input, anew in each step. Default: 0.",
        rich_help_panel=AGAINST,
    ),
]
LabelSmoothingOption = Annotated[
    float | None,
    typer.Option(
        metavar="ε",
        help="Spread this share of each expected output evenly over the classes, 0 ≤ ε < 1. Default: 0.",
        rich_help_panel=AGAINST,
    ),
]
MaxNormOption = Annotated[
    float | None,
    typer.Option(
        metavar="C",
        help="Shorten the weights into a neuron to length C where they are longer; 0: never. Default: 0.",
        rich_help_panel=AGAINST,
    ),
]
AveragingOption = Annotated[
    float | None,
    typer.Option(
        metavar="ρ",
        help="Judge and keep the running average of the parameters, of which each step keeps the share ρ, such as "
        "0.999; 0: the parameters themselves. Default: 0.",
        rich_help_panel=AGAINST,
    ),
]
DistortOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME=NUMBER,…",
        help="Change each example by chance each time it is met, such as shift=2,rotation=15 for pictures; a wrong "
        "name lists those there are. Default: not at all.",
        rich_help_panel=AGAINST,
    ),
]


def parse_hidden(text: str) -> tuple[int, ...]:
    """The sizes of `16,16`; no hidden layer for `none`.

    Raises:
        InvalidValueError: it is not written so.
    """
    if text == "none":
        return ()
    if SIZES.fullmatch(text) is None:
        raise InvalidValueError(f"hidden: whole numbers above 0 such as 16,16, or 'none', are required, got '{text}'")
    return tuple(map(int, text.split(",")))


def parse_batch_size(text: str) -> int | str:
    """The number, or `full`.

    Raises:
        InvalidValueError: it is neither.
    """
    if text == "full":
        return text
    try:
        return int(text)
    except ValueError as error:
        raise InvalidValueError(f"batch_size: a whole number above 0 or 'full' is required, got '{text}'") from error


def parse_dropout(text: str) -> tuple[float, ...]:
    """The shares of `0.2,0.5`; no share for `none`.

    Raises:
        InvalidValueError: it is not written so.
    """
    if text == "none":
        return ()
    try:
        return tuple(map(float, text.split(",")))
    except ValueError as error:
        raise InvalidValueError(
            f"dropout: a share such as 0.5, several such as 0.2,0.5, or 'none', are required, got '{text}'"
        ) from error


def parse_names(text: str) -> tuple[str, ...]:
    """The names of `tanh,relu`."""
    return tuple(text.split(","))


PARSERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {"hidden": parse_hidden, "activation": parse_names, "batch_size": parse_batch_size, "dropout": parse_dropout}
)
"""How the options are read that are more than one name or number."""


def choices_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The choices of a recipe that the options make, None standing for one that is not given.

    Raises:
        InvalidValueError: an option is not written as it should be.
    """
    return {
        name: PARSERS[name](value) if value is not None and name in PARSERS else value for name, value in given.items()
    }
