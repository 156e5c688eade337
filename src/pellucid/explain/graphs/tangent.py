"""Forward-mode differentiation: one parameter's effect, carried through the network along with its numbers."""

import numpy as np

from pellucid.maths import Activation, Cost, ForwardTrace, Network, output_delta


def tangent(
    network: Network,
    trace: ForwardTrace,
    expected: np.ndarray,
    cost: Cost,
    layer: int,
    neuron: int,
    source: int | None = None,
) -> float:
    """∂C/∂w of one weight, or ∂C/∂b of one bias, by forward mode.

    *Formula*: with ẋ for ∂x/∂w: ż⁽ˡ⁾ₘ = a⁽ˡ⁻¹⁾ₚ (1 for a bias), ȧ⁽ˡ⁾ = f′(z⁽ˡ⁾) ż⁽ˡ⁾, ż⁽ˡ⁺¹⁾ = W⁽ˡ⁺¹⁾ ȧ⁽ˡ⁾, …,
    Ċ = Σ ∂C/∂z⁽ᴸ⁾ ż⁽ᴸ⁾.

    Parameters:
        network, trace, expected, cost: as for `backward`, of one example.
        layer, neuron, source: the parameter's place, numbered from 1; source None is the bias.
    """
    index, m = layer - 2, neuron - 1
    change = np.zeros_like(trace.pre_activations[index])
    change[m] = 1.0 if source is None else trace.activations[index][source - 1]
    # Of an elementwise layer only neuron m changes: one column of the next layer's weights is enough.
    changed = slice(m, m + 1) if network.activations[index].is_elementwise else slice(None)
    for k in range(index, len(network.layers) - 1):
        z, a = trace.pre_activations[k], trace.activations[k + 1]
        held = carried(network.activations[k], change, z, a)
        change = network.layers[k + 1].weights[:, changed] @ held[changed]
        changed = slice(None)
    z, a = trace.pre_activations[-1], trace.activations[-1]
    return float(output_delta(cost, network.output, z, a, expected) @ change)


def carried(activation: Activation, change: np.ndarray, z: np.ndarray, a: np.ndarray) -> np.ndarray:
    """ȧ from ż: f′(z) ż, and for softmax, whose outputs depend on all z, aᵢ (żᵢ − Σₖ aₖ żₖ)."""
    if activation.is_elementwise:
        return activation.derivative(z, a) * change
    return a * (change - a @ change)
