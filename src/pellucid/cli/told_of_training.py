"""What training did that an explanation does not show, in sentences."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pellucid.cli.learning import class_weights_of, classes_of, scaling_of, trained_with

if TYPE_CHECKING:
    import numpy as np

    from pellucid.model import Model


def told_of_training(
    model: "Model",
    targets: "np.ndarray",
    *,
    is_update: bool,
    from_checkpoint: bool,
    shows_all: bool,
    draw: int | None,
) -> str:
    """What a cost, a gradient or a step of training had that is not in the formula; or nothing.

    Parameters:
        model: what is explained.
        targets: E of the examples.
        is_update: whether a correction is explained.
        from_checkpoint: whether it goes on from a checkpoint or a snapshot, in training's own units.
        shows_all: whether the formula has all that training makes small, as that of a correction has.
        draw: the seed of noise and dropout here; None: they are left out.
    """
    told = told_of_distortions(model) if is_update or shows_all else ""
    if shows_all:
        told += told_of_draw(model, draw)
    elif not is_update:
        told += told_of_weights(model, targets) + told_of_more(model)
    if is_update and not from_checkpoint:
        told += told_of_moment(model)
    return told + told_of_scaling(model, is_update=is_update, from_checkpoint=from_checkpoint)


def told_of_weights(model: "Model", targets: "np.ndarray") -> str:
    """How often the examples counted, where classes were weighted."""
    weights = class_weights_of(model)
    if weights is None:
        return ""
    often = weights[classes_of(targets)]
    times = f"{often:.4g} times" if often.ndim == 0 else "as often as its class is weighted"
    return f" The cost of {'the' if often.ndim == 0 else 'each'} example counted {times} in training."


def told_of_more(model: "Model") -> str:
    """What training made small beside the cost, and what it did to examples."""
    from pellucid.errors import PellucidError

    try:
        trained = trained_with(model)
    except PellucidError:
        return ""
    chosen, penalty = trained["regularisation"], trained["penalty"]
    more = [f"the penalty {penalty.name}"] if penalty is not None else []
    more += ["smoothed labels"] if chosen.label_smoothing else []
    more += ["noise on the inputs"] if chosen.input_noise else []
    more += ["dropout"] if any(chosen.dropout) else []
    return f" Training had {', '.join(more)} as well: --as-trained shows it." if more else ""


def told_of_draw(model: "Model", draw: int | None) -> str:
    """By which seed chance decides on noise and dropout, where training had such."""
    from pellucid.errors import PellucidError

    try:
        is_random = trained_with(model)["regularisation"].is_random
    except PellucidError:
        return ""
    if not is_random:
        return ""
    if draw is None:
        return " Noise and dropout, which training had, are left out (--draw none)."
    return f" What chance decided in training is drawn anew (--draw {draw})."


def told_of_moment(model: "Model") -> str:
    """In what a step from a model's file differs from training's own: its rate, and whose average it corrects."""
    training = training_of(model)
    told = ""
    if training.get("schedule", "constant") != "constant":
        told += f" The rate is the optimizer's own; training moved it on ({training['schedule']})."
    entry = training.get("regularisation")
    if isinstance(entry, Mapping) and entry.get("averaging") is not None:
        told += " The model has averages of the parameters that training corrected."
    return f"{told} --checkpoint shows a step as training makes it." if told else ""


def told_of_distortions(model: "Model") -> str:
    """How training distorted examples, which an explanation takes as they are."""
    distortions = training_of(model).get("distortions")
    return f" Training distorted each example by chance ({distortions}); here it is as it is." if distortions else ""


def told_of_scaling(model: "Model", *, is_update: bool, from_checkpoint: bool) -> str:
    """How training scaled the numbers to predict."""
    scaling = scaling_of(model)
    if scaling is None:
        return ""
    mean, deviation = (", ".join(f"{number:.6g}" for number in part) for part in (scaling.mean, scaling.deviation))
    if is_update and from_checkpoint:
        return f" Targets and outputs are in training's units here: less {mean}, over {deviation}."
    step = "; --checkpoint shows a step as training makes it" if is_update else ""
    return f" Training took the targets less {mean}, over {deviation}; here they are in their own units{step}."


def training_of(model: "Model") -> Mapping[str, Any]:
    """What the model's file says of its training; empty where it says nothing."""
    training = model.provenance.get("training")
    return training if isinstance(training, Mapping) else {}
