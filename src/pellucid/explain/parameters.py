"""How many weights and biases a network has."""

from itertools import pairwise

from pellucid.explain.derivation import Derivation, Steps
from pellucid.explain.document import Table
from pellucid.expression import Expression, Number, Variable, add
from pellucid.maths import Network
from pellucid.model import Model


def parameters(network: Network | Model) -> Derivation:
    """How a network's number of parameters comes about, layer by layer; `.value` is the number.

    *Formula*: Σₗ (nₗ nₗ₋₁ + nₗ) for l = 2 … L: a weight from every neuron of the layer before, and a bias.

    Parameters:
        network: of any size, trained or not; of a Model, its network.
    """
    sizes = (network.network if isinstance(network, Model) else network).sizes
    steps = Steps()
    rows = [
        (f"{layer}", f"{n_in:,}", f"{n_out:,}", f"{n_in * n_out:,}", f"{n_out:,}", f"{n_in * n_out + n_out:,}")
        for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=2)
    ]
    n_weights, n_biases = sum(before * after for before, after in pairwise(sizes)), sum(sizes[1:])
    rows.append(("all", "", "", f"{n_weights:,}", f"{n_biases:,}", f"{n_weights + n_biases:,}"))
    steps.show(Table(("layer", "inputs", "neurons", "weights", "biases", "together"), tuple(rows)))
    terms: list[Expression] = []
    for layer in range(2, len(sizes) + 1):
        n_in, n_out = size(sizes, layer - 1), size(sizes, layer)
        steps.add(f"layer {layer}: its weights and its biases", Variable("P", layer), n_out * n_in + n_out)
        terms += [n_out * n_in, n_out]
    steps.add("all layers together", Variable("P"), add(terms))
    return steps.conclude(f"The parameters of a network of {'-'.join(map(str, sizes))} neurons")


def size(sizes: tuple[int, ...], layer: int) -> Number:
    """How many neurons a layer has: a constant of the architecture, shown to its last digit."""
    return Number(float(sizes[layer - 1]), symbol=Variable("n", None, (layer,)))
