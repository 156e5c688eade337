"""The one place that knows of two array libraries.

The mathematics is written once. An array says which library its functions are in (the array API standard's
`__array_namespace__`, which NumPy arrays, JAX arrays and JAX tracers all have), so NumPy float64 explains with
the very code that JAX compiles for training, and nothing here imports JAX.
"""

from abc import ABC
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
from jaxtyping import Float

if TYPE_CHECKING:
    # Type checkers are shown NumPy's array: JAX's has the same methods and operators, as far as they are used here.
    Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
else:

    class Array(ABC):  # noqa: B024 - nothing is derived from it
        """What NumPy arrays, JAX arrays and JAX tracers have in common, as far as it can be checked.

        A base class remembers the types that it has seen. A `Protocol` would look for its members at every check: in
        Python 3.11 that took most of the time of a test.
        """

        @classmethod
        def __subclasshook__(cls, candidate: type) -> bool:
            return all(hasattr(candidate, name) for name in ("__array_namespace__", "shape", "dtype", "ndim"))


Elements: TypeAlias = Float[Array, "..."]
"""Any shape: what an elementwise function takes and returns."""
Outputs: TypeAlias = Float[Array, "*batch n_outputs"]
"""One example's outputs, or one row an example."""
Costs: TypeAlias = Float[Array, "*batch"]
"""One number an example."""
# One call may see the layers of a whole network, each of other sizes: the underscore names an axis without binding it.
Weights: TypeAlias = Float[Array, "_n_out _n_in"]
"""W⁽ˡ⁾: row m holds the weights into neuron m."""
Biases: TypeAlias = Float[Array, " _n_out"]
"""B⁽ˡ⁾: one bias a neuron."""


def namespace(array: Any) -> ModuleType:
    """The module whose functions work on `array`: `numpy` or `jax.numpy`."""
    return array.__array_namespace__()


def error_function(x: Elements) -> Elements:
    """erf(x) = 2/√π ∫₀ˣ exp(−t²) dt, elementwise, in the array's own library.

    Only GELU needs it, so SciPy's (or JAX's) special functions are imported at the first call.
    """
    if namespace(x) is np:
        from scipy.special import erf
    else:
        from jax.scipy.special import erf
    return cast(Elements, erf(x))
