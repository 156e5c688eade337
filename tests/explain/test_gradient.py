"""The chain rule as a person follows it: backwards from the outputs, every shown delta worked out; and mini-batches."""

import time

import numpy as np
import pytest

import pellucid as pl

NET = pl.Network.random([6, 4, 3], activation="sigmoid", output="softmax", seed=2).astype(np.float64)
X = np.linspace(0, 1, 6)
EXPECTED = np.array([0.0, 1.0, 0.0])


def symbols(derivation: pl.explain.Derivation) -> list[str]:
    return [step.symbol.text for step in derivation.steps]


def test_the_factors_of_an_output_weight_one_by_one():
    net = pl.Network([pl.Layer([[0.5, -1.0]], [0.25], "sigmoid")])
    x, expected = np.array([0.8, 0.3]), np.array([1.0])
    derivation = pl.explain.gradient(net, x, expected, cost="squared-error", layer=2, neuron=1, source=2)
    a = 1 / (1 + np.exp(-(0.5 * 0.8 - 1.0 * 0.3 + 0.25)))
    assert symbols(derivation) == ["a⁽²⁾₁", "∂C/∂a⁽²⁾₁", "∂a⁽²⁾₁/∂z⁽²⁾₁", "δ⁽²⁾₁", "∂z⁽²⁾₁/∂w⁽²⁾₁,₂", "∂C/∂w⁽²⁾₁,₂"]
    by_hand = [a, 2 * (a - 1), a * (1 - a), 2 * (a - 1) * a * (1 - a), 0.3, 2 * (a - 1) * a * (1 - a) * 0.3]
    assert [step.value for step in derivation.steps] == pytest.approx(by_hand, rel=1e-14)
    text = derivation.to_text()
    assert "∂C/∂w⁽²⁾₁,₂ = ∂C/∂a⁽²⁾₁ · ∂a⁽²⁾₁/∂z⁽²⁾₁ · ∂z⁽²⁾₁/∂w⁽²⁾₁,₂\n\n1. " in text
    assert "This output's part of the cost is (a⁽²⁾₁ − E₁)²; it is differentiated by the output." in text


def test_factors_that_cancel_are_said_to_cancel_in_symbols():
    fused = pl.explain.gradient(NET, X, EXPECTED, cost="cross-entropy", layer=3, neuron=2, source=1)
    text = " ".join(fused.to_text().split())
    assert "with softmax and cross-entropy the other factors cancel. C = −Σ E ln a" in text
    assert "a ΣE − E = a − E, since the expected outputs sum to 1." in text
    assert "∂C/∂w⁽³⁾₂,₁ = ∂C/∂z⁽³⁾₂ · ∂z⁽³⁾₂/∂w⁽³⁾₂,₁" in text
    delta = fused.to_dict()["steps"][2]
    assert [term["ref"] for term in delta["terms"]] == ["step:2", "e:2"]
    net = pl.Network([pl.Layer([[0.5, -1.0]], [0.25], "sigmoid")])
    sigmoid = pl.explain.gradient(net, [1.0, 2.0], [0.0], cost="binary-cross-entropy", layer=2, neuron=1)
    text = " ".join(sigmoid.to_text().split())
    assert "∂C/∂a = (a − E)/(a (1 − a)) and ∂a/∂z = a (1 − a), so that their product is a − E." in text


def test_soft_labels_whose_sum_is_rounded_keep_the_factor_that_training_has():
    expected = np.array([0.1, 0.2, 0.7], np.float32)
    total = float(expected.astype(np.float64).sum())
    assert total != 1
    derivation = pl.explain.gradient(NET, X, expected, cost="cross-entropy", layer=3, neuron=3)
    outputs = NET(X)
    assert derivation.value == pytest.approx(outputs[2] * total - float(expected[2]), rel=1e-15)
    assert "S" in symbols(derivation)
    assert "since the expected outputs sum to 1" not in derivation.to_text(width=10_000)


def test_a_hidden_weight_can_be_followed_from_the_outputs_backwards():
    net = pl.Network.random([5, 4, 3, 2], activation="tanh", output="identity", seed=3).astype(np.float64)
    x, expected = np.linspace(-1, 1, 5), np.array([0.5, -0.5])
    derivation = pl.explain.gradient(net, x, expected, cost="half-squared-error", layer=2, neuron=3, source=4)
    document = derivation.to_dict()
    assert symbols(derivation) == [
        *["δ⁽⁴⁾₁", "δ⁽⁴⁾₂", "δ⁽³⁾₁", "δ⁽³⁾₂", "δ⁽³⁾₃"],
        *["∂C/∂a⁽²⁾₃", "∂a⁽²⁾₃/∂z⁽²⁾₃", "δ⁽²⁾₃", "∂z⁽²⁾₃/∂w⁽²⁾₃,₄", "∂C/∂w⁽²⁾₃,₄"],
    ]
    refs = [{term["ref"] for term in step["terms"]} for step in document["steps"]]
    assert not any(ref.startswith("d") for step in refs for ref in step), "each delta is a step"
    assert {"step:1", "step:2", "w4:1,2", "w4:2,2", "z3:2"} <= refs[3]
    assert {"step:3", "step:4", "step:5"} <= refs[5]
    W, b = zip(*((layer.weights, layer.biases) for layer in net.layers), strict=True)
    a2 = np.tanh(W[0] @ x + b[0])
    a3 = np.tanh(W[1] @ a2 + b[1])
    d4 = W[2] @ a3 + b[2] - expected
    d3 = (W[2].T @ d4) * (1 - a3**2)
    d2 = (W[1].T @ d3) * (1 - a2**2)
    assert [step.value for step in derivation.steps[:5]] == pytest.approx([*d4, *d3], rel=1e-13)
    assert derivation.value == pytest.approx(d2[2] * x[3], rel=1e-13)


def test_where_deltas_are_many_the_one_that_contributes_most_is_worked_out_in_each_layer():
    net = pl.Network.random([5, 30, 40, 6], activation="tanh", output="softmax", seed=3).astype(np.float64)
    expected = np.eye(6)[0]
    trace = net.forward(np.ones(5))
    deltas = pl.backward(net, trace, expected, "cross-entropy").deltas
    derivation = pl.explain.gradient(net, np.ones(5), expected, cost="cross-entropy", layer=2, neuron=7, top=3)
    most3 = int(np.abs(net.layers[1].weights[:, 6] * deltas[1]).argmax())
    most4 = int(np.abs(net.layers[2].weights[:, most3] * deltas[2]).argmax())
    _, second, handed_back = derivation.to_dict()["steps"][:3]
    assert [(step.symbol.layer, step.symbol.indices) for step in derivation.steps[:2]] == [
        (4, (most4 + 1,)),
        (3, (most3 + 1,)),
    ]
    refs = [term["ref"] for term in handed_back["terms"]]
    assert f"w3:{most3 + 1},7" in refs
    assert refs.count("step:2") == 1
    assert sum(ref.startswith("d3:") for ref in refs) == 2
    assert "step:1" in [term["ref"] for term in second["terms"]]
    assert "Deltas that are not worked out above are found in the same way." in derivation.to_text(width=10_000)


@pytest.mark.parametrize("source", [3, None])
def test_a_mini_batch_shows_the_chain_of_its_main_example_and_the_mean(source: int | None):
    X5 = np.random.default_rng(1).normal(size=(5, 6))
    expected = np.eye(3)[[0, 1, 2, 1, 0]]
    derivation = pl.explain.gradient(NET, X5, expected, cost="cross-entropy", layer=2, neuron=1, source=source, top=2)
    singles = [
        pl.explain.gradient(NET, x, e, cost="cross-entropy", layer=2, neuron=1, source=source).value
        for x, e in zip(X5, expected, strict=True)
    ]
    order = np.argsort(-np.abs(singles))
    assert derivation.value == pytest.approx(np.mean(singles), rel=1e-13)
    *chain, mean = derivation.to_dict()["steps"]
    most = int(order[0])
    assert chain[-1]["value"] == pytest.approx(singles[most], rel=1e-13)
    parameter = "b⁽²⁾₁" if source is None else "w⁽²⁾₁,₃"
    assert symbols(derivation)[-2:] == [f"∂C[{most}]/∂{parameter}", f"∂C/∂{parameter}"]
    assert mean["name"] == f"the mean over the 5 examples; {order[0]}, {order[1]} and {order[2]} contribute most"
    of_second = [f"d2:1@{order[1]}"] if source is None else [f"d2:1@{order[1]}", f"a1:3@{order[1]}"]
    shown = [[f"step:{len(chain)}"], of_second]
    if order[1] < most:
        shown.reverse()
    assert [term["ref"] for term in mean["terms"]] == [*shown[0], *shown[1], "rest:3", "const"]
    assert mean["terms"][-2]["value"] == pytest.approx(np.sum(np.array(singles)[order[2:]]), rel=1e-12)
    assert mean["terms"][-1]["value"] == 5
    assert f"Example {most} contributes most: its chain comes first." in derivation.to_text(width=10_000)


def test_a_batch_of_one_and_a_batch_that_contributes_nothing():
    one = pl.explain.gradient(NET, [X], [EXPECTED], cost="cross-entropy", layer=2, neuron=1, source=2)
    alone = pl.explain.gradient(NET, X, EXPECTED, cost="cross-entropy", layer=2, neuron=1, source=2)
    assert one.value == alone.value
    assert one.steps[-1].name == "the mean over the one example"
    dead = pl.Network([pl.Layer([[1.0]], [-5.0], "relu"), pl.Layer([[1.0]], [0.0], "identity")])
    nothing = pl.explain.gradient(dead, [[1.0], [2.0]], [[1.0], [1.0]], cost="squared-error", layer=2, neuron=1)
    assert nothing.value == 0
    assert "contribute" not in nothing.to_text()


def test_a_model_shows_how_the_input_of_the_weight_is_made():
    data = pl.load_data("digits")
    net = pl.Network.random([64, 16, 10], seed=0)
    model = pl.train(net, data, cost="squared-error", optimizer=pl.SGD(0.1), batch_size=100, epochs=1).model
    raw, expected = data.test.raw[0], data.test.expected[0]
    place = {"cost": "squared-error", "neuron": 2}
    first = pl.explain.gradient(model, raw, expected, layer=2, source=21, **place).to_dict()["steps"][0]
    assert first["expression"] == f"{raw.ravel()[20]:.{2 if raw.ravel()[20] >= 10 else 3}f} * 0.0625"
    assert [term["ref"] for term in first["terms"]] == ["x:21", "const"]
    assert first["value"] == raw.ravel()[20] / 16
    for layer, source in ((2, None), (3, 4)):
        document = pl.explain.gradient(model, raw, expected, layer=layer, source=source, **place).to_dict()
        assert not any(term["ref"].startswith("x") for step in document["steps"] for term in step["terms"])


@pytest.mark.parametrize("layer", range(2, 8))
def test_a_deep_wide_network_is_explained_at_once_and_in_few_lines(layer: int, deep_network: pl.Network):
    x, expected = np.random.default_rng(0).random(784), np.eye(10)[3]
    begin = time.process_time()
    choices = {"cost": "cross-entropy", "layer": layer, "neuron": 3, "source": 7}
    text = pl.explain.gradient(deep_network, x, expected, **choices).to_text(width=80)
    assert len(text.splitlines()) < 120
    assert time.process_time() - begin < 2  # some 0.1 s; annotations are checked in tests, on busy machines


def test_where_all_deltas_are_worked_out_the_text_stays_short():
    net = pl.Network.random([64, 16, 16, 10], activation="sigmoid", output="softmax", seed=0)
    choices = {"cost": "cross-entropy", "layer": 2, "neuron": 7, "source": 30}
    derivation = pl.explain.gradient(net, np.random.default_rng(0).random(64), np.eye(10)[8], **choices)
    steps = derivation.to_dict()["steps"]
    assert not any(term["ref"].startswith("d") for step in steps for term in step["terms"]), "each delta is a step"
    text = derivation.to_text(width=80)
    assert text.count("Each R below is such a sum.") == 1
    assert text.count("smaller terms not shown") == 2  # of the first delta that has a rest, and of the sum in question
    assert len(text.splitlines()) < 160


@pytest.fixture(scope="module")
def deep_network() -> pl.Network:
    return pl.Network.random([784, 2500, 2000, 1500, 1000, 500, 10], activation="relu", output="softmax", seed=0)
