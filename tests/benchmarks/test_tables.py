"""Tables in their two forms."""

import io

from benchmarks.tables import Table
from rich.console import Console

TABLE = Table("Times [seconds]", ("tool", "an epoch"), (("a|b", "1.5"), ("[bold]c", "2\n3")))


def test_markdown_keeps_a_cell_a_cell() -> None:
    assert TABLE.to_markdown() == (
        "## Times [seconds]\n\n| tool | an epoch |\n| --- | ---: |\n| a\\|b | 1.5 |\n| [bold]c | 2 3 |\n"
    )


def test_terminal_shows_brackets_as_they_are() -> None:
    shown = io.StringIO()
    TABLE.show(Console(file=shown, width=80))
    assert "Times [seconds]" in shown.getvalue()
    assert "[bold]c" in shown.getvalue()
