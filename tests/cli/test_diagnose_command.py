"""`pellucid diagnose` as a person runs it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pellucid.diagnosis import FAULTS

pytestmark = pytest.mark.usefixtures("unchecked")  # each diagnosis tries several rates, some hundred steps each
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def short_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this test the trials of other rates are short ones: the rate is not the matter."""
    monkeypatch.setattr("pellucid.diagnosis.trial.MOST_STEPS", 30)


@pytest.mark.usefixtures("unrendered")
def test_a_healthy_run_says_so_in_one_line(pellucid: Run):
    assert pellucid("train", "digits", "--out", "sound", "--epochs", "30")[0] == 0
    code, out, err = pellucid("diagnose", "sound")
    assert (code, out.count("\n")) == (0, 1)
    assert out.startswith(f"healthy: none of {len(FAULTS)} faults looked for was found")
    assert err == ""
    assert pellucid("diagnose", "sound", "--fail")[0] == 0


def test_a_fault_comes_with_evidence_cure_and_picture(pellucid: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pellucid.figures.draw_run", lambda folder, result, data: None)  # only the finding's
    chosen = ("--activation", "sigmoid", "--initializer", "standard-normal", "--hidden", "12", "--optimizer", "sgd")
    rate = ("--learning-rate", "0.0001", "--epochs", "6", "--seed", "2")
    assert pellucid("train", "digits", "--out", "slow", *chosen, *rate)[0] == 0
    code, out, _ = pellucid("diagnose", "slow", "--picture", "faults")
    assert code == 0
    assert "1. rate-too-low: Steps so short that the run ended on its way." in out
    assert "   evidence: " in out
    (typed,) = (line.strip() for line in out.splitlines() if line.strip().startswith("pellucid train digits"))
    assert "--learning-rate" in typed
    assert "--learning-rate 0.0001" not in typed
    assert "--hidden 12" in typed
    assert "--initializer standard-normal" in typed
    assert "--seed 2" in typed
    assert (tmp_path / "faults" / "1-rate-too-low.png").read_bytes().startswith(b"\x89PNG")
    assert "for a closer look: pellucid find-rate digits --hidden 12 " in out
    assert pellucid("diagnose", "slow", "--fail")[0] == 1
    # The cure as it is typed is a command that trains; its run is clean of the fault, and better.
    code, _, err = pellucid(*typed.split()[1:], "--out", "cured")
    assert code == 0, err
    assert not {"rate-too-low", "rate-too-high"} & named(pellucid, "cured")
    assert last_accuracy("cured") >= last_accuracy("slow") + 0.5


def named(pellucid: Run, *arguments: str | Path) -> set[str]:
    """The names of what is found."""
    code, out, err = pellucid("diagnose", *arguments, "--json")
    assert code == 0, err
    return {finding["name"] for finding in json.loads(out)["findings"]}


def last_accuracy(run: str) -> float:
    """On the validation examples, after the last epoch."""
    return json.loads(Path(run, "history.jsonl").read_text().splitlines()[-1])["validation_accuracy"]


@pytest.mark.usefixtures("unrendered")
def test_an_output_neuron_that_a_run_has_lost_is_named_and_the_cure_brings_it_back(pellucid: Run):
    chosen = ("--recipe", "nielsen-100", "--epochs", "15", "--seed", "6")
    assert pellucid("train", "digits", *chosen, "--out", "lost")[0] == 0
    code, out, _ = pellucid("diagnose", "lost", "--json")
    assert code == 0
    finding = json.loads(out)["findings"][0]
    assert finding["name"] == "saturated"
    # What the network itself answers tells which digit is lost.
    judged = json.loads(pellucid("evaluate", "lost", "digits", "--part", "train", "--json")[1])
    never = [figures["class"] for figures in judged["per_class"] if figures["recall"] < 0.1]
    assert finding["numbers"]["classes"] == never == ["1"]
    assert finding["numbers"]["outputs"] == [2]
    assert "3:2 ('1': 0 of 119 training examples are answered so)" in finding["evidence"]
    assert finding["command"] == (
        "pellucid train digits --recipe nielsen-100 --initializer auto --cost cross-entropy --learning-rate 0.8 "
        "--epochs 15 --seed 6"
    )
    assert pellucid(*finding["command"].split()[1:], "--out", "found")[0] == 0
    assert named(pellucid, "found") == set()
    assert last_accuracy("found") >= last_accuracy("lost") + 0.08


@pytest.mark.usefixtures("unrendered", "short_trials")
def test_the_log_of_gradients_is_evidence(pellucid: Run):
    chosen = ("--hidden", "20,20,20,20,20,20", "--activation", "sigmoid", "--epochs", "3", "--batch-size", "16")
    assert pellucid("train", "digits", *chosen, "--log-gradients", "--out", "deep")[0] == 0
    code, out, _ = pellucid("diagnose", "deep")
    assert code == 0
    assert "vanishing-gradients" in out
    records = [json.loads(line) for line in Path("deep/gradients.jsonl").read_text().splitlines()]
    first = records[0]["layers"][0]["gradient"] / records[0]["layers"][-1]["gradient"]
    assert f"By the run's log the gradient of layer 2 was {first:.2g} of that of layer 8 in epoch 1" in out
    Path("deep/gradients.jsonl").write_text('{"epoch": 1}')
    code, out, err = pellucid("diagnose", "deep")
    assert (code, out) == (1, "")
    assert err.startswith("error: deep/gradients.jsonl: the norms of an epoch a line are required")


@pytest.mark.usefixtures("unrendered")
def test_a_sweep_and_its_committee(pellucid: Run):
    chosen = ("--hidden", "16", "--learning-rate", "0.0001,0.01", "--epochs", "12", "--patience", "0")
    assert pellucid("sweep", "digits", *chosen, "--committee", "2", "--out", "swept")[0] == 0
    code, out, err = pellucid("diagnose", "swept")
    assert (code, out) == (1, "")
    assert "say which of 2 with --member, from 1 to 2" in err
    # The members stand in the order of their accuracy: the second one had the low rate.
    assert "rate-too-low" not in named(pellucid, "swept", "--member", "1")
    assert named(pellucid, "swept", "--member", "2") & {"rate-too-low", "underfitting"}
    assert "members 1 to 2, got 3" in pellucid("diagnose", "swept", "--member", "3")[2]
    assert "members 1 to 2, got 0" in pellucid("diagnose", "swept", "--member", "0")[2]


@pytest.mark.usefixtures("short_trials")
def test_a_run_that_lacks_files_is_judged_by_those_that_are_left(pellucid: Run, trained: Path, tmp_path: Path):
    shutil.copytree(trained, tmp_path / "run")
    for file in [*Path("run").glob("*.png"), *Path("run").glob("*.svg"), *Path("run").glob("checkpoint*")]:
        file.unlink()
    whole = named(pellucid, trained)
    assert named(pellucid, "run") == whole
    Path("run/history.jsonl").unlink()
    Path("run/config.toml").unlink()
    assert named(pellucid, "run", "digits") == whole
    assert "give DATA for most of them" in pellucid("diagnose", "run")[2]


@pytest.mark.usefixtures("unrendered", "short_trials")
def test_texts_and_streamed_examples(pellucid: Run, trained: Path, cache: Path):
    words = {"ham": "see you at lunch", "spam": "win a free prize"}
    lines = [f"{name}\t{text} {number % 7}\n" for number in range(60) for name, text in words.items()]
    Path("messages.txt").write_text("".join(lines))
    assert pellucid("train", "messages.txt", "--epochs", "30", "--hidden", "4", "--out", "texts")[0] == 0
    found = named(pellucid, "texts")
    assert "unscaled-inputs" not in found
    assert "leak" not in found  # messages that repeat each other on both sides do so within the training part as well
    code, out, err = pellucid("diagnose", trained, "messages.txt")
    assert (code, out) == (1, "")
    assert "messages is a text file" in err
    kept, streamed = named(pellucid, "texts", "messages.txt"), named(pellucid, "texts", "--memory", "1K")
    assert kept == streamed == found


@pytest.mark.usefixtures("short_trials")
def test_json_is_one_object(pellucid: Run, trained: Path):
    code, out, _ = pellucid("diagnose", trained, "--json")
    found = json.loads(out)
    assert code == 0
    assert set(found) == {"model", "data", "healthy", "unchecked", "findings"}
    assert (found["model"], found["data"]) == (str(trained), "digits")
    assert found["healthy"] == (not found["findings"])
    keys = {"name", "fault", "evidence", "cure", "command", "numbers", "picture"}
    assert all(set(finding) == keys and finding["name"] in FAULTS for finding in found["findings"])


def test_a_model_alone_needs_data(pellucid: Run, trained: Path, tmp_path: Path):
    shutil.copy(trained / "model.safetensors", tmp_path / "alone.safetensors")
    code, out, err = pellucid("diagnose", "alone.safetensors")
    assert code == 0
    assert "give DATA for most of them" in err
    assert "leak" in err
    code, out, _ = pellucid("diagnose", "alone.safetensors", "digits", "--json")
    assert code == 0
    assert json.loads(out)["unchecked"] == []


def test_what_is_missing_or_does_not_fit_is_one_line(pellucid: Run, trained: Path):
    for arguments, told in (
        (("nothing",), "nothing/model.safetensors" if Path("nothing").is_dir() else "nothing"),
        ((trained, "digitz"), "did you mean 'digits'"),
        ((trained, "mnist-like.csv"), "mnist-like.csv"),
    ):
        code, out, err = pellucid("diagnose", *arguments)
        assert (code, out) == (1, "")
        assert err.startswith("error: ")
        assert told in err
        assert err.count("\n") == 1
