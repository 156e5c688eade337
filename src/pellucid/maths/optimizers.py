"""Optimizers: how a gradient becomes a correction. Each is a pure pair over a named state, `start` and `step`.

`step` is written with operators alone, so the same lines correct compiled arrays in training and, given expression
trees, write out the correction with its numbers.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any, ClassVar, NamedTuple, TypeAlias

from pellucid.arrays import namespace
from pellucid.errors import InvalidValueError, require_kind

Operand: TypeAlias = Any
"""An array of any shape, or an expression tree: whatever the operators and `sqrt` work on."""
State: TypeAlias = Any
"""A NamedTuple of what the optimizer remembers of one parameter array; empty where it remembers nothing."""


class NoState(NamedTuple):
    """Plain gradient descent remembers nothing."""


class VelocityState(NamedTuple):
    velocity: Operand


class SquareState(NamedTuple):
    mean_square: Operand


class MomentState(NamedTuple):
    mean: Operand
    mean_square: Operand


UNIT_INTERVAL = ("momentum", "decay", "beta1", "beta2")
POSITIVE = ("learning_rate", "epsilon")


@dataclass(frozen=True)
class Optimizer(ABC):
    """How a gradient becomes a correction.

    Raises:
        InvalidValueError: a rate is not above 0, or a decay not within 0 ≤ x < 1.
    """

    learning_rate: float
    name: ClassVar[str]
    latex: ClassVar[str]
    source: ClassVar[str]

    def __post_init__(self) -> None:
        for field in fields(self):
            value, where = getattr(self, field.name), f"{self.name}: {field.name}"
            if field.name != "nesterov":
                require_kind(value, Real, f"{where}: a number")
            if field.name in POSITIVE and not 0 < value < float("inf"):
                raise InvalidValueError(f"{where} must be a number above 0, got {value}")
            if field.name in UNIT_INTERVAL and not 0 <= value < 1:
                raise InvalidValueError(f"{where} must be at least 0 and below 1, got {value}")
            if field.name == "weight_decay" and not 0 <= value < float("inf"):
                raise InvalidValueError(f"{where} must be a number of at least 0, got {value}")

    @abstractmethod
    def start(self, parameter: Operand) -> State:
        """The state before the first step, for a parameter array of this shape and type."""

    @abstractmethod
    def step(
        self,
        parameter: Operand,
        gradient: Operand,
        state: State,
        *,
        learning_rate: Operand,
        time: Operand,
        decays: bool,
    ) -> tuple[Operand, State]:
        """The corrected parameter and the new state.

        Parameters:
            parameter: w, any shape.
            gradient: ∂C/∂w, the same shape.
            state: what `start` or the step before gave.
            learning_rate: r of this step (a schedule may change it).
            time: t, the number of this step, from 1.
            decays: whether a weight decay acts on it (weights: yes; biases: no).
        """


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent: plain, with momentum, or with Nesterov's momentum.

    *Formula*: w ← w − r g; with momentum μ: v ← μ v − r g, w ← w + v; Nesterov: w ← w + μ v − r g, with the new v.
    """

    learning_rate: float
    momentum: float = 0.0
    nesterov: bool = False

    name = "sgd"
    latex = r"v \leftarrow \mu v - r g,\quad w \leftarrow w + v"
    source = "Cauchy 1847; Polyak 1964; Sutskever, Martens, Dahl & Hinton 2013, equations 1–4"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and self.momentum == 0:
            raise InvalidValueError("sgd: nesterov needs a momentum above 0, got momentum=0; 0.9 is usual")

    def start(self, parameter: Operand) -> State:
        return VelocityState(0.0 * parameter) if self.momentum else NoState()

    def step(
        self,
        parameter: Operand,
        gradient: Operand,
        state: State,
        *,
        learning_rate: Operand,
        time: Operand,
        decays: bool,
    ) -> tuple[Operand, State]:
        if not self.momentum:
            return parameter - learning_rate * gradient, state
        velocity = self.momentum * state.velocity - learning_rate * gradient
        if self.nesterov:
            return parameter + self.momentum * velocity - learning_rate * gradient, VelocityState(velocity)
        return parameter + velocity, VelocityState(velocity)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """Each parameter's rate divided by the running root mean square of its gradient.

    *Formula*: s ← ρ s + (1 − ρ) g²; w ← w − r g / (√s + ε).
    """

    learning_rate: float = 0.001
    decay: float = 0.9
    epsilon: float = 1e-8

    name = "rmsprop"
    latex = r"s \leftarrow \rho s + (1-\rho) g^{2},\quad w \leftarrow w - r \frac{g}{\sqrt{s} + \epsilon}"
    source = "Tieleman & Hinton 2012, lecture 6.5"

    def start(self, parameter: Operand) -> State:
        return SquareState(0.0 * parameter)

    def step(
        self,
        parameter: Operand,
        gradient: Operand,
        state: State,
        *,
        learning_rate: Operand,
        time: Operand,
        decays: bool,
    ) -> tuple[Operand, State]:
        mean_square = self.decay * state.mean_square + (1 - self.decay) * gradient**2
        root = namespace(mean_square).sqrt(mean_square)
        return parameter - learning_rate * gradient / (root + self.epsilon), SquareState(mean_square)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Momentum and a rate for each parameter, both corrected for their start at 0.

    *Formula*: m ← β₁ m + (1 − β₁) g; s ← β₂ s + (1 − β₂) g²; m̂ = m/(1 − β₁ᵗ); ŝ = s/(1 − β₂ᵗ);
    w ← w − r m̂ / (√ŝ + ε).
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    name = "adam"
    latex = (
        r"m \leftarrow \beta_1 m + (1-\beta_1) g,\quad s \leftarrow \beta_2 s + (1-\beta_2) g^{2},\quad "
        r"w \leftarrow w - r \frac{m / (1-\beta_1^t)}{\sqrt{s / (1-\beta_2^t)} + \epsilon}"
    )
    source = "Kingma & Ba 2015, algorithm 1"

    def start(self, parameter: Operand) -> State:
        return MomentState(0.0 * parameter, 0.0 * parameter)

    def step(
        self,
        parameter: Operand,
        gradient: Operand,
        state: State,
        *,
        learning_rate: Operand,
        time: Operand,
        decays: bool,
    ) -> tuple[Operand, State]:
        mean = self.beta1 * state.mean + (1 - self.beta1) * gradient
        mean_square = self.beta2 * state.mean_square + (1 - self.beta2) * gradient**2
        corrected_mean = mean / (1 - self.beta1**time)
        corrected_square = mean_square / (1 - self.beta2**time)
        root = namespace(corrected_square).sqrt(corrected_square)
        return parameter - learning_rate * corrected_mean / (root + self.epsilon), MomentState(mean, mean_square)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with the weight decay apart from the gradient: weights also shrink by r λ w a step, biases do not."""

    weight_decay: float = 0.01

    name = "adamw"
    latex = Adam.latex + r" - r \lambda w"
    source = "Loshchilov & Hutter 2019, algorithm 2"

    def step(
        self,
        parameter: Operand,
        gradient: Operand,
        state: State,
        *,
        learning_rate: Operand,
        time: Operand,
        decays: bool,
    ) -> tuple[Operand, State]:
        corrected, state = super().step(
            parameter, gradient, state, learning_rate=learning_rate, time=time, decays=decays
        )
        if decays and self.weight_decay:
            corrected = corrected - learning_rate * self.weight_decay * parameter
        return corrected, state


OPTIMIZERS: dict[str, type[Optimizer]] = {optimizer.name: optimizer for optimizer in (SGD, RMSProp, Adam, AdamW)}
