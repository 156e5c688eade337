"""The corrected weight: what training's own step makes of it, by every optimizer, with every number accounted for."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import InvalidValueError
from pellucid.explain import Derivation
from pellucid.explain.correction.update import update
from pellucid.explain.render.words import words_text
from pellucid.maths import L1, L2, SGD, Adam, AdamW, Optimizer, Penalty, RMSProp, find_cost
from pellucid.training.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from pellucid.training.plan import Plan
from pellucid.training.step import LearningRule, TrainingState, start, step

OPTIMIZERS = (
    SGD(0.3),
    SGD(0.1, momentum=0.9),
    SGD(0.1, momentum=0.8, nesterov=True),
    RMSProp(0.02, decay=0.8, epsilon=1e-6),
    Adam(0.02),
    AdamW(0.02, beta1=0.8, beta2=0.95, weight_decay=0.1),
    RMSProp(0.02, decay=0.0),
    Adam(0.02, beta1=0.0),
    AdamW(0.02, beta2=0.0),
)
COST = "half-squared-error"
SIZES = [5, 4, 3]


def rule_of(optimizer: Optimizer, penalty: Penalty | None) -> LearningRule:
    return LearningRule(find_cost(COST), optimizer, penalty)


def state_after(n_steps: int, network: pl.Network, rule: LearningRule) -> TrainingState:
    """Where training in NumPy stands after some steps on other examples."""
    state, generator = start(network.parameters, rule), np.random.default_rng(7)
    for _ in range(n_steps):
        x, expected = generator.normal(size=(6, 5)), generator.random((6, 3))
        state, *_ = step(network, rule, state, x, expected, rule.optimizer.learning_rate)
    return state


def look_ups_of(truth: Any, rule: LearningRule, state: TrainingState, after: TrainingState) -> dict[str, Callable]:
    """What the references that a correction adds stand for, from training's own arrays."""
    slopes = [np.array(array) for array in truth.gradients.weights]
    if rule.penalty is not None:
        for slope, layer in zip(slopes, state.parameters, strict=True):
            signs, strength = np.sign(layer.weights), rule.penalty.strength
            slope += strength * (signs if isinstance(rule.penalty, L1) else layer.weights)

    def at(arrays: tuple[np.ndarray, np.ndarray], ref: Any) -> float:
        weights, biases = arrays
        place = tuple(number - 1 for number in ref.numbers)
        return weights[place] if len(place) == 2 else biases[place]

    def changes(ref: Any) -> tuple[np.ndarray, np.ndarray]:
        old, new = state.parameters[ref.layer - 2], after.parameters[ref.layer - 2]
        return new.weights - old.weights, new.biases - old.biases

    def derivative(truth: Any, ref: Any) -> float:
        return at((slopes[ref.layer - 2], truth.gradients.biases[ref.layer - 2]), ref)

    def change(truth: Any, ref: Any) -> float:
        return at(changes(ref), ref)

    def remembered(field: str) -> Callable[[Any, Any], float]:
        return lambda truth, ref: at(tuple(getattr(memory, field) for memory in state.memory[ref.layer - 2]), ref)

    return {
        "r": lambda truth, ref: rule.optimizer.learning_rate,
        "t": lambda truth, ref: state.time + 1,
        "v": remembered("velocity"),
        "m": remembered("mean"),
        "s": remembered("mean_square"),
        **dict.fromkeys(("dw", "db"), derivative),
        **dict.fromkeys(("cw", "cb"), change),
    }


def objective_by_hand(truth: Any, penalty: Penalty | None) -> float:
    """½Σ(a − E)², its mean over a batch, and the penalty."""
    errors = truth.trace.activations[-1] - truth.targets
    value = 0.5 * (errors**2).sum(axis=-1).mean()
    for layer in truth.network.layers if penalty is not None else ():
        weights = layer.weights
        value += penalty.strength * (np.abs(weights).sum() if isinstance(penalty, L1) else 0.5 * (weights**2).sum())
    return float(value)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("n_steps", [0, 3])
@pytest.mark.parametrize("penalty", [None, L1(0.02), L2(0.05)], ids=str)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_it_is_training_s_own_step_and_every_number_is_what_its_reference_names(
    optimizer: Optimizer, penalty: Penalty | None, n_steps: int, make_truth: Callable, check: Callable
):
    rule = rule_of(optimizer, penalty)
    for n_samples, places in ((None, ((2, 3, 5), (3, 2, None))), (6, ((3, 1, 2), (2, 4, None)))):
        first = make_truth("tanh", COST, "sigmoid", SIZES, 3, n_samples)
        state = state_after(n_steps, first.network, rule)
        truth = replace(first, network=first.network.with_parameters(state.parameters))
        batch = (truth.inputs, truth.targets) if n_samples else (truth.inputs[None], truth.targets[None])
        new, *_ = step(truth.network, rule, state, *batch, optimizer.learning_rate)
        after = replace(truth, network=truth.network.with_parameters(new.parameters))
        look_ups = look_ups_of(truth, rule, state, new)
        for layer, neuron, source in places:
            derivation = update(
                first.network,
                truth.inputs,
                truth.targets,
                cost=COST,
                layer=layer,
                neuron=neuron,
                source=source,
                optimizer=optimizer,
                penalty=penalty,
                state=state if n_steps else None,
                top=4,
            )
            held = new.parameters[layer - 2]
            known = held.biases[neuron - 1] if source is None else held.weights[neuron - 1, source - 1]
            assert derivation.value == pytest.approx(float(known), rel=1e-13)
            check(derivation, truth, 5, after=after, look_ups=look_ups)
            check_whole_step(derivation, truth, after, rule, state)


def check_whole_step(derivation: Derivation, truth: Any, after: Any, rule: LearningRule, state: TrainingState) -> None:
    """The costs before and after, the change, and its prediction, are what NumPy finds."""
    letter = "C" if rule.penalty is None else "J"
    values = {step.symbol.text: step.value for step in derivation.steps}
    before, then = (objective_by_hand(each, rule.penalty) for each in (truth, after))
    assert values[letter] == pytest.approx(before, rel=1e-13)
    assert values[f"{letter}′"] == pytest.approx(then, rel=1e-13)
    assert values[f"Δ{letter}"] == pytest.approx(then - before, rel=1e-9, abs=1e-15)
    predicted = 0.0
    for old, layer, weights, biases in zip(
        truth.network.layers, after.network.layers, truth.gradients.weights, truth.gradients.biases, strict=True
    ):
        slopes = weights
        if rule.penalty is not None:
            is_l1 = isinstance(rule.penalty, L1)
            slopes = weights + rule.penalty.strength * (np.sign(old.weights) if is_l1 else old.weights)
        predicted += float((slopes * (layer.weights - old.weights)).sum() + biases @ (layer.biases - old.biases))
    assert values[f"d{letter}"] == pytest.approx(predicted, rel=1e-9)


NET = pl.Network.random([3, 2, 2], activation="sigmoid", seed=1, dtype=np.float64)
X, EXPECTED = np.array([0.1, 0.5, 0.3]), np.array([1.0, 0.0])
PLACE = {"cost": "squared-error", "layer": 3, "neuron": 1, "source": 2}


def named(derivation: Derivation) -> list[str]:
    return [step.name for step in derivation.steps]


def test_the_steps_of_adam_with_a_penalty_come_in_their_order():
    derivation = update(NET, X, EXPECTED, optimizer=Adam(0.1), penalty=L2(0.01), **PLACE)
    assert derivation.title == "The weight w⁽³⁾₁,₂ after one step of Adam (squared-error with penalty l2)"
    assert [step.symbol.text for step in derivation.steps][:3] == ["C", "P", "J"]
    assert [step.symbol.text for step in derivation.steps][-14:] == [
        *("∂C/∂w⁽³⁾₁,₂", "∂P/∂w⁽³⁾₁,₂", "∂J/∂w⁽³⁾₁,₂"),
        *("m′⁽³⁾₁,₂", "s′⁽³⁾₁,₂", "m̂′⁽³⁾₁,₂", "ŝ′⁽³⁾₁,₂"),
        *("dJ", "C′", "P′", "J′", "ΔJ", "Δw⁽³⁾₁,₂", "w′⁽³⁾₁,₂"),
    ]
    assert named(derivation)[-14:-6] == [
        "the product of the factors",
        "derivative of the penalty (l2)",
        "derivative of cost and penalty",
        "running mean of the gradient after this step",
        "running mean of the squared gradient after this step",
        "running mean of the gradient, corrected for its start at 0",
        "running mean of the squared gradient, corrected for its start at 0",
        "the change predicted: each derivative times the correction of its parameter",
    ]


def formula_of(optimizer: Optimizer, symbol: str, **others: Any) -> str:
    """How one step's formula reads in symbols, without the weight's place."""
    derivation = update(NET, X, EXPECTED, optimizer=optimizer, **(PLACE | others))
    steps = {step.symbol.text.replace("⁽³⁾₁,₂", "").replace("⁽³⁾₁", ""): step for step in derivation.steps}
    text = steps[symbol].to_dict(4)["formula"]
    return text.replace("^{(3)}_{1,2}", "").replace("^{(3)}_{1}", "").replace(r"^{(3)\prime}_{1,2}", "'")


SLOPE = r"\frac{\partial C}{\partial w}"


@pytest.mark.parametrize(
    ("optimizer", "symbol", "formula"),
    [
        (SGD(0.1), "Δw", rf"-r \cdot {SLOPE}"),
        (SGD(0.1, momentum=0.9), "v′", rf"\mu \cdot v - r \cdot {SLOPE}"),
        (SGD(0.1, momentum=0.9), "Δw", "v'"),
        (SGD(0.1, momentum=0.9, nesterov=True), "Δw", rf"\mu \cdot v' - r \cdot {SLOPE}"),
        (RMSProp(), "s′", rf"\rho \cdot s + (1 - \rho) \cdot \left({SLOPE}\right)^{{2}}"),
        (Adam(), "m′", rf"\beta_{{1}} \cdot m + (1 - \beta_{{1}}) \cdot {SLOPE}"),
        (Adam(), "m̂′", r"\frac{m'}{1 - \beta_{1}^{t}}"),
        (Adam(beta1=0.0), "m̂′", r"\frac{m'}{1 - \beta_{1}^{t}}"),
        (Adam(), "ŝ′", r"\frac{s'}{1 - \beta_{2}^{t}}"),
        (Adam(), "Δw", r"-\frac{r \cdot \hat{m}'}{\sqrt{\hat{s}'} + \varepsilon}"),
        (AdamW(), "Δw", r"-\frac{r \cdot \hat{m}'}{\sqrt{\hat{s}'} + \varepsilon} - r \cdot \lambda \cdot w"),
    ],
    ids=str,
)
def test_the_formulas_read_as_they_were_published(optimizer: Optimizer, symbol: str, formula: str):
    assert formula_of(optimizer, symbol) == formula


def test_numbers_that_switch_a_part_of_the_formula_off_leave_it_out():
    assert r"\lambda" not in formula_of(AdamW(weight_decay=0.0), "Δw")
    bias = update(NET, X, EXPECTED, optimizer=AdamW(), **(PLACE | {"source": None}))
    assert r"\lambda" not in bias.to_dict()["steps"][-2]["formula"]
    assert bias.title == "The bias b⁽³⁾₁ after one step of AdamW (squared-error)"


@pytest.mark.parametrize("optimizer", [Adam(0.05), Adam(0.05, beta1=0.0, beta2=0.0)], ids=str)
def test_a_checkpoint_is_gone_on_from_as_it_is_read(optimizer: Adam, tmp_path):
    rule = LearningRule(find_cost("squared-error"), optimizer, L1(0.01))
    state = start(NET.parameters, rule)
    for _ in range(6):
        state, *_ = step(NET, rule, state, X[None], EXPECTED[None], 0.05)
    write_checkpoint(tmp_path / "c", Checkpoint(state, Plan(rule), ("sigmoid",) * len(NET.layers)))
    held = read_checkpoint(tmp_path / "c")
    choices = {"optimizer": held.rule.optimizer, "penalty": held.rule.penalty, "state": held.state}
    derivation = update(NET, X, EXPECTED, **choices, **PLACE)
    new, *_ = step(NET, rule, state, X[None], EXPECTED[None], 0.05)
    assert derivation.value == pytest.approx(float(new.parameters[1].weights[0, 1]), rel=1e-14)
    assert derivation.title == "The weight w⁽³⁾₁,₂ after step 7 of Adam (squared-error with penalty l1)"
    assert "Before the first step" not in derivation.to_text()


def test_a_model_s_raw_input_is_corrected_on_like_its_vector():
    data = pl.load_data("digits")
    net = pl.Network.random([64, 8, 10], activation="tanh", output="softmax", seed=2)
    result = pl.train(net, data, cost="cross-entropy", optimizer=Adam(), epochs=1)
    choices = {"cost": "cross-entropy", "layer": 2, "neuron": 3, "source": 20, "optimizer": Adam()}
    state = result.checkpoint.state
    of_model = update(result.model, data.test.raw[:5], data.test.expected[:5], state=state, **choices)
    vectors = data.test.raw[:5].reshape(5, -1) * result.model.features.scale
    of_network = update(result.network, vectors, data.test.expected[:5], state=state, **choices)
    assert of_model.value == of_network.value
    # What the compiled float32 step makes of it, to its rounding.
    rule = LearningRule(find_cost("cross-entropy"), Adam())
    inputs, expected = vectors.astype(np.float32), data.test.expected[:5].astype(np.float32)
    new, *_ = step(net, rule, state, inputs, expected, 0.001)
    assert of_model.value == pytest.approx(float(new.parameters[0].weights[2, 19]), abs=1e-6)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_a_weight_that_has_no_slope_is_shown_with_any_number_of_digits(optimizer: Optimizer, read_formula: Callable):
    """A dead neuron: gradient, velocity and both means are 0, and nothing is divided by 0."""
    layers = [pl.Layer([[-1.0, -2.0]], [0.0], "relu"), pl.Layer([[0.5]], [0.1], "identity")]
    choices = {"cost": "squared-error", "layer": 2, "neuron": 1, "source": 1, "optimizer": optimizer}
    derivation = update(pl.Network(layers), [1.0, 1.0], [1.0], **choices)
    decay = 0.02 * optimizer.weight_decay if isinstance(optimizer, AdamW) else 0.0
    assert derivation.value == pytest.approx(-1.0 + decay, rel=1e-15)
    correction = derivation.to_dict()["steps"][-2]
    assert correction["symbol"] == r"\Delta w^{(2)}_{1,1}"
    assert any(term["ref"].startswith("step:") and term["value"] == 0 for term in correction["terms"])
    assert re.search(r"(?<![\de])-0(\.0*)?(?![.\d])", str(derivation.to_dict())) is None
    for digits in range(1, 18):
        for each in derivation.to_dict(digits)["steps"]:
            assert abs(read_formula(each["expression"]) - each["value"]) <= each["tolerance"] < np.inf


def test_a_weight_of_0_has_no_slope_under_l1():
    layer = pl.Layer([[0.0, -2.0]], [0.3], "identity")
    choices = {"cost": "squared-error", "layer": 2, "neuron": 1, "optimizer": SGD(0.1), "penalty": L1(0.5)}
    kink = update(pl.Network([layer]), [1.0, 1.0], [1.0], source=1, **choices)
    values = {step.symbol.text: step.value for step in kink.steps}
    assert values["∂P/∂w⁽²⁾₁,₁"] == 0
    assert kink.value == pytest.approx(0.0 - 0.1 * 2 * (-2.0 + 0.3 - 1.0))
    other = update(pl.Network([layer]), [1.0, 1.0], [1.0], source=2, **choices)
    assert other.value == pytest.approx(-2.0 - 0.1 * (2 * -2.7 - 0.5))


@pytest.mark.parametrize("digits", [1, 2, 3, 4])
def test_the_first_steps_of_adam_are_well_bounded_in_few_digits(digits: int):
    """1 − β₂ is 0.001, which must not become 1 − 1.0."""
    document = update(NET, X, EXPECTED, optimizer=Adam(0.1), **PLACE).to_dict(digits)
    quotient = next(each for each in document["steps"] if "hat{s}" in each["symbol"])
    assert "0.999" in quotient["expression"]
    assert quotient["tolerance"] < 1.1 * 10.0 ** (1 - digits) * quotient["value"]


def test_the_note_says_how_near_the_prediction_came():
    def note(rate: float) -> str:
        derivation = update(NET, X, EXPECTED, optimizer=SGD(rate), **PLACE)
        return words_text(next(step.note for step in derivation.steps if step.symbol.text == "ΔC"), 5)

    assert note(1e-4) == "That is 99.999 % of the prediction; the shorter the step, the nearer."
    assert note(1e3) == "That is far from the prediction, which holds for short steps."
    net = pl.Network([pl.Layer([[1.0]], [0.0], "identity")])
    choices = {"cost": "squared-error", "layer": 2, "neuron": 1}
    # C = a² at a = 1 with the gradient (2, 2): −8r is predicted, and (1 − 4r)² − 1 = −8r (1 − 2r) comes about.
    for rate, percent in ((0.1, "80.000"), (0.25, "50.000"), (0.49, "2.0000")):
        step = update(net, [1.0], [0.0], optimizer=SGD(rate), **choices).steps[-3]
        assert step.value == pytest.approx(-8 * rate * (1 - 2 * rate))
        share = f"That is {percent} % of the prediction; the shorter the step, the nearer."
        assert words_text(step.note, 5) == share
    too_long = update(net, [1.0], [0.0], optimizer=SGD(0.9), **choices).steps[-3]
    assert too_long.value == pytest.approx((1 - 2 * 0.9 * 2) ** 2 - 1)
    assert too_long.note == "The cost went the other way: over so long a step the gradient's prediction does not hold."
    still = update(net, [0.0], [0.0], optimizer=SGD(0.9), **choices).steps[-3]
    assert still.note == "No change was predicted: the gradient is 0."


@pytest.mark.parametrize("penalty", [None, L2(0.001)], ids=str)
def test_sums_over_many_parameters_show_the_largest_and_the_exact_rest(penalty: Penalty | None):
    """300 · 400 weights and more: gone through in several blocks of rows."""
    net = pl.Network.random([300, 400, 10], activation="relu", seed=0, dtype=np.float64)
    generator = np.random.default_rng(1)
    x, expected = generator.random((4, 300)), generator.random((4, 10))
    choices = {"cost": COST, "layer": 2, "neuron": 7, "source": 9, "optimizer": SGD(0.01), "penalty": penalty}
    derivation = update(net, x, expected, top=12, **choices)
    gradients = pl.backward(net, net.forward(x), expected, COST)
    slopes = [
        np.column_stack([weights + (0 if penalty is None else 0.001 * layer.weights), biases])
        for layer, weights, biases in zip(net.layers, gradients.weights, gradients.biases, strict=True)
    ]
    squares = np.concatenate([(each**2).ravel() for each in slopes])
    squared = next(step for step in derivation.to_dict()["steps"] if "nabla" in step["symbol"])
    assert squared["value"] == pytest.approx(squares.sum(), rel=1e-12)
    *terms, rest = [term for term in squared["terms"] if term["ref"] != "const"]
    assert rest["ref"] == f"rest:{squares.size - 3}"
    largest = np.sort(squares)[::-1]
    assert sorted((term["value"] ** 2 for term in terms), reverse=True) == pytest.approx(largest[:3], rel=1e-12)
    assert rest["value"] == pytest.approx(largest[3:].sum(), rel=1e-11)


def test_a_deep_network_s_update_is_short():
    net = pl.Network.random([784, 250, 200, 150, 100, 50, 10], activation="relu", output="softmax", seed=1)
    x = np.random.default_rng(0).random(784)
    for optimizer in (SGD(0.01), Adam()):
        choices = {"cost": "cross-entropy", "layer": 2, "neuron": 3, "source": 300, "optimizer": optimizer}
        text = update(net, x, np.eye(10)[3], **choices).to_text(width=80)
        assert text.count("\n") < 150
        assert max(map(len, text.split("\n"))) <= 80


def test_a_state_that_does_not_fit_is_refused():
    rule = LearningRule(find_cost("squared-error"), Adam())
    adam = start(NET.parameters, rule)
    other = start(pl.Network.random([3, 4, 2], seed=0, dtype=np.float64).parameters, rule)

    def refusal(state: TrainingState, optimizer: Optimizer) -> str:
        with pytest.raises(InvalidValueError) as refused:
            update(NET, X, EXPECTED, optimizer=optimizer, state=state, **PLACE)
        return str(refused.value)

    assert (
        refusal(other, Adam()) == "state: layer2.weights must have shape (2, 3) and be float64, got (4, 3) of float64"
    )
    assert refusal(adam, SGD(0.1)) == (
        "state: the memory of SGD(learning_rate=0.1, momentum=0.0, nesterov=False) is a NoState, layer 2 has a "
        "MomentState; it belongs to another optimizer"
    )
    short = adam._replace(parameters=adam.parameters[:1], memory=adam.memory[:1])
    assert refusal(short, Adam()) == "state: parameters and memory of 2 layers are required, got 1 and 1"
    assert refusal(adam._replace(time=-1), Adam()) == (
        "state: the number of steps made must be a whole number from 0, got -1"
    )


def test_what_is_no_place_is_refused():
    for place, message in (
        ({"layer": 1}, "layer: 2 to 3 have weights"),
        ({"neuron": 9}, "neuron: layer 3 has neurons 1 to 2, got 9"),
        ({"source": 3}, "source: layer 2 has neurons 1 to 2, got 3"),
        ({"source": 0}, "source: layer 2 has neurons 1 to 2, got 0"),
        ({"cost": "cross-entropy"}, "cost: cross-entropy needs the output activation softmax"),
    ):
        with pytest.raises(InvalidValueError, match=f"^{message}"):
            update(NET, X, EXPECTED, optimizer=SGD(0.1), **(PLACE | place))
    with pytest.raises(InvalidValueError, match=r"^top: at least 1 term must be shown, got 0$"):
        update(NET, X, EXPECTED, optimizer=SGD(0.1), top=0, **PLACE)
