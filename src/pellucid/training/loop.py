"""Training, as one calls it: arguments checked, a run made, its result gathered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from pellucid.data import Dataset
from pellucid.data.balance import require_balance
from pellucid.errors import InvalidValueError, require_kind
from pellucid.maths import Cost, Network, Optimizer, Penalty, require_fit
from pellucid.model.evaluation import require_same_shape
from pellucid.training.checkpoint import Checkpoint
from pellucid.training.distortions import UNDISTORTED, Distortions, require_meaning
from pellucid.training.events import Callback
from pellucid.training.interruption import Interruption
from pellucid.training.plan import Plan
from pellucid.training.provenance import best_model
from pellucid.training.regularisation import OFF, Regularisation, require_number
from pellucid.training.result import TrainingResult
from pellucid.training.run import Run
from pellucid.training.targets import scaling_for


def train(
    network: Network,
    data: Dataset,
    *,
    cost: str | Cost = "squared-error",
    optimizer: Optimizer | None = None,
    penalty: Penalty | None = None,
    regularisation: Regularisation = OFF,
    batch_size: int | Literal["full"] = 32,
    epochs: int = 20,
    seed: int = 0,
    patience: int | None = None,
    least_gain: float = 0.0,
    minutes: float | None = None,
    schedule: str = "constant",
    distortions: str | Distortions = UNDISTORTED,
    balance: str = "none",
    scale_targets: bool = False,
    device: str = "cpu",
    callbacks: Sequence[Callback] = (),
    resume: Checkpoint | None = None,
) -> TrainingResult:
    """Corrects a network's weights and biases until it answers the training examples.

    Parameters:
        network: where it starts; it is not changed.
        data: its training part is learnt, its validation part chooses the best epoch, its test part is not looked at.
            Examples that do not fit into memory are streamed from their file, in an order shuffled on two levels.
        cost: what is made small.
        optimizer: how; Adam() unless given.
        penalty: L1 or L2 on the weights, or none.
        regularisation: dropout, noise, label smoothing, limits on norms, averages of the parameters.
        batch_size: examples a step; "full" for all of them (gradient descent in the strict sense). A last, shorter
            mini-batch is used as it is.
        epochs: how often all training examples are met.
        seed: of the order in which they are met, which is new in each epoch, and of all that chance decides.
        patience: stop after so many epochs without a better one; None: never.
        least_gain: by how much an epoch must be better for patience to begin anew: in validation accuracy, or where
            there is none, as a share of the validation cost.
        minutes: stop after so many; None: never.
        schedule: how the learning rate moves on, written `NAME` or `NAME:CHOICE=NUMBER,…`: constant, step, exponential,
            inverse-scaling, cosine, plateau (see `pellucid.training.schedules`).
        distortions: by which examples are changed by chance each time they are met, written `shift=2,rotation=15`.
        balance: what lets classes of different sizes count alike: "weights": the cost of an example of class c counts
            n / (k n_c) times (`pellucid.data.balance.class_weights`); "resample": each epoch draws as many examples of
            every class; "none". With either, the best epoch is the one of the best mean recall.
        scale_targets: in regression with the identity as output, trains on (target − mean) / standard deviation of
            the training part, and folds the scaling into the last layer at the end: the network starts as one that
            answers in scaled units, and ends as one that answers in the targets' own. Costs in the history, and the
            checkpoint's parameters, are in scaled units.
        device: cpu or gpu.
        callbacks: clients of the run's events.
        resume: where an earlier run stood: this one goes on from there, to the same bytes as if there had been one run.

    Returns:
        The best epoch's network, the history, and why it stopped. Ctrl-C ends it after the block at hand. The same
        arguments give the same bytes on the same machine.

    Raises:
        InvalidValueError: the network does not fit the data, or the cost the output layer; a number is out of range;
            the checkpoint is of another plan, network or data.
        DivergenceError: the cost left the finite numbers before one epoch was done. (Later, the best epoch so far is
            returned and `stopped_because` says what happened.)
        EngineError: the device is missing, or fails the self-test.
    """
    require_kind(network, Network, "network: a Network")
    require_kind(data, Dataset, "data: a Dataset, of load_data or Dataset.from_arrays,")
    plan = Plan.of(
        cost=cost,
        optimizer=optimizer,
        penalty=penalty,
        regularisation=regularisation,
        batch_size=batch_size,
        epochs=epochs,
        seed=seed,
        patience=patience,
        least_gain=least_gain,
        schedule=schedule,
        balance=balance,
        scale_targets=scale_targets,
        distortions=distortions,
    )
    return train_by(plan, network, data, minutes=minutes, device=device, callbacks=callbacks, resume=resume)


def train_by(
    plan: Plan,
    network: Network,
    data: Dataset,
    *,
    minutes: float | None = None,
    device: str = "cpu",
    callbacks: Sequence[Callback] = (),
    resume: Checkpoint | None = None,
) -> TrainingResult:
    """Trains a network by a plan; the parameters, and what is given back and raised, are those of `train`."""
    require_plan(plan, network, data)
    if minutes is not None and not 0 < require_number(minutes, "minutes") < float("inf"):
        raise InvalidValueError(f"minutes: must be a number above 0, got {minutes}")
    for callback in callbacks:
        require_kind(callback, Callback, "callbacks: a Callback each")
    if resume is not None:
        require_kind(resume, Checkpoint, "resume: a checkpoint, of read_checkpoint or of a result,")
        require_same_run(resume, plan, network, data)
    scaling = scaling_for(network, data) if plan.scale_targets else None
    learnt = data if scaling is None else scaling.scaled(data)
    with Interruption() as interruption:
        # Imported with Ctrl-C held back: JAX does not survive one while it starts.
        from pellucid.training.engine import engine

        with engine(device, network.dtype):
            run = Run(
                network,
                learnt,
                plan,
                device,
                callbacks,
                interruption,
                minutes=minutes,
                scaling=scaling,
                checksum=data.checksum,
            )
            if resume is not None:
                run.resume(resume)
            run.run()
            checkpoint = run.checkpoint()
    model = best_model(run, data)
    return TrainingResult(
        network=model.network,
        model=model,
        history=tuple(run.history),
        seconds=tuple(run.seconds),
        best_epoch=run.best_epoch,
        stopped_because=run.stopped_because,
        checkpoint=checkpoint,
    )


def require_same_run(checkpoint: Checkpoint, plan: Plan, network: Network, data: Dataset) -> None:
    """Checks that a run may go on from a checkpoint.

    Raises:
        InvalidValueError: it is of another plan, network or data; the message names what differs.
    """
    names = tuple(activation.name for activation in network.activations)
    changed = list(plan.changes_from(checkpoint.plan))
    changed += ["sizes"] if checkpoint.sizes != network.sizes else []
    changed += ["activations"] if checkpoint.activations != names else []
    changed += ["data"] if checkpoint.checksum != data.checksum else []
    if changed:
        raise InvalidValueError(
            f"resume: the run goes on only as it was begun; changed: {', '.join(changed)}. Only epochs "
            "and patience may be others"
        )
    if plan.epochs < checkpoint.position.epoch:
        raise InvalidValueError(
            f"epochs: {checkpoint.position.epoch} were begun before, at least as many are required, got {plan.epochs}"
        )


def require_plan(plan: Plan, network: Network, data: Dataset) -> None:
    """Checks that a network can be trained on these data by this plan.

    Raises:
        InvalidValueError: network, data and plan do not fit each other.
    """
    has_classes = data.task == "classification"
    require_fit(plan.rule.cost, network.output)
    require_same_shape(network, data.train)
    require_trainable(network)
    plan.rule.regularisation.require_fit(network, has_classes=has_classes)
    require_balance(plan.balance, has_classes=has_classes)
    require_meaning(plan.distortions, data.features.encoder)


def require_trainable(network: Network) -> None:
    """Checks what only training asks of a network.

    Raises:
        InvalidValueError: numbers other than float32 and float64, or a softmax over one output, which is always 1.
    """
    if network.dtype not in (np.float32, np.float64):
        raise InvalidValueError(f"network: float32 or float64 parameters are trained, got {network.dtype}")
    if network.output.name == "softmax" and network.sizes[-1] == 1:
        raise InvalidValueError("output: a softmax over one output is always 1; use sigmoid, or one output a class")
