"""Chapter 3: a whole layer as one product of a matrix and a vector, and what that saves."""

import math

import numpy as np

from pellucid import explain
from pellucid.explain import Document
from pellucid.explain.document import Paragraph
from pellucid.maths import Network
from pellucid.walkthrough.chapter import Chapter
from pellucid.walkthrough.example import FOR_DIGITS, HIDDEN_LAYER, forward_network
from pellucid.walkthrough.figure import Figure, table_of
from pellucid.walkthrough.timing import OF_THIS_MACHINE, microseconds

N_AT_ONCE = 100


def matrix_form() -> Chapter:
    """The essay's example of four hidden and two output neurons; then loops over neurons against matrices."""
    network = forward_network()
    trace = network.forward(np.array(HIDDEN_LAYER))
    sums = trace.pre_activations[1] - network.layers[1].biases
    return Chapter(
        "3. Matrix form",
        (
            Paragraph(
                "The weights into a layer are one matrix, its biases one vector: L₃ = S(W₃,₂ L₂ + B₃). A row of the "
                "matrix belongs to a neuron, a column to what it is joined to. With four hidden neurons that hold "
                "0.978, 0.322, 0.315 and 0.201, two output neurons come out as follows."
            ),
            table_of(
                Figure("W₃,₂ L₂", tuple(map(float, sums)), 5, (-0.69696, -1.95847)),
                Figure("W₃,₂ L₂ + B₃", tuple(map(float, trace.pre_activations[1])), 5, (0.18704, -2.18447)),
                Figure("L₃ = S(W₃,₂ L₂ + B₃)", tuple(map(float, trace.activations[2])), 3, (0.547, 0.101)),
            ),
            explain.layer(network, HIDDEN_LAYER, layer=3),
            _timed(),
        ),
        "a layer in one line, and how much quicker that is",
    )


def by_loops(layers: list[tuple[list[list[float]], list[float]]], x: list[float]) -> list[float]:
    """The outputs of a network of sigmoids, found weight by weight, as Python's own loops and numbers do it."""
    values = x
    for weights, biases in layers:
        sums = [
            sum(weight * value for weight, value in zip(row, values, strict=True)) + bias
            for row, bias in zip(weights, biases, strict=True)
        ]
        values = [1.0 / (1.0 + math.exp(-z)) for z in sums]
    return values


def _timed() -> Document:
    """The same outputs weight by weight, as matrices, and as matrices for many examples at once."""
    network = Network.random(FOR_DIGITS, seed=0, dtype=np.float64)
    layers = [(layer.weights.tolist(), layer.biases.tolist()) for layer in network.layers]
    many = np.random.default_rng(0).uniform(0.0, 1.0, (N_AT_ONCE, FOR_DIGITS[0]))
    x, as_list = many[0], many[0].tolist()
    loops = microseconds(lambda: by_loops(layers, as_list), 20)
    matrices = microseconds(lambda: network(x), 200)
    at_once = microseconds(lambda: network(many), 100) / N_AT_ONCE
    difference = float(np.abs(np.array(by_loops(layers, as_list)) - network(x)).max())
    return Document(
        "What the matrices save",
        (
            Paragraph(
                "The matrix form is short to write, and quick: a library multiplies whole matrices in one go. Here the "
                f"network 784-16-16-10 answers weight by weight in loops, then as matrices, then for {N_AT_ONCE} "
                f"examples at once, whose vectors make a matrix too. {OF_THIS_MACHINE}"
            ),
            table_of(
                Figure("one example, loops over neurons and weights", loops, 1, unit="µs", is_timing=True),
                Figure("one example, matrices", matrices, 1, unit="µs", is_timing=True),
                Figure(f"one example of {N_AT_ONCE} at once", at_once, 1, unit="µs", is_timing=True),
                Figure("time of loops ÷ time of matrices", loops / matrices, 1, is_timing=True),
                Figure("time of one alone ÷ time of one of many at once", matrices / at_once, 1, is_timing=True),
                Figure("greatest difference between loops and matrices", difference),
            ),
        ),
    )
