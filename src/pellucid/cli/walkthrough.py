"""`pellucid walkthrough`: the essay's argument, every figure computed."""

from typing import Annotated

import typer

from pellucid.cli.console import print_json, say
from pellucid.cli.explain import Format


def walkthrough(format_: Annotated[Format, typer.Option("--format", help="How to show it.")] = Format.text) -> None:
    """Follow the essay's argument: every figure in it computed, its slips named, and a small network learning."""
    from pellucid.walkthrough import compute

    chapters = compute()
    if format_ is Format.json:
        print_json({"chapters": [chapter.to_dict() for chapter in chapters]})
    else:
        say("\n\n".join(chapter.to_text() for chapter in chapters))
