"""The checkpoint of a run: what it holds, that it can be gone on from, and that a hostile one is refused."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

import pellucid as pl
from pellucid.data import Dataset
from pellucid.errors import FormatError, InvalidValueError, MissingFileError
from pellucid.maths import L1, L2, SGD, Adam, AdamW, Optimizer, RMSProp, find_cost
from pellucid.training.checkpoint import CHECKPOINT_FILE, Checkpoint, read_checkpoint, write_checkpoint
from pellucid.training.run_folder import write_results
from pellucid.training.step import LearningRule, TrainingState, start, step
from pellucid.training.targets import TargetScaling

OPTIMIZERS = (
    SGD(0.1),
    SGD(0.1, momentum=0.9),
    SGD(0.1, momentum=0.8, nesterov=True),
    RMSProp(0.01, decay=0.8),
    Adam(0.01),
    AdamW(0.01, weight_decay=0.1),
)


def arrays_of(state: TrainingState) -> list[np.ndarray]:
    return [
        *(array for layer in state.parameters for array in layer),
        *(array for memories in state.memory for memory in memories for array in memory),
    ]


SCALING = TargetScaling(np.array([1e5, -2.0, 0.0]), np.array([3e4, 1.0, 0.25]))


def checkpoint_of(optimizer: Optimizer, penalty: pl.L2 | L1 | None = None, n_steps: int = 3) -> Checkpoint:
    """Where a 5-4-3 network stands after some steps in NumPy: in the second epoch, of which it has met six examples."""
    network = pl.Network.random([5, 4, 3], activation="tanh", seed=2, dtype=np.float64)
    rule = LearningRule(find_cost("squared-error"), optimizer, penalty)
    state, generator = start(network.parameters, optimizer), np.random.default_rng(0)
    for _ in range(n_steps):
        x, expected = generator.normal(size=(6, 5)), generator.random((6, 3))
        state, _ = step(network, rule, state, x, expected, optimizer.learning_rate)
    return Checkpoint(state, rule, ("tanh", "tanh"), epoch=2, met=6, scaling=SCALING)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("penalty", [None, L1(0.01), L2(0.02)], ids=str)
def test_what_is_written_is_read_again(optimizer: Optimizer, penalty: L1 | L2 | None, tmp_path: Path):
    written = checkpoint_of(optimizer, penalty)
    write_checkpoint(tmp_path / CHECKPOINT_FILE, written)
    read = read_checkpoint(tmp_path)
    assert (read.optimizer, read.penalty, read.sizes) == (optimizer, penalty, (5, 4, 3))
    assert (read.rule.cost.name, read.activations) == ("squared-error", ("tanh", "tanh"))
    assert (read.state.time, read.epoch, read.met) == (3, 2, 6)
    assert read.scaling is not None
    assert read.scaling.to_dict() == SCALING.to_dict()
    assert [type(memory) for pair in read.state.memory for memory in pair] == [
        type(memory) for pair in written.state.memory for memory in pair
    ]
    for array, known in zip(arrays_of(read.state), arrays_of(written.state), strict=True):
        np.testing.assert_array_equal(array, known)
        assert array.dtype == known.dtype


def test_a_transposed_array_is_not_scrambled(tmp_path: Path):
    known = checkpoint_of(SGD(0.1))
    layer = known.state.parameters[0]
    turned = layer._replace(weights=np.asfortranarray(layer.weights))
    write_checkpoint(
        tmp_path / "c", replace(known, state=known.state._replace(parameters=(turned, *known.state[0][1:])))
    )
    np.testing.assert_array_equal(read_checkpoint(tmp_path / "c").state.parameters[0].weights, layer.weights)


def test_training_ends_where_its_checkpoint_says_and_the_same_run_gives_the_same_bytes(blobs: Dataset, tmp_path: Path):
    network = pl.Network.random([5, 6, 3], activation="tanh", output="softmax", seed=1)
    choices = {"cost": "cross-entropy", "optimizer": Adam(0.01), "penalty": L2(0.001), "batch_size": 16, "epochs": 3}
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        result = pl.train(network, blobs, **choices)
        write_results(folder, result.model, result, blobs)
    content = (tmp_path / "one" / CHECKPOINT_FILE).read_bytes()
    assert content == (tmp_path / "two" / CHECKPOINT_FILE).read_bytes()
    held = read_checkpoint(tmp_path / "one")
    assert (held.optimizer, held.penalty) == (Adam(0.01), L2(0.001))
    assert held.state.time == 3 * math.ceil(blobs.train.n_samples / 16)
    assert (held.epoch, held.met, held.scaling) == (3, blobs.train.n_samples, None)
    # The same steps in NumPy float64: compiled float32 is off by its rounding.
    rule = LearningRule(find_cost("cross-entropy"), Adam(0.01), L2(0.001))
    state = start(network.astype(np.float64).parameters, rule.optimizer)
    for epoch in (1, 2, 3):
        order = np.random.default_rng([0, epoch]).permutation(blobs.train.n_samples)
        for first in range(0, len(order), 16):
            rows = order[first : first + 16]
            x, expected = blobs.train.inputs[rows].astype(float), blobs.train.expected[rows].astype(float)
            state, _ = step(network, rule, state, x, expected, 0.01)
    for array, known in zip(arrays_of(held.state), arrays_of(state), strict=True):
        np.testing.assert_allclose(array, known, rtol=1e-3, atol=1e-5)


def test_the_last_parameters_are_held_though_an_earlier_epoch_was_best(blobs: Dataset):
    network = pl.Network.random([5, 8, 3], activation="relu", output="softmax", seed=0)
    result = pl.train(network, blobs, cost="cross-entropy", optimizer=SGD(1.0), batch_size=8, epochs=20)
    assert result.best_epoch < 10
    assert not np.array_equal(result.checkpoint.state.parameters[0].weights, result.network.layers[0].weights)


def test_a_run_that_left_the_finite_numbers_leaves_no_checkpoint(blobs: Dataset, tmp_path: Path):
    network = pl.Network.random([5, 3], output="softmax", seed=1)
    result = pl.train(network, blobs, cost="cross-entropy", epochs=1)
    state = result.checkpoint.state
    broken = state.parameters[0]._replace(biases=np.full(3, np.inf, np.float32))
    checkpoint = replace(result.checkpoint, state=state._replace(parameters=(broken,)))
    write_results(tmp_path, result.model, replace(result, checkpoint=checkpoint), blobs)
    names = {"model.safetensors", "trained-on.safetensors", "history.jsonl", "timings.jsonl"}
    assert {file.name for file in tmp_path.iterdir()} == names
    with pytest.raises(InvalidValueError, match=r"^state: layer2.biases must be finite numbers, got NaN or infinity$"):
        write_checkpoint(tmp_path / CHECKPOINT_FILE, checkpoint)


def test_another_optimizers_memory_is_not_written(tmp_path: Path):
    checkpoint = checkpoint_of(Adam(0.01))
    checkpoint = replace(checkpoint, rule=replace(checkpoint.rule, optimizer=RMSProp(0.01)))
    with pytest.raises(InvalidValueError, match=r"layer 2 has a MomentState; it belongs to another optimizer$"):
        write_checkpoint(tmp_path / "c", checkpoint)
    assert not list(tmp_path.iterdir())


def test_a_missing_one_is_said_to_be_missing(tmp_path: Path):
    with pytest.raises(MissingFileError, match=r"no such checkpoint; a training run leaves one in its folder$"):
        read_checkpoint(tmp_path)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("checkpoint") / CHECKPOINT_FILE
    write_checkpoint(path, checkpoint_of(Adam(0.01), L2(0.5)))
    return path.read_bytes()


def refusal_of(content: bytes, path: Path) -> str:
    path.write_bytes(content)
    with pytest.raises(FormatError) as refused:
        read_checkpoint(path)
    message = str(refused.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(content: bytes, share: float, tmp_path: Path):
    message = refusal_of(content[: int(share * len(content))], tmp_path / "c")
    assert "truncated" in message or "no model file" in message


def test_a_model_file_is_no_checkpoint(blobs: Dataset, tmp_path: Path):
    network = pl.Network.random([5, 3], output="softmax", seed=1)
    pl.save(pl.train(network, blobs, cost="cross-entropy", epochs=1).model, tmp_path / "m.safetensors")
    message = refusal_of((tmp_path / "m.safetensors").read_bytes(), tmp_path / "c")
    assert (
        "the entries activations, cost, epoch, format_version, met, optimizer, penalty, sizes, target_scaling, time are"
        in message
    )


Document = dict
Tensors = dict[str, np.ndarray]


def changed(entry: str, value: object) -> Callable[[Document, Tensors], None]:
    """Puts another value into the document; `optimizer.beta1` is the entry within an entry."""

    def change(document: Document, tensors: Tensors) -> None:
        *outer, last = entry.split(".")
        for name in outer:
            document = document[name]
        document[last] = value

    return change


def with_tensor(name: str, make: Callable[[np.ndarray], np.ndarray]) -> Callable[[Document, Tensors], None]:
    def change(document: Document, tensors: Tensors) -> None:
        tensors[name] = make(tensors.get(name, np.zeros(4)))

    return change


def poisoned(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flat[1] = np.nan
    return array


HOSTILE = {
    "newer": (changed("format_version", 2), "written in format 2, this Pellucid reads up to 1"),
    "version true": (changed("format_version", True), "optimizer, penalty, sizes, target_scaling, time are required"),
    "another entry": (
        changed("colour", 1),
        "the entries activations, cost, epoch, format_version, met, optimizer, penalty, sizes, target_scaling, time",
    ),
    "unknown optimizer": (changed("optimizer.name", "os.system"), "optimizer: the entry of one of sgd, rmsprop, adam"),
    "an unknown cost": (changed("cost", "wrong"), "cost: 'wrong' is not known"),
    "a cost that is a list": (changed("cost", ["huber"]), "activations and cost: a list of names and a name"),
    "an unknown activation": (changed("activations", ["tanh", "os.system"]), "activation: 'os.system' is not known"),
    "an activation too few": (changed("activations", ["tanh"]), "one for each of 2 layers is required, got 1"),
    "optimizer a list": (changed("optimizer", ["adam"]), "optimizer: the entry of one of sgd"),
    "name a list": (changed("optimizer.name", ["adam"]), "optimizer: the entry of one of sgd"),
    "other optimizer": (
        changed("optimizer", {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": False}),
        "tensors: those of layers 2 to 3 and of the memory of sgd are required; missing or unknown: layer2.biases.mean",
    ),
    "nesterov 1": (
        changed("optimizer", {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": 1}),
        "optimizer: nesterov must be true or false",
    ),
    "rate below 0": (changed("optimizer.learning_rate", -1), "adam: learning_rate must be a number above 0, got -1.0"),
    "rate true": (changed("optimizer.learning_rate", True), "optimizer: learning_rate must be a number"),
    "rate huge": (changed("optimizer.learning_rate", 10**400), "optimizer: a number is beyond float64"),
    "no epsilon": (
        lambda document, tensors: document["optimizer"].pop("epsilon"),
        "adam has the entries learning_rate",
    ),
    "unknown penalty": (changed("penalty", {"name": "l3", "strength": 1}), "penalty: the entry of one of l2, l1"),
    "penalty below 0": (changed("penalty.strength", -1), "l2: the strength must be a number of at least 0, got -1"),
    "time below 0": (changed("time", -1), "the number of steps made must be a whole number from 0, got -1"),
    "time a text": (changed("time", "3"), "time: a whole number is required"),
    "time huge": (changed("time", 10**30), "the number of steps made must be a whole number from 0"),
    "epoch below 0": (changed("epoch", -1), "epoch: a whole number from 0 to 2⁵³ is required, got -1"),
    "epoch true": (changed("epoch", True), "epoch: a whole number from 0 to 2⁵³ is required, got True"),
    "epoch a text": (changed("epoch", "2"), "epoch: a whole number from 0 to 2⁵³ is required, got '2'"),
    "met a fraction": (changed("met", 6.5), "met: a whole number from 0 to 2⁵³ is required, got 6.5"),
    "met huge": (changed("met", 10**400), "met: a whole number from 0 to 2⁵³ is required, got int"),
    "met before the first epoch": (changed("epoch", 0), "met: 0 is required before the first epoch, got 6"),
    "a scaling that is a text": (
        changed("target_scaling", "mean"),
        "target_scaling: a list of 3 numbers is required as mean",
    ),
    "means too few": (
        changed("target_scaling.mean", [1.0, 2.0]),
        "target_scaling: a list of 3 numbers is required as mean",
    ),
    "a deviation of texts": (
        changed("target_scaling.deviation", ["1", "2", "3"]),
        "target_scaling: a list of 3 numbers is required as deviation",
    ),
    "a deviation of 0": (
        changed("target_scaling.deviation", [1.0, 0.0, 1.0]),
        "target_scaling: mean and deviation are required, the deviation above 0",
    ),
    "a mean beyond float64": (
        changed("target_scaling.mean", [10**400, 0, 0]),
        "target_scaling: mean: a number is beyond float64",
    ),
    "more in a scaling": (
        changed("target_scaling.median", [0, 0, 0]),
        "target_scaling: mean and deviation are required",
    ),
    "sizes a text": (changed("sizes", "543"), "sizes: a list of whole numbers is required"),
    "sizes true": (changed("sizes", [True, 4, 3]), "sizes: a list of whole numbers is required"),
    "one size": (changed("sizes", [5]), "sizes: at least an input and an output layer are required"),
    "size 0": (changed("sizes", [5, 0, 3]), "sizes: each must be a whole number from 1"),
    "other sizes": (
        changed("sizes", [5, 7, 3]),
        "layer2.weights must have shape (7, 5) and be float64, got (4, 5) of float64",
    ),
    "more layers": (changed("sizes", [5, 4, 3, 2]), "activations: one for each of 3 layers is required, got 2"),
    "another tensor": (with_tensor("layer9.weights", np.ones_like), "missing or unknown: layer9.weights"),
    "transposed": (
        with_tensor("layer2.weights.mean", lambda array: np.ascontiguousarray(array.T)),
        "layer2.weights.mean must have shape (4, 5) and be float64, got (5, 4) of float64",
    ),
    "other type": (
        with_tensor("layer3.biases", lambda array: array.astype(np.float32)),
        "layer3.biases must have shape (3,) and be float64, got (3,) of float32",
    ),
    "whole numbers": (
        with_tensor("layer2.weights", lambda array: array.astype(np.int64)),
        "layer2.weights must have shape (4, 5) and be float32 or float64, got (4, 5) of int64",
    ),
    "NaN": (with_tensor("layer2.weights.mean_square", poisoned), "layer2.weights.mean_square must be finite numbers"),
    "NaN weight": (with_tensor("layer3.weights", poisoned), "layer3.weights must be finite numbers, got NaN or infin"),
    "a mean of squares below 0": (
        with_tensor("layer3.biases.mean_square", lambda array: array - 9.0),
        "layer3.biases.mean_square must be at least 0, got -",
    ),
}


@pytest.mark.parametrize(("change", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_what_does_not_fit_itself_is_refused_in_one_line(
    content: bytes, change: Callable[[Document, Tensors], None], expected: str, tmp_path: Path
):
    length = int.from_bytes(content[:8], "little")
    document = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["pellucid"])
    tensors = load(content)
    change(document, tensors)
    assert expected in refusal_of(save(tensors, {"pellucid": json.dumps(document)}), tmp_path / "c")
