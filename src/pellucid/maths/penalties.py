"""Penalties on large weights, added to the mean cost: value, gradient and formula side by side.

They act on weights only, never on biases, and are not divided by the number of examples. `terms` and `gradient` work
on arrays and, given expression trees, write out the formula with its numbers.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar, TypeAlias

from pellucid.arrays import Array, Elements, namespace
from pellucid.errors import InvalidValueError, require_kind

Operand: TypeAlias = Any
"""Weights of any shape, or an expression tree."""


@dataclass(frozen=True)
class Penalty(ABC):
    """A term added to the cost; `strength` is its factor λ ≥ 0.

    Raises:
        InvalidValueError: the strength is negative or not finite.
    """

    strength: float
    name: ClassVar[str]
    source: ClassVar[str]

    def __post_init__(self) -> None:
        require_kind(self.strength, Real, f"{self.name}: a number as strength")
        if not 0 <= self.strength < float("inf"):
            raise InvalidValueError(f"{self.name}: the strength must be a number of at least 0, got {self.strength}")

    def value(self, weights: Elements) -> Array:
        """What these weights add to the cost, a number."""
        return self.terms(weights).sum()

    @abstractmethod
    def terms(self, weights: Operand) -> Operand:
        """What each weight adds to the cost, in the weights' shape."""

    @abstractmethod
    def gradient(self, weights: Operand) -> Operand:
        """What the penalty adds to ∂C/∂W, in the weights' shape."""


class L2(Penalty):
    """½λ‖W‖²: draws every weight towards 0 in proportion to its size.

    Nielsen's book divides its λ by the number of training examples: its λ = 5 with 50,000 examples is L2(1e-4).
    """

    name = "l2"
    source = "Hoerl & Kennard 1970; Nielsen 2015, equation 87, there with λ/n"

    def terms(self, weights: Operand) -> Operand:
        return self.strength * weights**2 / 2

    def gradient(self, weights: Operand) -> Operand:
        return self.strength * weights


class L1(Penalty):
    """λ‖W‖₁: draws every weight towards 0 by the same amount, which makes many exactly small."""

    name = "l1"
    source = "Tibshirani 1996; Nielsen 2015, equation 95, there with λ/n"

    def terms(self, weights: Operand) -> Operand:
        return self.strength * abs(weights)

    def gradient(self, weights: Operand) -> Operand:
        return self.strength * namespace(weights).sign(weights)


@dataclass(frozen=True)
class ElasticNet(Penalty):
    """λ (ρ ‖W‖₁ + (1 − ρ) ½ ‖W‖²): both at once, ρ being the share of L1.

    Raises:
        InvalidValueError: the share is not from 0 to 1.
    """

    l1_share: float = 0.5

    name = "elastic-net"
    source = "Zou & Hastie 2005"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_kind(self.l1_share, Real, f"{self.name}: a number as the share of L1")
        if not 0 <= self.l1_share <= 1:
            raise InvalidValueError(f"{self.name}: the share of L1 must be from 0 to 1, got {self.l1_share}")

    def terms(self, weights: Operand) -> Operand:
        return self.strength * (self.l1_share * abs(weights) + (1 - self.l1_share) * weights**2 / 2)

    def gradient(self, weights: Operand) -> Operand:
        sign = namespace(weights).sign(weights)
        return self.strength * (self.l1_share * sign + (1 - self.l1_share) * weights)


PENALTIES: dict[str, type[Penalty]] = {kind.name: kind for kind in (L2, L1, ElasticNet)}
