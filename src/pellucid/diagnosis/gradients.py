"""Gradients that shrink or grow on their way back through the layers."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64

from pellucid.diagnosis.case import Case
from pellucid.diagnosis.cures import command
from pellucid.diagnosis.finding import Finding
from pellucid.diagnosis.fit import is_short_of_reference
from pellucid.diagnosis.pictures import by_layer

VANISHED = 0.01
"""Of what the last layer gets: with a hundredth, the first layer learns a hundred times slower. Sound networks of up to
ten layers have 0.2 and more, at their start and at their end."""
EXPLODED = 100.0
"""Times what the last layer gets: the rate that suits the one throws the other about. Sound networks have up to 10."""


def find_gradient_faults(case: Case) -> Iterator[Finding]:
    """A finding if what reaches the first layer with weights is far less, or far more, than what the last one gets.

    Training may have repaired, late and in part, what held it up: where the result is poor, a fresh start of the
    network's shape is looked at as well.
    """
    faulty = _fault_in(case, sizes_of(case.deltas), "as training left it")
    if faulty is None and len(case.last.sizes) > 2 and is_short_of_reference(case):
        faulty = _fault_in(case, sizes_of(case.deltas_at_start), "at a fresh start")
    if faulty is not None:
        yield faulty


def sizes_of(deltas: tuple[Float64[np.ndarray, "_n_samples _n_neurons"], ...]) -> Float64[np.ndarray, " n_layers"]:
    """The root mean square over the examples of the length of δ, layer by layer."""
    with np.errstate(all="ignore"):
        return np.array([np.sqrt((delta**2).sum(axis=1).mean()) for delta in deltas])


def _fault_in(case: Case, sizes: Float64[np.ndarray, " n_layers"], when: str) -> Finding | None:
    """The finding that these sizes of δ, from layer 2 on, call for; None where they are in order."""
    if len(sizes) < 2 or not np.isfinite(sizes).all() or sizes[-1] == 0:
        return None
    ratio = float(sizes[0] / sizes[-1])
    if VANISHED < ratio < EXPLODED:
        return None
    name = "vanishing-gradients" if ratio <= VANISHED else "exploding-gradients"
    last = len(sizes) + 1
    listed = ", ".join(f"{size:.2g} in layer {layer}" for layer, size in enumerate(sizes, start=2))
    changes = {"activation": ("relu",), "initializer": "auto"} if ratio <= VANISHED else {"initializer": "auto"}
    cure = (
        "relu with a start that fits it (initializer auto), or fewer layers"
        if ratio <= VANISHED
        else "a smaller start (initializer auto), or a limit on the gradient (clip_norm)"
    )
    return Finding(
        name,
        f"The size of δ, ∂C/∂z of an example, is, {when}, {listed}: from layer {last} back to layer 2 it is multiplied "
        f"by {ratio:.2g}, or {ratio ** (1 / (len(sizes) - 1)):.2g} a layer.",
        cure,
        {"sizes": {str(layer): float(size) for layer, size in enumerate(sizes, start=2)}, "ratio": ratio},
        command(case, **changes),
        lambda: by_layer(sizes, "size of δ = ∂C/∂z"),
    )
