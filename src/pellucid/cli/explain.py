"""`pellucid explain`: a number of a trained network as its formula with its values."""

import re
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli.console import output, print_json, say
from pellucid.cli.evaluate import ModelPath, PartName, part_of

if TYPE_CHECKING:
    import numpy as np

    from pellucid.model import Model


class Kind(StrEnum):
    neuron = "neuron"
    gradient = "gradient"
    update = "update"


class Format(StrEnum):
    text = "text"
    json = "json"


PLACE = re.compile(r"(?P<layer>\d+):(?P<neuron>\d+)(?:,(?P<source>\d+))?")


def explain(
    model: ModelPath,
    kind: Annotated[Kind, typer.Argument(help="What to explain.")],
    place: Annotated[
        str,
        typer.Argument(
            metavar="PLACE",
            help="LAYER:NEURON, such as 3:1; for a weight LAYER:NEURON,SOURCE, such as 3:1,4. Numbers start at 1; "
            "layer 1 is the input. 3:1 with gradient or update is the bias.",
        ),
    ],
    data: Annotated[str | None, typer.Option(metavar="DATA", help="Take an example of this data set …")] = None,
    sample: Annotated[int, typer.Option(metavar="I", min=0, help="… the one of this number, from 0.")] = 0,
    part: PartName = "test",
    file: Annotated[Path | None, typer.Option("--input", metavar="FILE", help="Or take this picture.")] = None,
    expected: Annotated[
        str | None, typer.Option(metavar="CLASS", help="The class that should have come out; of a sample: its label.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(metavar="R", help="For update; else that of the model's training.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to show it.")] = Format.text,
    digits: Annotated[int, typer.Option(metavar="N", help="Significant digits shown, 1 to 17.")] = 4,
    top: Annotated[int, typer.Option(metavar="N", help="Terms shown of a long sum, the largest.")] = 8,
) -> None:
    """Show how a number of a trained network comes about: its formula, with its values, step by step.

    \b
    pellucid explain RUN --data digits --sample 3 neuron 3:1
    pellucid explain RUN --data digits --sample 3 gradient 4:2,5
    pellucid explain RUN --data digits --sample 3 update 2:7
    """
    from pellucid import explain as explanations
    from pellucid.explain.step import check_digits
    from pellucid.model import load

    check_digits(digits)
    loaded = load(model)
    layer, neuron, source = parse_place(place, kind)
    raw, label = read_example(loaded, data, sample, part, file)
    example = f"{part} example {sample} of {data} (counted from 0)" if data else str(file)
    if kind is Kind.neuron:
        derivation = explanations.neuron(loaded, raw, layer=layer, neuron=neuron, top=top)
    else:
        choices: dict[str, Any] = {"layer": layer, "neuron": neuron, "source": source, "top": top}
        target = expected_outputs_of(loaded, expected, label)
        if kind is Kind.gradient:
            derivation = explanations.gradient(loaded, raw, target, cost=loaded.cost, **choices)
        else:
            optimizer = plain_descent(loaded, learning_rate)
            derivation = explanations.update(loaded, raw, target, cost=loaded.cost, optimizer=optimizer, **choices)
    if format_ is Format.json:
        print_json(derivation.to_dict(digits))
    else:
        say(f"{example}: {told_about(loaded, raw, label, layer, neuron)}\n")
        say(derivation.to_text(digits, output().width).rstrip())


def told_about(model: "Model", raw: "np.ndarray", label: Any, layer: int, neuron: int) -> str:
    """What the example is, what the network says of it, and which class an output neuron stands for."""
    said = model.predict(raw)[0].label
    if model.classes is None or said is None:
        return f"the target is {label}" if label is not None else "no target is known"
    told = f"the network says {said}" if label is None else f"it is {model.classes[label]}, the network says {said}"
    if layer == len(model.network.sizes) and model.network.sizes[-1] == len(model.classes):
        told += f"; neuron {neuron} of layer {layer} stands for {model.classes[neuron - 1]}"
    return told


def parse_place(place: str, kind: Kind) -> tuple[int, int, int | None]:
    """Layer, neuron and source of `3:1,4`.

    Raises:
        InvalidValueError: it is not written so, or names a weight where a neuron is asked for.
    """
    from pellucid.errors import InvalidValueError

    match = PLACE.fullmatch(place)
    if match is None:
        raise InvalidValueError(f"place: LAYER:NEURON or LAYER:NEURON,SOURCE is required, such as 3:1,4; got '{place}'")
    source = None if match["source"] is None else int(match["source"])
    if kind is Kind.neuron and source is not None:
        raise InvalidValueError(f"place: a neuron is LAYER:NEURON, such as 3:1; '{place}' is a weight")
    return int(match["layer"]), int(match["neuron"]), source


def read_example(
    model: "Model", data: str | None, sample: int, part: str, file: Path | None
) -> tuple["np.ndarray", int | None]:
    """The raw example that the options name, and its label where it has one.

    Raises:
        InvalidValueError: neither or both of --data and --input, or a sample past the end.
    """
    from pellucid.data import load_data
    from pellucid.data.features.pictures import normalise_picture
    from pellucid.errors import InvalidValueError

    if data is not None and file is not None:
        raise InvalidValueError("one example is explained: give --data DATA --sample I or --input FILE, not both")
    if data is None and file is None:
        raise InvalidValueError(
            "either --data DATA --sample I or --input FILE is required, to say what example to explain"
        )
    if file is not None:
        features = model.features
        if features.normalisation == "none" or len(features.shape) != 2:
            raise InvalidValueError("--input: this model does not take pictures; use --data DATA --sample I")
        return normalise_picture(file, features.shape, features.normalisation).pixels, None
    chosen = part_of(load_data(str(data)), part)
    if sample >= chosen.n_samples:
        raise InvalidValueError(f"sample: {part} has samples 0 to {chosen.n_samples - 1}, got {sample}")
    if chosen.features.n_features != model.features.n_features:
        raise InvalidValueError(
            f"data: this model takes {model.features.n_features} numbers an example, {data} has "
            f"{chosen.features.n_features}"
        )
    return chosen.raw[sample], chosen.labels[sample]


def expected_outputs_of(model: "Model", expected: str | None, label: Any) -> "np.ndarray":
    """E for the class named, or for the sample's own label.

    Raises:
        UnknownNameError: no such class; InvalidValueError: none is known.
    """
    import numpy as np

    from pellucid.data import expected_outputs
    from pellucid.errors import InvalidValueError, look_up

    n_outputs = model.network.sizes[-1]
    if expected is not None and model.classes is not None:
        label = np.int64(look_up(expected, {name: k for k, name in enumerate(model.classes)}, "expected"))
    if label is None:
        raise InvalidValueError("expected: the class that should come out is required with --input: --expected CLASS")
    return expected_outputs(np.asarray([label]), n_outputs)[0]


def plain_descent(model: "Model", learning_rate: float | None) -> Any:
    """Gradient descent with the rate given, or with that of the model's training where that was the same.

    Raises:
        InvalidValueError: no rate is given, and the model was trained otherwise or does not say how.
    """
    from pellucid.errors import InvalidValueError
    from pellucid.maths import OPTIMIZERS, PENALTIES, SGD

    if learning_rate is not None:
        return SGD(learning_rate)
    training = entry(model.provenance, "training")
    optimizer, penalty = entry(training, "optimizer"), entry(training, "penalty")
    rate = entry(optimizer, "learning_rate")
    name = known(entry(optimizer, "name"), OPTIMIZERS)
    if name != SGD.name:
        difference = f"was trained with {name or 'an unknown optimizer'}"
    elif entry(optimizer, "momentum"):
        difference = "was trained with momentum"
    elif penalty is not None:
        difference = f"was trained with {known(entry(penalty, 'name'), PENALTIES) or 'an unknown penalty'}"
    elif type(rate) not in (int, float) or not 0 < rate <= sys.float_info.max:
        difference = "does not say with what rate it was trained"
    else:
        return SGD(float(rate))
    raise InvalidValueError(
        f"learning_rate: this model {difference}; update shows plain gradient descent alone: "
        "say with what rate, --learning-rate R"
    )


def entry(table: Any, key: str) -> Any:
    """What a part of the model file, which may hold anything, has under that key; None where it has nothing."""
    return table.get(key) if isinstance(table, Mapping) else None


def known(name: Any, names: Mapping[str, Any]) -> str | None:
    """The name if it is a known one: only such a one is fit to be shown."""
    return name if isinstance(name, str) and name in names else None
