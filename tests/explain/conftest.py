"""Holds derivations to their contract: every number is what its reference names, every formula worth what it says."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import pytest

import pellucid as pl
from pellucid.explain import Derivation
from pellucid.explain.document import MatrixEquation
from pellucid.explain.sheets.regularisers import REGULARISERS
from pellucid.expression.tree import EXACT
from pellucid.maths import ACTIVATIONS, COSTS, OPTIMIZERS, PENALTIES, ForwardTrace, Gradients
from pellucid.maths.activations import LEAKY_SLOPE
from pellucid.maths.penalties import ElasticNet
from pellucid.training import Regularisation
from pellucid.training.schedules import SCHEDULES, read_schedule

LITERAL = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]\d+)?")
REF = re.compile(r"(?P<kind>[a-z]+)(?P<mark>'?)(?P<layer>\d*)(?::(?P<numbers>\d+(?:,\d+)*))?(?:@(?P<example>\d+))?")
UNCHECKED = ("const", "rest")
"""Constants of a formula, and sums of what is not shown."""


class Ref(NamedTuple):
    """A reference, taken apart: `a'4:1@5` is kind `a`, marked, layer 4, numbers (1,), example 5."""

    kind: str
    is_marked: bool
    layer: int | None
    numbers: tuple[int, ...]
    example: int | None


@dataclass(frozen=True)
class Truth:
    """What a derivation is about, as the network's own forward and backward pass give it: one example or a batch."""

    network: pl.Network
    inputs: np.ndarray
    targets: np.ndarray
    cost: str
    raw: np.ndarray | None = None
    is_by_hand: ClassVar[bool] = False

    @cached_property
    def trace(self) -> ForwardTrace:
        return self.network.forward(self.inputs)

    @cached_property
    def gradients(self) -> Gradients:
        return pl.backward(self.network, self.trace, self.targets, self.cost)

    def row(self, values: np.ndarray, ref: Ref) -> np.ndarray:
        """The example's own values; of a batch every reference must say whose they are."""
        assert (values.ndim == 2) == (ref.example is not None), ref
        return values if ref.example is None else values[ref.example]


def slope_of_activation(truth: Truth, ref: Ref) -> np.ndarray:
    assert ref.layer is not None
    if ref.layer == len(truth.network.sizes):
        outputs = truth.row(truth.trace.activations[-1], ref)
        return COSTS[truth.cost].derivative(outputs, truth.row(truth.targets, ref))
    return truth.row(truth.gradients.deltas[ref.layer - 1], ref) @ truth.network.layers[ref.layer - 1].weights


def shifted(z: np.ndarray) -> np.ndarray:
    return z - z.max()


LookUp = Callable[[Truth, Ref], float]
LOOK_UPS: Mapping[str, LookUp] = {
    "w": lambda truth, ref: truth.network.layers[ref.layer - 2].weights[ref.numbers[0] - 1, ref.numbers[1] - 1],
    "b": lambda truth, ref: truth.network.layers[ref.layer - 2].biases[ref.numbers[0] - 1],
    "z": lambda truth, ref: truth.row(truth.trace.pre_activations[ref.layer - 2], ref)[ref.numbers[0] - 1],
    "y": lambda truth, ref: shifted(truth.row(truth.trace.pre_activations[ref.layer - 2], ref))[ref.numbers[0] - 1],
    "a": lambda truth, ref: truth.row(truth.trace.activations[ref.layer - 1], ref)[ref.numbers[0] - 1],
    "d": lambda truth, ref: truth.row(truth.gradients.deltas[ref.layer - 2], ref)[ref.numbers[0] - 1],
    "g": lambda truth, ref: slope_of_activation(truth, ref)[ref.numbers[0] - 1],
    "e": lambda truth, ref: truth.row(truth.targets, ref)[ref.numbers[0] - 1],
    "x": lambda truth, ref: truth.row(truth.raw, ref)[ref.numbers[0] - 1],
}
"""What each kind of reference stands for; a test of further kinds hands in more of these."""
SUMMED = ("g", "dw", "db", "cw", "cb")
"""No tensors of the passes but sums over them, which may be added up in another order."""
GIVEN = ("w", "b", "e", "x", "r", "t")
"""What nobody computes: exactly the same whoever works out the rest."""


def parse(text: str) -> Ref:
    match = REF.fullmatch(text)
    assert match is not None, text
    numbers = () if match["numbers"] is None else tuple(map(int, match["numbers"].split(",")))
    layer, example = (None if not match[name] else int(match[name]) for name in ("layer", "example"))
    return Ref(match["kind"], bool(match["mark"]), layer, numbers, example)


class Checker:
    """Checks derivations of one truth; `after` is the truth of the corrected network, for marked references."""

    def __init__(self, read_formula: Callable[[str], float]) -> None:
        self.read_formula = read_formula

    def __call__(
        self,
        derivation: Derivation,
        truth: Truth,
        digits: int,
        *,
        after: Truth | None = None,
        look_ups: Mapping[str, LookUp] | None = None,
    ) -> None:
        document = derivation.to_dict(digits)
        table = {**LOOK_UPS, **(look_ups or {})}
        steps = document["steps"]
        assert document["value"] == derivation.value == steps[-1]["value"]
        for number, step in enumerate(steps):
            assert abs(self.read_formula(step["expression"]) - step["value"]) <= step["tolerance"], step
            assert [term["shown"].lstrip("-") for term in step["terms"]] == LITERAL.findall(step["expression"])
            for term in step["terms"]:
                ref = parse(term["ref"])
                if ref.kind == "step":
                    assert ref.numbers[0] <= number, "later steps build on earlier ones"
                    assert term["value"] == steps[ref.numbers[0] - 1]["value"], term
                elif ref.kind not in UNCHECKED:
                    self.compare(term["value"], table, after if ref.is_marked else truth, ref)
            if len(step["terms"]) == 1 and step["expression"] == step["terms"][0]["shown"]:
                term = step["terms"][0]
                is_named = step["formula"] != step["substituted"] and parse(term["ref"]).kind != "rest"
                assert is_named or term["value"] in (0, LEAKY_SLOPE, 1), "a step that computes is no bare number"
            self.move_each_number(step)
        for block in derivation.blocks:
            if isinstance(block, MatrixEquation):
                self.check_matrices(block, table, truth)

    def compare(self, value: float, table: Mapping[str, LookUp], truth: Truth | None, ref: Ref) -> None:
        assert truth is not None, ref
        known = float(table[ref.kind](truth, ref))
        is_given = ref.kind in GIVEN and not ref.is_marked
        is_exact = is_given or not (truth.is_by_hand or ref.kind in SUMMED)
        assert value == (known if is_exact else pytest.approx(known, rel=1e-9, abs=1e-14)), ref

    def move_each_number(self, step: dict) -> None:
        """Half a unit in the last place of any shown number moves the value by no more than the tolerance."""
        for number, term in enumerate(step["terms"]):
            if term["ref"] not in EXACT and not is_exact_zero(term):
                moved = step_with_moved_number(step, number)
                assert abs(self.read_formula(moved) - step["value"]) <= step["tolerance"], (step, moved)

    def check_matrices(self, equation: MatrixEquation, table: Mapping[str, LookUp], truth: Truth) -> None:
        for piece in equation.pieces:
            for row in () if isinstance(piece, str) else piece.rows:
                for entry in row:
                    if entry is not None:
                        self.compare(entry.value, table, truth, parse(entry.ref))


def is_exact_zero(term: dict) -> bool:
    """Whether it is an earlier step's value that is exactly 0, and is written 0 and not 0.000."""
    return term["ref"].startswith("step:") and term["shown"] == "0" and term["value"] == 0


def step_with_moved_number(step: dict, number: int) -> str:
    """The step's expression with one shown number moved by half a unit in its last place."""
    shown = step["terms"][number]["shown"]
    mantissa, _, exponent = shown.partition("e")
    places = len(mantissa.partition(".")[2])
    half_unit = 0.5 * 10.0 ** (int(exponent or 0) - places)
    # 0.4999… of a unit: the half itself is not a float, and the next one up is beyond it.
    moved = float(shown) + half_unit * (1 - 1e-9)
    match = list(LITERAL.finditer(step["expression"]))[number]
    sign = step["expression"][match.start() - 1 : match.start()] == "-" and shown.startswith("-")
    begin = match.start() - (1 if sign else 0)
    return step["expression"][:begin] + f"({moved!r})" + step["expression"][match.end() :]


@pytest.fixture(scope="session")
def check(read_formula: Callable[[str], float]) -> Checker:
    """`check(derivation, truth, digits)`, with `after=` and `look_ups=` for what a correction adds."""
    return Checker(read_formula)


def make_truth(
    activation: str, cost: str, output: str, sizes: list[int], seed: int, n_samples: int | None = None
) -> Truth:
    generator = np.random.default_rng(seed)
    net = pl.Network.random(sizes, activation=activation, output=output, initializer="scaled-normal", seed=seed)
    batch = () if n_samples is None else (n_samples,)
    targets = generator.random((*batch, sizes[-1]))
    if COSTS[cost].output == "softmax":
        targets /= targets.sum(axis=-1, keepdims=True)
    return Truth(net.astype(np.float64), generator.normal(size=(*batch, sizes[0])), targets, cost)


@pytest.fixture(scope="session", name="make_truth")
def make_truth_fixture() -> Callable[..., Truth]:
    """`make_truth(activation, cost, output, sizes, seed, n_samples=None)`: a random network, inputs and targets."""
    return make_truth


@pytest.fixture(scope="session")
def every_kind() -> dict[str, list[Derivation]]:
    """Derivations of every kind, by name: of networks, of a mini-batch, and sheets."""
    networks = [
        ("tanh", "cross-entropy", "softmax", {"optimizer": pl.SGD(0.1, momentum=0.9, nesterov=True)}),
        ("silu", "binary-cross-entropy", "sigmoid", {"optimizer": pl.RMSProp(), "penalty": pl.L1(0.02)}),
        ("elu", "huber", "gelu", {"optimizer": pl.Adam(), "penalty": pl.L2(0.05)}),
        ("softmax", "absolute-error", "identity", {"optimizer": pl.AdamW()}),
    ]
    found: dict[str, list[Derivation]] = {}

    def add(kind: str, derivation: Derivation) -> None:
        found.setdefault(kind, []).append(derivation)

    for number, (activation, cost, output, rule) in enumerate(networks):
        for n_samples, which in ((None, ""), (4, "-batch")):
            one = make_truth(activation, cost, output, [12, 7, 5, 3], number, n_samples)
            labelled = one.network, one.inputs, one.targets
            add(f"cost{which}", pl.explain.cost(*labelled, cost=cost, top=2))
            for layer, source in ((4, 2), (3, None), (2, 9)):
                place = {"layer": layer, "neuron": 3, "source": source, "cost": cost, "top": 4}
                add(f"gradient{which}", pl.explain.gradient(*labelled, **place))
            add(f"update{which}", pl.explain.update(*labelled, **place, **rule))
            if n_samples is None:
                for layer in (2, 4):
                    add("neuron", pl.explain.neuron(*labelled[:2], layer=layer, neuron=1, top=5))
                    add("layer", pl.explain.layer(*labelled[:2], layer=layer, top=3))
                add("decision", pl.explain.decision(*labelled[:2], top=5))
    for name in ACTIVATIONS:
        add("activation", pl.explain.activation(name, z=0.7, bias=-2.5))
    for name in COSTS:
        add("cost-function", pl.explain.cost_function(name, a=0.37, expected=0.8))
    for name in OPTIMIZERS:
        add("optimizer", pl.explain.optimizer(name))
    add("parameters", pl.explain.parameters(one.network))
    for n_samples, optimizer, written in ((None, pl.Adam(), "cosine:warmup=1"), (3, pl.SGD(0.1), "step:every=2")):
        one = make_truth("tanh", "cross-entropy", "softmax", [6, 5, 4, 3], 5, n_samples)
        chosen = Regularisation((0.2, 0.4, 0.3), 0.1, label_smoothing=0.1, max_norm=0.9, clip_norm=0.1, averaging=0.9)
        as_trained = {
            "cost": "cross-entropy",
            "penalty": ElasticNet(0.02),
            "regularisation": chosen,
            "draw": 2,
            "top": 4,
        }
        place = {"layer": 2, "neuron": 3, "source": 4, "optimizer": optimizer}
        rate = pl.explain.Rate(read_schedule(written), 2, 7)
        labelled = one.network, one.inputs, one.targets
        add("regularised", pl.explain.update(*labelled, **place, **as_trained, rate=rate))
        add("regularised", pl.explain.cost(*labelled, **as_trained))
    for name in SCHEDULES:
        add("schedule", pl.explain.schedule(f"{name}:warmup=2"))
    for name in PENALTIES:
        add("penalty", pl.explain.penalty(name, weight=-0.3))
    for name in REGULARISERS:
        add("regulariser", pl.explain.regulariser(name))
    return found
