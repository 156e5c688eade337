"""Label smoothing: expected outputs that are a little less sure than the label."""

from typing import Any, TypeAlias

Operand: TypeAlias = Any
"""A number, an array, or an expression tree."""
SOURCE = "Szegedy, Vanhoucke, Ioffe, Shlens & Wojna 2016, section 7"


def smoothed(expected: Operand, share: Operand, n_classes: Operand) -> Operand:
    """Expected outputs of which a share is spread evenly over the classes.

    *Formula*: E′ = (1 − α) E + α / K.

    Parameters:
        expected: E, one value a class; or the one of a sigmoid that tells two classes apart.
        share: α (ε in the source), from 0 to below 1.
        n_classes: K; 2 for that sigmoid.
    """
    return expected * (1 - share) + share / n_classes
