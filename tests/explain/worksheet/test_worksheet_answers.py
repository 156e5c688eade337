"""The answers of worksheets, worked out anew from the question's own tables, whose numbers are friendly."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import erf, softmax

from pellucid.explain import Document
from pellucid.explain.document import Formula, Paragraph, Table
from pellucid.explain.worksheet import DIFFICULTIES, SHEET_ACTIVATIONS, TOPICS, worksheet

PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉−", "0123456789-0123456789-", "⁽⁾")
SCALE, ALPHA = 1.0507009873554804934, 1.6732632423543772848


def logistic(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "identity": lambda z: z,
    "sigmoid": logistic,
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky-relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.exp(z) - 1),
    "selu": lambda z: SCALE * np.where(z > 0, z, ALPHA * (np.exp(z) - 1)),
    "gelu": lambda z: z * (1 + erf(z / math.sqrt(2))) / 2,
    "silu": lambda z: z * logistic(z),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "softmax": lambda z: softmax(z, axis=-1),
}
COSTS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "squared-error": lambda a, e: float(((a - e) ** 2).sum()),
    "cross-entropy": lambda a, e: float(-(e * np.log(a)).sum()),
    "binary-cross-entropy": lambda a, e: float(-(e * np.log(a) + (1 - e) * np.log(1 - a)).sum()),
}


def number(text: str) -> float:
    """A number as the sheets write it: −0.5, 1,024 or 1.23·10⁻⁷."""
    mantissa, _, exponent = text.translate(PLAIN).replace(",", "").partition("·10")
    return float(mantissa) * 10.0 ** int(exponent or 0)


def half_unit(text: str) -> float:
    mantissa, _, exponent = text.translate(PLAIN).partition("·10")
    return 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def named(text: str, letter: str) -> Iterator[tuple[list[int], float]]:
    """Each `letter⁽ˡ⁾ₘ,ₚ = value` of the text: its layer and numbers, and the value."""
    for indices, value in re.findall(rf"{letter}([\d,]+) = (-?[\d.]*\d)", with_layers(text)):
        yield [int(index) for index in indices.split(",")], float(value)


def with_layers(text: str) -> str:
    """w⁽³⁾₁,₂ as w3,1,2; E₁ as E1."""
    return re.sub(r"⁽(.)⁾", r"\1,", text).translate(PLAIN)


@dataclass
class Read:
    """What a pupil reads in a question."""

    layers: list[tuple[np.ndarray, np.ndarray, str]]
    inputs: np.ndarray
    expected: np.ndarray | None
    cost: str | None
    rate: float | None

    def forward(self, x: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        pre_activations, held = [], [x]
        for weights, biases, name in self.layers:
            pre_activations.append(weights @ held[-1] + biases)
            held.append(FUNCTIONS[name](pre_activations[-1]))
        return pre_activations, held

    def cost_from(self, layer: int, z: np.ndarray, expected: np.ndarray) -> float:
        """The cost if layer `layer` had the pre-activations z."""
        held = FUNCTIONS[self.layers[layer - 2][2]](z)
        for weights, biases, name in self.layers[layer - 1 :]:
            held = FUNCTIONS[name](weights @ held + biases)
        return COSTS[self.cost](held, expected)

    def values(self) -> dict[str, float]:
        """Every quantity that can be asked for, under its label; derivatives as central differences."""
        found: dict[str, float] = {}
        is_batch = len(self.inputs) > 1
        for i, x in enumerate(self.inputs):
            mark = f"[{i}]" if is_batch else ""
            pre_activations, held = self.forward(x)
            for layer, z in enumerate(pre_activations, start=2):
                for m in range(len(z)):
                    found |= {f"z{layer},{m + 1}{mark}": z[m], f"a{layer},{m + 1}{mark}": held[layer - 1][m]}
            if self.expected is None:
                continue
            found[f"C{mark}"] = COSTS[self.cost](held[-1], self.expected[i])
            for layer, z in enumerate(pre_activations, start=2):
                for m in range(len(z)):
                    found |= self.derivatives(i, layer, m, z, held[layer - 2], mark)
        if is_batch:
            for label in [label for label in found if re.match(r"∂C\[0\]/∂w", label)]:
                each = [found[label.replace("[0]", f"[{i}]")] for i in range(len(self.inputs))]
                found[label.replace("[0]", "")] = sum(each) / len(each)
        if self.rate is not None:
            for layer, (weights, _, _) in enumerate(self.layers, start=2):
                for (m, p), old in np.ndenumerate(weights):
                    name = f"{layer},{m + 1},{p + 1}"
                    found[f"w′{name}"] = old - self.rate * found[f"∂C/∂w{name}"]
        return found

    def derivatives(self, i: int, layer: int, m: int, z: np.ndarray, before: np.ndarray, mark: str) -> dict[str, float]:
        step = 1e-5 * np.eye(len(z))[m]
        function = FUNCTIONS[self.layers[layer - 2][2]]
        delta = (
            self.cost_from(layer, z + step, self.expected[i]) - self.cost_from(layer, z - step, self.expected[i])
        ) / 2e-5
        slope = (function(z + step)[m] - function(z - step)[m]) / 2e-5
        name = f"{layer},{m + 1}"
        found = {f"δ{name}{mark}": delta, f"∂a{name}{mark}/∂z{name}{mark}": slope}
        if abs(slope) > 1e-3 and self.layers[layer - 2][2] != "softmax":
            found[f"∂C/∂a{name}{mark}"] = delta / slope
        for p, value in enumerate(before, start=1):
            found |= {f"∂z{name}{mark}/∂w{name},{p}": value, f"∂C{mark}/∂w{name},{p}": delta * value}
        return found


def read(question: Document) -> Read:
    """Reads the question's tables and sentences."""
    layers: list[tuple[np.ndarray, np.ndarray, str]] = []
    examples: Table | None = None
    for table in (block for block in question.blocks if isinstance(block, Table)):
        if table.caption.startswith("Layer"):
            cells = " ".join(cell for row in table.rows for cell in row)
            weights, biases = dict_of(named(cells, "w")), dict_of(named(cells, "b"))
            layer = len(layers) + 2
            shape = (len(table.rows), len(table.header) - 2)
            rows = [[weights[layer, m + 1, p + 1] for p in range(shape[1])] for m in range(shape[0])]
            name = re.search(r"\((.*?)\)", table.caption)[1]
            layers.append((np.array(rows), np.array([biases[layer, m + 1] for m in range(shape[0])]), name))
        elif table.caption.startswith("The mini-batch"):
            examples = table
    said = " ".join(block.text for block in question.blocks if isinstance(block, Paragraph))
    n_in = layers[0][0].shape[1]
    if examples is None:
        inputs = np.array([[value for _, value in named(said, "a")]])
        expected = np.array([[value for _, value in named(said, "E")]])
    else:
        numbers = np.array([[number(cell) for cell in row[1:]] for row in examples.rows])
        inputs, expected = numbers[:, :n_in], numbers[:, n_in:]
    cost = re.search(r"Cost \((.*?)\)", said)
    rate = re.search(r"rate is r = ([\d.]*\d)", said)
    return Read(layers, inputs, expected if expected.size else None, cost and cost[1], rate and float(rate[1]))


def dict_of(pairs: Iterator[tuple[list[int], float]]) -> dict[tuple[int, ...], float]:
    return {tuple(indices): value for indices, value in pairs}


def exercises(document: Document) -> list[Document]:
    return [block for block in document.blocks if isinstance(block, Document)]


def key_of(answer: Document) -> dict[str, str]:
    table = answer.blocks[0]
    assert isinstance(table, Table)
    return dict(table.rows)


def asked_in(question: Document) -> list[str]:
    fields = question.blocks[-1]
    assert isinstance(fields, Table)
    assert fields.header == ("find", "working", "answer")
    assert all(set(cell) == {"_"} for row in fields.rows for cell in row[1:]), "there is room to write"
    return [row[0] for row in fields.rows]


WITH_FORMULAS = [topic for topic in TOPICS if topic not in ("parameters", "bias")]
SIZES = [None, (3, 1), (2, 2, 2, 2), (1, 3, 2)]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("activation", SHEET_ACTIVATIONS)
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
@pytest.mark.parametrize("topic", WITH_FORMULAS)
def test_the_answers_follow_from_what_the_question_says(topic: str, difficulty: str, activation: str):
    n_checked = 0
    for sizes in SIZES[:2] if topic != "hidden-weight" else SIZES[:1]:
        sheet = worksheet(topic, sizes=sizes, activation=activation, difficulty=difficulty, seed=len(activation))
        for question, answer in zip(exercises(sheet.questions), exercises(sheet.answers), strict=True):
            key = key_of(answer)
            assert list(key) == asked_in(question)
            values = read(question).values()
            for label, shown in key.items():
                true = values.get(with_layers(label))
                if true is None:
                    assert label.startswith("∂C/∂a"), f"{label}: nothing to check it with"
                    continue
                # 1e-8 relative, 1e-9 absolute: what central differences with step 1e-5 in float64 may be off.
                assert abs(number(shown) - true) <= half_unit(shown) + 1e-8 * abs(true) + 1e-9, label
                n_checked += 1
    assert n_checked >= 5


@pytest.mark.parametrize("sizes", SIZES[2:])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_other_sizes_are_worked_out_as_well(sizes: tuple[int, ...], activation: str):
    sheet = worksheet(["hidden-weight", "update"], sizes=sizes, activation=activation, difficulty="medium", seed=3)
    for question, answer in zip(exercises(sheet.questions), exercises(sheet.answers), strict=True):
        given = read(question)
        assert [len(biases) for _, biases, _ in given.layers] == list(sizes[1:])
        values = given.values()
        last = list(key_of(answer).items())[-1]
        assert number(last[1]) == pytest.approx(values[with_layers(last[0])], rel=1e-3)


@pytest.mark.parametrize("activation", SHEET_ACTIVATIONS)
def test_what_the_bias_does(activation: str):
    for seed in range(2):
        sheet = worksheet("bias", activation=activation, seed=seed, digits=6)
        (question,), (answer,) = exercises(sheet.questions), exercises(sheet.answers)
        given = read(question)
        (weights, biases, name), x = given.layers[0], given.inputs[0]
        weighted_sum = float(weights[0] @ x)
        function = FUNCTIONS[name]
        without, with_bias, balance = map(number, key_of(answer).values())
        assert without == pytest.approx(float(function(np.array(weighted_sum))), rel=1e-5, abs=1e-12)
        assert with_bias == pytest.approx(float(function(np.array(weighted_sum + biases[0]))), rel=1e-5)
        assert balance == pytest.approx(-weighted_sum, rel=1e-5)
        assert abs(balance) >= 0.1, "a bias of 0 would teach nothing"


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_parameters_are_counted_to_the_last_one(difficulty: str):
    for seed in range(3):
        sheet = worksheet("parameters", difficulty=difficulty, seed=seed)
        (question,), (answer,) = exercises(sheet.questions), exercises(sheet.answers)
        assert isinstance(question.blocks[0], Paragraph)
        sizes = [int(text.replace(",", "")) for text in re.findall(r"[\d,]*\d", question.blocks[0].text)]
        key = {label: int(text.replace(",", "")) for label, text in key_of(answer).items()}
        for layer in range(2, len(sizes) + 1):
            assert key[f"weights of layer {layer}"] == sizes[layer - 1] * sizes[layer - 2]
            assert key[f"biases of layer {layer}"] == sizes[layer - 1]
        assert key["all parameters"] == sum(value for label, value in key.items() if label != "all parameters")


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("activation", SHEET_ACTIVATIONS)
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_numbers_are_friendly_and_answers_not_degenerate(difficulty: str, activation: str):
    topics = [topic for topic in TOPICS if topic != "parameters"]
    for seed in (11, 12):
        sheet = worksheet(topics, activation=activation, difficulty=difficulty, seed=seed)
        for question, answer in zip(exercises(sheet.questions), exercises(sheet.answers), strict=True):
            given = read(question)
            written = [*given.inputs.flat, *(value for weights, biases, _ in given.layers for value in weights.flat)]
            written += [value for _, biases, _ in given.layers for value in biases]
            assert all(len(f"{abs(value):g}") <= 3 for value in written), "at most one digit after the point"
            assert given.inputs.any(axis=1).all()
            for x in given.inputs:
                pre_activations, _ = given.forward(x)
                assert all((np.abs(z) <= 2.5).all() and (np.abs(z) > 0.09).all() for z in pre_activations)
            *_, last = key_of(answer).values()
            assert abs(number(last)) >= 1e-5
            for label, shown in key_of(answer).items():
                # Where a rectifier is dead, or an input is 0, it is just 0; never 5.6·10⁻¹⁷.
                assert number(shown) == 0 or abs(number(shown)) > 1e-7, label


def test_easy_exercises_give_the_forward_pass_and_the_chain_rule():
    easy, medium = (
        exercises(worksheet("output-weight", difficulty=level).questions)[0] for level in ("easy", "medium")
    )
    table = next(block for block in easy.blocks if isinstance(block, Table) and "forward pass" in block.caption)
    values = read(easy).values()
    for row in table.rows:
        for cell in row:
            label, shown = cell.split(" = ")
            assert number(shown) == pytest.approx(values[with_layers(label)], rel=1e-4)
    rule = [block for block in easy.blocks if isinstance(block, Formula)][-1]
    assert rule.left.text.startswith("∂C/∂w⁽³⁾")
    assert not any("forward pass" in block.caption for block in medium.blocks if isinstance(block, Table))
    assert asked_in(medium)[:2] == ["z⁽²⁾₁", "z⁽²⁾₂"]
