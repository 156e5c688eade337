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
        masks: what dropout multiplies a⁽ˡ⁾ by on its way to the next layer, for l = 1 … L − 1, each in its shape or
            None for a layer that it leaves alone; empty without dropout.
    """

    pre_activations: tuple[Elements, ...]
    activations: tuple[Elements, ...]
    masks: tuple[Elements | None, ...] = ()

    @property
    def inputs(self) -> tuple[Elements, ...]:
        """What each layer after the input took in: the activations of the one before, masked where there is a mask."""
        if not self.masks:
            return self.activations[:-1]
        return tuple(masked(values, mask) for values, mask in zip(self.activations[:-1], self.masks, strict=True))


def masked(values: Elements, mask: Elements | None) -> Elements:
    """The values that are left under a mask."""
    return values if mask is None else values * mask


def forward(
    parameters: Sequence[tuple[Weights, Biases]],
    activations: Sequence[Activation],
    x: Elements,
    masks: Sequence[Elements | None] = (),
) -> ForwardTrace:
    """The trace of x through the layers.

    *Formula*: z⁽ˡ⁾ = W⁽ˡ⁾ a⁽ˡ⁻¹⁾ + b⁽ˡ⁾, a⁽ˡ⁾ = f(z⁽ˡ⁾), a⁽¹⁾ = x; under dropout a⁽ˡ⁻¹⁾ times its mask.

    Parameters:
        parameters: weights (n_l, n_{l-1}) and biases (n_l,) of each layer after the input.
        activations: one for each of those layers.
        x: shape (n_features,), or (n_samples, n_features) for a batch, whose rows are then independent.
        masks: of the layers from the input to the last hidden one, as a trace holds them; empty: none.
    """
    pre_activations: list[Elements] = []
    values = [x]
    masks = tuple(masks) or (None,) * len(activations)
    for (weights, biases), activation, mask in zip(parameters, activations, masks, strict=True):
        # A batch has its examples in rows, hence W transposed on the right; for a single vector this is W a.
        pre_activations.append(masked(values[-1], mask) @ weights.T + biases)
        values.append(activation.value(pre_activations[-1]))
    return ForwardTrace(tuple(pre_activations), tuple(values), masks if any(mask is not None for mask in masks) else ())
