"""Options that mean nothing for the data at hand are refused, in every command that reads them, and not passed over."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import pellucid as pl
from pellucid.errors import InvalidValueError


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of pictures, a folder of texts, a table, a file of labelled lines, and arrays."""
    generator = np.random.default_rng(0)
    for name in ("red", "blue"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "mails" / name).mkdir(parents=True)
        for k in range(6):
            Image.fromarray(generator.integers(0, 256, (4, 4), np.uint8)).save(tmp_path / "pets" / name / f"{k}.png")
            (tmp_path / "mails" / name / f"{k}.txt").write_text(f"{name} words number {k}\n")
    ages = generator.integers(20, 70, 40)
    rows = "".join(f"{age},{'high' if age > 40 else 'low'}\n" for age in ages)
    (tmp_path / "people.csv").write_text(f"age,income\n{rows}")
    lines = "".join(f"{'ham' if k % 2 else 'spam'}\tsome words {k % 5}\n" for k in range(40))
    (tmp_path / "lines.txt").write_text(lines)
    np.savez(tmp_path / "arrays.npz", X=generator.normal(size=(40, 3)), y=np.arange(40) % 2)
    return tmp_path


MISFITS = [
    ("pets", "--label", "x", "tables, arrays and files with a label and a text a line, pets holds pictures"),
    ("pets", "--features", "x", "tables and arrays, pets holds pictures"),
    ("mails", "--label", "first", "tables, arrays and files with a label and a text a line, mails holds text"),
    ("mails", "--ignore", "x", "tables and arrays, mails holds text"),
    (
        "people.csv",
        "--pattern",
        "{class}_*",
        "folders and zip files of pictures, sounds or texts, people.csv holds a t",
    ),
    ("lines.txt", "--features", "x", "tables and arrays, lines.txt holds one text a line"),
    ("lines.txt", "--pattern", "{class}", "folders and zip files of pictures, sounds or texts, lines.txt holds one te"),
    ("arrays.npz", "--pattern", "{class}", "folders and zip files of pictures, sounds or texts, arrays.npz holds num"),
]


@pytest.mark.parametrize("command", [["train"], ["data", "show"], ["data", "check"]], ids=" ".join)
@pytest.mark.parametrize(("data", "option", "value", "message"), MISFITS)
def test_a_choice_for_data_of_another_kind_is_refused(
    pellucid, files: Path, command: list[str], data: str, option: str, value: str, message: str
):
    outcome = pellucid(*command, data, option, value)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith(f"error: {option}: it is for {message}")
    assert outcome.err.endswith("; leave it out\n")


@pytest.mark.parametrize(("data", "option", "value", "message"), MISFITS)
def test_in_python_it_goes_by_the_parameters_name(files: Path, data: str, option: str, value: str, message: str):
    with pytest.raises(InvalidValueError, match=f"^{option[2:]}: it is for {message}"):
        pl.load_data(files / data, **{option[2:]: value})


def test_a_table_in_memory_has_no_names_of_files():
    with pytest.raises(InvalidValueError, match=r"^pattern: it is for folders .*, table holds a table; leave it out$"):
        pl.load_data([{"age": 39, "paid": "yes"}] * 20, pattern="{class}_*")


@pytest.mark.usefixtures("unrendered")
def test_evaluate_refuses_what_is_asked_for_but_not_what_the_model_was_trained_with(pellucid, files: Path):
    choices = ("--encoding", "size=4x4,colour=grey", "--epochs", "1", "--hidden", "2", "--out", "run")
    shutil.copytree("pets/red", "named")
    for k in range(6):
        Path(f"named/{k}.png").rename(f"named/{'red' if k % 2 else 'blue'}_{k}.png")
    assert pellucid("train", "named", "--pattern", "{class}_*", *choices).code == 0
    refused = pellucid("evaluate", "run", "pets", "--label", "x")
    assert refused.err.startswith("error: --label: it is for tables, arrays and files")
    pixels = np.random.default_rng(1).integers(0, 256, (9, 4, 4), np.uint8)
    np.savez("pixels.npz", X=pixels, y=np.array(["red", "blue", "red"] * 3))
    judged = pellucid("evaluate", "run", "pixels.npz")
    assert judged.code == 0, judged.err
    assert "of 9 examples right" in judged.out
