"""What rounding may do to a network's derivatives, so that a comparison does not take it for a mistake."""

from dataclasses import dataclass

import numpy as np

from pellucid.maths import Cost, ForwardTrace, Gradients, Network, example_costs

ROUNDINGS = 64
"""So many times the rounding of one operation is allowed for: sums of thousands of terms round more than once."""
ROUNDINGS_OF_COST = 8
"""And so many for the cost, most of whose roundings are the same on both sides of a central difference."""
SMALLEST = 1e-150
"""Derivatives below this count as 0: their squares leave float64."""
EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Roundings:
    """How far rounding may move the cost and each delta, as if all roundings were independent of one another.

    Attributes:
        of_cost: in units of the cost.
        of_deltas: for layers 2 to L, each (n_samples, n_l).
    """

    of_cost: float
    of_deltas: tuple[np.ndarray, ...]

    @classmethod
    def of(
        cls, network: Network, trace: ForwardTrace, expected: np.ndarray, cost: Cost, gradients: Gradients
    ) -> "Roundings":
        """Carries the roundings back through the network as the backward pass carries the deltas, squares adding up.

        *Formula*: ρ⁽ᴸ⁾ = |∂C/∂z| (1 + |z|) + |a| + |E|, since a − E may cancel;
        ρ⁽ˡ⁾² = f′² Σ w² ρ⁽ˡ⁺¹⁾² + (∂C/∂a (1 + |z|))², since f′ and the z that it is taken at are rounded too; an f′
        that comes out as 0 may be as large as its rounding.
        """
        z, a = trace.pre_activations, trace.activations
        deltas = gradients.deltas
        squares = [(np.abs(deltas[-1]) * (1 + np.abs(z[-1])) + np.abs(a[-1]) + np.abs(expected)) ** 2]
        for index in reversed(range(len(network.layers) - 1)):
            weights = network.layers[index + 1].weights
            slopes = network.activations[index].derivative(z[index], a[index + 1])
            by_activation = deltas[index + 1] @ weights
            of_slopes = 1 + np.abs(z[index])
            carried = (np.abs(slopes) + ROUNDINGS * EPSILON * of_slopes) ** 2 * (squares[0] @ weights**2)
            squares.insert(0, carried + (by_activation * of_slopes) ** 2)
        of_deltas = tuple(ROUNDINGS * EPSILON * np.sqrt(each) + SMALLEST for each in squares)
        costs = np.abs(example_costs(cost, z[-1], a[-1], expected))
        sums = [((delta * each) ** 2).sum(axis=-1) for delta, each in zip(deltas, z, strict=True)]
        last = ((np.abs(a[-1]) + np.abs(expected) * (1 + np.abs(z[-1]))) ** 2).sum(axis=-1)
        # A wrong derivative may have sent deltas to infinity: those of other layers are judged all the same.
        of_examples = np.sqrt(costs**2 + last + np.sum(np.nan_to_num(sums, posinf=0.0), axis=0))
        return cls(float(ROUNDINGS_OF_COST * EPSILON * of_examples.mean()), of_deltas)
