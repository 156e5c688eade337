"""The checkpoint: where training stands after its last step, as one file of plain data.

It holds the last parameters (the model file holds the best epoch's), what the optimizer remembers of each, how many
steps were made, and where in the data that was; and no times, so that the same run gives the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from pellucid.errors import FormatError, InvalidValueError, PellucidError, described, is_whole, look_up
from pellucid.files import pack_tensors, read_tensors, readable, write_atomically
from pellucid.maths import ACTIVATIONS, LayerParameters, Optimizer, Penalty, find_cost
from pellucid.maths.network import check_sizes
from pellucid.maths.optimizers import State
from pellucid.training.entries import entry_of, optimizer_of, penalty_of
from pellucid.training.step import LearningRule, TrainingState
from pellucid.training.targets import TargetScaling

CHECKPOINT_FILE = "checkpoint.safetensors"
FORMAT_VERSION = 1
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
KEYS = {
    *("format_version", "sizes", "activations", "cost", "optimizer", "penalty", "time", "epoch", "met"),
    "target_scaling",
}
MAX_TIME = 2**53


@dataclass(frozen=True)
class Checkpoint:
    """Where training stands.

    Attributes:
        state: the last parameters, the optimizer's memory and the number of steps made, in NumPy arrays.
        rule: the cost, the penalty and the optimizer.
        activations: the names of those of layer 2 to layer L.
        epoch: the one under way, or done with, from 1; 0 before the first. With the seed it gives the examples' order.
        met: how many examples of it were met.
        scaling: of the targets, in whose scaled units the parameters answer; None: in the targets' own.
    """

    state: TrainingState
    rule: LearningRule
    activations: tuple[str, ...]
    epoch: int = 0
    met: int = 0
    scaling: TargetScaling | None = None

    @property
    def optimizer(self) -> Optimizer:
        """How the parameters are corrected."""
        return self.rule.optimizer

    @property
    def penalty(self) -> Penalty | None:
        """What large weights add to the cost; or none."""
        return self.rule.penalty

    @property
    def sizes(self) -> tuple[int, ...]:
        """Neurons in each layer, the input layer first."""
        parameters = self.state.parameters
        return (parameters[0].weights.shape[1], *(layer.biases.shape[0] for layer in parameters))

    @property
    def is_finite(self) -> bool:
        """Whether training could go on from here: a run that diverges may leave infinities behind."""
        return all(np.isfinite(array).all() for array in tensors_of(self.state).values())


def tensors_of(state: TrainingState) -> dict[str, np.ndarray]:
    """Every array of the state under its name in the file: `layer2.weights`, `layer2.weights.mean_square`, …"""
    tensors: dict[str, np.ndarray] = {}
    for number, (layer, memories) in enumerate(zip(state.parameters, state.memory, strict=True), start=2):
        for kind, array, memory in zip(layer._fields, layer, memories, strict=True):
            tensors[f"layer{number}.{kind}"] = np.asarray(array)
            for field, remembered in memory._asdict().items():
                tensors[f"layer{number}.{kind}.{field}"] = np.asarray(remembered)
    return tensors


def memory_kind(optimizer: Optimizer) -> type[Any]:
    """The NamedTuple of what this optimizer remembers of an array."""
    return optimizer.start(np.zeros(1)).__class__


def require_state(state: TrainingState, sizes: tuple[int, ...], optimizer: Optimizer) -> None:
    """Checks that a state is one that this optimizer may have led a network of these sizes to.

    Raises:
        InvalidValueError: another number of layers, another optimizer's memory, other shapes or types, numbers that are
            not finite, a mean of squares below 0, or a number of steps that is none.
    """
    time = np.asarray(state.time)
    if time.dtype.kind not in "iu" or time.ndim or not 0 <= int(time) <= MAX_TIME:
        raise InvalidValueError(f"state: the number of steps made must be a whole number from 0, got {state.time!r}")
    if not len(state.parameters) == len(state.memory) == len(sizes) - 1:
        raise InvalidValueError(
            f"state: parameters and memory of {len(sizes) - 1} layers are required, got {len(state.parameters)} and "
            f"{len(state.memory)}"
        )
    kind = memory_kind(optimizer)
    for number, memories in enumerate(state.memory, start=2):
        for memory in memories:
            if type(memory) is not kind:
                raise InvalidValueError(
                    f"state: the memory of {optimizer} is a {kind.__name__}, layer {number} has a "
                    f"{type(memory).__name__}; it belongs to another optimizer"
                )
    dtype = np.asarray(state.parameters[0].weights).dtype
    for name, tensor in tensors_of(state).items():
        layer = int(name.partition(".")[0].removeprefix("layer"))
        shape = (sizes[layer - 1], sizes[layer - 2]) if "weights" in name else (sizes[layer - 1],)
        if tensor.shape != shape or tensor.dtype != dtype or dtype not in FLOATS:
            required = dtype if dtype in FLOATS else "float32 or float64"
            raise InvalidValueError(
                f"state: {name} must have shape {shape} and be {required}, got {tensor.shape} of {tensor.dtype}"
            )
        if not np.isfinite(tensor).all():
            raise InvalidValueError(f"state: {name} must be finite numbers, got NaN or infinity")
        if name.endswith("mean_square") and (tensor < 0).any():
            raise InvalidValueError(f"state: {name} must be at least 0, got {tensor.min()}")


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Writes the checkpoint, whole or not at all.

    Raises:
        InvalidValueError: `read_checkpoint` would refuse it: numbers that are not finite, a state that is not of this
            optimizer, a cost or an activation of one's own.
        WriteError: the disk is full or the folder missing.
    """
    require_state(checkpoint.state, checkpoint.sizes, checkpoint.optimizer)
    find_cost(checkpoint.rule.cost.name)
    require_activations(checkpoint.activations, len(checkpoint.sizes) - 1)
    require_position(checkpoint.epoch, checkpoint.met)
    document = {
        "format_version": FORMAT_VERSION,
        "sizes": list(checkpoint.sizes),
        "activations": list(checkpoint.activations),
        "cost": checkpoint.rule.cost.name,
        "optimizer": entry_of(checkpoint.optimizer),
        "penalty": entry_of(checkpoint.penalty),
        "time": int(checkpoint.state.time),
        "epoch": checkpoint.epoch,
        "met": checkpoint.met,
        "target_scaling": None if checkpoint.scaling is None else checkpoint.scaling.to_dict(),
    }
    write_atomically(path, pack_tensors(tensors_of(checkpoint.state), document))


def read_checkpoint(path: Path) -> Checkpoint:
    """Reads a checkpoint, or that of a run folder, as data only.

    Raises:
        MissingFileError: there is no such file.
        FormatError: it is truncated, foreign, from a newer version, or does not fit itself.
    """
    if path.is_dir():
        path = path / CHECKPOINT_FILE
    tensors, document = read_tensors(path, "no such checkpoint; a training run leaves one in its folder")
    try:
        return _build(tensors, document)
    except (PellucidError, TypeError, ValueError) as error:
        raise FormatError(f"{path}: no checkpoint that fits itself: {readable(error)}") from error


def _build(tensors: dict[str, np.ndarray], document: dict[str, Any]) -> Checkpoint:
    """The checkpoint that tensors and document stand for.

    Raises:
        PellucidError, TypeError, ValueError: an entry is missing, unknown, or not what it may be.
    """
    version = document.get("format_version")
    if type(version) is int and version > FORMAT_VERSION:
        raise FormatError(
            f"written in format {version}, this Pellucid reads up to {FORMAT_VERSION}; "
            "upgrade with: pip install --upgrade pellucid"
        )
    if version != FORMAT_VERSION or type(version) is not int or set(document) != KEYS:
        raise FormatError(f"the entries {', '.join(sorted(KEYS))} are required, got {', '.join(sorted(document))}")
    optimizer, penalty = optimizer_of(document["optimizer"]), penalty_of(document["penalty"])
    sizes, time, activations = document["sizes"], document["time"], document["activations"]
    if not isinstance(sizes, list) or not all(type(size) is int for size in cast(list[Any], sizes)):
        raise FormatError("sizes: a list of whole numbers is required")
    if type(time) is not int:
        raise FormatError("time: a whole number is required")
    whole = check_sizes(cast(list[int], sizes))
    if not isinstance(activations, list) or not isinstance(document["cost"], str):
        raise FormatError("activations and cost: a list of names and a name are required")
    require_activations(cast(list[Any], activations), len(whole) - 1)
    fields = memory_kind(optimizer)._fields
    required = {
        f"layer{number}.{kind}{suffix}"
        for number in range(2, len(whole) + 1)
        for kind in LayerParameters._fields
        for suffix in ("", *(f".{field}" for field in fields))
    }
    if set(tensors) != required:
        odd = ", ".join(sorted(set(tensors) ^ required)[:4])
        raise FormatError(
            f"tensors: those of layers 2 to {len(whole)} and of the memory of {optimizer.name} are required; "
            f"missing or unknown: {odd}"
        )

    def memory(name: str) -> State:
        return memory_kind(optimizer)(*(tensors[f"{name}.{field}"] for field in fields))

    layers = [f"layer{number}" for number in range(2, len(whole) + 1)]
    state = TrainingState(
        tuple(LayerParameters(tensors[f"{layer}.weights"], tensors[f"{layer}.biases"]) for layer in layers),
        tuple((memory(f"{layer}.weights"), memory(f"{layer}.biases")) for layer in layers),
        time,
    )
    require_state(state, whole, optimizer)
    rule = LearningRule(find_cost(document["cost"]), optimizer, penalty)
    require_position(document["epoch"], document["met"])
    entry = document["target_scaling"]
    scaling = None if entry is None else TargetScaling.from_dict(entry, whole[-1])
    names = tuple(cast(list[str], activations))
    return Checkpoint(state, rule, names, document["epoch"], document["met"], scaling)


def require_position(epoch: Any, met: Any) -> None:
    """Checks a position within the data.

    Raises:
        InvalidValueError: it is none.
    """
    for name, value in (("epoch", epoch), ("met", met)):
        if not is_whole(value, 0, MAX_TIME):
            raise InvalidValueError(f"{name}: a whole number from 0 to 2⁵³ is required, got {described(value)}")
    if met and not epoch:
        raise InvalidValueError(f"met: 0 is required before the first epoch, got {met}")


def require_activations(names: Sequence[Any], n_layers: int) -> None:
    """Checks that these are names of the closed list, one a layer.

    Raises:
        UnknownNameError: one is not; InvalidValueError: there are more or fewer.
    """
    for name in names:
        look_up(str(name), ACTIVATIONS, "activation")
    if len(names) != n_layers:
        raise InvalidValueError(f"activations: one for each of {n_layers} layers is required, got {len(names)}")
