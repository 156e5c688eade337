"""A checkpoint that is damaged, foreign or hostile is refused in one line."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

import pellucid as pl
from pellucid.data import Dataset
from pellucid.errors import FormatError
from pellucid.maths import L2, Adam
from pellucid.training.checkpoint import CHECKPOINT_FILE, read_checkpoint, write_checkpoint


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory, make_checkpoint) -> bytes:
    path = tmp_path_factory.mktemp("checkpoint") / CHECKPOINT_FILE
    write_checkpoint(path, make_checkpoint(Adam(0.01), L2(0.5)))
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
    assert "the entries activations, best_epoch, checksum, config, epoch, format_version, met, plan, " in message


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
    "version true": (
        changed("format_version", True),
        "stopped_because, target_scaling, time are required",
    ),
    "another entry": (
        changed("colour", 1),
        "the entries activations, best_epoch, checksum, config, epoch, format_version, met, plan, sizes, ",
    ),
    "unknown optimizer": (
        changed("plan.optimizer.name", "os.system"),
        "optimizer: the entry of one of sgd, rmsprop",
    ),
    "an unknown cost": (changed("plan.cost", "wrong"), "cost: 'wrong' is not known"),
    "a cost that is a list": (changed("plan.cost", ["huber"]), "plan: cost must be a text"),
    "activations a text": (changed("activations", "tanh"), "activations: a list of names is required"),
    "an unknown activation": (changed("activations", ["tanh", "os.system"]), "activation: 'os.system' is not known"),
    "an activation too few": (changed("activations", ["tanh"]), "one for each of 2 layers is required, got 1"),
    "optimizer a list": (changed("plan.optimizer", ["adam"]), "optimizer: the entry of one of sgd"),
    "name a list": (changed("plan.optimizer.name", ["adam"]), "optimizer: the entry of one of sgd"),
    "other optimizer": (
        changed("plan.optimizer", {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": False}),
        "tensors: those of layers 2 to 3, of the memory of sgd and of the history are required; missing or unknown: ",
    ),
    "nesterov 1": (
        changed("plan.optimizer", {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": 1}),
        "optimizer: nesterov must be true or false",
    ),
    "rate below 0": (
        changed("plan.optimizer.learning_rate", -1),
        "learning_rate must be a number above 0, got -1.0",
    ),
    "rate true": (changed("plan.optimizer.learning_rate", True), "optimizer: learning_rate must be a number"),
    "rate huge": (changed("plan.optimizer.learning_rate", 10**400), "optimizer: a number is beyond float64"),
    "no epsilon": (
        lambda document, tensors: document["plan"]["optimizer"].pop("epsilon"),
        "adam has the entries learning_rate",
    ),
    "unknown penalty": (changed("plan.penalty", {"name": "l3", "strength": 1}), "penalty: the entry of one of l2, l1"),
    "penalty below 0": (
        changed("plan.penalty.strength", -1),
        "l2: the strength must be a number of at least 0, g",
    ),
    "time below 0": (changed("time", -1), "the number of steps made must be a whole number from 0, got -1"),
    "time a text": (changed("time", "3"), "time and best_epoch: whole numbers are required"),
    "time huge": (changed("time", 10**30), "the number of steps made must be a whole number from 0"),
    "epoch below 0": (changed("epoch", -1), "epoch: a whole number from 0 to 2⁵³ is required, got -1"),
    "epoch true": (changed("epoch", True), "epoch: a whole number from 0 to 2⁵³ is required, got True"),
    "epoch a text": (changed("epoch", "2"), "epoch: a whole number from 0 to 2⁵³ is required, got '2'"),
    "met a fraction": (changed("met", 6.5), "met: a whole number from 0 to 2⁵³ is required, got 6.5"),
    "met huge": (changed("met", 10**400), "met: a whole number from 0 to 2⁵³ is required, got int"),
    "met before the first epoch": (changed("epoch", 0), "met: 0 is required before the first epoch, got 6"),
    "an epoch without those before": (changed("epoch", 5), "epoch: 2 or the next is required, got 5"),
    "a best epoch to come": (changed("best_epoch", 3), "best_epoch: one of the 2 epochs that are done, with its param"),
    "a best epoch below 0": (changed("best_epoch", -1), "best_epoch: one of the 2 epochs that are done"),
    "a best epoch that is a text": (changed("best_epoch", "2"), "time and best_epoch: whole numbers are required"),
    "no best epoch but its parameters": (changed("best_epoch", 0), "missing or unknown: best.layer2.biases"),
    "a checksum that is a number": (changed("checksum", 7), "checksum and stopped_because: texts are required"),
    "a configuration that is none": (changed("config", "essay"), "config: a table of entries is required"),
    "a reason that is none": (changed("stopped_because", None), "checksum and stopped_because: texts are required"),
    "no plan": (changed("plan", None), "plan: the entries balance, batch_size, cost, "),
    "more in the plan": (changed("plan.hook", "os.system"), "plan: the entries balance, batch_size, cost, "),
    "an unknown schedule": (changed("plan.schedule", "os.system"), "schedule: 'os.system' is not known"),
    "a schedule out of range": (changed("plan.schedule", "step:every=0"), "every of step must be from 1"),
    "an unknown balance": (changed("plan.balance", "odd"), "balance: 'odd' is not known"),
    "a distortion out of range": (changed("plan.distortions", "flip=2"), "flip must be from 0 to 1, got 2"),
    "a seed below 0": (changed("plan.seed", -1), "seed: must be a whole number from 0 to 2⁶³−1, got -1"),
    "epochs without end": (changed("plan.epochs", 10**9), "epochs: must be a whole number from 1 to 1,000,000"),
    "a batch of 0": (changed("plan.batch_size", 0), "batch_size: must be a whole number above 0 or 'full', got 0"),
    "patience 0": (changed("plan.patience", 0), "patience: must be a whole number above 0, got 0"),
    "a gain that is a text": (changed("plan.least_gain", "0"), "scale_targets must be true or false, and least_gain a"),
    "dropout 1": (changed("plan.regularisation.dropout", [1.0]), "dropout: must be at least 0 and below 1, got 1.0"),
    "dropout of texts": (changed("plan.regularisation.dropout", ["0"]), "dropout: a number is required, got '0'"),
    "dropout a number": (changed("plan.regularisation.dropout", 0.5), "dropout: a list of shares is required, got 0.5"),
    "unknown regularisation": (changed("plan.regularisation.hook", 1), "regularisation: entries of dropout, "),
    "no averaging but averages": (
        lambda document, tensors: document["plan"]["regularisation"].pop("averaging"),
        "missing or unknown: average.layer2.biases",
    ),
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
        "tensors: a network of sizes (5, 7, 3) is required, got one of (5, 4, 3)",
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
    "flat weights": (
        with_tensor("layer2.weights", np.ravel),
        "tensors: weights in two dimensions, and biases in one, are required",
    ),
    "a single weight": (
        with_tensor("layer2.weights", lambda array: np.array(1.0)),
        "tensors: weights in two dimensions, and biases in one, are required",
    ),
    "a single bias": (
        with_tensor("layer3.biases", lambda array: np.array(1.0)),
        "tensors: weights in two dimensions, and biases in one, are required",
    ),
    "a history in float32": (
        with_tensor("history", lambda array: array.astype(np.float32)),
        "history: float64 rows of 7 figures are required",
    ),
    "a history with a gap": (
        with_tensor("history", lambda array: array + 1),
        "history: epochs from 1, each with a finite cost and learning rate, are required",
    ),
    "a history with NaN": (
        with_tensor("history", poisoned),
        "history: epochs from 1, each with a finite cost and learning rate, are required",
    ),
    "costs of another length": (
        with_tensor("epoch.costs", lambda array: np.zeros(2)),
        "correct: one float64 for each step of the epoch is required, got (1,)",
    ),
    "costs in float32": (
        with_tensor("epoch.costs", lambda array: array.astype(np.float32)),
        "costs: one float64 for each step of the epoch is required, got (1,)",
    ),
    "costs that are infinite": (
        with_tensor("epoch.costs", lambda array: array * np.inf),
        "costs: finite numbers are required",
    ),
    "best parameters of another shape": (
        with_tensor("best.layer3.weights", lambda array: np.ascontiguousarray(array.T)),
        "best.layer3.weights must have shape (3, 4) and be float64, got (4, 3) of float64",
    ),
    "best parameters with NaN": (with_tensor("best.layer2.weights", poisoned), "best.layer2.weights must be finite"),
    "averages with NaN": (with_tensor("average.layer2.weights", poisoned), "average.layer2.weights must be finite num"),
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
