"""How steep an activation is where a neuron holds it: a correction passes through f′, and a flat end holds it up."""

import numpy as np
from jaxtyping import Float64

from pellucid.maths import Activation

FLAT = 0.05
"""Of the steepest slope: below it a sigmoid (|z| > 4.36) learns twenty times slower than an undecided one."""


def is_bounded(activation: Activation) -> bool:
    """Whether it is flat at both ends, as sigmoid and tanh are."""
    return activation.is_elementwise and bool(np.isfinite(activation.limits).all())


def slopes_of(activation: Activation, z: Float64[np.ndarray, "..."]) -> Float64[np.ndarray, "..."]:
    """|f′(z)|; of softmax ∂a/∂z of a neuron by its own z."""
    return np.abs(activation.derivative(z, activation.value(z)))


def steepest_slope(activation: Activation) -> float:
    """The greatest |f′|, which a bounded activation has at 0, and softmax where a neuron holds ½."""
    return float(slopes_of(activation, np.zeros(1))[0]) if activation.is_elementwise else 0.25
