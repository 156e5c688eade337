"""What chance decides in a step of training, drawn anew for an explanation, and how that is shown."""

from collections.abc import Sequence

import numpy as np

from pellucid.errors import InvalidValueError, is_whole
from pellucid.explain.derivation import Steps
from pellucid.explain.subject import LabelledSubject
from pellucid.expression import Number, Variable
from pellucid.expression.tree import CONSTANT
from pellucid.maths.dropout import mask_of
from pellucid.training.regularisation import Regularisation
from pellucid.training.step import NO_DRAWS, Draws

MASK_EXPLAINED = (
    "k is 1 for what is kept and 0 for what is left out. Divided by 1 − p, the layer hands on as much as all of it "
    "would, on average."
)


def drawn(chosen: Regularisation, seed: int | None, sizes: Sequence[int], shape: tuple[int, ...]) -> Draws:
    """Noise and masks as a step of training draws them, by a seed of one's own.

    Parameters:
        chosen: how strong they are.
        seed: of the draw; None: there is neither.
        sizes: the network's.
        shape: of the input, (n_features,), or of the inputs of a mini-batch, (n_samples, n_features).

    Raises:
        InvalidValueError: the seed is none.
    """
    if seed is None:
        return NO_DRAWS
    if not is_whole(seed, 0):
        raise InvalidValueError(f"draw: a whole number from 0, or None, is required, got {seed!r}")
    generator = np.random.default_rng(seed)
    noise = generator.normal(0, chosen.input_noise, shape) if chosen.input_noise else None
    masks = [
        mask_of(generator.random((*shape[:-1], size)) >= share, share, np.float64) if share else None
        for share, size in zip(chosen.dropout, sizes, strict=False)
    ]
    return Draws(noise, tuple(masks))


def add_mask(steps: Steps, subject: LabelledSubject, layer: int, neuron: int) -> Number | None:
    """Adds how dropout decided on a neuron, unless that is known, and returns its mask's leaf; None: there is none."""
    mask = subject.mask(layer, neuron)
    if mask is None:
        return None
    symbol = subject.variable("M", layer, neuron)
    if symbol in steps.leaves:
        return steps.leaves[symbol]
    is_first = not any(isinstance(each, Variable) and each.letter == "M" for each in steps.leaves)
    kept = Number(float(mask.value != 0), CONSTANT, Variable("k", layer, (neuron,)))
    share = Number(subject.regularisation.dropout[layer - 1], CONSTANT, Variable("p", layer))
    said = "kept" if mask.value else "left out"
    name = f"dropout: in this draw neuron {neuron} of layer {layer} is {said}"
    return steps.add(name, symbol, kept / (1 - share), MASK_EXPLAINED if is_first else "")
