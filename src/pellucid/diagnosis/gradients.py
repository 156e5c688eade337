"""Gradients that shrink or grow on their way back through the layers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float64

from pellucid.diagnosis.case import Case
from pellucid.diagnosis.cures import command
from pellucid.diagnosis.finding import Finding
from pellucid.diagnosis.fit import is_short_of_reference
from pellucid.diagnosis.logged import GradientHistory, in_figures, over_epochs
from pellucid.diagnosis.pictures import by_layer

VANISHED = 0.01
"""Of what the last layer gets: with a hundredth, the first layer learns a hundred times slower. Sound networks of up to
ten layers have 0.2 and more, at their start and at their end."""
EXPLODED = 100.0
"""Times what the last layer gets: the rate that suits the one throws the other about. Sound networks have up to 10."""


def find_gradient_faults(case: Case) -> Iterator[Finding]:
    """A finding if what reaches the first layer with weights is far less, or far more, than what the last one gets.

    Training may have repaired, late and in part, what held it up: the log of its gradients, where the run has one,
    tells of all its epochs; without, where the result is poor, a fresh start of the network's shape is looked at too.
    """
    faulty = _fault_in(case, sizes_of(case.deltas), "as training left it")
    if faulty is None and case.gradients is not None:
        sizes, epoch = logged_sizes(case, case.gradients)
        faulty = _fault_in(case, sizes, f"by the log, in epoch {epoch}")
    elif faulty is None and len(case.last.sizes) > 2 and is_short_of_reference(case):
        faulty = _fault_in(case, sizes_of(case.deltas_at_start), "at a fresh start")
    if faulty is not None:
        yield faulty


def sizes_of(deltas: tuple[Float64[np.ndarray, "_n_samples _n_neurons"], ...]) -> Float64[np.ndarray, " n_layers"]:
    """The root mean square over the examples of the length of δ, layer by layer."""
    with np.errstate(all="ignore"):
        return np.array([np.sqrt((delta**2).sum(axis=1).mean()) for delta in deltas])


def logged_sizes(case: Case, history: GradientHistory) -> tuple[Float64[np.ndarray, " n_layers"], int]:
    """The size of δ, layer by layer, that the logged gradients speak of, in the epoch with the middle ratio; and which.

    *Formula*: an example's ∂C/∂W⁽ˡ⁾ = δ⁽ˡ⁾ a⁽ˡ⁻¹⁾ᵀ has the size ‖δ⁽ˡ⁾‖ ‖a⁽ˡ⁻¹⁾‖, so that ‖∂C/∂W⁽ˡ⁾‖ over the length of
    a⁽ˡ⁻¹⁾, here that of the training examples as training left the network, goes with ‖δ⁽ˡ⁾‖. (The mean over a
    mini-batch makes it smaller, in all layers alike.)

    Returns:
        As many as there are layers of weights, none without data; and the number of the epoch.
    """
    if case.trace is None:
        return np.empty(0), 0
    lengths = np.array([np.sqrt((a**2).sum(axis=1).mean()) for a in case.trace.activations[:-1]])
    counts = np.array([layer.weights.size for layer in case.last.parameters])
    with np.errstate(all="ignore"):
        sizes = history.gradient * np.sqrt(counts) / lengths
        ratios = sizes[:, 0] / sizes[:, -1]
    known = np.flatnonzero(np.isfinite(ratios))
    if not len(known):
        return np.empty(0), 0
    middle = int(known[np.argsort(ratios[known])[len(known) // 2]])
    return sizes[middle], history.epochs[middle]


def _fault_in(case: Case, sizes: Float64[np.ndarray, " n_layers"], when: str) -> Finding | None:
    """The finding that these sizes of δ, from layer 2 on, call for; None where they are in order."""
    if len(sizes) < 2 or not np.isfinite(sizes).all() or sizes[-1] == 0:
        return None
    ratio = float(sizes[0] / sizes[-1])
    if VANISHED < ratio < EXPLODED:
        return None
    name = "vanishing-gradients" if ratio <= VANISHED else "exploding-gradients"
    last = len(sizes) + 1
    changes = {"activation": ("relu",), "initializer": "auto"} if ratio <= VANISHED else {"initializer": "auto"}
    cure = (
        "relu with a start that fits it (initializer auto), or fewer layers"
        if ratio <= VANISHED
        else "a smaller start (initializer auto), or a limit on the gradient (clip_norm)"
    )
    told, numbers = told_by_log(case.gradients)
    return Finding(
        name,
        f"The size of δ, ∂C/∂z of an example, is, {when}, {in_figures(sizes.tolist())}: from layer {last} back to "
        f"layer 2 it is multiplied by {ratio:.2g}, or {ratio ** (1 / (len(sizes) - 1)):.2g} a layer.{told}",
        cure,
        {"sizes": {str(layer): float(size) for layer, size in enumerate(sizes, start=2)}, "ratio": ratio} | numbers,
        command(case, **changes),
        picture_of(case.gradients, sizes),
    )


def picture_of(history: GradientHistory | None, sizes: Float64[np.ndarray, " n_layers"]) -> Any:
    """What draws the finding: the gradients over the epochs where they were logged, else the sizes layer by layer."""
    return (lambda: by_layer(sizes, "size of δ = ∂C/∂z")) if history is None else lambda: over_epochs(history)


def told_by_log(history: GradientHistory | None) -> tuple[str, dict[str, Any]]:
    """What the log of a run's gradients adds to the evidence, in sentences and in numbers; nothing without one."""
    if history is None:
        return "", {}
    with np.errstate(all="ignore"):
        shares = history.gradient[:, 0] / history.gradient[:, -1]
    known = np.flatnonzero(np.isfinite(shares) & np.isfinite(history.update_ratio).all(axis=1))
    if not len(known):
        return "", {}
    first, final = int(known[0]), int(known[-1])
    updates = np.median(history.update_ratio[known], axis=0).tolist()
    last = history.gradient.shape[1] + 1
    told = (
        f" By the run's log the gradient of layer 2 was {shares[first]:.2g} of that of layer {last} in epoch "
        f"{history.epochs[first]}, and {shares[final]:.2g} in epoch {history.epochs[final]}; a step changed the "
        f"weights by these shares of their size: {in_figures(updates)}."
    )
    logged = {
        "epochs": [history.epochs[first], history.epochs[final]],
        "gradient_ratios": [float(shares[first]), float(shares[final])],
        "update_ratios": {str(layer): value for layer, value in enumerate(updates, start=2)},
    }
    return told, {"logged": logged}
