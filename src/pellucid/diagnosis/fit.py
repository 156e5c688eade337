"""Does the network answer what it has learnt, and does it answer others as well? Underfitting and overfitting."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from pellucid.diagnosis.case import Case, Sample
from pellucid.diagnosis.cures import command
from pellucid.diagnosis.finding import Finding
from pellucid.diagnosis.pictures import named_bars
from pellucid.figures import learning_curves
from pellucid.maths import Network
from pellucid.model import predicted_classes

SHORT = 0.05
"""By so much a network must be worse on what it has learnt than the reference is on what that has not seen."""
GAP = 0.1
"""Training examples must be answered better than others by so much: a share of right answers, or R²."""
SURE = 3.0
"""Standard errors that a difference must have: chance alone comes so far once in a thousand times."""


BEYOND = 1e3
"""An error of so many units counts as no larger: squares of numbers that ran away stay finite."""


class Scored(NamedTuple):
    """How good answers are.

    Attributes:
        share: of right answers; in regression R², against the variance of the training sample's targets.
        error: its standard error.
    """

    share: float
    error: float

    @classmethod
    def of(cls, losses: Float64[np.ndarray, " n_samples"]) -> "Scored":
        """What these losses come to."""
        return cls(1 - float(losses.mean()), float(losses.std()) / math.sqrt(len(losses)))


def losses_of(
    case: Case, outputs: Float64[np.ndarray, "n_samples n_outputs"], sample: Sample
) -> Float64[np.ndarray, " n_samples"]:
    """How wrong each answer is: 0 or 1; in regression its squared error over the variance of the targets.

    Parameters:
        case: of the network.
        outputs: the answers; of classes, what is largest for the class that is named, or one output above ½.
        sample: of which they are.
    """
    outputs = np.nan_to_num(outputs)
    if case.is_classification:
        return (predicted_classes(outputs) != sample.labels).astype(np.float64)
    assert case.train is not None  # noqa: S101 - there is a sample
    variance = float(case.train.expected.var(axis=0).sum())
    squares = np.minimum(np.abs(outputs - sample.expected), BEYOND) ** 2
    return squares.sum(axis=1) / variance if variance > 0 else np.zeros(len(squares))


def losses_by(case: Case, network: Network, sample: Sample) -> Float64[np.ndarray, " n_samples"]:
    """How wrong a network's answers to a sample are."""
    with np.errstate(all="ignore"):
        return losses_of(case, network(sample.x), sample)


def both_losses(case: Case) -> tuple[np.ndarray, np.ndarray] | None:
    """Of the training sample the network's losses, and those of the reference, which has not seen them."""
    if case.train is None or case.reference is None:
        return None
    return losses_by(case, case.answering, case.train), losses_of(case, case.reference.unseen, case.train)


def is_short_of_reference(case: Case) -> bool:
    """Whether the network is worse on its training examples than the reference is on examples that it has not seen."""
    found = both_losses(case)
    if found is None:
        return False
    difference = found[0] - found[1]
    error = float(difference.std()) / math.sqrt(len(difference))
    return float(difference.mean()) >= max(SHORT, SURE * error)


def find_underfitting(case: Case) -> Iterator[Finding]:
    """A finding if even what was learnt is answered worse than could be expected of what was not."""
    found = both_losses(case)
    if found is None or not is_short_of_reference(case):
        return
    own, theirs = (Scored.of(losses).share for losses in found)
    what = "a lower share of right answers" if case.is_classification else "a lower R²"
    told = f"{own:.1%} against {theirs:.1%}" if case.is_classification else f"{own:.3f} against {theirs:.3f}"
    wider = tuple(max(128, 2 * size) for size in case.last.sizes[1:-1]) or (128,)
    yield Finding(
        "underfitting",
        f"On its own training examples the network has {what} than random neurons, whose outputs are weighted "
        f"by least squares, have on examples that they have not seen: {told}.",
        "more neurons, more epochs, a weaker penalty",
        {"training_score": own, "reference_score": theirs, "sizes": list(case.last.sizes)},
        command(case, hidden=wider, epochs=max(100, 2 * len(case.history)), l2=0.0, l1=0.0, dropout=(), max_norm=0.0),
        lambda: named_bars(
            ["this network, on its training examples", "the reference, on unseen examples"],
            [own, theirs],
            "share of right answers" if case.is_classification else "R²",
        ),
    )


def find_overfitting(case: Case) -> Iterator[Finding]:
    """A finding if the training examples are answered far better than those that judge."""
    if case.train is None or case.judged is None:
        return
    scores = [Scored.of(losses_by(case, case.last, sample)) for sample in (case.train, case.judged)]
    own, other = (score.share for score in scores)
    if own - other < max(GAP, SURE * math.hypot(*(score.error for score in scores))):
        return
    named = (
        "of the training examples {:.1%} are answered right, of the validation examples {:.1%}"
        if case.is_classification
        else "R² is {:.3f} on the training examples and {:.3f} on the validation examples"
    )
    evidence = named.format(own, other)
    n_train = 0 if case.data is None else case.data.train.n_samples
    yield Finding(
        "overfitting",
        f"{evidence[0].upper()}{evidence[1:]}, with {case.last.parameter_count:,} weights and biases for {n_train:,} "
        f"examples.{tell_turn(case)}",
        "more examples, fewer neurons, a stronger penalty, dropout or an earlier end",
        {
            "training_score": own,
            "validation_score": other,
            "parameters": case.last.parameter_count,
            "examples": n_train,
        },
        command(case, dropout=(0.5,) if len(case.last.sizes) > 2 else (), l2=1e-3, patience=10),
        (lambda: learning_curves(case.history))
        if case.history
        else lambda: named_bars(["training", "validation"], [own, other], "score"),
    )


def tell_turn(case: Case) -> str:
    """Where the validation cost was least, if it rose by a tenth from there; or nothing."""
    costs = [record.validation_cost for record in case.history if record.validation_cost is not None]
    if not costs or costs[-1] < 1.1 * min(costs):
        return ""
    least = int(np.argmin(costs))
    return (
        f" The validation cost was least, {costs[least]:.3g}, after epoch {least + 1}, and {costs[-1]:.3g} at the end."
    )
