"""The program `pellucid`: its commands put together, and errors as one line."""

import sys
from io import TextIOWrapper
from typing import Annotated, NoReturn

import typer

from pellucid import __version__
from pellucid.cli import check, data, evaluate, explain, predict, recipes, sheet, train, walkthrough, worksheet
from pellucid.cli.console import say
from pellucid.errors import PellucidError

INTERRUPTED = 130
"""The exit code that Typer gives a program on which someone pressed Ctrl-C."""

app = typer.Typer(
    name="pellucid",
    help="Fully-connected neural networks that learn fast and can be seen through.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("predict")(predict.predict)
app.command("explain")(explain.explain)
app.command("sheet")(sheet.sheet)
app.command("check")(check.check)
app.command("walkthrough")(walkthrough.walkthrough)
app.command("worksheet")(worksheet.worksheet)
app.add_typer(data.app, name="data")
app.add_typer(recipes.app, name="recipes")


def print_version(is_asked: bool) -> bool:
    """Prints the version and ends the program, if that is asked for."""
    if is_asked:
        typer.echo(f"pellucid {__version__}")
        raise typer.Exit
    return is_asked


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Fully-connected neural networks that learn fast and can be seen through."""


def speak_utf8() -> None:
    """Formulas are written in Unicode: a redirected stream of another encoding is turned to UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors="replace")


def fail(message: str) -> NoReturn:
    """Prints one line `error: …` and ends with exit code 1."""
    say(f"error: {' '.join(message.split())}", is_error=True)
    sys.exit(1)


def main() -> None:
    """Runs the command line: exit code 0 when done, 1 with one line `error: …`, 2 for wrong usage."""
    speak_utf8()
    try:
        app()
    except PellucidError as error:
        fail(str(error))
    except MemoryError as error:
        fail(f"not enough memory ({error}); choose smaller layers or a smaller batch")
    except OSError as error:
        fail(str(error))
    except SystemExit as stop:
        if stop.code != INTERRUPTED:
            raise
        fail("interrupted")
