"""A table that can be shown in the terminal and written as Markdown."""

from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable


@dataclass(frozen=True)
class Table:
    """A heading, the columns' names, and rows of text; the first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def show(self, console: Console) -> None:
        """Prints it."""
        table = RichTable(title=escape(self.title), title_justify="left", title_style="bold")
        for number, column in enumerate(self.columns):
            table.add_column(escape(column), justify="left" if number == 0 else "right", overflow="fold")
        for row in self.rows:
            table.add_row(*map(escape, row))
        console.print(table)

    def to_markdown(self) -> str:
        """The heading, and the table below it."""
        rules = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = [self.columns, tuple(rules), *self.rows]
        return f"## {self.title}\n\n" + "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
