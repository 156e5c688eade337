"""How an activation function behaves: where it saturates, is dead, or has kinks; all found by computing."""

import numpy as np

from pellucid.explain.document import Table
from pellucid.explain.words import Words, joined
from pellucid.expression import constant
from pellucid.expression.symbols import SUPERSCRIPTS
from pellucid.maths import Activation

REACH = 50.0
"""The derivative is searched for z from −50 to 50."""
SMALL_SLOPE = 0.01
"""With so small a derivative an activation counts as saturated: a hundredth of what is handed back gets through."""
JUMP = 0.1
"""Where the derivative changes by more from one place searched to the next, there may be a kink."""
N_HALVINGS = 33
"""Of the distance between them, which leaves 6·10⁻¹³."""


def behaviour(function: Activation) -> Table:
    """Range, limits, kinks, and where the derivative is small or 0."""
    (low, high), (left, right) = function.range, function.limits
    rows = (
        ("range", (constant(low), " to ", constant(high))),
        ("limit as z → −∞", constant(left)),
        ("limit as z → +∞", constant(right)),
        ("kinks", joined(kinks(function), "; ") or "none"),
        (f"saturated (slope below {SMALL_SLOPE:g})", joined(saturated_places(function), " and ") or "nowhere"),
        ("dead (slope 0)", dead_place(function) or "nowhere"),
        ("source", function.source),
    )
    return Table(("property", function.name), rows)


def slopes(function: Activation, z: np.ndarray) -> np.ndarray:
    """f′ at each z, shape (n,); of softmax for the first of three neurons, the others' z being 0."""
    if function.is_elementwise:
        return np.asarray(function.derivative(z, function.value(z)))
    layer = np.stack([z, np.zeros_like(z), np.zeros_like(z)], axis=-1)
    return np.asarray(function.derivative(layer, function.value(layer)))[:, 0]


def slope(function: Activation, z: float) -> float:
    return float(slopes(function, np.array([z]))[0])


def searched() -> np.ndarray:
    """The places at which the derivative is looked at, 0.005 apart."""
    return np.linspace(-REACH, REACH, 20_001)


def saturated_places(function: Activation) -> list[Words]:
    """The two ends of the line as far as |f′| stays below `SMALL_SLOPE` there, in words."""
    z = searched()
    alive = np.flatnonzero(np.abs(slopes(function, z)) >= SMALL_SLOPE)
    if len(alive) == 0:
        return ["everywhere"]
    places: list[Words] = []
    if (first := alive[0]) > 0:
        places.append(("for z < ", constant(_edge(function, *z[first - 1 : first + 1].tolist()))))
    if (last := alive[-1]) < len(z) - 1:
        places.append(("for z > ", constant(_edge(function, *z[last : last + 2].tolist()))))
    return places


def dead_place(function: Activation) -> Words:
    """From where to the left f′ is 0 all along, in words; empty where it is not, or only rounds to 0 far out."""
    z = searched()
    alive = np.flatnonzero(slopes(function, z))
    if len(alive) == 0 or alive[0] == 0 or z[alive[0]] < -2:
        return ""
    return "for z ≤ ", constant(float(z[alive[0] - 1]))


def kinks(function: Activation) -> list[Words]:
    """Where f′ jumps, and what it is worth there, in words."""
    z = searched()
    at = slopes(function, z)
    places = np.flatnonzero(np.abs(np.diff(at)) > JUMP)
    left, right, from_left, from_right = z[places], z[places + 1], at[places], at[places + 1]
    for _ in range(N_HALVINGS):
        middle = (left + right) / 2
        value = slopes(function, middle)
        is_left = np.abs(value - from_left) < np.abs(value - from_right)
        left, right = np.where(is_left, middle, left), np.where(is_left, right, middle)
    # A slope that is only steep has next to nothing left to change in so narrow a place.
    is_kink = np.abs(slopes(function, right) - slopes(function, left)) > JUMP
    return [
        (
            "at z = ",
            constant(kink),
            ", where the slope jumps from ",
            constant(before),
            " to ",
            constant(after),
            " and counts as ",
            constant(slope(function, kink)),
        )
        for kink, before, after in np.stack([np.round(left, 9) + 0.0, from_left, from_right], axis=1)[is_kink].tolist()
    ]


def _edge(function: Activation, left: float, right: float) -> float:
    """Where |f′| crosses `SMALL_SLOPE` between two places, on the two sides of it."""
    grows = abs(slope(function, right)) >= SMALL_SLOPE
    while right - left > 1e-12:
        middle = (left + right) / 2
        if (abs(slope(function, middle)) >= SMALL_SLOPE) == grows:
            right = middle
        else:
            left = middle
    return round(right, 9) + 0.0


def in_words(number: float) -> str:
    """A number for a title: at most four significant digits, a true minus sign, powers of ten, ∞.

    >>> in_words(-0.5), in_words(1.897e-5), in_words(-0.0)
    ('−0.5', '1.897·10⁻⁵', '0')
    """
    mantissa, _, exponent = f"{number + 0.0:.4g}".partition("e")
    power = f"·10{str(int(exponent)).translate(SUPERSCRIPTS)}" if exponent else ""
    return mantissa.replace("-", "−").replace("inf", "∞") + power
