"""`pellucid explain`: a number of a trained network as its formula with its values."""

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from pellucid.cli.evaluate import ModelPath, PartName
from pellucid.cli.examples import (
    Chosen,
    DataOption,
    ExpectedOption,
    InputOption,
    SampleOption,
    TextOption,
    choose,
    expected_of,
    missed_class,
    told_about,
)
from pellucid.cli.formats import (
    DigitsOption,
    Format,
    FormatOption,
    FragmentOption,
    PictureOption,
    print_document,
    write_picture,
)
from pellucid.cli.learning import OF_OBJECTIVE, as_trained, learning_of, objective_of, where_training_stood
from pellucid.cli.told_of_training import told_of_training

if TYPE_CHECKING:
    from pellucid.explain import Document
    from pellucid.model import Model


class Kind(StrEnum):
    neuron = "neuron"
    layer = "layer"
    cost = "cost"
    gradient = "gradient"
    update = "update"
    decision = "decision"
    activation = "activation"
    optimizer = "optimizer"
    parameters = "parameters"
    graph = "graph"


class Place(NamedTuple):
    """What is explained: a layer, a neuron of it, a weight into that neuron; None as far as it is not said."""

    layer: int | None = None
    neuron: int | None = None
    source: int | None = None


PLACE = re.compile(r"(?P<layer>[0-9]+)(?::(?P<neuron>[0-9]+)(?:,(?P<source>[0-9]+))?)?")
NEURON = "a neuron is LAYER:NEURON, such as 3:1"
WEIGHT = "a weight is LAYER:NEURON,SOURCE, such as 3:1,4, and the bias of that neuron 3:1"
LAYER = "a layer is its number, such as 3"
NOWHERE = Place()
MAX_SEED_DIGITS = 18
OF_EXAMPLES = tuple(kind for kind in Kind if kind not in (Kind.optimizer, Kind.parameters))
KINDS_OF = {
    "--optimizer": (Kind.update, Kind.optimizer),
    "--learning-rate": (Kind.update, Kind.optimizer),
    "--checkpoint": (Kind.update,),
    "--at": OF_EXAMPLES,
    "--as-trained": (Kind.cost, Kind.gradient),
    "--draw": (Kind.cost, Kind.gradient, Kind.update),
    "--against": (Kind.decision,),
}
"""The options that mean something for some kinds only; which example, and how it is shown, may be said for all."""
OF_ONE_EXAMPLE = (Kind.neuron, Kind.layer, Kind.decision, Kind.activation, Kind.graph)


def explain(
    model: ModelPath,
    kind: Annotated[Kind, typer.Argument(help="What to explain.")],
    place: Annotated[
        str | None,
        typer.Argument(
            metavar="[PLACE]",
            help="Of neuron, activation and graph: LAYER:NEURON, such as 3:1. Of layer: its number. Of gradient and "
            "update: LAYER:NEURON,SOURCE for a weight, such as 3:1,4, LAYER:NEURON for a bias. Numbers start at 1; "
            "layer 1 is the input.",
        ),
    ] = None,
    data: DataOption = None,
    sample: SampleOption = "0",
    part: PartName = "test",
    file: InputOption = None,
    text: TextOption = None,
    expected: ExpectedOption = None,
    optimizer: Annotated[
        str | None, typer.Option(metavar="NAME", help="For update; else the one that the model was trained with.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(metavar="R", help="For update; else that of the model's training.")
    ] = None,
    checkpoint: Annotated[
        bool,
        typer.Option(
            "--checkpoint",
            help="For update: go on from where the run's training stopped, with its last parameters (the model has "
            "those of the best epoch) and what its optimizer remembers.",
        ),
    ] = False,
    member: Annotated[
        int | None,
        typer.Option(metavar="N", help="Of a committee: explain its member N, from 1. A decision needs none."),
    ] = None,
    at: Annotated[
        int | None,
        typer.Option(
            metavar="STEP",
            min=0,
            help="Take the network as it was after so many steps, 0 being its start; of a run that was trained with "
            "--snapshots. An update then goes on from there.",
        ),
    ] = None,
    trained: Annotated[
        bool,
        typer.Option(
            "--as-trained",
            help="For cost and gradient: with all that training makes small: the penalty, smoothed labels, the weight "
            "of the example's class, noise and dropout. An update has them anyway.",
        ),
    ] = False,
    draw: Annotated[
        str | None,
        typer.Option(
            metavar="SEED|none",
            help="For update, and for cost and gradient as trained: the seed by which chance decides on noise and "
            "dropout here; 'none': there is neither, as when the network answers. Default: 0.",
        ),
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="CLASS", help="For decision: compare with this class; else with the next.")
    ] = None,
    format_: FormatOption = Format.text,
    digits: DigitsOption = 4,
    top: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="At most so many terms of a long sum are shown, the largest; 8 unless given, fewer where there are "
            "many sums.",
        ),
    ] = None,
    fragment: FragmentOption = False,
    picture: PictureOption = None,
) -> None:
    """Show how a number of a trained network comes about: its formula, with its values, step by step.

    \b
    pellucid explain RUN --data digits --sample 3 neuron 3:1
    pellucid explain RUN --data digits --sample 3 layer 3
    pellucid explain RUN --data digits --sample 3 cost
    pellucid explain RUN --data digits --sample 3 gradient 4:2,5
    pellucid explain RUN --data digits --sample 0-9 gradient 2:7   (a mini-batch, a bias)
    pellucid explain RUN --data digits --sample 3 update 4:2,5
    pellucid explain RUN --data digits --sample 3 neuron 3:1 --at 500   (after 500 steps)
    pellucid explain RUN --data digits --sample 3 decision --format html > decision.html
    pellucid explain RUN --data digits --sample 3 activation 3:1
    pellucid explain RUN --data digits --sample 3 graph 3:1
    pellucid explain RUN --input people.csv --sample 2 decision   (the third row of a table)
    pellucid explain RUN --text "Call now!" decision
    pellucid explain RUN parameters
    pellucid explain COMMITTEE --data digits --sample 3 decision   (each member's, and the mean)
    pellucid explain COMMITTEE --member 2 --data digits --sample 3 neuron 3:1
    """
    from pellucid import explain as explanations
    from pellucid.explain.step import check_digits
    from pellucid.model import load

    check_digits(digits)
    where = parse_place(place, kind)
    given = {
        "--optimizer": optimizer,
        "--learning-rate": learning_rate,
        "--checkpoint": checkpoint or None,
        "--at": at,
        "--as-trained": trained or None,
        "--draw": draw,
        "--against": against,
    }
    require_fitting(kind, [name for name, value in given.items() if value is not None])
    loaded = member_of(load(model), member)
    choices: dict[str, Any] = {} if top is None else {"top": top}
    goes_on = checkpoint or at is not None
    if goes_on:
        loaded, learning = where_training_stood(Path(model), loaded, at)
    elif kind in (Kind.update, Kind.optimizer):
        learning = learning_of(loaded, optimizer, learning_rate)
    else:
        learning = objective_of(loaded) if trained or draw is not None else {}
    if kind is Kind.update:
        choices |= learning | parse_draw(draw)
    elif kind in (Kind.cost, Kind.gradient) and (trained or draw is not None):
        choices |= {name: learning[name] for name in OF_OBJECTIVE} | parse_draw(draw)
    elif against is not None:
        choices["against"] = against
    example = ""
    if kind is Kind.parameters:
        document = explanations.parameters(loaded)
    elif kind is Kind.optimizer:
        document = explanations.optimizer(learning["optimizer"])
    else:
        chosen = choose(loaded, data, sample, part, file, text)
        example = told_about(loaded, chosen, where.layer, where.neuron) + told_of_network(at, is_last=checkpoint)
        if kind is Kind.decision and against is None and (right := missed_class(loaded, chosen)) is not None:
            choices["against"] = right
        if kind in (Kind.cost, Kind.gradient, Kind.update):
            example += told_of_training(
                loaded,
                expected_of(loaded, expected, chosen),
                is_update=kind is Kind.update,
                from_checkpoint=goes_on,
                shows_all="regularisation" in choices,
                draw=choices.get("draw", 0),
            )
        document = of_example(kind, where, loaded, chosen, expected, choices)
    if picture is not None:
        write_picture(document, picture)
    print_document(document, format_, digits, fragment=fragment, example=example)


def member_of(model: "Model", member: int | None) -> "Model":
    """The member of a committee that is asked for; the model itself where none is.

    Raises:
        InvalidValueError: the committee has no such member, or the model is none.
    """
    from pellucid.errors import InvalidValueError
    from pellucid.model import Committee

    if member is None:
        return model
    if not isinstance(model, Committee):
        raise InvalidValueError("member: it is for a committee, and this model is a single network; leave it out")
    if not 1 <= member <= len(model.members):
        raise InvalidValueError(f"member: the committee has members 1 to {len(model.members)}, got {member}")
    return model.members[member - 1]


def parse_place(text: str | None, kind: Kind) -> Place:
    """Layer, neuron and source of `3`, `3:1` or `3:1,4`, as far as the kind wants them.

    Raises:
        InvalidValueError: it is not written so, or names something else than this kind explains.
    """
    from pellucid.errors import InvalidValueError

    match kind:
        case Kind.layer:
            wanted, kinds = LAYER, ("layer",)
        case Kind.neuron | Kind.activation:
            wanted, kinds = NEURON, ("neuron",)
        case Kind.gradient | Kind.update:
            wanted, kinds = WEIGHT, ("neuron", "source")
        case Kind.graph:
            wanted, kinds = NEURON, ("none", "neuron")
        case _:
            wanted, kinds = f"{kind} is not of one place", ("none",)
    if text is None:
        given = "none"
        place = NOWHERE
    else:
        found = PLACE.fullmatch(text.replace(" ", ""))
        if found is None:
            raise InvalidValueError(f"place: {wanted}; got '{text}'")
        place = Place(*(None if number is None else int(number) for number in found.groups()))
        given = "source" if place.source is not None else "neuron" if place.neuron is not None else "layer"
    if given not in kinds:
        raise InvalidValueError(f"place: {wanted}; got {'none' if text is None else repr(text)}")
    return place


def require_fitting(kind: Kind, given: list[str]) -> None:
    """Checks that each of these options has a meaning for this kind.

    Raises:
        InvalidValueError: one has none: what would be ignored is refused.
    """
    from pellucid.errors import InvalidValueError

    for option in given:
        if kind not in KINDS_OF[option]:
            *others, last = KINDS_OF[option]
            kinds = f"{', '.join(others)} and {last}" if others else last
            raise InvalidValueError(f"{option}: it is for {kinds}, not for {kind}")
    if {"--checkpoint", "--at"} <= set(given):
        raise InvalidValueError("--at: it takes the network of another moment than --checkpoint; leave one out")
    for option in ("--checkpoint", "--at"):
        if option in given and {"--optimizer", "--learning-rate"} & set(given):
            raise InvalidValueError(
                f"{option}: it goes on as the run was trained; leave out --optimizer and --learning-rate"
            )
    if {"--optimizer", "--draw"} <= set(given):
        raise InvalidValueError("--draw: it is of the model's own training; leave out --optimizer")


def parse_draw(text: str | None) -> dict[str, int | None]:
    """The argument `draw` that `7` or `none` stands for; nothing where the option is not given.

    Raises:
        InvalidValueError: it is not written so.
    """
    from pellucid.errors import InvalidValueError

    if text is None:
        return {}
    if text == "none":
        return {"draw": None}
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_SEED_DIGITS):
        raise InvalidValueError(f"draw: a whole number from 0, or 'none', is required, got '{text}'")
    return {"draw": int(text)}


def told_of_network(at: int | None, *, is_last: bool) -> str:
    """Which of the run's networks this is, in a sentence; nothing where it is the model file's."""
    if at is not None:
        which = "at its start" if at == 0 else f"after {at:,} step{'s' if at > 1 else ''}"
        return f" This is the network of the run {which}; the model file holds that of its best epoch."
    if not is_last:
        return ""
    return " This is the network of the run's last step; the model file holds that of its best epoch."


def of_example(
    kind: Kind, place: Place, model: "Model", chosen: Chosen, expected: str | None, choices: dict[str, Any]
) -> "Document":
    """The explanation of that kind for the chosen examples.

    Raises:
        InvalidValueError: a place that the network has not, or several examples where one is explained.
    """
    from pellucid import explain as explanations
    from pellucid.errors import InvalidValueError
    from pellucid.model import Committee

    if chosen.is_batch and kind in OF_ONE_EXAMPLE:
        raise InvalidValueError(f"sample: {kind} explains one example, got {len(chosen.raw)}")
    raw = chosen.raw
    where: dict[str, Any] = place._asdict()
    at = {name: where[name] for name in ("layer", "neuron")}
    match kind:
        case Kind.neuron:
            return explanations.neuron(model, raw, **at, **choices)
        case Kind.layer:
            return explanations.layer(model, raw, layer=where["layer"], **choices)
        case Kind.decision if isinstance(model, Committee):
            return explanations.committee(model, raw, **choices)
        case Kind.decision:
            return explanations.decision(model, raw, **choices)
        case Kind.activation:
            return explanations.activation_of(model, raw, **at)
        case Kind.cost:
            target, choices = as_trained(choices, expected_of(model, expected, chosen))
            return explanations.cost(model, raw, target, cost=model.cost, **choices)
        case Kind.graph:
            target = expected_of(model, expected, chosen)
            one = None if place.layer is None or place.neuron is None else (place.layer, place.neuron)
            return explanations.graph(model, raw, target, cost=model.cost, neuron=one, **choices)
        case Kind.gradient:
            target, choices = as_trained(choices, expected_of(model, expected, chosen))
            return explanations.gradient(model, raw, target, cost=model.cost, **where, **choices)
        case _:
            target, choices = as_trained(choices, expected_of(model, expected, chosen))
            return explanations.update(model, raw, target, cost=model.cost, **where, **choices)
