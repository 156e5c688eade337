"""What the page says of planted and healthy runs whose outcomes are known."""

import pytest
from benchmarks.diagnosis import Key, Outcome, keep, read_record
from benchmarks.diagnosis_page import alarms_of, rows_of, summary, tables
from benchmarks.planting import SETUPS

from benchmarks import diagnosis

NAME = SETUPS[0].name
SOUND = Outcome((), 0.99, 0.97, 0.96)
FOUND = {
    Key(NAME, 0): SOUND,
    Key(NAME, 1): Outcome(("overfitting",), 0.99, 0.97, 0.96),
    Key(NAME, 0, "rate-too-low", "rate / 100"): Outcome(("rate-too-low",), 0.3, 0.3, 0.2),
    Key(NAME, 1, "rate-too-low", "rate / 100"): Outcome(("underfitting", "dead"), 0.5, 0.5, 0.2),
    Key(NAME, 0, "rate-too-low", "rate / 300"): Outcome((), 0.5, 0.9, 0.2),
    Key(NAME, 1, "rate-too-low", "rate / 300"): Outcome((), 0.5, 0.93, 0.2),  # 0.04 lost: no harm
    Key(NAME, 0, "rate-too-high", "rate × 30"): Outcome(None),
    Key(NAME, 0, "overfitting", "20 examples"): Outcome((), 1.0, 0.95, 0.9),
    Key(NAME, 1, "overfitting", "20 examples"): Outcome(("overfitting",), 1.0, 0.6, 0.5),
    Key(NAME, 0, "imbalance", "3% of every second class"): Outcome((), 1.0, 0.8, 0.7),
    Key(NAME, 0, "dead", "40% of layer 2"): Outcome(("dead",), 0.99, 0.97, 0.96),
}


@pytest.mark.parametrize(
    ("fault", "strength", "counts"),
    [
        ("rate-too-low", "rate / 100", (1, 1, 0, 0, 0)),
        ("rate-too-low", "rate / 300", (0, 0, 1, 1, 0)),
        ("rate-too-high", "rate × 30", (0, 0, 0, 0, 1)),
        ("overfitting", "20 examples", (1, 0, 0, 1, 0)),
        ("imbalance", "3% of every second class", (0, 0, 1, 0, 0)),
        ("dead", "40% of layer 2", (1, 0, 0, 0, 0)),
        ("leak", "3 % of the test part", (0, 0, 0, 0, 0)),
    ],
)
def test_a_run_is_counted_for_what_became_of_it(fault: str, strength: str, counts: tuple[int, ...]):
    (row,) = (row for row in rows_of(FOUND) if (row.fault, row.strength) == (fault, strength))
    assert (row.found, row.other, row.missed, row.harmless, row.refused) == counts


def test_the_rates_are_those_of_the_runs():
    assert alarms_of(FOUND) == {NAME: [(), ("overfitting",)]}
    # Harmed: two of rate / 100, one each of rate / 300, overfitting, imbalance and dead.
    assert summary(FOUND) == (
        "Of 6 runs that a planted fault harmed, 3 were given its name (50.0%), 1 only another one (16.7%), and 2 none "
        "(33.3%). Of 2 healthy runs 1 came out with a fault (50.0%)."
    )
    planted, sound = (table.to_markdown() for table in tables(FOUND))
    assert "| rate-too-low | rate / 100 | 1 | 1 | 0 | 0 | 0 | underfitting 1, dead 1 |" in planted
    assert f"| {NAME} | 2 | 1 | overfitting 1 |" in sound


def test_the_record_keeps_the_last_of_each_run(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(diagnosis, "RECORD", tmp_path / "record.jsonl")
    assert read_record() == {}
    for key, outcome in FOUND.items():
        keep(key, Outcome((), 0.0, 0.0))
        keep(key, outcome)
    assert read_record() == FOUND
