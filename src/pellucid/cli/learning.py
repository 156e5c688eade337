"""How the next correction is made: by the optimizer that a command names, or as the model was trained."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pellucid.maths import Optimizer
    from pellucid.model import Model

USUAL_SGD_RATE = 0.1


def optimizer_named(name: str, learning_rate: float | None) -> "Optimizer":
    """The optimizer of that name, with this rate or its usual one.

    Raises:
        UnknownNameError: there is none; InvalidValueError: a rate that is not above 0.
    """
    from pellucid.errors import look_up
    from pellucid.maths import OPTIMIZERS, SGD

    kind = look_up(name, OPTIMIZERS, "optimizer")
    if learning_rate is None and kind is SGD:
        learning_rate = USUAL_SGD_RATE
    return kind() if learning_rate is None else kind(learning_rate)  # pyright: ignore[reportCallIssue]


def learning_of(model: "Model", optimizer: str | None, learning_rate: float | None) -> dict[str, Any]:
    """Optimizer and penalty with which `explain update` corrects.

    Parameters:
        optimizer, learning_rate: those that the command names; else the ones of the model's training. A rate alone, for
            a model that does not say how it was trained, is that of plain gradient descent.

    Raises:
        InvalidValueError: the model does not say how it was trained.
    """
    from dataclasses import replace

    from pellucid.errors import InvalidValueError, PellucidError
    from pellucid.maths import SGD

    if optimizer is not None:
        return {"optimizer": optimizer_named(optimizer, learning_rate)}
    try:
        trained = trained_with(model)
    except PellucidError as error:
        if learning_rate is not None:
            return {"optimizer": SGD(learning_rate)}
        raise InvalidValueError(
            f"optimizer: this model does not say how it was trained ({error}); say --learning-rate R for plain "
            "gradient descent, or also --optimizer NAME"
        ) from error
    if learning_rate is not None:
        trained["optimizer"] = replace(trained["optimizer"], learning_rate=learning_rate)
    return trained


def where_training_stopped(path: Path, model: "Model") -> tuple["Model", dict[str, Any]]:
    """The run's last network in the model's place, and optimizer, penalty and state with which it would go on.

    Parameters:
        path: of the model: a run folder, or a file in one.

    Raises:
        MissingFileError: the run has no checkpoint; FormatError: it is none.
        InvalidValueError: it is of another network than the model.
    """
    from dataclasses import replace

    from pellucid.errors import InvalidValueError
    from pellucid.training.checkpoint import read_checkpoint

    held = read_checkpoint(path if path.is_dir() else path.parent)
    network = model.network
    names = tuple(activation.name for activation in network.activations)
    if (held.sizes, held.activations, held.rule.cost.name) != (network.sizes, names, model.cost):
        raise InvalidValueError(
            f"--checkpoint: one of a network {told(network.sizes, names, model.cost)} is required, got one of "
            f"{told(held.sizes, held.activations, held.rule.cost.name)}; it is of another run than {path}"
        )
    last = replace(model, network=network.with_parameters(held.state.parameters))
    return last, {"optimizer": held.optimizer, "penalty": held.penalty, "state": held.state}


def told(sizes: tuple[int, ...], activations: tuple[str, ...], cost: str) -> str:
    """What tells one network's training from another's, in words."""
    return f"{'-'.join(map(str, sizes))} ({', '.join(activations)}; {cost})"


def trained_with(model: "Model") -> dict[str, Any]:
    """The optimizer and the penalty that the model's file names.

    Raises:
        PellucidError: it names none that is known, or odd numbers.
    """
    from pellucid.errors import FormatError
    from pellucid.training.entries import optimizer_of, penalty_of

    training = model.provenance.get("training")
    if not isinstance(training, Mapping):
        raise FormatError("its file has no entry for that")
    return {"optimizer": optimizer_of(training.get("optimizer")), "penalty": penalty_of(training.get("penalty"))}
