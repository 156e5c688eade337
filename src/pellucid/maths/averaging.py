"""Averages of the parameters over the last steps, which answer more steadily than the parameters of any one step."""

from typing import Any, TypeAlias

from pellucid.arrays import namespace

Operand: TypeAlias = Any
"""A parameter array, a number, or an expression tree."""
SOURCE = "Polyak & Juditsky 1992, as an exponential average; its slow start as in TensorFlow's ExponentialMovingAverage"


def keeping(decay: Operand, time: Operand) -> Operand:
    """How much of the average is kept at step t: ρ, but less in the beginning, lest it remember the random start.

    *Formula*: ρₜ = min(ρ, (1 + t) / (10 + t)).
    """
    early = (1 + time) / (10 + time)
    return namespace(early).minimum(early, decay) if hasattr(early, "__array_namespace__") else min(early, decay)


def averaged(average: Operand, parameter: Operand, kept: Operand) -> Operand:
    """The average after a step.

    *Formula*: Ā ← ρₜ Ā + (1 − ρₜ) w, with the corrected w.
    """
    return kept * average + (1 - kept) * parameter
