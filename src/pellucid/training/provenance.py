"""The model that a run has made, and how it came about, as plain data for its file: data, plan, results; and no times.

The command line adds the recipe, which also says how the network started.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pellucid.data import Dataset
from pellucid.data.balance import class_weights
from pellucid.model import Model
from pellucid.training.history import EpochRecord
from pellucid.training.plan import Plan
from pellucid.training.targets import TargetScaling

if TYPE_CHECKING:
    from pellucid.training.run import Run


def best_model(run: Run, data: Dataset) -> Model:
    """The model of the run's best epoch so far.

    Parameters:
        run: as it stands now.
        data: what it learns, numbers to predict in their own units.
    """
    network = run.start.with_parameters(run.folded(run.best))
    provenance = provenance_of(data, run.plan, run.best_record, run.scaling)
    return Model(network, run.rule.cost.name, data.classes, data.features, provenance)


def provenance_of(data: Dataset, plan: Plan, best: EpochRecord | None, scaling: TargetScaling | None) -> dict[str, Any]:
    """The data with checksum, split and how they were read; the plan of the training; the results; versions.

    With the plan stands what it came to on these data: how often the classes counted, and how targets were scaled.
    """
    by_class = class_weights(data.train.class_counts).tolist() if plan.balance == "weights" else None
    on_data = {"class_weights": by_class, "target_scaling": None if scaling is None else scaling.to_dict()}
    return {
        "data": {"name": data.name, "checksum": data.checksum, "split": data.split, "reading": dict(data.reading)},
        "training": plan.to_dict() | on_data,
        "results": None if best is None else best.to_dict(),
        "versions": {name: version(name) for name in ("pellucid", "jax", "jaxlib", "numpy")},
    }
