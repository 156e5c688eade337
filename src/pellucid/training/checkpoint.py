"""The checkpoint: all that training needs to go on from where it stands, as one file of plain data.

It holds the last parameters, what the optimizer remembers of each, their averages, the number of steps made, where in
the data that was, the best epoch's parameters, the history, plan and configuration, and the checksum of the data; and
no times, so that the same run gives the same bytes. (What chance decides follows from the plan's seed and the number of
steps.)
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from pellucid.errors import FormatError, InvalidValueError, PellucidError, described, is_whole, look_up
from pellucid.files import pack_tensors, read_tensors, readable, write_atomically
from pellucid.maths import ACTIVATIONS, LayerParameters, Optimizer, Parameters, find_cost
from pellucid.maths.network import check_sizes
from pellucid.maths.optimizers import State
from pellucid.training.history import EpochRecord, from_array, to_array
from pellucid.training.plan import Plan
from pellucid.training.step import LearningRule, TrainingState
from pellucid.training.targets import TargetScaling

CHECKPOINT_FILE = "checkpoint.safetensors"
PREVIOUS_FILE = "checkpoint-before.safetensors"
"""The one before, which stays beside it."""
FORMAT_VERSION = 1
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
KEYS = {"format_version", "sizes", "activations", "plan", "time", "epoch", "met", "best_epoch", "checksum"} | {
    "target_scaling",
    "stopped_because",
    "config",
}
MAX_TIME = 2**53
HISTORY, COSTS, CORRECT = "history", "epoch.costs", "epoch.correct"


class Position(NamedTuple):
    """Where in the data training stands.

    Attributes:
        epoch: the one under way, or done with, from 1; 0 before the first. With the seed it gives the examples' order.
        met: how many examples of it were met.
        costs, correct: of each step of it so far, the sum of the examples' costs and the number of right ones.
    """

    epoch: int
    met: int
    costs: np.ndarray
    correct: np.ndarray


BEGINNING = Position(0, 0, np.empty(0), np.empty(0))


@dataclass(frozen=True)
class Checkpoint:
    """Where training stands.

    Attributes:
        state: the last parameters, the optimizer's memory, averages and the number of steps made, in NumPy arrays.
        plan: how the network is trained.
        activations: the names of those of layer 2 to layer L.
        position: where in the data that is.
        history: a record for each epoch that is done.
        best: the parameters of the best of them.
        best_epoch: which it is, from 1; 0 before the first is done.
        checksum: of the data.
        scaling: of the targets, in whose scaled units the parameters answer; None: in the targets' own.
        stopped_because: why the run ended; empty while it is under way.
        config: the entries of the configuration that its numbers follow from, where the run has one.
    """

    state: TrainingState
    plan: Plan
    activations: tuple[str, ...]
    position: Position = BEGINNING
    history: tuple[EpochRecord, ...] = ()
    best: Parameters | None = None
    best_epoch: int = 0
    checksum: str = ""
    scaling: TargetScaling | None = None
    stopped_because: str = ""
    config: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any])

    @property
    def rule(self) -> LearningRule:
        """What a step minimises, and how."""
        return self.plan.rule

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
    return tensors | parameters_as(AVERAGE, state.averages)


AVERAGE, BEST = "average", "best"


def parameters_as(place: str, parameters: Parameters | None) -> dict[str, np.ndarray]:
    """These parameters under names such as `best.layer2.weights`; nothing where there are none."""
    return {
        f"{place}.layer{number}.{kind}": np.asarray(array)
        for number, layer in enumerate(parameters or (), start=2)
        for kind, array in layer._asdict().items()
    }


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
    if state.averages is not None and len(state.averages) != len(sizes) - 1:
        raise InvalidValueError(f"state: averages of {len(sizes) - 1} layers are required, got {len(state.averages)}")
    require_tensors(tensors_of(state), sizes, np.asarray(state.parameters[0].weights).dtype)


def require_tensors(tensors: dict[str, np.ndarray], sizes: tuple[int, ...], dtype: np.dtype) -> None:
    """Checks arrays that belong to the parameters of such a network, by their names.

    Raises:
        InvalidValueError: one has another shape or type, or holds numbers that it may not.
    """
    for name, tensor in tensors.items():
        place = name.removeprefix(f"{AVERAGE}.").removeprefix(f"{BEST}.")
        layer = int(place.partition(".")[0].removeprefix("layer"))
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


def write_checkpoint(path: Path, checkpoint: Checkpoint, *, previous: Path | None = None) -> None:
    """Writes the checkpoint, whole or not at all.

    Parameters:
        path: of the file.
        checkpoint: what it is to hold.
        previous: where the one before is kept, in the same folder; None: nowhere.

    Raises:
        InvalidValueError: `read_checkpoint` would refuse it: numbers that are not finite, a state that is not of this
            optimizer, a cost or an activation of one's own.
        WriteError: the disk is full or the folder missing.
    """
    require_whole(checkpoint)
    position = checkpoint.position
    document = {
        "format_version": FORMAT_VERSION,
        "sizes": list(checkpoint.sizes),
        "activations": list(checkpoint.activations),
        "plan": checkpoint.plan.to_dict(),
        "time": int(checkpoint.state.time),
        "epoch": position.epoch,
        "met": position.met,
        "best_epoch": checkpoint.best_epoch,
        "checksum": checkpoint.checksum,
        "target_scaling": None if checkpoint.scaling is None else checkpoint.scaling.to_dict(),
        "stopped_because": checkpoint.stopped_because,
        "config": dict(checkpoint.config),
    }
    told = {HISTORY: to_array(checkpoint.history), COSTS: position.costs, CORRECT: position.correct}
    tensors = tensors_of(checkpoint.state) | parameters_as(BEST, checkpoint.best) | told
    write_atomically(path, pack_tensors(tensors, document), previous=previous)


def require_whole(checkpoint: Checkpoint) -> None:
    """Checks that a checkpoint fits itself.

    Raises:
        InvalidValueError: it does not; UnknownNameError: a name is not of the closed lists.
    """
    state, position = checkpoint.state, checkpoint.position
    require_state(state, checkpoint.sizes, checkpoint.rule.optimizer)
    dtype = np.asarray(state.parameters[0].weights).dtype
    require_tensors(parameters_as(BEST, checkpoint.best), checkpoint.sizes, dtype)
    find_cost(checkpoint.rule.cost.name)
    require_activations(checkpoint.activations, len(checkpoint.sizes) - 1)
    require_position(position.epoch, position.met)
    for name, array in (("costs", position.costs), ("correct", position.correct)):
        if array.dtype != np.float64 or array.shape != position.costs.shape or array.ndim != 1:
            raise InvalidValueError(f"{name}: one float64 for each step of the epoch is required, got {array.shape}")
        if not np.isfinite(array).all():
            raise InvalidValueError(f"{name}: finite numbers are required")
    n_done = len(checkpoint.history)
    if not is_whole(checkpoint.best_epoch, 0, n_done) or (checkpoint.best is None) != (checkpoint.best_epoch == 0):
        raise InvalidValueError(
            f"best_epoch: one of the {n_done:,} epochs that are done, with its parameters, is required, got "
            f"{described(checkpoint.best_epoch)}"
        )
    if position.epoch - n_done not in (0, 1):
        raise InvalidValueError(f"epoch: {n_done:,} or the next is required, got {position.epoch:,}")


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


def read_latest(folder: Path) -> tuple[Checkpoint, str]:
    """The newest checkpoint of a run folder that is whole; and a sentence, should that not be the last one written.

    Raises:
        MissingFileError, FormatError: as `read_checkpoint`, of the last one, where the one before is no better.
    """
    try:
        return read_checkpoint(folder), ""
    except PellucidError as error:
        try:
            before = read_checkpoint(folder / PREVIOUS_FILE)
        except PellucidError:
            raise error from None
        return before, f"{readable(error)}; the one before, of epoch {before.position.epoch:,}, is used in its place"


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
    plan = Plan.from_dict(document["plan"])
    optimizer = plan.rule.optimizer
    sizes, time, activations = document["sizes"], document["time"], document["activations"]
    if not isinstance(sizes, list) or not all(type(size) is int for size in cast(list[Any], sizes)):
        raise FormatError("sizes: a list of whole numbers is required")
    if type(time) is not int or type(document["best_epoch"]) is not int:
        raise FormatError("time and best_epoch: whole numbers are required")
    whole = check_sizes(cast(list[int], sizes))
    if not isinstance(activations, list):
        raise FormatError("activations: a list of names is required")
    if not isinstance(document["checksum"], str) or not isinstance(document["stopped_because"], str):
        raise FormatError("checksum and stopped_because: texts are required")
    if not isinstance(document["config"], dict):
        raise FormatError("config: a table of entries is required")
    require_activations(cast(list[Any], activations), len(whole) - 1)
    fields = memory_kind(optimizer)._fields
    layers = [f"layer{number}" for number in range(2, len(whole) + 1)]
    places = [f"{AVERAGE}."] if plan.rule.regularisation.averaging else []
    places += [f"{BEST}."] if document["best_epoch"] else []
    kinds = LayerParameters._fields
    ends = ["", *(f".{field}" for field in fields)]
    required = {f"{layer}.{kind}{end}" for layer in layers for kind in kinds for end in ends}
    required |= {f"{place}{layer}.{kind}" for place in places for layer in layers for kind in kinds}
    required |= {HISTORY, COSTS, CORRECT}
    if set(tensors) != required:
        odd = ", ".join(sorted(set(tensors) ^ required)[:4])
        raise FormatError(
            f"tensors: those of layers 2 to {len(whole)}, of the memory of {optimizer.name} and of the history are "
            f"required; missing or unknown: {odd}"
        )

    # The sizes, against which all shapes are checked, are read off of these.
    if [tensors[f"{layer}.{kind}"].ndim for layer in layers for kind in kinds] != [2, 1] * len(layers):
        raise FormatError("tensors: weights in two dimensions, and biases in one, are required")

    def memory(name: str) -> State:
        return memory_kind(optimizer)(*(tensors[f"{name}.{field}"] for field in fields))

    def parameters(place: str) -> Parameters:
        return tuple(LayerParameters(*(tensors[f"{place}{layer}.{kind}"] for kind in kinds)) for layer in layers)

    state = TrainingState(
        parameters(""),
        tuple((memory(f"{layer}.weights"), memory(f"{layer}.biases")) for layer in layers),
        time,
        parameters(f"{AVERAGE}.") if plan.rule.regularisation.averaging else None,
    )
    entry = document["target_scaling"]
    checkpoint = Checkpoint(
        state,
        plan,
        tuple(cast(list[str], activations)),
        Position(document["epoch"], document["met"], tensors[COSTS], tensors[CORRECT]),
        from_array(tensors[HISTORY]),
        parameters(f"{BEST}.") if document["best_epoch"] else None,
        document["best_epoch"],
        document["checksum"],
        None if entry is None else TargetScaling.from_dict(entry, whole[-1]),
        document["stopped_because"],
        cast(dict[str, Any], document["config"]),
    )
    if checkpoint.sizes != whole:
        raise FormatError(f"tensors: a network of sizes {whole} is required, got one of {checkpoint.sizes}")
    require_whole(checkpoint)
    return checkpoint


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
