"""What is known of a run or a model that is looked at, and what is computed once for several checks."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int, Shaped

from pellucid.data import Dataset, Part, expected_outputs, find_named
from pellucid.diagnosis.logged import GradientHistory
from pellucid.diagnosis.reference import Reference
from pellucid.errors import FormatError, InvalidValueError
from pellucid.files.mapping import release
from pellucid.maths import Cost, ForwardTrace, LayerParameters, Network, find_cost
from pellucid.maths.backward import find_deltas
from pellucid.model import Model
from pellucid.model.evaluation import require_same_shape
from pellucid.training import EpochRecord, TrainingResult
from pellucid.training.checkpoint import Checkpoint
from pellucid.training.plan import Plan
from pellucid.training.targets import TargetScaling

MOST_EXAMPLES = 2_000
"""Of a part, evenly spread, on which faults are looked for: shares are then known to about a hundredth."""
ADDED = ("class_weights", "target_scaling")
"""What a model's file holds beside the plan of its training."""


class Sample(NamedTuple):
    """Examples of a part, as the network meets them, in float64.

    Attributes:
        rows: their numbers in the part, from 0.
        x: their input vectors.
        labels: their classes or targets.
        expected: E, in the units in which the network was trained.
    """

    rows: Int[np.ndarray, " n_samples"]
    x: Float64[np.ndarray, "n_samples n_features"]
    labels: Shaped[np.ndarray, "n_samples ..."]
    expected: Float64[np.ndarray, "n_samples n_outputs"]


@dataclass(frozen=True, eq=False)
class Case:
    """A run or a model, with what is known of it.

    Parameters:
        model: the one that training gave back.
        data: what it was trained and judged on; None: unknown.
        plan: how it was trained; None: unknown.
        history: a record an epoch; empty: unknown.
        stopped_because: why training ended; empty: unknown.
        checkpoint: where training stood at its end; None: unknown.
        source: the data's name or path, as a command takes it; None: it has none.
        place: the path of the model or run, likewise.
        gradients: what was logged of them; None: nothing.
    """

    model: Model
    data: Dataset | None = None
    plan: Plan | None = None
    history: tuple[EpochRecord, ...] = ()
    stopped_because: str = ""
    checkpoint: Checkpoint | None = None
    source: str | None = None
    place: str | None = None
    gradients: GradientHistory | None = None

    def __post_init__(self) -> None:
        if self.data is not None:
            require_same_shape(self.model.network, self.data.train)
            if (self.model.classes is None) != (self.data.classes is None):
                raise InvalidValueError("data: labels of the model's kind, classes or numbers, are required")

    @classmethod
    def of_result(cls, result: TrainingResult, data: Dataset | None) -> "Case":
        """The case of what `train` gave back."""
        plan, history = result.checkpoint.plan, result.history
        source = named_source(data)
        return cls(result.model, data, plan, history, result.stopped_because, result.checkpoint, source)

    @classmethod
    def of_model(cls, model: Model, data: Dataset | None) -> "Case":
        """The case of a model alone."""
        return cls(model, data, plan_of(model), source=named_source(data))

    @property
    def cost(self) -> Cost:
        """What training made small."""
        return find_cost(self.model.cost)

    @property
    def is_classification(self) -> bool:
        """Whether there are classes to tell apart."""
        return self.model.classes is not None

    @cached_property
    def scaling(self) -> TargetScaling | None:
        """Of the targets, in whose units training went on; None: in their own."""
        if self.checkpoint is not None:
            return self.checkpoint.scaling
        training = self.model.provenance.get("training")
        entry = training.get("target_scaling") if isinstance(training, dict) else None
        try:
            return None if entry is None else TargetScaling.from_dict(entry, self.model.network.sizes[-1])
        except FormatError:
            return None

    @cached_property
    def answering(self) -> Network:
        """The network that training gave back, in float64 and in the units in which it was trained."""
        network = self.model.network.astype(np.float64)
        return network if self.scaling is None else unfolded(network, self.scaling)

    @cached_property
    def last(self) -> Network:
        """The network as training left it, which tells most about training; else the one that it gave back."""
        if self.checkpoint is None or not self.checkpoint.is_finite:
            return self.answering
        return self.model.network.with_parameters(self.checkpoint.state.answering).astype(np.float64)

    @cached_property
    def train(self) -> Sample | None:
        """Examples that were learnt from."""
        return None if self.data is None else self.sample(self.data.train)

    @cached_property
    def judged(self) -> Sample | None:
        """Examples that choices were made on. The test part is left in peace: it judges once."""
        return None if self.data is None or self.data.validation is None else self.sample(self.data.validation)

    @cached_property
    def trace(self) -> ForwardTrace | None:
        """All that the neurons of the last network hold for the training examples."""
        with np.errstate(all="ignore"):
            return None if self.train is None else self.last.forward(self.train.x)

    @cached_property
    def deltas(self) -> tuple[np.ndarray, ...]:
        """δ of each layer for each of the training examples, by the last network; empty without data."""
        if self.train is None or self.trace is None:
            return ()
        with np.errstate(all="ignore"):
            return find_deltas(self.last, self.trace, self.train.expected, self.cost)

    @cached_property
    def deltas_at_start(self) -> tuple[np.ndarray, ...]:
        """Likewise by a fresh network of the same shape, with the usual start; empty without data."""
        if self.train is None:
            return ()
        network = self.fresh().astype(np.float64)
        return find_deltas(network, network.forward(self.train.x), self.train.expected, self.cost)

    def fresh(self) -> Network:
        """A random network of the same shape, with the initializer that is usual for its activations."""
        return Network.random(self.last.sizes, activation=list(self.last.activations), seed=0)

    @cached_property
    def reference(self) -> Reference | None:
        """What can be learnt of these examples in one go; None without data."""
        return None if self.train is None else Reference.fitted(self.train.x, self.as_targets(self.train))

    @cached_property
    def baseline_cost(self) -> float | None:
        """The mean cost of the best answer that is always the same; None without data."""
        if self.train is None:
            return None
        always = np.broadcast_to(self.train.expected.mean(axis=0), self.train.expected.shape)
        return float(self.cost.terms(always, self.train.expected).sum(axis=-1).mean())

    def sample(self, part: Part) -> Sample:
        """At most 2,000 examples of a part, evenly spread."""
        rows = evenly(part.n_samples, MOST_EXAMPLES)
        x = np.asarray(self.model.features.batch(part.raw[rows]), np.float64)
        release(part.raw)
        labels = part.labels[rows]
        expected = np.asarray(expected_outputs(labels, self.model.network.sizes[-1]), np.float64)
        return Sample(rows, x, labels, expected if self.scaling is None else self.scaling.of(expected))

    def as_targets(self, sample: Sample) -> Float64[np.ndarray, "n_samples n_targets"]:
        """One column a class with 1 in it for its examples and 0 for others; in regression E."""
        if self.model.classes is None:
            return sample.expected
        return np.eye(len(self.model.classes))[sample.labels]


def named_source(data: Dataset | None) -> str | None:
    """The name of data that every Pellucid knows; None of others."""
    return data.name if data is not None and find_named(data.name) is not None else None


def plan_of(model: Model) -> Plan | None:
    """How a model was trained, as far as its file says it in this Pellucid's terms."""
    entries = model.provenance.get("training")
    if not isinstance(entries, dict):
        return None
    try:
        return Plan.from_dict({name: value for name, value in entries.items() if name not in ADDED})
    except (FormatError, InvalidValueError, TypeError):
        return None


def unfolded(network: Network, scaling: TargetScaling) -> Network:
    """The network that answers in scaled units what the given one answers in the targets' own."""
    *hidden, last = network.parameters
    weights = last.weights / scaling.deviation[:, None]
    return network.with_parameters(
        (*hidden, LayerParameters(weights, (last.biases - scaling.mean) / scaling.deviation))
    )


def evenly(n_samples: int, most: int) -> Int[np.ndarray, " n_rows"]:
    """At most so many row numbers, evenly spread."""
    return np.unique(np.linspace(0, n_samples - 1, min(n_samples, most)).astype(np.int64))
