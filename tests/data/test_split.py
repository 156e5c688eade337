"""Splits: complete, stratified, and the same everywhere and for ever."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import Reading, split_rows
from pellucid.data.labels import Labels
from pellucid.data.prepare import draw_parts
from pellucid.data.sources.examples import PARTS
from pellucid.errors import InvalidValueError

shares = st.floats(0, 0.49)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=80), shares, shares, st.integers(0, 9))
def test_every_row_is_in_one_part_and_every_class_is_learnt(
    labels: list[int], validation: float, test: float, seed: int
):
    groups = np.array(labels)
    rows = split_rows(groups, validation=validation, test=test, seed=seed)
    assert sorted(np.concatenate(rows).tolist()) == list(range(len(labels)))
    assert all((np.diff(part) > 0).all() for part in rows)
    assert set(groups[rows.train]) == set(labels)
    for group, size in zip(*np.unique(groups, return_counts=True), strict=True):
        for part, share in ((rows.validation, validation), (rows.test, test)):
            n_drawn = int((groups[part] == group).sum())
            assert n_drawn <= max(1, round(share * size))
            if share == 0:
                assert n_drawn == 0
            elif size >= 3:
                assert n_drawn >= 1


def test_the_parts_have_the_shares_that_were_asked_for():
    groups = np.repeat([0, 1], [1000, 100])
    rows = split_rows(groups, validation=0.15, test=0.2)
    assert [np.bincount(groups[part]).tolist() for part in rows] == [[650, 65], [150, 15], [200, 20]]


def test_the_draw_is_the_seeds_and_never_changes():
    groups = np.zeros(12, np.int64)
    rows = split_rows(groups, validation=0.25, test=0.25)
    assert [part.tolist() for part in rows] == PINNED
    other = split_rows(groups, validation=0.25, test=0.25, seed=1)
    assert [part.tolist() for part in other] != PINNED


PINNED = [[3, 6, 7, 9, 10, 11], [0, 2, 5], [1, 4, 8]]
"""A model file says which examples judged it by the seed alone: this draw must stay what it is."""


@pytest.mark.parametrize(("validation", "test"), [(-0.1, 0.2), (0.5, 0.5), (0.0, 1.0), (float("nan"), 0.2)])
def test_shares_that_leave_nothing_to_learn_from_are_refused(validation: float, test: float):
    with pytest.raises(InvalidValueError, match=f"less than 1 are required, {validation} and {test} arrived"):
        split_rows(np.zeros(10, np.int64), validation=validation, test=test)


def test_what_is_alike_stays_on_one_side():
    alike = np.repeat(np.arange(20), 5)
    rows = split_rows(np.zeros(100, np.int64), validation=0.2, test=0.2, alike=alike)
    sides = [set(alike[part].tolist()) for part in rows]
    assert [len(side) for side in sides] == [12, 4, 4]
    assert set.union(*sides) == set(range(20))
    assert [len(part) for part in rows] == [60, 20, 20]


def test_where_nothing_is_alike_the_draw_is_the_same_as_without():
    groups = np.arange(50) % 3
    free = split_rows(groups, validation=0.2, test=0.2)
    told = split_rows(groups, validation=0.2, test=0.2, alike=np.arange(50)[::-1])
    assert all((one == other).all() for one, other in zip(free, told, strict=True))


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 2), st.sampled_from(["", "", "train", "validation", "test"])),
        min_size=1,
        max_size=60,
    ),
    shares,
    shares,
)
def test_what_is_alike_is_in_one_part_alone_unless_its_publisher_has_it_in_several(
    examples: list[tuple[int, int, str]], validation: float, test: float
):
    alike, labels, own = (np.array(column) for column in zip(*examples, strict=True))
    reading = Reading(validation=None if "validation" in own else validation, test=None if "test" in own else test)
    rows = draw_parts(Labels(labels, ("a", "b", "c"), ""), own, alike, reading, is_lenient=True)
    assert sorted(np.concatenate(rows).tolist()) == list(range(len(examples)))
    part_of = np.empty(len(examples), "U10")
    for name, part in zip(PARTS, rows, strict=True):
        part_of[part] = name
    assert (part_of == own)[own != ""].all()
    for content in np.unique(alike):
        assert len(set(part_of[(alike == content) & (own == "")])) <= 1
