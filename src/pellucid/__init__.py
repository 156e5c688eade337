"""Pellucid: fully-connected neural networks that learn fast and can be seen through.

Public names are imported at their first use, so that `import pellucid` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
_HOMES = {
    "pellucid.data": ("Dataset", "load_data"),
    "pellucid.diagnosis": ("Finding", "diagnose"),
    "pellucid.errors": ("PellucidError",),
    "pellucid.explain": ("check_gradients",),
    "pellucid.maths": (
        *("L1", "L2", "SGD", "Activation", "Adam", "AdamW", "Cost", "Layer", "Network", "RMSProp", "backward"),
    ),
    "pellucid.model": ("Evaluation", "Model", "evaluate", "load", "save"),
    "pellucid.training": ("TrainingResult", "train"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

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


def __getattr__(name: str) -> Any:
    if name == "explain":
        return import_module("pellucid.explain")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'pellucid' has no attribute '{name}'")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
