"""Explanations as a person meets them: the essay's own numbers, text, long sums, refusals."""

import json

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import InvalidValueError
from pellucid.explain.derivation import Steps
from pellucid.expression import Number, Variable

NET = pl.Network.random([6, 4, 3], activation="sigmoid", output="softmax", seed=2)
X = np.linspace(0, 1, 6)
EXPECTED = np.array([0.0, 1.0, 0.0])


def essay_network() -> pl.Network:
    weights = [[-1.48, -2.49, 2.72, 3.46], [-1.81, 2.84, -0.438, -4.80]]
    return pl.Network([pl.Layer(weights, [0.884, -0.226], "sigmoid")])


def test_the_essays_output_layer():
    derivations = [pl.explain.neuron(essay_network(), [0.978, 0.322, 0.315, 0.201], layer=2, neuron=m) for m in (1, 2)]
    # Computed from the essay's own inputs, so exact to float64 rounding of four products.
    assert [d.steps[0].value for d in derivations] == pytest.approx([-0.69696, -1.95847], abs=5e-6)
    assert [d.steps[1].value for d in derivations] == pytest.approx([0.18704, -2.18447], abs=5e-6)
    assert [round(d.value, 3) for d in derivations] == [0.547, 0.101]


def test_the_text_shows_symbols_numbers_and_value_under_each_other():
    derivation = pl.explain.neuron(essay_network(), [0.978, 0.322, 0.315, 0.201], layer=2, neuron=1)
    assert derivation.to_text() == (
        "Neuron 1 of layer 2 (sigmoid, 4 inputs)\n"
        "\n"
        "1. weighted sum of the layer before\n"
        "   s⁽²⁾₁ = w⁽²⁾₁,₁ · a⁽¹⁾₁ + w⁽²⁾₁,₂ · a⁽¹⁾₂ + w⁽²⁾₁,₃ · a⁽¹⁾₃ + w⁽²⁾₁,₄ · a⁽¹⁾₄\n"
        "         = (−1.480) · 0.9780 + (−2.490) · 0.3220 + 2.720 · 0.3150 + 3.460 · 0.2010\n"
        "         = −0.6970\n"
        "\n"
        "2. pre-activation: the weighted sum plus the bias\n"
        "   z⁽²⁾₁ = s⁽²⁾₁ + b⁽²⁾₁\n"
        "         = −0.6970 + 0.8840\n"
        "         = 0.1870\n"
        "\n"
        "3. activation: sigmoid\n"
        "   a⁽²⁾₁ = 1 / (1 + e^(−z⁽²⁾₁))\n"
        "         = 1 / (1 + e^(−0.1870))\n"
        "         = 0.5466\n"
    )


def test_text_folds_to_the_width_and_breaks_before_a_sign():
    net = pl.Network.random([40, 3], seed=1)
    text = pl.explain.neuron(net, np.linspace(-1, 1, 40), layer=2, neuron=1, top=20).to_text(width=60)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 60
    following = [line for line in lines if line.startswith(" " * 13)]
    assert len(following) >= 8
    assert all(line.split()[0] in "+−" for line in following)


def test_long_sums_show_the_largest_terms_in_their_order_and_the_sum_of_the_rest():
    weights = np.array([[0.1, -5.0, 0.2, 4.0, 0.3, -0.4]])
    net = pl.Network([pl.Layer(weights, [0.0], "identity")])
    document = pl.explain.neuron(net, np.ones(6), layer=2, neuron=1, top=2).to_dict()
    step = document["steps"][0]
    assert [term["ref"] for term in step["terms"]] == ["w2:1,2", "a1:2", "w2:1,4", "a1:4", "rest:4"]
    assert step["terms"][-1]["value"] == pytest.approx(0.1 + 0.2 + 0.3 - 0.4, abs=1e-15)
    assert step["value"] == pytest.approx(weights.sum(), abs=1e-14)
    whole = pl.explain.neuron(net, np.ones(6), layer=2, neuron=1, top=5).to_dict()["steps"][0]
    assert not any(term["ref"].startswith("rest") for term in whole["terms"]), "one term is not worth leaving out"


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"layer": 3, "neuron": 99}, "neuron: layer 3 has neurons 1 to 3, got 99"),
        ({"layer": 3, "neuron": 0}, "neuron: layer 3 has neurons 1 to 3, got 0"),
        ({"layer": 0, "neuron": 1}, "layer: 2 to 3 have weights, got 0"),
        ({"layer": 1, "neuron": 1}, "layer 1 is the input"),
        ({"layer": 4, "neuron": 1}, "layer: 2 to 3 have weights, got 4"),
        ({"layer": 3, "neuron": 1, "source": 5}, "source: layer 2 has neurons 1 to 4, got 5"),
        ({"layer": 3, "neuron": 1, "top": 0}, "top: at least 1 term must be shown, got 0"),
    ],
)
def test_places_that_are_not_in_the_network_are_refused_with_the_range(place: dict, message: str):
    with pytest.raises(InvalidValueError, match=message):
        pl.explain.gradient(NET, X, EXPECTED, cost="cross-entropy", **{"source": 1} | place)


def test_inputs_expected_outputs_and_costs_that_do_not_fit_are_refused():
    place = {"layer": 2, "neuron": 1}
    with pytest.raises(InvalidValueError, match=r"x: one example of 6 numbers, or .*, got shape \(5,\)"):
        pl.explain.neuron(NET, X[:5], **place)
    with pytest.raises(InvalidValueError, match="x: one example of 6 numbers is required, got 2 in rows"):
        pl.explain.neuron(NET, [X, X], **place)
    with pytest.raises(InvalidValueError, match="x: finite numbers are required, number 1 is nan"):
        pl.explain.neuron(NET, np.full(6, np.nan), **place)
    with pytest.raises(InvalidValueError, match=r"expected: 3 finite numbers are required, .* got shape \(1,\)"):
        pl.explain.gradient(NET, X, [1.0], cost="cross-entropy", **place)
    with pytest.raises(InvalidValueError, match="with cross-entropy they must sum to 1, got 2"):
        pl.explain.gradient(NET, X, [1.0, 1.0, 0.0], cost="cross-entropy", **place)
    with pytest.raises(InvalidValueError, match="binary-cross-entropy needs the output activation sigmoid"):
        pl.explain.gradient(NET, X, EXPECTED, cost="binary-cross-entropy", **place)
    with pytest.raises(InvalidValueError, match="binary-cross-entropy needs the output activation sigmoid"):
        pl.explain.cost(NET, X, EXPECTED, cost="binary-cross-entropy")
    with pytest.raises(InvalidValueError, match="digits: 1 to 17"):
        pl.explain.neuron(NET, X, **place).to_dict(digits=18)


@pytest.mark.parametrize(
    ("activations", "message"),
    [
        (["relu", "identity"], "network: finite pre-activations are required, layer 3 has inf;"),
        (["relu", "softmax"], "network: finite pre-activations are required, layer 3 has inf;"),
    ],
)
def test_a_network_whose_numbers_leave_float64_is_refused_with_the_layer(activations: list[str], message: str):
    layers = [pl.Layer([[1e200]], [0.0], name) for name in activations]
    with pytest.raises(InvalidValueError, match=message) as caught:
        pl.explain.neuron(pl.Network(layers), [1.0], layer=2, neuron=1)
    assert "\n" not in str(caught.value)


def test_deltas_beyond_float64_are_refused_with_the_layer():
    net = pl.Network([pl.Layer([[1e100]], [0.0], "identity"), pl.Layer([[1e180]], [0.0], "identity")])
    with pytest.raises(InvalidValueError, match="network: finite deltas are required, layer 2 has inf;"):
        pl.explain.gradient(net, [1.0], [0.0], cost="squared-error", layer=2, neuron=1)


def test_a_step_beyond_float64_is_refused_though_the_trace_is_finite():
    net = pl.Network([pl.Layer([[1e300, -1e300]], [0.0], "identity")])
    x = [1e10, 1e10]
    with pytest.raises(InvalidValueError, match="finite pre-activations"):
        pl.explain.neuron(net, x, layer=2, neuron=1)
    net = pl.Network([pl.Layer([[1e160]], [0.0], "gelu")])
    choices = {"cost": "huber", "layer": 2, "neuron": 1}
    with pytest.raises(InvalidValueError, match=r"network: numbers within float64 are required, ∂a⁽²⁾₁/∂z⁽²⁾₁ \("):
        pl.explain.gradient(net, [1.0], [0.0], **choices)
    net = pl.Network([pl.Layer([[1.7e308], [-1.7e308]], [0.0, 0.0], "softmax")])
    with pytest.raises(InvalidValueError, match="numbers within float64 are required"):
        pl.explain.neuron(net, [1.0], layer=2, neuron=2)


def test_digits_that_leave_a_step_open_are_refused_rather_than_shown_with_an_infinite_tolerance():
    steps = Steps()
    steps.add("one over a difference", Variable("q"), 1 / (Number(1.00001, "z2:1") - Number(1.00002, "z2:2")))
    derivation = steps.conclude("A quotient")
    message = r"^digits: 4 do not bound q \(one over a difference\); more digits are needed, up to 17$"
    with pytest.raises(InvalidValueError, match=message):
        derivation.to_dict(4)
    json.dumps(derivation.to_dict(7), allow_nan=False)


@pytest.mark.parametrize(
    ("x", "expected", "message"),
    [
        ([X, X], [EXPECTED], r"expected: 3 finite numbers for each of 2 examples .* got shape \(1, 3\)"),
        ([X, X], EXPECTED, r"expected: 3 finite numbers for each of 2 examples .* got shape \(3,\)"),
        (X, [EXPECTED], r"expected: 3 finite numbers are required, shape \(3,\), got shape \(1, 3\)"),
        ([X[:5]], [EXPECTED], r"x: one example of 6 numbers, or several in rows, .* got shape \(1, 5\)"),
        ([[X]], [EXPECTED], r"x: one example of 6 numbers, or several in rows, .* got shape \(1, 1, 6\)"),
        (np.empty((0, 6)), np.empty((0, 3)), "x: at least one example is required, got none"),
        ([X, np.full(6, np.inf)], [EXPECTED, EXPECTED], "x: finite numbers are required, number 1 of example 1 is inf"),
        ([X, X], [EXPECTED, [0.0, np.nan, 1.0]], "expected: finite numbers are required, got nan"),
        ([X, X], [EXPECTED, [0.0, 0.5, 0.0]], r"expected: with cross-entropy they must sum to 1, got 0\.5"),
        ("digits", EXPECTED, "x: numbers are required, got str"),
        (X, "three", "expected: numbers are required, got str"),
    ],
)
def test_mini_batches_that_do_not_fit_are_refused_in_one_line(x, expected, message: str):
    for explain in (
        lambda: pl.explain.gradient(NET, x, expected, cost="cross-entropy", layer=2, neuron=1),
        lambda: pl.explain.cost(NET, x, expected, cost="cross-entropy"),
    ):
        with pytest.raises(InvalidValueError, match=message) as caught:
            explain()
        assert "\n" not in str(caught.value)
