"""Output neurons that are lost: held at 0 by the flat end of their activation, whatever example they are shown."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64

from pellucid.diagnosis.case import Case
from pellucid.diagnosis.cures import command
from pellucid.diagnosis.finding import Finding
from pellucid.diagnosis.pictures import pre_activation_histogram
from pellucid.diagnosis.slopes import FLAT, is_bounded, steepest_slope
from pellucid.errors import counted
from pellucid.model import predicted_classes

MOST = 0.5
"""Of a class's examples its neuron must miss so many, and be held fast for as many of these, to be lost."""
LISTED = 5
SLOPES_IN_COST = {"squared-error": 2.0, "half-squared-error": 1.0}
"""Before (a − E) f′ in δ: the square brings down its 2."""


def find_lost_outputs(case: Case) -> Iterator[Finding]:
    """A finding if output neurons stay at 0 for the very class that they stand for, where f′ holds them fast.

    A squared error has f′ in its δ = (a − E) f′, which is next to nothing at a ≈ 0 although E = 1: nothing brings such
    a neuron back. Cross-entropy with its own output layer cancels f′.
    """
    sample, trace, activation = case.train, case.trace, case.last.output
    if sample is None or trace is None or not case.is_classification or case.cost.output is not None:
        return
    if not is_bounded(activation) and activation.is_elementwise:
        return
    z, a = trace.pre_activations[-1], trace.activations[-1]
    with np.errstate(all="ignore"):
        slopes = np.abs(activation.derivative(z, a))
    is_flat = slopes < FLAT * steepest_slope(activation)
    is_own = sample.expected > 0.5
    lost = [k for k in range(a.shape[1]) if is_lost(is_own[:, k], a[:, k], is_flat[:, k])]
    if lost:
        yield _finding(case, lost, is_own, slopes)


def is_lost(
    is_own: Bool[np.ndarray, " n_samples"],
    a: Float64[np.ndarray, " n_samples"],
    is_flat: Bool[np.ndarray, " n_samples"],
) -> bool:
    """Whether a neuron misses most examples of its own class, and is held fast for most of these."""
    is_missed = is_own & (a < 0.5)
    return bool(is_own.any() and is_missed.sum() >= MOST * is_own.sum() and is_flat[is_missed].mean() >= MOST)


def _finding(
    case: Case,
    lost: Sequence[int],
    is_own: Bool[np.ndarray, "n_samples n_outputs"],
    slopes: Float64[np.ndarray, "n_samples n_outputs"],
) -> Finding:
    assert case.trace is not None  # noqa: S101 - checked by the caller
    z, a = case.trace.pre_activations[-1], case.trace.activations[-1]
    activation, layer = case.last.output, len(case.last.sizes)
    steepest = steepest_slope(activation)
    names = class_names(case, lost, a.shape[1])
    answers = predicted_classes(np.nan_to_num(a))
    classes = [1] if a.shape[1] == 1 else list(lost)
    answered = [int((answers[is_own[:, k]] == number).sum()) for k, number in zip(lost, classes, strict=True)]
    counts = [int(is_own[:, k].sum()) for k in lost]
    told = ", ".join(
        f"{layer}:{k + 1} ('{name}': {n_right:,} of {n:,} training examples are answered so)"
        for k, name, n, n_right in list(zip(lost, names, counts, answered, strict=True))[:LISTED]
    )
    stays = "stays" if len(lost) == 1 else "stay each"
    first = is_own[:, lost[0]]
    middle, slope = float(np.median(a[first, lost[0]])), float(np.median(slopes[first, lost[0]]))
    own_z = np.concatenate([z[is_own[:, k], k] for k in lost])[:, None]
    return Finding(
        "saturated",
        f"Layer {layer}, the output: {counted(len(lost), 'neuron')} of {a.shape[1]} {stays} near 0 even for its "
        f"own class: {told}{' …' if len(lost) > LISTED else ''}. For '{names[0]}' the middle output is {middle:.2g}, "
        f"where f′ is {slope:.2g}, so that {case.cost.name} corrects it by {slope / steepest:.2g} of what an undecided "
        "neuron would get.",
        "a cost that cancels f′ (cross-entropy), a smaller start (initializer auto), or a lower rate",
        {
            "layer": layer,
            "activation": activation.name,
            "outputs": [k + 1 for k in lost],
            "classes": names,
            "examples": counts,
            "answered": answered,
            "middle_output": middle,
            "slope": slope,
        },
        command(case, **cure_of(case, steepest)),
        lambda: pre_activation_histogram(own_z, activation, layer),
    )


def class_names(case: Case, lost: Sequence[int], n_outputs: int) -> list[str]:
    """What the neurons stand for; a single output of two classes stands for the second one."""
    classes = case.model.classes or ()
    return [classes[1 if n_outputs == 1 else k] for k in lost]


def cure_of(case: Case, steepest: float) -> dict[str, Any]:
    """The changes that cure: cross-entropy from a usual start, at the rate that corrects an undecided neuron alike.

    f′, at most `steepest`, and the square's 2 no longer stand in δ.
    """
    changes: dict[str, Any] = {"cost": "cross-entropy", "output": "softmax", "initializer": "auto"}
    if case.plan is None:
        return changes
    rate = case.plan.rule.optimizer.learning_rate * steepest * SLOPES_IN_COST.get(case.cost.name, 1.0)
    return changes | {"learning_rate": float(f"{rate:.1g}")}
