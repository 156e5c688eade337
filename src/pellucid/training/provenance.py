"""How a model came about, as plain data for its file: the data, the rule, the settings, the results; and no times.

The command line adds the recipe, which also says how the network started.
"""

from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from pellucid.data import Dataset
from pellucid.training.history import EpochRecord
from pellucid.training.step import LearningRule


def provenance_of(
    data: Dataset, rule: LearningRule, settings: Mapping[str, Any], best: EpochRecord | None
) -> dict[str, Any]:
    """The data with checksum, split and how they were read; rule and settings of the training; versions, results."""
    return {
        "data": {"name": data.name, "checksum": data.checksum, "split": data.split, "reading": dict(data.reading)},
        "training": {
            "cost": rule.cost.name,
            "optimizer": {"name": rule.optimizer.name, **asdict(rule.optimizer)},
            "penalty": None if rule.penalty is None else {"name": rule.penalty.name, "strength": rule.penalty.strength},
            **settings,
        },
        "results": None if best is None else best.to_dict(),
        "versions": {name: version(name) for name in ("pellucid", "jax", "jaxlib", "numpy")},
    }
