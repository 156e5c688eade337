"""What becomes of a network without activation functions: one matrix and one vector, computed and compared."""

import numpy as np
from jaxtyping import Float

from pellucid.explain import Document
from pellucid.explain.document import Matrix, MatrixEquation, Paragraph
from pellucid.expression import Number, Variable
from pellucid.maths import Layer, Network
from pellucid.walkthrough.example import DRAWN
from pellucid.walkthrough.figure import Figure, table_of

SIZES = (64, 16, 16, 10)
N_INPUTS = 1_000


def collapsed(network: Network) -> Network:
    """The one-layer network that answers as this one does, whose activations must all be the identity.

    *Formula*: W = W⁽ᴸ⁾ … W⁽²⁾, b = W⁽ᴸ⁾(… (W⁽³⁾b⁽²⁾ + b⁽³⁾) …) + b⁽ᴸ⁾.
    """
    weights, biases = network.layers[0].weights, network.layers[0].biases
    for layer in network.layers[1:]:
        weights, biases = layer.weights @ weights, layer.weights @ biases + layer.biases
    return Network([Layer(weights, biases, "identity")])


def collapse() -> Document:
    """The section: a deep network without non-linearity against its one matrix, and the same network with it."""
    inputs = np.random.default_rng(1).uniform(0.0, 1.0, (N_INPUTS, SIZES[0]))
    linear = _random(SIZES, "identity")
    single = collapsed(linear)
    return Document(
        "Without it, depth is worth nothing",
        (
            Paragraph(
                "Leave the activation function out, and each layer is z = W a + b. One such layer after another is "
                "again such a layer: W⁽³⁾(W⁽²⁾a + b⁽²⁾) + b⁽³⁾ = (W⁽³⁾W⁽²⁾)a + (W⁽³⁾b⁽²⁾ + b⁽³⁾). Of the network "
                "3-4-2 there remains a matrix of two rows and three columns:"
            ),
            _product(_random(DRAWN, "identity")),
            Paragraph(
                f"A network 64-16-16-10 with random weights and biases loses its hidden layers in the same way. Here "
                f"both are given the same {N_INPUTS:,} random inputs, and all their outputs compared. The sigmoid "
                "saves the hidden layers: then not even the matrix and vector that fit best, found by least squares, "
                "answer as the network does. It takes weights of some size, though, for about 0 a sigmoid is nearly "
                "straight."
            ),
            table_of(
                Figure("weights and biases of the 64-16-16-10 network", linear.parameter_count, 0),
                Figure("of its one matrix and vector", single.parameter_count, 0),
                Figure(
                    "greatest difference of their outputs",
                    float(np.abs(linear(inputs) - single(inputs)).max()),
                    note="What rounding leaves, and no more.",
                ),
                *(
                    Figure(
                        f"the same of sigmoids with {size} weights and the matrix that fits best",
                        misfit(network, inputs),
                        3,
                    )
                    for size, network in (
                        ("small", _random(SIZES, "sigmoid")),
                        ("large", _random(SIZES, "sigmoid", "standard-normal")),
                    )
                ),
            ),
        ),
    )


def misfit(network: Network, inputs: Float[np.ndarray, "n_samples n_in"]) -> float:
    """The greatest difference of its outputs from those of the one matrix and vector that fit them best."""
    outputs, with_one = network(inputs), np.column_stack([inputs, np.ones(len(inputs))])
    best, *_ = np.linalg.lstsq(with_one, outputs, rcond=None)
    return float(np.abs(outputs - with_one @ best).max())


def _random(sizes: tuple[int, ...], activation: str, initializer: str = "scaled-normal") -> Network:
    return Network.random(sizes, activation=activation, initializer=initializer, seed=0, dtype=np.float64)


def _product(network: Network) -> MatrixEquation:
    """W = W⁽³⁾W⁽²⁾ with the numbers of a network of three layers."""
    first, second = (_matrix(layer.weights, f"w{number}") for number, layer in enumerate(network.layers, start=2))
    product = _matrix(collapsed(network).layers[0].weights, "w")
    return MatrixEquation(
        "two matrices make one",
        (Variable("W"), "=", Variable("W", 3), Variable("W", 2)),
        (product, "=", second, first),
    )


def _matrix(values: np.ndarray, letter: str) -> Matrix:
    return Matrix(
        tuple(
            tuple(Number(float(value), f"{letter}:{row},{column}") for column, value in enumerate(each, start=1))
            for row, each in enumerate(values, start=1)
        )
    )
