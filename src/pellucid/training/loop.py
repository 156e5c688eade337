"""Training, as one calls it: arguments checked, a run made, its result gathered."""

from __future__ import annotations

from types import NoneType
from typing import Literal

import numpy as np

from pellucid.data import Dataset
from pellucid.data.balance import require_balance
from pellucid.errors import InvalidValueError, is_whole, look_up, require_kind
from pellucid.maths import Adam, Cost, Network, Optimizer, Penalty, find_cost, require_fit
from pellucid.model import Model
from pellucid.model.evaluation import require_same_shape
from pellucid.training.checkpoint import Checkpoint
from pellucid.training.history import Listener, TrainingResult
from pellucid.training.interruption import Interruption
from pellucid.training.provenance import provenance_of
from pellucid.training.run import Run
from pellucid.training.schedules import SCHEDULES
from pellucid.training.step import LearningRule
from pellucid.training.targets import scaling_for

MAX_EPOCHS = 10**6


def train(
    network: Network,
    data: Dataset,
    *,
    cost: str | Cost = "squared-error",
    optimizer: Optimizer | None = None,
    penalty: Penalty | None = None,
    batch_size: int | Literal["full"] = 32,
    epochs: int = 20,
    seed: int = 0,
    patience: int | None = None,
    schedule: str = "constant",
    balance: str = "none",
    scale_targets: bool = False,
    device: str = "cpu",
    listener: Listener | None = None,
) -> TrainingResult:
    """Corrects a network's weights and biases until it answers the training examples.

    Parameters:
        network: where it starts; it is not changed.
        data: its training part is learnt, its validation part chooses the best epoch, its test part is not looked at.
            Examples that do not fit into memory are streamed from their file, in an order shuffled on two levels.
        cost: what is made small.
        optimizer: how; Adam() unless given.
        penalty: L1 or L2 on the weights, or none.
        batch_size: examples a step; "full" for all of them (gradient descent in the strict sense). A last, shorter
            mini-batch is used as it is.
        epochs: how often all training examples are met.
        seed: of the order in which they are met, which is new in each epoch.
        patience: stop after so many epochs without a better one; None: never.
        schedule: how the learning rate moves on from epoch to epoch: "constant", or "cosine" nearly to 0.
        balance: what lets classes of different sizes count alike: "weights": the cost of an example of class c counts
            n / (k n_c) times (`pellucid.data.balance.class_weights`); "resample": each epoch draws as many examples of
            every class; "none". With either, the best epoch is the one of the best mean recall.
        scale_targets: in regression with the identity as output, trains on (target − mean) / standard deviation of
            the training part, and folds the scaling into the last layer at the end: the network starts as one that
            answers in scaled units, and ends as one that answers in the targets' own. Costs in the history, and the
            checkpoint's parameters, are in scaled units.
        device: cpu or gpu.
        listener: is told the progress after each block of steps.

    Returns:
        The best epoch's network, the history, and why it stopped. Ctrl-C ends it after the block at hand. The same
        arguments give the same bytes on the same machine.

    Raises:
        InvalidValueError: the network does not fit the data, or the cost the output layer; a number is out of range.
        DivergenceError: the cost left the finite numbers before one epoch was done. (Later, the best epoch so far is
            returned and `stopped_because` says what happened.)
        EngineError: the device is missing, or fails the self-test.
    """
    require_kind(network, Network, "network: a Network")
    require_kind(data, Dataset, "data: a Dataset, of load_data or Dataset.from_arrays,")
    require_kind(optimizer, (Optimizer, NoneType), "optimizer: one such as SGD(0.1) or Adam()")
    require_kind(penalty, (Penalty, NoneType), "penalty: one such as L2(0.001), or none,")
    rule = LearningRule(find_cost(cost), optimizer or Adam(), penalty)
    require_fit(rule.cost, network.output)
    require_same_shape(network, data.train)
    require_trainable(network)
    check_numbers(batch_size, epochs, seed, patience)
    require_balance(balance, has_classes=data.task == "classification")
    rate_of = look_up(schedule, SCHEDULES, "schedule")
    scaling = scaling_for(network, data) if scale_targets else None
    learnt = data if scaling is None else scaling.scaled(data)
    with Interruption() as interruption:
        # Imported with Ctrl-C held back: JAX does not survive one while it starts.
        from pellucid.training.engine import engine

        with engine(device, network.dtype):
            run = Run(network, learnt, rule, batch_size, seed, rate_of, balance, device, listener, interruption)
            stopped_because = run.run(epochs, patience)
            last = run.on_host(run.state)
    best = network.with_parameters(run.best if scaling is None else scaling.folded(run.best))
    classes = data.classes
    names = tuple(activation.name for activation in network.activations)
    settings = {
        "batch_size": batch_size,
        "epochs": epochs,
        "seed": seed,
        "patience": patience,
        "schedule": schedule,
        "balance": balance,
        "class_weights": None if run.class_weights is None else run.class_weights.tolist(),
        "scale_targets": scale_targets,
        "target_scaling": None if scaling is None else scaling.to_dict(),
    }
    return TrainingResult(
        network=best,
        model=Model(best, rule.cost.name, classes, data.features, provenance_of(data, rule, settings, run.best_record)),
        history=tuple(run.history),
        seconds=tuple(run.seconds),
        best_epoch=run.best_epoch,
        stopped_because=stopped_because,
        checkpoint=Checkpoint(last._replace(time=int(last.time)), rule, names, run.epoch, run.met, scaling),
    )


def require_trainable(network: Network) -> None:
    """Checks what only training asks of a network.

    Raises:
        InvalidValueError: numbers other than float32 and float64, or a softmax over one output, which is always 1.
    """
    if network.dtype not in (np.float32, np.float64):
        raise InvalidValueError(f"network: float32 or float64 parameters are trained, got {network.dtype}")
    if network.output.name == "softmax" and network.sizes[-1] == 1:
        raise InvalidValueError("output: a softmax over one output is always 1; use sigmoid, or one output a class")


def check_numbers(batch_size: int | str, epochs: int, seed: int, patience: int | None) -> None:
    """Checks the numbers of a training run before anything is compiled.

    Raises:
        InvalidValueError: one is out of range.
    """
    if batch_size != "full" and not is_whole(batch_size, 1):
        raise InvalidValueError(f"batch_size: must be a whole number above 0 or 'full', got {batch_size!r}")
    if not is_whole(epochs, 1, MAX_EPOCHS):
        raise InvalidValueError(f"epochs: must be a whole number from 1 to {MAX_EPOCHS:,}, got {epochs}")
    if not is_whole(seed, 0, 2**63 - 1):
        raise InvalidValueError(f"seed: must be a whole number from 0 to 2⁶³−1, got {seed}")
    if patience is not None and not is_whole(patience, 1):
        raise InvalidValueError(f"patience: must be a whole number above 0, got {patience}")
