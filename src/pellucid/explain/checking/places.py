"""Which weights and biases a check looks at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.explain.checking.roundings import Roundings
from pellucid.expression import Variable
from pellucid.maths import ForwardTrace, Network


@dataclass(frozen=True)
class Places:
    """The parameters that are checked: arrays with one entry each.

    Attributes:
        layers: of each, from 2.
        neurons: from 0.
        sources: from 0; −1 for a bias.
    """

    layers: np.ndarray
    neurons: np.ndarray
    sources: np.ndarray

    @classmethod
    def drawn(cls, network: Network, total: int, seed: int) -> "Places":
        """So many parameters (at most all), taken from each layer's weights and biases alike."""
        sizes = [size for layer in network.layers for size in (layer.weights.size, layer.n_out)]
        generator = np.random.default_rng(seed)
        layers: list[np.ndarray] = []
        neurons: list[np.ndarray] = []
        sources: list[np.ndarray] = []
        for group, (size, share) in enumerate(zip(sizes, spread(sizes, total), strict=True)):
            numbers = np.sort(generator.choice(size, share, replace=False))
            index, is_bias = divmod(group, 2)
            n_in = 1 if is_bias else network.layers[index].n_in
            layers.append(np.full(share, index + 2))
            neurons.append(numbers // n_in)
            sources.append(np.full(share, -1) if is_bias else numbers % n_in)
        return cls(np.concatenate(layers), np.concatenate(neurons), np.concatenate(sources))

    def symbol(self, place: int) -> Variable:
        """The symbol of one of them."""
        layer, m, p = int(self.layers[place]), int(self.neurons[place]) + 1, int(self.sources[place]) + 1
        return Variable("w", layer, (m, p)) if p else Variable("b", layer, (m,))

    def values(self, weights: tuple[np.ndarray, ...], biases: tuple[np.ndarray, ...]) -> np.ndarray:
        """Their entries in arrays like the network's own."""
        found = np.empty(len(self.layers))
        for index, (of_weights, of_biases) in enumerate(zip(weights, biases, strict=True)):
            is_bias, is_weight = self.of_layer(index)
            found[is_bias] = of_biases[self.neurons[is_bias]]
            found[is_weight] = of_weights[self.neurons[is_weight], self.sources[is_weight]]
        return found

    def noise(self, roundings: Roundings, trace: ForwardTrace) -> np.ndarray:
        """What rounding may do to each one's derivative: the mean over the examples of δ's share times the input."""
        found = np.empty(len(self.layers))
        for index, of_deltas in enumerate(roundings.of_deltas):
            is_bias, is_weight = self.of_layer(index)
            found[is_bias] = of_deltas[:, self.neurons[is_bias]].mean(axis=0)
            inputs = np.abs(trace.activations[index][:, self.sources[is_weight]])
            if index:  # the input is given; activations are rounded themselves
                inputs = inputs + 1
            found[is_weight] = (of_deltas[:, self.neurons[is_weight]] * inputs).mean(axis=0)
        return found

    def of_layer(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Which of them are biases, and which weights, of one layer (0 is layer 2)."""
        is_here = self.layers == index + 2
        return np.flatnonzero(is_here & (self.sources < 0)), np.flatnonzero(is_here & (self.sources >= 0))


def spread(sizes: Sequence[int], total: int) -> list[int]:
    """How many to take of each group so that small groups are taken whole and the others share the rest alike."""
    shares = [0] * len(sizes)
    left = min(total, sum(sizes))
    order = sorted(range(len(sizes)), key=lambda k: sizes[k])
    for position, k in enumerate(order):
        shares[k] = min(sizes[k], left // (len(order) - position))
        left -= shares[k]
    return shares
