"""Why this class and not the next: the difference of two weighted sums, and what each input has to do with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.data.features import Axes, Encoder, NumberEncoder, PictureEncoder
from pellucid.errors import InvalidValueError, unknown_name
from pellucid.explain.attribution import attribution_text, mean_gradients, sums_only
from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps
from pellucid.explain.document import Paragraph, Picture, Table
from pellucid.explain.step import DEFAULT_DIGITS
from pellucid.explain.subject import Subject
from pellucid.explain.words import Piece, Words
from pellucid.expression import Expression, Number, Variable, constant
from pellucid.figures.inputs import input_picture
from pellucid.maths import Activation, Network
from pellucid.model import Model
from pellucid.model.decision import predicted_classes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARGIN = Variable("F")
KNOWN_BY_THEIR_PLACE = (PictureEncoder, NumberEncoder)
"""In pictures of these, where an input stands says all that its name would."""
FARTHEST_THRESHOLD = 64.0
"""Between −64 and 64 every activation comes past ½."""


@dataclass(frozen=True, repr=False)
class Decision(Derivation):
    """Why one class is named and not another.

    Attributes:
        title, blocks: as of every derivation; `.value` is the margin.
        attributions: what each input did for the class named, in the inputs' order; below 0 for the other one.
        classes: the names of the class named, and of the one that it is compared with.
    """

    attributions: tuple[float, ...]
    classes: tuple[str, str]

    def to_dict(self, digits: int = DEFAULT_DIGITS) -> dict[str, Any]:
        """The derivation as JSON can hold it, with `attributions` and `classes` besides.

        Raises:
            InvalidValueError: digits out of range, or too few to bound a step.
        """
        return super().to_dict(digits) | {"attributions": list(self.attributions), "classes": list(self.classes)}


@dataclass(frozen=True)
class Rivals:
    """The class that the network names and the one that it is compared with.

    Attributes:
        named: which class is named, from 0.
        other: which one it is compared with, from 0.
        classes: the names of all.
        threshold: of a single output, the pre-activation from which on class 1 is named; None with an output a class.
    """

    named: int
    other: int
    classes: tuple[str, ...]
    threshold: float | None

    @property
    def names(self) -> tuple[str, str]:
        return self.classes[self.named], self.classes[self.other]

    @property
    def weights(self) -> np.ndarray:
        """Of each output neuron's pre-activation in the margin, (n_outputs,)."""
        if self.threshold is not None:
            return np.array([1.0 if self.named == 1 else -1.0])
        weights = np.zeros(len(self.classes))
        weights[self.named], weights[self.other] = 1.0, -1.0
        return weights

    def difference(self, numbers: Sequence[Number], *, past_threshold: bool = False) -> Expression:
        """The named class's number minus the other's, from one number for each output neuron.

        Parameters:
            numbers: of the output neurons, or of what leads into them.
            past_threshold: of a single output, whether the threshold is taken off, unless that is 0.
        """
        if self.threshold is None:
            return numbers[self.named] - numbers[self.other]
        (number,) = numbers
        if past_threshold and self.threshold != 0:
            threshold = Number(self.threshold, symbol=Variable("θ"))
            return number - threshold if self.named == 1 else threshold - number
        return number if self.named == 1 else -number


def decision(
    network: Network | Model,
    x: Any,
    *,
    classes: Sequence[str] | None = None,
    against: str | None = None,
    top: int = DEFAULT_TOP,
    n_steps: int = 64,
) -> Decision:
    """Why the network names this class and not another; `.value` is the margin, z of the one minus z of the other.

    First the margin is shared out among the inputs, by integrated gradients from an input of zeros, and what this
    leaves over is shown; then it is taken apart exactly, into what each neuron of the last hidden layer adds to it. A
    single output is compared with ½: the margin is its pre-activation minus the one at which the output is ½.

    Parameters:
        network: a Network with an input vector x, or a Model with a raw input.
        x: shape (n_features,), or a raw example: of the model's shape, or what its encoder takes.
        classes: the classes' names; those of the Model, or "1", "2", … unless given.
        against: the class that the named one is compared with; by default the runner-up.
        top: so many terms of a long sum are shown.
        n_steps: places on the way from zeros to x at which the gradient is taken; the more, the less the attributions
            miss.

    Returns:
        The derivation, with every input's attribution as a number, and with a picture of them: over the input where a
        Model says that it can be seen (a picture, a spectrogram), else as bars that name the inputs.

    Raises:
        InvalidValueError: no classes or one, an input that does not fit, a class that is not there or is the named one.
    """
    names = class_names(network, classes)
    subject = Subject.of(network, x)
    rivals = find_rivals(subject, names, against)
    steps = Steps(top)
    steps.show(outputs_table(subject, rivals))
    margin = add_margin(steps, subject, rivals)
    gradients = mean_gradients(sums_only(subject.network), subject.trace.activations[0], rivals.weights, n_steps)
    add_completeness(steps, subject, rivals, gradients, margin, n_steps)
    show_attributions(steps, subject, gradients, rivals.names)
    add_decomposition(steps, subject, rivals)
    concluded = steps.conclude(f"Why {rivals.names[0]} and not {rivals.names[1]}")
    attributions = tuple((subject.trace.activations[0] * gradients).tolist())
    return Decision(concluded.title, concluded.blocks, attributions, rivals.names)


def class_names(network: Network | Model, classes: Sequence[str] | None) -> tuple[str, ...]:
    """The names of the classes that the network chooses from.

    Raises:
        InvalidValueError: it gives numbers and no classes, has one class only, or the names are too few or too many.
    """
    if classes is None and isinstance(network, Model):
        if network.classes is None:
            raise InvalidValueError(
                "network: a model that names classes is required, this one gives numbers (regression); "
                "explain a neuron of its output layer"
            )
        classes = network.classes
    outputs = network.network if isinstance(network, Model) else network
    n_outputs = outputs.sizes[-1]
    if n_outputs == 1 and not outputs.output.is_elementwise:
        raise InvalidValueError(f"network: at least two classes are required; {outputs.output.name} of one is always 1")
    n_classes = max(2, n_outputs)
    names = tuple(map(str, range(1, n_classes + 1))) if classes is None else tuple(map(str, classes))
    if len(set(names)) != len(names) or len(names) != n_classes:
        raise InvalidValueError(f"classes: {n_classes} different names are required, got {', '.join(names) or 'none'}")
    return names


def find_rivals(subject: Subject, names: tuple[str, ...], against: str | None) -> Rivals:
    """The class that is named, and the one asked for or the runner-up.

    Raises:
        InvalidValueError: `against` is no other class.
    """
    outputs, sums = subject.trace.activations[-1], subject.trace.pre_activations[-1]
    named = int(predicted_classes(outputs))
    if against is not None and against not in names:
        raise unknown_name(against, names, "against")
    if against == names[named]:
        raise InvalidValueError(f"against: another class than the one named is required, got '{against}'")
    if against is not None:
        other = names.index(against)
    elif len(outputs) == 1:
        other = 1 - named
    else:  # of equal outputs, such as 0 after ReLU, the larger pre-activation decides
        ranking = np.lexsort((-sums, -outputs))
        other = int(ranking[ranking != named][0])
    threshold = threshold_of(subject.network.output) if len(outputs) == 1 else None
    return Rivals(named, other, names, threshold)


def threshold_of(output: Activation) -> float:
    """The pre-activation at which an output is ½, by bisection: 0 for the sigmoid, ½ for the identity."""
    low, high = -FARTHEST_THRESHOLD, FARTHEST_THRESHOLD
    while (middle := (low + high) / 2) not in (low, high):
        value = float(output.value(np.array([middle]))[0])
        if value == 0.5:
            return middle
        low, high = (middle, high) if value < 0.5 else (low, middle)
    return low


def outputs_table(subject: Subject, rivals: Rivals) -> Table:
    """What the output neurons of the two classes hold."""
    layer = subject.n_layers

    def row(name: str, neuron: int) -> tuple[Words, ...]:
        return name, f"{neuron}", subject.pre_activation(layer, neuron), subject.activation(layer, neuron)

    header = ("class", "output neuron", "pre-activation", "output")
    if rivals.threshold is None:
        return Table(header, tuple(row(rivals.classes[k], k + 1) for k in (rivals.named, rivals.other)))
    said = (
        f"Above ½ the output stands for {rivals.classes[1]}, else for {rivals.classes[0]}; "
        "it is ½ where the pre-activation is "
    )
    return Table(header, (row(rivals.names[0], 1),), (said, constant(rivals.threshold), "."))


def add_margin(steps: Steps, subject: Subject, rivals: Rivals) -> Number:
    """Adds the margin at the input, and returns its leaf."""
    layer = subject.n_layers
    numbers = [subject.pre_activation(layer, k) for k in subject.neurons(layer)]
    if rivals.threshold is None:
        name = f"the margin of {rivals.names[0]} over {rivals.names[1]}: the difference of their pre-activations"
    else:
        name = f"the margin of {rivals.names[0]}: how far the pre-activation is past that of an output of ½"
    tree = rivals.difference(numbers, past_threshold=True)
    margin = steps.add(name, MARGIN, tree)
    if margin.value < 0:
        name = subject.network.output.name
        steps.show(
            Paragraph(f"It is below 0: the outputs say otherwise, since {name} does not grow with z everywhere.")
        )
    return margin


def add_completeness(
    steps: Steps, subject: Subject, rivals: Rivals, gradients: np.ndarray, margin: Number, n_steps: int
) -> None:
    """Adds the margin for an input of zeros, the sum of the attributions, and what they miss of the difference."""
    layer = subject.n_layers
    at_zeros = subject.network.forward(np.zeros(subject.network.sizes[0])).pre_activations[-1]
    numbers = [
        Number(float(at_zeros[k - 1]), f"o{layer}:{k}", Variable("o", layer, (k,))) for k in subject.neurons(layer)
    ]
    without = Variable("F", None, (0,))
    base = steps.add("the margin for an input of zeros", without, rivals.difference(numbers, past_threshold=True))
    terms: list[Expression] = [subject.activation(1, k) * mean_gradient(gradients, k) for k in subject.neurons(1)]
    total = steps.add_sum(
        "the attributions of all inputs: each input times its mean gradient p",
        Variable("S"),
        terms,
        f"p is the mean of ∂F/∂a at {n_steps:,} places on the straight way from zeros to the input.",
    )
    gap = steps.add("what the attributions miss of the change of the margin", Variable("G"), total - (margin - base))
    change = abs(margin.value - base.value)
    share = abs(gap.value) / change if change > 0 else 0.0
    size: tuple[Piece, ...] = (100 * share, " %") if share >= 1e-6 else ("less than a millionth",)
    steps.show(Paragraph(("The gap is ", *size, " of the change.")))


def mean_gradient(gradients: np.ndarray, source: int) -> Number:
    """The mean gradient of an input, as `p` with the input's number."""
    return Number(float(gradients[source - 1]), f"p:{source}", Variable("p", None, (source,)))


def show_attributions(steps: Steps, subject: Subject, gradients: np.ndarray, names: tuple[str, str]) -> None:
    """Shows the attributions over the input where that can be seen; else, and of tones, the largest by their names."""
    attributions = subject.trace.activations[0] * gradients
    raw = subject.raw
    encoder = None if raw is None else raw.features.encoder
    image = None if encoder is None or raw is None else input_picture(encoder, raw.values)
    if image is not None and encoder is not None:
        over = encoder.laid_out(attributions)
        over = over.sum(axis=2) if over.ndim == 3 else over  # of the three colours of a pixel together
        grey = image.mean(axis=2) if image.ndim == 3 else image
        place, axes = place_in(encoder), encoder.axes()
        alt = f"The input, and over it what each {place} did for {names[0]} or for {names[1]}."
        text = attribution_text(grey, over, names, axes)
        steps.show(Picture(partial(draw_map, image, over, names, axes, place), alt, text))
        if isinstance(encoder, KNOWN_BY_THEIR_PLACE):
            return
    largest = np.argsort(-np.abs(attributions), kind="stable")[: steps.top]
    if attributions.any():  # a word that does not occur did nothing
        largest = largest[attributions[largest] != 0]
    largest = (largest + 1).tolist()
    show_largest(steps, subject, gradients, largest)
    if image is None:
        labels = [name_of_input(subject, source) for source in largest]
        values = attributions[[source - 1 for source in largest]].tolist()
        alt = f"The largest attributions as bars: for {names[0]} to the right, for {names[1]} to the left."
        steps.show(Picture(partial(draw_bars, labels, values, names), alt))


def place_in(encoder: Encoder) -> str:
    """What a place of a picture of the input is called: pixel, frequency."""
    axes = encoder.axes()
    if axes is not None:
        return axes.upward.name
    return "pixel" if isinstance(encoder, PictureEncoder) else "number"


def name_of_input(subject: Subject, source: int) -> str:
    """What an input is, from 1; its number where it has no name."""
    return (subject.raw.name(source) if subject.raw else "") or f"input {source}"


def show_largest(steps: Steps, subject: Subject, gradients: np.ndarray, sources: list[int]) -> None:
    """Shows a table of these inputs, from 1, and of what each did; with names and raw values where a model has them."""
    raw = subject.raw if subject.raw is not None and subject.raw.has_names else None

    def row(source: int) -> tuple[Words, ...]:
        value, gradient = subject.activation(1, source), mean_gradient(gradients, source)
        named = () if raw is None else (raw.name(source), raw.told(source))
        return f"{source}", *named, value, gradient, value.value * gradient.value

    header = ("input", *(() if raw is None else ("what it is", "raw value")), "value", "mean gradient", "attribution")
    steps.show(Table(header, tuple(map(row, sources)), "The largest attributions."))


def add_decomposition(steps: Steps, subject: Subject, rivals: Rivals) -> None:
    """Adds what each neuron before the output layer adds to the margin, and the margin once more, as their sum."""
    layer = subject.n_layers
    outputs = subject.neurons(layer)
    steps.show(
        Paragraph(f"Exactly, by what layer {layer - 1} holds: the difference of the weights times each activation.")
    )
    terms: list[Expression] = [
        rivals.difference([subject.weight(layer, k, source) for k in outputs]) * subject.activation(layer - 1, source)
        for source in subject.neurons(layer - 1)
    ]
    total = steps.add_sum("the difference of the weighted sums", Variable("D"), terms)
    biases = rivals.difference([subject.bias(layer, k) for k in outputs], past_threshold=True)
    steps.add("the margin: with the difference of the biases", MARGIN, total + biases)


def draw_map(
    image: np.ndarray, attributions: np.ndarray, names: tuple[str, str], axes: Axes | None, place: str
) -> "Figure":
    from pellucid.figures.attribution import attribution_map

    return attribution_map(image, attributions, names, axes, place)


def draw_bars(labels: list[str], values: list[float], names: tuple[str, str]) -> "Figure":
    from pellucid.figures.attribution import attribution_bars

    return attribution_bars(labels, values, names)
