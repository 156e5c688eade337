"""The learning rate of a step: the schedule's formula with its numbers."""

import math
from dataclasses import dataclass

from pellucid.errors import InvalidValueError
from pellucid.explain.derivation import Steps
from pellucid.explain.words import Words, joined
from pellucid.expression import Expression, Number, Variable, constant, evaluate, functions
from pellucid.expression.tree import CONSTANT
from pellucid.training.checkpoint import Checkpoint
from pellucid.training.schedules import Constant, Cosine, Exponential, InverseScaling, Plateau, Schedule, Step

RATE, DONE, N_STEPS = Variable("η"), Variable("τ"), Variable("B")
"""The rate of a step (r is the optimizer's own); how many epochs were done before it; how many steps make one."""


@dataclass(frozen=True)
class Rate:
    """How the learning rate of a run's steps is reckoned.

    Parameters:
        schedule: how it moves on.
        steps_per_epoch: how many steps make an epoch.
        epochs: how many are to be run.
        costs: of the epochs that are done, by which a plateau is seen.
    """

    schedule: Schedule
    steps_per_epoch: int
    epochs: int
    costs: tuple[float, ...] = ()

    @classmethod
    def of(cls, checkpoint: Checkpoint, steps_per_epoch: int | None = None) -> "Rate":
        """That of the run which left a checkpoint.

        Parameters:
            checkpoint: where the run stood.
            steps_per_epoch: where it is known otherwise; None: from the epochs that were done.

        Raises:
            InvalidValueError: no epoch was done, so that nobody knows how many steps make one.
        """
        plan = checkpoint.plan
        n_steps = steps_per_epoch or steps_of_an_epoch(checkpoint)
        if n_steps is None and not is_constant(plan.schedule):
            raise InvalidValueError(
                f"schedule: the rate of {plan.schedule.name} depends on how many steps make an epoch, and no epoch was "
                "done here; take a later moment of the run"
            )
        costs = tuple(record.judged_cost for record in checkpoint.history)
        return cls(plan.schedule, n_steps or 1, plan.epochs, costs)


def steps_of_an_epoch(checkpoint: Checkpoint) -> int | None:
    """How many steps make an epoch of the run which left a checkpoint; None where no epoch was done."""
    n_done, position = len(checkpoint.history), checkpoint.position
    under_way = len(position.costs) if position.epoch > n_done else 0
    return (int(checkpoint.state.time) - under_way) // n_done if n_done else None


def is_constant(schedule: Schedule) -> bool:
    """Whether every step has the optimizer's own rate."""
    return isinstance(schedule, Constant) and not schedule.warmup


def add_rate(steps: Steps, rate: Rate, learning_rate: Number, time: Number) -> Number:
    """Adds how the rate of this step comes about, and returns its leaf; that of the optimizer's own where it is that.

    Parameters:
        rate: how it is reckoned.
        learning_rate: the leaf of the optimizer's own.
        time: the leaf of t, the number of this step.
    """
    schedule = rate.schedule
    if is_constant(schedule):
        return learning_rate
    n_steps = chosen(N_STEPS, rate.steps_per_epoch)
    name = "epochs done before this step, of B steps each"
    done = steps.add(name, DONE, (time - 1) / n_steps)
    tree, note = scheduled(schedule, learning_rate, done, n_steps, rate.epochs, rate.costs)
    if done.value >= rate.epochs:
        note = joined([words for words in (note, "All epochs are done: one more would begin so.") if words], " ")
    return steps.add(f"the learning rate of this step ({schedule})", RATE, tree, note)


def scheduled(
    schedule: Schedule,
    learning_rate: Expression,
    done: Number,
    n_steps: Expression,
    epochs: int,
    costs: tuple[float, ...],
) -> tuple[Expression, Words]:
    """The rate of a step as a tree, and what there is to say of it.

    Parameters:
        schedule: one of the closed list.
        learning_rate: r.
        done: τ, how many epochs were done before the step.
        n_steps: B, how many steps make one.
        epochs: n, how many are to be run.
        costs: of the epochs that are done.
    """
    n_epochs: Expression = chosen(Variable("n"), epochs)
    if not schedule.warmup:
        factor, note = factor_of(schedule, done, n_epochs, costs)
        return learning_rate if factor is None else learning_rate * factor, note
    warmup = chosen(Variable("h"), schedule.warmup)
    after = functions.maximum(done - warmup, constant(0))
    n_epochs = n_epochs - warmup if epochs > schedule.warmup else 1 / n_steps
    factor, note = factor_of(schedule, after, n_epochs, costs)
    tree = learning_rate if factor is None else learning_rate * factor
    risen = functions.minimum((done + 1 / n_steps) / warmup, constant(1))
    return tree * risen, f"The warm-up lasts h epochs. {note}".strip()


def factor_of(
    schedule: Schedule, done: Expression, n_epochs: Expression, costs: tuple[float, ...]
) -> tuple[Expression | None, str]:
    """What a schedule multiplies the rate by, None for nothing, and what there is to say of it.

    Parameters:
        schedule: one of the closed list.
        done: how many epochs were done after the warm-up.
        n_epochs: how many there will be.
        costs: of the epochs that are done.
    """
    match schedule:
        case Step(every=every, factor=factor):
            falls = math.floor(evaluate(done) / every)
            note = f"k counts the falls: one after every {every:g} epochs."
            return chosen(Variable("q"), factor) ** chosen(Variable("k"), falls), note
        case Exponential(factor=factor):
            return chosen(Variable("q"), factor) ** done, ""
        case InverseScaling(power=power):
            return (1 + done) ** -chosen(Variable("p"), power), ""
        case Cosine():
            share = done / n_epochs
            if evaluate(share) > 1:  # beyond the last epoch it stays where it ended
                share = constant(1)
            return (1 + functions.cos(chosen(Variable("π"), math.pi) * share)) / 2, ""
        case Plateau(factor=factor, patience=patience):
            falls = schedule.reductions(costs)
            note = f"k counts how often {patience:g} epochs went by without a lower cost."
            return chosen(Variable("q"), factor) ** chosen(Variable("k"), falls), note
        case _:
            return None, ""


def chosen(symbol: Variable, value: float) -> Number:
    """A number that somebody chose, or that is reckoned without a formula, as a constant with a symbol."""
    return Number(float(value), CONSTANT, symbol)
