"""Whether the classes have similar numbers of examples, as the essay asks of training data."""

from collections.abc import Sequence

MAX_RATIO = 2
"""The largest class may have this many times the examples of the smallest before it is worth a warning."""


def imbalance(counts: Sequence[int], classes: Sequence[str]) -> str | None:
    """The warning, in one sentence, that classes differ much in their numbers of examples; None where they do not.

    Parameters:
        counts: Examples of each class.
        classes: The classes' names, as many.

    >>> print(imbalance([4827, 747], ["ham", "spam"]))
    Class 'ham' has 4,827 examples and class 'spam' 747: a network learns best from similar numbers of each.
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
        "a network learns best from similar numbers of each."
    )
