"""The nearest neighbours, against all distances taken one by one."""

import numpy as np
from scipy.spatial.distance import cdist

from pellucid.diagnosis import neighbours
from pellucid.diagnosis.neighbours import nearest


def test_the_nearest_are_those_of_all_distances(monkeypatch):
    monkeypatch.setattr(neighbours, "ROWS_AT_ONCE", 7)
    generator = np.random.default_rng(0)
    x, among = generator.normal(0, 1, (20, 4)), generator.normal(0, 1, (31, 4))
    every = cdist(x, among)
    found = nearest(x, among, 3)
    np.testing.assert_allclose(found.distances, np.sort(every, axis=1)[:, :3], rtol=1e-12)
    assert found.rows.tolist() == np.argsort(every, axis=1)[:, :3].tolist()


def test_an_example_is_not_its_own_neighbour():
    x = np.random.default_rng(1).normal(0, 1, (12, 3))
    every = cdist(x, x) + np.diag([np.inf] * 12)
    found = nearest(x, x, 2, is_same=True)
    np.testing.assert_allclose(found.distances, np.sort(every, axis=1)[:, :2], rtol=1e-12)


def test_copies_far_from_the_origin_are_told_apart_in_float32():
    base = np.full((3, 50), 1000.0, np.float32)
    base[1, 0] += 1
    found = nearest(base[:1], base[1:], 2)
    assert found.distances[0].tolist() == [0.0, 1.0]
    assert found.rows[0].tolist() == [1, 0]


def test_there_are_never_more_neighbours_than_others():
    x = np.array([[0.0], [1.0], [5.0]])
    assert nearest(x, x, 9, is_same=True).rows.shape == (3, 2)
