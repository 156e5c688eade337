"""Which examples a command speaks of: labelled ones of a data set, by their numbers; a raw file's, or a text."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli.evaluate import part_of
from pellucid.cli.model_reading import reading_for, reading_of_model
from pellucid.cli.predict import texts_of

if TYPE_CHECKING:
    import numpy as np

    from pellucid.data import Part
    from pellucid.data.sources.examples import Examples
    from pellucid.model import Model, Prediction

DataOption = Annotated[
    str | None, typer.Option("--data", metavar="DATA", help="Take an example of this data set, by name or path …")
]
SampleOption = Annotated[
    str,
    typer.Option(
        "--sample",
        metavar="I",
        help="… the one of this number, from 0. Several are a mini-batch: 0-9 or 3,7,20.",
    ),
]
InputOption = Annotated[
    Path | None,
    typer.Option(
        "--input", metavar="FILE", help="Or take this file: a picture, a sound, a text; of a table the row --sample I."
    ),
]
TextOption = Annotated[str | None, typer.Option("--text", metavar="TEXT", help="Or take this text.")]
ExpectedOption = Annotated[
    str | None,
    typer.Option(metavar="CLASS", help="The class, or number, that should have come out; of a sample: its label."),
]
SHOWN_TEXT = 40
MAX_SAMPLES = 10_000
MAPPED = 12
SAMPLES = re.compile(r"[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*")


@dataclass(frozen=True)
class Chosen:
    """The examples that the options name.

    Attributes:
        raw: one example as the model's encoder makes it, (n_features,), or several, (n_samples, n_features).
        labels: class numbers or targets, one an example; None where none is known.
        is_batch: whether they are a mini-batch; else `raw` is a single example.
        name: what to call them.
        numbers: theirs within the part or the file, counted from 0; none of a single example.
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


def choose(
    model: "Model", data: str | None, sample: str, part: str, file: Path | None = None, text: str | None = None
) -> Chosen:
    """The examples that the options name.

    Raises:
        InvalidValueError: none or several of --data, --input and --text, or a sample past the end.
        PellucidError: what they name cannot be read, or is nothing that the model takes.
    """
    from pellucid.data import load_unlabelled
    from pellucid.errors import InvalidValueError
    from pellucid.figures.style import plain

    given = [value for value in (data, file, text) if value is not None]
    if len(given) > 1:
        raise InvalidValueError(
            "one example is explained: give one of --data DATA --sample I, --input FILE and --text TEXT, not several"
        )
    if not given:
        raise InvalidValueError(
            "one of --data DATA --sample I, --input FILE and --text TEXT is required, to say what example to explain"
        )
    numbers = parse_samples(sample)
    if data is not None:
        return chosen_of_data(model, data, numbers, sample, part)
    if text is not None:
        return chosen_raw(model, texts_of(model, [text])[0], [0], f"'{plain(text, SHOWN_TEXT)}'")
    assert file is not None  # noqa: S101 - one of the three is given
    (source,) = load_unlabelled([file], model.features.encoder.KIND, reading_of_model(model))
    return chosen_raw(model, source, numbers, str(file))


def chosen_of_data(model: "Model", data: str, numbers: list[int], written: str, part: str) -> Chosen:
    """Those examples of a part of a data set.

    Raises:
        InvalidValueError: a number past the end, or data of another shape than the model's.
        PellucidError: they cannot be read, or are nothing that the model takes.
    """
    held = held_of(model, data, part)
    require_numbers(numbers, held.n_samples, part)
    if len(numbers) > 1:
        name = f"{part} examples {written} of {data} (counted from 0)"
        return Chosen(held.raw[numbers], held.labels[numbers], is_batch=True, name=name, numbers=tuple(numbers))
    name = f"{part} example {numbers[0]} of {data} (counted from 0)"
    return Chosen(held.raw[numbers[0]], held.labels[numbers], is_batch=False, name=name)


def held_of(model: "Model", data: str, part: str) -> "Part":
    """A part of labelled data, read as those that the model was trained on, and as the model takes them in."""
    from pellucid.data import Reading, find_named, load_test, load_with

    reading, named = reading_for(model, data, {}), find_named(data)
    is_own = named is not None and (named.entry.features, named.entry.classes) == (model.features, model.classes)
    if part == "test" and is_own and reading == Reading():
        return load_test(data)  # of files of pictures only the test part's are read
    if part == "test":
        return load_test(data, reading, features=model.features, classes=model.classes)
    return part_of(load_with(data, reading, features=model.features, classes=model.classes), part)


def require_numbers(numbers: list[int], n_samples: int, where: str) -> None:
    """Raises InvalidValueError unless there are examples of these numbers, from 0."""
    from pellucid.errors import InvalidValueError

    for number in numbers:
        if number >= n_samples:
            raise InvalidValueError(f"sample: {where} has samples 0 to {n_samples - 1}, got {number}")


def chosen_raw(model: "Model", source: "Examples", numbers: list[int], name: str) -> Chosen:
    """Those of raw examples, which have no labels.

    Raises:
        InvalidValueError: a number past the end. FormatError, DataError: an example cannot be read.
    """
    import numpy as np

    from pellucid.data.encode import encode_rows
    from pellucid.errors import DataError

    require_numbers(numbers, len(source), name)
    encoded = encode_rows(source, model.features.encoder, np.array(numbers), "skip")
    if encoded.skipped:
        at_fault, why = encoded.skipped[0]
        raise DataError(f"{at_fault}: {why}")
    if len(numbers) > 1:
        told = f"{len(numbers)} examples of {name}"
        return Chosen(encoded.values, None, is_batch=True, name=told, numbers=tuple(numbers))
    return Chosen(encoded.values[0], None, is_batch=False, name=name if len(source) == 1 else source.name(numbers[0]))


def expected_of(model: "Model", expected: str | None, chosen: Chosen) -> "np.ndarray":
    """E for the class or number named, or for the examples' own labels: (n_outputs,), or (n_samples, n_outputs).

    Raises:
        UnknownNameError: no such class; InvalidValueError: none is known, or it is no number.
    """
    import numpy as np

    from pellucid.data import expected_outputs
    from pellucid.errors import InvalidValueError, look_up

    labels, n_samples = chosen.labels, len(chosen.raw) if chosen.is_batch else 1
    if expected is not None and model.classes is not None:
        labels = np.full(n_samples, look_up(expected, {name: k for k, name in enumerate(model.classes)}, "expected"))
    elif expected is not None:
        labels = np.tile(numbers_of(expected, model.network.sizes[-1]), (n_samples, 1))
    if labels is None:
        raise InvalidValueError(
            "expected: the class that should come out is required with --input and --text: --expected CLASS; where "
            "numbers are predicted, the number"
        )
    rows = expected_outputs(labels, model.network.sizes[-1])
    return rows if chosen.is_batch else rows[0]


def numbers_of(text: str, n_outputs: int) -> "np.ndarray":
    """The numbers in `3.5` or `1,2`, one for each output.

    Raises:
        InvalidValueError: it is not written so, or they are more or fewer.
    """
    import numpy as np

    from pellucid.errors import InvalidValueError

    try:
        numbers = np.array([float(number) for number in text.split(",")])
    except ValueError:
        numbers = np.empty(0)
    if len(numbers) != n_outputs:
        what = "a number is" if n_outputs == 1 else f"{n_outputs} numbers, parted by commas, are"
        raise InvalidValueError(f"expected: {what} required for this model, got '{text}'")
    return numbers


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
    predictions = model.predict(chosen.raw)
    said: list[Any] = [prediction.label for prediction in predictions]
    if model.classes is None:
        return f"{chosen.name}{told_numbers(predictions, chosen)}."
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


def told_numbers(predictions: "list[Prediction]", chosen: Chosen) -> str:
    """What the network predicts of a single example, and the target where it is known."""
    import numpy as np

    if chosen.is_batch:
        return places_in_batch(chosen)
    answer = ", ".join(f"{output:.6g}" for output in predictions[0].outputs)
    if chosen.labels is None:
        return f": the network says {answer}"
    target = ", ".join(f"{number:.6g}" for number in np.ravel(chosen.labels[0]))
    return f": the target is {target}, the network says {answer}"
