"""An activation function on one sheet: its formula, its graph, what a bias does to it, and its derivative derived."""

from functools import partial
from typing import TYPE_CHECKING, Any

from pellucid.errors import InvalidValueError
from pellucid.explain.derivation import Derivation, Steps
from pellucid.explain.document import Formula, Paragraph, Picture
from pellucid.explain.sheets.behaviour import behaviour, in_words
from pellucid.explain.sheets.differentiation import add_derivative
from pellucid.explain.subject import Subject
from pellucid.explain.words import note_on_slope
from pellucid.expression import Expression, Number, Partial, Variable
from pellucid.maths import Activation, Network, find_activation
from pellucid.maths.activation import Formula as Build
from pellucid.model import Model

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LARGEST = 10_000.0
"""Activations are sound up to here; far beyond, squares leave the finite numbers."""


def activation(name: str | Activation, *, z: float = 1.0, bias: float = -5.0) -> Derivation:
    """The sheet of an activation function; `.value` is its derivative at z.

    Softmax depends on the whole layer: it is shown for the first of three neurons, the others' pre-activations being 0.

    Parameters:
        name: a name of the closed list, or an `Activation`.
        z: the pre-activation at which value and derivative are found, from −10,000 to 10,000.
        bias: what is added to z to show what a bias does; z + bias has the same bounds.

    Raises:
        InvalidValueError: z or z + bias is out of bounds; UnknownNameError: an unknown activation.
    """
    function = find_activation(name)
    for parameter, value in (("z", z), ("bias: z + bias", z + bias)):
        if not abs(value) <= LARGEST:
            raise InvalidValueError(f"{parameter}: a number from −10,000 to 10,000 is required, got {value:g}")
    indices = () if function.is_elementwise else (1,)
    letter, held = Variable("z", None, indices), Variable("a", None, indices)
    at = Number(float(z), symbol=letter)

    steps = Steps()
    steps.show(Formula(held, in_layer(function, function.formula, Number(1.0, symbol=letter))))
    if function.advice:
        steps.show(Paragraph(function.advice))
    steps.show(behaviour(function))
    steps.show(Picture(partial(draw, function), f"The graph of {function.name} and of its derivative."))
    steps.show(Paragraph("What a bias does: it moves the graph along, so that the same inputs do more or less."))
    steps.add("the activation without a bias", held, in_layer(function, function.formula, at))
    shifted = steps.add("the pre-activation with a bias", Variable("ẑ"), at + Number(float(bias), symbol=Variable("b")))
    steps.add("the activation with the bias", Variable("â"), in_layer(function, function.formula, shifted))
    add_derivative(steps, in_layer(function, function.formula, at), at, letter)
    closed = in_layer(function, function.derivative_formula, at)
    steps.add("the same in closed form", Partial(held, letter), closed, note_on_slope(function, at))
    return steps.conclude(f"The activation {function.name} at {letter.text} = {in_words(z)}")


def activation_of(network: Network | Model, x: Any, *, layer: int, neuron: int) -> Derivation:
    """The sheet of a neuron's activation function at that neuron's own weighted sum and bias.

    Parameters:
        network: a Network with an input vector x, or a Model with a raw input.
        x: shape (n_features,), or a raw example of the model's shape.
        layer: from 2.
        neuron: from 1.

    Raises:
        InvalidValueError: a layer or neuron that the network has not, or an input that does not fit.
    """
    subject = Subject.of(network, x)
    subject.require_layer(layer)
    subject.require_neuron(layer, neuron)
    bias = subject.bias(layer, neuron).value
    weighted_sum = subject.pre_activation(layer, neuron).value - bias
    return activation(subject.network.layers[layer - 2].activation, z=weighted_sum, bias=bias)


def in_layer(function: Activation, formula: Build, z: Expression) -> Expression:
    """f or f′ of a neuron as a tree; where that matters, with two neurons beside it whose pre-activations are 0."""
    others = [] if function.is_elementwise else [Number(0.0, symbol=Variable("z", None, (k,))) for k in (2, 3)]
    return formula(z, [z, *others])


def draw(function: Activation) -> "Figure":
    from pellucid.figures import activation_graph

    return activation_graph(function)
