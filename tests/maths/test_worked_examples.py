"""Worked examples from the literature, computed from start to end with the public functions."""

import numpy as np
import pytest

from pellucid.maths import SGD, Layer, Network, backward, example_costs, find_cost


def test_mazurs_example_before_and_after_one_step():
    """Mazur 2015, who corrects the biases nowhere; the first correction of the weights does not depend on them."""
    network = Network(
        [
            Layer([[0.15, 0.20], [0.25, 0.30]], [0.35, 0.35], "sigmoid"),
            Layer([[0.40, 0.45], [0.50, 0.55]], [0.60, 0.60], "sigmoid"),
        ]
    )
    x, expected, cost = np.array([0.05, 0.10]), np.array([0.01, 0.99]), find_cost("half-squared-error")
    trace = network.forward(x)
    total = example_costs(cost, trace.pre_activations[-1], trace.activations[-1], expected)
    assert float(total) == pytest.approx(0.298371109, abs=5e-10)
    np.testing.assert_allclose(trace.activations[-1], [0.75136507, 0.772928465], atol=5e-9)

    gradients, optimizer = backward(network, trace, expected, cost), SGD(learning_rate=0.5)
    first, second = (
        optimizer.step(layer.weights, gradient, optimizer.start(gradient), learning_rate=0.5, time=1, decays=True)[0]
        for layer, gradient in zip(network.layers, gradients.weights, strict=True)
    )
    np.testing.assert_allclose(first, [[0.149780716, 0.19956143], [0.24975114, 0.29950229]], atol=5e-9)
    np.testing.assert_allclose(second, [[0.35891648, 0.408666186], [0.511301270, 0.561370121]], atol=5e-9)


def test_the_essays_layer_of_two_neurons():
    weights = [[-1.48, -2.49, 2.72, 3.46], [-1.81, 2.84, -0.438, -4.80]]
    network = Network([Layer(weights, [0.884, -0.226], "sigmoid")])
    trace = network.forward(np.array([0.978, 0.322, 0.315, 0.201]))
    np.testing.assert_allclose(trace.pre_activations[0], [0.18704, -2.18447], atol=5e-6)
    np.testing.assert_allclose(trace.activations[-1], [0.547, 0.101], atol=5e-4)


def test_the_essays_backpropagation_with_its_slip_put_right():
    """The essay prints 0.1271 for the corrected weight; 0.15 − 0.05 · (−0.142) is 0.1571."""
    network = Network([Layer([[0.15]], [0.5 - 0.15 * 0.8], "sigmoid")])
    trace = network.forward(np.array([0.8]))
    assert float(trace.pre_activations[0][0]) == pytest.approx(0.5, abs=1e-15)
    gradients = backward(network, trace, np.array([1.0]), "squared-error")
    gradient = gradients.weights[0][0, 0]
    assert float(gradient) == pytest.approx(-0.142, abs=5e-4)
    corrected, _ = SGD(0.05).step(0.15, gradient, (), learning_rate=0.05, time=1, decays=True)
    assert float(corrected) == pytest.approx(0.1571, abs=5e-5)


@pytest.mark.parametrize(
    ("sizes", "count"), [((784, 30, 10), 23_860), ((784, 16, 16, 10), 13_002), ((64, 16, 16, 10), 1_482)]
)
def test_parameter_counts(sizes: tuple[int, ...], count: int):
    network = Network.random(sizes)
    assert (network.parameter_count, network.sizes) == (count, sizes)
    assert f"{count:,} parameters" in repr(network)
