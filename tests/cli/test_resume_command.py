"""`pellucid train --resume`: a run goes on to the same bytes, or says why it does not."""

import json
import shutil
from pathlib import Path

import pytest

import pellucid as pl
from pellucid.training.checkpoint import read_checkpoint

pytestmark = pytest.mark.usefixtures("unrendered")
SAME = ("model.safetensors", "checkpoint.safetensors", "history.jsonl")
CHOICES = ("--hidden", "8", "--dropout", "0.1", "--averaging", "0.9", "--seed", "3", "--log-gradients")


def bytes_of(run: str | Path) -> list[bytes]:
    return [Path(run, name).read_bytes() for name in SAME]


@pytest.fixture
def table(tmp_path: Path) -> str:
    """A table of two classes, whose columns are named by options."""
    lines = [f"{row % 7},{row % 5},{row},{'even' if row % 2 == 0 else 'odd'}\n" for row in range(60)]
    (tmp_path / "table.csv").write_text("a,b,row,kind\n" + "".join(lines))
    return "table.csv"


def test_more_epochs_end_in_the_bytes_of_a_run_that_had_them_from_the_start(pellucid, table: str):
    begun = ("train", table, "--label", "kind", "--ignore", "row", *CHOICES)
    assert pellucid(*begun, "--epochs", "6", "--out", "whole").code == 0
    assert pellucid(*begun, "--epochs", "2", "--out", "run").code == 0
    outcome = pellucid("train", "--resume", "run", "--epochs", "6", "--json")
    assert outcome.code == 0, outcome.err
    assert "run: goes on after epoch 2.\n" in outcome.err
    report = json.loads(outcome.out)
    assert (report["epochs"], report["stopped_because"], report["run"]) == (6, "all epochs done", "run")
    assert report["test"]["n_samples"] == 12
    assert bytes_of("run") == bytes_of("whole")
    for name in ("timings.jsonl", "gradients.jsonl"):
        epochs = [json.loads(line)["epoch"] for line in Path("run", name).read_text().splitlines()]
        assert epochs == [1, 2, 3, 4, 5, 6]

    finished = pellucid("train", "--resume", "run")
    assert (finished.code, finished.err) == (0, "")
    best = report["best_epoch"]
    assert finished.out == (
        f"run: finished, 6 epochs, best: epoch {best} (all epochs done); --epochs with more than 6 goes on\n"
    )
    assert json.loads(pellucid("train", "--resume", "run", "--json").out) == report | {"seconds": report["seconds"]}
    assert bytes_of("run") == bytes_of("whole")


def test_what_was_cut_short_before_its_first_checkpoint_begins_anew(pellucid, table: str):
    assert pellucid("train", table, *CHOICES, "--epochs", "2", "--out", "whole").code == 0
    Path("run").mkdir()
    shutil.copy("whole/config.toml", "run/config.toml")
    Path("run/.checkpoint.safetensors.x1.part").write_bytes(b"cut short")
    outcome = pellucid("train", "--resume", "run")
    assert outcome.code == 0, outcome.err
    assert outcome.err.startswith("run: ended before its first checkpoint; it begins anew.\n")
    assert bytes_of("run") == bytes_of("whole")
    assert not list(Path("run").glob(".*"))


def test_a_damaged_checkpoint_is_told_and_the_one_before_goes_on(pellucid, table: str):
    for run in ("whole", "run"):
        assert pellucid("train", table, *CHOICES, "--epochs", "3", "--out", run).code == 0
    path = Path("run/checkpoint.safetensors")
    path.write_bytes(path.read_bytes()[:-9])
    outcome = pellucid("train", "--resume", "run")
    assert outcome.code == 0, outcome.err
    assert outcome.err.startswith("Warning: run/checkpoint.safetensors: truncated or damaged")
    assert "; the one before, of epoch " in outcome.err
    assert bytes_of("run") == bytes_of("whole")


def test_a_run_does_not_end_before_the_place_where_it_stands(pellucid, trained: Path, tmp_path: Path):
    shutil.copytree(trained, tmp_path / "run")
    outcome = pellucid("train", "--resume", "run", "--epochs", "39")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == "error: --epochs: 40 are done, more are required to go on, got 39\n"
    shutil.copytree(trained, tmp_path / "again")
    Path("again/first-layer-weights.svg").touch()
    finished = pellucid("train", "--resume", "again", "--epochs", "40").out
    assert finished.startswith("again: finished, 40 epochs, best: epoch ")
    assert finished.endswith(" (all epochs done); --epochs with more than 40 goes on\n")


def test_changed_choices_and_changed_data_are_refused_by_name(pellucid, table: str):
    assert pellucid("train", table, *CHOICES, "--epochs", "2", "--out", "run").code == 0
    before = bytes_of("run")
    config = Path("run/config.toml").read_text()
    for old, new, named in (
        ("learning_rate = 0.001", "learning_rate = 0.002", "learning_rate (0.001, now 0.002)"),
        ("hidden = [8]", "hidden = [9]", "hidden ([8], now [9])"),
        ("seed = 3", "seed = 4", "seed (3, now 4)"),
        ("dropout = [0.1]", "dropout = [0.2]", "dropout ([0.1], now [0.2])"),
        ('initializer = "auto"', 'initializer = "zeros"', "initializer ('auto', now 'zeros')"),
    ):
        assert old in config
        Path("run/config.toml").write_text(config.replace(old, new))
        outcome = pellucid("train", "--resume", "run", "--epochs", "3")
        assert outcome.code == 1
        last = outcome.err.splitlines()[-1]
        assert last.startswith("error: --resume: the run goes on only as it was begun; changed: ")
        assert last.partition("changed: ")[2] == f"{named}. Only epochs and patience may be others"
    Path("run/config.toml").write_text(config)
    text = Path(table).read_text()
    Path(table).write_text(text.replace("6,1,6,even", "6,2,6,even"))
    outcome = pellucid("train", "--resume", "run", "--epochs", "3")
    assert outcome.code == 1
    assert "changed: data. " in outcome.err.splitlines()[-1]
    assert bytes_of("run") == before
    assert Path("run/config.toml").read_text() == config, "a refused run stays as it was"

    Path("elsewhere").mkdir()
    Path("elsewhere", table).write_text(text)
    Path(table).unlink()
    assert pellucid("train", "--resume", "run", "--epochs", "3").code == 1
    moved = pellucid("train", f"elsewhere/{table}", "--resume", "run", "--epochs", "3")
    assert moved.code == 0, moved.err
    assert len(read_checkpoint(Path("run")).history) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--hidden", "3", "--l2", "0.1"],
            "error: --resume: a run goes on as it was begun; leave out --hidden, --l2 ",
        ),
        (["--seed", "0"], "leave out --seed ("),
        (["--label", "kind"], "leave out --label ("),
        (["--overwrite", "--out", "b"], "leave out --out, --overwrite ("),
    ],
)
def test_only_what_may_change_goes_with_it(pellucid, trained: Path, tmp_path: Path, arguments: list[str], message: str):
    shutil.copytree(trained, tmp_path / "run")
    outcome = pellucid("train", "--resume", "run", *arguments)
    assert outcome.code == 1
    assert message in outcome.err.splitlines()[-1]


def test_what_is_no_run_is_one_line(pellucid):
    outcome = pellucid("train", "--resume", "nowhere")
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert outcome.err.startswith("error: nowhere: no run folder, which holds a config.toml; 'pellucid train DATA")
    assert pellucid("train").code == 2


def test_patience_that_ended_a_run_may_be_lengthened(pellucid, table: str):
    begun = ("train", table, "--label", "kind", "--hidden", "4", "--epochs", "30", "--least-gain", "0.9")
    assert pellucid(*begun, "--patience", "2", "--out", "run").code == 0
    assert "(no better for 2 epochs); --patience with more goes on\n" in pellucid("train", "--resume", "run").out
    n_done = len(read_checkpoint(Path("run")).history)
    outcome = pellucid("train", "--resume", "run", "--patience", "4", "--json")
    assert json.loads(outcome.out)["epochs"] == n_done + 2
    assert pl.load("run").network.sizes[1] == 4
