"""The mathematics of fully-connected networks, as functions of NumPy or JAX arrays."""

from pellucid.maths.activations import ACTIVATIONS, Activation, find_activation
from pellucid.maths.backward import Gradients, backward
from pellucid.maths.costs import COSTS, Cost, example_costs, find_cost, output_delta, require_fit
from pellucid.maths.forward import ForwardTrace
from pellucid.maths.initializers import AUTO, INITIALIZERS, Initializer
from pellucid.maths.network import Layer, LayerParameters, Network, Parameters
from pellucid.maths.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSProp
from pellucid.maths.penalties import L1, L2, PENALTIES, ElasticNet, Penalty

__all__ = [
    "ACTIVATIONS",
    "AUTO",
    "COSTS",
    "INITIALIZERS",
    "L1",
    "L2",
    "OPTIMIZERS",
    "PENALTIES",
    "SGD",
    "Activation",
    "Adam",
    "AdamW",
    "Cost",
    "ElasticNet",
    "ForwardTrace",
    "Gradients",
    "Initializer",
    "Layer",
    "LayerParameters",
    "Network",
    "Optimizer",
    "Parameters",
    "Penalty",
    "RMSProp",
    "backward",
    "example_costs",
    "find_activation",
    "find_cost",
    "output_delta",
    "require_fit",
]
