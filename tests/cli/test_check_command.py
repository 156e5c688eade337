"""`pellucid check`: the command on a trained network, and what it says when something is wrong."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.cli import check as command
from pellucid.maths import ACTIVATIONS
from pellucid.maths.activations import tanh_derivative

pytestmark = pytest.mark.usefixtures("unchecked")


def test_it_checks_every_parameter_of_a_small_network(pellucid, trained: Path):
    outcome = pellucid("check", trained)
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    assert (
        lines[0] == "checked 1,482 of 1,482 weights and biases on a random input and random expected outputs (seed 0)"
    )
    assert lines[1].startswith("against central differences: worst relative error ")
    assert lines[1].endswith("up to 1e-06 passes")
    assert lines[2].startswith("against automatic differentiation: worst relative error ")
    assert lines[3:] == ["the gradients are right"]
    assert outcome.err == ""


def test_it_takes_an_example_or_a_mini_batch_of_data(pellucid, trained: Path):
    one = pellucid("check", trained, "--data", "digits", "--sample", "3", "--part", "validation", "--json")
    report = json.loads(one.out)
    assert one.code == 0, one.err
    assert report["example"] == "validation example 3 of digits (counted from 0)"
    assert report["passed"] is True
    assert set(report) == {
        "example", "passed", "n_parameters", "n_checked", "n_at_kinks", "faulty_layer", "central_differences",
        "automatic_differentiation",
    }  # fmt: skip
    assert report["central_differences"]["worst_relative_error"] < 1e-6
    batch = pellucid("check", trained, "--data", "digits", "--sample", "0-4")
    assert batch.out.startswith("checked 1,482 of 1,482 weights and biases on test examples 0-4 of digits")


def test_other_seeds_give_other_examples(pellucid, trained: Path):
    reports = [json.loads(pellucid("check", trained, "--seed", seed, "--json").out) for seed in ("1", "1", "2")]
    assert reports[0] == reports[1]
    worst = [report["automatic_differentiation"]["backpropagation"] for report in reports]
    assert worst[0] != worst[2]


def save(tmp_path: Path, network: pl.Network, **changes: Any) -> Path:
    from pellucid.data.features import Features, NumberEncoder

    features = Features(NumberEncoder((network.sizes[0],)))
    model = pl.Model(network, changes.get("cost", "squared-error"), changes.get("classes"), features)
    return pl.save(model, tmp_path / "model.safetensors")


def test_of_a_large_network_a_sample_or_all(pellucid, tmp_path: Path):
    file = save(tmp_path, pl.Network.random([300, 36, 4], activation="tanh", seed=0))
    assert pellucid("check", file).out.startswith("checked 1,000 of 10,984 weights and biases")
    assert pellucid("check", file, "--all").out.startswith("checked 10,984 of 10,984 weights and biases")


def test_a_wrong_derivative_ends_with_exit_code_1(pellucid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from dataclasses import replace

    wrong = replace(ACTIVATIONS["tanh"], derivative=lambda z, a: 1.01 * tanh_derivative(z, a))
    monkeypatch.setitem(ACTIVATIONS, "tanh", wrong)
    file = save(tmp_path, pl.Network.random([5, 4, 3], activation="tanh", output="identity", seed=0))
    outcome = pellucid("check", file)
    assert outcome.code == 1
    assert outcome.out.splitlines()[-1] == "the gradients are wrong"
    assert outcome.err == "error: gradients: 24 of 39 checked are wrong, from layer 2 back\n"


def test_where_nothing_can_be_compared_it_does_not_pass(pellucid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    network = pl.Network([pl.Layer([[1.0]], [-1.0], "relu")])
    monkeypatch.setattr(command, "random_example", lambda model, seed: (np.array([1.0]), np.array([1.0])))
    outcome = pellucid("check", save(tmp_path, network))
    assert outcome.code == 1
    assert outcome.out.startswith("checked 0 of 2 weights and biases on a random input")
    assert "; 2 at a kink are left out" in outcome.out
    assert "all that were drawn stand at kinks" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seed", "-1"], "error: --seed: must be a whole number of at least 0, got -1"),
        (["--data", "digits", "--sample", "99999"], "error: --sample: test has samples 0 to 358, got 99999"),
        (["--data", "digits", "--part", "tests"], "error: --part: 'tests' is not known; did you mean 'test'?"),
    ],
)
def test_what_does_not_fit_is_one_line(pellucid, trained: Path, arguments: list[str], message: str):
    outcome = pellucid("check", trained, *arguments)
    assert outcome.code == 1
    assert outcome.err.startswith(message)
    assert outcome.err.count("\n") == 1


def test_a_regression_has_a_random_target(pellucid, tmp_path: Path):
    network = pl.Network.random([4, 3, 2], activation="tanh", output="identity", seed=0)
    outcome = pellucid("check", save(tmp_path, network))
    assert outcome.code == 0, outcome.err
    assert "checked 23 of 23" in outcome.out
