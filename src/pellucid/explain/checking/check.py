"""Is backpropagation right? Its derivatives against central differences and against automatic differentiation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.explain.batch import label
from pellucid.explain.checking.differences import Differences, Layerwise
from pellucid.explain.checking.places import Places
from pellucid.explain.checking.roundings import Roundings
from pellucid.explain.document import Document, Paragraph, Table
from pellucid.explain.step import DEFAULT_DIGITS, check_digits
from pellucid.explain.subject import ref_of
from pellucid.expression import Variable, constant
from pellucid.maths import Cost, ForwardTrace, Network, backward, example_costs
from pellucid.model import Model

ALL_UP_TO = 10_000
DEFAULT_SAMPLE = 1_000
AUTOMATIC_THRESHOLD = 1e-10
DIFFERENCE_THRESHOLD = 1e-6
BLOCK = 250
"""Progress is told after so many parameters."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Comparison:
    """Backpropagation beside another way of finding the same derivatives.

    Attributes:
        name: the other way.
        threshold: the largest relative error that passes.
        worst: the largest relative error.
        symbol: the parameter where that is.
        backpropagation: its derivative by backpropagation.
        other: and by the other way.
        n_wrong: how many parameters are beyond the threshold.
    """

    name: str
    threshold: float
    worst: float
    symbol: Variable
    backpropagation: float
    other: float
    n_wrong: int

    @property
    def ref(self) -> str:
        """The parameter where the worst error is, such as `w3:1,4`."""
        return ref_of(self.symbol)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as JSON can hold it; null for numbers that are not finite."""
        return {
            "threshold": self.threshold,
            "worst_relative_error": finite(self.worst),
            "where": self.ref,
            "backpropagation": finite(self.backpropagation),
            "other": finite(self.other),
            "n_wrong": self.n_wrong,
        }


@dataclass(frozen=True, repr=False)
class GradientCheck(Document):
    """What came of checking a network's gradients.

    Attributes:
        title, blocks: the result in words and numbers.
        n_parameters: weights and biases of the network.
        n_checked: those that were compared.
        n_at_kinks: those left out, because even the smallest step crosses a kink such as ReLU's.
        differences: backpropagation against central differences.
        automatic: backpropagation against automatic differentiation.
        faulty_layer: the last layer with a wrong derivative, which is where backpropagation goes wrong first, for it
            runs backwards; None where all are right.
    """

    n_parameters: int
    n_checked: int
    n_at_kinks: int
    differences: Comparison
    automatic: Comparison
    faulty_layer: int | None

    @property
    def passed(self) -> bool:
        """Whether every derivative that was compared is right, and at least one was compared."""
        return self.faulty_layer is None and self.n_checked > 0

    def __repr__(self) -> str:
        verdict = "passed" if self.passed else "failed"
        return f"<gradient check of {self.n_checked:,} of {self.n_parameters:,} parameters: {verdict}>"

    def to_dict(self, digits: int = DEFAULT_DIGITS) -> dict[str, Any]:
        """The result as JSON can hold it.

        Parameters:
            digits: taken as by every document; the numbers are given in full.
        """
        check_digits(digits)
        return {
            "passed": self.passed,
            "n_parameters": self.n_parameters,
            "n_checked": self.n_checked,
            "n_at_kinks": self.n_at_kinks,
            "faulty_layer": self.faulty_layer,
            "central_differences": self.differences.to_dict(),
            "automatic_differentiation": self.automatic.to_dict(),
        }


def check_gradients(
    network: Network | Model,
    x: Any,
    expected: Any,
    *,
    cost: str | Cost,
    sample: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> GradientCheck:
    """Compares the derivatives of backpropagation, in float64, with central differences and automatic differentiation.

    *Formula*: the relative error of p beside q is |p − q| / max(|p|, |q|, s/t), t being the threshold and s what
    rounding alone may do to that derivative: so a derivative of 0 that comes out as 10⁻²⁰ is no error.

    Parameters:
        network: a Network with x in input vectors, or a Model with x in raw examples.
        x: one example, or a mini-batch in rows.
        expected: E, in the outputs' shape.
        cost: what is differentiated; of a mini-batch the mean.
        sample: how many parameters are checked, spread over all layers, weights and biases; None: all of up to 10,000,
            else 1,000.
        seed: of the draw of these.
        progress: called with how many are checked and how many will be.

    Notes: the threshold is 10⁻¹⁰ against automatic differentiation, which is as exact as backpropagation but adds in
    another order; a wrong formula is off by far more. It is 10⁻⁶ against central differences, whose steps are chosen
    for each parameter: they are good to about 10⁻⁹, less where kinks force small steps. Where even a step that moves
    the pre-activation by 10⁻⁶ crosses a kink there is no derivative to compare: such parameters are counted apart.

    Raises:
        InvalidValueError: sample is below 1, an input, expected outputs or cost that do not fit, or an activation of
            one's own that does not take JAX arrays.
    """
    if sample is not None and sample < 1:
        raise InvalidValueError(f"sample: at least 1 parameter must be checked, got {sample}")
    subject = label(network, x, expected, cost)
    whole, function = subject.network, subject.cost
    rows, targets = np.atleast_2d(subject.trace.activations[0]), np.atleast_2d(subject.targets)
    trace = whole.forward(rows)
    places = Places.drawn(whole, number_of(sample, whole.parameter_count), seed)
    with np.errstate(all="ignore"):  # wrong derivatives may be anything: they are compared, not trusted
        gradients = backward(whole, trace, targets, function)
        roundings = Roundings.of(whole, trace, targets, function, gradients)
    by_hand = places.values(gradients.weights, gradients.biases)
    automatic = places.values(*derived(whole, rows, targets, function))
    noise = places.noise(roundings, trace)
    differences = differences_of(places, whole, trace, targets, function, roundings.of_cost, progress)
    is_compared = ~differences.is_at_kink
    beside = Beside(by_hand, places, is_compared)
    rounding_of_differences = noise + roundings.of_cost / differences.steps
    by_differences, is_off = beside.compare(
        "central differences", DIFFERENCE_THRESHOLD, differences.derivatives, rounding_of_differences
    )
    by_machine, is_wrong = beside.compare("automatic differentiation", AUTOMATIC_THRESHOLD, automatic, noise)
    is_wrong |= is_off
    faulty_layer = int(places.layers[is_wrong].max()) if is_wrong.any() else None
    n_checked = int(is_compared.sum())
    n_at_kinks = len(places.layers) - n_checked
    blocks = (
        Paragraph(verdict(whole, n_checked, n_at_kinks, faulty_layer)),
        comparison_table([by_differences, by_machine]),
    )
    title = f"Are the gradients right? ({'-'.join(map(str, whole.sizes))}, {function.name})"
    return GradientCheck(
        title, blocks, whole.parameter_count, n_checked, n_at_kinks, by_differences, by_machine, faulty_layer
    )


def number_of(sample: int | None, n_parameters: int) -> int:
    """How many parameters are checked."""
    if sample is not None:
        return sample
    return n_parameters if n_parameters <= ALL_UP_TO else DEFAULT_SAMPLE


def derived(
    network: Network, x: np.ndarray, expected: np.ndarray, cost: Cost
) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """The derivatives of the mean cost by all weights and biases, by JAX's automatic differentiation in float64."""
    import jax
    import jax.numpy as jnp

    def mean_cost(parameters: Any, x: Any, expected: Any) -> Any:
        trace = network.with_parameters(parameters).forward(x)
        return example_costs(cost, trace.pre_activations[-1], trace.activations[-1], expected).mean()

    with jax.enable_x64(True):  # here only: other work in this process keeps its own precision
        parameters = jax.tree.map(jnp.asarray, network.parameters)
        try:
            found = jax.grad(mean_cost)(parameters, jnp.asarray(x), jnp.asarray(expected))
        except jax.errors.TracerArrayConversionError as error:
            raise InvalidValueError(
                "activation: functions that take NumPy and JAX arrays alike are required (namespace(z).exp, say, "
                "rather than np.exp), so that they can be differentiated and trained"
            ) from error
        return (
            tuple(np.asarray(layer.weights) for layer in found),
            tuple(np.asarray(layer.biases) for layer in found),
        )


def differences_of(
    places: Places,
    network: Network,
    trace: ForwardTrace,
    expected: np.ndarray,
    cost: Cost,
    rounding: float,
    progress: Progress | None,
) -> Differences:
    """The central differences of all places, a block of one layer's after the other."""
    n_all = len(places.layers)
    found = Differences(np.empty(n_all), np.empty(n_all), np.empty(n_all, dtype=bool))
    n_done = 0
    for index in range(len(network.layers)):
        of_layer = Layerwise(network, trace, expected, cost, index + 2, rounding)
        held = np.flatnonzero(places.layers == index + 2)
        for first in range(0, len(held), BLOCK):
            some = held[first : first + BLOCK]
            with np.errstate(over="ignore", invalid="ignore"):
                block = of_layer.of(places.neurons[some], places.sources[some])
            for whole, part in zip(found, block, strict=True):
                whole[some] = part
            n_done += len(some)
            if progress is not None:
                progress(n_done, n_all)
    return found


def relative_errors(p: np.ndarray, q: np.ndarray, rounding: np.ndarray, threshold: float) -> np.ndarray:
    """|p − q| / max(|p|, |q|, rounding/threshold); infinite where one is not a finite number."""
    is_finite = np.isfinite(p) & np.isfinite(q)
    p, q = np.where(is_finite, p, 0.0), np.where(is_finite, q, 0.0)
    scale = np.maximum(np.maximum(np.abs(p), np.abs(q)), np.nan_to_num(rounding, posinf=0.0) / threshold)
    errors = np.abs(p - q) / np.where(scale > 0, scale, 1.0)
    return np.where(is_finite, errors, np.inf)


@dataclass(frozen=True)
class Beside:
    """Derivatives by backpropagation, to be compared.

    Attributes:
        by_hand: the derivatives.
        places: of which parameters.
        is_compared: which of them count.
    """

    by_hand: np.ndarray
    places: Places
    is_compared: np.ndarray

    def compare(
        self, name: str, threshold: float, other: np.ndarray, rounding: np.ndarray
    ) -> tuple[Comparison, np.ndarray]:
        """The comparison with the other way's derivatives, and which parameters are beyond the threshold."""
        errors = relative_errors(self.by_hand, other, rounding, threshold)
        held = np.where(self.is_compared, errors, 0.0)
        worst = int(held.argmax())
        is_wrong = held > threshold
        numbers = float(held[worst]), self.places.symbol(worst), float(self.by_hand[worst]), float(other[worst])
        return Comparison(name, threshold, *numbers, int(is_wrong.sum())), is_wrong


def verdict(network: Network, n_checked: int, n_at_kinks: int, faulty_layer: int | None) -> str:
    """What came of it, in sentences."""
    n_all = network.parameter_count
    many = f"all {n_all:,}" if n_checked == n_all else f"{n_checked:,} of {n_all:,}"
    said = f"Derivatives of the cost by {many} weights and biases were compared. "
    if n_checked == 0:
        said += "None could be compared, so nothing is known of them."
    elif faulty_layer is None:
        said += "They are right."
    else:
        said += (
            f"Some are wrong, from layer {faulty_layer} back: look at the derivative of its activation "
            f"({network.activations[faulty_layer - 2].name})"
            + (", and at that of the cost." if faulty_layer == len(network.sizes) else ".")
        )
    if n_at_kinks:
        said += (
            f" {n_at_kinks:,} more stand at a kink, such as that of ReLU at 0, where there is no one derivative: they "
            "are left out."
        )
    return said


def comparison_table(comparisons: list[Comparison]) -> Table:
    """The worst place of each comparison."""
    rows = tuple(
        (
            each.name,
            each.worst,
            constant(each.threshold),
            each.symbol.text,
            each.backpropagation,
            each.other,
        )
        for each in comparisons
    )
    header = ("against", "worst relative error", "passes up to", "at", "backpropagation", "the other")
    return Table(header, rows)


def finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
