"""An exercise: what is given, what is asked, and the worked answer; written as a question and as an answer."""

from collections.abc import Iterable
from dataclasses import dataclass

from pellucid.explain.derivation import Derivation
from pellucid.explain.document import Block, Document, Paragraph, Table
from pellucid.expression import Partial, Unicode, constant_numeral, numeral

ROOM_FOR_WORKING = "_" * 24
ROOM_FOR_ANSWER = "_" * 10


@dataclass(frozen=True)
class Asked:
    """A quantity that is asked for, and what it is worth; a count is a whole number, and answered exactly."""

    label: str
    value: float | int

    def answer(self, digits: int) -> str:
        """The value as it stands in the answers."""
        if isinstance(self.value, int):
            return f"{self.value:,}"
        return Unicode(digits).numeral(numeral(self.value, digits)).text


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes:
        title: what it practises.
        given: all that a pupil needs.
        task: what to do.
        asked: what to find, in the order in which it is found.
        worked: how to find it; each of `asked` is a number of these.
    """

    title: str
    given: tuple[Block, ...]
    task: str
    asked: tuple[Asked, ...]
    worked: tuple[Derivation, ...]

    def question(self, number: int, digits: int) -> Document:
        """The exercise as it is handed out, with room to write."""
        rows = tuple((each.label, ROOM_FOR_WORKING, ROOM_FOR_ANSWER) for each in self.asked)
        if any(isinstance(each.value, float) for each in self.asked):
            task = f"{self.task} Round the answers, and only these, to {digits} significant digits."
        else:
            task = self.task
        fields = Table(("find", "working", "answer"), rows)
        return Document(f"Exercise {number}: {self.title}", (*self.given, Paragraph(task), fields))

    def answer(self, number: int, digits: int) -> Document:
        """The answers at a glance, and how they are found."""
        rows = tuple((each.label, each.answer(digits)) for each in self.asked)
        return Document(f"Exercise {number}: {self.title}", (Table(("find", "answer"), rows), *self.worked))


def asked_of(derivation: Derivation, letters: str) -> tuple[Asked, ...]:
    """The derivatives that a derivation works out, and its other quantities with one of these letters."""
    return tuple(
        Asked(step.symbol.text, step.value)
        for step in derivation.steps
        if isinstance(step.symbol, Partial) or step.symbol.letter in letters
    )


def short(value: float) -> str:
    """A friendly number as it is: 0.5, −1.2."""
    return Unicode(4).numeral(constant_numeral(value, 4)).text


def listed(pieces: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = pieces
    return f"{', '.join(most)} and {last}" if most else last
