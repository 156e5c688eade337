"""Checking gradients: right ones pass at every activation and cost, wrong ones fail where they are wrong."""

import math
from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.errors import InvalidValueError
from pellucid.explain.checking.check import check_gradients
from pellucid.explain.checking.places import Places, spread
from pellucid.maths import ACTIVATIONS, COSTS, Activation, Layer, Network, backward

TANH, RELU = ACTIVATIONS["tanh"], ACTIVATIONS["relu"]


def with_wrong_derivative(right: Activation, factor: float) -> Activation:
    return replace(right, name=f"{right.name}-wrong", derivative=lambda z, a: factor * right.derivative(z, a))


def examples(n_samples: int | None, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(4)
    shape = () if n_samples is None else (n_samples,)
    return generator.normal(size=(*shape, n_in)), generator.dirichlet(np.ones(n_out), shape)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("n_samples", [None, 5])
def test_right_gradients_pass_with_every_activation_and_cost(activation: str, n_samples: int | None):
    for cost in COSTS.values():
        network = Network.random([5, 6, 4], activation=activation, output=cost.output or "identity", seed=1)
        result = check_gradients(network, *examples(n_samples, 5, 4), cost=cost)
        assert result.passed, result.to_text()
        assert (result.n_parameters, result.n_checked, result.n_at_kinks) == (64, 64, 0)
        assert result.differences.worst < 1e-6
        assert result.automatic.worst < 1e-11
        assert result.faulty_layer is None


def test_digits_reach_the_table_of_the_worst_places():
    network = Network.random([5, 6, 4], activation="tanh", seed=1)
    result = check_gradients(network, *examples(None, 5, 4), cost="squared-error")
    for digits in (3, 12):
        text = result.to_text(digits, 200).replace("−", "-")
        for comparison in (result.differences, result.automatic):
            (row,) = (line.split() for line in text.splitlines() if line.strip().startswith(comparison.name))
            assert row[-2:] == [
                f"{value:.{digits - 1 - math.floor(math.log10(abs(value)))}f}"
                for value in (comparison.backpropagation, comparison.other)
            ]
    assert "1·10⁻¹⁰" in result.to_text(3)


@pytest.mark.parametrize("layer", [2, 3, 4])
def test_a_derivative_wrong_by_one_percent_is_found_in_its_layer(layer: int):
    activations: list[str | Activation] = ["tanh"] * 3
    activations[layer - 2] = with_wrong_derivative(TANH, 1.01)
    network = Network.random([5, 6, 5, 3], activation=activations, seed=1)
    x, expected = examples(None, 5, 3)
    result = check_gradients(network, x, expected, cost="squared-error")
    assert not result.passed
    assert result.faulty_layer == layer
    for comparison in (result.differences, result.automatic):
        assert comparison.worst == pytest.approx(0.01 / 1.01, rel=1e-4)
        assert comparison.backpropagation == pytest.approx(1.01 * comparison.other, rel=1e-5)
        n_from_there_back = sum(each.weights.size + each.n_out for each in network.layers[: layer - 1])
        assert comparison.n_wrong == n_from_there_back
    assert f"Some are wrong, from layer {layer} back" in " ".join(result.to_text().split())
    assert "(tanh-wrong)" in result.to_text()


def test_the_worst_place_has_the_values_of_both_ways():
    """One weight's gradient, worked out by hand: with a = tanh(w x + b) and C = (a − E)², ∂C/∂w = 2(a − E)(1 − a²)x."""
    network = Network([Layer([[0.3]], [0.1], with_wrong_derivative(TANH, 2.0))])
    result = check_gradients(network, [0.5], [1.0], cost="squared-error")
    a = np.tanh(0.3 * 0.5 + 0.1)
    known = {"w2:1,1": 2 * (a - 1) * (1 - a**2) * 0.5, "b2:1": 2 * (a - 1) * (1 - a**2)}
    for comparison in (result.differences, result.automatic):
        assert comparison.other == pytest.approx(known[comparison.ref], rel=1e-8)
        assert comparison.backpropagation == pytest.approx(2 * known[comparison.ref], rel=1e-12)
        assert comparison.worst == pytest.approx(0.5, rel=1e-8)


@pytest.mark.parametrize("factor", [float("inf"), float("nan")])
def test_a_derivative_that_is_no_number_fails(factor: float):
    network = Network.random([4, 5, 3], activation=[with_wrong_derivative(TANH, factor), "tanh"], seed=1)
    result = check_gradients(network, *examples(None, 4, 3), cost="squared-error")
    assert not result.passed
    assert result.faulty_layer == 2
    report = result.to_dict()
    assert report["automatic_differentiation"]["worst_relative_error"] is None
    assert report["automatic_differentiation"]["backpropagation"] is None


def test_a_cost_with_a_wrong_derivative_fails_at_the_output():
    wrong = replace(COSTS["squared-error"], name="wrong", derivative=lambda a, expected: 2.01 * (a - expected))
    result = check_gradients(Network.random([4, 5, 3], seed=1), *examples(3, 4, 3), cost=wrong)
    assert result.faulty_layer == 3
    assert "and at that of the cost" in " ".join(result.to_text().split())


@pytest.mark.parametrize("scale", [3.0, 30.0, 300.0])
@pytest.mark.parametrize("cost", ["cross-entropy", "binary-cross-entropy", "squared-error"])
def test_saturated_and_well_trained_networks_pass(scale: float, cost: str):
    """Tiny derivatives, differences that cancel and numbers that underflow are no errors."""
    for seed in range(5):
        start = Network.random([5, 8, 6, 4], output=COSTS[cost].output or "softmax", seed=seed, dtype=np.float64)
        network = start.with_parameters(tuple(p._replace(weights=scale * p.weights) for p in start.parameters))
        x, _ = examples(None, 5, 4)
        result = check_gradients(network, x, np.eye(4)[int(network(x).argmax())], cost=cost)
        assert result.passed, (seed, result.to_text())


def test_one_percent_is_found_in_a_network_that_is_nearly_right_already():
    """The cost is 10⁻⁸ and its derivatives are of that size: rounding must not be taken for a pardon."""
    wrong = with_wrong_derivative(TANH, 1.01)
    network = Network([Layer(np.eye(3), np.zeros(3), wrong), Layer(20 * np.eye(3), np.zeros(3), "softmax")])
    result = check_gradients(network, [3.0, 0.1, -0.2], [1.0, 0.0, 0.0], cost="cross-entropy")
    assert abs(result.automatic.other) < 1e-6
    assert result.faulty_layer == 2


def test_zero_derivatives_are_right_when_they_are_zero():
    network = Network(
        [Layer(np.zeros((4, 3)), np.zeros(4), "sigmoid"), Layer(np.zeros((2, 4)), np.zeros(2), "sigmoid")]
    )
    result = check_gradients(network, [0.0, 1.0, 2.0], [0.5, 0.5], cost="squared-error")
    assert result.passed
    assert result.automatic.worst == 0


def test_parameters_at_a_kink_are_counted_apart():
    """With every input 0, each ReLU with bias 0 stands at its kink: its bias has no derivative, its weights' are 0."""
    network = Network([Layer(np.ones((3, 2)), [0.0, 0.4, 0.0], "relu"), Layer([[1.0, 2.0, 3.0]], [0.5], "identity")])
    result = check_gradients(network, [0.0, 0.0], [0.0], cost="squared-error")
    assert result.n_at_kinks == 2
    assert result.n_checked == network.parameter_count - 2
    assert result.passed
    assert "2 more stand at a kink" in " ".join(result.to_text().split())


def test_when_all_stand_at_kinks_nothing_is_passed():
    network = Network([Layer([[1.0]], [-1.0], "relu")])
    result = check_gradients(network, [1.0], [1.0], cost="squared-error")
    assert (result.n_checked, result.n_at_kinks) == (0, 2)
    assert not result.passed
    assert "nothing is known" in result.to_text()


def test_kinks_near_by_are_avoided_by_smaller_steps():
    """z is 0.001 from the kink: larger steps cross it, and their quotient would be off by half."""
    network = Network([Layer([[1.0]], [0.001], "relu")])
    result = check_gradients(network, [0.0], [1.0], cost="squared-error")
    assert result.n_at_kinks == 0
    assert result.passed


def test_a_large_network_is_sampled_in_every_layer_with_its_biases():
    network = Network.random([300, 40, 10, 4], seed=0)
    places = Places.drawn(network, 200, seed=5)
    for layer in (2, 3, 4):
        assert ((places.layers == layer) & (places.sources < 0)).sum() >= 4
        assert ((places.layers == layer) & (places.sources >= 0)).sum() >= 20
    assert len(set(zip(places.layers, places.neurons, places.sources, strict=True))) == 200
    x, expected = examples(None, 300, 4)
    calls: list[tuple[int, int]] = []
    result = check_gradients(
        network, x, expected, cost="squared-error", progress=lambda done, total: calls.append((done, total))
    )
    assert (result.n_parameters, result.n_checked) == (12_494, 1_000)
    assert calls[-1] == (1_000, 1_000)
    assert check_gradients(network, x, expected, cost="squared-error", sample=20).n_checked == 20


def test_the_same_seed_draws_the_same_parameters():
    network = Network.random([300, 40, 10, 4], seed=0)
    first, again, other = (Places.drawn(network, 50, seed=seed) for seed in (1, 1, 2))
    assert (first.neurons == again.neurons).all()
    assert (first.neurons != other.neurons).any()


@pytest.mark.parametrize(
    ("sizes", "total", "shares"),
    [([100, 3, 50, 2], 25, [10, 3, 10, 2]), ([4, 4], 20, [4, 4]), ([5, 5, 5], 4, [1, 1, 2])],
)
def test_groups_share_alike(sizes: list[int], total: int, shares: list[int]):
    assert spread(sizes, total) == shares


def test_what_does_not_fit_is_refused():
    network = Network.random([3, 2])
    with pytest.raises(InvalidValueError, match=r"^sample: at least 1 parameter must be checked, got 0$"):
        check_gradients(network, np.zeros(3), np.zeros(2), cost="squared-error", sample=0)
    with pytest.raises(InvalidValueError, match=r"^x: one example of 3 numbers, .* got shape \(4,\)$"):
        check_gradients(network, np.zeros(4), np.zeros(2), cost="squared-error")
    only_numpy = replace(TANH, name="only-numpy", value=lambda z: np.asarray(np.tanh(np.asarray(z))))
    with pytest.raises(InvalidValueError, match=r"^activation: functions that take NumPy and JAX arrays alike"):
        check_gradients(Network.random([3, 2], activation=only_numpy), np.zeros(3), np.zeros(2), cost="squared-error")


def test_it_computes_in_float64_and_leaves_the_process_as_it_was():
    network = Network.random([4, 3], seed=0, dtype=np.float32)
    result = check_gradients(network, *examples(None, 4, 3), cost="squared-error")
    assert result.automatic.worst < 1e-12
    assert jnp.asarray(1.0).dtype == np.float32


def test_the_report_says_what_the_object_says():
    network = Network.random([4, 3], seed=0)
    x, expected = examples(None, 4, 3)
    result = check_gradients(network, x, expected, cost="squared-error")
    report = result.to_dict()
    assert (report["passed"], report["n_checked"], report["n_parameters"]) == (True, 15, 15)
    worst = report["central_differences"]
    layer, rest = worst["where"][1:].split(":")
    neuron, _, source = rest.partition(",")
    wide = network.astype(np.float64)
    gradients = backward(wide, wide.forward(x), expected, "squared-error")
    index = int(layer) - 2
    entry = (
        gradients.weights[index][int(neuron) - 1, int(source) - 1]
        if source
        else gradients.biases[index][int(neuron) - 1]
    )
    assert worst["backpropagation"] == pytest.approx(entry, rel=1e-14)
    assert "all 15 weights and biases were compared. They are right." in " ".join(result.to_text().split())
