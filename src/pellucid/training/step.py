"""One step of training: forward, backward, correction. Compiled it trains; in NumPy it checks what was compiled."""

from dataclasses import dataclass
from typing import NamedTuple

from pellucid.arrays import Array, Elements, Outputs
from pellucid.maths import Cost, ForwardTrace, LayerParameters, Network, Optimizer, Parameters, Penalty, backward
from pellucid.maths.optimizers import State


@dataclass(frozen=True)
class LearningRule:
    """What a step minimises, and how: the cost, a penalty on the weights (or none), the optimizer."""

    cost: Cost
    optimizer: Optimizer
    penalty: Penalty | None = None


class TrainingState(NamedTuple):
    """All that a step changes.

    Attributes:
        parameters: weights and biases, layer by layer.
        memory: what the optimizer remembers, in the same places.
        time: how many steps were made.
    """

    parameters: Parameters
    memory: tuple[tuple[State, State], ...]
    time: Array | int


def start(parameters: Parameters, optimizer: Optimizer) -> TrainingState:
    """The state before the first step."""
    memory = tuple((optimizer.start(layer.weights), optimizer.start(layer.biases)) for layer in parameters)
    return TrainingState(parameters, memory, 0)


def step(
    network: Network,
    rule: LearningRule,
    state: TrainingState,
    x: Elements,
    expected: Outputs,
    learning_rate: Array | float,
) -> tuple[TrainingState, ForwardTrace]:
    """The state after one correction, and the trace of the forward pass before it.

    Parameters:
        network: gives the architecture; its own parameters are not looked at.
        rule: cost, penalty and optimizer.
        state: parameters, the optimizer's memory and the time so far.
        x: a mini-batch (n_samples, n_features).
        expected: E, (n_samples, n_outputs).
        learning_rate: r of this step.
    """
    network = network.with_parameters(state.parameters)
    trace = network.forward(x)
    gradients = backward(network, trace, expected, rule.cost)
    time = state.time + 1
    parameters: list[LayerParameters] = []
    memory: list[tuple[State, State]] = []
    for layer, (weight_memory, bias_memory), weight_gradient, bias_gradient in zip(
        state.parameters, state.memory, gradients.weights, gradients.biases, strict=True
    ):
        if rule.penalty is not None:
            weight_gradient = weight_gradient + rule.penalty.gradient(layer.weights)
        weights, weight_memory = rule.optimizer.step(
            layer.weights, weight_gradient, weight_memory, learning_rate=learning_rate, time=time, decays=True
        )
        biases, bias_memory = rule.optimizer.step(
            layer.biases, bias_gradient, bias_memory, learning_rate=learning_rate, time=time, decays=False
        )
        parameters.append(LayerParameters(weights, biases))
        memory.append((weight_memory, bias_memory))
    return TrainingState(tuple(parameters), tuple(memory), time), trace
