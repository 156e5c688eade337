"""From outputs to an answer."""

import numpy as np

from pellucid.arrays import Array, Outputs, namespace
from pellucid.maths import Activation


def predicted_classes(outputs: Outputs) -> Array:
    """The class that each example's outputs stand for, shape (…): the largest output's; of a single output, 1 above ½.

    Works for NumPy and JAX arrays, also inside a compiled function.
    """
    if outputs.shape[-1] == 1:
        return (outputs[..., 0] > 0.5).astype(namespace(outputs).int32)
    return outputs.argmax(axis=-1)


def probabilities(outputs: np.ndarray, output: Activation) -> np.ndarray:
    """How sure the network is of each class, (…, n_classes), each row summing to 1.

    The outputs themselves for softmax; a and 1 − a for a single output. Output neurons that each stand for themselves,
    as the essay's do, give their shares of the outputs' sum (negative outputs count as 0).
    """
    if outputs.shape[-1] == 1:
        of_one = np.clip(outputs, 0.0, 1.0)
        return np.concatenate([1.0 - of_one, of_one], axis=-1)
    if output.name == "softmax":
        return outputs
    positive = np.maximum(outputs, 0.0)
    largest = positive.max(axis=-1, keepdims=True)
    # Divided by the largest before they are summed: the sum of large outputs may leave the finite numbers.
    scaled = np.where(largest > 0, positive / np.where(largest > 0, largest, 1.0), 1.0)
    return scaled / scaled.sum(axis=-1, keepdims=True)
