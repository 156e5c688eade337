"""Labelled examples as they are explained: one, or a mini-batch whose cost is the mean of its examples'."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.errors import InvalidValueError, described, require_kind
from pellucid.explain.chance import drawn
from pellucid.explain.inputs import Raw, as_numbers, finite_trace, read_inputs
from pellucid.explain.subject import LabelledSubject, Noise, finite_deltas
from pellucid.expression import Variable
from pellucid.maths import Cost, ForwardTrace, Gradients, Network, example_costs, find_cost, require_fit
from pellucid.maths.backward import parameter_gradients
from pellucid.maths.smoothing import smoothed
from pellucid.model import Model
from pellucid.training.regularisation import OFF, Regularisation


@dataclass(frozen=True)
class LabelledBatch:
    """A network and a mini-batch's way through it, with its expected outputs, cost and mean gradients.

    Attributes:
        network: in float64.
        trace: of the batch, examples in rows.
        cost: what is differentiated.
        targets: E, shape (n_samples, n_outputs), or where training smooths them E′.
        mark: `′` for the network after a whole step.
        raw: what its inputs are made of; None for a network without a model.
        example_weights: how often each example's cost counts, (n_samples,); None: once each.
        labels: E before they were smoothed; None: they are as they were given.
        noise: on the inputs; None: there is none.
        regularisation: what training does beside going downhill.
    """

    network: Network
    trace: ForwardTrace
    cost: Cost
    targets: np.ndarray
    mark: str = ""
    raw: Raw | None = None
    example_weights: np.ndarray | None = None
    labels: np.ndarray | None = None
    noise: Noise | None = None
    regularisation: Regularisation = OFF

    @cached_property
    def examples(self) -> tuple[LabelledSubject, ...]:
        """Each example by itself."""
        return tuple(
            BatchExample(
                self.network,
                ForwardTrace(
                    tuple(values[k] for values in self.trace.pre_activations),
                    tuple(values[k] for values in self.trace.activations),
                    tuple(None if mask is None else mask[k] for mask in self.trace.masks),
                ),
                self.cost,
                self.targets[k],
                example=k,
                mark=self.mark,
                raw=None if self.raw is None else Raw(self.raw.values[k], self.raw.features),
                example_weight=None if self.example_weights is None else float(self.example_weights[k]),
                labels=None if self.labels is None else self.labels[k],
                noise=None if self.noise is None else Noise(self.noise.given[k], self.noise.added[k]),
                regularisation=self.regularisation,
                batch=self,
            )
            for k in range(len(self.targets))
        )

    @cached_property
    def deltas(self) -> tuple[np.ndarray, ...]:
        """δ of layers 2 to L, each (n_samples, n_l).

        Raises:
            InvalidValueError: a layer's deltas are beyond float64.
        """
        return finite_deltas(self.network, self.trace, self.targets, self.cost)

    @cached_property
    def gradients(self) -> Gradients:
        """The derivatives of the mean cost; InvalidValueError as for `deltas`."""
        return parameter_gradients(tuple(map(self.times_weights, self.deltas)), self.trace)

    @cached_property
    def costs(self) -> np.ndarray:
        """The cost of each example, shape (n_samples,)."""
        with np.errstate(over="ignore", invalid="ignore"):
            z, a = self.trace.pre_activations[-1], self.trace.activations[-1]
            return example_costs(self.cost, z, a, self.targets)

    def times_weights(self, of_examples: np.ndarray) -> np.ndarray:
        """Costs, or derivatives of them, (n_samples, …), each as often as it counts in training."""
        if self.example_weights is None:
            return of_examples
        with np.errstate(over="ignore"):
            return self.example_weights.reshape(-1, *[1] * (of_examples.ndim - 1)) * of_examples

    @property
    def mean_cost(self) -> float:
        """The mean of the examples' costs, each as often as it counts."""
        return float(self.times_weights(self.costs).mean())

    @property
    def counted(self) -> str:
        """How many examples there are, in words."""
        n = len(self.targets)
        return f"the {n:,} examples" if n > 1 else "the one example"

    @property
    def cost_symbol(self) -> Variable:
        """C, of the batch."""
        return Variable("C", mark=self.mark)

    def through(self, network: Network, mark: str = "′") -> "LabelledBatch":
        """The same examples through another network of the same sizes, such as the corrected one.

        Raises:
            InvalidValueError: a layer's numbers are beyond float64.
        """
        network = network.astype(np.float64)
        trace = finite_trace(network, self.trace.activations[0], self.trace.masks)
        return replace(self, network=network, trace=trace, mark=mark)


@dataclass(frozen=True)
class BatchExample(LabelledSubject):
    """One example of a mini-batch, whose deltas are a row of the batch's."""

    batch: LabelledBatch = field(kw_only=True, repr=False)

    @cached_property
    def deltas(self) -> tuple[np.ndarray, ...]:
        return tuple(values[self.example] for values in self.batch.deltas)


def label(
    network: Network | Model,
    x: Any,
    expected: Any,
    cost: str | Cost,
    regularisation: Regularisation = OFF,
    draw: int | None = None,
) -> LabelledSubject | LabelledBatch:
    """What is explained: one example, or a mini-batch, together with its expected outputs and cost.

    Parameters:
        network: a Network with x in input vectors, or a Model with x in raw examples.
        x: (n_features,), or (n_samples, n_features) for a mini-batch; of a model its raw example or several, stacked.
        expected: E, (n_outputs,), or (n_samples, n_outputs) for a mini-batch.
        cost: what is differentiated.
        regularisation: what training did: here its label smoothing, its input noise and its dropout.
        draw: the seed by which chance decides on noise and dropout; None: there is neither.

    Raises:
        InvalidValueError: the input or the expected outputs do not fit the network or hold NaN, there are no examples,
            the cost or the regularisation does not fit the network, or a layer's numbers are beyond float64.
    """
    function = find_cost(cost)
    inputs = read_inputs(network, x)
    require_fit(function, inputs.network.output)
    require_kind(regularisation, Regularisation, "regularisation: one such as Regularisation(label_smoothing=0.1)")
    regularisation.require_fit(inputs.network, has_classes=True)
    targets = as_numbers("expected", expected)
    shape = (*inputs.vectors.shape[:-1], inputs.network.sizes[-1])
    if targets.shape != shape:
        of_each = f"{shape[-1]} finite numbers" + (f" for each of {shape[0]} examples" if len(shape) == 2 else "")
        raise InvalidValueError(f"expected: {of_each} are required, shape {shape}, got shape {targets.shape}")
    if not np.isfinite(targets).all():
        raise InvalidValueError(f"expected: finite numbers are required, got {targets[~np.isfinite(targets)][0]}")
    if function.output == "softmax":
        sums = np.atleast_1d(targets.sum(axis=-1))
        if not np.isclose(sums, 1.0).all():
            raise InvalidValueError(
                f"expected: with {function.name} they must sum to 1, got {sums[~np.isclose(sums, 1.0)][0]:g}"
            )
    draws = drawn(regularisation, draw, inputs.network.sizes, inputs.vectors.shape)
    noise = None if draws.noise is None else Noise(inputs.vectors, draws.noise)
    vectors = inputs.vectors if noise is None else noise.given + noise.added
    trace, labels = finite_trace(inputs.network, vectors, draws.masks), None
    if regularisation.label_smoothing:
        labels = targets
        targets = smoothed(targets, regularisation.label_smoothing, max(2, shape[-1]))
    kind = LabelledSubject if vectors.ndim == 1 else LabelledBatch
    return kind(
        *(inputs.network, trace, function, targets),
        raw=inputs.raw,
        labels=labels,
        noise=noise,
        regularisation=regularisation,
    )


def weighted(labelled: LabelledSubject | LabelledBatch, weights: Any) -> LabelledSubject | LabelledBatch:
    """The same, each example's cost counting so often.

    Parameters:
        labelled: what is explained.
        weights: a number, or one for each example of a mini-batch; None: each counts once.

    Raises:
        InvalidValueError: they are no finite numbers from 0, or more or fewer than the examples.
    """
    if weights is None:
        return labelled
    numbers, shape = as_numbers("example_weights", weights), labelled.targets.shape[:-1]
    if numbers.shape != shape or not (np.isfinite(numbers) & (numbers >= 0)).all():
        raise InvalidValueError(
            f"example_weights: finite numbers of at least 0, of shape {shape}, are required, got {described(weights)}"
        )
    if isinstance(labelled, LabelledBatch):
        return replace(labelled, example_weights=numbers)
    return replace(labelled, example_weight=float(numbers))


def marks_explained(batch: LabelledBatch) -> str:
    """What the marks of a mini-batch's symbols mean, and what its cost is, in two sentences."""
    n = len(batch.examples)
    last = f" to [{n - 1:,}]" if n > 1 else ""
    times = "" if batch.example_weights is None else " each times its weight u,"
    return (
        f"The cost of a mini-batch is the mean of its examples' costs,{times} and so is its derivative. "
        f"Numbers of one example carry its place in the mini-batch, [0]{last}."
    )
