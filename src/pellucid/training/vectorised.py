# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false
# (JAX annotates its own functions only in part.)
"""Networks of one shape side by side: one compiled program makes a step of each, and another judges them all.

What differs between them goes in as arrays with an axis of networks: state, order of the examples, learning rates,
random key, strengths of the penalty. All else is the same for all, and the same code as for a single network.

On a GPU a step is made of all networks at once (`jax.vmap`). On a CPU the program goes through the networks one after
the other, each for a whole block, and several threads run it on some of the networks each: a network's weights stay in
a core's cache for the block. Measured for 8 networks 784-30-10 with mini-batches of 10, processor time a step and
network (busy machine): 20 µs so, 27 with vmap, whose step touches the weights of all; 21 for a network by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np
from jax import lax

from pellucid.arrays import Array
from pellucid.data import Features
from pellucid.maths import L1, Cost, ElasticNet, Network, Parameters, Penalty
from pellucid.training.block import JUDGED_BYTES, Judgement, block_of, jnp, options_for, slice_judge_of
from pellucid.training.chance import Distortion
from pellucid.training.step import LearningRule, TrainingState


@dataclass(frozen=True)
class Strengths(Penalty):
    """λ₁‖W‖₁ + ½λ₂‖W‖² with strengths that are known only when the compiled program runs.

    Parameters:
        strength: λ₂.
        l1: λ₁.
    """

    strength: Any
    l1: Any

    name = "strengths"
    source = "as L1, L2 and ElasticNet"

    def __post_init__(self) -> None:
        """Nothing is checked: the penalties that the strengths are of were, and a traced number cannot be."""

    def terms(self, weights: Any) -> Any:
        return self.l1 * abs(weights) + self.strength * weights**2 / 2

    def gradient(self, weights: Any) -> Any:
        return self.l1 * jnp.sign(weights) + self.strength * weights


def strengths_of(penalty: Penalty | None) -> tuple[float, float]:
    """λ₂ and λ₁ of a penalty."""
    if penalty is None:
        return 0.0, 0.0
    if isinstance(penalty, ElasticNet):
        return penalty.strength * (1 - penalty.l1_share), penalty.strength * penalty.l1_share
    return (0.0, penalty.strength) if isinstance(penalty, L1) else (penalty.strength, 0.0)


def compile_blocks(
    network: Network,
    rule: LearningRule,
    features: Features,
    batch_size: int,
    device: str,
    distortion: Distortion | None,
    *,
    is_penalised: bool,
) -> Callable[..., Any]:
    """The program `(states, examples, rows, n_steps, rates, keys, strengths) -> (states, BlockReport)`.

    It is that of `compile_block` for several networks at once: states, rows, rates, keys and strengths, and all that
    it gives, have an axis of networks before their own.

    Parameters:
        network, rule, features, batch_size, device, distortion: as for `compile_block`; the penalty of the rule is not
            used.
        is_penalised: whether any of the networks has a penalty; `strengths` is then λ₂ and λ₁ of each.
    """

    def block(
        state: TrainingState,
        examples: Any,
        rows: Array,
        n_steps: Array,
        rates: Array,
        key: Array,
        strengths: tuple[Array, Array],
    ) -> Any:
        own = replace(rule, penalty=Strengths(*strengths) if is_penalised else None)
        return block_of(network, own, features, batch_size, distortion)(state, examples, rows, n_steps, rates, key)

    def blocks(
        states: TrainingState, examples: Any, rows: Array, n_steps: Array, rates: Array, keys: Array, strengths: Any
    ) -> Any:
        own = (states, rows, rates, keys, strengths)

        def of_one(own: tuple[Any, ...]) -> Any:
            state, rows, *others = own
            return block(state, examples, rows, n_steps, *others)

        return lax.map(of_one, own) if device == "cpu" else jax.vmap(of_one)(own)

    return jax.jit(blocks, donate_argnums=0, compiler_options=options_for(device))


def compile_judges(
    network: Network, cost: Cost, features: Features, class_weights: np.ndarray | None
) -> Callable[[Parameters, Array, Array], list[Judgement]]:
    """The program that judges a part by each of several networks; the parameters have an axis of networks."""
    judge_slice = jax.jit(jax.vmap(slice_judge_of(network, cost, features, class_weights), in_axes=(0, None, None)))

    def judge(parameters: Parameters, raw: Array, labels: Array) -> list[Judgement]:
        n_samples, n_networks = raw.shape[0], parameters[0].biases.shape[0]
        rows = max(1, JUDGED_BYTES // (4 * max(features.n_features, n_networks * max(network.sizes[1:]))))
        totals = [
            judge_slice(parameters, raw[first : first + rows], labels[first : first + rows])
            for first in range(0, n_samples, rows)
        ]
        sums = [np.sum([np.asarray(part, np.float64) for part in kind], axis=0) for kind in zip(*totals, strict=True)]
        figures = [(kind / n_samples).tolist() for kind in sums]
        recalls = figures[2] if class_weights is not None else [None] * n_networks
        return [Judgement(*found) for found in zip(*figures[:2], recalls, strict=True)]

    return judge


def stacked(trees: Sequence[Any]) -> Any:
    """States, or whatever has the same form, as one with an axis of networks before the others."""
    return jax.tree.map(lambda *arrays: jnp.stack([jnp.asarray(array) for array in arrays]), *trees)


def chosen(tree: Any, places: Sequence[int]) -> Any:
    """Some of the networks of a stacked state."""
    return jax.tree.map(lambda array: array[np.asarray(places)], tree)


@jax.jit
def finite_lanes(parameters: Parameters) -> Array:
    """Of each network, whether all its weights and biases are finite numbers."""
    arrays = jax.tree.leaves(parameters)
    return jnp.stack([jnp.isfinite(array).reshape(array.shape[0], -1).all(axis=1) for array in arrays]).all(axis=0)
