"""A whole layer in matrix form and neuron by neuron; and numbers that become inputs."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.data.features import Encoder, Features, NumberEncoder
from pellucid.errors import InvalidValueError
from pellucid.explain.document import MatrixEquation, Paragraph
from pellucid.explain.render.words import words_text
from pellucid.model import Model


def refs(matrix) -> list[list[str | None]]:
    return [[None if entry is None else entry.ref for entry in row] for row in matrix.rows]


def test_a_small_layer_is_shown_whole():
    net = pl.Network([pl.Layer([[1.0, 2.0], [3.0, -4.0]], [0.5, -0.5], "tanh")])
    derivation = pl.explain.layer(net, [0.2, 0.1], layer=2)
    sums, activations = (block for block in derivation.blocks if isinstance(block, MatrixEquation))
    assert [piece if isinstance(piece, str) else refs(piece) for piece in sums.pieces] == [
        [["z2:1"], ["z2:2"]],
        "=",
        [["w2:1,1", "w2:1,2"], ["w2:2,1", "w2:2,2"]],
        [["a1:1"], ["a1:2"]],
        "+",
        [["b2:1"], ["b2:2"]],
    ]
    assert [symbol if isinstance(symbol, str) else symbol.text for symbol in sums.symbols] == [
        *["z⁽²⁾", "=", "W⁽²⁾", "a⁽¹⁾", "+", "b⁽²⁾"],
    ]
    assert [piece if isinstance(piece, str) else refs(piece) for piece in activations.pieces] == [
        *[[["a2:1"], ["a2:2"]], "=", "tanh", [["z2:1"], ["z2:2"]]],
    ]
    assert "left out" not in sums.note
    z = [1.0 * 0.2 + 2.0 * 0.1 + 0.5, 3.0 * 0.2 - 4.0 * 0.1 - 0.5]
    assert [step.value for step in derivation.steps] == pytest.approx(
        [z[0], np.tanh(z[0]), z[1], np.tanh(z[1])], rel=1e-14
    )
    assert [step.symbol.text for step in derivation.steps] == ["z⁽²⁾₁", "a⁽²⁾₁", "z⁽²⁾₂", "a⁽²⁾₂"]
    assert derivation.title == "Layer 2 (tanh, 2 inputs, 2 neurons)"


def test_a_large_layer_shows_its_corners_and_its_largest_neurons():
    net = pl.Network.random([50, 30, 3], activation="tanh", seed=1)
    x = np.linspace(-1, 1, 50)
    derivation = pl.explain.layer(net, x, layer=2, top=6)
    sums, _ = (block for block in derivation.blocks if isinstance(block, MatrixEquation))
    weights = refs(sums.pieces[2])
    assert [row[0] for row in weights] == ["w2:1,1", "w2:2,1", "w2:3,1", None, "w2:29,1", "w2:30,1"]
    assert weights[0] == ["w2:1,1", "w2:1,2", "w2:1,3", None, "w2:1,49", "w2:1,50"]
    assert weights[3] == [None] * 6
    assert sums.note == (
        "W has 30 rows, one for each neuron, and 50 columns, one for each input. "
        "The rows of neurons 4 to 28 are left out. The columns of inputs 4 to 48 are left out."
    )
    activations = np.tanh(net.layers[0].weights.astype(float) @ x)
    largest = np.sort(np.argsort(-np.abs(activations))[:3])
    rest = np.delete(activations, largest)
    assert [step.symbol.indices[0] for step in derivation.steps] == [k + 1 for k in largest for _ in "za"]
    assert derivation.value == pytest.approx(activations[largest[-1]], rel=1e-13)
    (paragraph,) = (block for block in derivation.blocks if isinstance(block, Paragraph))
    for digits in (4, 9):
        assert words_text(paragraph.text, digits) == (
            "The 3 neurons with the largest activations by magnitude follow one by one. The other 27 hold values from "
            f"−{abs(rest.min()):.{digits}f} to {rest.max():.{digits}f}."
        )
    first = derivation.to_dict()["steps"][0]
    assert [term["ref"] for term in first["terms"]][-2:] == ["rest:44", f"b2:{largest[0] + 1}"]


def test_a_wide_layer_takes_few_lines_and_shows_one_neuron_where_one_is_asked_for():
    net = pl.Network.random([784, 2500], activation="relu", seed=0)
    x = np.random.default_rng(0).random(784)
    assert len(pl.explain.layer(net, x, layer=2).to_text(width=80).splitlines()) < 120
    text = pl.explain.layer(net, x, layer=2, top=1).to_text(width=10_000)
    assert "The neuron with the largest activation by magnitude follows. The other 2,499 hold values from" in text


def test_a_softmax_layer_has_its_sum_of_exponentials_once():
    net = pl.Network.random([4, 5], activation="softmax", seed=3).astype(np.float64)
    derivation = pl.explain.layer(net, np.ones(4), layer=2)
    texts = [step.symbol.text for step in derivation.steps]
    assert texts == [*(f"z⁽²⁾{k}" for k in "₁₂₃₄₅"), "T⁽²⁾", *(f"a⁽²⁾{k}" for k in "₁₂₃₄₅")]
    steps = derivation.to_dict()["steps"]
    assert [term["ref"] for term in steps[5]["terms"]] == [f"step:{k}" for k in range(1, 6)]
    assert [term["ref"] for term in steps[7]["terms"]] == ["step:2", "step:6"]
    assert sum(step.value for step in derivation.steps[6:]) == pytest.approx(1, rel=1e-14)


@pytest.mark.parametrize("number", [0, 1, 4, -1])
def test_layers_that_the_network_has_not_are_refused(number: int):
    net = pl.Network.random([4, 5, 2], seed=3)
    with pytest.raises(InvalidValueError, match=f"layer: 2 to 3 have weights.*, got {number}"):
        pl.explain.layer(net, np.ones(4), layer=number)


def make_model(scale: float, encoder: Encoder | None = None) -> Model:
    net = pl.Network([pl.Layer([[1.0, -8.0, 2.0, 0.5]], [0.1], "sigmoid"), pl.Layer([[2.0]], [0.0], "sigmoid")])
    return Model(net, "squared-error", None, Features(encoder or NumberEncoder((4,)), scale))


def test_inputs_that_are_not_scaled_have_no_step_and_float32_scaling_is_met_to_its_rounding():
    raw = np.array([0.3, 0.1, 0.9, 0.7], np.float32)
    for network in (make_model(1.0), make_model(1.0).network):
        derivation = pl.explain.neuron(network, raw, layer=2, neuron=1)
        assert derivation.steps[0].symbol.text == "s⁽²⁾₁"
    model = make_model(1 / 255)
    derivation = pl.explain.neuron(model, 255 * raw, layer=3, neuron=1)
    assert derivation.value == pytest.approx(float(model.predict(255 * raw)[0].outputs[0]), rel=1e-6)
    assert derivation.steps[0].value == float(np.float32(255) * raw[2]) * (1 / 255)


def test_raw_examples_of_another_shape_are_refused():
    with pytest.raises(InvalidValueError, match=r"raw examples: shape \(4,\) or \(4,\) is required.*\(3,\) arrived"):
        pl.explain.neuron(make_model(0.5), np.ones(3), layer=2, neuron=1)
