"""Small classes that a network misses because large ones pay better."""

from collections.abc import Iterator

import numpy as np

from pellucid.diagnosis.case import Case
from pellucid.diagnosis.cures import command
from pellucid.diagnosis.finding import Finding
from pellucid.diagnosis.fit import SURE
from pellucid.diagnosis.pictures import named_bars
from pellucid.model import predicted_classes

SMALL = 0.5
"""A class is small that has fewer than half of the largest one's examples."""
MISSED = 0.25
"""By so much its recall must be below that of the others together."""


def find_imbalance(case: Case) -> Iterator[Finding]:
    """A finding if classes of few examples are missed far more often than the others."""
    sample = case.judged or case.train
    if case.data is None or sample is None or case.model.classes is None:
        return
    counts = np.array(case.data.train.class_counts)
    with np.errstate(all="ignore"):
        is_right = predicted_classes(np.nan_to_num(case.answering(sample.x))) == sample.labels
    small = [
        number
        for number in np.flatnonzero((counts > 0) & (counts < SMALL * counts.max())).tolist()
        if _is_missed(is_right, sample.labels == number)
    ]
    if not small:
        return
    recalls = [
        float(is_right[sample.labels == k].mean()) if (sample.labels == k).any() else None for k in range(len(counts))
    ]
    classes = case.model.classes
    told = ", ".join(f"'{classes[k]}' {recalls[k]:.0%} ({counts[k]:,} examples to train on)" for k in small[:4])
    largest = int(counts.argmax())
    more = f" and {len(small) - 4} more" if len(small) > 4 else ""
    has_balance = case.plan is not None and case.plan.balance != "none"
    yield Finding(
        "imbalance",
        f"Of small classes too few are found: {told}{more}; of '{classes[largest]}' ({counts[largest]:,} examples) "
        f"{recalls[largest] or 0:.0%}.",
        "more examples of them" if has_balance else "let the classes count alike (balance weights), or more examples",
        {
            "recalls": dict(zip(classes, recalls, strict=True)),
            "examples": dict(zip(classes, counts.tolist(), strict=True)),
            "missed": [classes[k] for k in small],
        },
        "" if has_balance else command(case, balance="weights"),
        lambda: named_bars(
            [f"{name} ({n:,})" for name, n in zip(classes, counts, strict=True)],
            [recall or 0.0 for recall in recalls],
            "share of the class that is found",
        ),
    )


def _is_missed(is_right: np.ndarray, is_of_class: np.ndarray) -> bool:
    """Whether a class's recall is below the others', by more than chance could bring about."""
    n_own, n_others = int(is_of_class.sum()), int((~is_of_class).sum())
    if not n_own or not n_others:
        return False
    own, others = float(is_right[is_of_class].mean()), float(is_right[~is_of_class].mean())
    error = np.sqrt(others * (1 - others) / n_own + 0.25 / (n_own * n_own))
    return bool(others - own >= max(MISSED, SURE * error))
