"""Central differences: a parameter moved up and down, the cost computed again, at steps of many sizes at once.

Moving a weight of layer l changes one pre-activation of that layer; only what comes after is computed again, for many
moved weights and steps together. Of the quotients at the different steps the one is taken, extrapolated to a step of
zero, whose error seems smallest. (Ridders 1982, *Accurate computation of F′(x) and F′(x)F″(x)*.)
"""

from typing import NamedTuple

import numpy as np

from pellucid.maths import Activation, Cost, ForwardTrace, Network, example_costs
from pellucid.maths.forward import forward

LARGEST_MOVE = 0.25
"""The pre-activation is moved by so much at most: more would leave the neighbourhood in which a sigmoid is smooth."""
FACTOR = 4.0
N_STEPS = 10
"""Steps shrink by the factor from one to the next: the last moves a pre-activation by 10⁻⁶."""
NUMBERS_AT_ONCE = 2_000_000
KINKED_COSTS = ("absolute-error", "huber")


class Differences(NamedTuple):
    """What central differences say of some parameters.

    Attributes:
        derivatives: ∂C/∂w of each.
        steps: the smallest step that its derivative was found with.
        is_at_kink: whether even the smallest step crosses a kink, so that there is no derivative to compare with.
    """

    derivatives: np.ndarray
    steps: np.ndarray
    is_at_kink: np.ndarray


class Layerwise:
    """The central differences of one layer's parameters.

    Parameters:
        network, trace, expected, cost: of a batch, examples in rows.
        layer: from 2.
        rounding: how far rounding may move the cost, in units of the cost.
    """

    def __init__(
        self, network: Network, trace: ForwardTrace, expected: np.ndarray, cost: Cost, layer: int, rounding: float
    ) -> None:
        self.network, self.trace, self.expected, self.cost = network, trace, expected, cost
        self.index = layer - 2
        self.rounding = rounding
        self.kinked = [has_kink(activation) for activation in network.activations]

    def of(self, neurons: np.ndarray, sources: np.ndarray) -> Differences:
        """The differences of the weights from `sources` into `neurons`, both from 0; source −1 is the bias."""
        widest = max(layer.n_out for layer in self.network.layers[self.index :])
        n_rows = 2 * N_STEPS * len(self.expected)
        at_once = max(1, NUMBERS_AT_ONCE // (n_rows * widest))
        found = [
            self.of_some(neurons[first : first + at_once], sources[first : first + at_once])
            for first in range(0, len(neurons), at_once)
        ]
        return Differences(*(np.concatenate(parts) for parts in zip(*found, strict=True)))

    def of_some(self, neurons: np.ndarray, sources: np.ndarray) -> Differences:
        """The same for as many as fit into memory together."""
        inputs = self.trace.activations[self.index]
        reach = np.where(sources < 0, 1.0, inputs[:, sources]).T  # ∂z/∂w, (n_parameters, n_samples)
        furthest = np.abs(reach).max(axis=1)
        # A weight on small inputs is moved further, so that the pre-activation always moves as far.
        largest = LARGEST_MOVE / np.where(furthest > 1e-300, furthest, 1.0)
        steps = largest[:, None] / FACTOR ** np.arange(N_STEPS)  # (n_parameters, N_STEPS)
        signed = np.stack([steps, -steps], axis=-1)
        moves = signed[..., None] * reach[:, None, None, :]  # (n_parameters, N_STEPS, 2, n_samples)
        z, first = self.moved(neurons, moves)
        costs, is_same_side = self.costs_from(z, first)
        own = self.own_sides(neurons, moves)
        is_same_side &= own.all(axis=(-1, -2))
        quotients = (costs[..., 0, :] - costs[..., 1, :]).mean(axis=-1) / (2 * steps)
        return extrapolated(quotients, steps, is_same_side, self.rounding)

    def moved(self, neurons: np.ndarray, moves: np.ndarray) -> tuple[np.ndarray, int]:
        """The first layer of pre-activations that must be computed in full, and which one that is (0 is layer 2)."""
        z, a = self.trace.pre_activations[self.index], self.trace.activations[self.index + 1]
        activation = self.network.activations[self.index]
        is_last = self.index == len(self.network.layers) - 1
        if is_last or not activation.is_elementwise:
            full = np.broadcast_to(z, (*moves.shape, z.shape[-1])).copy()
            np.put_along_axis(
                full,
                np.broadcast_to(neurons[:, None, None, None, None], (*moves.shape, 1)),
                (z[:, neurons].T[:, None, None, :] + moves)[..., None],
                axis=-1,
            )
            return full, self.index
        own = z[:, neurons].T[:, None, None, :]
        change = activation.value(own + moves) - a[:, neurons].T[:, None, None, :]
        columns = self.network.layers[self.index + 1].weights[:, neurons].T[:, None, None, None, :]
        return self.trace.pre_activations[self.index + 1] + change[..., None] * columns, self.index + 1

    def costs_from(self, z: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray]:
        """The cost of each moved example, and whether all pre-activations stay on their side of each kink."""
        shape = z.shape[:-1]
        activations = self.network.activations
        a = activations[first].value(z).reshape(-1, z.shape[-1])
        rest = forward(self.network.parameters[first + 1 :], activations[first + 1 :], a)
        sums = [z, *(each.reshape(*shape, -1) for each in rest.pre_activations)]
        outputs = rest.activations[-1].reshape(*shape, -1)
        is_same: np.ndarray = np.ones(shape, dtype=bool)
        for index, moved in enumerate(sums, start=first):
            if self.kinked[index]:
                is_same &= ((moved > 0) == (self.trace.pre_activations[index] > 0)).all(axis=-1)
        if self.cost.name in KINKED_COSTS:
            error, start = outputs - self.expected, self.trace.activations[-1] - self.expected
            is_same &= ((error > 0) == (start > 0)).all(axis=-1) & ((abs(error) > 1) == (abs(start) > 1)).all(axis=-1)
        expected = np.broadcast_to(self.expected, outputs.shape)
        return example_costs(self.cost, sums[-1], outputs, expected), np.asarray(is_same.all(axis=(-1, -2)))

    def own_sides(self, neurons: np.ndarray, moves: np.ndarray) -> np.ndarray:
        """Whether the moved pre-activation itself stays on its side of a kink."""
        if not self.kinked[self.index]:
            return np.ones(moves.shape, dtype=bool)
        own = self.trace.pre_activations[self.index][:, neurons].T[:, None, None, :]
        return (own + moves > 0) == (own > 0)


def extrapolated(quotients: np.ndarray, steps: np.ndarray, is_same_side: np.ndarray, rounding: float) -> Differences:
    """Of each row's quotients at shrinking steps the value at step zero whose error seems smallest.

    *Formula*: the error of a central difference is a series in h², so that from steps h and h/4 follows
    (16 D(h/4) − D(h))/15, whose error begins with h⁴, and so on (Richardson). How far a value is from those it was
    made of, and what rounding of the cost does at the smallest step, estimate its error.

    Parameters:
        quotients: (C(w + h) − C(w − h))/2h, shape (n_parameters, n_steps), steps shrinking.
        steps: h, in the same shape.
        is_same_side: whether a step crosses no kink, in the same shape.
        rounding: how far rounding may move the cost.
    """
    # Only steps count from which on no smaller one crosses a kink.
    is_usable = np.flip(np.logical_and.accumulate(np.flip(is_same_side, axis=1), axis=1), axis=1)
    noise = rounding / steps
    rows = np.arange(len(quotients))
    smallest = steps.shape[1] - 1
    best = quotients[:, smallest].copy()
    least = noise[:, smallest].copy() + np.abs(best)
    chosen = steps[:, smallest].copy()
    column, usable = quotients, is_usable
    for order in range(1, quotients.shape[1]):
        ratio = FACTOR ** (2 * order)
        better = (ratio * column[:, 1:] - column[:, :-1]) / (ratio - 1)
        usable = usable[:, :-1]
        error = np.maximum(np.abs(better - column[:, 1:]), np.abs(better - column[:, :-1])) + noise[:, order:]
        error = np.where(usable, error, np.inf)
        place = error.argmin(axis=1)
        is_better = error[rows, place] < least
        best = np.where(is_better, better[rows, place], best)
        chosen = np.where(is_better, steps[rows, place + order], chosen)
        least = np.where(is_better, error[rows, place], least)
        column = better
    return Differences(best, chosen, ~is_usable[:, smallest])


def has_kink(activation: Activation) -> bool:
    """Whether slope or curvature jump at 0, as those of the ReLU family do; seen from the values alone."""
    if not activation.is_elementwise:
        return False
    distance = 1e-3
    slopes = np.diff(activation.value(distance * np.arange(-2.0, 3.0))) / distance
    curvatures = (slopes[1] - slopes[0]) / distance, (slopes[3] - slopes[2]) / distance
    return bool(abs(slopes[2] - slopes[1]) > 0.01 or abs(curvatures[1] - curvatures[0]) > 0.01)
