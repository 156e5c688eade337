"""TensorBoard's files, read back with the library's own reader of records."""

from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import MissingLibraryError
from pellucid.training.clients import TensorBoard

pytest.importorskip("tensorboardX", reason="tensorboardX, of the extra 'tensorboard', is not installed")
DATA = {"cost": "cross-entropy", "batch_size": 167, "optimizer": pl.Adam()}


def scalars_in(folder: Path) -> dict[str, dict[int, float]]:
    """Every scalar of a folder's event files, by name and step, as their records hold them."""
    from tensorboardX.proto.event_pb2 import Event

    found: dict[str, dict[int, float]] = {}
    for path in sorted(folder.glob("events.out.tfevents.*")):
        content = path.read_bytes()
        while content:
            # A record is its length (8 bytes), a checksum of it (4), its bytes, and a checksum of these (4).
            length = int.from_bytes(content[:8], "little")
            event = Event()
            event.ParseFromString(content[12 : 12 + length])
            for value in event.summary.value:
                found.setdefault(value.tag, {})[event.step] = value.simple_value
            content = content[16 + length :]
    return found


def test_they_hold_each_epoch_s_figures(tmp_path: Path):
    data, network = pl.load_data("digits"), pl.Network.random([64, 8, 10], output="softmax", seed=0)
    result = pl.train(network, data, epochs=2, callbacks=[TensorBoard(tmp_path, gradients=True)], **DATA)
    scalars = scalars_in(tmp_path)
    for name, figure in (
        ("cost/training", "cost"),
        ("cost/validation", "validation_cost"),
        ("accuracy/training", "accuracy"),
        ("accuracy/validation", "validation_accuracy"),
        ("learning_rate", "learning_rate"),
    ):
        assert list(scalars[name]) == [7, 14]
        known = [getattr(record, figure) for record in result.history]
        assert list(scalars[name].values()) == pytest.approx(known, rel=1e-6)
    assert {name for name in scalars if name.startswith("norms/")} == {
        f"norms/layer{layer}/{kind}" for layer in (2, 3) for kind in ("gradient", "weights", "correction")
    }
    weights = result.checkpoint.state.parameters[0].weights
    assert scalars["norms/layer2/weights"][14] == pytest.approx(float(np.sqrt(np.mean(weights**2))), rel=0.05)


def test_tensorboard_itself_reads_them_and_a_resumed_run_goes_on(tmp_path: Path):
    accumulator = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason="TensorBoard is not installed"
    )
    data, network = pl.load_data("digits"), pl.Network.random([64, 8, 10], output="softmax", seed=0)
    first = pl.train(network, data, epochs=1, callbacks=[TensorBoard(tmp_path)], **DATA)
    whole = pl.train(network, data, epochs=3, callbacks=[TensorBoard(tmp_path)], resume=first.checkpoint, **DATA)
    events = accumulator.EventAccumulator(str(tmp_path))
    events.Reload()
    read = events.Scalars("cost/validation")
    assert [event.step for event in read] == [7, 14, 21]
    known = [record.validation_cost for record in whole.history]
    assert [event.value for event in read] == pytest.approx(known, rel=1e-6)


def test_without_the_library_the_command_that_installs_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    import sys

    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(MissingLibraryError, match=r"pip install 'pellucid\[tensorboard\]'"):
        TensorBoard(tmp_path)
