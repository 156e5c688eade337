"""Which examples a model was trained on: digests beside the model, by which it knows those that judge it again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import UInt8

from pellucid.data import Dataset, Part
from pellucid.data.duplicates import fingerprints_of
from pellucid.errors import FormatError
from pellucid.files import pack_tensors, read_tensors, write_atomically
from pellucid.files.mapping import is_mapped

TRAINED_ON_FILE = "trained-on.safetensors"
FORMAT_VERSION = 1
KEYS = {"format_version", "checksum"}
DIGEST_BYTES = 8
"""Of an example: that two different ones among a million have the same has a chance below 1 in 10⁷."""
PARTS = ("train", "validation")


class Met(NamedTuple):
    """How many of the examples that judge a model are not new to it.

    Attributes:
        train: those that it learnt from.
        validation: those that it did not learn from, but whose cost chose its epoch.
    """

    train: int
    validation: int


def digests_of_part(part: Part) -> UInt8[np.ndarray, "n_samples 8"]:
    """The first bytes of the digest of each example's encoded values: equal for what is equal to a network."""
    digests = fingerprints_of(part).view(np.uint8).reshape(part.n_samples, -1)
    return np.ascontiguousarray(digests[:, :DIGEST_BYTES])


def write_trained_on(path: Path, data: Dataset) -> None:
    """Writes the digests of the examples of train and validation; no file where none of them lie in memory.

    Parts that are streamed from the disk are left out: to digest them is to read them all once more.

    Raises:
        WriteError: the disk is full or the folder missing.
    """
    parts = {name: part for name, part in data.parts.items() if name in PARTS and not is_mapped(part.raw)}
    if parts:
        tensors = {name: digests_of_part(part) for name, part in parts.items()}
        document = {"format_version": FORMAT_VERSION, "checksum": data.checksum}
        write_atomically(path, pack_tensors(tensors, document))


def count_met(path: Path, checksum: object, parts: Sequence[Part]) -> Met | None:
    """How many of the examples in these parts the model was trained on; None where that is not known.

    Parameters:
        path: of the digests, perhaps of other data than the model's, or of nothing.
        checksum: of the data that the model was trained on.
        parts: the examples, as the model's encoder makes them.

    Raises:
        FormatError: the file is damaged, or is none of digests.
    """
    if not path.is_file():
        return None
    tensors, document = read_tensors(path, "no digests of the examples that a model was trained on")
    known = _checked(path, tensors, document)
    if document["checksum"] != checksum:
        return None
    judged = [_as_numbers(digests_of_part(part)) for part in parts]
    learnt, chose = (sum(int(np.isin(each, known[name]).sum()) for each in judged) for name in PARTS)
    both = sum(int((np.isin(each, known["train"]) & np.isin(each, known["validation"])).sum()) for each in judged)
    return Met(learnt, chose - both)


def _checked(path: Path, tensors: dict[str, np.ndarray], document: dict[str, Any]) -> dict[str, np.ndarray]:
    """The digests of both parts, each as one number; none of a part that is not in the file.

    Raises:
        FormatError: that is not what the file holds.
    """
    is_known = set(document) == KEYS and document["format_version"] == FORMAT_VERSION and set(tensors) <= set(PARTS)
    are_digests = [
        tensor.dtype == np.uint8 and tensor.ndim == 2 and tensor.shape[1] == DIGEST_BYTES for tensor in tensors.values()
    ]
    if not is_known or not all(are_digests):
        raise FormatError(
            f"{path}: digests of examples in format {FORMAT_VERSION} are required, something else arrived; delete it "
            "to judge without knowing what the model was trained on"
        )
    return {name: _as_numbers(tensors.get(name, np.empty((0, DIGEST_BYTES), np.uint8))) for name in PARTS}


def _as_numbers(digests: UInt8[np.ndarray, "n_samples 8"]) -> np.ndarray:
    return np.ascontiguousarray(digests).view(np.uint64).reshape(-1)
