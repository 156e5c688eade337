"""What commands print with: results on standard output, progress and warnings on standard error."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, and nothing else.")]


def output(*, is_error: bool = False) -> "Console":
    """The console for standard output, or for standard error."""
    from rich.console import Console

    return Console(stderr=is_error)


def harmless(text: str) -> str:
    """The text with `�` for what a terminal would obey rather than show, such as escape sequences in a class's name."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def say(text: str, *, is_error: bool = False) -> None:
    """Prints text as it is but for what a terminal would obey: no markup, no colours, no line broken in a path."""
    output(is_error=is_error).print(harmless(text), markup=False, emoji=False, highlight=False, soft_wrap=True)


def print_json(value: dict[str, Any]) -> None:
    """Prints one JSON object on one line."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False))
