"""What went wrong when training left the finite numbers: the first layer at fault, and the cure."""

import numpy as np

from pellucid.arrays import Array, Elements, Outputs
from pellucid.files.mapping import release
from pellucid.maths import Network, Parameters
from pellucid.training.step import LearningRule, TrainingState, step

CHECKED_BYTES = 2**26
"""Of an array that lies in a file no more than 64 MiB are in memory at once."""


def is_finite(array: Array) -> bool:
    """Whether it holds finite numbers alone; one that lies in a file is read once more."""
    if array.dtype.kind in "iu":
        return True
    n_rows = max(1, CHECKED_BYTES // array[:1].nbytes)
    for first in range(0, array.shape[0], n_rows):
        if not np.isfinite(np.asarray(array[first : first + n_rows])).all():
            return False
        if type(array) is np.ndarray:
            release(array)
    return True


def name_fault(
    network: Network,
    rule: LearningRule,
    state: TrainingState,
    x: Elements,
    expected: Outputs,
    learning_rate: float,
    weights: Array | None = None,
) -> str:
    """One sentence on the first layer whose numbers are not finite in the step from this state.

    Parameters:
        network: gives the architecture.
        rule: cost, penalty and optimizer.
        state: the last one before the fault, in NumPy arrays.
        x, expected: the mini-batch at which it happened.
        learning_rate: r of that step.
        weights: how often each example's cost counted; None: once each.
    """
    with np.errstate(all="ignore"):
        after, trace, _ = step(network, rule, state, x, expected, learning_rate, weights)
    return (
        _first_layer("the weights of layer {} were no longer finite", _by_layer(state.parameters))
        or _first_layer("the pre-activations of layer {} overflowed", list(trace.pre_activations))
        or _first_layer("the correction of layer {} overflowed", _by_layer(after.parameters))
        or _first_layer("what the optimizer remembers of layer {} overflowed", _remembered(after))
        or "the cost itself overflowed"
    )


def _by_layer(parameters: Parameters) -> list[Array]:
    return [np.concatenate([layer.weights.ravel(), layer.biases]) for layer in parameters]


def _remembered(state: TrainingState) -> list[Array]:
    """What the optimizer remembers of each layer, in one array."""
    return [
        np.concatenate([np.ravel(array) for kind in memory for array in kind] or [np.zeros(1)])
        for memory in state.memory
    ]


def _first_layer(sentence: str, arrays: list[Array]) -> str | None:
    for number, array in enumerate(arrays, start=2):
        if not np.isfinite(array).all():
            return sentence.format(number)
    return None
