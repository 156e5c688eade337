"""What a run folder says of its training; and what is refused there in one line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pellucid.data import Dataset
from pellucid.diagnosis.run_reading import case_of, data_of_run, history_in
from pellucid.errors import FormatError, InvalidValueError
from pellucid.maths import SGD, Network
from pellucid.training import TrainingResult, train
from pellucid.training.checkpoint import CHECKPOINT_FILE, write_checkpoint
from pellucid.training.run_folder import CONFIG_FILE, HISTORY_FILE


@pytest.fixture(scope="module")
def result(two_classes: Dataset) -> TrainingResult:
    network = Network.random([6, 4, 2], activation=["tanh", "softmax"])
    return train(network, two_classes, cost="cross-entropy", optimizer=SGD(0.1), epochs=3)


def test_the_checkpoint_tells_plan_history_and_reason(result: TrainingResult, tmp_path: Path):
    write_checkpoint(tmp_path / CHECKPOINT_FILE, result.checkpoint)
    case = case_of(tmp_path, result.model, None, None)
    assert case.plan is not None
    assert case.plan.to_dict() == result.checkpoint.plan.to_dict()
    assert case.history == result.history
    assert case.stopped_because == "all epochs done"


def test_without_a_checkpoint_the_model_and_the_history_tell(result: TrainingResult, tmp_path: Path):
    lines = [json.dumps(record.to_dict()) for record in result.history]
    (tmp_path / HISTORY_FILE).write_text("\n".join(lines))
    case = case_of(tmp_path, result.model, None, None)
    assert case.history == result.history
    assert case.plan is not None
    assert case.plan.to_dict() == result.checkpoint.plan.to_dict()
    nothing = case_of(tmp_path, replace(result.model, provenance={"training": {"odd": 1}}), None, None)
    assert nothing.plan is None


def test_a_checkpoint_of_another_network_is_refused(result: TrainingResult, two_classes: Dataset, tmp_path: Path):
    write_checkpoint(tmp_path / CHECKPOINT_FILE, result.checkpoint)
    network = Network.random([6, 5, 2], activation=["tanh", "softmax"])
    with pytest.raises(InvalidValueError, match=r"sizes \(6, 4, 2\), the model has \(6, 5, 2\)"):
        case_of(tmp_path, replace(result.model, network=network), two_classes, None)


@pytest.mark.parametrize(
    "line",
    [
        "nothing",
        "[]",
        '{"epoch": 1}',
        '{"epoch": 1, "cost": "0", "odd": 1}',
        '{"epoch": true, "cost": 0}',
        f'{{"epoch": 1, "cost": {10**400}, "accuracy": null, "learning_rate": 1}}',
        "[" * 100_000,
    ],
)
def test_a_history_of_anything_else_is_refused(line: str, tmp_path: Path):
    (tmp_path / HISTORY_FILE).write_text(line)
    with pytest.raises(FormatError, match=r"history\.jsonl: a record of an epoch a line is required"):
        history_in(tmp_path)


def test_the_data_that_a_run_was_given(tmp_path: Path):
    assert data_of_run(tmp_path) is None
    (tmp_path / CONFIG_FILE).write_text('data = "digits"\n')
    assert data_of_run(tmp_path) == "digits"
    (tmp_path / CONFIG_FILE).write_text("data = 3\n")
    assert data_of_run(tmp_path) is None
    (tmp_path / CONFIG_FILE).write_text("data = \n")
    with pytest.raises(FormatError, match="no TOML document"):
        data_of_run(tmp_path)
