# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (JAX annotates its own functions only in part.)
"""The compiled programs: a block of training steps, and the judging of a part.

A block gathers its examples once, then runs as many of its steps as it is told. One program serves every block of a
run whatever its length, so Ctrl-C, progress and checkpoints act between blocks and the result does not depend on
where the blocks end. Measured for 784-30-10 with mini-batches of 10: gathering at each step 26 µs a step, once a
block 18; images stay uint8 in the block and become input vectors in the step that uses them.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import lax
from jax import numpy as jax_numpy

from pellucid.arrays import Array
from pellucid.data import Features, expected_outputs
from pellucid.files.mapping import release
from pellucid.maths import Cost, Network, Parameters, example_costs
from pellucid.model.decision import predicted_classes
from pellucid.training.step import LearningRule, TrainingState, step

jnp: ModuleType = jax_numpy
BLOCK_SECONDS = 0.4
ASSUMED_FLOPS = 1e11
"""A block has room for so much work at an assumed speed; on a slower machine the loop measures and runs fewer steps."""
STEP_OVERHEAD_SECONDS = 1e-5
BLOCK_BYTES = 2**23
"""The examples gathered for one block take no more than 8 MiB, so that they stay in the cache until they are used.
Measured for an epoch of MNIST with 784-30-10: 4 to 16 MiB 75 to 77 ms, all 39 MB at once 81 to 92."""
JUDGED_BYTES = 2**26
"""A part is judged in slices whose input vectors take no more than 64 MiB."""


def at_step(block: Array, number: Array) -> Array:
    """The mini-batch of that step, without the checks of an index that plain indexing compiles in."""
    return lax.dynamic_index_in_dim(block, number, keepdims=False, allow_negative_indices=False)


CPU_OPTIONS = {"xla_cpu_copy_insertion_use_region_analysis": True, "xla_cpu_prefer_vector_width": 512}
"""Weights are corrected in place instead of being copied at each step; vectors are as wide as the processor has them.
Measured together: 3 to 4 % quicker for small networks, 5 (SGD) to 7 % (Adam) for 784-512-512-10."""


class BlockReport(NamedTuple):
    """What a block of steps tells: each is (n_steps,), of which the first so many were run.

    Attributes:
        costs: the sum of the costs of each step's mini-batch, as the step met it.
        correct: how many of its examples were right.
    """

    costs: Array
    correct: Array


def steps_per_block(network: Network, batch_size: int, bytes_per_example: int, n_steps: int) -> int:
    """How many steps one block may hold: at most `n_steps`, about half a second's work, and 8 MiB of examples."""
    # Forward, and backward twice (for the deltas and for the weights): 2 operations a weight and example each.
    seconds = STEP_OVERHEAD_SECONDS + 6 * network.parameter_count * batch_size / ASSUMED_FLOPS
    by_memory = BLOCK_BYTES // (batch_size * bytes_per_example)
    return max(1, min(n_steps, int(BLOCK_SECONDS / seconds), by_memory))


def compile_block(
    network: Network,
    rule: LearningRule,
    features: Features,
    batch_size: int,
    device: str,
    class_weights: np.ndarray | None = None,
) -> Callable[..., Any]:
    """The program `(state, raw, labels, rows, n_steps, learning_rate) -> (state, BlockReport)`.

    Parameters:
        network: gives the architecture.
        rule: cost, penalty and optimizer.
        features: turn raw examples into input vectors.
        batch_size: examples a step.
        device: cpu or gpu.
        class_weights: how often the cost of an example of each class counts; None: once each.

    Returns:
        A compiled function. `rows` (block's steps × batch_size,) are the numbers of the examples, in the order in
        which they are met; of its steps the first `n_steps` are run. The state given is used up (donated).
    """
    n_outputs = network.sizes[-1]

    def block(
        state: TrainingState, raw: Array, labels: Array, rows: Array, n_steps: Array, learning_rate: Array
    ) -> tuple[TrainingState, BlockReport]:
        shape = (rows.shape[0] // batch_size, batch_size)
        block_raw = jnp.take(raw, rows, axis=0).reshape(*shape, -1)
        block_labels = jnp.take(labels, rows, axis=0).reshape(*shape, *labels.shape[1:])

        def one_step(number: Array, carry: tuple[TrainingState, Any]) -> tuple[TrainingState, Any]:
            state, pre_activations = carry
            x = features.batch(at_step(block_raw, number))
            labels = at_step(block_labels, number)
            expected = expected_outputs(labels, n_outputs).astype(x.dtype)
            weights = None if class_weights is None else jnp.asarray(class_weights, x.dtype)[labels]
            state, trace = step(network, rule, state, x, expected, learning_rate, weights)
            told = trace.pre_activations[-1]
            return state, lax.dynamic_update_index_in_dim(
                pre_activations, told, number, 0, allow_negative_indices=False
            )

        blank = jnp.zeros((*shape, n_outputs), state.parameters[-1].biases.dtype)
        state, z = lax.fori_loop(0, n_steps, one_step, (state, blank))
        # Costs are taken of the whole block at once: cheaper than a few numbers at each step.
        costs, correct = _judge(network, rule.cost, z, block_labels)
        return state, BlockReport(costs.sum(axis=1), correct.sum(axis=1))

    return jax.jit(block, donate_argnums=0, compiler_options=CPU_OPTIONS if device == "cpu" else None)


class Judgement(NamedTuple):
    """How a network does on a part.

    Attributes:
        cost: mean over the examples.
        accuracy: share of them that are right; 0 in regression.
        recall: the mean over the classes of the share of a class that is right; None where nobody asked for it.
    """

    cost: float
    accuracy: float
    recall: float | None


def compile_judge(
    network: Network, cost: Cost, features: Features, class_weights: np.ndarray | None = None
) -> Callable[[Parameters, Array, Array], Judgement]:
    """The program that judges a part.

    It runs over slices of the part, so that the input vectors of the whole never exist at once. Examples that lie in a
    file are brought to the device a slice at a time.

    Parameters:
        network, cost, features: as for `compile_block`.
        class_weights: how often an example of each class counts in the recall, the mean over the part being 1; None:
            no recall is found.
    """

    @jax.jit
    def judge_slice(parameters: Parameters, raw: Array, labels: Array) -> tuple[Array, ...]:
        z = network.with_parameters(parameters).forward(features.batch(raw)).pre_activations[-1]
        costs, correct = _judge(network, cost, z, labels)
        if class_weights is None:
            return costs.sum(), correct.sum()
        return costs.sum(), correct.sum(), (correct * jnp.asarray(class_weights, costs.dtype)[labels]).sum()

    def judge(parameters: Parameters, raw: Array, labels: Array) -> Judgement:
        n_samples = raw.shape[0]
        rows = max(1, JUDGED_BYTES // (4 * features.n_features))
        totals: list[tuple[Any, ...]] = []
        for first in range(0, n_samples, rows):
            total = judge_slice(parameters, raw[first : first + rows], labels[first : first + rows])
            if type(raw) is np.ndarray:  # waits, lest slices pile up that are yet to be judged
                total = tuple(map(float, total))
                release(raw)
            totals.append(total)
        means = [sum(map(float, kind)) / n_samples for kind in zip(*totals, strict=True)]
        return Judgement(means[0], means[1], means[2] if class_weights is not None else None)

    return judge


def _judge(network: Network, cost: Cost, z: Array, labels: Array) -> tuple[Array, Array]:
    """Each example's cost, and whether it is right, from the output layer's pre-activations (…, n_outputs)."""
    outputs = network.output.value(z)
    rows = labels.reshape(-1, *labels.shape[z.ndim - 1 :])
    expected = expected_outputs(rows, z.shape[-1]).reshape(z.shape).astype(z.dtype)
    correct = predicted_classes(outputs) == labels if labels.ndim == z.ndim - 1 else jnp.zeros(z.shape[:-1], bool)
    return example_costs(cost, z, outputs, expected), correct


@jax.jit
def all_finite(parameters: Parameters) -> Array:
    """Whether every weight and bias is a finite number."""
    return jnp.stack([jnp.isfinite(array).all() for array in jax.tree.leaves(parameters)]).all()
