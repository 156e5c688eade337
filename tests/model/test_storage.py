"""The model file: what is saved comes back to the bit; a file that is cut or damaged is refused."""

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pellucid.data import Encoder, Features, NumberEncoder, PictureEncoder
from pellucid.data.features.sound import SoundEncoder
from pellucid.data.features.table import learn_table_encoder
from pellucid.data.features.text import TextEncoder
from pellucid.errors import FormatError, InvalidValueError, MissingFileError, WriteError
from pellucid.maths import ACTIVATIONS, Layer, Network
from pellucid.model import Model, load, save


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_what_is_saved_comes_back_to_the_bit(tmp_path: Path, activation: str, dtype: type[np.floating]):
    network = Network.random([3, 4, 2], activation=activation, seed=1, dtype=dtype)
    model = Model(
        network, "squared-error", ("a", "b"), Features(NumberEncoder((3,))), {"seed": 1, "settings": [0.1, None, "ü"]}
    )
    loaded = load(save(model, tmp_path / "model.safetensors"))
    for left, right in zip(loaded.network.layers, network.layers, strict=True):
        assert left.weights.dtype == dtype
        np.testing.assert_array_equal(left.weights, right.weights)
        np.testing.assert_array_equal(left.biases, right.biases)
        assert left.activation is right.activation
    x = np.random.default_rng(0).normal(0, 1, (5, 3)).astype(dtype)
    np.testing.assert_array_equal(loaded.network(x), network(x))
    for name in ("cost", "classes", "features", "provenance"):
        assert getattr(loaded, name) == getattr(model, name)


def test_transposed_weights_survive(tmp_path: Path, model: Model):
    """safetensors' own writer takes the memory as it lies and scrambles such arrays."""
    first, last = model.network.layers
    turned = Layer(np.asfortranarray(first.weights), first.biases[::-1], "gelu")
    assert not turned.weights.flags.c_contiguous
    saved = replace(model, network=Network([turned, last]))
    loaded = load(save(saved, tmp_path / "model"))
    np.testing.assert_array_equal(loaded.network.layers[0].weights, first.weights)
    np.testing.assert_array_equal(loaded.network.layers[0].biases, first.biases[::-1])


def test_saving_twice_gives_the_same_bytes_for_the_owner_alone(tmp_path: Path, model: Model):
    first, again = (save(model, str(tmp_path / name)) for name in ("first", "again"))
    assert first.read_bytes() == again.read_bytes() == save(load(first), again).read_bytes()
    if os.name != "nt":
        assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_the_file_is_plain_safetensors_with_json_beside(tmp_path: Path, model: Model, contents: Callable):
    tensors, document = contents(save(model, tmp_path / "model"))
    assert sorted(tensors) == ["layer2.biases", "layer2.weights", "layer3.biases", "layer3.weights"]
    assert document == {
        "format_version": 1,
        "sizes": [6, 4, 3],
        "activations": ["gelu", "softmax"],
        "cost": "cross-entropy",
        "classes": ["ä", "b", 'c"d'],
        "features": {"kind": "numbers", "shape": [2, 3], "scale": 1 / 255, "shift": 0.0},
        "provenance": dict(model.provenance),
    }


def model_for(encoder: Encoder, raw: Any) -> Model:
    """A model of two classes for raw examples of that kind, scaled as they ask for."""
    learnt = Features.learnt(encoder, encoder.encode(raw))
    return Model(
        Network.random([learnt.n_features, 3, 2], output="softmax", seed=4), "cross-entropy", ("a", "b"), learnt
    )


PEOPLE = pa.table(
    {"age": [30.0, None, 41], "job": ["vet", 'co"ok', "\x1b[31m"], "born": ["2001-02-03", "1999-12-31", ""]}
)
TONE = np.sin(np.arange(4000) * 0.3).astype(np.float32)
KINDS: dict[str, Callable[[], tuple[Model, Any]]] = {
    "pictures": lambda: (model_for(PictureEncoder((2, 3, 3), "fit", "evened"), [PIXELS]), PIXELS),
    "table": lambda: (
        model_for(learn_table_encoder(PEOPLE, {}), PEOPLE),
        {"age": 50, "job": "vet", "born": "2000-01-01"},
    ),
    "text": lambda: (
        model_for(
            TextEncoder(("free", "call now"), ("ü£",), np.array([1, 2, 3], np.float32), lengths=(2, 2)), ["free"]
        ),
        "Call now, free ü£",
    ),
    "sounds": lambda: (model_for(SoundEncoder(rate=8000, bands=4, frames=3), [(TONE, 8000)]), (TONE, 16000)),
}
PIXELS = np.arange(7 * 8 * 3, dtype=np.uint8).reshape(7, 8, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_of_every_kind_answers_raw_examples_alike_when_it_comes_back(tmp_path: Path, kind: str):
    model, raw = KINDS[kind]()
    first = save(model, tmp_path / "model")
    loaded = load(first)
    assert loaded.features == model.features
    (before,), (after,) = model.predict(raw), loaded.predict(raw)
    np.testing.assert_array_equal(before.outputs, after.outputs)
    assert save(loaded, tmp_path / "again").read_bytes() == first.read_bytes()


def test_a_run_folder_gives_its_model(tmp_path: Path, model: Model):
    save(model, tmp_path / "model.safetensors")
    assert load(tmp_path).classes == model.classes


def test_what_is_not_there_is_a_missing_file(tmp_path: Path):
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(MissingFileError, match=r"safetensors: no such model file; 'pellucid train' makes one$"):
            load(path)


def test_a_full_disk_leaves_the_old_model(tmp_path: Path, model: Model, monkeypatch: pytest.MonkeyPatch):
    path = save(model, tmp_path / "model")
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError, match=r"model: could not be written \(No space left on device\); nothing was"):
        save(replace(model, cost="squared-error"), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_functions_of_ones_own_are_refused_with_what_to_do(tmp_path: Path, model: Model):
    own = replace(ACTIVATIONS["relu"], value=lambda z: 0 * z)  # under a name of the closed list, even
    layer = Layer(np.ones((3, 6)), np.zeros(3), own)
    with pytest.raises(InvalidValueError, match=r"^activation: relu is a function of your own, .*; save the arrays in"):
        save(replace(model, network=Network([layer])), tmp_path / "model")
    with pytest.raises(InvalidValueError, match=r"^cost: a model file holds one of squared-error, .*, got mine$"):
        save(replace(model, cost="mine"), tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_a_file_cut_anywhere_is_refused(tmp_path: Path, model: Model, refusal: Callable):
    content = save(model, tmp_path / "model").read_bytes()
    cut = tmp_path / "cut"
    for length in [*range(20), *range(20, len(content), 13), len(content) - 1]:
        cut.write_bytes(content[:length])
        assert refusal(cut)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_one_wrong_byte_is_refused_or_read_as_numbers(tmp_path: Path, model: Model, place: float, byte: int):
    """Nothing but FormatError comes out, whatever byte it is; in the numbers themselves it may go unnoticed."""
    content = bytearray(save(model, tmp_path / "model").read_bytes())
    content[int(place * len(content))] = byte
    path = tmp_path / "damaged"
    path.write_bytes(content)
    with suppress(FormatError):
        assert load(path).network.sizes == (6, 4, 3)
