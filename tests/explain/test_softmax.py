"""Softmax explained: the sum over the layer as a step of its own, short in a wide layer, true however large z is."""

import json
from collections.abc import Callable

import numpy as np
import pytest

import pellucid as pl
from pellucid.explain import Derivation

N_OUTPUTS = 12
X = np.array([0.3, -1.1, 0.8])
EXPECTED = np.eye(N_OUTPUTS)[2]
WEIGHT = {"layer": 2, "source": 1, "top": 3}


def make_network(scale: float) -> pl.Network:
    generator = np.random.default_rng(0)
    return pl.Network([pl.Layer(scale * generator.normal(size=(N_OUTPUTS, 3)), np.zeros(N_OUTPUTS), "softmax")])


def test_a_wide_layer_shows_its_largest_exponentials_and_the_sum_of_the_rest():
    steps = pl.explain.neuron(make_network(1.0), X, layer=2, neuron=2, top=3).to_dict()["steps"]
    total, activation = steps[-2:]
    z = make_network(1.0).forward(X).pre_activations[0]
    largest = sorted(np.argsort(-z)[:3] + 1)
    assert [term["ref"] for term in total["terms"]] == [
        *("step:2" if k == 2 else f"z2:{k}" for k in largest),
        "rest:9",
    ]
    assert total["name"] == "sum of the exponentials over the layer"
    assert total["value"] == pytest.approx(np.exp(z).sum(), rel=1e-14)
    assert [term["ref"] for term in activation["terms"]] == ["step:2", "step:3"]
    assert activation["formula"] == r"\frac{e^{z^{(2)}_{2}}}{T^{(2)}}"


def test_large_pre_activations_are_lessened_by_the_largest():
    net = make_network(100.0)
    z = net.forward(X).pre_activations[0]
    largest = int(z.argmax()) + 1
    neuron = largest % N_OUTPUTS + 1
    steps = pl.explain.neuron(net, X, layer=2, neuron=neuron, top=3).to_dict()["steps"]
    exponent, total, activation = steps[-3:]
    assert [term["ref"] for term in exponent["terms"]] == [f"z2:{neuron}", f"z2:{largest}"]
    assert f"y2:{largest}" in [term["ref"] for term in total["terms"]]
    assert [term["ref"] for term in activation["terms"]] == ["step:3", "step:4"]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("scale", [1e-3, 1.0, 20.0, 100.0, 800.0, 1e4, 1e30])
def test_every_step_is_true_and_the_share_well_bounded_at_any_size(scale: float, read_formula: Callable[[str], float]):
    net = make_network(scale)
    outputs = net(X)
    for neuron in {1, 3, int(outputs.argmax()) + 1}:
        activation = pl.explain.neuron(net, X, layer=2, neuron=neuron, top=3)
        assert activation.value == pytest.approx(outputs[neuron - 1], rel=1e-12, abs=1e-300)
        # A z below 30 is shown to 0.005, and so are those in the sum: 1 % of a share, which is at most 1.
        assert activation.to_dict(4)["steps"][-1]["tolerance"] < 0.02
        assert activation.to_dict(12)["steps"][-1]["tolerance"] < 1e-9
        gradients = [
            pl.explain.gradient(net, X, EXPECTED, cost=cost, neuron=neuron, **WEIGHT)
            for cost in ("cross-entropy", "squared-error")
        ]
        for derivation in (activation, *gradients):
            for digits in range(1, 18):
                check(derivation, digits, read_formula)


def check(derivation: Derivation, digits: int, read_formula: Callable[[str], float]) -> None:
    document = derivation.to_dict(digits)
    json.dumps(document, allow_nan=False)
    for step in document["steps"]:
        assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"], (step, digits)


def test_two_huge_pre_activations_that_tie_share_alike():
    net = pl.Network([pl.Layer([[1e30 / 3, 1e30 / 7], [1e30 / 3, 1e30 / 7]], [0.1, 0.1], "softmax")])
    assert pl.explain.neuron(net, [0.7, 0.9], layer=2, neuron=2).value == 0.5
