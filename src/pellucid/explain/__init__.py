"""Explanations: any number of a network, and of its training, as the formula it came from with the values filled in."""

from pellucid.explain.checking.check import GradientCheck, check_gradients
from pellucid.explain.committee import committee
from pellucid.explain.correction.rate import Rate
from pellucid.explain.correction.update import update
from pellucid.explain.cost import cost
from pellucid.explain.decision import decision
from pellucid.explain.derivation import Derivation
from pellucid.explain.document import Document
from pellucid.explain.gradient import gradient
from pellucid.explain.graphs.computation import ComputationalGraph
from pellucid.explain.graphs.expression_graph import graph_of
from pellucid.explain.graphs.modes import compare_modes, count_operations, count_paths
from pellucid.explain.graphs.network_graph import graph
from pellucid.explain.layer import layer
from pellucid.explain.neuron import neuron
from pellucid.explain.parameters import parameters
from pellucid.explain.sheets.activation import activation, activation_of
from pellucid.explain.sheets.cost_function import cost_function
from pellucid.explain.sheets.optimizer import optimizer
from pellucid.explain.sheets.penalty import penalty
from pellucid.explain.sheets.regulariser import regulariser
from pellucid.explain.sheets.schedule import schedule
from pellucid.explain.step import Step
from pellucid.explain.worksheet import worksheet

__all__ = [
    "ComputationalGraph",
    "Derivation",
    "Document",
    "GradientCheck",
    "Rate",
    "Step",
    "activation",
    "activation_of",
    "check_gradients",
    "committee",
    "compare_modes",
    "cost",
    "cost_function",
    "count_operations",
    "count_paths",
    "decision",
    "gradient",
    "graph",
    "graph_of",
    "layer",
    "neuron",
    "optimizer",
    "parameters",
    "penalty",
    "regulariser",
    "schedule",
    "update",
    "worksheet",
]
