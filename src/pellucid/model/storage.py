"""The model file: one safetensors file, in format version 1."""

from pathlib import Path
from typing import Any

import numpy as np

from pellucid.data import Features
from pellucid.errors import FormatError, InvalidValueError, MissingFileError, PellucidError
from pellucid.files import pack_tensors, unpack_tensors, write_atomically
from pellucid.files.tensors import MAX_FILE_BYTES
from pellucid.maths import ACTIVATIONS, COSTS, Layer, Network
from pellucid.model.model import Model

FORMAT_VERSION = 1
MODEL_FILE = "model.safetensors"
FLOATS = (np.float16, np.float32, np.float64)
MAX_MESSAGE_LENGTH = 300
KEYS = {"format_version", "sizes", "activations", "cost", "classes", "features", "provenance"}


def save(model: Model, path: str | Path) -> Path:
    """Writes the model file; what was there under the name is replaced at the end, in one go.

    Raises:
        InvalidValueError: an activation or cost of one's own, which a file of plain data cannot hold.
        WriteError: the disk is full or the folder missing.
    """
    for activation in model.network.activations:
        if ACTIVATIONS.get(activation.name) is not activation:
            raise InvalidValueError(
                f"activation: {activation.name} is a function of your own, which a model file (data only) cannot hold; "
                f"save the arrays in network.layers, or use one of {', '.join(ACTIVATIONS)}"
            )
    if model.cost not in COSTS:
        raise InvalidValueError(f"cost: a model file holds one of {', '.join(COSTS)}, got {model.cost}")
    tensors: dict[str, np.ndarray] = {}
    for number, layer in enumerate(model.network.layers, start=2):
        tensors[f"layer{number}.weights"] = np.asarray(layer.weights)
        tensors[f"layer{number}.biases"] = np.asarray(layer.biases)
    document = {
        "format_version": FORMAT_VERSION,
        "sizes": list(model.network.sizes),
        "activations": [activation.name for activation in model.network.activations],
        "cost": model.cost,
        "classes": None if model.classes is None else list(model.classes),
        "features": model.features.to_dict(),
        "provenance": dict(model.provenance),
    }
    path = Path(path)
    write_atomically(path, pack_tensors(tensors, document))
    return path


def load(path: str | Path) -> Model:
    """Reads a model file, or the model of a run folder. Nothing in it is executed or imported.

    Raises:
        MissingFileError: there is no such file.
        FormatError: it is truncated, foreign, from a newer version, or does not fit itself.
    """
    path = Path(path)
    if path.is_dir():
        path = path / MODEL_FILE
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise FormatError(f"{path}: a model file may take {MAX_FILE_BYTES:,} bytes, got {path.stat().st_size:,}")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingFileError(f"{path}: no such model file; 'pellucid train' makes one") from error
    except OSError as error:
        raise MissingFileError(f"{path}: could not be read ({error.strerror or error})") from error
    tensors, document = unpack_tensors(content, str(path))
    try:
        _check_entries(document)
        return _build(tensors, document)
    except FormatError as error:
        raise FormatError(f"{path}: {_readable(error)}") from error
    except (PellucidError, TypeError, ValueError) as error:
        raise FormatError(f"{path}: does not fit itself: {_readable(error)}") from error


def _readable(error: Exception) -> str:
    """The message as one short line: a hostile file may have put control characters, or a megabyte, into it."""
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(error))
    return text if len(text) <= MAX_MESSAGE_LENGTH else f"{text[:MAX_MESSAGE_LENGTH]}…"


def _check_entries(document: dict[str, Any]) -> None:
    version = document.get("format_version")
    if type(version) is not int or version < 1:
        raise FormatError(f"format_version must be a whole number from 1, got {version!r}")
    if version > FORMAT_VERSION:
        raise FormatError(
            f"written in format {version}, this Pellucid reads up to {FORMAT_VERSION}; "
            "upgrade with: pip install --upgrade pellucid"
        )
    if set(document) != KEYS:
        odd = ", ".join(sorted(set(document) ^ KEYS))
        raise FormatError(f"the entries {', '.join(sorted(KEYS))} are required; missing or unknown: {odd}")


def _build(tensors: dict[str, np.ndarray], document: dict[str, Any]) -> Model:
    sizes, names, classes = document["sizes"], document["activations"], document["classes"]
    if not _is_list_of(sizes, int) or len(sizes) < 2:
        raise FormatError("sizes: a list of at least two whole numbers is required")
    if not _is_list_of(names, str) or len(names) != len(sizes) - 1:
        raise FormatError(
            f"activations: a list of {len(sizes) - 1} names is required, one for each layer after the first"
        )
    required = {f"layer{number}.{kind}" for number in range(2, len(sizes) + 1) for kind in ("weights", "biases")}
    if set(tensors) != required:
        odd = ", ".join(sorted(set(tensors) ^ required)[:4])
        raise FormatError(f"tensors: those of layers 2 to {len(sizes)} are required; missing or unknown: {odd}")
    for name, tensor in tensors.items():
        if tensor.dtype not in FLOATS or not np.isfinite(tensor).all():
            raise FormatError(
                f"tensor {name}: finite floating-point numbers are required, got {tensor.dtype} "
                f"{'with NaN or infinity' if tensor.dtype in FLOATS else ''}".rstrip()
            )
    network = Network(
        [
            Layer(tensors[f"layer{number}.weights"], tensors[f"layer{number}.biases"], name)
            for number, name in zip(range(2, len(sizes) + 1), names, strict=True)
        ]
    )
    if list(network.sizes) != sizes:
        raise FormatError(f"sizes: the tensors say {list(network.sizes)}, the header {sizes}")
    if document["cost"] not in list(COSTS):
        raise FormatError(f"cost: one of {', '.join(COSTS)} is required, got {document['cost']!r}")
    if not isinstance(document["features"], dict):
        raise FormatError("features: an object is required")
    features = Features.from_dict(document["features"])
    if features.n_features != sizes[0]:
        raise FormatError(f"features: they give {features.n_features} numbers, the input layer has {sizes[0]} neurons")
    if classes is not None:
        if not _is_list_of(classes, str):
            raise FormatError(f"classes: a list of names is required, got {type(classes).__name__}")
        if len(classes) != max(2, sizes[-1]):
            raise FormatError(f"classes: {max(2, sizes[-1])} names are required, got {len(classes)}")
        classes = tuple(classes)
    if not isinstance(document["provenance"], dict):
        raise FormatError("provenance: an object is required")
    return Model(network, document["cost"], classes, features, document["provenance"])


def _is_list_of(value: Any, kind: type) -> bool:
    # In Python True is also a kind of 1; in JSON it is not.
    return isinstance(value, list) and all(type(entry) is kind for entry in value)
