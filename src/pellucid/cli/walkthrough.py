"""`pellucid walkthrough`: the essay's argument, every figure computed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from pellucid.cli.console import output, print_json, say
from pellucid.cli.formats import DigitsOption, Format, FormatOption, print_document, print_lines

ChapterOption = Annotated[int | None, typer.Option("--chapter", metavar="N", help="Only this chapter, 1 to 8.")]


def walkthrough(format_: FormatOption = Format.text, chapter: ChapterOption = None, digits: DigitsOption = 4) -> None:
    """Follow the essay's argument in eight chapters: every figure computed, its slips named, a network learning digits.

    \b
    pellucid walkthrough
    pellucid walkthrough --chapter 6
    pellucid walkthrough --format html > walkthrough.html
    """
    from pellucid.explain.step import check_digits
    from pellucid.walkthrough import compute, page
    from pellucid.walkthrough.chapter import lines_of

    check_digits(digits)
    with chapter_progress() as report:
        chapters = compute(chapter, report)
    document = chapters[0] if chapter else page(chapters)
    match format_:
        case Format.json:
            print_json({"chapters": [each.to_dict(digits) for each in chapters]})
        case Format.text:
            print_lines(lines_of(document, digits, output().width))
        case _:
            print_document(document, format_, digits)


@contextmanager
def chapter_progress() -> Iterator[Callable[[int], None]]:
    """What to tell the number of each chapter, shown on standard error: a changing line on a terminal, else lines."""
    from pellucid.walkthrough import N_CHAPTERS

    console = output(is_error=True)
    if not console.is_terminal:
        yield lambda number: say(f"computing chapter {number} of {N_CHAPTERS}", is_error=True)
        return
    with console.status("computing") as status:
        yield lambda number: status.update(f"computing chapter {number} of {N_CHAPTERS}")
