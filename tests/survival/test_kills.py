"""Real training processes, killed at random moments and in the midst of saving, lose nothing."""

import sys
from pathlib import Path

import pytest
from benchmarks.survival import States, survive

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")


def test_ten_kills_three_of_them_during_a_save_lose_nothing(known: States, tmp_path: Path):
    *_, tally = survive(known, tmp_path, kills=10, during_saves=3, seed=0)
    assert tally.kills >= 10
    assert tally.during_saves >= 3
    assert tally.runs >= 1, "at least one was resumed to its end"
