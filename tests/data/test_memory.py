"""How much memory is to be had, as the system tells it."""

import os
from pathlib import Path

import pytest

from pellucid.data import memory


def test_it_is_more_than_nothing_and_less_than_the_machine_has():
    found = memory.available_memory()
    assert 2**20 < found < 2**46
    if hasattr(os, "sysconf"):
        assert found <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@pytest.mark.parametrize(
    ("most", "used", "copies", "left"),
    [
        ("3000", "1000", 0, 2000),
        ("1000", "3000", 0, 0),
        ("3000", "2900", 2500, 2600),
        ("max", "1000", 0, None),
        ("3000", None, 0, None),
    ],
)
def test_a_group_of_processes_may_have_less(
    most: str, used: str | None, copies: int, left: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    free = memory.available_memory()
    (tmp_path / "memory.max").write_text(f"{most}\n")
    if used is not None:
        (tmp_path / "memory.current").write_text(f"{used}\n")
    # Of files that were read the system keeps copies, half of them in use lately: they make room when it is asked for.
    (tmp_path / "memory.stat").write_text(f"anon 7\nactive_file {copies // 2}\ninactive_file {copies // 2}\n")
    monkeypatch.setattr(memory, "_OF_GROUP", tmp_path)
    if left is None:
        assert memory.available_memory() > free / 4
    else:
        assert memory.available_memory() == left
