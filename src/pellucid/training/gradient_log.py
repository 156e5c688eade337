"""What `--log-gradients` keeps: of each epoch and layer, how large gradient, weights and corrections were."""

from math import isfinite

import numpy as np
from jaxtyping import Float

SIZES = ("gradient", "weights", "correction")
"""What `Progress.norms` has of each layer, in this order."""


class GradientLog:
    """Gathers the norms of an epoch's steps.

    They are root mean squares over a layer's weights, and here over the steps as well. The ratio of `correction` to
    `weights`, about 10⁻³ in training that goes well, says how fast a layer learns.
    """

    def __init__(self) -> None:
        self.squares: np.ndarray | None = None
        self.n_steps = 0

    def add(self, norms: Float[np.ndarray, "n_steps n_layers 3"]) -> None:
        """Takes in the norms of a block of steps, as `Progress.norms` has them."""
        squares = (norms.astype(np.float64) ** 2).sum(axis=0)
        self.squares = squares if self.squares is None else self.squares + squares
        self.n_steps += len(norms)

    def record(self, epoch: int) -> dict[str, object]:
        """The epoch's record; the next one begins.

        A size beyond the network's numbers is None. `steps` is how many there were: of an epoch that was resumed, those
        since then.
        """
        found = np.empty((0, len(SIZES))) if self.squares is None else np.sqrt(self.squares / self.n_steps)
        layers = [
            {"layer": number}
            | {name: size if isfinite(size) else None for name, size in zip(SIZES, sizes, strict=True)}
            for number, sizes in enumerate(found.tolist(), start=2)
        ]
        record: dict[str, object] = {"epoch": epoch, "steps": self.n_steps, "layers": layers}
        self.squares, self.n_steps = None, 0
        return record
