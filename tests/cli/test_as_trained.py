"""`pellucid explain` of a run whose training did more than go downhill: as it was trained, and at a step of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.explain import Rate
from pellucid.training import Regularisation, TrainingResult
from pellucid.training.checkpoint import CHECKPOINT_FILE, write_checkpoint
from pellucid.training.clients import Snapshots
from pellucid.training.clients.snapshots import SNAPSHOTS_FOLDER, read_snapshot
from pellucid.training.schedules import read_schedule

CHOSEN = Regularisation(dropout=(0.1, 0.4), input_noise=0.05, label_smoothing=0.1, clip_norm=0.5, averaging=0.9)
STEPS = 7
SAMPLE = ("--data", "digits", "--sample", "3")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder as training leaves it, with snapshots, of two epochs of 7 steps."""
    folder = tmp_path_factory.mktemp("run")
    data, network = pl.load_data("digits"), pl.Network.random([64, 8, 10], output="softmax", seed=0)
    result: TrainingResult = pl.train(
        network,
        data,
        cost="cross-entropy",
        penalty=pl.L1(0.001),
        optimizer=pl.Adam(0.01),
        regularisation=CHOSEN,
        schedule="cosine:warmup=1",
        batch_size=167,
        epochs=2,
        callbacks=[Snapshots(folder / SNAPSHOTS_FOLDER, every=5)],
    )
    pl.save(result.model, folder / "model.safetensors")
    write_checkpoint(folder / CHECKPOINT_FILE, result.checkpoint)
    return folder


def explained(pellucid: Callable, *arguments: Any) -> dict:
    outcome = pellucid("explain", *arguments, "--format", "json")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def example() -> tuple[np.ndarray, np.ndarray]:
    part = pl.load_data("digits").test
    return part.raw[3], part.expected[3]


def test_a_step_from_a_snapshot_is_that_of_training(pellucid: Callable, run: Path):
    held, model = read_snapshot(run / SNAPSHOTS_FOLDER, 10), pl.load(run)
    raw, expected = example()
    known = pl.explain.update(
        model,
        *(raw, expected),
        cost="cross-entropy",
        layer=2,
        neuron=7,
        source=4,
        optimizer=pl.Adam(0.01),
        penalty=pl.L1(0.001),
        regularisation=CHOSEN,
        rate=Rate(read_schedule("cosine:warmup=1"), STEPS, 2, (held.history[0].judged_cost,)),
        state=held.state,
        draw=5,
    )
    assert explained(pellucid, run, *SAMPLE, "update", "2:7,4", "--at", 10, "--draw", 5) == known.to_dict()
    (rate,) = [step for step in known.steps if step.name.startswith("the learning rate of this step")]
    by_training = read_schedule("cosine:warmup=1").rates(0.01, range(10, 11), STEPS, 2, [])
    assert rate.value == pytest.approx(float(by_training[0]), rel=1e-12)


def test_within_the_first_epoch_the_rate_is_known_from_the_rest_of_the_run(pellucid: Callable, run: Path):
    document = explained(pellucid, run, *SAMPLE, "update", "2:7,4", "--at", 5)
    (rate,) = [step for step in document["steps"] if step["name"].startswith("the learning rate of this step")]
    assert rate["value"] == pytest.approx(0.01 * 6 / STEPS, rel=1e-12)


@pytest.mark.parametrize("step", [0, 5, 10])
def test_other_explanations_are_of_the_network_of_then(step: int, pellucid: Callable, run: Path):
    held, model = read_snapshot(run / SNAPSHOTS_FOLDER, step), pl.load(run)
    raw, _ = example()
    assert held.state.averages is not None
    then = model.network.with_parameters(held.state.averages)
    known = pl.explain.neuron(then, raw / 16, layer=3, neuron=1).value
    document = explained(pellucid, run, *SAMPLE, "neuron", "3:1", "--at", step)
    assert document["value"] == pytest.approx(known, rel=1e-6)


def test_every_explanation_of_an_example_can_be_of_then(pellucid: Callable, run: Path):
    of_one = [("layer", "3"), ("decision",), ("cost",), ("gradient", "2:1"), ("activation", "3:1"), ("graph", "3:1")]
    for kind in of_one:
        assert pellucid("explain", run, *SAMPLE, *kind, "--at", 5).code == 0


def test_the_words_say_which_network_it_is(pellucid: Callable, run: Path):
    def words(*arguments: Any) -> str:
        return " ".join(pellucid("explain", run, *SAMPLE, *arguments).out.split())

    assert "This is the network of the run at its start; the model file" in words("neuron", "3:1", "--at", 0)
    assert "This is the network of the run after 5 steps; the model file" in words("neuron", "3:1", "--at", 5)
    told = words("update", "2:7,4")
    assert "The rate is the optimizer's own; training moved it on (cosine:warmup=1)." in told
    assert "The model has averages of the parameters that training corrected." in told
    assert "--checkpoint shows a step as training makes it." in told
    assert "The rate is the optimizer's own" not in words("update", "2:7,4", "--checkpoint")


def test_cost_and_gradient_are_the_network_s_own_unless_asked_for_as_trained(pellucid: Callable, run: Path):
    raw, expected = example()
    model = pl.load(run)
    choices = {"cost": "cross-entropy", "penalty": pl.L1(0.001), "regularisation": CHOSEN}
    plain = explained(pellucid, run, *SAMPLE, "cost")
    assert plain == pl.explain.cost(model, raw, expected, cost="cross-entropy").to_dict()
    told = " ".join(pellucid("explain", run, *SAMPLE, "cost").out.split())
    more = "the penalty l1, smoothed labels, noise on the inputs, dropout"
    assert f"Training had {more} as well: --as-trained shows it." in told
    trained = explained(pellucid, run, *SAMPLE, "cost", "--as-trained")
    assert trained == pl.explain.cost(model, raw, expected, **choices).to_dict()
    drawn = explained(pellucid, run, *SAMPLE, "gradient", "2:7,4", "--draw", 9)
    place = {"layer": 2, "neuron": 7, "source": 4}
    assert drawn == pl.explain.gradient(model, raw, expected, draw=9, **place, **choices).to_dict()
    undrawn = explained(pellucid, run, *SAMPLE, "gradient", "2:7,4", "--as-trained", "--draw", "none")
    assert undrawn == pl.explain.gradient(model, raw, expected, draw=None, **place, **choices).to_dict()

    def told_of(*arguments: Any) -> str:
        return " ".join(pellucid("explain", run, *SAMPLE, "cost", *arguments).out.split())

    assert "as-trained" not in told_of("--as-trained")
    assert "What chance decided in training is drawn anew (--draw 0)." in told_of("--as-trained")
    assert "What chance decided in training is drawn anew (--draw 9)." in told_of("--draw", 9)
    assert "Noise and dropout, which training had, are left out (--draw none)." in told_of("--draw", "none")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["neuron", "3:1", "--at", "9"], "error: --at: there are 3 snapshots, of the steps 0 to 10; got 9, the near"),
        (["parameters", "--at", "5"], "error: --at: it is for neuron, layer, cost, gradient, update, decision, act"),
        (["update", "2:1", "--at", "5", "--checkpoint"], "error: --at: it takes the network of another moment than"),
        (["update", "2:1", "--at", "5", "--learning-rate", "1"], "error: --at: it goes on as the run was trained; "),
        (["neuron", "3:1", "--draw", "1"], "error: --draw: it is for cost, gradient and update, not for neuron"),
        (["update", "2:1", "--as-trained"], "error: --as-trained: it is for cost and gradient, not for update"),
        (["update", "2:1", "--draw", "1", "--optimizer", "sgd"], "error: --draw: it is of the model's own training"),
        (["cost", "--draw", "some"], "error: --draw: a whole number from 0, or 'none', is required, got 'some'"),
        (["cost", "--draw", "-1"], "error: --draw: a whole number from 0, or 'none', is required, got '-1'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_means_nothing_is_refused(arguments: list[str], message: str, pellucid: Callable, run: Path):
    outcome = pellucid("explain", run, *SAMPLE, *arguments)
    assert outcome.code == 1
    assert outcome.err.startswith(message)


def test_a_run_without_snapshots_says_how_to_have_some(pellucid: Callable, run: Path, tmp_path: Path):
    for file in (CHECKPOINT_FILE, "model.safetensors"):
        (tmp_path / file).write_bytes((run / file).read_bytes())
    outcome = pellucid("explain", tmp_path, *SAMPLE, "neuron", "3:1", "--at", 5)
    assert outcome.err.endswith("no snapshots; a run that is trained with --snapshots N leaves some\n")
