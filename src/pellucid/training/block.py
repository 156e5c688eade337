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
from pellucid.training.chance import DISTORTION, Distortion, draw, random
from pellucid.training.feed import Stored
from pellucid.training.step import LearningRule, Stepped, TrainingState, step

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


def put_at_step(block: Array, values: Array, number: Array) -> Array:
    """The block with these values in the place of that step, likewise."""
    return lax.dynamic_update_index_in_dim(block, values, number, 0, allow_negative_indices=False)


CPU_OPTIONS = {"xla_cpu_copy_insertion_use_region_analysis": True, "xla_cpu_prefer_vector_width": 512}
"""Weights are corrected in place instead of being copied at each step; vectors are as wide as the processor has them.
Measured together: 3 to 4 % quicker for small networks, 5 (SGD) to 7 % (Adam) for 784-512-512-10."""


class BlockReport(NamedTuple):
    """What a block of steps tells: each is (n_steps,), of which the first so many were run.

    Attributes:
        costs: the sum of the costs of each step's mini-batch, as the step met it.
        correct: how many of its examples were right.
        norms: of each step and layer, (n_steps, n_layers, 3), the root mean square of the weights' gradient, of the
            weights and of their correction; None: nobody asked for them.
    """

    costs: Array
    correct: Array
    norms: Array | None = None


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
    distortion: Distortion | None = None,
    *,
    logs_gradients: bool = False,
) -> Callable[..., Any]:
    """The function that `block_of` gives, compiled for a device, cpu or gpu. The state given is used up (donated)."""
    block = block_of(network, rule, features, batch_size, distortion, logs_gradients=logs_gradients)
    return jax.jit(block, donate_argnums=0, compiler_options=options_for(device))


def options_for(device: str) -> dict[str, Any] | None:
    """The compiler's options for programs on that device."""
    return CPU_OPTIONS if device == "cpu" else None


def block_of(
    network: Network,
    rule: LearningRule,
    features: Features,
    batch_size: int,
    distortion: Distortion | None = None,
    *,
    logs_gradients: bool = False,
) -> Callable[..., Any]:
    """The function `(state, examples, rows, n_steps, rates, key) -> (state, BlockReport)`.

    Parameters:
        network: gives the architecture.
        rule: cost, penalty, optimizer and regularisation.
        features: turn raw examples into input vectors.
        batch_size: examples a step.
        distortion: changes each raw example by chance each time it is met; None: it stays as it is.
        logs_gradients: whether the report holds norms.

    Returns:
        A function to compile. `rows` (block's steps × batch_size,) are the numbers of the examples, in the order in
        which they are met; of its steps the first `n_steps` are run, each at its rate of `rates` (block's steps,).
        What chance decides in a step is a function of `key` and of the number of steps made before.
    """
    n_outputs = network.sizes[-1]
    has_chance = rule.regularisation.is_random or distortion is not None

    def block(
        state: TrainingState, examples: Stored, rows: Array, n_steps: Array, rates: Array, key: Array
    ) -> tuple[TrainingState, BlockReport]:
        shape = (rows.shape[0] // batch_size, batch_size)
        raw, labels, weights = examples
        block_raw = jnp.take(raw, rows, axis=0).reshape(*shape, -1)
        block_labels = jnp.take(labels, rows, axis=0).reshape(*shape, *labels.shape[1:])
        block_weights = None if weights is None else jnp.take(weights, rows).reshape(shape)

        def one_step(number: Array, carry: tuple[Any, ...]) -> tuple[Any, ...]:
            state, pre_activations, norms = carry
            raw, labels = at_step(block_raw, number), at_step(block_labels, number)
            own_key = random.fold_in(key, state.time) if has_chance else key
            if distortion is not None:
                raw = distortion(random.fold_in(own_key, DISTORTION), raw)
            x = features.batch(raw)
            expected = expected_outputs(labels, n_outputs).astype(x.dtype)
            weights = None if block_weights is None else at_step(block_weights, number)
            draws = draw(rule.regularisation, own_key, network.sizes, x)
            stepped = step(network, rule, state, x, expected, at_step(rates, number), weights, draws)
            if norms is not None:
                norms = put_at_step(norms, norms_of(state.parameters, stepped), number)
            told = put_at_step(pre_activations, stepped.trace.pre_activations[-1], number)
            return stepped.state, told, norms

        dtype = state.parameters[-1].biases.dtype
        blank = jnp.zeros((*shape, n_outputs), dtype)
        unmeasured = jnp.zeros((shape[0], len(state.parameters), 3), dtype) if logs_gradients else None
        state, z, norms = lax.fori_loop(0, n_steps, one_step, (state, blank, unmeasured))
        # Costs are taken of the whole block at once: cheaper than a few numbers at each step.
        costs, correct = _judge(network, rule.cost, z, block_labels)
        return state, BlockReport(costs.sum(axis=1), correct.sum(axis=1), norms)

    return block


def norms_of(before: Parameters, stepped: Stepped) -> Array:
    """Of each layer's weights: the root mean square of the gradient, of the weights and of their correction."""
    triples = zip(before, stepped.gradient, stepped.state.parameters, strict=True)
    kinds = [(slope.weights, old.weights, new.weights - old.weights) for old, slope, new in triples]
    return jnp.stack([jnp.stack([jnp.sqrt(jnp.mean(array**2)) for array in kind]) for kind in kinds])


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


def slice_judge_of(
    network: Network, cost: Cost, features: Features, class_weights: np.ndarray | None = None
) -> Callable[[Parameters, Array, Array], tuple[Array, ...]]:
    """The function that judges a slice of a part: the sums of costs, of right answers, and of those as weighted.

    Parameters:
        network, cost, features, class_weights: as for `compile_judge`.
    """

    def judge_slice(parameters: Parameters, raw: Array, labels: Array) -> tuple[Array, ...]:
        z = network.with_parameters(parameters).forward(features.batch(raw)).pre_activations[-1]
        costs, correct = _judge(network, cost, z, labels)
        if class_weights is None:
            return costs.sum(), correct.sum()
        return costs.sum(), correct.sum(), (correct * jnp.asarray(class_weights, costs.dtype)[labels]).sum()

    return judge_slice


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

    judge_slice = jax.jit(slice_judge_of(network, cost, features, class_weights))

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
def all_finite(state: TrainingState) -> Array:
    """Whether every weight and bias is a finite number, and all that the optimizer remembers of them."""
    return jnp.stack([jnp.isfinite(array).all() for array in jax.tree.leaves(state)]).all()
