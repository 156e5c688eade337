"""Penalties on large weights, added to the mean cost: value, gradient and formula side by side.

They act on weights only, never on biases, and are not divided by the number of examples.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from pellucid.arrays import Array, Elements, namespace
from pellucid.errors import InvalidValueError


@dataclass(frozen=True)
class Penalty(ABC):
    """A term added to the cost; `strength` is its factor λ ≥ 0.

    Raises:
        InvalidValueError: the strength is negative or not finite.
    """

    strength: float
    name: ClassVar[str]
    latex: ClassVar[str]
    gradient_latex: ClassVar[str]
    source: ClassVar[str]

    def __post_init__(self) -> None:
        if not 0 <= self.strength < float("inf"):
            raise InvalidValueError(f"{self.name}: the strength must be a number of at least 0, got {self.strength}")

    @abstractmethod
    def value(self, weights: Elements) -> Array:
        """What these weights add to the cost, a number."""

    @abstractmethod
    def gradient(self, weights: Elements) -> Elements:
        """What the penalty adds to ∂C/∂W, in the weights' shape."""


class L2(Penalty):
    """½λ‖W‖²: draws every weight towards 0 in proportion to its size.

    Nielsen's book divides its λ by the number of training examples: its λ = 5 with 50,000 examples is L2(1e-4).
    """

    name = "l2"
    latex = r"\frac{\lambda}{2} \sum w^{2}"
    gradient_latex = r"\lambda w"
    source = "Hoerl & Kennard 1970; Nielsen 2015, equation 87, there with λ/n"

    def value(self, weights: Elements) -> Array:
        return 0.5 * self.strength * (weights * weights).sum()

    def gradient(self, weights: Elements) -> Elements:
        return self.strength * weights


class L1(Penalty):
    """λ‖W‖₁: draws every weight towards 0 by the same amount, which makes many exactly small."""

    name = "l1"
    latex = r"\lambda \sum \left|w\right|"
    gradient_latex = r"\lambda \operatorname{sign}(w)"
    source = "Tibshirani 1996; Nielsen 2015, equation 95, there with λ/n"

    def value(self, weights: Elements) -> Array:
        return self.strength * abs(weights).sum()

    def gradient(self, weights: Elements) -> Elements:
        return self.strength * namespace(weights).sign(weights)


PENALTIES: dict[str, type[Penalty]] = {L2.name: L2, L1.name: L1}
