"""Many networks at once: each comes to what `train` comes to, ends as it would, and the worse half can be given up."""

import math
from dataclasses import replace

import numpy as np
import pytest

from pellucid.data import Dataset
from pellucid.errors import InvalidValueError
from pellucid.maths import L1, L2, SGD, Adam, ElasticNet, Network, RMSProp
from pellucid.training import Regularisation, many, side_by_side, vectorised
from pellucid.training.halving import rungs_of
from pellucid.training.lane import Lane
from pellucid.training.loop import train_by
from pellucid.training.many import groups_of, train_many
from pellucid.training.plan import Plan

TOLERANCE = 2e-5
"""Inside a loop over networks the compiler may fuse sums otherwise: float32 rounding, over 42 steps."""


WHOLE = {"batch_size": 23}
"""138 examples: with 10 a mini-batch the last one is shorter, with 23 it is not."""


def classifier(seed: int, hidden: int = 8) -> Network:
    return Network.random([5, hidden, 3], activation="relu", output="softmax", seed=seed)


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that less is compiled; one test has two."""
    monkeypatch.setattr(many, "cores", lambda: 1)


def plan(**choices: object) -> Plan:
    return Plan.of(**({"cost": "cross-entropy", "optimizer": SGD(0.1), "batch_size": 10, "epochs": 3} | choices))


def require_same(lane: Lane, single: object) -> None:
    """A lane's network and history are those of a run of its own."""
    pairs = zip(lane.trained.parameters, single.network.parameters, strict=True)
    for ours, theirs in pairs:
        for left, right in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(left, right, rtol=0, atol=TOLERANCE * max(1.0, np.abs(right).max()))
    assert [record.epoch for record in lane.history] == [record.epoch for record in single.history]
    for left, right in zip(lane.history, single.history, strict=True):
        assert left.learning_rate == right.learning_rate
        assert left.validation_accuracy == pytest.approx(right.validation_accuracy, abs=1e-6)
        assert left.cost == pytest.approx(right.cost, rel=1e-5)
    assert lane.stopped_because == single.stopped_because
    assert lane.best_record.epoch == single.best_epoch


CHANCE = Regularisation(dropout=(0.1, 0.4), input_noise=0.1, averaging=0.9)
PLANS = {
    "penalties": [
        {"optimizer": SGD(0.02, momentum=0.5), "penalty": L2(0.01), "seed": 1},
        {"optimizer": SGD(0.1, momentum=0.5), "penalty": ElasticNet(0.01, 0.3), "seed": 2},
        {"optimizer": SGD(0.1, momentum=0.5), "penalty": L1(0.002), "seed": 2},
        {"optimizer": SGD(0.1, momentum=0.5), "seed": 2},
    ],
    "chance": [
        {"optimizer": Adam(rate), "schedule": "cosine:warmup=1", "regularisation": CHANCE, "seed": seed, **WHOLE}
        for rate, seed in ((0.003, 1), (0.01, 2))
    ],
    "plateau": [
        {"optimizer": RMSProp(rate), "schedule": "plateau:patience=1", "balance": "weights", **WHOLE}
        for rate in (0.002, 0.05)
    ],
}


@pytest.mark.parametrize("kind", PLANS)
def test_each_comes_to_what_train_comes_to(blobs: Dataset, kind: str):
    plans = [plan(**choices) for choices in PLANS[kind]]
    networks = [classifier(each.seed) for each in plans]
    lanes = train_many(networks, plans, blobs)
    assert len(groups_of(lanes)) == 1, "one program trains them all"
    for network, each, lane in list(zip(networks, plans, lanes, strict=True))[: 2 if kind == "penalties" else 1]:
        require_same(lane, train_by(each, network, blobs))
    states = [lane.trained.layers[0].weights for lane in lanes]
    assert not np.allclose(states[0], states[1], atol=1e-4), "the networks differ"


def test_targets_are_scaled_as_in_train(line: Dataset):
    plans = [
        plan(cost="half-squared-error", optimizer=SGD(rate), scale_targets=True, batch_size=20, epochs=2)
        for rate in (0.01, 0.05)
    ]
    start = Network.random([3, 4, 2], activation="tanh", output="identity", seed=1, dtype=np.float64)
    for each, lane in zip(plans, train_many([start, start], plans, line), strict=True):
        single = train_by(each, start, line)
        np.testing.assert_allclose(lane.trained(line.test.inputs), single.network(line.test.inputs), rtol=1e-9)
        assert lane.model(line).provenance["training"] == single.model.provenance["training"]


def test_networks_of_several_shapes_come_back_in_their_order(blobs: Dataset):
    sizes = [4, 8, 4]
    networks = [classifier(k, size) for k, size in enumerate(sizes)]
    lanes = train_many(networks, [plan(seed=k, epochs=1, **WHOLE) for k in range(3)], blobs)
    assert [lane.trained.sizes[1] for lane in lanes] == sizes
    assert sorted(map(len, groups_of(lanes))) == [1, 2]


def test_threads_do_not_change_what_comes_out(blobs: Dataset, monkeypatch: pytest.MonkeyPatch):
    networks, plans = [classifier(k) for k in range(4)], [plan(seed=k, epochs=2, **WHOLE) for k in range(4)]
    alone = train_many(networks, plans, blobs)
    monkeypatch.setattr(many, "cores", lambda: 2)
    together = train_many(networks, plans, blobs)
    assert [len(group) for group in groups_of(together, 2)] == [2, 2]
    for left, right in zip(alone, together, strict=True):
        assert left.history == right.history
        np.testing.assert_array_equal(left.trained.layers[0].weights, right.trained.layers[0].weights)


def test_a_program_trains_no_more_networks_than_it_is_good_for(blobs: Dataset, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(many, "MOST_PARAMETERS", 3 * classifier(0).parameter_count + 1)
    lanes = [Lane(classifier(k), plan(seed=k)) for k in range(7)]
    assert [len(group) for group in groups_of(lanes)] == [3, 3, 1]


def test_the_way_of_gpus_comes_to_the_same(blobs: Dataset, monkeypatch: pytest.MonkeyPatch):
    """There each step is made of all networks at once; here that program runs on the CPU."""
    networks, plans = [classifier(k) for k in range(2)], [plan(seed=k, penalty=L2(0.01), **WHOLE) for k in range(2)]
    in_turn = train_many(networks, plans, blobs)

    def for_gpu(
        network: Network, rule: object, features: object, size: int, device: str, *others: object, **more: bool
    ):
        return vectorised.compile_blocks(network, rule, features, size, "gpu", *others, **more)

    monkeypatch.setattr(side_by_side, "compile_blocks", for_gpu)
    for left, right in zip(in_turn, train_many(networks, plans, blobs), strict=True):
        np.testing.assert_allclose(left.trained.layers[0].weights, right.trained.layers[0].weights, atol=TOLERANCE)
        assert left.history[-1].validation_accuracy == right.history[-1].validation_accuracy


def test_patience_ends_each_by_itself_and_the_others_go_on(blobs: Dataset):
    """At the greatest rate a network is soon thrown about, and better no more."""
    plans = [plan(optimizer=SGD(rate), epochs=12, patience=2, **WHOLE) for rate in (3.0, 0.01, 3.0, 5.0)]
    lanes = train_many([classifier(1)] * 4, plans, blobs)
    lengths = [len(lane.history) for lane in lanes]
    assert lengths[1] == 12
    assert max(lengths[0], *lengths[2:]) < 12
    assert lanes[0].stopped_because == "no better for 2 epochs"
    require_same(lanes[0], train_by(plans[0], classifier(1), blobs))


def test_one_that_diverges_ends_alone(blobs: Dataset):
    plans = [plan(optimizer=SGD(rate), cost="squared-error", epochs=4, **WHOLE) for rate in (0.01, 1e30)]
    start = Network.random([5, 8, 3], activation="relu", output="identity", seed=1)
    good, bad = train_many([start, start], plans, blobs)
    assert good.stopped_because == "all epochs done"
    assert bad.stopped_because.startswith("diverged: the cost was not finite in epoch 1, step ")
    assert bad.stopped_because.endswith("a learning rate below 1e+30 is the usual cure")
    assert bad.merit == (-math.inf, -math.inf)
    with pytest.raises(InvalidValueError, match=r"^network: one with an epoch done is required, got none: diverged"):
        _ = bad.trained


def test_halving_gives_up_the_worse_half_after_each_rung(blobs: Dataset):
    rates = (1e-6, 0.1, 1e-5, 0.05, 1e-4, 0.02, 1e-3, 0.01)
    plans = [plan(optimizer=SGD(rate), epochs=8, **WHOLE) for rate in rates]
    lanes = train_many([classifier(1) for _ in rates], plans, blobs, halving=True)
    lengths = [len(lane.history) for lane in lanes]
    assert rungs_of(8, 8) == [1, 2, 4, 8]
    assert sorted(lengths) == [1, 1, 1, 1, 2, 2, 4, 8]
    assert lengths[0] == lengths[2] == 1, "the slowest go first"
    assert lanes[0].stopped_because == "in the worse half after epoch 1"


def test_what_one_has_done_is_told(blobs: Dataset):
    told: list[tuple[int, int]] = []
    train_many([classifier(1), classifier(2)], [plan(**WHOLE)] * 2, blobs, report=lambda *each: told.append(each))
    assert told == [(2, 6), (4, 6), (6, 6)]


def test_without_a_validation_part_the_last_epoch_is_kept(blobs: Dataset):
    data = replace(blobs, validation=None)
    lanes = train_many(
        [classifier(1), classifier(1)], [plan(optimizer=SGD(rate), **WHOLE) for rate in (1e-6, 0.1)], data
    )
    assert [lane.best_record.epoch for lane in lanes] == [3, 3]
    assert lanes[1].merit > lanes[0].merit


def test_networks_of_two_types_are_refused(blobs: Dataset):
    networks = [classifier(1), classifier(1).astype(np.float64)]
    with pytest.raises(InvalidValueError, match=r"^networks: one type of numbers is required, got float32, float64$"):
        train_many(networks, [plan(), plan()], blobs)
