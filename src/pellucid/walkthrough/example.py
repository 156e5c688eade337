"""The numbers of the essay's worked examples, and the small networks that have them."""

from collections.abc import Sequence

import numpy as np

from pellucid import explain
from pellucid.explain import Derivation
from pellucid.maths import SGD, Layer, Network

HIDDEN_LAYER = (0.978, 0.322, 0.315, 0.201)
OUTPUT_WEIGHTS = ((-1.48, -2.49, 2.72, 3.46), (-1.81, 2.84, -0.438, -4.80))
OUTPUT_BIASES = (0.884, -0.226)
EXPECTED = (1.0, 1.0)
LEARNING_RATE = 0.05
DRAWN = (3, 4, 2)
"""The network that the essay draws, and never says how many inputs it has: three are taken."""
FOR_DIGITS = (28 * 28, 16, 16, 10)


def network_after_hidden(weights: Sequence[Sequence[float]], biases: Sequence[float]) -> Network:
    """The output layer with these parameters after a hidden layer that holds just what it is given."""
    passing_on = Layer(np.eye(len(weights[0])), np.zeros(len(weights[0])), "identity")
    return Network([passing_on, Layer(weights, biases, "sigmoid")])


def forward_network() -> Network:
    """The network of the essay's calculation from the hidden to the output layer."""
    return network_after_hidden(OUTPUT_WEIGHTS, OUTPUT_BIASES)


# The essay gives a₁ = 0.8, a weighted sum with bias of 0.5 and the weight 0.15; a bias of 0.38 makes these fit.
HELD, WEIGHT, BIAS = 0.8, 0.15, 0.38


def chain_network(weight: float = WEIGHT) -> Network:
    """The network of the essay's example of the chain rule, with this value of the weight that is followed."""
    return network_after_hidden([[weight, 0.0, 0.0, 0.0], [0.0] * 4], [BIAS, 0.0])


def chain_input() -> np.ndarray:
    """What the hidden layer holds in the essay's example of the chain rule."""
    return np.array([HELD, 0.0, 0.0, 0.0])


def corrected_weight() -> Derivation:
    """The essay's example of backpropagation, from the output neuron's activation to the corrected weight."""
    return explain.update(
        chain_network(),
        chain_input(),
        EXPECTED,
        cost="squared-error",
        layer=3,
        neuron=1,
        source=1,
        optimizer=SGD(LEARNING_RATE),
    )
