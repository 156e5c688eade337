"""A model to save, load and question."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from safetensors.numpy import load as load_tensors

from pellucid.data import Features, NumberEncoder
from pellucid.errors import FormatError
from pellucid.maths import Network
from pellucid.model import Model, load

Contents: TypeAlias = Callable[[Path], tuple[dict[str, np.ndarray], dict[str, Any]]]
Refusal: TypeAlias = Callable[[Path], str]


@pytest.fixture
def model() -> Model:
    """Pictures of 2×3 bytes in three classes, float32."""
    network = Network.random([6, 4, 3], activation="gelu", output="softmax", seed=2)
    layers = tuple(layer._replace(biases=np.full_like(layer.biases, 0.1)) for layer in network.parameters)
    provenance = {"data": {"name": "squares", "checksum": "0" * 64}, "seed": 2}
    features = Features(NumberEncoder((2, 3)), 1 / 255)
    return Model(network.with_parameters(layers), "cross-entropy", ("ä", "b", 'c"d'), features, provenance)


@pytest.fixture
def contents() -> Contents:
    """The tensors and the document of a model file, read without Pellucid."""

    def read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        content = path.read_bytes()
        header = json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])
        return load_tensors(content), json.loads(header["__metadata__"]["pellucid"])

    return read


@pytest.fixture
def refusal() -> Refusal:
    """The message with which the file is refused, which must be one line that begins with the file's name."""

    def read(path: Path) -> str:
        with pytest.raises(FormatError) as error:
            load(path)
        message = str(error.value)
        assert message.startswith(f"{path}: ")
        assert "\n" not in message
        assert len(message) < 600
        return message.removeprefix(f"{path}: ")

    return read
