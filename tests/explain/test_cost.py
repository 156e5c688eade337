"""The cost, output by output, from numbers that stay true however sure or wrong the network is; and of mini-batches."""

from collections.abc import Callable

import numpy as np
import pytest

import pellucid as pl
from pellucid.explain.batch import label


def outputs_of(z: list[float], output: str) -> pl.Network:
    """A network whose output layer has these pre-activations for the input 1."""
    return pl.Network([pl.Layer([[value] for value in z], np.zeros(len(z)), output)])


def test_each_outputs_part_and_their_sum():
    net = outputs_of([0.5, -1.0, 2.0], "identity")
    derivation = pl.explain.cost(net, [1.0], [1.0, 0.0, 1.5], cost="half-squared-error")
    assert derivation.value == 0.5 * (0.25 + 1.0 + 0.25)
    assert derivation.to_text() == (
        "The cost of one example (half-squared-error)\n"
        "\n"
        "1. cost (half-squared-error): the sum over 3 outputs\n"
        "   C = (a⁽²⁾₁ − E₁)² / 2 + (a⁽²⁾₂ − E₂)² / 2 + (a⁽²⁾₃ − E₃)² / 2\n"
        "     = (0.5000 − 1.000)² / 2 + (−1.000 − 0.000)² / 2 + (2.000 − 1.500)² / 2\n"
        "     = 0.7500\n"
    )


def test_of_many_outputs_those_that_cost_most_are_shown():
    z = np.arange(1.0, 21.0)
    derivation = pl.explain.cost(outputs_of(z.tolist(), "identity"), [1.0], np.zeros(20), cost="squared-error", top=2)
    (step,) = derivation.to_dict()["steps"]
    assert [term["ref"] for term in step["terms"] if term["ref"] != "const"] == [
        *["a2:19", "e:19", "a2:20", "e:20", "rest:18"],
    ]
    assert step["value"] == 20 * 21 * 41 / 6


def test_cross_entropy_of_a_probability_that_shows_well_is_its_logarithm():
    z = np.array([0.2, 1.0, -0.5])
    derivation = pl.explain.cost(outputs_of(z.tolist(), "softmax"), [1.0], [0.0, 1.0, 0.0], cost="cross-entropy")
    assert derivation.value == pytest.approx(-np.log(np.exp(1.0) / np.exp(z).sum()), rel=1e-14)
    (step,) = derivation.to_dict()["steps"]
    assert [term["ref"] for term in step["terms"]] == ["e:2", "a2:2"]
    assert derivation.steps[0].note == "Outputs that are expected to be 0 add nothing."


@pytest.mark.parametrize("z", [[9.0, -2.0, -3.0], [25.0, 1.0, -3.0], [-9.0, 3.0, 2.5], [-40.0, 3.0, 2.5]])
@pytest.mark.parametrize("expected", [[1.0, 0.0, 0.0], [0.6, 0.0, 0.4]])
def test_cross_entropy_stays_true_where_a_probability_is_nearly_0_or_1(
    z: list[float], expected: list[float], read_formula: Callable[[str], float]
):
    derivation = pl.explain.cost(outputs_of(z, "softmax"), [1.0], expected, cost="cross-entropy")
    surprise = np.array([np.log1p(sum(np.exp(other - mine) for other in z if other != mine)) for mine in z])
    # The sum 1 + U is rounded at 1e-16, whatever U is.
    assert derivation.value == pytest.approx(float(np.dot(expected, surprise)), rel=1e-12, abs=3e-16)
    for digits in range(1, 18):
        for step in derivation.to_dict(digits)["steps"]:
            assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"]
    # With four digits the cost is known to about three of its own, also where 1 − a is a millionth.
    assert derivation.to_dict(4)["steps"][-1]["tolerance"] < 2e-3 * derivation.value + 1e-15


def test_cross_entropy_where_the_probability_is_0_in_floating_point():
    net = outputs_of([-2000.0, 0.0, 3.0], "softmax")
    assert net(np.array([1.0]))[0] == 0
    derivation = pl.explain.cost(net, [1.0], [1.0, 0.0, 0.0], cost="cross-entropy")
    assert derivation.value == pytest.approx(2003 + np.log1p(np.exp(-3.0)), rel=1e-14)
    assert [step.symbol.text for step in derivation.steps] == ["U⁽²⁾", "y⁽²⁾₁", "C"]


@pytest.mark.parametrize(("z", "expected"), [(40.0, 1.0), (40.0, 0.0), (-40.0, 0.0), (800.0, 0.0), (-800.0, 1.0)])
def test_binary_cross_entropy_stays_true_where_an_output_is_nearly_0_or_1(
    z: float, expected: float, read_formula: Callable[[str], float]
):
    derivation = pl.explain.cost(outputs_of([z], "sigmoid"), [1.0], [expected], cost="binary-cross-entropy")
    wrong = -z if expected else z
    assert derivation.value == pytest.approx(np.logaddexp(0, wrong), rel=1e-14, abs=3e-16)
    for digits in range(1, 18):
        for step in derivation.to_dict(digits)["steps"]:
            assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"]
    assert derivation.to_dict(4)["steps"][-1]["tolerance"] < 1e-3 * derivation.value + 1e-15


def test_binary_cross_entropy_of_soft_labels_has_both_parts():
    net = outputs_of([0.7, -1.2], "sigmoid")
    derivation = pl.explain.cost(net, [1.0], [0.3, 1.0], cost="binary-cross-entropy")
    a = 1 / (1 + np.exp([-0.7, 1.2]))
    assert derivation.value == pytest.approx(-0.3 * np.log(a[0]) - 0.7 * np.log(1 - a[0]) - np.log(a[1]), rel=1e-14)
    assert [term["ref"] for term in derivation.to_dict()["steps"][0]["terms"]] == [
        *["e:1", "const", "z2:1", "const", "e:1", "const", "z2:1", "const", "z2:2"],
    ]


def test_a_mini_batch_shows_the_examples_that_cost_most_and_the_mean():
    net = outputs_of([1.0], "identity")
    X = np.array([[1.0], [5.0], [2.0], [0.5], [4.0]])
    derivation = pl.explain.cost(net, X, np.zeros((5, 1)), cost="squared-error", top=2)
    assert derivation.value == pytest.approx((1 + 25 + 4 + 0.25 + 16) / 5, rel=1e-15)
    assert derivation.to_text().splitlines()[5:] == [
        "1. cost of example 1 (squared-error)",
        "   C[1] = (a⁽²⁾₁[1] − E₁[1])²",
        "        = (5.000 − 0.000)²",
        "        = 25.00",
        "",
        "2. cost of example 4 (squared-error)",
        "   C[4] = (a⁽²⁾₁[4] − E₁[4])²",
        "        = (4.000 − 0.000)²",
        "        = 16.00",
        "",
        "3. cost: the mean over the 5 examples",
        "   C = (C[1] + C[4] + R₃) / 5",
        "     = (25.00 + 16.00 + 5.250) / 5",
        "     = 9.250",
        "   R₃ is the sum of the 3 smaller costs not shown.",
    ]
    last = derivation.to_dict()["steps"][-1]
    assert [term["ref"] for term in last["terms"]] == ["step:1", "step:2", "rest:3", "const"]
    assert label(net, X, np.zeros((5, 1)), "squared-error").mean_cost == pytest.approx(derivation.value, rel=1e-15)


def test_a_cost_beyond_float64_is_refused():
    net = outputs_of([1e200], "identity")
    for x, expected in (([1.0], [0.0]), ([[1.0], [1.0]], [[0.0], [0.0]])):
        with pytest.raises(pl.PellucidError, match="numbers within float64 are required, C"):
            pl.explain.cost(net, x, expected, cost="squared-error")
