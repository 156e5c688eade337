"""The program `pellucid`: its commands put together, and errors as one line."""

import re
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated, NoReturn

import typer

from pellucid import __version__
from pellucid.cli import (
    check,
    committee,
    data,
    diagnose,
    evaluate,
    explain,
    find_rate,
    predict,
    recipes,
    sheet,
    sweep,
    train,
    walkthrough,
    worksheet,
)
from pellucid.cli.console import say
from pellucid.errors import InvalidValueError, PellucidError

AT_FAULT = (re.compile(r"(?P<names>\w+(, \w+)*): "), re.compile(r"\w+: (?P<names>\w+) must "))
"""Where a message names the parameters at fault: first of all, or after the optimizer (`sgd: momentum must be …`)."""
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
app.command("find-rate")(find_rate.find_rate)
app.command("sweep")(sweep.sweep)
app.command("committee")(committee.committee)
app.command("evaluate")(evaluate.evaluate)
app.command("predict")(predict.predict)
app.command("explain")(explain.explain)
app.command("sheet")(sheet.sheet)
app.command("check")(check.check)
app.command("diagnose")(diagnose.diagnose)
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


def as_typed(message: str, arguments: Sequence[str]) -> str:
    """The message with the parameters at fault called as a person types them: `--on-error` for on_error.

    Parameters:
        message: begins with the names of parameters; those that are no options of the command stay as they are.
        arguments: of the command line, the command's name first.
    """
    command = typer.main.get_command(app)
    for word in arguments:
        command = getattr(command, "commands", {}).get(word, command)
    options = {each.name: each.opts[0] for each in command.params if each.param_type_name == "option"}
    for pattern in AT_FAULT:
        if place := pattern.match(message):
            typed = ", ".join(options.get(name, name) for name in place["names"].split(", "))
            message = message[: place.start("names")] + typed + message[place.end("names") :]
    return message


def main() -> None:
    """Runs the command line: exit code 0 when done, 1 with one line `error: …`, 2 for wrong usage."""
    speak_utf8()
    try:
        app()
    except InvalidValueError as error:
        fail(as_typed(str(error), sys.argv[1:]))
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
