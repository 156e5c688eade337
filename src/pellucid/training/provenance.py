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
    """The data set with its checksum and split, the rule and settings of the training, versions and results."""
    return {
        "data": {"name": data.name, "checksum": data.checksum, "split": data.split},
        "training": {
            "cost": rule.cost.name,
            "optimizer": {"name": rule.optimizer.name, **asdict(rule.optimizer)},
            "penalty": None if rule.penalty is None else {"name": rule.penalty.name, "strength": rule.penalty.strength},
            **settings,
        },
        "results": None if best is None else asdict(best),
        "versions": {name: version(name) for name in ("pellucid", "jax", "jaxlib", "numpy")},
    }
