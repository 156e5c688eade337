"""How the next correction is made: by the optimizer that a command names, or as the model was trained."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    """Optimizer, penalty and class weights with which `explain update` corrects.

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
    """The run's last network in the model's place, and all with which it would go on, from its state to class weights.

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
    own, scaling = held.state.parameters, held.scaling
    last = replace(model, network=network.with_parameters(own if scaling is None else scaling.folded(own)))
    choices = {"optimizer": held.optimizer, "penalty": held.penalty, "state": held.state}
    return last, choices | {"class_weights": class_weights_of(model), "target_scaling": scaling}


def told(sizes: tuple[int, ...], activations: tuple[str, ...], cost: str) -> str:
    """What tells one network's training from another's, in words."""
    return f"{'-'.join(map(str, sizes))} ({', '.join(activations)}; {cost})"


def trained_with(model: "Model") -> dict[str, Any]:
    """The optimizer, the penalty and the class weights that the model's file names.

    Raises:
        PellucidError: it names none that is known, or odd numbers.
    """
    from pellucid.errors import FormatError
    from pellucid.training.entries import optimizer_of, penalty_of

    training = model.provenance.get("training")
    if not isinstance(training, Mapping):
        raise FormatError("its file has no entry for that")
    return {
        "optimizer": optimizer_of(training.get("optimizer")),
        "penalty": penalty_of(training.get("penalty")),
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


def as_trained(choices: dict[str, Any], targets: "np.ndarray") -> tuple["np.ndarray", dict[str, Any]]:
    """The expected outputs and the arguments of `update` by which training corrects with these examples.

    Parameters:
        choices: as `learning_of` and `where_training_stopped` give them.
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


def told_of_training(model: "Model", targets: "np.ndarray", *, is_update: bool, from_checkpoint: bool) -> str:
    """What a cost, or a step, of training had that is not in the formula, in a sentence; or nothing.

    Parameters:
        targets: E of the examples.
        is_update: whether a correction is explained, which has the class weights in it.
        from_checkpoint: whether it goes on from a checkpoint, in training's own units.
    """
    weights, scaling = class_weights_of(model), scaling_of(model)
    if weights is not None and not is_update:
        often = weights[classes_of(targets)]
        times = f"{often:.4g} times" if often.ndim == 0 else "as often as its class is weighted"
        return f" The cost of {'the' if often.ndim == 0 else 'each'} example counted {times} in training."
    if scaling is None:
        return ""
    mean, deviation = (", ".join(f"{number:.6g}" for number in part) for part in (scaling.mean, scaling.deviation))
    if from_checkpoint:
        return f" Targets and outputs are in training's units here: less {mean}, over {deviation}."
    step = "; --checkpoint shows a step as training makes it" if is_update else ""
    return f" Training took the targets less {mean}, over {deviation}; here they are in their own units{step}."
