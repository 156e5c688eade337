"""Dropout: in each step of training some values are left out by chance, so that none can rely on another."""

from typing import Any

from pellucid.arrays import Array, Elements

SOURCE = "Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014, section 10 (inverted: scaled while training)"


def mask_of(kept: Array, share: float, dtype: Any) -> Elements:
    """What dropout multiplies values by, given which of them are kept.

    *Formula*: m = k / (1 − p), k being 1 with probability 1 − p and else 0, so that on average m = 1 and a trained
    network answers with all its values as they are.

    Parameters:
        kept: true for those that are kept, of any shape.
        share: p, the share that is dropped, from 0 to below 1.
        dtype: of the values.
    """
    return kept.astype(dtype) / (1 - share)
