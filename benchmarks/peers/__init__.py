"""The tools that are measured.

Each has a `learn(workload, data, finish)`: it trains epoch after epoch without end, judges the network on the
validation part after each, and tells the figures to `finish`, which returns when the next epoch may begin.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import NamedTuple

from benchmarks.workloads import Workload
from pellucid.data import Dataset


class EpochFigures(NamedTuple):
    """What an epoch came to.

    Attributes:
        cost: mean over the training examples, each as its mini-batch met it.
        accuracy: share of them that were right, likewise; None where the tool does not tell.
        validation_cost: mean over the validation examples after the epoch.
        validation_accuracy: share of them that are right.
    """

    cost: float
    accuracy: float | None
    validation_cost: float
    validation_accuracy: float


Finish = Callable[[EpochFigures], None]
Learn = Callable[[Workload, Dataset, Finish], None]


@dataclass(frozen=True)
class Tool:
    """One tool, set up as well as its documentation allows.

    Parameters:
        name: in commands and targets.
        title: in tables.
        module: of this package, and what follows the colon is its function.
        package: the module to import that says whether the tool is installed.
        setup: one sentence on how it is used here.
        chooses_threads: whether one thread and all are tried, and the quicker kept; Pellucid runs as it comes.
    """

    name: str
    title: str
    module: str
    package: str
    setup: str
    chooses_threads: bool = True

    def learn(self) -> Learn:
        """The tool's function, its libraries imported."""
        module, function = self.module.split(":")
        return getattr(import_module(f"benchmarks.peers.{module}"), function)


PELLUCID = Tool(
    "pellucid",
    "Pellucid",
    "pellucid_training:learn",
    "pellucid",
    "`train` with a listener, as a user calls it, with no setting of threads.",
    chooses_threads=False,
)
PELLUCID_GPU = Tool(
    "pellucid-gpu",
    "Pellucid, GPU",
    "pellucid_training:learn_on_gpu",
    "pellucid",
    'The same with device="gpu".',
    chooses_threads=False,
)
PEERS = (
    Tool(
        "pytorch-eager",
        "PyTorch eager",
        "pytorch_eager:learn",
        "torch",
        "float32 tensors in memory, indexed without a DataLoader; costs and accuracy taken once an epoch; Adam fused.",
    ),
    Tool(
        "pytorch-compiled",
        "PyTorch compiled",
        "pytorch_compiled:learn",
        "torch",
        "forward, backward and correction in one `torch.compile` graph of static shape with the C++ wrapper.",
    ),
    Tool(
        "scikit-learn",
        "scikit-learn",
        "scikit_learn:learn",
        "sklearn",
        "`MLPClassifier`, float32, one `fit` an epoch with `warm_start`, inputs not checked; log loss in place of the "
        "squared error, which it has not; its own starting weights.",
    ),
    Tool(
        "keras",
        "Keras (JAX)",
        "keras_jax:learn",
        "keras",
        "`fit` on the JAX backend with 50 steps an execution and the metric accuracy.",
    ),
    Tool(
        "jax-scan",
        "jax.lax.scan",
        "jax_scan:learn",
        "jax",
        "hand-written: an epoch is one compiled program, bytes gathered once, a scan over `jax.value_and_grad`.",
    ),
)
TOOLS = {tool.name: tool for tool in (PELLUCID, PELLUCID_GPU, *PEERS)}
