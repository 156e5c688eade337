"""Explanations: any number of a network, and of its training, as the formula it came from with the values filled in."""

from pellucid.explain.derivation import Derivation
from pellucid.explain.document import Document
from pellucid.explain.gradient import gradient
from pellucid.explain.neuron import neuron
from pellucid.explain.step import Step
from pellucid.explain.update import update

__all__ = ["Derivation", "Document", "Step", "gradient", "neuron", "update"]
