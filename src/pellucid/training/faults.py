"""What went wrong when training left the finite numbers: the first layer at fault, and the cure."""

import numpy as np

from pellucid.arrays import Array, Elements, Outputs
from pellucid.maths import Network, Parameters
from pellucid.training.step import LearningRule, TrainingState, step


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
        or "the cost itself overflowed"
    )


def _by_layer(parameters: Parameters) -> list[Array]:
    return [np.concatenate([layer.weights.ravel(), layer.biases]) for layer in parameters]


def _first_layer(sentence: str, arrays: list[Array]) -> str | None:
    for number, array in enumerate(arrays, start=2):
        if not np.isfinite(array).all():
            return sentence.format(number)
    return None
