"""Faults planted in real runs are found, and healthy runs come out clean: a quick part of benchmarks/diagnosis.py."""

import numpy as np
import pytest
from benchmarks.diagnosis import trained
from benchmarks.planting import FAULTS_PLANTED, SETUPS, healthy

import pellucid as pl
from pellucid.data import Dataset

pytestmark = pytest.mark.usefixtures("unchecked")  # each diagnosis tries several rates, some hundred steps each
QUICK = {name: next(setup for setup in SETUPS if setup.name.startswith(name)) for name in ("digits", "Friedman")}
PLANTED = (
    ("digits", "rate-too-high", "rate × 1,000"),
    ("digits", "rate-too-low", "rate / 1,000"),
    ("digits", "vanishing-gradients", "8 sigmoid layers"),
    ("Friedman", "underfitting", "1 hidden neuron"),
    ("digits", "overfitting", "40 examples"),
    ("digits", "imbalance", "1% of every second class"),
    ("digits", "leak", "10 %, with noise of 1 %"),
)


@pytest.fixture(scope="module")
def data_of() -> dict[str, Dataset]:
    return {name: setup.data() for name, setup in QUICK.items()}


@pytest.mark.parametrize("name", QUICK)
def test_a_healthy_run_is_clean(name: str, data_of: dict[str, Dataset]):
    result = trained(healthy(QUICK[name], data_of[name], 0))
    assert result is not None
    assert pl.diagnose(result, data_of[name]) == ()
    assert pl.diagnose(result.model, data_of[name]) == ()


@pytest.mark.parametrize(("name", "fault", "strength"), PLANTED)
def test_a_planted_fault_is_named(name: str, fault: str, strength: str, data_of: dict[str, Dataset]):
    run = FAULTS_PLANTED[fault][strength](healthy(QUICK[name], data_of[name], 0), 0)
    result = trained(run)
    assert result is not None
    findings = {finding.name: finding for finding in pl.diagnose(result, run.data)}
    assert fault in findings
    assert any(character.isdigit() for character in findings[fault].evidence)
    assert findings[fault].picture().get_axes()


def test_most_of_the_suspects_are_those_whose_labels_were_changed(data_of: dict[str, Dataset]):
    setup, data = QUICK["digits"], data_of["digits"]
    run = FAULTS_PLANTED["mislabelled"]["5% of the labels"](healthy(setup, data, 1), 1)
    result = trained(run)
    assert result is not None
    (finding,) = (finding for finding in pl.diagnose(result, run.data) if finding.name == "mislabelled")
    changed = {
        (name, int(row))
        for name in ("train", "validation")
        for row in np.flatnonzero(getattr(run.data, name).labels != getattr(data, name).labels)
    }
    suspects = {(entry["part"], entry["row"]) for entry in finding.numbers["suspects"]}
    assert len(suspects & changed) >= 0.9 * len(suspects)
    assert len(suspects & changed) >= 0.5 * len(changed)
