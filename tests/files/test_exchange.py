"""Two folders swap their names."""

from pathlib import Path

import pytest

from pellucid.files import exchange as module
from pellucid.files.exchange import exchange


@pytest.mark.parametrize("at_once", [True, False], ids=["in one go", "one after the other"])
def test_each_has_the_others_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool):
    if not at_once:
        monkeypatch.setattr(module, "_exchange_at_once", lambda one, other: False)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "who").write_text(name)
    exchange(tmp_path / "a", tmp_path / "b")
    assert [(tmp_path / name / "who").read_text() for name in ("a", "b")] == ["b", "a"]
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_not_there_is_an_error_and_changes_nothing(tmp_path: Path):
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="No such file or directory"):
        exchange(tmp_path / "a", tmp_path / "b")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]
