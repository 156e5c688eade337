"""Backpropagation, derived by hand, against automatic differentiation and against central differences.

Every activation in the hidden layers × every cost × depths of 1 to 4 layers with weights, and every output activation ×
every cost that it fits, each for a single vector, a batch of one and a batch of 257.
"""

from collections.abc import Iterator
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.errors import InvalidValueError
from pellucid.maths import ACTIVATIONS, COSTS, Cost, ForwardTrace, Gradients, Network, backward, example_costs
from pellucid.maths.network import LayerParameters, Parameters

SIZES = (4, 4, 4, 4, 4)
"""All alike, which spares JAX compiling many shapes; other tests have layers of different sizes."""
BATCHES = ((), (1,), (257,))
FITTING = {"cross-entropy": "softmax", "binary-cross-entropy": "sigmoid", "absolute-error": "tanh", "huber": "identity"}
STEP = 1e-5


def network_of(depth: int, hidden: str, output: str, seed: int = 5) -> Network:
    sizes = (*SIZES[:depth], SIZES[-1])
    start = Network.random(sizes, activation=hidden, output=output, seed=seed, dtype=np.float64)
    generator = np.random.default_rng(seed)
    return start.with_parameters(
        tuple(
            LayerParameters(layer.weights, generator.normal(0, 0.3, layer.biases.shape)) for layer in start.parameters
        )
    )


def examples(batch: tuple[int, ...], cost: Cost) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(7)
    x = generator.normal(0, 1, (*batch, SIZES[0]))
    if cost.output is None:
        return x, generator.normal(0, 1.5, (*batch, SIZES[-1]))
    return x, generator.dirichlet([0.5] * SIZES[-1], batch)


def mean_cost(network: Network, parameters: Parameters, x, expected, cost: Cost):
    trace = network.with_parameters(parameters).forward(x)
    return example_costs(cost, trace.pre_activations[-1], trace.activations[-1], expected).mean()


def by_hand(network: Network, x, expected, cost: Cost) -> Gradients:
    return backward(network, network.forward(x), expected, cost)


def as_parameters(gradients: Gradients) -> Parameters:
    return tuple(map(LayerParameters, gradients.weights, gradients.biases))


def flat(parameters: Parameters) -> np.ndarray:
    return np.concatenate([np.asarray(array).ravel() for layer in parameters for array in layer])


CASES = [
    *product((1,), ("identity",), ACTIVATIONS, COSTS),
    *((depth, hidden, None, cost) for depth, hidden, cost in product((2, 3, 4), ACTIVATIONS, COSTS)),
]


def cases() -> Iterator[tuple[Network, Cost]]:
    for depth, hidden, output, name in CASES:
        cost = COSTS[name]
        output = output or FITTING.get(name, "silu")
        if cost.output in (None, output):
            yield network_of(depth, hidden, output), cost


GRID = list(cases())


def test_the_grid_has_every_activation_with_every_cost_at_every_depth():
    hidden = {(len(net.layers), net.activations[0].name, cost.name) for net, cost in GRID if len(net.layers) > 1}
    assert hidden == set(product((2, 3, 4), ACTIVATIONS, COSTS))
    outputs = {(net.output.name, cost.name) for net, cost in GRID if len(net.layers) == 1}
    assert outputs == {
        (name, cost.name) for name in ACTIVATIONS for cost in COSTS.values() if cost.output in (None, name)
    }


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_backward_is_what_jax_derives(depth: int):
    with jax.enable_x64(True):
        for (network, cost), batch in product(GRID, BATCHES):
            if len(network.layers) != depth:
                continue
            x, expected = examples(batch, cost)
            on_device = jnp.asarray(x), jnp.asarray(expected)
            derived = jax.grad(lambda p: mean_cost(network, p, *on_device, cost))(network.parameters)  # noqa: B023
            np.testing.assert_allclose(
                flat(as_parameters(by_hand(network, x, expected, cost))),
                flat(derived),
                rtol=1e-10,
                atol=1e-14,
                err_msg=f"{network!r}, {cost.name}, batch {batch}",
            )


def test_backward_is_what_central_differences_say():
    generator = np.random.default_rng(11)
    n_compared = n_left_out = 0
    for (network, cost), batch in product(GRID, BATCHES):
        x, expected = examples(batch, cost)
        layer = int(generator.integers(len(network.layers)))
        gradients = as_parameters(by_hand(network, x, expected, cost))[layer]
        for kind in ("weights", "biases"):
            place = tuple(int(generator.integers(n)) for n in getattr(gradients, kind).shape)
            traces = [moved(network, layer, kind, place, h).forward(x) for h in (STEP, -STEP)]
            if any((left != right).any() for left, right in zip(*(sides(t, expected) for t in traces), strict=True)):
                n_left_out += 1
                continue
            above, below = (
                example_costs(cost, trace.pre_activations[-1], trace.activations[-1], expected).mean()
                for trace in traces
            )
            slope = getattr(gradients, kind)[place]
            assert (above - below) / (2 * STEP) == pytest.approx(slope, rel=1e-6, abs=1e-8), (network, cost, batch)
            n_compared += 1
    assert n_compared > 20 * n_left_out


def moved(network: Network, layer: int, kind: str, place: tuple[int, ...], by: float) -> Network:
    parameters = list(network.parameters)
    array = getattr(parameters[layer], kind).copy()
    array[place] += by
    parameters[layer] = parameters[layer]._replace(**{kind: array})
    return network.with_parameters(tuple(parameters))


def sides(trace: ForwardTrace, expected: np.ndarray) -> list[np.ndarray]:
    """On which side of each kink the numbers are: a difference across a kink says nothing of the derivative."""
    error = trace.activations[-1] - expected
    return [z > 0 for z in trace.pre_activations] + [error > 0, abs(error) > 1]


@pytest.mark.parametrize("cost", COSTS.values(), ids=repr)
def test_float32_gives_the_same_gradients_more_roughly(cost: Cost):
    for network, its_cost in GRID:
        if its_cost is cost and len(network.layers) == 3:
            x, expected = examples((257,), cost)
            wide = flat(as_parameters(by_hand(network, x, expected, cost)))
            narrow = by_hand(network.astype(np.float32), x.astype(np.float32), expected.astype(np.float32), cost)
            assert all(array.dtype == np.float32 for array in (*narrow.weights, *narrow.biases, *narrow.deltas))
            np.testing.assert_allclose(flat(as_parameters(narrow)), wide, rtol=1e-4, atol=2e-6)


@pytest.mark.parametrize(
    ("output", "cost"), [("softmax", "cross-entropy"), ("sigmoid", "binary-cross-entropy"), ("gelu", "huber")]
)
def test_compiled_it_gives_what_numpy_gives(output: str, cost: str):
    """All activations in a row, in layers of different sizes."""
    activations = [*ACTIVATIONS, output]
    sizes = range(4, 5 + len(activations))
    network = Network.random(sizes, activation=activations, seed=3, dtype=np.float64)
    generator = np.random.default_rng(2)
    x, expected = generator.normal(0, 1, (9, 4)), generator.dirichlet([1.0] * sizes[-1], 9)
    known = by_hand(network, x, expected, COSTS[cost])
    with jax.enable_x64(True):
        program = jax.jit(lambda p, x, e: by_hand(network.with_parameters(p), x, e, COSTS[cost]))
        compiled = program(network.parameters, x, expected)
    for left, right in zip(jax.tree.leaves(compiled), jax.tree.leaves(known), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-11, atol=1e-16)


def test_a_batch_is_the_mean_of_its_examples_and_keeps_each_ones_deltas():
    network, cost = network_of(3, "tanh", "softmax"), COSTS["cross-entropy"]
    x, expected = examples((257,), cost)
    together = by_hand(network, x, expected, cost)
    alone = [by_hand(network, *pair, cost) for pair in zip(x, expected, strict=True)]
    for layer in range(3):
        for kind in ("weights", "biases"):
            mean = np.mean([getattr(gradients, kind)[layer] for gradients in alone], axis=0)
            np.testing.assert_allclose(getattr(together, kind)[layer], mean, rtol=1e-11, atol=1e-16)
        np.testing.assert_allclose(together.deltas[layer], [g.deltas[layer] for g in alone], rtol=1e-11, atol=1e-16)


def test_what_does_not_fit_is_refused_with_the_shapes():
    network = network_of(2, "relu", "identity")
    trace = network.forward(np.zeros((5, 4)))
    with pytest.raises(InvalidValueError, match=r"^expected: must have the outputs' shape \(5, 4\), got \(5, 3\)$"):
        backward(network, trace, np.zeros((5, 3)))
    with pytest.raises(
        InvalidValueError, match=r"^cost: cross-entropy needs the output activation softmax, got identity"
    ):
        backward(network, trace, np.zeros((5, 4)), "cross-entropy")
    with pytest.raises(InvalidValueError, match=r"^x: must have shape \(4,\) or \(n_samples, 4\) .* got \(5, 3\)$"):
        network.forward(np.zeros((5, 3)))
