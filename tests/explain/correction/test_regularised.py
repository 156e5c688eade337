"""Regularisation in explanations: each number is that of training's own float64 step under the same chances."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import InvalidValueError
from pellucid.explain.chance import drawn
from pellucid.maths import L1, SGD, Adam, Optimizer, Penalty, find_cost
from pellucid.maths.backward import find_deltas
from pellucid.maths.penalties import ElasticNet
from pellucid.training.regularisation import OFF, Regularisation
from pellucid.training.step import Draws, LearningRule, Stepped, TrainingState, start, step, weighted_gradients

SIZES, SEED = [6, 5, 4, 3], 3
COST = "cross-entropy"
ALL = Regularisation(
    dropout=(0.2, 0.5, 0.3), input_noise=0.1, label_smoothing=0.1, max_norm=0.6, clip_norm=0.05, averaging=0.99
)
CHOICES = {
    "smoothing": Regularisation(label_smoothing=0.2),
    "noise": Regularisation(input_noise=0.3),
    "dropout": Regularisation(dropout=(0.0, 0.5, 0.4)),
    "clipped": Regularisation(clip_norm=0.01),
    "not clipped": Regularisation(clip_norm=100.0),
    "limited": Regularisation(max_norm=0.3),
    "not limited": Regularisation(max_norm=30.0),
    "averages": Regularisation(averaging=0.9),
    "all": ALL,
}


@dataclass(frozen=True)
class Lesson:
    """What one step of training sees, by the forward and backward pass of training."""

    network: pl.Network
    given: np.ndarray
    labels: np.ndarray
    chosen: Regularisation
    draws: Draws
    cost: str = COST
    is_by_hand: ClassVar[bool] = False

    @property
    def raw(self) -> np.ndarray:
        return self.given

    @property
    def inputs(self) -> np.ndarray:
        return self.given if self.draws.noise is None else self.given + self.draws.noise

    @property
    def targets(self) -> np.ndarray:
        share = self.chosen.label_smoothing
        return (1 - share) * self.labels + share / 3 if share else self.labels

    @cached_property
    def trace(self) -> Any:
        return self.network.forward(self.inputs, self.draws.masks)

    @cached_property
    def gradients(self) -> Any:
        return pl.backward(self.network, self.trace, self.targets, self.cost)

    def row(self, values: np.ndarray, ref: Any) -> np.ndarray:
        assert (values.ndim == 2) == (ref.example is not None), ref
        return values if ref.example is None else values[ref.example]


def lesson(chosen: Regularisation, n_samples: int | None, activation: str = "tanh") -> Lesson:
    generator = np.random.default_rng(5)
    network = pl.Network.random(SIZES, activation=activation, output="softmax", seed=1, dtype=np.float64)
    shape = () if n_samples is None else (n_samples,)
    labels = np.eye(3)[generator.integers(0, 3, shape)]
    given = generator.normal(size=(*shape, 6))
    return Lesson(network, given, labels, chosen, drawn(chosen, SEED, SIZES, given.shape))


def as_batch(draws: Draws) -> Draws:
    if draws.noise is not None and draws.noise.ndim == 1:
        draws = draws._replace(noise=draws.noise[None])
    return draws._replace(masks=tuple(m if m is None else np.atleast_2d(m) for m in draws.masks))


def stepped(one: Lesson, rule: LearningRule, state: TrainingState, rate: float, weights: Any = None) -> Stepped:
    batch = np.atleast_2d(one.given), np.atleast_2d(one.labels)
    return step(one.network, rule, state, *batch, rate, weights, as_batch(one.draws))


def state_after(n_steps: int, network: pl.Network, rule: LearningRule) -> TrainingState:
    state, generator = start(network.parameters, rule), np.random.default_rng(7)
    for _ in range(n_steps):
        x, expected = generator.normal(size=(4, 6)), np.eye(3)[generator.integers(0, 3, 4)]
        state = step(network, rule, state, x, expected, rule.optimizer.learning_rate).state
    return state


def entry(pair: Any, ref: Any) -> float:
    place = tuple(number - 1 for number in ref.numbers)
    return float(pair[0 if len(place) == 2 else 1][place])


def look_ups_of(one: Lesson, rule: LearningRule, state: TrainingState, after: Stepped, rate: float) -> dict[str, Any]:
    """What the references stand for, from arrays of training alone."""
    unlimited = replace(rule, regularisation=replace(rule.regularisation, max_norm=None))
    unclipped = replace(rule, regularisation=replace(rule.regularisation, clip_norm=None))
    free = stepped(one, unlimited, state, rate).state.parameters
    slopes = stepped(one, unclipped, state, rate).gradient
    old, new = state.parameters, after.state.parameters

    def remembered(field: str) -> Callable[[Any, Any], float]:
        return lambda truth, ref: entry([getattr(memory, field) for memory in state.memory[ref.layer - 2]], ref)

    def change(truth: Any, ref: Any) -> float:
        return entry(new[ref.layer - 2], ref) - entry(old[ref.layer - 2], ref)

    return {
        "e": lambda truth, ref: one.row(one.labels, ref)[ref.numbers[0] - 1],
        "q": lambda truth, ref: one.row(one.targets, ref)[ref.numbers[0] - 1],
        "n": lambda truth, ref: one.row(one.draws.noise, ref)[ref.numbers[0] - 1],
        "k": lambda truth, ref: one.row(one.draws.masks[ref.layer - 1], ref)[ref.numbers[0] - 1],
        "l": lambda truth, ref: entry(free[ref.layer - 2], ref),
        "aw": lambda truth, ref: entry((state.averages or old)[ref.layer - 2], ref),
        "ab": lambda truth, ref: entry((state.averages or old)[ref.layer - 2], ref),
        "r": lambda truth, ref: rule.optimizer.learning_rate,
        "t": lambda truth, ref: state.time + 1,
        **{letter: remembered(field) for letter, field in (("v", "velocity"), ("m", "mean"), ("s", "mean_square"))},
        **dict.fromkeys(("dw", "db"), lambda truth, ref: entry(slopes[ref.layer - 2], ref)),
        **dict.fromkeys(("cw", "cb"), change),
    }


PLACES = ((2, 3, 5), (3, 2, None), (4, 1, 4))


RULES: dict[str, tuple[Optimizer, Penalty | None]] = {
    "sgd": (SGD(0.3), None),
    "momentum": (SGD(0.2, momentum=0.9), L1(0.02)),
    "adam": (Adam(0.02), ElasticNet(0.05, 0.3)),
}
EACH_ALONE = [(name, "sgd", 4, 3) for name in CHOICES if name != "all"]
TOGETHER = [("all", rule, n_samples, n_steps) for rule in RULES for n_samples, n_steps in ((None, 3), (4, 0))]


@pytest.mark.parametrize(("name", "rule_name", "n_samples", "n_steps"), [*EACH_ALONE, *TOGETHER])
def test_a_correction_is_training_s_own_and_every_number_is_what_its_reference_names(
    name: str, rule_name: str, n_samples: int | None, n_steps: int, check: Callable
):
    optimizer, penalty = RULES[rule_name]
    first = lesson(CHOICES[name], n_samples)
    rule = LearningRule(find_cost(COST), optimizer, penalty, first.chosen)
    state = state_after(n_steps, first.network, rule)
    one = replace(first, network=first.network.with_parameters(state.parameters))
    new = stepped(one, rule, state, optimizer.learning_rate)
    after = replace(one, network=one.network.with_parameters(new.state.parameters))
    look_ups = look_ups_of(one, rule, state, new, optimizer.learning_rate)
    for layer, neuron, source in PLACES:
        derivation = pl.explain.update(
            first.network,
            *(one.given, one.labels),
            cost=COST,
            layer=layer,
            neuron=neuron,
            source=source,
            optimizer=optimizer,
            penalty=penalty,
            regularisation=first.chosen,
            draw=SEED,
            state=state if n_steps else None,
            top=4,
        )

        def at(parameters: Any, place: tuple = (layer, neuron, source)) -> float:
            held = parameters[place[0] - 2]
            return float(held.biases[place[1] - 1] if place[2] is None else held.weights[place[1] - 1, place[2] - 1])

        assert derivation.value == pytest.approx(at(new.state.parameters), rel=1e-12, abs=1e-15)
        check(derivation, one, 5, after=after, look_ups=look_ups)
        if first.chosen.averaging is not None:
            (average,) = [each for each in derivation.steps if each.name.startswith("the average after")]
            assert average.value == pytest.approx(at(new.state.averages), rel=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "softmax", "relu"])
@pytest.mark.parametrize("n_samples", [None, 3], ids=["one", "batch"])
def test_cost_and_gradient_are_those_of_what_training_makes_small(
    activation: str, n_samples: int | None, check: Callable
):
    one, penalty = lesson(ALL, n_samples, activation), ElasticNet(0.05, 0.3)
    weights = np.array([0.5, 2.0, 1.5])[: n_samples or 1]
    batch = replace(one, given=np.atleast_2d(one.given), labels=np.atleast_2d(one.labels), draws=as_batch(one.draws))
    costs = weights * -(batch.targets * np.log(batch.trace.activations[-1])).sum(axis=1)
    added = sum(float(penalty.value(layer.weights)) for layer in one.network.layers)
    choices = {
        "cost": COST,
        "penalty": penalty,
        "regularisation": ALL,
        "draw": SEED,
        "example_weights": weights if n_samples else weights[0],
        "top": 3,
    }

    def hidden_slope(truth: Any, ref: Any) -> float:
        deltas = truth.row(truth.gradients.deltas[ref.layer - 1], ref)
        mask = truth.row(truth.draws.masks[ref.layer - 1], ref)
        return (mask * (deltas @ truth.network.layers[ref.layer - 1].weights))[ref.numbers[0] - 1]

    rule = LearningRule(find_cost(COST), SGD(0.1), penalty, ALL)
    state = start(one.network.parameters, rule)
    look_ups = look_ups_of(one, rule, state, stepped(one, rule, state, 0.1), 0.1)
    look_ups |= {"u": lambda truth, ref: weights[ref.example or 0]}
    look_ups |= {"g": hidden_slope} if activation == "softmax" else {}
    explained = pl.explain.cost(one.network, one.given, one.labels, **choices)
    assert explained.value == pytest.approx(costs.mean() + added, rel=1e-12)
    check(explained, one, 5, look_ups=look_ups)
    slopes = weighted_gradients(batch.network, batch.trace, batch.targets, rule.cost, weights)
    for layer, neuron, source in PLACES:
        explained = pl.explain.gradient(
            *(one.network, one.given, one.labels), layer=layer, neuron=neuron, source=source, **choices
        )
        if source is None:
            known = slopes.biases[layer - 2][neuron - 1]
        else:
            drawn_to_0 = penalty.gradient(one.network.layers[layer - 2].weights)
            known = (slopes.weights[layer - 2] + drawn_to_0)[neuron - 1, source - 1]
        assert explained.value == pytest.approx(float(known), rel=1e-11, abs=1e-16)
        check(explained, one, 5, look_ups=look_ups)


def test_the_clipped_gradient_of_the_whole_step_is_as_long_as_it_may_be():
    one = lesson(Regularisation(clip_norm=0.01), 4)
    place = {"cost": COST, "layer": 4, "neuron": 1, "source": 2, "optimizer": SGD(0.3)}
    derivation = pl.explain.update(one.network, one.given, one.labels, regularisation=one.chosen, **place)
    values = {each.symbol.text: each.value for each in derivation.steps}
    gradients = [*one.gradients.weights, *one.gradients.biases]
    length = np.sqrt(sum((array**2).sum() for array in gradients))
    assert values["‖∇C‖"] == pytest.approx(length, rel=1e-12)
    assert values["φ"] == pytest.approx(0.01 / length, rel=1e-12)
    assert values["dC"] == pytest.approx(-0.3 * 0.01 * length, rel=1e-12)
    assert "It is longer than c." in derivation.to_text()


def test_without_a_draw_the_network_answers_as_it_is():
    one = lesson(Regularisation(dropout=(0.2, 0.5, 0.3), input_noise=0.1), None)
    plain = pl.explain.cost(one.network, one.given, one.labels, cost=COST)
    undrawn = pl.explain.cost(one.network, one.given, one.labels, cost=COST, regularisation=one.chosen, draw=None)
    assert undrawn.to_text() == plain.to_text()
    values = {
        pl.explain.cost(one.network, one.given, one.labels, cost=COST, regularisation=one.chosen, draw=seed).value
        for seed in range(5)
    }
    assert len(values) == 5
    drawn_once = pl.explain.cost(one.network, one.given, one.labels, cost=COST, regularisation=one.chosen)
    text = drawn_once.to_text()
    assert "Chance adds noise of standard deviation 0.1 to the inputs; a trained network answers without." in text
    assert "Dropout leaves out some of what layers 1, 2, 3 hold; a trained network answers without." in text


def test_draws_are_those_of_their_distribution():
    chosen = Regularisation(dropout=(0.2, 0.0), input_noise=0.5)
    noise, masks = drawn(chosen, 1, (400, 30, 2), (50, 400))
    assert noise is not None
    assert (float(noise.mean()), float(noise.std())) == (pytest.approx(0, abs=0.02), pytest.approx(0.5, abs=0.02))
    mask, none = masks
    assert none is None
    assert set(np.unique(mask)) == {0.0, 1 / 0.8}
    assert float(mask.mean()) == pytest.approx(1, abs=0.02)
    assert (drawn(chosen, 1, (400, 30, 2), (50, 400)).masks[0] == mask).all()


@pytest.mark.parametrize(
    ("chosen", "draw", "message"),
    [
        (Regularisation(dropout=(0.5,)), 0, r"^dropout: one share for each of 3 layers"),
        (Regularisation(input_noise=0.1), -1, r"^draw: a whole number from 0, or None, is required, got -1"),
    ],
)
def test_what_does_not_fit_is_refused(chosen: Regularisation, draw: Any, message: str):
    one = lesson(OFF, None)
    with pytest.raises(InvalidValueError, match=message):
        pl.explain.cost(one.network, one.given, one.labels, cost=COST, regularisation=chosen, draw=draw)


def test_deltas_under_dropout_are_those_of_central_differences():
    """The truth above comes from training's backward pass; here that is held to the cost itself."""
    one = lesson(Regularisation(dropout=(0.0, 0.5, 0.4)), None)
    deltas = find_deltas(one.network, one.trace, one.labels, COST)
    bias = one.network.layers[0].biases

    def cost_at(neuron: int, change: float) -> float:
        moved = bias.copy()
        moved[neuron] += change
        (first, *others) = one.network.parameters
        network = one.network.with_parameters((first._replace(biases=moved), *others))
        return float(-(one.labels * np.log(network.forward(one.given, one.draws.masks).activations[-1])).sum())

    slopes = [(cost_at(k, 1e-6) - cost_at(k, -1e-6)) / 2e-6 for k in range(len(bias))]
    np.testing.assert_allclose(deltas[0], slopes, rtol=1e-6, atol=1e-10)
