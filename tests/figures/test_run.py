"""The pictures of a run: which are drawn, of what, and that the examples go through the network once."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import pellucid.figures.run as figures_run
from pellucid.data import Dataset, Encoder, Features, NumberEncoder, PictureEncoder
from pellucid.data.features.sound import SoundEncoder
from pellucid.data.features.table import learn_table_encoder
from pellucid.data.features.text import TextEncoder
from pellucid.maths import SGD, Network, find_cost
from pellucid.model import Model
from pellucid.training import TrainingResult
from pellucid.training.checkpoint import Checkpoint
from pellucid.training.history import EpochRecord
from pellucid.training.plan import Plan
from pellucid.training.run_folder import PICTURES
from pellucid.training.step import LearningRule, start

WEIGHTS = "first-layer-weights"


def result_of(network: Network, data: Dataset, cost: str) -> TrainingResult:
    """What training might have given: this network after one epoch."""
    model = Model(network, cost, data.classes, data.features)
    history = (EpochRecord(1, 0.5, 0.5, 0.6, 0.4, 0.1),)
    rule = LearningRule(find_cost(cost), SGD(0.1))
    names = tuple(activation.name for activation in network.activations)
    checkpoint = Checkpoint(start(network.parameters, rule), Plan(rule), names)
    return TrainingResult(network, model, history, (0.1,), 1, "all epochs done", checkpoint)


def pictures(n_classes: int) -> Dataset:
    generator = np.random.default_rng(3)
    labels = np.arange(60) % n_classes
    names = tuple(f"class {number}" for number in range(n_classes))
    return Dataset.from_arrays(generator.uniform(0, 1, (60, 3, 4)), labels, classes=names)


def test_a_run_on_pictures_has_them_all_from_one_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = pictures(3)
    network = Network.random([12, 4, 3], output="softmax", seed=1)
    passes: list[int] = []
    forward = Network.forward
    monkeypatch.setattr(Network, "forward", lambda self, x: passes.append(len(x)) or forward(self, x))
    figures_run.draw_run(tmp_path, result_of(network, data, "cross-entropy"), data)
    names = {"learning-curves", "network", "activation", "first-layer-weights", "confusion", "most-wrong"}
    assert {path.stem for path in tmp_path.iterdir()} == names
    assert data.test is not None
    assert passes == [data.test.n_samples]


def test_a_single_output_neuron_stands_for_the_second_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = pictures(2)
    given: list[object] = []
    draw = figures_run.network_diagram
    monkeypatch.setattr(
        figures_run,
        "network_diagram",
        lambda network, **names: given.append(names["output_names"]) or draw(network, **names),
    )
    for n_outputs in (1, 2):
        network = Network.random([12, n_outputs], output="sigmoid", seed=1)
        figures_run.draw_run(tmp_path, result_of(network, data, "squared-error"), data)
    assert given == [("class 1",), ("class 0", "class 1")]
    assert (tmp_path / "confusion.svg").exists()


def test_a_run_in_regression_has_predicted_values_and_no_confusion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    inputs = np.random.default_rng(3).normal(0, 1, (30, 2))
    data = Dataset.from_arrays(inputs, inputs.sum(axis=1))
    network = Network.random([2, 1], output="identity", seed=1)
    drawn: list[tuple[np.ndarray, np.ndarray]] = []
    draw = figures_run.predicted_values
    monkeypatch.setattr(figures_run, "predicted_values", lambda *given: drawn.append(given) or draw(*given))
    figures_run.draw_run(tmp_path, result_of(network, data, "squared-error"), data)
    names = {"learning-curves", "network", "activation", WEIGHTS, "predicted"}
    assert {path.stem for path in tmp_path.iterdir()} == names
    assert names <= set(PICTURES), "a run folder that holds others cannot be overwritten"
    assert data.test is not None
    ((true, said),) = drawn
    np.testing.assert_array_equal(true, data.test.expected)
    np.testing.assert_allclose(said, network(data.test.inputs), rtol=1e-6)


def test_the_inputs_of_a_table_are_named_in_the_network_and_plain_numbers_are_not(tmp_path: Path):
    table = pa.table({"age": [20.0, 30, 40, 50] * 10, "sex": ["female", "male"] * 20, "$income$": range(40)})
    for encoder, is_named in ((learn_table_encoder(table, {}), True), (NumberEncoder((4,)), False)):
        data = encoded(encoder)
        network = Network.random([data.features.n_features, 2], output="softmax", seed=1)
        figures_run.draw_run(tmp_path, result_of(network, data, "cross-entropy"), data)
        drawn = (tmp_path / "network.svg").read_text(encoding="utf-8")
        for name in ("age", "sex = female", "sex = male", "$income$"):
            assert (f">{name}<" in drawn) == is_named
        assert "number 1" not in drawn


def encoded(encoder: Encoder, n_classes: int = 2) -> Dataset:
    """Random examples of that kind, as they are once encoded."""
    generator = np.random.default_rng(5)
    raw = generator.uniform(0, 255, (40, *encoder.shape)).astype(encoder.dtype)
    names = tuple(f"class {number}" for number in range(n_classes))
    labels = np.arange(40) % n_classes
    return Dataset.drawn(raw, labels, names, Features.learnt(encoder, raw), validation=0.2, test=0.2, name="random")


@pytest.mark.parametrize(
    ("encoder", "is_seen"),
    [
        (PictureEncoder((5, 4, 3), "fit"), True),
        (PictureEncoder((5, 4), "fit", "evened"), True),
        (SoundEncoder(rate=8000, bands=4, frames=6), True),
        (TextEncoder(("free", "call now", "$x$"), (), np.ones(3, np.float32)), False),
        (NumberEncoder((7,)), False),
    ],
)
def test_weights_and_mistakes_are_drawn_as_the_examples_are_seen(tmp_path: Path, encoder: Encoder, is_seen: bool):
    data = encoded(encoder)
    network = Network.random([data.features.n_features, 4, 2], output="softmax", seed=1)
    figures_run.draw_run(tmp_path, result_of(network, data, "cross-entropy"), data)
    assert (tmp_path / "most-wrong.png").exists() == is_seen
    weights = (tmp_path / f"{WEIGHTS}.svg").read_text(encoding="utf-8")
    assert ("Weights into 4 neurons of layer 2" in weights) == is_seen
    assert ("The inputs with the strongest connections" in weights) != is_seen
    if isinstance(encoder, SoundEncoder):
        for name in (WEIGHTS, "most-wrong"):
            assert encoder.axes().upward.span in (tmp_path / f"{name}.svg").read_text(encoding="utf-8")
    if isinstance(encoder, TextEncoder):
        assert 'word "$x$"' in weights
