"""What every tool is asked to do, and how much faster Pellucid is asked to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pellucid.maths import Network

SCAN_TARGET = 1 / 1.05
"""Within 5 % of a hand-written scan: the scan's time over Pellucid's is at least this."""
SMALL_TARGETS = {"pytorch-eager": 8.0, "scikit-learn": 6.0, "jax-scan": SCAN_TARGET}
MEDIUM_TARGETS = {"pytorch-eager": 4.0, "scikit-learn": 4.0}
LARGE_TARGETS = {"pytorch-eager": 2.0, "scikit-learn": 2.5}


@dataclass(frozen=True)
class Workload:
    """One network and one way to train it on MNIST's first 50,000 examples, validated on the 10,000 after them.

    Parameters:
        name: what `--only` takes.
        sizes: neurons in each layer.
        activation: of the hidden layers; the output layer has softmax with cross-entropy, sigmoid otherwise.
        cost: in Pellucid's words.
        optimizer: sgd is plain; adam has its usual β₁, β₂ and ε.
        learning_rate: r.
        batch_size: examples a step; a last, shorter mini-batch is trained on as well.
        targets: tool to the least ratio of its time to Pellucid's that is asked for.
    """

    name: str
    sizes: tuple[int, ...]
    activation: Literal["sigmoid", "relu"]
    cost: Literal["half-squared-error", "cross-entropy"]
    optimizer: Literal["sgd", "adam"]
    learning_rate: float
    batch_size: int
    targets: Mapping[str, float]

    @property
    def is_squared(self) -> bool:
        """Whether the cost is the squared error."""
        return self.cost == "half-squared-error"

    def network(self) -> Network:
        """The network, with the weights and biases that every tool that can be given any starts from."""
        output = "sigmoid" if self.is_squared else "softmax"
        return Network.random(self.sizes, activation=self.activation, output=output, seed=0)


def _essay(name: str, sizes: tuple[int, ...], targets: Mapping[str, float]) -> Workload:
    return Workload(name, sizes, "sigmoid", "half-squared-error", "sgd", 3.0, 10, targets)


def _present_day(optimizer: Literal["sgd", "adam"], learning_rate: float) -> Workload:
    name = f"784-512-512-10-{optimizer}"
    return Workload(name, (784, 512, 512, 10), "relu", "cross-entropy", optimizer, learning_rate, 128, LARGE_TARGETS)


WORKLOADS = {
    workload.name: workload
    for workload in (
        _essay("784-30-10", (784, 30, 10), SMALL_TARGETS),
        _essay("784-16-16-10", (784, 16, 16, 10), SMALL_TARGETS),
        _essay("784-100-10", (784, 100, 10), MEDIUM_TARGETS),
        _present_day("sgd", 0.1),
        _present_day("adam", 0.001),
    )
}
