"""An optimizer on one sheet: what a step does, its formulas, its numbers, and its first steps worked out."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pellucid.errors import look_up
from pellucid.explain.correction.memory import add_memory
from pellucid.explain.derivation import Derivation, Steps
from pellucid.explain.document import Formula, Paragraph, Picture, Table
from pellucid.explain.sheets.behaviour import in_words
from pellucid.expression import Number, Variable, constant
from pellucid.maths import OPTIMIZERS, Optimizer
from pellucid.maths.optimizers import HYPER_PARAMETERS, REMEMBERED, State

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXAMPLE_RATE = 0.1
START = 1.0
WORKED_STEPS = 3


def optimizer(name: str | Optimizer) -> Derivation:
    """The sheet of an optimizer; `.value` is the weight after its first three steps on the cost w²/2 from w = 1.

    Parameters:
        name: a name of the closed list, which stands for a learning rate of 0.1 and the usual other numbers; or an
            optimizer with its numbers.

    Raises:
        UnknownNameError: an unknown name.
    """
    shown = name if isinstance(name, Optimizer) else look_up(name, OPTIMIZERS, "optimizer")(EXAMPLE_RATE)
    steps = Steps()
    steps.show(Paragraph(shown.summary))
    steps.show(Paragraph(shown.use))
    steps.show(Paragraph("One step for a weight w with derivative g, where ′ marks what is new:"))
    for formula in formulas_of(shown):
        steps.show(formula)
    steps.show(numbers_table(shown))
    steps.show(
        Paragraph(
            f"Its first {WORKED_STEPS} steps on the cost C = w²/2, whose derivative g is w itself, from "
            "w\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}1:"
        )
    )
    add_first_steps(steps, shown)
    alt = f"The weight over 60 steps of {shown.title} on the cost w²/2, beside plain gradient descent at the same rate."
    steps.show(Picture(partial(draw, shown), alt))
    return steps.conclude(f"The optimizer {shown.name}: {shown.title} ({numbers_of(shown)})")


def draw(shown: Optimizer) -> "Figure":
    from pellucid.figures.optimizer import optimizer_path

    return optimizer_path(shown)


def numbers_of(shown: Optimizer) -> str:
    """Its numbers in a title, such as r = 0.1, μ = 0.9."""
    return ", ".join(f"{HYPER_PARAMETERS[name].symbol.text} = {in_words(each)}" for name, each in shown.numbers.items())


def numbers_table(shown: Optimizer) -> Table:
    """What each number that one chooses does; and who published the optimizer."""
    rows = [
        (HYPER_PARAMETERS[name].symbol.text, name, constant(value), HYPER_PARAMETERS[name].meaning)
        for name, value in shown.numbers.items()
    ]
    return Table(("symbol", "name", "here", "meaning"), tuple(rows), f"Source: {shown.source}.")


def formulas_of(shown: Optimizer) -> list[Formula]:
    """One step in symbols: what is remembered, the correction and the new weight."""
    scratch = Steps()
    weight, slope = (Number(START, symbol=Variable(letter)) for letter in ("w", "g"))
    memory = nothing_remembered(shown, Variable)
    add_step(scratch, shown, weight, slope, memory, Number(1.0, "t", Variable("t")), after)
    return [Formula(step.symbol, step.tree) for step in scratch.finished]


def after(letter: str) -> Variable:
    """The symbol of what is new; a correction needs no mark."""
    return Variable(letter, mark="" if letter.startswith("Δ") else "′")


def add_first_steps(steps: Steps, shown: Optimizer) -> None:
    """Adds the first steps from w₀ = 1, numbered below their symbols."""
    weight = Number(START, symbol=Variable("w", None, (0,)))
    memory = nothing_remembered(shown, lambda letter: Variable(letter, None, (0,)))
    for k in range(1, WORKED_STEPS + 1):
        slope = Number(weight.value, weight.ref, Variable("g", None, (k,)))
        time = Number(float(k), "t", Variable("t"))
        weight, memory = add_step(
            steps, shown, weight, slope, memory, time, lambda letter, k=k: Variable(letter, None, (k,))
        )


def nothing_remembered(shown: Optimizer, symbol: Callable[[str], Variable]) -> State:
    """The memory before the first step of a single parameter, in leaves."""
    memory = shown.start(np.zeros(1))
    return type(memory)(*(Number(0.0, symbol=symbol(REMEMBERED[name].letter)) for name in memory._fields))


def add_step(
    steps: Steps,
    shown: Optimizer,
    weight: Number,
    slope: Number,
    memory: State,
    time: Number,
    new: Callable[[str], Variable],
) -> tuple[Number, State]:
    """Adds one step's quantities, each with the symbol that its letter has then; returns the new weight and memory."""
    rate = Number(float(shown.learning_rate), symbol=Variable("r"))
    change, memory = add_memory(steps, shown, weight, slope, memory, rate=rate, time=time, decays=True, new=new)
    delta = steps.add("the correction", new("Δw"), change)
    return steps.add("the new weight", new("w"), weight + delta), memory
