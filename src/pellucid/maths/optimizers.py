"""Optimizers: how a gradient becomes a correction. Each is a pure pair over a named state, `start` and `step`.

`step` is written with operators alone, so the same lines correct compiled arrays in training and, given expression
trees, write out the correction with its numbers.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields
from math import inf
from numbers import Real
from typing import Any, ClassVar, NamedTuple, TypeAlias

from pellucid.arrays import namespace
from pellucid.errors import InvalidValueError, require_kind
from pellucid.expression import Variable

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


class Remembered(NamedTuple):
    """What a field of a state is called: its letter in formulas, and in words."""

    letter: str
    meaning: str


REMEMBERED = {
    "velocity": Remembered("v", "velocity"),
    "mean": Remembered("m", "running mean of the gradient"),
    "mean_square": Remembered("s", "running mean of the squared gradient"),
}


class HyperParameter(NamedTuple):
    """A number that one chooses for an optimizer.

    Attributes:
        symbol: what stands for it in formulas.
        meaning: what it does, in a sentence.
        requirement: what it must be, as messages say it.
        allows: whether a number is that.
    """

    symbol: Variable
    meaning: str
    requirement: str
    allows: Callable[[float], bool]


def is_positive(value: float) -> bool:
    return 0 < value < inf


def is_decay(value: float) -> bool:
    return 0 <= value < 1


def is_not_negative(value: float) -> bool:
    return 0 <= value < inf


DECAY = "at least 0 and below 1"
HYPER_PARAMETERS = {
    "learning_rate": HyperParameter(
        Variable("r"),
        "how long the steps are: too small and learning crawls, too large and it overshoots or diverges",
        "a number above 0",
        is_positive,
    ),
    "momentum": HyperParameter(
        Variable("μ"), "how much of the velocity is kept from one step to the next; 0.9 is usual", DECAY, is_decay
    ),
    "decay": HyperParameter(
        Variable("ρ"),
        "how much of the running mean is kept: about the last 1/(1 − ρ) gradients count",
        DECAY,
        is_decay,
    ),
    "beta1": HyperParameter(
        Variable("β", None, (1,)),
        "how much of the gradient's running mean is kept: about the last 1/(1 − β₁) gradients count",
        DECAY,
        is_decay,
    ),
    "beta2": HyperParameter(
        Variable("β", None, (2,)),
        "how much of the running mean of its square is kept: about the last 1/(1 − β₂) gradients count",
        DECAY,
        is_decay,
    ),
    "epsilon": HyperParameter(
        Variable("ε"), "keeps the divisor above 0; only its being small matters", "a number above 0", is_positive
    ),
    "weight_decay": HyperParameter(
        Variable("λ"),
        "by what share of itself, times r, each weight shrinks at each step; biases do not",
        "a number of at least 0",
        is_not_negative,
    ),
}
"""Each by its field's name, which means the same in every optimizer."""


@dataclass(frozen=True)
class Optimizer(ABC):
    """How a gradient becomes a correction.

    Attributes:
        learning_rate: r.
        name: the name in the closed list.
        source: who published it.
        summary: what a step does, in words.
        use: when to choose it.

    Raises:
        InvalidValueError: a rate is not above 0, or a decay not within 0 ≤ x < 1.
    """

    learning_rate: float
    name: ClassVar[str]
    source: ClassVar[str]
    summary: ClassVar[str]
    use: ClassVar[str]

    def __post_init__(self) -> None:
        for name, value in self.numbers.items():
            where, required = f"{self.name}: {name}", HYPER_PARAMETERS[name]
            require_kind(value, Real, f"{where}: a number")
            if not required.allows(value):
                raise InvalidValueError(f"{where} must be {required.requirement}, got {value}")

    @property
    def numbers(self) -> dict[str, float]:
        """The hyper-parameters that are numbers, by name."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name in HYPER_PARAMETERS}

    @property
    def title(self) -> str:
        """What it is called in a sentence."""
        return type(self).__name__

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
    That is Sutskever's form with w standing for the place looked ahead to, w + μ v, at which the gradient is taken.
    """

    learning_rate: float
    momentum: float = 0.0
    nesterov: bool = False

    name = "sgd"
    source = (
        "Cauchy 1847; Polyak 1964; Sutskever, Martens, Dahl & Hinton 2013, equations 1–4; Nesterov's "
        "form in the look-ahead variables of Bengio, Boulanger-Lewandowski & Pascanu 2013"
    )
    summary = (
        "Each parameter takes a step against its derivative: the steeper the cost, the longer the step. With momentum "
        "it has a velocity instead, which the gradient pushes and which fades: slopes that stay the same gather speed, "
        "slopes that change their sign cancel. Nesterov's form steps by the push, and by the part of the new velocity "
        "that the next step will keep."
    )
    use = (
        "Simple and well understood. With a well-chosen rate, and momentum in networks of several layers, it often "
        "generalises best; it needs that rate to be found."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and self.momentum == 0:
            raise InvalidValueError("sgd: nesterov needs a momentum above 0, got momentum=0; 0.9 is usual")

    @property
    def title(self) -> str:
        if not self.momentum:
            return "gradient descent"
        return f"gradient descent with {'Nesterov momentum' if self.nesterov else 'momentum'}"

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
    source = "Tieleman & Hinton 2012, lecture 6.5"
    summary = (
        "Each parameter's step is its derivative divided by how large its derivatives have lately been: steep and flat "
        "directions advance at a like pace."
    )
    use = "Good where gradients differ much in size between parameters, and on tasks that change as they are learnt."

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
    source = "Kingma & Ba 2015, algorithm 1"
    summary = (
        "Each parameter moves along the running mean of its derivatives, divided by how large they have lately been. "
        "Both means start at 0 and are corrected for it, so that the first steps are not too short or too long."
    )
    use = "A safe first choice: it learns quickly at its usual rate on most data."

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
    """Adam with the weight decay apart from the gradient: weights also shrink by r λ w a step, biases do not.

    As in the common libraries the whole learning rate scales the decay; in the published algorithm its schedule alone
    does, so that its λ is r λ here.
    """

    weight_decay: float = 0.01

    name = "adamw"
    source = "Loshchilov & Hutter 2019, algorithm 2, where the rate's schedule alone scales the decay"
    summary = Adam.summary + (
        " Each weight also shrinks by a fixed share of itself, apart from the gradient, so that the division does not "
        "weaken the decay."
    )
    use = "Adam's choice where weights must stay small, as in large networks on few examples."

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
