"""How long commands take, and what is said of those that fail."""

import pytest
from benchmarks.startup import Wait, _measure


def test_a_process_is_timed_as_often_as_asked() -> None:
    wait = _measure("nothing", 30.0, ["pass"], 2)
    assert len(wait.seconds) == 2
    assert min(wait.seconds) > 0
    assert wait.is_reached


def test_a_failing_command_is_missed_and_says_why() -> None:
    wait = _measure("stops", 30.0, ["raise SystemExit('error: no such model')"], 1)
    assert wait.problem == "failed: error: no such model"
    assert not wait.is_reached


@pytest.mark.parametrize(("seconds", "is_reached"), [((0.1, 0.2, 0.9), True), ((0.1, 0.31, 0.9), False)])
def test_the_median_counts(seconds: tuple[float, ...], is_reached: bool) -> None:
    assert Wait("a command", 0.3, seconds).is_reached is is_reached
