"""Why a committee says what it says: each member's outputs and their mean, every figure computed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import pellucid as pl
from pellucid.data import Features, NumberEncoder
from pellucid.errors import InvalidValueError
from pellucid.explain.document import Table
from pellucid.maths import Network
from pellucid.model import Committee, Model

CLASSES = ("a", "b", "c")
X = np.array([0.3, -1.2, 0.8])


def committee_of(n: int, n_outputs: int = 3) -> Committee:
    output = "softmax" if n_outputs > 1 else "sigmoid"
    cost = "cross-entropy" if n_outputs > 1 else "binary-cross-entropy"
    nets = [Network.random([3, 4, n_outputs], activation="tanh", output=output, seed=k, dtype=float) for k in range(n)]
    features = Features(NumberEncoder((3,)))
    return Committee([Model(net, cost, CLASSES[: max(2, n_outputs)], features) for net in nets])


@pytest.mark.parametrize("n_members", [2, 5, 30])
def test_the_margin_is_that_of_the_mean_outputs(n_members: int, read_formula: Callable[[str], float]):
    made = committee_of(n_members)
    found = pl.explain.committee(made, X)
    mean = np.mean([net(X) for net in made.networks], axis=0)
    order = np.argsort(-mean)
    assert found.title == f"Why the committee says {CLASSES[order[0]]} and not {CLASSES[order[1]]}"
    assert found.value == pytest.approx(mean[order[0]] - mean[order[1]], abs=1e-12)
    for step in found.to_dict(digits=6)["steps"]:
        assert abs(read_formula(step["expression"]) - step["value"]) <= step["tolerance"]
    refs = [term["ref"] for term in found.to_dict()["steps"][0]["terms"]]
    assert refs[0].startswith("member:")


def test_each_member_is_in_the_table():
    made = committee_of(3)
    table = next(block for block in pl.explain.committee(made, X).blocks if isinstance(block, Table))
    said = [CLASSES[net(X).argmax()] for net in made.networks]
    assert [row[2] for row in table.rows[:3]] == said
    assert [row[0] for row in table.rows] == ["1", "2", "3", "mean"]
    first = made.networks[0](X)
    assert table.rows[0][3] == f"{first[CLASSES.index(table.header[3])]:.2%}"


def test_a_single_output_is_compared_with_one_half():
    made = committee_of(4, n_outputs=1)
    found = pl.explain.committee(made, X)
    mean = np.mean([net(X)[0] for net in made.networks])
    assert found.value == pytest.approx(abs(mean - 0.5), abs=1e-12)


def test_the_other_class_can_be_chosen():
    made = committee_of(3)
    mean = np.mean([net(X) for net in made.networks], axis=0)
    named, last = CLASSES[mean.argmax()], CLASSES[mean.argmin()]
    assert pl.explain.committee(made, X, against=last).value == pytest.approx(mean.max() - mean.min())
    with pytest.raises(InvalidValueError, match=r"^against: another class than the one named is required"):
        pl.explain.committee(made, X, against=named)
    with pytest.raises(InvalidValueError, match=r"^against: 'z' is not known"):
        pl.explain.committee(made, X, against="z")


def test_every_rendering_has_the_members():
    found = pl.explain.committee(committee_of(3), X)
    for text in (found.to_text(), found.to_latex(), found.to_html()):
        assert "3-4-3" in text


def test_a_committee_that_gives_numbers_is_referred_to_its_members():
    made = committee_of(2)
    numbers = Committee([replace(member, classes=None) for member in made.members])
    with pytest.raises(InvalidValueError, match=r"^member: a committee that names classes is required"):
        pl.explain.committee(numbers, X)
