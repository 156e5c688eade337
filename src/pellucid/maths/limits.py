"""Limits on norms: what is longer than it may be is shortened, and keeps its direction.

*Formula*: v ← v · c / max(c, ‖v‖), which is v where ‖v‖ ≤ c, and has the norm c otherwise.
"""

from typing import Any, TypeAlias

from pellucid.arrays import Weights, namespace
from pellucid.maths.network import LayerParameters, Parameters

Operand: TypeAlias = Any
"""A number, an array, or an expression tree."""
CLIPPING_SOURCE = "Pascanu, Mikolov & Bengio 2013, algorithm 1"
MAX_NORM_SOURCE = "Srebro & Shraibman 2005; Srivastava et al. 2014, section 5.1"


def shortening(norm: Operand, most: Operand) -> Operand:
    """What a vector of that norm is multiplied by, so that its norm is at most `most`: c / max(c, ‖v‖)."""
    return most / namespace(norm).maximum(norm, most)


def norm_of(parameters: Parameters) -> Operand:
    """The norm of all weights and biases as one vector: the root of the sum of their squares."""
    squares = sum((array**2).sum() for layer in parameters for array in layer)
    return namespace(parameters[0].weights).sqrt(squares)


def clipped(gradient: Parameters, most: float) -> Parameters:
    """The gradient, shortened so that its norm over all parameters together is at most `most`."""
    factor = shortening(norm_of(gradient), most)
    return tuple(LayerParameters(layer.weights * factor, layer.biases * factor) for layer in gradient)


def limited(weights: Weights, most: float) -> Weights:
    """The weights (n_l, n_{l-1}), those into each neuron shortened so that their norm is at most `most`."""
    xp = namespace(weights)
    norms = xp.sqrt((weights**2).sum(axis=1, keepdims=True))
    return weights * shortening(norms, most)
