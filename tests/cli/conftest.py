"""The program run as a person runs it, in this process: arguments in; exit code, output and errors out."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from pellucid.cli.main import main


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def pellucid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Runs `pellucid ARGUMENTS` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["pellucid", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder: the essay's set-up on the bundled digits, as the command makes it, its pictures left empty."""
    folder = tmp_path_factory.mktemp("runs") / "essay"
    arguments = ["pellucid", "train", "digits", "--recipe", "essay", "--epochs", "40", "--out", str(folder), "--json"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", arguments)
        patch.setattr("pellucid.figures.save.figure_bytes", lambda figure, format: b"")  # noqa: A006
        with pytest.raises(SystemExit) as stop:
            main()
    assert stop.value.code == 0
    return folder


@pytest.fixture
def draw_digit() -> Callable[[np.ndarray, Path], Path]:
    """Draws a real digit as a large picture, dark on light, off centre."""

    def draw(raw: np.ndarray, path: Path) -> Path:
        grey = 255 - np.kron(raw.reshape(8, 8) * (255 / 16), np.ones((20, 20)))
        canvas = np.full((300, 260), 255.0)
        canvas[90:250, 20:180] = grey
        Image.fromarray(canvas.astype(np.uint8)).save(path)
        return path

    return draw
