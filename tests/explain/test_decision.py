"""Why this class: attributions that add up, a decomposition that is exact, and pictures of both."""

import json
import math
import re
from collections.abc import Callable
from html import unescape

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Features, NumberEncoder, PictureEncoder
from pellucid.data.features.sound import SoundEncoder
from pellucid.data.features.text import TextEncoder
from pellucid.errors import InvalidValueError, UnknownNameError
from pellucid.explain import Derivation
from pellucid.explain.attribution import mean_gradients, sums_only
from pellucid.explain.decision import decision, threshold_of
from pellucid.explain.document import Paragraph, Picture, Table
from pellucid.figures import figure_bytes
from pellucid.maths import ACTIVATIONS
from pellucid.model import Model

HIDDEN = ["sigmoid", "tanh", "relu", "gelu", "selu", "softmax"]


def make(hidden: str, output: str = "softmax", sizes: tuple[int, ...] = (6, 7, 5, 4), seed: int = 0) -> pl.Network:
    return pl.Network.random(
        sizes, activation=hidden, output=output, initializer="standard-normal", seed=seed, dtype=np.float64
    )


def vector(size: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=size)


def values(derivation: Derivation) -> dict[str, float]:
    """The steps' values by their symbol; of the two margins, the last."""
    return {step.symbol.text: step.value for step in derivation.steps}


def margin_by_hand(network: pl.Network, x: np.ndarray, named: int, other: int) -> float:
    sums = network.forward(x).pre_activations[-1]
    return float(sums[named] - sums[other])


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_the_attributions_miss_shrinks_with_more_places(hidden: str):
    network, x = make(hidden, seed=3), vector(6, 4)
    gaps = [abs(values(decision(network, x, n_steps=n))["G"]) for n in (1, 10, 1000)]
    assert gaps[2] < 0.05 * max(gaps[0], gaps[1])
    change = values(decision(network, x))
    assert gaps[2] < 1e-3 * abs(change["F"] - change["F₀"])


def test_of_a_linear_network_nothing_is_missed():
    found = values(decision(make("identity"), vector(6), n_steps=1))
    assert found["G"] == pytest.approx(0, abs=1e-12)
    network = make("identity", sizes=(6, 4))
    assert values(decision(network, vector(6), n_steps=1))["G"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("sizes", [(6, 7, 5, 4), (5, 3)])
def test_every_step_is_true(hidden: str, sizes: tuple[int, ...], read_formula: Callable[[str], float]):
    network, x = make(hidden, sizes=sizes), vector(sizes[0])
    trace, at_zeros = network.forward(x), network.forward(np.zeros(sizes[0]))
    outputs = trace.activations[-1]
    other, named = np.argsort(outputs)[-2:]
    weights = np.zeros(sizes[-1])
    weights[named], weights[other] = 1, -1
    gradients = mean_gradients(sums_only(network), x, weights, 64)
    tensors = {
        **{f"a{k}": activations for k, activations in enumerate(trace.activations, start=1)},
        f"z{len(sizes)}": trace.pre_activations[-1],
        f"o{len(sizes)}": at_zeros.pre_activations[-1],
        f"b{len(sizes)}": network.layers[-1].biases,
        "p": gradients,
    }
    derivation = decision(network, x, top=3)
    steps = derivation.to_dict(5)["steps"]
    for step in steps:
        assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"], step
        for term in step["terms"]:
            kind, _, place = term["ref"].partition(":")
            if kind == "step":
                assert term["value"] == steps[int(place) - 1]["value"]
            elif kind.startswith("w"):
                m, p = map(int, place.split(","))
                assert term["value"] == network.layers[int(kind[1:]) - 2].weights[m - 1, p - 1]
            elif kind != "rest":
                assert term["value"] == tensors[kind][int(place) - 1]
    assert derivation.value == pytest.approx(margin_by_hand(network, x, named, other), rel=1e-12)
    assert derivation.steps[0].value == pytest.approx(derivation.value, rel=1e-12)
    assert derivation.title == f"Why {named + 1} and not {other + 1}"


def test_the_class_that_one_asks_for_is_the_other():
    network, x = make("tanh"), vector(6)
    named = int(network(x).argmax())
    classes = ["ant", "bee", "cat", "dog"]
    for k in set(range(4)) - {named}:
        derivation = decision(network, x, classes=classes, against=classes[k])
        assert derivation.title == f"Why {classes[named]} and not {classes[k]}"
        assert derivation.value == pytest.approx(margin_by_hand(network, x, named, k), rel=1e-12)


def test_of_equal_outputs_the_larger_pre_activation_is_the_runner_up():
    biases = [1.0, -3.0, -0.5]
    network = pl.Network([pl.Layer(np.zeros((3, 2)), biases, "relu")])
    derivation = decision(network, [1.0, 1.0])
    assert derivation.title == "Why 1 and not 3"
    assert derivation.value == 1.5


@pytest.mark.parametrize(
    ("output", "threshold"),
    [
        ("sigmoid", 0.0),
        ("identity", 0.5),
        ("relu", 0.5),
        ("tanh", math.atanh(0.5)),
        ("softplus", math.log(math.exp(0.5) - 1)),
        ("selu", 0.5 / 1.0507009873554805),
    ],
)
def test_a_single_output_is_compared_with_a_half(output: str, threshold: float, read_formula: Callable[[str], float]):
    for seed in range(4):
        network, x = make("tanh", output, (5, 3, 1), seed), vector(5, seed)
        trace = network.forward(x)
        is_second = trace.activations[-1][0] > 0.5
        past = float(trace.pre_activations[-1][0]) - threshold
        derivation = decision(network, x, classes=["no", "yes"], n_steps=200)
        assert derivation.title == ("Why yes and not no" if is_second else "Why no and not yes")
        assert derivation.value == pytest.approx(past if is_second else -past, rel=1e-12)
        assert derivation.value >= 0
        found = values(derivation)
        assert found["G"] == pytest.approx(0, abs=1e-3)
        assert found["G"] == pytest.approx(found["S"] - (found["F"] - found["F₀"]), abs=1e-12)
        for step in derivation.to_dict(4)["steps"]:
            assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"]


@pytest.mark.parametrize("output", [name for name in ACTIVATIONS if name != "softmax"])
def test_the_threshold_is_where_the_output_is_a_half(output: str):
    network = pl.Network([pl.Layer([[1.0]], [0.0], output)])
    derivation = decision(network, [1.0])
    threshold = 1.0 - abs(derivation.value) if network([1.0])[0] > 0.5 else 1.0 + abs(derivation.value)
    assert network([threshold])[0] == pytest.approx(0.5, abs=1e-14)


def test_the_threshold_is_the_pre_activation_that_gives_a_half():
    def half_of_gelu() -> float:
        low, high = 0.0, 1.0  # z·Φ(z) grows from 0 to 0.84 there
        for _ in range(60):
            middle = (low + high) / 2
            is_below = middle * (1 + math.erf(middle / math.sqrt(2))) / 2 < 0.5
            low, high = (middle, high) if is_below else (low, middle)
        return low

    assert threshold_of(ACTIVATIONS["tanh"]) == pytest.approx(math.log(3) / 2, rel=1e-14)  # artanh ½ = ½ ln 3
    assert threshold_of(ACTIVATIONS["gelu"]) == pytest.approx(half_of_gelu(), rel=1e-14)
    for name in ("tanh", "gelu"):
        network = pl.Network([pl.Layer([[2.0]], [0.25], name)])
        assert decision(network, [1.0]).value == pytest.approx(2.25 - threshold_of(ACTIVATIONS[name]), rel=1e-14)


def test_the_attributions_are_data_too():
    network, x = make("tanh"), vector(6)
    derivation = decision(network, x, classes=["ant", "bee", "cat", "dog"], top=2, n_steps=1000)
    told = derivation.to_dict()
    assert told["attributions"] == list(derivation.attributions)
    assert told["classes"] == list(derivation.classes)
    assert derivation.title == "Why {} and not {}".format(*told["classes"])
    found = values(derivation)
    assert len(told["attributions"]) == 6
    assert sum(told["attributions"]) == pytest.approx(found["S"], rel=1e-12)
    # By central differences along the way: attribution k is xₖ times the mean of ∂F/∂xₖ.
    named, other = (["ant", "bee", "cat", "dog"].index(name) for name in told["classes"])
    h = 1e-5
    for k in range(6):
        nudge = h * np.eye(6)[k]
        slopes = [
            margin_by_hand(network, share * x + nudge, named, other)
            - margin_by_hand(network, share * x - nudge, named, other)
            for share in (np.arange(100) + 0.5) / 100
        ]
        assert told["attributions"][k] == pytest.approx(x[k] * np.mean(slopes) / (2 * h), rel=1e-3, abs=1e-4)
    assert json.loads(json.dumps(told)) == told


def test_of_a_linear_network_each_attribution_is_input_times_difference_of_weights():
    network = pl.Network([pl.Layer([[2.0, 0.0, 1.0], [1.0, 3.0, -1.0]], [0.5, 0.0], "softmax")])
    derivation = decision(network, [3.0, 1.0, -1.0])
    assert derivation.classes == ("2", "1")
    assert derivation.attributions == pytest.approx((-3.0, 3.0, 2.0), rel=1e-12)


def test_an_output_that_does_not_grow_with_z_is_told_of():
    network = pl.Network([pl.Layer(np.zeros((2, 1)), [-8.0, -0.7], "silu")])
    derivation = decision(network, [0.0])
    assert derivation.title == "Why 1 and not 2"
    assert derivation.value == pytest.approx(-7.3)
    told = "It is below 0: the outputs say otherwise, since silu does not grow with z everywhere."
    assert Paragraph(told) in derivation.blocks


def picture_model(shape: tuple[int, int], n_classes: int = 3) -> Model:
    network = make("relu", sizes=(shape[0] * shape[1], 8, n_classes), seed=2)
    return Model(network, "cross-entropy", tuple("abc"[:n_classes]), Features(NumberEncoder(shape), scale=0.5))


def the(kind: type, derivation: Derivation) -> list:
    return [block for block in derivation.blocks if isinstance(block, kind)]


def test_a_model_gets_a_picture_over_its_input():
    model = picture_model((6, 5))
    raw = np.abs(vector(30)).reshape(6, 5)
    derivation = decision(model, raw)
    assert derivation.value == decision(model.network, raw.ravel() * 0.5, classes="abc").value
    assert derivation.title.startswith(f"Why {model.predict(raw)[0].label} and not ")
    (picture,) = the(Picture, derivation)
    assert len(the(Table, derivation)) == 1
    svg = figure_bytes(picture.draw(), "svg").decode()
    assert "what each number did" in svg
    lines = picture.text.splitlines()
    assert len(lines) == 7
    assert lines[-1].startswith("█ ▓ ░ for ")


def test_without_a_picture_there_are_bars_and_a_table():
    network, x = make("relu"), vector(6)
    derivation = decision(network, x, classes=["$a$", "<b>", "c\nd", "e"], top=4)
    (picture,) = the(Picture, derivation)
    outputs, largest = the(Table, derivation)
    assert len(largest.rows) == 4
    attributions = next(step for step in derivation.steps if step.symbol.text == "S").tree
    greatest = max(attributions.terms[:4], key=lambda term: abs(term.factors[0].value * term.factors[1].value))
    assert f"a1:{largest.rows[0][0]}" == greatest.factors[0].ref
    assert figure_bytes(picture.draw(), "png").startswith(b"\x89PNG")
    assert outputs.header == ("class", "output neuron", "pre-activation", "output")


def test_texts_and_tables_have_their_inputs_named():
    encoder = TextEncoder(("call now", "free", "hello"), (), np.ones(3, np.float32))
    model = Model(make("relu", sizes=(3, 5, 2)), "cross-entropy", ("ham", "spam"), Features(encoder))
    derivation = decision(model, "FREE! Call now")
    _, largest = the(Table, derivation)
    assert largest.header == ("input", "what it is", "raw value", "value", "mean gradient", "attribution")
    assert {row[1:3] for row in largest.rows} == {
        ('words "call now"', "TF-IDF 0.71"),
        ('word "free"', "TF-IDF 0.71"),
    }, "a word that does not occur did nothing"
    assert [float(row[-1]) for row in largest.rows] == sorted(
        filter(None, derivation.attributions), key=lambda attribution: -abs(attribution)
    )
    (_, nothing), (bars,) = the(Table, decision(model, "?")), the(Picture, derivation)
    assert len(nothing.rows) == 3, "nothing else is left"
    svg = figure_bytes(bars.draw(), "svg").decode()
    assert 'words "call now"' in unescape(svg)


def test_a_picture_in_colour_has_its_colours_together():
    encoder = PictureEncoder((4, 3, 3), "fit")
    model = Model(make("relu", sizes=(36, 5, 2)), "cross-entropy", ("cat", "dog"), Features(encoder, 1 / 255))
    derivation = decision(model, np.arange(36, dtype=np.uint8).reshape(4, 3, 3) * 7)
    (picture,) = the(Picture, derivation)
    assert len(the(Table, derivation)) == 1
    assert figure_bytes(picture.draw(), "png").startswith(b"\x89PNG")
    assert len(picture.text.splitlines()) == 5
    assert len(derivation.attributions) == 36


def test_a_spectrogram_is_seen_and_its_tones_are_named():
    encoder = SoundEncoder(rate=8000, bands=4, frames=6)
    model = Model(make("relu", sizes=(24, 5, 2)), "cross-entropy", ("yes", "no"), Features(encoder, 0.1, -20.0))
    sound = np.sin(np.arange(4000) * 2 * np.pi * 440 / 8000).astype(np.float32)
    derivation = decision(model, (sound, 8000), top=3)
    (picture,) = the(Picture, derivation)
    assert len(picture.text.splitlines()) == 6
    assert f"upward: {encoder.axes().upward.span}; to the right: time, 0 to 100 % of the sound" in picture.text
    svg = figure_bytes(picture.draw(), "svg").decode()
    for told in ("what each frequency did", "frequency (Hz)", "time (% of the sound)"):
        assert told in svg
    assert "pixel" not in svg + picture.alt
    _, largest = the(Table, derivation)
    assert len(largest.rows) == 3
    assert all(" Hz at " in row[1] and row[2].endswith(" dB") for row in largest.rows)


def test_digits_reach_the_tables_and_the_sentence_on_the_gap():
    network, x = make("relu"), vector(6)
    derivation = decision(network, x)
    trace = network.astype(np.float64).forward(x)
    named = int(trace.activations[-1].argmax())
    found = values(derivation)
    share = abs(100 * found["G"] / (found["F"] - found["F₀"]))
    for digits in (3, 8):
        text = " ".join(derivation.to_text(digits, 200).replace("−", "-").split())
        row = re.search(rf" {named + 1} {named + 1} (\S+) (\S+) ", text)
        assert row is not None
        for shown, value in zip(
            row.groups(), (values[-1][named] for values in (trace.pre_activations, trace.activations)), strict=True
        ):
            assert len(shown.lstrip("-0.").replace(".", "")) == digits
            assert float(shown) == float(f"{value:.{digits}g}")
        gap = re.search(r"The gap is (\S+) % of the change", text)
        assert gap is not None
        assert float(gap[1]) == float(f"{share:.{digits}g}")
        assert "n_steps" not in text


def test_a_big_network_is_explained_quickly_enough_to_wait_for():
    network = pl.Network.random([784, 300, 200, 10], activation="relu", output="softmax", seed=0)
    derivation = decision(network, np.abs(vector(784)), n_steps=64)
    assert abs(values(derivation)["G"]) < 0.02 * abs(derivation.value)


NUMBERS = Model(make("relu", "identity", (4, 1)), "squared-error", None, Features(NumberEncoder((4,))))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: decision(NUMBERS, [0.0] * 4),
            r"network: a model that names classes is required, this one gives numbers \(regression\); .*",
        ),
        (
            lambda: decision(make("relu", sizes=(4, 1)), [0.0] * 4),
            "network: at least two classes are required; softmax of one is always 1",
        ),
        (
            lambda: decision(make("relu"), vector(6), classes=["a", "b"]),
            "classes: 4 different names are required, got a, b",
        ),
        (
            lambda: decision(make("relu"), vector(6), classes=["a", "b", "c", "a"]),
            "classes: 4 different names are required, got a, b, c, a",
        ),
        (
            lambda: decision(make("relu"), vector(6), n_steps=0),
            "n_steps: a whole number from 1 to 100,000 is required, got 0",
        ),
        (
            lambda: decision(pl.Network([pl.Layer([[2.0], [1.0]], [0.0, 0.0], "softmax")]), [1.0], against="1"),
            "against: another class than the one named is required, got '1'",
        ),
        (lambda: decision(make("relu"), vector(6), top=0), "top: at least 1 term must be shown, got 0"),
    ],
)
def test_what_cannot_be_explained_is_refused(call, message: str):
    with pytest.raises(InvalidValueError, match=f"^{message}$"):
        call()


def test_a_class_that_is_not_there_is_told():
    with pytest.raises(UnknownNameError, match=r"^against: '5' is not known.*known: 1, 2, 3, 4"):
        decision(make("relu"), vector(6), against="5")
