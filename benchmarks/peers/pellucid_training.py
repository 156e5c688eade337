"""Pellucid, called as a user calls it."""

from functools import partial

# Imported here and not by `train`, so that every tool's clock starts after its imports.
import pellucid.training.engine  # noqa: F401
from benchmarks.peers import EpochFigures, Finish
from benchmarks.workloads import Workload
from pellucid.data import Dataset
from pellucid.maths import SGD, Adam
from pellucid.training import Callback, EpochRecord, train
from pellucid.training.run import Run

ENDLESS = 10**6


def learn(workload: Workload, data: Dataset, finish: Finish, device: str = "cpu") -> None:
    """Trains epoch after epoch; the callback waits between them."""

    class AfterEpochs(Callback):
        """Hands over each epoch's figures."""

        def epoch_done(self, run: Run, record: EpochRecord) -> None:
            """Does it."""
            if record.validation_cost is not None and record.validation_accuracy is not None:
                finish(EpochFigures(record.cost, record.accuracy, record.validation_cost, record.validation_accuracy))

    optimizer = SGD(workload.learning_rate) if workload.optimizer == "sgd" else Adam(workload.learning_rate)
    train(
        workload.network(),
        data,
        cost=workload.cost,
        optimizer=optimizer,
        batch_size=workload.batch_size,
        epochs=ENDLESS,
        device=device,
        callbacks=[AfterEpochs()],
    )


learn_on_gpu = partial(learn, device="gpu")
