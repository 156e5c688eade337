"""One step of training: forward, backward, correction. Compiled it trains; in NumPy it checks what was compiled."""

from dataclasses import dataclass
from typing import NamedTuple

from pellucid.arrays import Array, Biases, Elements, Outputs, Weights
from pellucid.maths import Cost, ForwardTrace, LayerParameters, Network, Optimizer, Parameters, Penalty, backward
from pellucid.maths.averaging import averaged, keeping
from pellucid.maths.backward import Gradients, find_deltas, parameter_gradients
from pellucid.maths.limits import clipped, limited
from pellucid.maths.optimizers import State
from pellucid.maths.smoothing import smoothed
from pellucid.training.regularisation import OFF, Regularisation


@dataclass(frozen=True)
class LearningRule:
    """What a step minimises, and how: cost, penalty on the weights (or none), optimizer, regularisation."""

    cost: Cost
    optimizer: Optimizer
    penalty: Penalty | None = None
    regularisation: Regularisation = OFF


class Draws(NamedTuple):
    """What chance decides in a step.

    Attributes:
        noise: added to the inputs, in their shape; None: nothing is.
        masks: of dropout, as `ForwardTrace` has them; empty: every value is kept.
    """

    noise: Elements | None = None
    masks: tuple[Elements | None, ...] = ()


NO_DRAWS = Draws()


class TrainingState(NamedTuple):
    """All that a step changes.

    Attributes:
        parameters: weights and biases, layer by layer.
        memory: what the optimizer remembers, in the same places.
        time: how many steps were made.
        averages: running averages of the parameters, in the same places; None: nobody asked for them.
    """

    parameters: Parameters
    memory: tuple[tuple[State, State], ...]
    time: Array | int
    averages: Parameters | None = None

    @property
    def answering(self) -> Parameters:
        """The parameters that are judged and kept: the averages where there are such."""
        return self.parameters if self.averages is None else self.averages


class Stepped(NamedTuple):
    """What a step leads to, and what it saw.

    Attributes:
        state: after the correction.
        trace: of the forward pass before it.
        gradient: of what is minimised, penalty included and clipped, in the parameters' places.
    """

    state: TrainingState
    trace: ForwardTrace
    gradient: Parameters


def start(parameters: Parameters, rule: LearningRule) -> TrainingState:
    """The state before the first step."""
    optimizer = rule.optimizer
    memory = tuple((optimizer.start(layer.weights), optimizer.start(layer.biases)) for layer in parameters)
    # Averages are arrays of their own: a compiled step may use up the parameters' place.
    averages = tuple(LayerParameters(layer.weights + 0, layer.biases + 0) for layer in parameters)
    return TrainingState(parameters, memory, 0, averages if rule.regularisation.averaging else None)


def step(
    network: Network,
    rule: LearningRule,
    state: TrainingState,
    x: Elements,
    expected: Outputs,
    learning_rate: Array | float,
    weights: Array | None = None,
    draws: Draws = NO_DRAWS,
) -> Stepped:
    """The state after one correction, the trace of the forward pass before it, and the gradient.

    Parameters:
        network: gives the architecture; its own parameters are not looked at.
        rule: cost, penalty, optimizer and regularisation.
        state: parameters, the optimizer's memory and the time so far.
        x: a mini-batch (n_samples, n_features).
        expected: E, (n_samples, n_outputs).
        learning_rate: r of this step.
        weights: how often each example's cost counts, (n_samples,); None: once each.
        draws: what chance has decided.
    """
    network, chosen = network.with_parameters(state.parameters), rule.regularisation
    if draws.noise is not None:
        x = x + draws.noise
    if chosen.label_smoothing:
        expected = smoothed(expected, chosen.label_smoothing, max(2, expected.shape[-1]))
    trace = network.forward(x, draws.masks)
    if weights is None:
        gradients = backward(network, trace, expected, rule.cost)
    else:
        gradients = weighted_gradients(network, trace, expected, rule.cost, weights)
    slopes = tuple(
        total_gradient(rule, layer, *gradient)
        for layer, *gradient in zip(state.parameters, gradients.weights, gradients.biases, strict=True)
    )
    if chosen.clip_norm is not None:
        slopes = clipped(slopes, chosen.clip_norm)
    time = state.time + 1
    corrected = [
        correct(rule, layer, remembered, slope, learning_rate=learning_rate, time=time)
        for layer, remembered, slope in zip(state.parameters, state.memory, slopes, strict=True)
    ]
    parameters = tuple(layer for layer, _ in corrected)
    averages = None if state.averages is None else average_of(rule, state.averages, parameters, time)
    state = TrainingState(parameters, tuple(memory for _, memory in corrected), time, averages)
    return Stepped(state, trace, slopes)


def average_of(rule: LearningRule, averages: Parameters, parameters: Parameters, time: Array | int) -> Parameters:
    """The running averages after the step at that time, which led to these parameters."""
    kept = keeping(rule.regularisation.averaging or 0.0, time)
    return tuple(
        LayerParameters(*(averaged(old, new, kept).astype(new.dtype) for old, new in zip(*layers, strict=True)))
        for layers in zip(averages, parameters, strict=True)
    )


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
        rule: cost, penalty, optimizer and regularisation.
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
    if rule.regularisation.max_norm is not None:
        weights = limited(weights, rule.regularisation.max_norm)
    return LayerParameters(weights, biases), (weight_memory, bias_memory)
