"""What rounding may hide: all that the shown numbers can mean lies within the tolerance, and more digits shrink it."""

import math
import re
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from pellucid.explain import Derivation
from pellucid.expression.tree import EXACT

pytestmark = pytest.mark.usefixtures("unchecked")
LITERAL = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]\d+)?")
SAMPLES = 4


def half_unit(shown: str) -> float:
    """Half a unit in the last place of a number as it is written."""
    return float(Decimal(5).scaleb(int(Decimal(shown).as_tuple().exponent) - 1))


def moved(step: dict, shares: np.ndarray) -> str:
    """The expression with every number moved by its share of half a unit; what is written out exactly stays."""
    terms = iter(zip(step["terms"], shares, strict=True))

    def move(found: re.Match) -> str:
        term, share = next(terms)
        is_exact = term["ref"] in EXACT and float(term["shown"]) == term["value"]
        by = 0.0 if is_exact else (1 - 1e-9) * float(share) * half_unit(term["shown"])
        return f"({float(found[0]) + by!r})"

    return LITERAL.sub(move, step["expression"])


KINDS = (
    *("neuron", "layer", "cost", "cost-batch", "gradient", "gradient-batch", "update", "update-batch", "decision"),
    *("activation", "cost-function", "optimizer", "parameters", "regularised", "schedule", "penalty", "regulariser"),
)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_shown_numbers_may_mean_is_within_the_tolerance(
    kind: str, every_kind: dict[str, list[Derivation]], read_formula: Callable[[str], float]
):
    generator = np.random.default_rng(0)
    for derivation in every_kind[kind]:
        for digits in (1, 4, 9):
            for step in derivation.to_dict(digits)["steps"]:
                n_terms = len(step["terms"])
                for sample in range(SAMPLES):
                    shares = generator.uniform(-1, 1, n_terms)
                    expression = moved(step, np.sign(shares) if sample % 2 else shares)
                    assert abs(read_formula(expression) - step["value"]) <= step["tolerance"], (step, expression)


@pytest.mark.parametrize("kind", KINDS)
def test_with_every_digit_more_a_tenth_is_left_to_rounding(kind: str, every_kind: dict[str, list[Derivation]]):
    for derivation in every_kind[kind]:
        tolerances = np.array(
            [[step["tolerance"] for step in derivation.to_dict(digits)["steps"]] for digits in (4, 7, 10)]
        )
        floor = np.array([1e-12 * max(1.0, abs(step.value)) for step in derivation.steps])
        # A number's half unit in the last place varies by a factor of ten with its leading digits, not with how many.
        assert (tolerances[1] <= 3e-3 * tolerances[0] + floor).all()
        assert (tolerances[2] <= 3e-3 * tolerances[1] + floor).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_tolerance_is_no_more_than_what_moving_the_numbers_does(
    kind: str, every_kind: dict[str, list[Derivation]], read_formula: Callable[[str], float]
):
    """To first order all numbers together move the value by the sum of what each does: thrice that is the most."""
    for derivation in every_kind[kind]:
        for step in derivation.to_dict(7)["steps"]:
            n_terms, value = len(step["terms"]), step["value"]
            alone = [abs(read_formula(moved(step, row)) - value) for row in np.eye(n_terms)]
            hidden = abs(read_formula(step["expression"]) - value)
            assert step["tolerance"] <= 3 * (math.fsum(alone) + hidden) + 1e-12 * max(1.0, abs(value)), step
