"""`predict`: where the answers may be written, and what is told of inputs that are not what they seem."""

from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid.data.features import Features, TextEncoder
from pellucid.model import Model

pytestmark = pytest.mark.usefixtures("unrendered")
ROWS = "age,hours,income\n" + "".join(
    f"{20 + k % 30},{k * 7 % 10},{'high' if k % 30 > 15 else 'low'}\n" for k in range(60)
)


@pytest.fixture
def run(pellucid, tmp_path: Path) -> str:
    """A model of a table, in the folder in which commands run."""
    (tmp_path / "people.csv").write_text(ROWS)
    assert pellucid("train", "people.csv", "--epochs", "1", "--hidden", "2", "--out", "run").code == 0
    return "run"


def test_the_input_is_never_overwritten(pellucid, run: str, tmp_path: Path):
    Path("link.csv").symlink_to("people.csv")
    Path("twin.csv").hardlink_to("people.csv")
    Path("folder").mkdir()
    Path("folder/people.csv").write_text(ROWS)
    for target in ("people.csv", "./people.csv", tmp_path / "people.csv", "link.csv", "twin.csv"):
        for more in ((), ("--overwrite",)):
            outcome = pellucid("predict", run, "people.csv", "--out", target, *more)
            assert (outcome.code, outcome.out) == (1, "")
            assert outcome.err == (
                f"error: --out: a file other than the inputs is required, got {Path(target)}, which is one; "
                "choose another name\n"
            )
    inside = pellucid("predict", run, "folder", "--out", "folder/people.csv", "--overwrite")
    assert inside.err.startswith("error: --out: a file other than the inputs is required")
    assert Path("people.csv").read_text() == Path("folder/people.csv").read_text() == ROWS


def test_a_file_that_is_there_is_replaced_only_where_one_says_so(pellucid, run: str):
    Path("answers.csv").write_text("mine")
    refused = pellucid("predict", run, "people.csv", "--out", "answers.csv")
    assert refused.err == "error: answers.csv: exists already; choose another name, or say --overwrite\n"
    assert Path("answers.csv").read_text() == "mine"
    assert pellucid("predict", run, "people.csv", "--out", "answers.csv", "--overwrite").code == 0
    assert Path("answers.csv").read_text().startswith("age,hours,income,prediction,probability\n20,0,low,")


def test_one_answer_is_one_answer(pellucid, run: str):
    Path("one.csv").write_text("age,hours\n30,20\n")
    assert pellucid("predict", run, "one.csv", "--out", "answers.csv").out == "1 answer: answers.csv\n"


@pytest.mark.parametrize("on_error", ["skip", "stop"])
def test_a_lacking_column_is_told_with_its_file(pellucid, run: str, on_error: str):
    Path("less.csv").write_text("age\n30\n")
    outcome = pellucid("predict", run, "less.csv", "--on-error", on_error)
    assert outcome.code == 1
    assert outcome.err.startswith("error: less.csv, line 2: columns: 'hours' is required and not there; 'age' arrived")
    assert "None" not in outcome.err
    Path("less.csv").write_text("age,income\n30,low\n")
    judged = pellucid("evaluate", run, "less.csv")
    assert "error: less.csv, line 2: columns: 'hours' is required and not there" in judged.err


def test_what_the_only_column_of_texts_was_taken_for_is_told(pellucid, tmp_path: Path):
    encoder = TextEncoder(("film", "good"), (), np.ones(2, np.float32), longest=1)
    network = pl.Network.random([2, 2], output="softmax", seed=0)
    pl.save(Model(network, "cross-entropy", ("bad", "good"), Features(encoder)), "texts.safetensors")
    Path("short.csv").write_text("good film\nno good\n")
    short = pellucid("predict", "texts.safetensors", "short.csv")
    assert [line.partition(":")[0] for line in short.out.splitlines()] == ["short.csv, line 2"]
    assert short.err == (
        "The first row, 'good film', is taken for the name of the column; if it is none, write one above it.\n"
    )
    Path("long.csv").write_text("this was a good film\nno good\n")
    long = pellucid("predict", "texts.safetensors", "long.csv")
    assert [line.partition(":")[0] for line in long.out.splitlines()] == ["long.csv, line 1", "long.csv, line 2"]
    assert long.err == ""
