"""The hand-written scan makes the very steps that Pellucid makes."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from benchmarks.peers.jax_scan import Moments, adam, descend

from pellucid.maths import SGD, Adam, Optimizer


@pytest.mark.parametrize(("correct", "optimizer"), [(descend, SGD(0.1)), (adam, Adam(0.1))])
def test_three_corrections_are_the_same(correct: Callable[..., Any], optimizer: Optimizer) -> None:
    generator = np.random.default_rng(3)
    ours = generator.standard_normal((4, 3)).astype(np.float32)
    theirs, zeros = jnp.asarray(ours), jnp.zeros((4, 3))
    memory, state = Moments(zeros, zeros, jnp.zeros(())), optimizer.start(ours)
    for time in range(1, 4):
        gradient = generator.standard_normal((4, 3)).astype(np.float32)
        ours, state = optimizer.step(ours, gradient, state, learning_rate=0.1, time=time, decays=True)
        theirs, memory = correct(0.1, theirs, jnp.asarray(gradient), memory)
    # In float32, 1 − β₂ᵗ at t = 1 is right to 6e-5; its root scales corrections of 0.1, so 3e-6 each.
    np.testing.assert_allclose(np.asarray(theirs), ours, rtol=0, atol=1e-5)
