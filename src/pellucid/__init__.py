"""Pellucid: fully-connected neural networks that learn fast and can be seen through."""

from typing import TYPE_CHECKING

from pellucid.exports import front_door

if TYPE_CHECKING:
    from pellucid import explain
    from pellucid.data import Dataset, load_data
    from pellucid.diagnosis import Finding, diagnose
    from pellucid.errors import PellucidError
    from pellucid.explain import check_gradients
    from pellucid.maths import L1, L2, SGD, Activation, Adam, AdamW, Cost, Layer, Network, RMSProp, backward
    from pellucid.model import Evaluation, Model, evaluate, load, save
    from pellucid.training import TrainingResult, train

__version__ = "0.1.0"
__getattr__, __dir__ = front_door(
    __name__,
    {
        "pellucid.data": ("Dataset", "load_data"),
        "pellucid.diagnosis": ("Finding", "diagnose"),
        "pellucid.errors": ("PellucidError",),
        "pellucid.explain": ("check_gradients",),
        "pellucid.maths": (
            *("L1", "L2", "SGD", "Activation", "Adam", "AdamW", "Cost", "Layer", "Network", "RMSProp", "backward"),
        ),
        "pellucid.model": ("Evaluation", "Model", "evaluate", "load", "save"),
        "pellucid.training": ("TrainingResult", "train"),
    },
)
__all__ = [
    "L1",
    "L2",
    "SGD",
    "Activation",
    "Adam",
    "AdamW",
    "Cost",
    "Dataset",
    "Evaluation",
    "Finding",
    "Layer",
    "Model",
    "Network",
    "PellucidError",
    "RMSProp",
    "TrainingResult",
    "backward",
    "check_gradients",
    "diagnose",
    "evaluate",
    "explain",
    "load",
    "load_data",
    "save",
    "train",
]
