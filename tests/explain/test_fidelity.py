"""What is shown is true: every number is the one its reference names, and every formula evaluates to its value."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid as pl
from pellucid.explain import Derivation
from pellucid.explain.subject import LabelledSubject
from pellucid.maths import ACTIVATIONS, COSTS, backward

REF = re.compile(r"(?P<kind>[wbzyadg])(?P<layer>\d+):(?P<neuron>\d+)(?:,(?P<source>\d+))?")


def outputs_for(cost: str) -> list[str]:
    """The output activations that a cost fits."""
    required = COSTS[cost].output
    return [required] if required else list(ACTIVATIONS)


def make_subject(activation: str, cost: str, output: str, sizes: list[int], seed: int) -> LabelledSubject:
    generator = np.random.default_rng(seed)
    net = pl.Network.random(sizes, activation=activation, output=output, initializer="scaled-normal", seed=seed)
    expected = generator.random(sizes[-1])
    if COSTS[cost].output == "softmax":
        expected /= expected.sum()
    return LabelledSubject.with_expected(net, generator.normal(size=sizes[0]), expected, cost)


def named_value(ref: str, subject: LabelledSubject, steps: list[dict]) -> float | None:
    """What the reference stands for, read from the tensors; None for constants and sums of what is not shown."""
    kind, _, number = ref.partition(":")
    if kind == "step":
        return steps[int(number) - 1]["value"]
    if kind == "e":
        return subject.targets[int(number) - 1]
    match = REF.fullmatch(ref)
    if match is None:
        assert kind in ("const", "rest", "r"), ref
        return None
    layer, neuron = int(match["layer"]), int(match["neuron"]) - 1
    if match["kind"] == "w":
        return subject.network.layers[layer - 2].weights[neuron, int(match["source"]) - 1]
    if match["kind"] == "g" and layer == subject.n_layers:
        return subject.cost.derivative(subject.trace.activations[-1], subject.targets)[neuron]
    if match["kind"] == "g":
        return (subject.gradients.deltas[layer - 1] @ subject.network.layers[layer - 1].weights)[neuron]
    if match["kind"] == "y":
        z = subject.trace.pre_activations[layer - 2]
        return (z - z.max())[neuron]
    tensor = {
        "b": lambda: subject.network.layers[layer - 2].biases,
        "z": lambda: subject.trace.pre_activations[layer - 2],
        "a": lambda: subject.trace.activations[layer - 1],
        "d": lambda: subject.gradients.deltas[layer - 2],
    }[match["kind"]]()
    return tensor[neuron]


def check(derivation: Derivation, subject: LabelledSubject, digits: int, read_formula: Callable[[str], float]) -> None:
    """Holds a derivation to the rules of its contract."""
    document = derivation.to_dict(digits)
    steps = document["steps"]
    assert document["value"] == steps[-1]["value"]
    for step in steps:
        assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"], step
        literals = re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]\d+)?", step["expression"])
        assert [term["shown"].lstrip("-") for term in step["terms"]] == literals
        for term in step["terms"]:
            known = named_value(term["ref"], subject, steps)
            if known is not None:
                # g is no tensor of the trace: it is a sum that may be added up in another order.
                assert term["value"] == (pytest.approx(known, rel=1e-12) if term["ref"][0] == "g" else known), term
        if len(step["terms"]) == 1 and step["expression"] == step["terms"][0]["shown"]:
            is_given = step["terms"][0]["ref"].partition(":")[0] in ("const", "step") or REF.fullmatch(
                step["terms"][0]["ref"]
            )
            assert is_given, "a step that computes is no bare number"
        for number, term in enumerate(step["terms"]):
            if term["ref"] != "const":
                moved = step_with_moved_number(step, number)
                assert abs(read_formula(moved) - step["value"]) <= step["tolerance"], (step, moved)


def step_with_moved_number(step: dict, number: int) -> str:
    """The step's expression with one shown number moved by half a unit in its last place."""
    shown = step["terms"][number]["shown"]
    mantissa, _, exponent = shown.partition("e")
    places = len(mantissa.partition(".")[2])
    half_unit = 0.5 * 10.0 ** (int(exponent or 0) - places)
    # 0.4999… of a unit: the half itself is not a float, and the next one up is beyond it.
    moved = float(shown) + half_unit * (1 - 1e-9)
    occurrences = list(re.finditer(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]\d+)?", step["expression"]))
    match = occurrences[number]
    sign = step["expression"][match.start() - 1 : match.start()] == "-" and shown.startswith("-")
    begin = match.start() - (1 if sign else 0)
    return step["expression"][:begin] + f"({moved!r})" + step["expression"][match.end() :]


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_step_evaluates_to_its_value_and_every_number_is_what_its_reference_names(
    activation: str, cost: str, read_formula: Callable[[str], float]
):
    for depth, output in enumerate(outputs_for(cost)[:4], start=1):
        sizes = [*[5, 4, 6, 3, 4][:depth], 3]
        subject = make_subject(activation, cost, output, sizes, seed=depth)
        for layer in range(2, len(sizes) + 1):
            place = {"layer": layer, "neuron": 2}
            choices = {"cost": cost, "top": 2, **place}
            x, expected, net = subject.trace.activations[0], subject.targets, subject.network
            check(pl.explain.neuron(net, x, top=2, **place), subject, 4, read_formula)
            for source in (None, 1):
                derivation = pl.explain.gradient(net, x, expected, source=source, **choices)
                check(derivation, subject, 5, read_formula)
                index = (1,) if source is None else (1, 0)
                tensors = subject.gradients.biases if source is None else subject.gradients.weights
                assert derivation.value == pytest.approx(tensors[layer - 2][index], rel=1e-9, abs=1e-14)


@given(
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    cost=st.sampled_from(sorted(COSTS)),
    hidden=st.lists(st.integers(1, 60), max_size=3),
    seed=st.integers(0, 10**6),
    digits=st.integers(1, 17),
    top=st.integers(1, 12),
    data=st.data(),
)
def test_any_weight_of_any_network_is_explained_truly(activation, cost, hidden, seed, digits, top, data, read_formula):
    output = data.draw(st.sampled_from(outputs_for(cost)))
    sizes = [data.draw(st.integers(1, 120)), *hidden, data.draw(st.integers(1, 12))]
    subject = make_subject(activation, cost, output, sizes, seed)
    layer = data.draw(st.integers(2, len(sizes)))
    neuron = data.draw(st.integers(1, sizes[layer - 1]))
    source = data.draw(st.none() | st.integers(1, sizes[layer - 2]))
    rate = data.draw(st.floats(1e-6, 100))
    derivation = pl.explain.update(
        subject.network,
        subject.trace.activations[0],
        subject.targets,
        cost=cost,
        layer=layer,
        neuron=neuron,
        source=source,
        optimizer=pl.SGD(rate),
        top=top,
    )
    check(derivation, subject, digits, read_formula)
    held = subject.network.layers[layer - 2]
    old = held.biases[neuron - 1] if source is None else held.weights[neuron - 1, source - 1]
    assert derivation.value == pytest.approx(old - rate * derivation.steps[-2].value, rel=1e-15, abs=1e-300)


def test_an_output_that_looks_like_the_expected_one_still_has_a_slope(read_formula: Callable[[str], float]):
    net = pl.Network([pl.Layer([[1.0]], [0.0], "identity")])
    choices = {"cost": "absolute-error", "layer": 2, "neuron": 1, "source": 1}
    derivation = pl.explain.gradient(net, [0.50001], [0.5], **choices)
    assert derivation.value == pytest.approx(0.50001)
    for step in derivation.to_dict(2)["steps"]:
        assert np.isfinite(step["tolerance"])
        assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"]
    assert pl.explain.gradient(net, [0.5], [0.5], **choices).value == 0


def test_more_digits_make_the_tolerance_as_small_as_one_likes():
    net = pl.Network.random([20, 5, 3], activation="tanh", seed=4)
    derivation = pl.explain.neuron(net, np.linspace(-1, 1, 20), layer=3, neuron=1)
    bounds = [derivation.to_dict(digits)["steps"][-1]["tolerance"] for digits in (2, 4, 8, 12)]
    assert bounds[0] > 30 * bounds[1] > 900 * bounds[2]
    assert bounds[3] < 1e-11


def test_a_trained_float32_network_is_explained_to_its_own_rounding():
    data = pl.load_data("digits")
    net = pl.Network.random([64, 16, 10], activation="sigmoid", seed=0)
    result = pl.train(net, data, cost="half-squared-error", optimizer=pl.SGD(1.0), batch_size=10, epochs=2)
    outputs = result.network(data.test.inputs[:5])
    x, expected = data.test.inputs[0], data.test.expected[0]
    derivation = pl.explain.neuron(result.network, x, layer=3, neuron=4)
    assert derivation.value == pytest.approx(float(outputs[0, 3]), abs=1e-6)
    assert pl.explain.neuron(result.model, data.test.raw[0], layer=3, neuron=4).value == derivation.value
    gradients = backward(result.network, result.network.forward(x), expected, "half-squared-error")
    choices = {"cost": "half-squared-error", "layer": 2, "neuron": 3, "source": 20}
    explained = pl.explain.gradient(result.network, x, expected, **choices)
    assert explained.value == pytest.approx(float(gradients.weights[0][2, 19]), rel=1e-4, abs=1e-8)
