"""A schedule on one sheet: how the learning rate moves on, its formula, its choices, and a rate worked out."""

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from pellucid.errors import InvalidValueError
from pellucid.explain.correction.rate import DONE, N_STEPS, RATE, chosen, scheduled
from pellucid.explain.derivation import Derivation, Steps
from pellucid.explain.document import Formula, Paragraph, Picture, Table
from pellucid.explain.sheets.behaviour import in_words
from pellucid.expression import Number, Variable, constant
from pellucid.training.schedules import Constant, Plateau, Schedule, read_schedule

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EPOCHS, STEPS_PER_EPOCH = 20, 100
COSTS = tuple(max(0.3, 0.8**epoch) for epoch in range(EPOCHS))
"""What a plateau is shown on: the cost falls for six epochs and then stays as it is."""
SUMMARIES = {
    "constant": "Every step has the same rate. With a rate that lets the cost fall quickly the network keeps jumping "
    "about a minimum in the end; one that is small enough to settle there is slow from the start.",
    "step": "The rate stays the same for some epochs and then falls to a share of itself, again and again: long steps "
    "first, to get near a minimum, then shorter ones, to settle there.",
    "exponential": "The rate falls by the same share in every epoch, a little at each step.",
    "inverse-scaling": "The rate falls as a power of the time: quickly at first, then ever more slowly. It never "
    "becomes 0, and with a power of at most 1 its sum over all steps has no end, so that any place can be reached.",
    "cosine": "The rate falls slowly at first, fastest half way, and slowly again as it nears 0 at the end. How many "
    "epochs there are to be must be known before.",
    "plateau": "The rate falls to a share of itself whenever the cost has stopped falling for some epochs: the data "
    "decide when, not the calendar.",
}
CHOICES = {
    "warmup": (Variable("h"), "for so many epochs the rate first rises evenly from 0"),
    "every": (None, "the rate falls after every so many epochs"),
    "factor": (Variable("q"), "to what share of itself it falls"),
    "power": (Variable("p"), "how fast it falls"),
    "patience": (None, "it falls after so many epochs of which none had a lower cost"),
    "gain": (None, "by what share a cost must be lower to count as lower"),
}


def schedule(name: str | Schedule, *, learning_rate: float = 0.1, done: float = 12.5) -> Derivation:
    """The sheet of a schedule; `.value` is the learning rate after so many epochs of 20.

    Parameters:
        name: one of the closed list, with its choices or without, such as `step:every=5`; or a schedule.
        learning_rate: the optimizer's own, r, above 0.
        done: after how many epochs a rate is worked out, fractions included.

    Raises:
        UnknownNameError: an unknown name; InvalidValueError: a choice, the rate or `done` is out of range.
    """
    shown = name if isinstance(name, Schedule) else read_schedule(name)
    if not 0 < learning_rate < float("inf"):
        raise InvalidValueError(f"learning_rate: a number above 0 is required, got {learning_rate:g}")
    if not 0 <= done <= EPOCHS:
        raise InvalidValueError(f"done: a number of epochs from 0 to {EPOCHS} is required, got {done:g}")
    rate, position = Number(float(learning_rate), symbol=Variable("r")), Number(float(done), symbol=DONE)
    tree, note = scheduled(shown, rate, position, chosen(N_STEPS, STEPS_PER_EPOCH), EPOCHS, COSTS[: int(done)])
    steps = Steps()
    steps.show(Formula(RATE, tree))
    steps.show(Paragraph(SUMMARIES[shown.name]))
    if shown.warmup and not isinstance(shown, Constant):
        steps.show(Paragraph("The warm-up goes before it: long steps from a random start may lead astray."))
    of_steps = ", of B steps each," if shown.warmup else ""
    said = f"η is the rate of a step before which τ of n epochs{of_steps} were done, r the optimizer's own."
    steps.show(Paragraph(said))
    steps.show(choices_table(shown))
    alt = f"The learning rate over {EPOCHS} epochs by the schedule {shown}."
    steps.show(Picture(partial(draw, shown, learning_rate), alt))
    if isinstance(shown, Plateau):
        steps.show(Paragraph("It is shown on a cost that falls for six epochs and then stays as it is."))
    steps.add(f"the learning rate after {in_words(done)} of {EPOCHS} epochs", RATE, tree, note)
    return steps.conclude(f"The schedule {shown} (r = {in_words(learning_rate)})")


def choices_table(shown: Schedule) -> Table:
    """What each number that one chooses does; and who published the schedule."""
    rows = tuple(
        ("" if symbol is None else symbol.text, name, constant(float(value)), meaning)
        for name, value in asdict(shown).items()
        for symbol, meaning in (CHOICES[name],)
    )
    return Table(("symbol", "name", "here", "meaning"), rows, f"Source: {shown.source}.")


def draw(shown: Schedule, learning_rate: float) -> "Figure":
    from pellucid.figures.schedule import schedule_graph

    return schedule_graph(shown, learning_rate, EPOCHS, STEPS_PER_EPOCH, COSTS)
