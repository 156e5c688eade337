"""Classes of different sizes: the warning, and two ways to let each class count alike in training."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from pellucid.errors import InvalidValueError, look_up

MAX_RATIO = 2
"""The largest class may have this many times the examples of the smallest before it is worth a warning."""
BALANCES = ("none", "weights", "resample")


def imbalance(counts: Sequence[int], classes: Sequence[str]) -> str | None:
    """The warning that classes differ much in their numbers of examples, with its cure; None where they do not.

    Parameters:
        counts: Examples of each class.
        classes: The classes' names, as many.

    >>> print(imbalance([4827, 747], ["ham", "spam"]))
    Class 'ham' has 4,827 examples and class 'spam' 747: a network learns best from similar numbers of each; --balance \
weights lets them count alike.
    >>> imbalance([100, 120], ["cat", "dog"]) is None
    True
    """
    named = list(zip(counts, classes, strict=True))
    if not named:
        return None
    smallest, largest = min(named, key=lambda pair: pair[0]), max(named, key=lambda pair: pair[0])
    if largest[0] <= MAX_RATIO * smallest[0]:
        return None
    return (
        f"Class '{largest[1]}' has {largest[0]:,} examples and class '{smallest[1]}' {smallest[0]:,}: "
        "a network learns best from similar numbers of each; --balance weights lets them count alike."
    )


def require_balance(balance: str, *, has_classes: bool) -> None:
    """Checks a choice of balance.

    Raises:
        UnknownNameError: it is none of `BALANCES`.
        InvalidValueError: it is another than none, and the labels are numbers to predict.
    """
    look_up(balance, dict.fromkeys(BALANCES), "balance")
    if balance != "none" and not has_classes:
        raise InvalidValueError(
            f"balance: 'none' is required where labels are numbers to predict, got '{balance}', which is for classes"
        )


def class_weights(counts: Sequence[int]) -> Float[np.ndarray, " n_classes"]:
    """How much an example of each class counts, so that all classes together count alike.

    *Formula*: n / (k · n_c), n being the number of examples, n_c of those of class c, and k of classes that have any:
    the mean over the examples is 1. A class without examples has 0.

    Source: King & Zeng 2001, "Logistic Regression in Rare Events Data", section 4.2, with equal shares for all
    classes; scikit-learn's `class_weight="balanced"`.

    >>> class_weights([6, 2, 0]).tolist()
    [0.6666666666666666, 2.0, 0.0]
    """
    sizes = np.asarray(counts, np.float64)
    return np.divide(sizes.sum() / np.count_nonzero(sizes), sizes, out=np.zeros(len(sizes)), where=sizes > 0)


def draw_evenly(labels: Int[np.ndarray, " n_samples"], seed: Sequence[int]) -> Int[np.ndarray, " n_samples"]:
    """The rows of as many examples as there are, the same number of every class, in random order.

    A class that is too small is repeated in rounds, each shuffled anew: none of its examples comes a second time before
    all have come once. Of one that is too large, other examples are drawn with another seed. Where the numbers do not
    divide, some classes, drawn as well, give one more.

    Parameters:
        labels: the number of each example's class.
        seed: of the draw: the same gives the same rows.
    """
    generator = np.random.default_rng(seed)
    present = np.unique(labels)
    quotas = np.full(len(present), len(labels) // len(present))
    quotas[generator.permutation(len(present))[: len(labels) % len(present)]] += 1
    drawn: list[np.ndarray] = []
    for number, quota in zip(present, quotas, strict=True):
        rows = np.flatnonzero(labels == number)
        rounds = [generator.permutation(rows) for _ in range(-(-quota // len(rows)))]
        drawn.append(np.concatenate([*rounds, rows[:0]])[:quota])
    return generator.permutation(np.concatenate(drawn))


def tell_balance(balance: str, counts: Sequence[int], classes: Sequence[str]) -> str | None:
    """In one sentence, what is done so that classes of different sizes count alike; None where nothing is.

    Parameters:
        balance: the choice.
        counts: Examples to train on of each class.
        classes: The classes' names, as many.

    >>> print(tell_balance("weights", [6, 2], ["ham", "spam"]))
    Classes count alike by weights: an example of 'ham' (6 of 8) counts 0.667 times, one of 'spam' (2 of 8) 2 times.
    >>> print(tell_balance("resample", [6, 2], ["ham", "spam"]))
    Classes count alike by resampling: each epoch meets 8 examples, 4 of each class; 'spam' has 2, which are repeated.
    """
    total, named = sum(counts), [(n, name) for n, name in zip(counts, classes, strict=True) if n]
    if balance == "none" or not named:
        return None
    (fewest, smallest), (most, largest) = min(named), max(named)
    if balance == "weights":
        large, small = (total / (len(named) * n) for n in (most, fewest))
        return (
            f"Classes count alike by weights: an example of '{largest}' ({most:,} of {total:,}) counts {large:.3g} "
            f"times, one of '{smallest}' ({fewest:,} of {total:,}) {small:.3g} times."
        )
    quota = total // len(named)
    each = f"{quota:,} of each class" if total % len(named) == 0 else f"{quota:,} or {quota + 1:,} of each class"
    repeated = f"'{smallest}' has {fewest:,}, which are repeated" if fewest < quota else "none is repeated"
    return f"Classes count alike by resampling: each epoch meets {total:,} examples, {each}; {repeated}."
