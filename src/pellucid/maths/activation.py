"""What an activation function is: value, derivative and formula, and what there is to say about it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pellucid.arrays import Elements
from pellucid.expression import Expression, Latex, Number, Variable

Formula: TypeAlias = Callable[[Expression, Sequence[Expression]], Expression]
"""Builds f(z) or f′(z) as a tree from z and the pre-activations of the whole layer (which only softmax needs)."""


@dataclass(frozen=True)
class Activation:
    """What a layer's pre-activations z become: a = f(z).

    Attributes:
        name: the name in the closed list.
        value: f, applied to pre-activations of shape (…, n_l).
        derivative: f′ from z and a = f(z), elementwise; for softmax the diagonal ∂aᵢ/∂zᵢ of its Jacobian.
        formula: f as an expression tree.
        derivative_formula: f′ as an expression tree (for softmax ∂aᵢ/∂zᵢ).
        limits: f at −∞ and at +∞; a finite one is a horizontal asymptote.
        range: the least and the greatest value that f comes up to (its infimum and supremum).
        is_rectifier: of the ReLU family, for which `initializer="auto"` is He-normal.
        source: who published it.
        is_elementwise: whether aᵢ depends on zᵢ alone.
        domain: the z for which f is defined.
        slope: f′ in words, where its formula hides how simple it is.
        kinks: the z at which f has two one-sided slopes; there f′ is the one that training counts.
        advice: when it saturates or dies, and what it is good for, in a sentence or two.
    """

    name: str
    value: Callable[[Elements], Elements]
    derivative: Callable[[Elements, Elements], Elements]
    formula: Formula
    derivative_formula: Formula
    limits: tuple[float, float]
    range: tuple[float, float]
    source: str
    is_rectifier: bool = False
    is_elementwise: bool = True
    domain: tuple[float, float] = (-math.inf, math.inf)
    slope: str = ""
    kinks: tuple[float, ...] = ()
    advice: str = ""

    def delta(self, output_gradient: Elements, z: Elements, a: Elements) -> Elements:
        """∂C/∂z from ∂C/∂a: the gradient times the activation's Jacobian, shape (…, n_l).

        *Formula*: ∂C/∂zᵢ = ∂C/∂aᵢ · f′(zᵢ); for softmax, where each aₖ depends on each zᵢ,
        ∂C/∂zᵢ = aᵢ (∂C/∂aᵢ − Σₖ aₖ ∂C/∂aₖ).
        """
        if self.is_elementwise:
            return output_gradient * self.derivative(z, a)
        return a * (output_gradient - (a * output_gradient).sum(axis=-1, keepdims=True))

    @property
    def latex(self) -> str:
        """The formula f(z) in LaTeX, in symbols."""
        return self._in_symbols(self.formula)

    @property
    def derivative_latex(self) -> str:
        """The formula f′(z) in LaTeX, in symbols."""
        return self._in_symbols(self.derivative_formula)

    def _in_symbols(self, formula: Formula) -> str:
        if self.is_elementwise:
            layer = [Number(1.0, symbol=Variable("z"))]
        else:
            layer = [Number(1.0, symbol=Variable("z", indices=(k,))) for k in (1, 2, 3)]
        return formula(layer[0], layer).lower(Latex(5, symbols=True)).text

    def __repr__(self) -> str:
        return f"<activation {self.name}>"
