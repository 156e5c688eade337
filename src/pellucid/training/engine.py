# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false
# (JAX annotates its own functions only in part.)
"""The ground that compiled training stands on: the device, the precision, and a check that it computes right."""

import contextlib
from collections.abc import Generator
from types import ModuleType
from typing import Any, TypeVar

import jax
import numpy as np
from jax import numpy as jax_numpy

from pellucid.data import Features, NumberEncoder, expected_outputs
from pellucid.errors import EngineError, InvalidValueError
from pellucid.maths import Network, Parameters, find_cost
from pellucid.maths.optimizers import SGD
from pellucid.training.block import compile_block
from pellucid.training.chance import key_of
from pellucid.training.feed import Stored
from pellucid.training.step import LearningRule, start, step

jnp: ModuleType = jax_numpy
Tree = TypeVar("Tree")
DEVICES = ("cpu", "gpu")
SELF_TEST_TOLERANCE = 1e-4
"""Three float32 steps agree with float64 to about 1e-6; a miscompiled reduction is off by far more than this."""
_verified: set[tuple[str, str]] = set()


def find_device(name: str) -> Any:
    """The first device of that kind.

    Raises:
        InvalidValueError: a name other than cpu and gpu; EngineError: no such device, or JAX without support for it.
    """
    if name not in DEVICES:
        raise InvalidValueError(f"device: one of {', '.join(DEVICES)} is required, got '{name}'")
    try:
        return jax.devices(name)[0]
    except RuntimeError as error:
        raise EngineError(
            f"device: no {name} that JAX can use was found; leave it at cpu, or install its support with: "
            "pip install 'pellucid[gpu]'"
        ) from error


@contextlib.contextmanager
def engine(device: str, dtype: Any) -> Generator[None, None, None]:
    """A context in which arrays go to the device and keep their type, and products are computed in full precision.

    At the first use in a process for a device and type, the compiled step is checked against a known answer.
    """
    chosen = find_device(device)
    wide = np.dtype(dtype) == np.float64
    # Without "float32", GPUs multiply with 10-bit mantissas, and explanations would not match what was trained.
    with jax.enable_x64(wide), jax.default_device(chosen), jax.default_matmul_precision("float32"):
        if (device, str(np.dtype(dtype))) not in _verified:
            verify(device, dtype)
            _verified.add((device, str(np.dtype(dtype))))
        yield


def verify(device: str, dtype: Any) -> None:
    """Checks three compiled steps of a small network against the same steps in NumPy float64.

    Compilers have miscompiled just such programs (jax#39103): a wrong answer must not look like a network that
    learns badly.

    Raises:
        EngineError: they differ.
    """
    batch_size, n_steps = 10, 3
    network = Network.random([20, 16, 10], activation="sigmoid", output="softmax", seed=1, dtype=np.float64)
    rule = LearningRule(find_cost("cross-entropy"), SGD(0.5))
    generator = np.random.default_rng(1)
    raw = generator.integers(0, 256, (n_steps * batch_size, 20), dtype=np.uint8)
    labels = generator.integers(0, 10, n_steps * batch_size)
    features = Features(NumberEncoder((20,)), scale=1 / 255)

    known = start(network.parameters, rule)
    for number in range(n_steps):
        rows = slice(number * batch_size, (number + 1) * batch_size)
        x, expected = np.asarray(features.vectors(raw[rows]), float), expected_outputs(labels[rows], 10)
        known = step(network, rule, known, x, expected, 0.5).state

    block = compile_block(network, rule, features, batch_size, device)
    state = start(on_device(network.astype(dtype).parameters), rule)
    order = jnp.arange(n_steps * batch_size, dtype=jnp.int32)
    examples = Stored(jnp.asarray(raw), jnp.asarray(labels, jnp.int32), None)
    rates = jnp.full(n_steps, 0.5, dtype)
    state, _ = block(state, examples, order, n_steps, rates, key_of(0))
    compare(known.parameters, state.parameters)


def compare(known: Parameters, computed: Parameters) -> None:
    """Checks that compiled parameters equal the known ones to rounding.

    Raises:
        EngineError: they do not; the message says what to do.
    """
    pairs = zip(jax.tree.leaves(known), jax.tree.leaves(computed), strict=True)
    worst = max(float(np.max(np.abs(np.asarray(right, float) - left))) for left, right in pairs)
    if not worst < SELF_TEST_TOLERANCE:
        raise EngineError(
            f"the self-test of the compiled step failed: jax {jax.__version__} is off by {worst:.2g} from the known "
            "answer; reinstall the tested versions with: pip install --force-reinstall pellucid"
        )


def on_device(arrays: Tree) -> Tree:
    """Copies of parameters, or of a whole state, on the present device, which training may use up."""
    return jax.tree.map(lambda array: jnp.array(array, copy=True), arrays)


def lent(array: np.ndarray) -> Any:
    """The array on the present device, which uses it where it lies if it can: nobody may write to it any more.

    A CPU can where the address is a multiple of 64 bytes; `jax.numpy.asarray` would copy it even then.
    """
    return jax.device_put(array)


def on_host(arrays: Tree) -> Tree:
    """Copies of parameters, or of a whole state, as NumPy arrays."""
    return jax.tree.map(lambda array: np.array(array, copy=True), arrays)
