"""What differentiating costs: summing over all paths to the cost, forward mode and reverse mode, counted and timed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import fmean, median
from typing import Any

import numpy as np

from pellucid.errors import InvalidValueError
from pellucid.explain.batch import LabelledBatch, label
from pellucid.explain.document import Document, Paragraph, Table
from pellucid.explain.graphs.tangent import tangent
from pellucid.explain.step import DEFAULT_DIGITS, check_digits
from pellucid.explain.subject import LabelledSubject
from pellucid.explain.words import Piece
from pellucid.maths import Cost, Network, backward
from pellucid.model import Model

MOST_RUNS = 9
SECONDS_OF_RUNS = 0.2
"""Reverse mode is run until this time has passed, at most `MOST_RUNS` times; the median counts."""
DEFAULT_TIMED = 10


@dataclass(frozen=True)
class LayerCount:
    """What one layer's weights cost to differentiate; multiplications by 1 and by 0 are not counted.

    Attributes:
        layer: its number, from 2.
        n_weights: weights that lead into it.
        n_biases: its biases.
        n_paths: paths from one of its weights, or biases, to the cost.
        factors: local derivatives along each path of a weight; along that of a bias, whose first one is 1, one fewer.
        forward: multiplications of forward mode for one weight or bias.
        reverse: multiplications by which reverse mode goes back over the layer, for all its weights and biases.
    """

    layer: int
    n_weights: int
    n_biases: int
    n_paths: int
    factors: int
    forward: int
    reverse: int

    @property
    def n_parameters(self) -> int:
        return self.n_weights + self.n_biases

    @property
    def by_paths(self) -> int:
        """Multiplications of summing over the paths of all the layer's weights and biases, one by one."""
        return self.n_paths * (self.n_weights * (self.factors - 1) + self.n_biases * (self.factors - 2))


@dataclass(frozen=True)
class OperationCount:
    """The multiplications of local derivatives that each way of differentiating a network takes.

    Attributes:
        layers: one entry a layer, from layer 2 on.
    """

    layers: tuple[LayerCount, ...]

    @property
    def n_parameters(self) -> int:
        return sum(layer.n_parameters for layer in self.layers)

    @property
    def n_paths(self) -> int:
        """Paths from all weights and biases to the cost."""
        return sum(layer.n_parameters * layer.n_paths for layer in self.layers)

    @property
    def by_paths(self) -> int:
        """Summing over all paths, each for itself."""
        return sum(layer.by_paths for layer in self.layers)

    @property
    def forward(self) -> int:
        """Forward mode, one pass for each weight and bias."""
        return sum(layer.n_parameters * layer.forward for layer in self.layers)

    @property
    def reverse(self) -> int:
        """Reverse mode: one pass for all weights and biases."""
        return sum(layer.reverse for layer in self.layers)


def count_paths(network: Network, *, layer: int) -> int:
    """How many paths lead from one weight into a layer, or one of its biases, to the cost.

    From z of a neuron one path leads on to its activation (with softmax one to each of the layer's), from there one to
    each neuron of the next layer, and from each output one to the cost: without softmax, the product of the sizes of
    the layers downstream.

    Parameters:
        network: the network.
        layer: the one that the weight leads into, from 2.

    Raises:
        InvalidValueError: the layer has no weights.

    >>> count_paths(Network.random([784, 16, 16, 10]), layer=2)
    160
    """
    if not 2 <= layer <= len(network.sizes):
        raise InvalidValueError(f"layer: 2 to {len(network.sizes)} have weights, got {layer}")
    return count_operations(network).layers[layer - 2].n_paths


def count_operations(network: Network) -> OperationCount:
    """Counts, layer by layer from the cost back, what differentiating costs.

    *Notes*: a path from a weight into layer l has a local derivative ∂z/∂w, then ∂a/∂z and ∂z/∂a in turn up to the
    last activation, and ∂C/∂a. Forward mode carries one weight's effect along: only what it reaches is multiplied.
    Reverse mode multiplies once at every edge; edges to the input are not needed.

    >>> counts = count_operations(Network.random([784, 16, 16, 10]))
    >>> counts.n_parameters, counts.n_paths, counts.reverse
    (13002, 2012490, 13418)
    """
    sizes = network.sizes
    n_paths_of_activation, forward_of_layer = 1, 0
    counts: list[LayerCount] = []
    for layer in range(len(sizes), 1, -1):
        n_in, n_out = sizes[layer - 2], sizes[layer - 1]
        is_elementwise = network.activations[layer - 2].is_elementwise
        fan = 1 if is_elementwise else n_out  # activations that depend on one z
        n_paths = fan * n_paths_of_activation
        # What follows in forward mode once neurons of this layer have changed: on to the next layer, or to the cost.
        n_next = 1 if layer == len(sizes) else sizes[layer]
        onward = forward_of_layer + fan * n_next
        factors = 2 * (len(sizes) - layer) + 3
        reverse = n_out * (n_in + fan) + (n_in * n_out if layer > 2 else 0)
        counts.insert(0, LayerCount(layer, n_in * n_out, n_out, n_paths, factors, fan + onward, reverse))
        n_paths_of_activation = n_out * n_paths  # of one activation of the layer before
        forward_of_layer += n_out * fan + n_out * n_next
    return OperationCount(tuple(counts))


@dataclass(frozen=True, repr=False)
class ModeComparison(Document):
    """Forward mode beside reverse mode on one network, counted and timed.

    Attributes:
        title, blocks: the comparison in words and numbers.
        counts: the multiplications of each way.
        seconds_reverse: one backward pass, which gives all derivatives; the median of several.
        seconds_forward: one tangent pass, which gives one derivative; the mean over those timed.
        n_timed: weights and biases that forward mode was timed on, drawn at random.
        largest_difference: how far the two modes' derivatives of those are apart at most.
    """

    counts: OperationCount
    seconds_reverse: float
    seconds_forward: float
    n_timed: int
    largest_difference: float

    @property
    def seconds_forward_all(self) -> float:
        """What forward mode would take for all weights and biases, scaled up from those timed."""
        return self.seconds_forward * self.counts.n_parameters

    def to_dict(self, digits: int = DEFAULT_DIGITS) -> dict[str, Any]:
        """The comparison as JSON can hold it; times in seconds.

        Parameters:
            digits: taken as by every document; counts and times are given in full.
        """
        check_digits(digits)
        return {
            "title": self.title,
            "n_parameters": self.counts.n_parameters,
            "n_paths": self.counts.n_paths,
            "multiplications": {
                "paths": self.counts.by_paths,
                "forward": self.counts.forward,
                "reverse": self.counts.reverse,
            },
            "layers": [
                {"layer": layer.layer, "n_parameters": layer.n_parameters, "n_paths": layer.n_paths}
                for layer in self.counts.layers
            ],
            "seconds": {
                "reverse": self.seconds_reverse,
                "forward": self.seconds_forward,
                "forward_all": self.seconds_forward_all,
            },
            "n_timed": self.n_timed,
            "largest_difference": self.largest_difference,
        }


def compare_modes(
    network: Network | Model,
    x: Any,
    expected: Any,
    *,
    cost: str | Cost,
    n_parameters: int = DEFAULT_TIMED,
    seed: int = 0,
) -> ModeComparison:
    """Forward mode and reverse mode on this network and example, counted and timed.

    Parameters:
        network: a Network with an input vector x, or a Model with a raw input.
        x, expected, cost: as for `gradient`.
        n_parameters: forward mode is timed on so many weights and biases, from 1; the time for all is scaled up.
        seed: of the draw of these.

    Raises:
        InvalidValueError: n_parameters is below 1, or an input, expected outputs or cost that do not fit.
    """
    if n_parameters < 1:
        raise InvalidValueError(f"n_parameters: at least 1 must be timed, got {n_parameters}")
    return mode_comparison(one_example(network, x, expected, cost), n_parameters, seed)


def one_example(network: Network | Model, x: Any, expected: Any, cost: str | Cost) -> LabelledSubject:
    """The subject of that example.

    Raises:
        InvalidValueError: as `label`, and for a mini-batch.
    """
    subject = label(network, x, expected, cost)
    if isinstance(subject, LabelledBatch):
        raise InvalidValueError(f"x: one example is required, got a mini-batch of {len(subject.targets)}")
    return subject


def mode_comparison(subject: LabelledSubject, n_parameters: int = DEFAULT_TIMED, seed: int = 0) -> ModeComparison:
    """The comparison for a subject that is put together already."""
    network, trace, targets, cost = subject.network, subject.trace, subject.targets, subject.cost
    counts = count_operations(network)
    n_timed = min(n_parameters, counts.n_parameters)
    drawn = np.sort(np.random.default_rng(seed).choice(counts.n_parameters, n_timed, replace=False))
    times: list[float] = []
    differences: list[float] = []
    for place in places_of(network, drawn):
        runs = [timed(partial(tangent, network, trace, targets, cost, *place)) for _ in range(3)]
        times.append(median(seconds for seconds, _ in runs))
        slope = runs[0][1]
        layer, neuron, source = place
        delta = float(subject.deltas[layer - 2][neuron - 1])
        known = delta if source is None else delta * float(trace.activations[layer - 2][source - 1])
        differences.append(abs(slope - known))
    reverse: list[float] = []
    while len(reverse) < MOST_RUNS and sum(reverse) < SECONDS_OF_RUNS:
        reverse.append(timed(lambda: backward(network, trace, targets, cost))[0])
    seconds_reverse, seconds_forward = median(reverse), fmean(times)
    said = (
        f"Forward mode was timed on {n_timed:,} weights and biases drawn at random, and its time scaled up to all "
        f"{counts.n_parameters:,}; both modes give the same derivatives (at most "
    )
    blocks = (
        Paragraph(said_of_paths(network, counts)),
        comparison_table(counts, seconds_reverse, seconds_forward),
        Paragraph((said, max(differences), " apart).")),
    )
    return ModeComparison(
        "What the derivatives cost: paths, forward mode, reverse mode",
        blocks,
        counts,
        seconds_reverse,
        seconds_forward,
        n_timed,
        max(differences),
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """How long the work took, in seconds, and what came of it."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def places_of(network: Network, numbers: np.ndarray) -> list[tuple[int, int, int | None]]:
    """Layer, neuron and source (None: the bias) of parameters numbered from 0: by layer, first weights, then biases."""
    places: list[tuple[int, int, int | None]] = []
    first = 0
    for layer, parameters in enumerate(network.layers, start=2):
        n_weights, n_out = parameters.weights.size, parameters.n_out
        for number in numbers[(numbers >= first) & (numbers < first + n_weights + n_out)] - first:
            if number < n_weights:
                m, p = divmod(int(number), parameters.n_in)
                places.append((layer, m + 1, p + 1))
            else:
                places.append((layer, int(number) - n_weights + 1, None))
        first += n_weights + n_out
    return places


def said_of_paths(network: Network, counts: OperationCount) -> str:
    """How many paths lead to the cost, in sentences."""
    first = counts.layers[0]
    downstream = [f"{size:,}" for size in network.sizes[2:]]
    is_plain = all(activation.is_elementwise for activation in network.activations)
    because = f" = {' · '.join(downstream)}" if is_plain and len(downstream) > 1 else ""
    paths = "1 path leads" if first.n_paths == 1 else f"{first.n_paths:,}{because} paths lead"
    return (
        f"From a weight into layer 2, {paths} to the cost, each a product of {first.factors} local derivatives. "
        f"From all {counts.n_parameters:,} weights and biases together there are {counts.n_paths:,}. Reverse mode goes "
        "back over the edges once and has all derivatives; forward mode goes forward once for each weight and bias."
    )


def comparison_table(counts: OperationCount, seconds_reverse: float, seconds_forward: float) -> Table:
    """The ways of differentiating beside each other."""
    one = counts.layers[0]
    rows = (
        ("all paths", f"{one.n_paths * (one.factors - 1):,}", f"{counts.by_paths:,}", "", ""),
        (
            "forward",
            f"{one.forward:,}",
            f"{counts.forward:,}",
            with_unit(seconds_forward),
            with_unit(seconds_forward * counts.n_parameters),
        ),
        ("reverse", "", f"{counts.reverse:,}", "", with_unit(seconds_reverse)),
    )
    header = (
        "way",
        "for one weight",
        "for all",
        "time for one",
        "time for all",
    )
    caption = (
        f"Multiplications of local derivatives for one weight into layer 2 and for all {counts.n_parameters:,} weights "
        "and biases, those by 1 not counted; and times on this computer."
    )
    return Table(header, rows, caption)


def with_unit(seconds: float) -> tuple[Piece, ...]:
    """The time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return seconds / size, f" {unit}"
    return seconds / 1e-6, " µs"
