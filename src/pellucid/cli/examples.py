"""Which labelled examples a command speaks of: those of a data set, by their numbers, or a picture file."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli.evaluate import part_of

if TYPE_CHECKING:
    import numpy as np

    from pellucid.model import Model

DataOption = Annotated[str | None, typer.Option("--data", metavar="DATA", help="Take an example of this data set …")]
SampleOption = Annotated[
    str,
    typer.Option(
        "--sample",
        metavar="I",
        help="… the one of this number, from 0. Several are a mini-batch: 0-9 or 3,7,20.",
    ),
]
InputOption = Annotated[Path | None, typer.Option("--input", metavar="FILE", help="Or take this picture.")]
ExpectedOption = Annotated[
    str | None, typer.Option(metavar="CLASS", help="The class that should have come out; of a sample: its label.")
]
MAX_SAMPLES = 10_000
MAPPED = 12
SAMPLES = re.compile(r"[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*")


@dataclass(frozen=True)
class Chosen:
    """The examples that the options name.

    Attributes:
        raw: one raw example, or several stacked along the first axis.
        labels: class numbers or targets, one an example; None where none is known.
        is_batch: whether they are a mini-batch; else `raw` is a single example.
        name: what to call them.
        numbers: theirs within the part, counted from 0; none of a picture.
    """

    raw: "np.ndarray"
    labels: "np.ndarray | None"
    is_batch: bool
    name: str
    numbers: tuple[int, ...] = ()


def parse_samples(text: str) -> list[int]:
    """The numbers of `3`, `0-9` or `3,7,10-12`, in that order.

    Raises:
        InvalidValueError: it is not written so, or names over 10,000 examples.
    """
    from pellucid.errors import InvalidValueError

    text = text.replace(" ", "")
    if SAMPLES.fullmatch(text) is None:
        raise InvalidValueError(f"sample: a number from 0, or several such as 0-9 or 3,7,20, is required; got '{text}'")
    numbers: list[int] = []
    for piece in text.split(","):
        first, _, last = piece.partition("-")
        start, end = int(first), int(last or first)
        if end < start:
            raise InvalidValueError(f"sample: the range {piece} ends before it begins")
        if end - start + len(numbers) >= MAX_SAMPLES:
            raise InvalidValueError(f"sample: at most {MAX_SAMPLES:,} examples are explained together, got '{text}'")
        numbers.extend(range(start, end + 1))
    return numbers


def choose(model: "Model", data: str | None, sample: str, part: str, file: Path | None) -> Chosen:
    """The examples that the options name.

    Raises:
        InvalidValueError: neither or both of --data and --input, or a sample past the end.
    """
    from pellucid.errors import InvalidValueError

    if data is not None and file is not None:
        raise InvalidValueError("one example is explained: give --data DATA --sample I or --input FILE, not both")
    if data is not None:
        return chosen_of_data(model, data, parse_samples(sample), sample, part)
    if file is not None:
        return Chosen(read_picture(model, file), None, is_batch=False, name=str(file))
    raise InvalidValueError("either --data DATA --sample I or --input FILE is required, to say what example to explain")


def chosen_of_data(model: "Model", data: str, numbers: list[int], written: str, part: str) -> Chosen:
    """Those examples of a part of a data set.

    Raises:
        InvalidValueError: a number past the end, or data of another shape than the model's.
    """
    from pellucid.data import load_data, load_test
    from pellucid.errors import InvalidValueError

    held = load_test(data) if part == "test" else part_of(load_data(data), part)
    for number in numbers:
        if number >= held.n_samples:
            raise InvalidValueError(f"sample: {part} has samples 0 to {held.n_samples - 1}, got {number}")
    if held.features.n_features != model.features.n_features:
        raise InvalidValueError(
            f"data: this model takes {model.features.n_features} numbers an example, {data} has "
            f"{held.features.n_features}"
        )
    if len(numbers) > 1:
        name = f"{part} examples {written} of {data} (counted from 0)"
        return Chosen(held.raw[numbers], held.labels[numbers], is_batch=True, name=name, numbers=tuple(numbers))
    name = f"{part} example {numbers[0]} of {data} (counted from 0)"
    return Chosen(held.raw[numbers[0]], held.labels[numbers], is_batch=False, name=name)


def read_picture(model: "Model", file: Path) -> "np.ndarray":
    """The raw example that a picture file becomes.

    Raises:
        InvalidValueError: the model does not take pictures.
    """
    from pellucid.data.features.pictures import normalise_picture
    from pellucid.errors import InvalidValueError

    features = model.features
    if features.normalisation == "none" or len(features.shape) != 2:
        raise InvalidValueError("--input: this model does not take pictures; use --data DATA --sample I")
    return normalise_picture(file, features.shape, features.normalisation).pixels


def expected_of(model: "Model", expected: str | None, chosen: Chosen) -> "np.ndarray":
    """E for the class named, or for the examples' own labels: (n_outputs,), or (n_samples, n_outputs) of a batch.

    Raises:
        UnknownNameError: no such class; InvalidValueError: none is known.
    """
    import numpy as np

    from pellucid.data import expected_outputs
    from pellucid.errors import InvalidValueError, look_up

    labels = chosen.labels
    if expected is not None and model.classes is not None:
        label = look_up(expected, {name: k for k, name in enumerate(model.classes)}, "expected")
        labels = np.full(len(chosen.raw) if chosen.is_batch else 1, label)
    if labels is None:
        raise InvalidValueError("expected: the class that should come out is required with --input: --expected CLASS")
    rows = expected_outputs(labels, model.network.sizes[-1])
    return rows if chosen.is_batch else rows[0]


def missed_class(model: "Model", chosen: Chosen) -> str | None:
    """The class of an example that the network takes for another one; None where it is right, or not known."""
    if model.classes is None or chosen.labels is None or chosen.is_batch:
        return None
    right = model.classes[chosen.labels[0]]
    return None if model.predict(chosen.raw)[0].label == right else right


def places_in_batch(chosen: Chosen) -> str:
    """Which example is meant by [0], [1], … in formulas; nothing where they are just the examples' own numbers."""
    if chosen.numbers == tuple(range(len(chosen.numbers))):
        return ""
    shown = ", ".join(f"[{place}] is example {number}" for place, number in enumerate(chosen.numbers[:MAPPED]))
    return f"; in formulas {shown}" + (" and so on" if len(chosen.numbers) > MAPPED else "")


def told_about(model: "Model", chosen: Chosen, layer: int | None, neuron: int | None) -> str:
    """What the examples are, what the network says of them, and which class an output neuron stands for."""
    said: list[Any] = [prediction.label for prediction in model.predict(chosen.raw)]
    if model.classes is None:
        told = "" if chosen.labels is None else f": the target is {chosen.labels[0]}" if not chosen.is_batch else ""
        return f"{chosen.name}{told}."
    if chosen.is_batch and chosen.labels is not None:
        right = sum(model.classes[label] == answer for label, answer in zip(chosen.labels, said, strict=True))
        told = f"the network gets {right} of {len(said)} right{places_in_batch(chosen)}"
    elif chosen.labels is None:
        told = f"the network says {said[0]}"
    else:
        told = f"it is {model.classes[chosen.labels[0]]}, the network says {said[0]}"
    if neuron is not None and layer == len(model.network.sizes) and model.network.sizes[-1] == len(model.classes):
        told += f"; neuron {neuron} of layer {layer} stands for {model.classes[neuron - 1]}"
    return f"{chosen.name}: {told}."
