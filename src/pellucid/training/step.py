"""One step of training: forward, backward, correction. Compiled it trains; in NumPy it checks what was compiled."""

from dataclasses import dataclass
from typing import NamedTuple

from pellucid.arrays import Array, Biases, Elements, Outputs, Weights
from pellucid.maths import Cost, ForwardTrace, LayerParameters, Network, Optimizer, Parameters, Penalty, backward
from pellucid.maths.backward import Gradients, find_deltas, parameter_gradients
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
    weights: Array | None = None,
) -> tuple[TrainingState, ForwardTrace]:
    """The state after one correction, and the trace of the forward pass before it.

    Parameters:
        network: gives the architecture; its own parameters are not looked at.
        rule: cost, penalty and optimizer.
        state: parameters, the optimizer's memory and the time so far.
        x: a mini-batch (n_samples, n_features).
        expected: E, (n_samples, n_outputs).
        learning_rate: r of this step.
        weights: how often each example's cost counts, (n_samples,); None: once each.
    """
    network = network.with_parameters(state.parameters)
    trace = network.forward(x)
    if weights is None:
        gradients = backward(network, trace, expected, rule.cost)
    else:
        gradients = weighted_gradients(network, trace, expected, rule.cost, weights)
    time = state.time + 1
    parameters: list[LayerParameters] = []
    memory: list[tuple[State, State]] = []
    for layer, remembered, *gradient in zip(
        state.parameters, state.memory, gradients.weights, gradients.biases, strict=True
    ):
        layer, remembered = correct(
            rule, layer, remembered, total_gradient(rule, layer, *gradient), learning_rate=learning_rate, time=time
        )
        parameters.append(layer)
        memory.append(remembered)
    return TrainingState(tuple(parameters), tuple(memory), time), trace


def weighted_gradients(
    network: Network, trace: ForwardTrace, expected: Outputs, cost: Cost, weights: Array
) -> Gradients:
    """The gradient of the mean over the examples of weight × cost.

    Each δ⁽ˡ⁾ of an example is linear in its cost, so a cost that counts u times has u times the deltas.
    """
    deltas = find_deltas(network, trace, expected, cost)
    return parameter_gradients(tuple(weights[:, None] * delta for delta in deltas), trace)


def total_gradient(
    rule: LearningRule, layer: LayerParameters, weight_gradient: Weights, bias_gradient: Biases
) -> LayerParameters:
    """The derivatives of what is minimised: those of the cost, and on the weights those of the penalty."""
    if rule.penalty is not None:
        weight_gradient = weight_gradient + rule.penalty.gradient(layer.weights)
    return LayerParameters(weight_gradient, bias_gradient)


def correct(
    rule: LearningRule,
    layer: LayerParameters,
    memory: tuple[State, State],
    gradient: LayerParameters,
    *,
    learning_rate: Array | float,
    time: Array | int,
) -> tuple[LayerParameters, tuple[State, State]]:
    """A layer's parameters, or those of some of its neurons, after one correction, and what is remembered of it.

    Parameters:
        rule: cost, penalty and optimizer.
        layer: weights and biases.
        memory: what the optimizer remembers of the weights and of the biases.
        gradient: as `total_gradient` gives it.
        learning_rate: r of this step.
        time: t, the number of this step, from 1.
    """
    corrected = [
        rule.optimizer.step(parameter, slope, remembered, learning_rate=learning_rate, time=time, decays=decays)
        for parameter, slope, remembered, decays in zip(layer, gradient, memory, (True, False), strict=True)
    ]
    (weights, weight_memory), (biases, bias_memory) = corrected
    return LayerParameters(weights, biases), (weight_memory, bias_memory)
