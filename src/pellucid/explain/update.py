"""The corrected weight: the old one, its gradient, the step, the new one."""

from typing import Any

from pellucid.errors import InvalidValueError
from pellucid.explain.derivation import DEFAULT_TOP, Derivation, Steps
from pellucid.explain.gradient import add_chain
from pellucid.explain.subject import LabelledSubject
from pellucid.expression import Number, Variable
from pellucid.maths import SGD, Cost, Network, Optimizer
from pellucid.maths.optimizers import NoState
from pellucid.model import Model


def update(
    network: Network | Model,
    x: Any,
    expected: Any,
    *,
    cost: str | Cost,
    layer: int,
    neuron: int,
    source: int | None = None,
    optimizer: Optimizer,
    top: int = DEFAULT_TOP,
) -> Derivation:
    """The derivation of a weight or bias after one correction; `.value` is the new weight.

    *Formula*: w′ = w − r ∂C/∂w.

    Parameters:
        network, x, expected, cost, layer, neuron, source, top: as for `gradient`.
        optimizer: plain gradient descent, `SGD(learning_rate)`.

    Raises:
        InvalidValueError: as for `gradient`, and for an optimizer other than plain gradient descent.
    """
    if not isinstance(optimizer, SGD) or optimizer.momentum:
        raise InvalidValueError(f"optimizer: plain gradient descent, SGD(learning_rate), is explained; got {optimizer}")
    subject = LabelledSubject.with_expected(network, x, expected, cost)
    steps = Steps(top)
    symbol = add_chain(steps, subject, layer, neuron, source)
    slope = steps.last
    rate = Number(optimizer.learning_rate, "r", Variable("r"))
    old = subject.bias(layer, neuron) if source is None else subject.weight(layer, neuron, source)
    # The very lines that correct the arrays in training write out the correction: here they are given a tree.
    new, _ = optimizer.step(old, slope, NoState(), learning_rate=rate, time=1, decays=source is not None)
    corrected = Variable(symbol.letter, symbol.layer, symbol.indices, mark="′")
    steps.add("the corrected value: a small step against the gradient", corrected, new)
    kind = "bias" if source is None else "weight"
    return steps.conclude(f"The {kind} {symbol.text} after one step of gradient descent ({subject.cost.name})")
