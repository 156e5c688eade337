"""The sheet of an optimizer: its formulas, its numbers, and three steps that plain arithmetic repeats."""

import math
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np
import pytest
from matplotlib.figure import Figure

from pellucid.errors import UnknownNameError
from pellucid.explain import Derivation
from pellucid.explain.document import Formula, Paragraph, Picture, Table
from pellucid.explain.render.words import words_text
from pellucid.explain.sheets.optimizer import optimizer
from pellucid.maths import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSProp


def plain(w: float) -> Iterator[float]:
    while True:
        w -= 0.1 * w
        yield w


def momentum(w: float) -> Iterator[float]:
    velocity = 0.0
    while True:
        velocity = 0.9 * velocity - 0.2 * w
        w += velocity
        yield w


def nesterov(w: float) -> Iterator[float]:
    velocity = 0.0
    while True:
        velocity = 0.8 * velocity - 0.2 * w
        w += 0.8 * velocity - 0.2 * w
        yield w


def rmsprop(w: float) -> Iterator[float]:
    square = 0.0
    while True:
        square = 0.9 * square + 0.1 * w * w
        w -= 0.1 * w / (math.sqrt(square) + 1e-8)
        yield w


def adam(w: float, decay: float = 0.0) -> Iterator[float]:
    mean, square, time = 0.0, 0.0, 0
    while True:
        time += 1
        mean, square = 0.9 * mean + 0.1 * w, 0.999 * square + 0.001 * w * w
        divisor = math.sqrt(square / (1 - 0.999**time)) + 1e-8
        w -= 0.1 * (mean / (1 - 0.9**time) / divisor + decay * w)
        yield w


SHEETS: dict[str, tuple[str | Optimizer, Callable[[float], Iterator[float]]]] = {
    "sgd": ("sgd", plain),
    "momentum": (SGD(0.2, momentum=0.9), momentum),
    "nesterov": (SGD(0.2, momentum=0.8, nesterov=True), nesterov),
    "rmsprop": ("rmsprop", rmsprop),
    "adam": ("adam", adam),
    "adamw": (AdamW(0.1, weight_decay=0.5), lambda w: adam(w, 0.5)),
}


@pytest.mark.parametrize(("name", "by_hand"), SHEETS.values(), ids=SHEETS)
def test_the_first_three_steps_are_those_of_plain_arithmetic(
    name: str | Optimizer, by_hand: Callable[[float], Iterator[float]], read_formula: Callable[[str], float]
):
    sheet = optimizer(name)
    weights = [step.value for step in sheet.steps if step.name == "the new weight"]
    assert weights == pytest.approx(list(islice(by_hand(1.0), 3)), rel=1e-13)
    assert sheet.value == weights[-1]
    for digits in (1, 2, 4, 17):
        for step in sheet.to_dict(digits)["steps"]:
            assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"] < math.inf
    kinds = {term["ref"].partition(":")[0] for step in sheet.to_dict()["steps"] for term in step["terms"]}
    assert kinds <= {"const", "step", "t"}


def formulas(sheet: Derivation) -> dict[str, str]:
    from pellucid.expression import Unicode

    written = [block for block in sheet.blocks if isinstance(block, Formula)]
    return {block.left.text: block.right.lower(Unicode(4, symbols=True)).text.replace("\xa0", " ") for block in written}


def test_the_formulas_are_the_published_ones_and_say_nothing_that_is_switched_off():
    assert formulas(optimizer("sgd")) == {"Δw": "−r · g", "w′": "w + Δw"}
    assert formulas(optimizer(SGD(0.1, momentum=0.9))) == {"v′": "μ · v − r · g", "Δw": "v′", "w′": "w + Δw"}
    assert formulas(optimizer("rmsprop")) == {
        "s′": "ρ · s + (1 − ρ) · g²",
        "Δw": "−r · g / (√(s′) + ε)",
        "w′": "w + Δw",
    }
    without = formulas(optimizer(AdamW(weight_decay=0.0)))
    assert without == formulas(optimizer("adam"))
    assert without["Δw"] == "−r · m\u0302′ / (√(s\u0302′) + ε)"
    assert formulas(optimizer("adamw"))["Δw"] == without["Δw"] + " − r · λ · w"


def test_the_sheet_says_what_it_does_what_its_numbers_mean_when_to_choose_it_and_whose_it_is():
    for name, kind in OPTIMIZERS.items():
        sheet = optimizer(name)
        words = [block.text for block in sheet.blocks if isinstance(block, Paragraph)]
        assert words[:2] == [kind.summary, kind.use]
        (table,) = [block for block in sheet.blocks if isinstance(block, Table)]
        assert kind.source in table.caption
        assert [words_text(cell, 4) for cell in table.rows[0][:3]] == ["r", "learning_rate", "0.1"]
    (table,) = [block for block in optimizer(Adam(0.5, beta1=0.25)).blocks if isinstance(block, Table)]
    assert [[words_text(cell, 2) for cell in row[:3]] for row in table.rows] == [
        ["r", "learning_rate", "0.5"],
        ["β₁", "beta1", "0.25"],
        ["β₂", "beta2", "0.999"],
        ["ε", "epsilon", "1·10⁻⁸"],
    ]
    assert optimizer(RMSProp(0.5)).title == "The optimizer rmsprop: RMSProp (r = 0.5, ρ = 0.9, ε = 1·10⁻⁸)"


def test_the_picture_shows_its_way_beside_that_of_plain_gradient_descent():
    def lines(shown: Optimizer) -> dict[str, np.ndarray]:
        (picture,) = [block for block in optimizer(shown).blocks if isinstance(block, Picture)]
        figure = picture.draw()
        assert isinstance(figure, Figure)
        (panel,) = figure.axes
        return {
            str(line.get_label()): np.asarray(line.get_ydata())
            for line in panel.lines
            if not str(line.get_label()).startswith("_")
        }

    both = lines(SGD(0.2, momentum=0.9))
    assert set(both) == {"gradient descent", "gradient descent with momentum"}
    assert both["gradient descent"] == pytest.approx(0.8 ** np.arange(61))
    known = [1.0, *islice(momentum(1.0), 60)]
    assert both["gradient descent with momentum"] == pytest.approx(np.array(known), rel=1e-12)
    assert set(lines(SGD(1e50))) == {"gradient descent"}


def test_an_unknown_optimizer_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"^optimizer: 'adan' is not known; did you mean 'adam"):
        optimizer("adan")
