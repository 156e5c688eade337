"""The program `pellucid`: its commands put together, and errors as one line."""

import sys
from typing import Annotated

import typer

from pellucid import __version__
from pellucid.cli import data, evaluate, explain, predict, recipes, train, walkthrough
from pellucid.errors import PellucidError

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
app.command("walkthrough")(walkthrough.walkthrough)
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


def main() -> None:
    """Runs the command line: exit code 0 when done, 1 with one line `error: …`, 2 for wrong usage."""
    try:
        app()
    except PellucidError as error:
        typer.echo(f"error: {' '.join(str(error).split())}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("error: interrupted; nothing more was written", err=True)
        sys.exit(1)
