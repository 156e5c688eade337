"""What training makes small, and how it corrects: by the optimizer that a command names, or as a model was trained."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.cli.console import say

if TYPE_CHECKING:
    import numpy as np

    from pellucid.maths import Optimizer
    from pellucid.model import Model
    from pellucid.training.targets import TargetScaling

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
    """Optimizer, penalty, regularisation and class weights with which `explain update` corrects.

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


def where_training_stood(path: Path, model: "Model", at: int | None) -> tuple["Model", dict[str, Any]]:
    """A run's network of one moment in the model's place, and all with which it would go on from there.

    Parameters:
        path: of the model: a run folder, or a file in one.
        model: that of the run.
        at: after how many steps, of which there must be a snapshot; None: where training stopped.

    Raises:
        MissingFileError: the run has no checkpoint, or no snapshots; FormatError: it is none.
        InvalidValueError: it is of another network than the model; there is no snapshot of that step.
    """
    from dataclasses import replace

    from pellucid.errors import InvalidValueError
    from pellucid.explain.correction.rate import Rate, steps_of_an_epoch
    from pellucid.training.checkpoint import read_latest
    from pellucid.training.clients.snapshots import SNAPSHOTS_FOLDER, read_snapshot

    run = path if path.is_dir() else path.parent
    last, remark = read_latest(run)
    if remark:
        say(remark, is_error=True)
    held = last if at is None else read_snapshot(run / SNAPSHOTS_FOLDER, at)
    network, option = model.network, "--checkpoint" if at is None else "--at"
    names = tuple(activation.name for activation in network.activations)
    if (held.sizes, held.activations, held.rule.cost.name) != (network.sizes, names, model.cost):
        raise InvalidValueError(
            f"{option}: one of a network {told(network.sizes, names, model.cost)} is required, got one of "
            f"{told(held.sizes, held.activations, held.rule.cost.name)}; it is of another run than {path}"
        )
    own, scaling = held.state.answering, held.scaling
    then = replace(model, network=network.with_parameters(own if scaling is None else scaling.folded(own)))
    choices = {
        "optimizer": held.rule.optimizer,
        "penalty": held.rule.penalty,
        "regularisation": held.rule.regularisation,
        "rate": Rate.of(held, steps_of_an_epoch(last)),
        "state": held.state,
    }
    return then, choices | {"class_weights": class_weights_of(model), "target_scaling": scaling}


def told(sizes: tuple[int, ...], activations: tuple[str, ...], cost: str) -> str:
    """What tells one network's training from another's, in words."""
    return f"{'-'.join(map(str, sizes))} ({', '.join(activations)}; {cost})"


def objective_of(model: "Model") -> dict[str, Any]:
    """All with which the model was trained, for what its training made small.

    Raises:
        InvalidValueError: the model does not say how it was trained.
    """
    from pellucid.errors import InvalidValueError, PellucidError

    try:
        return trained_with(model)
    except PellucidError as error:
        raise InvalidValueError(f"--as-trained: this model does not say how it was trained ({error})") from error


def trained_with(model: "Model") -> dict[str, Any]:
    """The optimizer, the penalty, the regularisation and the class weights that the model's file names.

    Raises:
        PellucidError: it names none that is known, or odd numbers.
    """
    from pellucid.errors import FormatError
    from pellucid.training.entries import optimizer_of, penalty_of
    from pellucid.training.regularisation import Regularisation

    training = model.provenance.get("training")
    if not isinstance(training, Mapping):
        raise FormatError("its file has no entry for that")
    return {
        "optimizer": optimizer_of(training.get("optimizer")),
        "penalty": penalty_of(training.get("penalty")),
        "regularisation": Regularisation.from_dict(training.get("regularisation", {})),
        "class_weights": class_weights_of(model),
    }


def class_weights_of(model: "Model") -> "np.ndarray | None":
    """How often an example of each class counted in training, by the model's file; None where each counted once.

    Raises:
        FormatError: the entry is something else than a number of at least 0 for each class.
    """
    import numpy as np

    from pellucid.errors import FormatError

    training = model.provenance.get("training")
    entry = training.get("class_weights") if isinstance(training, Mapping) else None
    if entry is None:
        return None
    n_classes = len(model.classes or ())
    numbers = np.array([w if type(w) in (int, float) else -1 for w in entry] if isinstance(entry, list) else [], float)
    if numbers.shape != (n_classes,) or not (np.isfinite(numbers) & (numbers >= 0)).all():
        raise FormatError(f"class_weights: a list of {n_classes} numbers of at least 0 is required")
    return numbers


def scaling_of(model: "Model") -> "TargetScaling | None":
    """How training scaled the numbers to predict, by the model's file; None where it did not.

    Raises:
        FormatError: the entry is something else.
    """
    from pellucid.training.targets import TargetScaling

    training = model.provenance.get("training")
    entry = training.get("target_scaling") if isinstance(training, Mapping) else None
    return None if entry is None else TargetScaling.from_dict(entry, model.network.sizes[-1])


OF_OBJECTIVE = ("penalty", "regularisation", "class_weights")
"""What training makes small holds these; the rest is of the correction."""


def as_trained(choices: dict[str, Any], targets: "np.ndarray") -> tuple["np.ndarray", dict[str, Any]]:
    """The expected outputs and the arguments of an explanation as training has them with these examples.

    Parameters:
        choices: as `learning_of` and `where_training_stood` give them, or those of the objective alone.
        targets: E in its own units, (n_outputs,) of one example, or (n_samples, n_outputs).
    """
    arguments = {name: value for name, value in choices.items() if name not in ("class_weights", "target_scaling")}
    weights, scaling = choices.get("class_weights"), choices.get("target_scaling")
    if weights is not None:
        arguments["example_weights"] = weights[classes_of(targets)]
    return targets if scaling is None else scaling.of(targets), arguments


def classes_of(targets: "np.ndarray") -> "np.ndarray":
    """The number of the class that expected outputs (…, n_outputs) stand for; of one output its value, 0 or 1."""
    return targets[..., 0].astype(int) if targets.shape[-1] == 1 else targets.argmax(axis=-1)
