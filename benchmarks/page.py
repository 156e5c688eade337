"""Pages written by hand in which a part between two marks is measured."""

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def write_measured(page: Path, text: str) -> None:
    """Puts what was measured between the marks of the page.

    Raises:
        ValueError: it has no such marks.
    """
    head, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page.name}: a line {BEGIN} and one {END} are required")
    page.write_text(f"{head}{BEGIN}\n\n{text.strip()}\n\n{END}{tail}", encoding="utf-8")
