"""The chapters in their order, computed when they are asked for."""

from collections.abc import Callable, Sequence

from pellucid.errors import InvalidValueError
from pellucid.explain.document import Paragraph, Table
from pellucid.walkthrough.activation import activation
from pellucid.walkthrough.architecture import architecture
from pellucid.walkthrough.backpropagation import backpropagation
from pellucid.walkthrough.chapter import Chapter, Lesson
from pellucid.walkthrough.cost import cost
from pellucid.walkthrough.descent import descent
from pellucid.walkthrough.digits import DigitsLesson
from pellucid.walkthrough.judging import judging
from pellucid.walkthrough.matrix_form import matrix_form
from pellucid.walkthrough.stochastic import stochastic

TITLE = "How a network learns, followed in numbers"
N_CHAPTERS = 8


def compute(only: int | None = None, report: Callable[[int], object] | None = None) -> list[Chapter]:
    """The chapters of the walkthrough, every figure computed as they are made.

    Parameters:
        only: the number of a single chapter, from 1; None: all of them.
        report: is told the number of each chapter before it is computed.

    Raises:
        InvalidValueError: there is no chapter of that number.
    """
    lesson = DigitsLesson()
    chapters: Sequence[Callable[[], Chapter]] = (
        architecture,
        activation,
        matrix_form,
        cost,
        descent,
        backpropagation,
        lambda: stochastic(lesson),
        lambda: judging(lesson),
    )
    if only is not None and not 1 <= only <= N_CHAPTERS:
        raise InvalidValueError(f"chapter: 1 to {N_CHAPTERS} are there, got {only}")
    made: list[Chapter] = []
    for number, chapter in enumerate(chapters, start=1):
        if only in (None, number):
            if report is not None:
                report(number)
            made.append(chapter())
    return made


def page(chapters: Sequence[Chapter]) -> Lesson:
    """The chapters as one document, with a table of contents before them."""
    return Lesson(
        TITLE,
        (
            Paragraph(
                "An essay on the mathematics of machine learning tells how networks learn. Here its argument is "
                "followed with numbers, in eight chapters: every figure is computed as the chapters are made, what "
                "the essay asserts is shown by computing it, and where it slips, that is said."
            ),
            Table(("chapter", "what it shows"), tuple((chapter.title, chapter.summary) for chapter in chapters)),
            *chapters,
        ),
    )
