"""Inputs that are far from the size of 1, for which the usual starts and rates are made."""

from collections.abc import Iterator

import numpy as np

from pellucid.diagnosis.case import Case
from pellucid.diagnosis.finding import Finding
from pellucid.diagnosis.pictures import named_bars

LARGE = 10.0
"""An input's root mean square: pre-activations then start ten times too large, and a step acts a hundredfold."""
SMALL = 0.02
"""The largest input's root mean square: below it, a step acts less than a two-thousandth of what it should."""
MOST_DRAWN = 16


def find_unscaled(case: Case) -> Iterator[Finding]:
    """A finding if inputs are far too large, or all of them far too small."""
    if case.train is None:
        return
    sizes = np.sqrt((case.train.x**2).mean(axis=0))
    largest, n_large = int(sizes.argmax()), int((sizes > LARGE).sum())
    if sizes[largest] <= LARGE and (sizes[largest] >= SMALL or sizes[largest] == 0):
        return
    encoder = case.model.features.encoder
    named = [encoder.input_name(k) for k in np.argsort(-sizes)[:MOST_DRAWN].tolist()]
    values = np.sort(sizes)[::-1][:MOST_DRAWN].tolist()
    x = case.train.x[:, largest]
    factor = 1 / float(sizes[largest])
    if n_large:
        what = f"{n_large:,} of {len(sizes):,} inputs have a root mean square above {LARGE:g}"
    else:
        what = f"All {len(sizes):,} inputs have a root mean square below {SMALL:g}"
    yield Finding(
        "unscaled-inputs",
        f"{what}; that of the largest, {named[0]}, is {sizes[largest]:.3g} (from {x.min():.3g} to {x.max():.3g}); "
        "about 1 is what the usual starts and rates are made for.",
        f"give numbers of the size of 1: Dataset.from_arrays(…, scale={factor:.1g}), or standardise each column; a "
        "table that Pellucid reads itself is standardised",
        {"inputs": len(sizes), "too_large": n_large, "largest": float(sizes[largest]), "input": named[0]},
        "",
        lambda: named_bars(named, values, "root mean square of the input"),
    )
