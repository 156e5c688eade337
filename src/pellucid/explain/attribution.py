"""What each input has to do with an output: integrated gradients, and their picture in characters."""

import numpy as np

from pellucid.data.features import Axes
from pellucid.errors import InvalidValueError, is_whole
from pellucid.explain.inputs import finite_trace
from pellucid.figures.style import plain
from pellucid.maths import Cost, Layer, Network
from pellucid.maths.backward import find_deltas

MAX_STEPS = 100_000
MAX_HELD = 2_000_000
"""So many activations are held at a time, 16 MB; the path is walked in pieces."""
LARGEST_TEXT = (28, 48)
"""A picture in characters has at most so many rows and columns of fields, each two characters wide."""
LEVELS = (0.5, 0.2, 0.05)
"""From these shares of the largest attribution on, a field has the first, second or third sign."""
FOR, AGAINST, LITTLE = "█▓░", "≡=-", "·"

WEIGHTED_SUM = Cost(
    name="weighted-sum",
    terms=lambda a, weights: weights * a,
    derivative=lambda a, weights: weights,
    formula=lambda a, weights: weights * a,
    derivative_formula=lambda a, weights, difference: weights,
    source="",
)
"""What is differentiated, given to the backward pass as a cost: the outputs times the weights put in place of E."""


def sums_only(network: Network) -> Network:
    """The network without its last activation: its outputs are the output neurons' pre-activations."""
    last = network.layers[-1]
    return Network([*network.layers[:-1], Layer(last.weights, last.biases, "identity")])


def mean_gradients(network: Network, x: np.ndarray, weights: np.ndarray, n_steps: int) -> np.ndarray:
    """The mean of ∂F/∂x on the straight way from an input of zeros to x, F being Σ weights · output.

    *Formula*: 1/n Σₖ ∂F/∂x at (k − ½)/n · x, for k = 1 … n: the midpoint rule.

    Parameters:
        network: in float64.
        x: shape (n_features,).
        weights: of each output in F, shape (n_outputs,).
        n_steps: how many places on the way, 1 to 100,000.

    Returns:
        Shape (n_features,). Times x they are the integrated gradients, which sum to F(x) − F(0) as n grows.

    Raises:
        InvalidValueError: n_steps is out of range, or numbers on the way are beyond float64.

    Source: Sundararajan, Taly & Yan 2017, Axiomatic Attribution for Deep Networks, equation 3.
    """
    if not is_whole(n_steps, 1, MAX_STEPS):
        raise InvalidValueError(f"n_steps: a whole number from 1 to {MAX_STEPS:,} is required, got {n_steps!r}")
    shares = (np.arange(n_steps) + 0.5) / n_steps
    n_at_once = max(1, MAX_HELD // sum(network.sizes))
    total = np.zeros(len(x))
    for start in range(0, n_steps, n_at_once):
        places = shares[start : start + n_at_once, None] * x
        trace = finite_trace(network, places)
        deltas = find_deltas(network, trace, np.tile(weights, (len(places), 1)), WEIGHTED_SUM)
        total += deltas[0].sum(axis=0) @ network.layers[0].weights
    return total / n_steps


def attribution_text(
    image: np.ndarray, attributions: np.ndarray, names: tuple[str, str], axes: Axes | None = None
) -> str:
    """The attributions in characters, for a terminal: at most 31 lines, for and against told apart without colour.

    Parameters:
        image: the inputs, (height, width).
        attributions: of each input, in the same shape.
        names: what positive attributions speak for, and what negative ones.
        axes: what the picture's sides stand for, where it is no mere picture.
    """
    factor = max(-(-size // largest) for size, largest in zip(image.shape, LARGEST_TEXT, strict=True))
    fields, ink = blocks(attributions, factor).sum(axis=(1, 3)), np.abs(blocks(image, factor)).max(axis=(1, 3))
    shares = fields / (np.abs(fields).max() or 1.0)
    lines = [
        "".join(2 * sign_of(float(share), bool(has_ink)) for share, has_ink in zip(*row, strict=True)).rstrip()
        for row in zip(shares, ink > 0, strict=True)
    ]
    legend = f"{' '.join(FOR)} for {plain(names[0])}, {' '.join(AGAINST)} for {plain(names[1])}, strong to weak"
    sides = [] if axes is None else [f"upward: {axes.upward.span}; to the right: {axes.rightward.span}"]
    return "\n".join([*lines, *sides, f"{legend}; {LITTLE} hardly matters"])


def blocks(values: np.ndarray, factor: int) -> np.ndarray:
    """The values in square blocks, (rows, factor, columns, factor), zeros filling up the last ones."""
    height, width = (-(-size // factor) for size in values.shape)
    padded = np.zeros((height * factor, width * factor))
    padded[: values.shape[0], : values.shape[1]] = values
    return padded.reshape(height, factor, width, factor)


def sign_of(share: float, has_ink: bool) -> str:
    """The character for a field: its strength and direction, or whether there is anything at all."""
    for level, sign in zip(LEVELS, FOR if share > 0 else AGAINST, strict=True):
        if abs(share) >= level:
            return sign
    return LITTLE if has_ink else " "
