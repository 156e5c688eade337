"""The network: what it holds, and what it refuses to hold."""

from typing import Any

import numpy as np
import pytest

from pellucid.errors import InvalidValueError, UnknownNameError
from pellucid.maths import Layer, Network


def test_a_vector_is_a_batch_of_one_and_the_type_is_kept():
    for dtype in (np.float32, np.float64):
        network = Network.random([3, 5, 2], activation="tanh", seed=1, dtype=dtype)
        x = np.linspace(-1, 1, 6, dtype=dtype).reshape(2, 3)
        together = network(x)
        assert (together.shape, together.dtype, network.dtype) == ((2, 2), dtype, dtype)
        np.testing.assert_allclose(network(x[1]), together[1], rtol=1e-6)
    trace = network.forward(x)
    assert [z.shape for z in trace.pre_activations] == [(2, 5), (2, 2)]
    assert [a.shape for a in trace.activations] == [(2, 3), (2, 5), (2, 2)]
    np.testing.assert_array_equal(np.tanh(trace.pre_activations[0]), trace.activations[1])


def test_lists_are_taken_as_float64_and_arrays_keep_their_type():
    assert Layer([[1, 2]], [0], "relu").weights.dtype == np.float64
    assert Layer(np.ones((1, 2), np.float32), np.zeros(1, np.float32), "relu").weights.dtype == np.float32
    assert Network.random([2, 2]).dtype == np.float32


def test_activations_are_one_name_or_one_a_layer_and_the_output_apart():
    def names(**choices: Any) -> list[str]:
        return [activation.name for activation in Network.random([2, 3, 4, 2], **choices).activations]

    assert names() == ["sigmoid"] * 3
    assert names(activation="relu", output="softmax") == ["relu", "relu", "softmax"]
    assert names(activation=["relu", "tanh", "softmax"]) == ["relu", "tanh", "softmax"]
    assert Network.random([2, 2], output="softmax").output.name == "softmax"


def test_other_parameters_in_the_same_architecture():
    network = Network.random([2, 3, 2], activation="relu", seed=1)
    wide = network.astype(np.float64)
    assert (wide.dtype, network.dtype, wide.activations) == (np.float64, np.float32, network.activations)
    np.testing.assert_array_equal(wide.layers[0].weights, network.layers[0].weights)


@pytest.mark.parametrize(
    ("weights", "biases", "message"),
    [
        ([[1.0, 2.0]], [0.0, 0.0], r"^biases: one for each row of weights .* \(1, 2\) and biases of shape \(2,\)$"),
        ([1.0, 2.0], [0.0], r"^weights: must be floating-point numbers in 2 dimensions, got shape \(2,\) of float64$"),
        ([[1.0]], [[0.0]], r"^biases: must be floating-point numbers in 1 dimensions, got shape \(1, 1\)"),
        ([[1.0], [1.0, 2.0]], [0.0], "^weights: must be numbers in 2 dimensions, got list$"),
        ([["a"]], [0.0], "^weights: must be floating-point numbers in 2 dimensions"),
        (np.ones((1, 1), complex), [0.0], r"^weights: must be floating-point .* got shape \(1, 1\) of complex128$"),
        (np.ones((1, 0)), [0.0], r"^biases: one for each row of weights is required, got weights of shape \(1, 0\)"),
    ],
)
def test_layers_that_are_none_are_refused(weights: Any, biases: Any, message: str):
    with pytest.raises(InvalidValueError, match=message):
        Layer(weights, biases, "relu")


def test_layers_that_do_not_join_are_refused():
    first, second = Layer(np.ones((4, 3)), np.ones(4), "relu"), Layer(np.ones((2, 5)), np.ones(2), "relu")
    with pytest.raises(InvalidValueError, match=r"^layer 3: .* each of the 4 neurons of layer 2, got shape \(2, 5\)$"):
        Network([first, second])
    with pytest.raises(InvalidValueError, match=r"^layers: at least one is required, got none$"):
        Network([])
    with pytest.raises(UnknownNameError, match=r"^activation: 'rely' is not known; did you mean 'relu'"):
        Layer(np.ones((4, 3)), np.ones(4), "rely")


def test_lists_are_taken_in_the_networks_type():
    network = Network.random([3, 2], seed=1)
    for x in ([1, 2, 3], (1.0, 2.0, 3.0), [True, False, True], [[1, 2, 3], [4, 5, 6]]):
        outputs = network(x)
        assert outputs.dtype == np.float32
        np.testing.assert_array_equal(outputs, network(np.array(x, np.float32)))
    biases = Layer(np.ones((2, 3), np.float32), [0, 1.5]).biases
    assert biases.dtype == np.float32
    assert Layer(np.ones((2, 3), np.float32), np.zeros(2, np.float64)).biases.dtype == np.float64
    assert Layer([[np.float32(1)]], [0]).weights.dtype == np.float64


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ("abc", "^x: an array of numbers is required, got str of <U3$"),
        (None, "^x: an array of numbers is required, got NoneType of object$"),
        ([1, None, 2], "^x: an array of numbers is required, got list of object$"),
        (["1", "2", "3"], "^x: an array of numbers is required, got list of <U1$"),
        ([[1, 2, 3], [1]], "^x: an array of numbers is required, got list$"),
        (np.array([1j, 2, 3]), "^x: an array of numbers is required, got ndarray of complex128$"),
        ([1, 2], r"^x: must have shape \(3,\) or \(n_samples, 3\) to fit the input layer, got \(2,\)$"),
        (7, r"^x: must have shape \(3,\) or \(n_samples, 3\) to fit the input layer, got \(\)$"),
    ],
)
def test_inputs_that_are_none_are_refused(x: Any, message: str):
    with pytest.raises(InvalidValueError, match=message):
        Network.random([3, 2])(x)


def test_a_layer_too_large_for_memory_is_refused_before_it_is_made():
    with pytest.raises(
        InvalidValueError,
        match=r"^sizes: at most 2,147,483,648 weights in one layer are possible, layer 3 would have 65,536 × 65,536 = ",
    ):
        Network.random([2, 2**16, 2**16, 2])
    view = np.broadcast_to(np.float32(0), (2**16, 2**15 + 1))  # one number in memory
    with pytest.raises(InvalidValueError, match=r"^weights: at most 2,147,483,648 in one layer .* \(65536, 32769\)$"):
        Layer(view, np.zeros(2**16, np.float32), "relu")
