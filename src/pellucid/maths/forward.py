"""The forward pass: the only one, used by training, prediction and explanation alike. It returns its whole trace."""

from collections.abc import Sequence
from typing import NamedTuple

from pellucid.arrays import Biases, Elements, Weights
from pellucid.maths.activations import Activation


class ForwardTrace(NamedTuple):
    """Every number of a forward pass.

    Attributes:
        pre_activations: z⁽ˡ⁾ for l = 2 … L, each (n_l,) or (n_samples, n_l); entry 0 belongs to layer 2.
        activations: a⁽ˡ⁾ for l = 1 … L; entry 0 is the input.
    """

    pre_activations: tuple[Elements, ...]
    activations: tuple[Elements, ...]


def forward(
    parameters: Sequence[tuple[Weights, Biases]], activations: Sequence[Activation], x: Elements
) -> ForwardTrace:
    """The trace of x through the layers.

    *Formula*: z⁽ˡ⁾ = W⁽ˡ⁾ a⁽ˡ⁻¹⁾ + b⁽ˡ⁾, a⁽ˡ⁾ = f(z⁽ˡ⁾), a⁽¹⁾ = x.

    Parameters:
        parameters: weights (n_l, n_{l-1}) and biases (n_l,) of each layer after the input.
        activations: one for each of those layers.
        x: shape (n_features,), or (n_samples, n_features) for a batch, whose rows are then independent.
    """
    pre_activations: list[Elements] = []
    values = [x]
    for (weights, biases), activation in zip(parameters, activations, strict=True):
        # A batch has its examples in rows, hence W transposed on the right; for a single vector this is W a.
        pre_activations.append(values[-1] @ weights.T + biases)
        values.append(activation.value(pre_activations[-1]))
    return ForwardTrace(tuple(pre_activations), tuple(values))
