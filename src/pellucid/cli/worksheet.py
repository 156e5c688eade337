"""`pellucid worksheet`: pencil-and-paper exercises with their answers."""

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.console import say
from pellucid.cli.formats import Format, print_document
from pellucid.maths import ACTIVATIONS

if TYPE_CHECKING:
    from pellucid.explain import Document

SIZES = re.compile("[0-9]{1,9}([-,][0-9]{1,9})+")
EXERCISES, OUTPUT = "The exercises", "The output"


class SheetFormat(StrEnum):
    text = "text"
    latex = "latex"
    html = "html"


SUFFIXES = {SheetFormat.text: ".txt", SheetFormat.latex: ".tex", SheetFormat.html: ".html"}


class Difficulty(StrEnum):
    easy = "easy"
    medium = "medium"
    hard = "hard"


def worksheet(
    topic: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="What to practise: parameters, forward, bias, cost, output-weight, hidden-weight, update or "
            "mini-batch. Give it several times for several. Default: all.",
            rich_help_panel=EXERCISES,
        ),
    ] = None,
    count: Annotated[
        int, typer.Option(metavar="N", help="Exercises of each topic, 1 to 20.", rich_help_panel=EXERCISES)
    ] = 1,
    difficulty: Annotated[
        Difficulty,
        typer.Option(
            help="easy: 2-2-1, the forward pass given. medium: 2-3-2, all to be done. hard: 3-4-3 with softmax.",
            rich_help_panel=EXERCISES,
        ),
    ] = Difficulty.easy,
    sizes: Annotated[
        str | None,
        typer.Option(metavar="2-3-2", help="Neurons of each layer; else the difficulty's.", rich_help_panel=EXERCISES),
    ] = None,
    activation: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"Of the neurons: {', '.join(name for name, each in ACTIVATIONS.items() if each.is_elementwise)}.",
            rich_help_panel=EXERCISES,
        ),
    ] = "sigmoid",
    seed: Annotated[
        int,
        typer.Option(
            metavar="N", help="Another number gives other exercises; the same one the same.", rich_help_panel=EXERCISES
        ),
    ] = 0,
    digits: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Significant digits of the answers; else the difficulty's.", rich_help_panel=EXERCISES
        ),
    ] = None,
    format_: Annotated[
        SheetFormat, typer.Option("--format", help="html can be printed from a browser.", rich_help_panel=OUTPUT)
    ] = SheetFormat.text,
    answers: Annotated[
        bool,
        typer.Option("--answers", help="Print the worked answers, not the questions.", rich_help_panel=OUTPUT),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write questions and answers as two files there.", rich_help_panel=OUTPUT),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace these two files if they are there.", rich_help_panel=OUTPUT)
    ] = False,
) -> None:
    """Make a worksheet for pencil and paper: exercises on small networks, and their worked answers.

    \b
    pellucid worksheet
    pellucid worksheet --answers
    pellucid worksheet --topic forward --topic output-weight --count 3 --seed 7
    pellucid worksheet --difficulty medium --activation relu --format html --out lesson
    """
    from pellucid.errors import InvalidValueError
    from pellucid.explain.worksheet import worksheet as build

    if answers and out is not None:
        raise InvalidValueError(
            "--answers: it prints the answers, --out writes questions and answers; give one of them"
        )
    sheet = build(
        topic,
        count=count,
        sizes=parse_sizes(sizes),
        activation=activation,
        difficulty=difficulty.value,
        seed=seed,
        digits=digits,
    )
    if out is None:
        print_document(sheet.answers if answers else sheet.questions, Format(format_.value), sheet.digits)
        return
    suffix = SUFFIXES[format_]
    documents = {out / f"worksheet{suffix}": sheet.questions, out / f"worksheet-answers{suffix}": sheet.answers}
    write_documents(documents, format_, sheet.digits, overwrite=overwrite)


def parse_sizes(text: str | None) -> tuple[int, ...] | None:
    """The sizes of `2-3-2` or `2,3,2`; None where the option is not given.

    Raises:
        InvalidValueError: it is not written so.
    """
    from pellucid.errors import InvalidValueError

    if text is None:
        return None
    if SIZES.fullmatch(text) is None:
        raise InvalidValueError(f"sizes: neurons of two layers or more are required, such as 2-3-2; got '{text}'")
    return tuple(map(int, re.split("[-,]", text)))


def write_documents(documents: dict[Path, "Document"], format_: SheetFormat, digits: int, *, overwrite: bool) -> None:
    """Writes each document to its file, and prints the files' paths.

    Raises:
        AlreadyExistsError: one of the files is there, and may not be replaced; WriteError: one cannot be written.
    """
    from pellucid.errors import AlreadyExistsError, WriteError
    from pellucid.files import write_atomically

    for path in documents:
        if path.exists() and not overwrite:
            raise AlreadyExistsError(f"{path}: exists already; choose another folder, or say --overwrite")
    contents = {path: written(document, format_, digits) for path, document in documents.items()}
    for path, content in contents.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WriteError(f"{path.parent}: the folder could not be made ({error.strerror or error})") from error
        write_atomically(path, content.encode())
        say(str(path))


def written(document: "Document", format_: SheetFormat, digits: int) -> str:
    """The whole document in that medium."""
    match format_:
        case SheetFormat.text:
            return document.to_text(digits)
        case SheetFormat.latex:
            return document.to_latex(digits)
        case SheetFormat.html:
            return document.to_html(digits)
