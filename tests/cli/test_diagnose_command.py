"""`pellucid diagnose` as a person runs it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from pellucid.diagnosis import FAULTS

Run = Callable[..., tuple[int, str, str]]


def test_a_healthy_run_says_so_in_one_line(pellucid: Run):
    assert pellucid("train", "digits", "--out", "sound", "--epochs", "30")[0] == 0
    code, out, err = pellucid("diagnose", "sound")
    assert (code, out.count("\n")) == (0, 1)
    assert out.startswith(f"healthy: none of {len(FAULTS)} faults looked for was found")
    assert err == ""
    assert pellucid("diagnose", "sound", "--fail")[0] == 0


def test_a_fault_comes_with_evidence_cure_and_picture(pellucid: Run, tmp_path: Path):
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
    # The cure as it is typed is a command that trains, and trains better.
    code, _, err = pellucid(*typed.split()[1:], "--out", "cured")
    assert code == 0, err
    costs = {
        run: json.loads((tmp_path / run / "history.jsonl").read_text().splitlines()[5])["cost"]
        for run in ("slow", "cured")
    }
    assert costs["cured"] < 0.9 * costs["slow"]
    assert pellucid("diagnose", "slow", "--fail")[0] == 1


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
