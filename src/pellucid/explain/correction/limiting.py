"""What a step of training does beside the optimizer: the gradient clipped, weights limited, parameters averaged."""

from dataclasses import replace

import numpy as np

from pellucid.explain.correction.whole_step import LargestTerms, Place
from pellucid.explain.derivation import Steps
from pellucid.explain.objective import add_largest, leaf
from pellucid.explain.sums import ManyTerms
from pellucid.expression import Expression, Number, Variable, add, functions
from pellucid.expression.symbols import BAR
from pellucid.expression.tree import CONSTANT
from pellucid.maths.averaging import averaged, keeping
from pellucid.maths.limits import shortening

FACTOR = Variable("φ")


def add_clipping(steps: Steps, slopes: list[Number], terms: LargestTerms, most: float, objective: Variable) -> Number:
    """Adds how long the whole gradient is and by what it is shortened; returns the factor's leaf.

    Parameters:
        slopes: the leaves of the derivatives whose squares are the largest terms.
        terms: the squares.
        most: how long it may be.
        objective: what it is the gradient of.
    """
    shown: list[Expression] = [slope**2 for slope in slopes]
    length = Variable(f"‖∇{objective.letter}‖")
    squared = add_largest(
        steps, "squared length of the whole gradient", replace(length, letter=f"{length.letter}²"), shown, terms
    )
    norm = steps.add("its length", length, functions.sqrt(squared))
    note = "It is longer than c." if norm.value > most else "It is no longer than c: it stays as it is."
    factor = shortening(norm, Number(most, CONSTANT, Variable("c")))
    return steps.add("clipping: what the gradient is multiplied by", FACTOR, factor, note)


def clipped(place: Place) -> Variable:
    """The symbol of a parameter's derivative after clipping."""
    return replace(place.symbol, letter="G")


def unlimited(place: Place) -> Variable:
    """The symbol of a weight after the optimizer's correction and before its limit."""
    return replace(place.symbol, letter="ω")


def add_limit(steps: Steps, place: Place, row: np.ndarray, own: Number, most: float) -> Expression:
    """Adds how long the vector of the weights into a neuron has become; returns the limited weight as a tree.

    Parameters:
        place: of the weight.
        row: all weights into its neuron after the optimizer's correction, (n_in,).
        own: the leaf of the corrected weight.
        most: how long the vector may be.
    """

    def square(k: int) -> Expression:
        symbol = unlimited(place._replace(source=k + 1))
        return steps.known(leaf(symbol, float(row[k]))) ** 2

    shown, note_of_rest = steps.shorten(ManyTerms(row**2, square))
    name = f"length of the vector of all weights into neuron {place.neuron} of layer {place.layer}, so corrected"
    length = Variable("‖ω‖", place.layer, (place.neuron,))
    norm = steps.add(name, length, functions.sqrt(add(shown)), note_of_rest)
    note = "It is longer than N." if norm.value > most else "It is no longer than N: it stays as it is."
    factor = shortening(norm, Number(most, CONSTANT, Variable("N")))
    name = "max-norm: what each of these weights is multiplied by"
    return steps.add(name, replace(FACTOR, layer=place.layer, indices=(place.neuron,)), factor, note) * own


def add_average(steps: Steps, place: Place, average: float, new: Expression, decay: float, time: Number) -> None:
    """Adds the running average of a parameter after the step.

    Parameters:
        place: of the parameter.
        average: before the step.
        new: the corrected parameter, as a tree.
        decay: ρ̄, how much is kept.
        time: the leaf of the number of this step.
    """
    kept = steps.add(
        "how much of the average is kept at this step",
        Variable(f"ρ{BAR}", None, (int(time.value),)),
        keeping(Number(decay, CONSTANT, Variable(f"ρ{BAR}")), time),
        "Less in the beginning, lest the average remember the random start.",
    )
    before = replace(place.symbol, letter=place.symbol.letter + BAR)
    name = "the average after this step, of the corrected value; it is what the network answers with"
    steps.add(name, replace(before, mark="′"), averaged(leaf(before, average), new, kept))
