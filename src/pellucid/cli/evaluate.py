"""`pellucid evaluate`: how a model does on labelled data."""

from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.console import AsJson, output, print_json, say

if TYPE_CHECKING:
    from pellucid.data import Dataset, Part
    from pellucid.model import Evaluation, Model

PARTS = ("train", "validation", "test")
NAMES_SHOWN = 3
NAME_LENGTH_SHOWN = 20
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
    data: Annotated[str, typer.Argument(metavar="DATA", help="A named data set (pellucid data list) or a path.")],
    part: PartName = "test",
    as_json: AsJson = False,
) -> None:
    """Judge a model on labelled examples: accuracy, cost, each class, and what was taken for what."""
    from pellucid.data import load_data
    from pellucid.model import evaluate as evaluate_model
    from pellucid.model import load

    loaded = load(model)
    labelled = load_data(data)
    require_same_classes(loaded, labelled)
    evaluation = evaluate_model(loaded, part_of(labelled, part))
    if as_json:
        print_json(evaluation.to_dict())
        return
    say(summary(evaluation, part))
    if evaluation.confusion is not None:
        print_classes(evaluation)


def require_same_classes(model: "Model", data: "Dataset") -> None:
    """Checks that the data's classes are the model's, in the same order.

    Raises:
        InvalidValueError: they are others; the message shows both from the first difference on.
    """
    from itertools import takewhile

    from pellucid.errors import InvalidValueError

    if model.classes == data.classes:
        return
    theirs, own = data.classes or (), model.classes or ()
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(theirs, own, strict=False))))
    raise InvalidValueError(
        f"classes: those of the model are required, in its order; from class {same + 1} on {data.name} has "
        f"{shortened(theirs[same:])}, the model {shortened(own[same:])}; choose the data it was trained for"
    )


def shortened(names: tuple[str, ...]) -> str:
    """The first few names, and of each the first letters."""
    shown = [name if len(name) <= NAME_LENGTH_SHOWN else f"{name[:NAME_LENGTH_SHOWN]}…" for name in names[:NAMES_SHOWN]]
    return ", ".join([*shown, *(["…"] if len(names) > NAMES_SHOWN else [])]) or "none"


def summary(evaluation: "Evaluation", part: str) -> str:
    """One line: how many were right, and what always naming the largest class would score."""
    if evaluation.accuracy is None:
        figures = f"root mean square error {evaluation.rmse:.4g}, mean absolute error {evaluation.mae:.4g}"
        r2 = "undefined" if evaluation.r2 is None else f"{evaluation.r2:.4g}"
        return f"{part}: {figures}, R² {r2} on {evaluation.n_samples:,} examples"
    return (
        f"{part}: {evaluation.accuracy:.2%} of {evaluation.n_samples:,} examples right, "
        f"mean cost {evaluation.cost:.4g} (always naming the largest class: {evaluation.baseline_accuracy:.2%})"
    )


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
