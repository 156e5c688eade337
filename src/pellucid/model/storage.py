"""The model file: one safetensors file, written whole, and read as data only."""

from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import FormatError, InvalidValueError, PellucidError, require_kind
from pellucid.files import pack_tensors, read_tensors, readable, write_atomically
from pellucid.maths import ACTIVATIONS, COSTS
from pellucid.model.committee import Committee
from pellucid.model.committee_document import build_committee, describe_committee
from pellucid.model.document import build, describe
from pellucid.model.model import Model

MODEL_FILE = "model.safetensors"


def save(model: Model, path: str | Path) -> Path:
    """Writes the model file; what was there under the name is replaced at the end, in one go.

    Raises:
        InvalidValueError: `load` would refuse the file: an activation or cost of one's own, which plain data cannot
            hold, weights that are not finite, class names that are no names, or provenance that JSON cannot hold.
        WriteError: the disk is full or the folder missing.
    """
    require_kind(model, Model, "model: a Model, such as the result's .model,")
    path = Path(path)
    for activation in (activation for network in model.networks for activation in network.activations):
        if ACTIVATIONS.get(activation.name) is not activation:
            raise InvalidValueError(
                f"activation: {activation.name} is a function of your own, which a model file (data only) cannot hold; "
                f"save the arrays in network.layers, or use one of {', '.join(ACTIVATIONS)}"
            )
    if model.cost not in COSTS:
        raise InvalidValueError(f"cost: a model file holds one of {', '.join(COSTS)}, got {model.cost}")
    try:
        tensors, document = describe_committee(model) if isinstance(model, Committee) else describe(model)
        built_of(tensors, document)
        content = pack_tensors(tensors, document)
    except (PellucidError, TypeError, ValueError) as error:
        raise InvalidValueError(f"model: {path} was not written: {readable(error)}") from error
    write_atomically(path, content)
    return path


def built_of(tensors: dict[str, np.ndarray], document: dict[str, Any]) -> Model:
    """The model, or the committee, that tensors and document stand for; what is raised is as for `build`."""
    return build_committee(tensors, document) if "members" in document else build(tensors, document)


def load(path: str | Path) -> Model:
    """Reads a model file, or the model of a run folder; a committee's gives a `Committee`.

    Nothing in it is executed or imported.

    Raises:
        MissingFileError: there is no such file.
        FormatError: it is truncated, foreign, from a newer version, or does not fit itself.
    """
    path = Path(path)
    if path.is_dir():
        path = path / MODEL_FILE
    tensors, document = read_tensors(path, "no such model file; 'pellucid train' makes one")
    try:
        return built_of(tensors, document)
    except FormatError as error:
        raise FormatError(f"{path}: {readable(error)}") from error
    except (PellucidError, TypeError, ValueError) as error:
        raise FormatError(f"{path}: does not fit itself: {readable(error)}") from error
