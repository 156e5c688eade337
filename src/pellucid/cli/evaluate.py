"""`pellucid evaluate`: how a model does on labelled data."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli import reading as options
from pellucid.cli.console import AsJson, output, print_json, say
from pellucid.cli.model_reading import reading_for, trained_on
from pellucid.cli.progress import counting_progress, download_progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pellucid.data import Dataset, Part
    from pellucid.model import Evaluation, Model

PARTS = ("train", "validation", "test")
ALL = "all"
ModelPath = Annotated[str, typer.Argument(metavar="MODEL", help="A .safetensors file, or a run folder.")]
PartName = Annotated[str, typer.Option(metavar="PART", help=f"Which examples: {', '.join(PARTS)}.")]


def part_of(data: "Dataset", name: str) -> "Part":
    """The part of that name.

    Raises:
        UnknownNameError: no such part; InvalidValueError: these data do not have it.
    """
    from pellucid.errors import InvalidValueError, look_up

    part = look_up(name, {"train": data.train, "validation": data.validation, "test": data.test}, "part")
    if part is None:
        raise InvalidValueError(f"part: {data.name} has {', '.join(data.parts)}, got {name}")
    return part


def evaluate(
    model: ModelPath,
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA", help="A named data set (pellucid data list) or a path to labelled data of the model's kind."
        ),
    ],
    part: Annotated[
        str | None,
        typer.Option(
            metavar="PART",
            help=f"Which examples: {', '.join([*PARTS, ALL])}. Default: test of the data that the model was trained on "
            "and of named sets, all of others.",
        ),
    ] = None,
    label: options.LabelOption = None,
    pattern: options.PatternOption = None,
    on_error: options.OnErrorOption = None,
    memory: options.MemoryOption = None,
    as_json: AsJson = False,
) -> None:
    """Judge a model on labelled examples: accuracy, cost, each class, and what was taken for what.

    They are read as those that the model was trained on, and become numbers as those did.

    \b
    pellucid evaluate runs/digits-1 digits
    pellucid evaluate runs/people-1 more-people.csv --json
    """
    from pellucid.data import load_with
    from pellucid.errors import look_up
    from pellucid.model import evaluate as evaluate_model
    from pellucid.model import load

    if part is not None:
        look_up(part, dict.fromkeys((*PARTS, ALL)), "part")
    loaded = load(model)
    asked = options.reading_of(label=label, pattern=pattern, on_error=on_error, memory=memory)
    reading = reading_for(loaded, data, {name: getattr(asked, name) for name in ("label", "pattern", "memory")})
    reading = reading if on_error is None else replace(reading, on_error=asked.on_error)
    with download_progress() as progress, counting_progress() as encoding_progress:
        labelled = load_with(
            data,
            reading,
            features=loaded.features,
            classes=loaded.classes,
            progress=progress,
            encoding_progress=encoding_progress,
        )
    for sentence in tell_judged(labelled):
        say(sentence, is_error=True)
    part = part or usual_part(loaded, labelled, data)
    parts = list(labelled.parts.values()) if part == ALL else [part_of(labelled, part)]
    evaluation = evaluate_model(loaded, parts)
    is_own = labelled.checksum == trained_on(loaded).get("checksum")
    if part == ALL or not is_own:  # a part of the model's own data is what it is called
        for sentence in tell_met(Path(model), loaded, parts):
            say(sentence, is_error=True)
    if as_json:
        print_json(evaluation.to_dict())
        return
    say(summary(evaluation, part))
    if evaluation.confusion is not None:
        print_classes(evaluation)


def tell_judged(data: "Dataset") -> "Iterator[str]":
    """What data that a model judges were taken for, and what could not be read; the rest was told in training."""
    if data.report is not None:
        yield from replace(data.report, n_duplicates=0, notes=()).sentences()


def usual_part(model: "Model", labelled: "Dataset", data: str) -> str:
    """Which examples judge a model where one does not say; it is told where they are all."""
    from pellucid.data import find_named

    known = trained_on(model)
    is_known = find_named(data) is not None or labelled.checksum == known.get("checksum")
    # The same numbers have another checksum where they are stored otherwise: bytes in the one, floats in the other.
    is_known = is_known or (labelled.name, labelled.split) == (known.get("name"), known.get("split"))
    if labelled.test is not None and is_known:
        return "test"
    if len(labelled.parts) > 1:
        say("Other data than the model was trained on: all of them judge it; --part chooses others.", is_error=True)
    return ALL


def tell_met(path: Path, model: "Model", parts: "Sequence[Part]") -> "Iterator[str]":
    """A caution where the model was trained on examples that judge it, as far as the run folder tells.

    Raises:
        FormatError: what the run folder holds of that is damaged.
    """
    from pellucid.training.trained_on import TRAINED_ON_FILE, count_met

    folder = path if path.is_dir() else path.parent
    met = count_met(folder / TRAINED_ON_FILE, trained_on(model).get("checksum"), parts)
    total = sum(part.n_samples for part in parts)
    if met is not None and any(met):
        learnt = f"{met.train:,} {'was' if met.train == 1 else 'were'} trained on"
        chose = f"{met.validation:,} chose the model's epoch"
        told = " and ".join(what for what, n in ((learnt, met.train), (chose, met.validation)) if n)
        yield f"Caution: of the {total:,} examples that judge, {told}: that flatters the model."


def summary(evaluation: "Evaluation", part: str) -> str:
    """One line: how many were right, and what always naming the largest class would score."""
    if evaluation.accuracy is None:
        assert evaluation.rmse is not None and evaluation.mae is not None  # noqa: S101, PT018 - as in every regression
        figures = (
            f"root mean square error {in_figures(evaluation.rmse)}, mean absolute error {in_figures(evaluation.mae)}"
        )
        r2 = "undefined" if evaluation.r2 is None else f"{evaluation.r2:.4g}"
        return f"{part}: {figures}, R² {r2} on {evaluation.n_samples:,} examples"
    return (
        f"{part}: {evaluation.accuracy:.2%} of {evaluation.n_samples:,} examples right, "
        f"mean cost {evaluation.cost:.4g} (always naming the largest class: {evaluation.baseline_accuracy:.2%})"
    )


def in_figures(number: float) -> str:
    """A number of four figures, or of all before the point where these are more.

    >>> in_figures(0.0123456), in_figures(63972.4), in_figures(1e12)
    ('0.01235', '63,972', '1e+12')
    """
    return f"{number:,.0f}" if 1e4 <= abs(number) < 1e9 else f"{number:.4g}"


def print_classes(evaluation: "Evaluation") -> None:
    """A table of the classes: how many were found, how often the name was right, the commonest mistake."""
    from rich.table import Table
    from rich.text import Text

    confusion = evaluation.confusion
    assert confusion is not None  # noqa: S101 - the caller judges a classification
    table = Table(box=None, header_style="bold")
    table.add_column("class")
    for title in ("examples", "found (recall)", "right when named (precision)"):
        table.add_column(title, justify="right")
    table.add_column("most often taken for")
    labels = [figures.label for figures in evaluation.per_class]
    for number, figures in enumerate(evaluation.per_class):
        mistakes = confusion[number].copy()
        mistakes[number] = 0
        worst = int(mistakes.argmax())
        table.add_row(
            Text(figures.label),
            f"{figures.n_samples:,}",
            "–" if figures.recall is None else f"{figures.recall:.1%}",
            "–" if figures.precision is None else f"{figures.precision:.1%}",
            Text(f"{labels[worst]} ({mistakes[worst]:,})" if mistakes[worst] else ""),
        )
    output().print(table)
