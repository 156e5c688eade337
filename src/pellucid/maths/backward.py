"""The backward pass: reverse-mode differentiation of the cost with respect to every weight and bias."""

from typing import NamedTuple

from pellucid.arrays import Array, Biases, Elements, Outputs, Weights
from pellucid.errors import InvalidValueError
from pellucid.maths.costs import Cost, find_cost, output_delta, require_fit
from pellucid.maths.forward import ForwardTrace, masked
from pellucid.maths.network import Network


class Gradients(NamedTuple):
    """The derivatives of the cost; entry 0 of each belongs to layer 2.

    Attributes:
        weights: ∂C/∂W⁽ˡ⁾, shape (n_l, n_{l-1}): of a batch, the mean over its examples.
        biases: ∂C/∂b⁽ˡ⁾, shape (n_l,): of a batch, the mean over its examples.
        deltas: δ⁽ˡ⁾ = ∂C/∂z⁽ˡ⁾, shape (n_l,), or (n_samples, n_l) with each example's own δ in its row.
    """

    weights: tuple[Weights, ...]
    biases: tuple[Biases, ...]
    deltas: tuple[Elements, ...]


def backward(network: Network, trace: ForwardTrace, expected: Outputs, cost: str | Cost = "squared-error") -> Gradients:
    """The gradient of the cost, by backpropagation through the trace of a forward pass.

    *Formula*: δ⁽ᴸ⁾ = ∂C/∂a⁽ᴸ⁾ · f′(z⁽ᴸ⁾); δ⁽ˡ⁾ = (W⁽ˡ⁺¹⁾ᵀ δ⁽ˡ⁺¹⁾) · f′(z⁽ˡ⁾);
    ∂C/∂w⁽ˡ⁾ₘ,ₚ = δ⁽ˡ⁾ₘ a⁽ˡ⁻¹⁾ₚ; ∂C/∂b⁽ˡ⁾ₘ = δ⁽ˡ⁾ₘ. Under dropout a⁽ˡ⁻¹⁾, and what comes back to it, times its mask.

    Parameters:
        network: the network that gave the trace.
        trace: of one example, or of a batch with examples in rows.
        expected: E, in the outputs' shape.
        cost: a name of the closed list, or a `Cost`.

    Raises:
        InvalidValueError: `expected` is not in the outputs' shape, or the cost does not fit the output layer.

    Source: Rumelhart, Hinton & Williams 1986; Nielsen 2015, equations BP1–BP4.
    """
    return parameter_gradients(find_deltas(network, trace, expected, cost), trace)


def find_deltas(
    network: Network, trace: ForwardTrace, expected: Outputs, cost: str | Cost = "squared-error"
) -> tuple[Elements, ...]:
    """δ⁽ˡ⁾ = ∂C/∂z⁽ˡ⁾ for l = 2 … L, of one example or of each of a batch: what `backward` finds first.

    Raises:
        InvalidValueError: as for `backward`.
    """
    function = find_cost(cost)
    require_fit(function, network.output)
    outputs = trace.activations[-1]
    if expected.shape != outputs.shape:
        raise InvalidValueError(f"expected: must have the outputs' shape {outputs.shape}, got {expected.shape}")
    delta = output_delta(function, network.output, trace.pre_activations[-1], outputs, expected)
    deltas = [delta]
    for index in reversed(range(len(network.layers) - 1)):
        output_gradient = delta @ network.layers[index + 1].weights
        if trace.masks:
            output_gradient = masked(output_gradient, trace.masks[index + 1])
        activation = network.layers[index].activation
        delta = activation.delta(output_gradient, trace.pre_activations[index], trace.activations[index + 1])
        deltas.insert(0, delta)
    return tuple(deltas)


def parameter_gradients(deltas: tuple[Elements, ...], trace: ForwardTrace) -> Gradients:
    """∂C/∂W⁽ˡ⁾ = δ⁽ˡ⁾ a⁽ˡ⁻¹⁾ᵀ and ∂C/∂b⁽ˡ⁾ = δ⁽ˡ⁾ from the deltas; of a batch, the mean over its examples."""
    weights = tuple(_mean_outer(delta, inputs) for delta, inputs in zip(deltas, trace.inputs, strict=True))
    biases = tuple(delta.mean(axis=0) if delta.ndim == 2 else delta for delta in deltas)
    return Gradients(weights, biases, deltas)


def _mean_outer(delta: Elements, inputs: Elements) -> Array:
    """The mean over the examples of δ aᵀ, shape (n_l, n_{l-1})."""
    if delta.ndim == 1:
        return delta[:, None] * inputs[None, :]
    return delta.T @ inputs / delta.shape[0]
