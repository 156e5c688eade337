"""The history of a run as event files, which TensorBoard draws while the run is under way.

They are written by tensorboardX: 90 kB of Python over NumPy and protobuf. TensorBoard itself has a writer too, but
brings a web server and gRPC with it, 5 MB and a dozen packages.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.sources.extras import require_extra
from pellucid.training.events import Callback, Progress
from pellucid.training.gradient_log import SIZES
from pellucid.training.history import EpochRecord

if TYPE_CHECKING:
    from pellucid.training.run import Run


class TensorBoard(Callback):
    """Writes each epoch's figures as scalars, at the number of steps made.

    Their names are `cost/training`, `cost/validation`, `accuracy/training`, `accuracy/validation`, `recall/validation`
    and `learning_rate`, as far as there are such figures. A run that is resumed adds a file to those of before.

    Parameters:
        folder: of the event files, which `tensorboard --logdir FOLDER` reads; it is made if need be.
        gradients: whether each layer's norms are written as well: of its weights' gradient, of the weights and of
            their correction, `norms/layer2/gradient` …, the mean over the steps since the last ones.

    Raises:
        MissingLibraryError: tensorboardX is not installed.
    """

    def __init__(self, folder: str | Path, *, gradients: bool = False) -> None:
        self.folder, self.wants_gradients = Path(folder), gradients
        self.library = require_extra("tensorboardX", "tensorboard")
        self.writer: Any = None

    def run_begins(self, run: Run) -> None:
        """Begins a file; what an earlier part of the run wrote beyond this moment is no longer shown."""
        made = (run.epoch - 1) * run.steps + len(run.report.costs) if run.epoch else 0
        self.writer = self.library.SummaryWriter(str(self.folder), purge_step=made + 1 if made else None)

    def steps_done(self, run: Run, progress: Progress) -> None:
        """Writes the layers' norms, where they are asked for."""
        if self.wants_gradients and progress.norms is not None:
            step = (progress.epoch - 1) * progress.steps + progress.step
            for layer, norms in enumerate(np.mean(progress.norms, axis=0).tolist(), start=2):
                for name, norm in zip(SIZES, norms, strict=True):
                    self.writer.add_scalar(f"norms/layer{layer}/{name}", norm, step)

    def epoch_done(self, run: Run, record: EpochRecord) -> None:
        """Writes the epoch's figures."""
        for name, value in scalars_of(record).items():
            self.writer.add_scalar(name, value, record.epoch * run.steps)
        self.writer.flush()

    def run_ends(self, run: Run) -> None:
        """Closes the file."""
        self.writer.close()


def scalars_of(record: EpochRecord) -> dict[str, float]:
    """The figures of an epoch by their names in TensorBoard, without those that it has not."""
    figures = {
        "cost/training": record.cost,
        "cost/validation": record.validation_cost,
        "accuracy/training": record.accuracy,
        "accuracy/validation": record.validation_accuracy,
        "recall/validation": record.validation_recall,
        "learning_rate": record.learning_rate,
    }
    return {name: value for name, value in figures.items() if value is not None}
