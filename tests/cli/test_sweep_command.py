"""`pellucid sweep` and `pellucid committee`: the folder, the table, the best model, and what it can be used for."""

import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid.cli.sweep import seeds_of, values_of
from pellucid.errors import InvalidValueError
from pellucid.model import Committee
from pellucid.training import many, side_by_side
from pellucid.training.run_config import read_config

FILES = {"config.toml", "history.jsonl", "model.safetensors", "sweep.jsonl", "sweep.png", "sweep.svg"}
FILES |= {"trained-on.safetensors"}


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that less is compiled."""
    monkeypatch.setattr(many, "cores", lambda: 1)


def test_every_combination_is_trained_and_the_best_is_kept(pellucid, tmp_path: Path):
    """As one uses it: a committee of the best two, in the folder, asked as any model is."""
    outcome = pellucid(
        *("sweep", "digits", "--learning-rate", "0.0001,0.01", "--seed", "0-1", "--hidden", "12", "--epochs", "3"),
        *("--batch-size", "146", "--committee", "2", "--json"),
    )
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert list(report) == [
        *("sweep", "model", "trials", "best", "members", "seconds", "validation", "test"),
    ]
    folder = tmp_path / report["sweep"]
    assert folder == tmp_path / "runs" / "digits-sweep-1"
    assert {file.name for file in folder.iterdir()} == FILES
    lines = [json.loads(line) for line in (folder / "sweep.jsonl").read_text().splitlines()]
    assert sorted(line["trial"] for line in lines) == [1, 2, 3, 4]
    accuracies = [line["best"]["validation_accuracy"] for line in lines]
    assert accuracies == sorted(accuracies, reverse=True)
    assert lines[0] == report["best"]
    assert lines[0]["choices"]["learning_rate"] == 0.01
    made = pl.load(folder)
    assert isinstance(made, Committee)
    assert [member.provenance["training"]["seed"] for member in made.members] == [line["seed"] for line in lines[:2]]
    assert made.members[0].provenance["sweep"] == {"networks": 4, "choices": lines[0]["choices"]}
    judged = json.loads(pellucid("evaluate", folder, "digits", "--json").out)
    assert judged["accuracy"] == report["test"]["accuracy"]
    explained = json.loads(
        pellucid("explain", folder, "--data", "digits", "--sample", "3", "--format", "json", "decision").out
    )
    assert explained["title"].startswith("Why the committee says ")
    of_member = pellucid("explain", folder, "--member", "2", "--data", "digits", "--sample", "3", "neuron", "3:1")
    assert of_member.code == 0, of_member.err
    refused = pellucid("explain", folder, "--data", "digits", "--sample", "3", "neuron", "3:1")
    assert refused.code == 1
    assert refused.err == (
        "error: --member: one network is required here, and this model is a committee of 2; say which, from 1 to 2\n"
    )
    beyond = pellucid("explain", folder, "--member", "3", "--data", "digits", "decision")
    assert beyond.err == "error: --member: the committee has members 1 to 2, got 3\n"


def test_folds_and_the_table(pellucid):
    outcome = pellucid(
        *("sweep", "digits", "--hidden", "none:6", "--folds", "2", "--epochs", "1", "--batch-size", "full"),
        *("--out", "kept"),
    )
    assert outcome.code == 0, outcome.err
    assert "mean accuracy of the folds" in " ".join(outcome.out.split())
    assert "best: hidden " in outcome.out
    assert pl.load("kept").network.sizes in ((64, 10), (64, 6, 10))


def test_models_become_a_committee(pellucid, trained: Path, tmp_path: Path):
    outcome = pellucid("committee", trained, trained, "--out", "two.safetensors")
    assert (outcome.code, outcome.out) == (0, "a committee of 2: two.safetensors\n")
    alone, together = (
        json.loads(pellucid("evaluate", each, "digits", "--json").out) for each in (trained, "two.safetensors")
    )
    assert together["accuracy"] == alone["accuracy"]
    assert together["cost"] == pytest.approx(alone["cost"], rel=1e-5)
    again = pellucid("committee", trained, trained, "--out", "two.safetensors")
    assert (
        again.err == "error: two.safetensors: exists already; choose another name, move it away, or say --overwrite\n"
    )
    assert pellucid("committee", trained, "--out", "one.safetensors").err == (
        "error: members: 2 to 64 models are required, got 1\n"
    )
    alone = pellucid("explain", trained, "--member", "1", "--data", "digits", "decision")
    assert alone.err == "error: --member: it is for a committee, and this model is a single network; leave it out\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--learning-rate", "0.1;0.2"], "--learning-rate: numbers parted by ',' are required, got '0.1;0.2'"),
        (["--seed", "a"], "--seed: whole numbers such as 0-7 or 1,2,5 are required, got 'a'"),
        (["--seed", "7,5-1"], "--seed: the last of 5-1 must not be below the first"),
        (["--seed", "0-99999999"], "--seed: at most 1,000 are tried, got '0-99999999'"),
        (["--hidden", "30:x"], "--hidden: whole numbers above 0 such as 16,16, or 'none', are required, got 'x'"),
        (
            ["--committee", "2"],
            "--committee: at least 2 members are required, and no more than are trained, got 2 of 1 network;",
        ),
        (["--folds", "1", "--epochs", "1"], "--folds: a whole number from 2 to 100 is required"),
        (
            ["--folds", "3", "--halving"],
            "--halving: it is not for folds, whose networks are judged when they are whole",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_leaves_nothing(pellucid, arguments: list[str], message: str):
    outcome = pellucid("sweep", "digits", *arguments)
    assert outcome.code == 1
    assert f"error: {message}" in outcome.err
    assert not list(Path("runs").glob("*"))


def test_the_folder_says_how_the_best_was_made_and_is_no_run_that_goes_on(pellucid):
    np.savez("points.npz", X=np.random.default_rng(0).normal(size=(60, 3)), y=np.arange(60) % 2)
    made = pellucid(
        *("sweep", "points.npz", "--hidden", "none", "--seed", "1-2", "--epochs", "1", "--batch-size", "full"),
        *("--validation", "0.25", "--out", "kept", "--json"),
    )
    assert made.code == 0, made.err
    config = read_config(Path("kept/config.toml"))
    assert (config.data, config.seed) == ("points.npz", json.loads(made.out)["best"]["seed"])
    assert config.reading.validation == 0.25
    assert (config.recipe.hidden, config.recipe.batch_size) == ((), "full")
    before = {file.name: file.read_bytes() for file in Path("kept").iterdir()}
    outcome = pellucid("train", "--resume", "kept")
    assert (outcome.code, outcome.err) == (
        1,
        "error: --resume: a run of pellucid train is required, kept is a sweep's; begin a new run\n",
    )
    assert {file.name: file.read_bytes() for file in Path("kept").iterdir()} == before


def test_a_committee_that_lacks_members_says_so(pellucid):
    outcome = pellucid(
        *("sweep", "digits", "--hidden", "none", "--learning-rate", "0.01,1e38", "--optimizer", "sgd", "--epochs", "1"),
        *("--output", "identity", "--cost", "half-squared-error", "--batch-size", "full", "--committee", "2"),
        *("--activation", "identity", "--out", "lacking", "--json"),
    )
    assert outcome.code == 0, outcome.err
    assert outcome.err.endswith("Warning: of 2 members only 1 had an epoch done.\n")
    assert json.loads(outcome.out)["members"] == [1]


def test_ctrl_c_before_any_epoch_is_done_is_no_divergence(pellucid, monkeypatch: pytest.MonkeyPatch):
    run_blocks = side_by_side.SideBySide.run_blocks

    def interrupted(self: side_by_side.SideBySide) -> tuple[np.ndarray, np.ndarray]:
        os.kill(os.getpid(), signal.SIGINT)
        while not self.interruption.requested:
            time.sleep(0.001)
        return run_blocks(self)

    monkeypatch.setattr(side_by_side.SideBySide, "run_blocks", interrupted)
    outcome = pellucid("sweep", "digits", "--hidden", "none", "--seed", "0-1", "--out", "kept")
    assert (outcome.code, outcome.err.splitlines()[-1]) == (1, "error: interrupted")
    assert not Path("kept").exists()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ([], "data: examples that fit into memory are required to train many networks at once, these are read from "),
        (["--folds", "2"], "--folds: examples that fit into memory are required, these are read from their file; "),
    ],
)
def test_examples_beyond_memory_are_refused(pellucid, cache: Path, option: list[str], message: str):
    inputs = np.random.default_rng(0).normal(size=(400, 20)).astype(np.float32)
    np.savez("many.npz", X=inputs, y=np.arange(400) % 2)
    outcome = pellucid("sweep", "many.npz", "--memory", "10k", *option)
    assert (outcome.code, outcome.out) == (1, "")
    assert f"error: {message}" in outcome.err


def test_a_folder_that_is_there_is_left_alone(pellucid, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    outcome = pellucid("sweep", "digits", "--out", "mine")
    assert outcome.err.endswith("error: mine: exists already; choose another name, or move it away\n")


def test_values_and_seeds_are_read_as_they_are_written():
    assert seeds_of("0-3,7,2") == [0, 1, 2, 3, 7]
    assert values_of("l2", "0, 1e-4,0", ",", float) == [0.0, 1e-4]
    assert values_of("l2", None, ",", float) == []
    with pytest.raises(InvalidValueError):
        values_of("l2", "", ",", float)
