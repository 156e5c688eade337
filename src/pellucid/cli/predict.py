"""`pellucid predict`: what a model says of raw files: pictures, sounds, texts, tables, arrays."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli.answered import Answer, require_pictures, require_target, save_pictures, value_of, write_table
from pellucid.cli.console import AsJson, print_json, say
from pellucid.cli.evaluate import ModelPath
from pellucid.cli.model_reading import reading_of_model
from pellucid.cli.progress import counting_progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pellucid.data.sources.examples import Examples
    from pellucid.model import Model

SHOWN_CLASSES = 3
SHOWN_NAME = 200
"""A text is its own name: so many characters of it are shown."""

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE…",
        help="What the model takes: pictures, sounds, texts (one a line), a table, arrays; folders and zip files too.",
    ),
]
TextOption = Annotated[list[str] | None, typer.Option("--text", metavar="TEXT", help="A text; may be said again.")]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE.csv",
        help="Write the answers to this file: of one table, the table with the answers beside its rows.",
    ),
]
OnErrorOption = Annotated[
    str,
    typer.Option(
        "--on-error",
        metavar="skip|stop",
        help="What to do about an input that cannot be read: name it and answer the others, or stop. The exit code "
        "is 1 either way.",
    ),
]
SaveOption = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Also write each picture as the network sees it, as PNG, to this folder."),
]


def predict(
    model: ModelPath,
    files: Files = None,
    text: TextOption = None,
    out: OutOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file of --out if it is there.")] = False,
    on_error: OnErrorOption = "skip",
    save_normalised: SaveOption = None,
    as_json: AsJson = False,
) -> None:
    """Answer raw inputs, each first made into numbers as the model's training examples were.

    Nothing but the model file is needed. An input that cannot be read is named on standard error, and the others are
    answered.

    \b
    pellucid predict runs/digits-1 photo-1.jpg photo-2.jpg
    pellucid predict runs/sms-spam-1 --text "Call now to claim your prize"
    pellucid predict runs/people-1 new-people.csv --out answered.csv
    """
    from pellucid.data.sources.reading import ON_ERROR
    from pellucid.data.sources.recognise import TEXT
    from pellucid.errors import InvalidValueError, counted, look_up
    from pellucid.model import load

    look_up(on_error, dict.fromkeys(ON_ERROR), "on_error")
    if not files and not text:
        raise InvalidValueError("predict: a FILE or --text TEXT is required, got neither")
    if out is not None:
        require_target(out, files or [], overwrite=overwrite)
    loaded = load(model)
    faults: list[str] = []
    cautions: list[str] = []
    if save_normalised is not None:
        require_pictures(loaded)
    sources = [*sources_of(loaded, files or [], on_error, faults), *texts_of(loaded, text or [])]
    for source in sources:
        if source.KIND == TEXT:  # what stands in a file of texts is found out, and may be something else
            for note in source.notes:
                say(note, is_error=True)
    answers = list(answers_to(loaded, sources, on_error, faults, cautions, keeps=save_normalised is not None))
    for fault in faults:
        say(f"error: {fault}", is_error=True)
    for caution in cautions:
        say(f"Caution: {caution}", is_error=True)
    if save_normalised is not None:
        save_pictures(save_normalised, loaded, answers)
    if out is not None and answers:
        write_table(out, files or [], sources, answers)
    if as_json:
        print_json({"predictions": [entry_of(answer) for answer in answers]})
    elif out is not None:
        say(f"{counted(len(answers), 'answer')}: {out}" if answers else f"no answers: {out} was not written")
    else:
        print_answers(loaded, answers)
    if faults:
        if len(faults) > 1:
            say(f"error: {len(faults):,} inputs could not be read; {len(answers):,} answered", is_error=True)
        raise typer.Exit(1)


def sources_of(model: "Model", files: "Sequence[Path]", on_error: str, faults: list[str]) -> "list[Examples]":
    """The examples in all files; those files that hold none that the model takes are added to the faults.

    Raises:
        PellucidError: there is such a file, and on_error is "stop".
    """
    from dataclasses import replace

    from pellucid.data import load_unlabelled
    from pellucid.errors import PellucidError

    kind, reading = model.features.encoder.KIND, replace(reading_of_model(model), on_error=on_error)
    try:
        return list(load_unlabelled(files, kind, reading))
    except PellucidError:
        if on_error == "stop":
            raise
    sources: list[Examples] = []
    for file in files:
        try:
            sources += load_unlabelled([file], kind, reading)
        except PellucidError as error:
            faults.append(str(error))
    return sources


def texts_of(model: "Model", texts: "Sequence[str]") -> "list[Examples]":
    """The texts that `--text` gives, named as they are.

    Raises:
        InvalidValueError: the model takes something else.
    """
    from pellucid.data.features import TextEncoder
    from pellucid.data.sources.texts import TextExamples
    from pellucid.errors import InvalidValueError

    if not texts:
        return []
    encoder = model.features.encoder
    if not isinstance(encoder, TextEncoder):
        raise InvalidValueError(f"--text: a model of texts is required, this one takes {encoder.describe()}")
    return [TextExamples(texts, name_of=lambda row: texts[row])]


def answers_to(
    model: "Model",
    sources: "Sequence[Examples]",
    on_error: str,
    faults: list[str],
    cautions: list[str],
    *,
    keeps: bool,
) -> "Iterator[Answer]":
    """The answers to all examples of all sources; those that cannot be read are added to the faults.

    Parameters:
        cautions: what is to be said of answers is added to it.
        keeps: whether an answer keeps what the network saw.

    Raises:
        PellucidError: one cannot be read, and on_error is "stop".
    """
    from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError
    from pellucid.model import answer
    from pellucid.model.blank import BLANK

    with counting_progress("examples answered") as progress:
        for number, source in enumerate(sources):
            skipped = list(source.skipped)
            try:
                for answered in answer(model, source, on_error=on_error, skipped=skipped, progress=progress):
                    names = [shown_name(source.name(int(row))) for row in answered.blank]
                    why = BLANK.get(model.features.encoder.KIND, "")
                    cautions += [f"{name}: {why}; its answer is the model's answer to nothing" for name in names]
                    for row, encoded, prediction in zip(*answered[:3], strict=True):
                        seen = encoded.copy() if keeps else None
                        yield Answer(source.name(int(row)), number, int(row), seen, prediction)
            except (DataError, FormatError, MissingFileError, InvalidValueError) as error:
                if on_error == "stop":
                    raise
                faults.append(str(error))
            faults += [f"{name}: {why}" for name, why in skipped]


def entry_of(answer: Answer) -> dict[str, Any]:
    """The answer in the fields of the contract; a number that is predicted stands under `value`."""
    prediction = answer.prediction
    entry = {"input": answer.name, "class": prediction.label, "probabilities": prediction.probabilities}
    return entry if prediction.label is not None else entry | {"value": value_of(prediction)}


def shown_name(name: str) -> str:
    """An input's name as it is printed; a text, which may be long or empty, is its own."""
    return (name or "(empty)") if len(name) <= SHOWN_NAME else f"{name[: SHOWN_NAME - 1]}…"


def print_answers(model: "Model", answers: "Sequence[Answer]") -> None:
    """Prints a line for each input: its class and the surest classes' shares, or the number that is predicted."""
    for answer in answers:
        prediction, name = answer.prediction, shown_name(answer.name)
        if prediction.label is None:
            numbers = ", ".join(f"{output:.6g}" for output in prediction.outputs)
            say(f"{name}: {numbers}")
            continue
        ranked = sorted(prediction.probabilities.items(), key=lambda pair: -pair[1])[:SHOWN_CLASSES]
        shares = ", ".join(f"{label} {share:.1%}" for label, share in ranked)
        say(f"{name}: {prediction.label}   ({shares})")
    network = model.networks[0]  # of a committee each: all answer alike
    is_shares = model.classes is not None and network.output.name != "softmax" and network.sizes[-1] > 1
    if answers and is_shares:
        say("Each figure is an output's share of the sum of all outputs, which stand for themselves.", is_error=True)
