"""What is no model file, or does not fit itself, is refused in one line: as it is read, and before it is written."""

import json
import os
import pickle
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save as save_tensors

from pellucid.data import Features, NumberEncoder
from pellucid.errors import InvalidValueError
from pellucid.files import pack_tensors, unpack_tensors
from pellucid.maths import Network
from pellucid.model import Model, load, save


def write(path: Path, tensors: dict[str, np.ndarray], document: Any) -> Path:
    text = document if isinstance(document, str) else json.dumps(document)
    path.write_bytes(save_tensors(tensors, metadata={"pellucid": text}))
    return path


class Trap:
    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was run",))


def with_header(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


FOREIGN = {
    "empty": (b"", "no model file (a safetensors file is required)"),
    "pickle": (pickle.dumps(Trap()), "no model file (a safetensors file is required)"),
    "text": (b"not a model at all", "no model file (a safetensors file is required)"),
    "huge header": (
        struct.pack("<Q", 10**12) + b"{}" + bytes(100),
        "the header may take 1,048,576 bytes, this one claims 1,000,000,000,000",
    ),
    "long header": (struct.pack("<Q", 1000) + b"{}", "truncated: the header claims 1,000 bytes, the file has 10"),
    "twice the same key": (
        with_header(b'{"__metadata__": {"pellucid": "{}"}, "__metadata__": {}}'),
        "its JSON is damaged (a key stands twice)",
    ),
    "no UTF-8": (with_header(b'{"\xff": 1}'), "its JSON is damaged ("),
    "deep": (with_header(b'{"a":' * 100_000), "its JSON is damaged (maximum recursion depth exceeded"),
    "foreign": (
        save_tensors({"a": np.ones(3)}, metadata={"format": "pt"}),
        "a safetensors file, but not one of Pellucid's (its metadata has no 'pellucid')",
    ),
    "foreign without metadata": (save_tensors({"a": np.ones(3)}), "a safetensors file, but not one of Pellucid's"),
    "metadata of another kind": (
        with_header(b'{"__metadata__": {"pellucid": 3}}'),
        "a safetensors file, but not one of Pellucid's",
    ),
    "many tensors": (
        save_tensors({str(k): np.zeros(1, np.float32) for k in range(4097)}, metadata={"pellucid": "{}"}),
        "at most 4096 tensors are read, got 4097",
    ),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_files_are_refused(tmp_path: Path, kind: str, refusal: Callable):
    path = tmp_path / "model.safetensors"
    content, message = FOREIGN[kind]
    path.write_bytes(content)
    assert refusal(path).startswith(message)


DOCUMENTS = {
    "no JSON": ("{", "its JSON is damaged (Expecting property name"),
    "a list": ("[]", "its JSON must be an object, got list"),
    "a key twice": ('{"sizes": [1], "sizes": [2]}', "its JSON is damaged (a key stands twice)"),
    "not a number": ('{"sizes": NaN}', "its JSON is damaged (NaN is no number)"),
    "infinite": ('{"sizes": 1e999}', "its JSON is damaged (1e999 is too large)"),
    "deep": ('{"a":' * 20_000, "its JSON is damaged (maximum recursion depth exceeded"),
    "empty": ("{}", "format_version must be a whole number from 1, got None"),
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_documents_that_are_none_are_refused(tmp_path: Path, kind: str, refusal: Callable):
    text, message = DOCUMENTS[kind]
    assert refusal(write(tmp_path / "model", {"a": np.ones(1)}, text)).startswith(message)


def setting(**entries: Any) -> Callable[[dict, dict], None]:
    return lambda tensors, document: document.update(entries)


def features(**entries: Any) -> Callable[[dict, dict], None]:
    return lambda tensors, document: document["features"].update(entries)


def putting(**entries: np.ndarray) -> Callable[[dict, dict], None]:
    return lambda tensors, document: tensors.update({name.replace("_", "."): value for name, value in entries.items()})


def f32(*shape: int) -> np.ndarray:
    return np.ones(shape, np.float32)


NOT_FINITE = "finite floating-point numbers are required, got"
LAYERS_2_AND_3 = "tensors: those of layers 2 to 3 are required; missing or unknown:"
NAMES = "classes: names of at most 200 printable characters are required,"
ALL_ENTRIES = "the entries activations, classes, cost, features, format_version, provenance, sizes are required;"

CHANGES: list[tuple[Callable[[dict, dict], Any], str]] = [
    (setting(format_version=2), "written in format 2, this Pellucid reads up to 1; upgrade with: pip install --"),
    (setting(format_version=True), "format_version must be a whole number from 1, got True"),
    (setting(format_version="1"), "format_version must be a whole number from 1, got '1'"),
    (setting(format_version=0), "format_version must be a whole number from 1, got 0"),
    (setting(extra=1), f"{ALL_ENTRIES} missing or unknown: extra"),
    (lambda _, document: document.pop("cost"), f"{ALL_ENTRIES} missing or unknown: cost"),
    (setting(activations=["gelu", "magic"]), "does not fit itself: activation: 'magic' is not known"),
    (setting(activations=["gelu"]), "activations: a list of 2 names is required, one for each layer after the first"),
    (setting(activations=["gelu", "softmax", "relu"]), "activations: a list of 2 names is required"),
    (setting(activations=[["gelu"], "softmax"]), "activations: a list of 2 names is required"),
    (setting(activations=None), "activations: a list of 2 names is required"),
    (setting(cost="magic"), "cost: one of squared-error, "),
    (setting(cost=["squared-error"]), "cost: one of squared-error, "),
    (setting(sizes=[6, 4, 4]), "sizes: the tensors say [6, 4, 3], the header [6, 4, 4]"),
    (
        setting(sizes=[6, 4], activations=["gelu"]),
        "tensors: those of layers 2 to 2 are required; missing or unknown: la",
    ),
    (setting(sizes=[6], activations=[]), "sizes: a list of at least two whole numbers is required"),
    (setting(sizes=[6, True, 3]), "sizes: a list of at least two whole numbers is required"),
    (setting(sizes=None), "sizes: a list of at least two whole numbers is required"),
    (setting(classes=["a", "b"]), "classes: 3 names are required, got 2"),
    (setting(classes=["a", "b", 3]), "classes: a list of names is required, got list"),
    (setting(classes=["a", "b", "a"]), "classes: each name may stand once, 'a' stands twice"),
    (setting(classes=["a", "b", "\x1b[2J"]), f"{NAMES} name 3 has 4, some of them not printable"),
    (setting(classes=["a", "b\u202e", "c"]), f"{NAMES} name 2 has 2, some of them not printable"),
    (setting(classes=["x" * 201, "b", "c"]), f"{NAMES} name 1 has 201"),
    (setting(cost="binary-cross-entropy"), "does not fit itself: cost: binary-cross-entropy needs the output activati"),
    (setting(classes="abc"), "classes: a list of names is required, got str"),
    (setting(provenance=[]), "provenance: an object is required"),
    (features(shape=[2, 4]), "features: they give 8 numbers, the "),
    (
        setting(features={"shape": [6]}),
        "features: kind must be one of numbers, pictures, sounds, table, text, not None",
    ),
    (setting(features={"kind": "numbers"}), "features: the entries kind, scale, shape, shift are required, kind arriv"),
    (
        features(kind="smell"),
        "features: kind must be one of numbers, pictures, sounds, table, text, not 'smell'; if a n",
    ),
    (
        features(kind="pictures"),
        "features: the entries contrast, kind, rule, scale, shape, shift are required, kind, sc",
    ),
    (setting(features=None), "features: an object is required"),
    (features(scale=0), "features: scale must be "),
    (features(shift="evil"), "features: shift must be a number, or 'each' with a tensor of them, not 'evil'"),
    (features(shift="each"), "features: shift must be a number, or 'each' with a tensor of them, not 'each'"),
    (putting(features_shift=f32(6)), "features: the tensors none are required, not shift"),
    (putting(layer4_weights=f32(1, 3)), f"{LAYERS_2_AND_3} layer4.weights"),
    (lambda tensors, _: tensors.pop("layer3.biases"), f"{LAYERS_2_AND_3} layer3.biases"),
    (putting(layer2_weights=f32(4, 6) * np.nan), f"tensor layer2.weights: {NOT_FINITE} float32 with NaN or infinity"),
    (putting(layer2_biases=f32(4) * np.inf), f"tensor layer2.biases: {NOT_FINITE} float32 with NaN or infinity"),
    (putting(layer2_weights=np.ones((4, 6), np.int32)), f"tensor layer2.weights: {NOT_FINITE} int32"),
    (putting(layer2_weights=f32(6, 4)), "does not fit itself: biases: one for each row of weights is required"),
    (putting(layer3_weights=f32(3, 5)), "does not fit itself: layer 3: its weights must have one column for each of"),
    (putting(layer3_weights=f32(3, 4, 1)), "does not fit itself: weights: must be floating-point numbers in 2 "),
]


HOSTILE = "x\n\x1b[31mall is well\u202e" + "y" * 10_000
HOSTILE_CHANGES = {
    "entry": setting(**{HOSTILE: 1}),
    "version": setting(format_version=HOSTILE),
    "activation": setting(activations=["gelu", HOSTILE]),
    "cost": setting(cost=HOSTILE),
    "sizes": setting(sizes=[6, 4] + [3] * 5_000, activations=["gelu"] * 5_001),
    "huge version": setting(format_version=10**4000),
    "tensor": lambda tensors, _: tensors.update({HOSTILE: f32(1)}),
    "feature": setting(features={HOSTILE: 1}),
    "kind of features": features(kind=HOSTILE),
    "scale": features(scale=HOSTILE),
    "tensor of the features": lambda tensors, _: tensors.update({f"features.{HOSTILE}": f32(1)}),
}


@pytest.mark.parametrize("kind", HOSTILE_CHANGES)
def test_a_hostile_file_cannot_choose_what_the_message_does_to_a_terminal(
    tmp_path: Path, model: Model, kind: str, contents: Callable, refusal: Callable
):
    tensors, document = contents(save(model, tmp_path / "model"))
    HOSTILE_CHANGES[kind](tensors, document)
    assert refusal(write(tmp_path / "changed", tensors, document)).isprintable()


@pytest.mark.parametrize(("change", "message"), CHANGES, ids=[message[:50] for _, message in CHANGES])
def test_files_that_do_not_fit_themselves_are_refused(
    tmp_path: Path, model: Model, change: Callable, message: str, contents: Callable, refusal: Callable
):
    tensors, document = contents(save(model, tmp_path / "model"))
    assert load(write(tmp_path / "as it was", tensors, document)).classes == model.classes
    change(tensors, document)
    assert refusal(write(tmp_path / "changed", tensors, document)).startswith(message)


def test_softmax_of_a_single_output_is_refused(tmp_path: Path):
    model = Model(Network.random([3, 1], output="softmax"), "cross-entropy", ("a", "b"), Features(NumberEncoder((3,))))
    with pytest.raises(InvalidValueError, match=r"activations: softmax of a single output is always 1; at least 2 out"):
        save(model, tmp_path / "model")


def test_more_classes_than_a_file_holds_are_refused(tmp_path: Path):
    names = tuple(map(str, range(10_001)))
    model = Model(Network.random([1, 10_001]), "squared-error", names, Features(NumberEncoder((1,))))
    with pytest.raises(InvalidValueError, match=r"was not written: classes: at most 10,000 are held, got 10,001$"):
        save(model, tmp_path / "model")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/zero").is_char_device(), reason="this system has no /dev/zero")
@pytest.mark.parametrize("kind", ["device", "link", "pipe"])
def test_what_might_never_end_is_not_read(tmp_path: Path, kind: str, refusal: Callable):
    path = Path("/dev/zero") if kind == "device" else tmp_path / kind
    if kind == "link":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    assert refusal(path) == "a regular file is required, this is a folder, a device or a pipe"


def test_a_file_longer_than_any_model_is_not_read(tmp_path: Path, refusal: Callable):
    path = tmp_path / "long"
    with path.open("wb") as file:
        file.truncate(2**33 + 1)  # takes no room on the disk
    assert refusal(path) == "may take 8,589,934,592 bytes, this one has 8,589,934,593"


def with_weight(model: Model, value: float) -> Model:
    first, *others = model.network.parameters
    weights = first.weights.copy()
    weights[1, 2] = value
    return replace(model, network=model.network.with_parameters((first._replace(weights=weights), *others)))


REFUSED_BY_SAVE: dict[str, tuple[Callable[[Model], Model], str]] = {
    "NaN weight": (
        lambda model: with_weight(model, np.nan),
        f"tensor layer2.weights: {NOT_FINITE} float32 with NaN or infinity",
    ),
    "long double": (
        lambda model: replace(model, network=model.network.astype(np.longdouble)),
        f"tensor layer2.weights: {NOT_FINITE}",
    ),
    "NaN": (lambda model: replace(model, provenance={"a": float("nan")}), "provenance: only texts, finite numbers, "),
    "an object": (lambda model: replace(model, provenance={"a": {1j}}), "provenance: only texts, finite numbers, "),
    "surrogate": (lambda model: replace(model, provenance={"a": "\ud800"}), "provenance: only texts, finite numbers, "),
    "the same key": (
        lambda model: replace(model, provenance={"1": 1, "a": {1: 1, "1": 2}}),
        "provenance: only texts, ",
    ),
    "too long": (
        lambda model: replace(model, provenance={"a": "x" * 2**20}),
        "document: with the tensors' names it may take 1,048,576 bytes as JSON, got 1,04",
    ),
    "escape sequence": (lambda model: replace(model, classes=("a", "b", "\x1b[2J")), f"{NAMES} name 3 has 4, some of"),
    "the same class": (lambda model: replace(model, classes=("a", "a", "b")), "classes: each name may stand once"),
    "fewer classes": (lambda model: replace(model, classes=("a", "b")), "classes: 3 names are required, got 2"),
    "cost": (lambda model: replace(model, cost="binary-cross-entropy"), "cost: binary-cross-entropy needs the output"),
    "features": (
        lambda model: replace(model, features=Features(NumberEncoder((5,)))),
        "features: they give 5 numbers, the input layer",
    ),
}


@pytest.mark.parametrize("kind", REFUSED_BY_SAVE)
def test_what_could_not_be_loaded_is_not_written(tmp_path: Path, model: Model, kind: str):
    path = save(model, tmp_path / "model")
    before = path.read_bytes()
    change, message = REFUSED_BY_SAVE[kind]
    with pytest.raises(InvalidValueError) as error:
        save(change(model), path)
    assert str(error.value).startswith(f"model: {path} was not written: {message}")
    assert str(error.value).isprintable()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_as_many_tensors_as_are_written_are_read():
    tensors = {str(number): np.zeros(1, np.float32) for number in range(4096)}
    assert len(unpack_tensors(pack_tensors(tensors, {}), "many")[0]) == 4096
    with pytest.raises(InvalidValueError, match=r"^tensors: a file holds at most 4,096, .* got 4,097 of 16,388$"):
        pack_tensors(tensors | {"more": np.zeros(1, np.float32)}, {})
