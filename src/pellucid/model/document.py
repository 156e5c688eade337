"""What a model file holds, in format version 1: made from a model, and checked when a model is made of it again.

Both ways run the same checks, so that nothing is written which could not be read.
"""

import json
from typing import Any

import numpy as np

from pellucid.data import Features
from pellucid.data.features.features import PREFIX
from pellucid.errors import FormatError
from pellucid.files import as_json
from pellucid.maths import COSTS, Layer, Network, find_cost, require_fit
from pellucid.model.model import Model

FORMAT_VERSION = 1
FLOATS = (np.float16, np.float32, np.float64)
KEYS = {"format_version", "sizes", "activations", "cost", "classes", "features", "provenance"}
MAX_CLASSES = 10_000
MAX_CLASS_NAME_LENGTH = 200


def describe(model: Model) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The tensors and the document that stand for the model, not yet checked.

    Raises:
        InvalidValueError: JSON cannot hold the provenance.
    """
    tensors: dict[str, np.ndarray] = {}
    for number, layer in enumerate(model.network.layers, start=2):
        tensors[f"layer{number}.weights"] = np.asarray(layer.weights)
        tensors[f"layer{number}.biases"] = np.asarray(layer.biases)
    tensors |= model.features.tensors()
    document = {
        "format_version": FORMAT_VERSION,
        "sizes": list(model.network.sizes),
        "activations": [activation.name for activation in model.network.activations],
        "cost": model.cost,
        "classes": None if model.classes is None else list(model.classes),
        "features": model.features.to_dict(),
        "provenance": json.loads(as_json(dict(model.provenance), "provenance")),
    }
    return tensors, document


def build(tensors: dict[str, np.ndarray], document: dict[str, Any]) -> Model:
    """The model that tensors and document stand for.

    Raises:
        FormatError: an entry is missing, unknown, or not what it may be.
        PellucidError, TypeError, ValueError: the entries do not fit each other.
    """
    check_entries(document, KEYS)
    of_features = {name: tensor for name, tensor in tensors.items() if name.startswith(PREFIX)}
    of_network = {name: tensor for name, tensor in tensors.items() if name not in of_features}
    network = _network_of(of_network, document["sizes"], document["activations"])
    cost, n_outputs = document["cost"], network.sizes[-1]
    if cost not in list(COSTS):
        raise FormatError(f"cost: one of {', '.join(COSTS)} is required, got {cost!r}")
    require_fit(find_cost(cost), network.output)
    if network.output.name == "softmax" and n_outputs == 1:
        raise FormatError("activations: softmax of a single output is always 1; at least 2 outputs are required")
    if not isinstance(document["features"], dict):
        raise FormatError("features: an object is required")
    features = Features.from_dict(document["features"], of_features)
    if features.n_features != network.sizes[0]:
        raise FormatError(
            f"features: they give {features.n_features} numbers, the input layer has {network.sizes[0]} neurons"
        )
    if not isinstance(document["provenance"], dict):
        raise FormatError("provenance: an object is required")
    return Model(network, cost, _classes_of(document["classes"], n_outputs), features, document["provenance"])


def check_entries(document: dict[str, Any], keys: set[str]) -> None:
    """Checks the format's version, and that the document has just these entries.

    Raises:
        FormatError: it has not.
    """
    version = document.get("format_version")
    if type(version) is not int or version < 1:
        raise FormatError(f"format_version must be a whole number from 1, got {version!r}")
    if version > FORMAT_VERSION:
        raise FormatError(
            f"written in format {version}, this Pellucid reads up to {FORMAT_VERSION}; "
            "upgrade with: pip install --upgrade pellucid"
        )
    if set(document) != keys:
        odd = ", ".join(sorted(set(document) ^ keys))
        raise FormatError(f"the entries {', '.join(sorted(keys))} are required; missing or unknown: {odd}")


def _network_of(tensors: dict[str, np.ndarray], sizes: Any, names: Any) -> Network:
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
    return network


def _classes_of(names: Any, n_outputs: int) -> tuple[str, ...] | None:
    if names is None:
        return None
    if not _is_list_of(names, str):
        raise FormatError(f"classes: a list of names is required, got {type(names).__name__}")
    if len(names) != max(2, n_outputs):
        raise FormatError(f"classes: {max(2, n_outputs)} names are required, got {len(names)}")
    if len(names) > MAX_CLASSES:
        raise FormatError(f"classes: at most {MAX_CLASSES:,} are held, got {len(names):,}")
    for number, name in enumerate(names, start=1):
        if not name.isprintable() or len(name) > MAX_CLASS_NAME_LENGTH:
            raise FormatError(
                f"classes: names of at most {MAX_CLASS_NAME_LENGTH} printable characters are required, name {number} "
                f"has {len(name):,}{'' if name.isprintable() else ', some of them not printable'}"
            )
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise FormatError(f"classes: each name may stand once, '{twice}' stands twice")
    return tuple(names)


def _is_list_of(value: Any, kind: type) -> bool:
    # In Python True is also a kind of 1; in JSON it is not.
    return isinstance(value, list) and all(type(entry) is kind for entry in value)
