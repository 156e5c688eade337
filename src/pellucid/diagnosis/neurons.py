"""Neurons that hardly learn: sigmoids and tanhs on their flat ends, ReLUs that are never active."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64

from pellucid.diagnosis.case import MOST_EXAMPLES, Case, evenly
from pellucid.diagnosis.cures import command
from pellucid.diagnosis.finding import Finding
from pellucid.diagnosis.outputs import find_lost_outputs
from pellucid.diagnosis.pictures import named_bars, pre_activation_histogram
from pellucid.diagnosis.slopes import FLAT, is_bounded, slopes_of, steepest_slope
from pellucid.errors import counted
from pellucid.maths import Activation

MOSTLY = 0.9
"""A neuron is saturated if its slope is flat for so many of the examples: the few others hardly move it."""
MANY_SATURATED = 0.5
"""Of a layer's neurons: when half of them are stuck, the layer is no longer learning as a whole."""
NEVER = 0.01
"""A neuron of the ReLU family is dead if its slope is below this for every example: ReLU's own is then 0."""
MANY_DEAD = 0.3
"""Of a layer's neurons: trained networks do without some of them; a third is capacity thrown away."""
MOST_SEARCHED = 20_000
"""Training examples in which an activity of a neuron that seems to be dead is looked for."""


def can_die(activation: Activation) -> bool:
    """Whether it is of the ReLU family and flat on the left, so that nothing brings a neuron back."""
    return activation.is_rectifier and bool(np.isfinite(activation.limits[0]))


def find_saturated(case: Case) -> Iterator[Finding]:
    """A finding for each layer whose sigmoid or tanh neurons are mostly on their flat ends."""
    if case.trace is None:
        return
    hidden = list(zip(case.last.activations[:-1], case.trace.pre_activations[:-1], strict=True))
    for layer, (activation, z) in enumerate(hidden, start=2):
        if is_bounded(activation):
            yield from _saturated_layer(case, layer, activation, z)
    yield from find_lost_outputs(case)


def _saturated_layer(
    case: Case, layer: int, activation: Activation, z: Float64[np.ndarray, "n_samples n_neurons"]
) -> Iterator[Finding]:
    steepest = steepest_slope(activation)
    is_flat = slopes_of(activation, z) < FLAT * steepest
    n_stuck, n_neurons = int((is_flat.mean(axis=0) >= MOSTLY).sum()), z.shape[1]
    if n_stuck < MANY_SATURATED * n_neurons:
        return
    yield Finding(
        "saturated",
        f"Layer {layer}: {counted(n_stuck, 'neuron')} of {n_neurons} ({n_stuck / n_neurons:.0%}) are saturated: for at "
        f"least {MOSTLY:.0%} of {len(z):,} training examples their f′ is below {FLAT:.0%} of the steepest, "
        f"{FLAT * steepest:.3g}. The middle |z| is {np.median(np.abs(z)):.3g}.",
        "a smaller start (initializer auto), inputs of the size of 1, a lower rate, or relu",
        {
            "layer": layer,
            "activation": activation.name,
            "saturated": n_stuck,
            "neurons": n_neurons,
            "flat_share": float(is_flat.mean()),
            "median_z": float(np.median(np.abs(z))),
        },
        command(case, initializer="auto"),
        lambda: pre_activation_histogram(z, activation, layer),
    )


def find_dead(case: Case) -> Iterator[Finding]:
    """A finding for each layer of which many neurons are active for no training example."""
    if case.trace is None or case.data is None:
        return
    shares: dict[int, float] = {}
    findings: list[tuple[int, int, int, int]] = []
    hidden = list(zip(case.last.activations[:-1], case.trace.pre_activations[:-1], strict=True))
    for layer, (activation, z) in enumerate(hidden, start=2):
        if not can_die(activation):
            continue
        is_dead = slopes_of(activation, z).max(axis=0) < NEVER
        n_searched = len(z)
        if is_dead.mean() >= MANY_DEAD:
            is_dead, n_searched = _still_dead(case, layer, is_dead)
        shares[layer] = float(is_dead.mean())
        if is_dead.mean() >= MANY_DEAD:
            findings.append((layer, int(is_dead.sum()), len(is_dead), n_searched))
    for layer, n_dead, n_neurons, n_searched in findings:
        name = case.last.activations[layer - 2].name
        yield Finding(
            "dead",
            f"Layer {layer}: {counted(n_dead, 'neuron')} of {n_neurons} ({n_dead / n_neurons:.0%}) are dead: {name} is "
            f"active for none of {n_searched:,} training examples, so that no gradient reaches their weights.",
            "leaky-relu, a lower rate, or inputs of the size of 1",
            {"layer": layer, "dead": n_dead, "neurons": n_neurons, "examples": n_searched},
            command(case, activation=("leaky-relu",)),
            lambda: named_bars(
                [f"layer {number}" for number in shares], list(shares.values()), "share of dead neurons"
            ),
        )


def _still_dead(case: Case, layer: int, is_dead: np.ndarray) -> tuple[np.ndarray, int]:
    """Which of the neurons are dead for more of the training part too, and for how many of its examples."""
    assert case.data is not None  # noqa: S101 - checked by the caller
    part, activation = case.data.train, case.last.activations[layer - 2]
    rows = evenly(part.n_samples, MOST_SEARCHED)
    for first in range(0, len(rows), MOST_EXAMPLES):
        x = np.asarray(case.model.features.batch(part.raw[rows[first : first + MOST_EXAMPLES]]), np.float64)
        with np.errstate(all="ignore"):
            z = case.last.forward(x).pre_activations[layer - 2]
        is_dead = is_dead & (slopes_of(activation, z).max(axis=0) < NEVER)
    return is_dead, len(rows)
