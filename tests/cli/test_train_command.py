"""`pellucid train`: the run folder, the report, and what is refused."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from contextlib import nullcontext
from pathlib import Path

import pytest

import pellucid as pl
from pellucid.cli import training_run
from pellucid.training import Callback
from pellucid.training.recipe import Recipe

pytestmark = pytest.mark.usefixtures("unrendered")
FILES = {"config.toml", "history.jsonl", "timings.jsonl", "model.safetensors", "checkpoint.safetensors"}
FILES |= {"trained-on.safetensors"}
PICTURES = {"learning-curves", "network", "activation", "first-layer-weights", "confusion", "most-wrong"}


def test_the_essays_set_up_learns_the_digits_and_leaves_a_whole_run_folder(trained: Path):
    assert {file.name for file in trained.iterdir()} - {"checkpoint-before.safetensors"} == FILES | {
        f"{name}.{kind}" for name in PICTURES for kind in ("png", "svg")
    }
    config = tomllib.loads((trained / "config.toml").read_text())
    assert config["hidden"] == [16, 16]
    assert (config["activation"], config["cost"], config["optimizer"]) == (["sigmoid"], "squared-error", "sgd")
    assert (config["data"], config["recipe"], config["seed"]) == ("digits", "essay", 0)
    history = [json.loads(line) for line in (trained / "history.jsonl").read_text().splitlines()]
    assert [record["epoch"] for record in history] == list(range(1, 41))
    assert set(history[0]) == {
        *("epoch", "cost", "accuracy", "validation_cost", "validation_accuracy", "learning_rate"),
    }
    assert history[-1]["cost"] < history[0]["cost"] / 5
    assert pl.load(trained).network.sizes == (64, 16, 16, 10)


def test_the_report_in_json_is_all_that_standard_output_holds(pellucid):
    outcome = pellucid("train", "digits", "--hidden", "8", "--epochs", "3", "--json")
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert list(report) == [
        *("run", "model", "epochs", "best_epoch", "stopped_because", "seconds", "validation", "test"),
    ]
    assert report["run"] == os.path.join("runs", "digits-1")  # noqa: PTH118 - as the system writes it
    assert report["epochs"] == 3
    assert report["stopped_because"] == "all epochs done"
    assert set(report["test"]) == {"accuracy", "cost", "n_samples", "baseline_accuracy"}
    assert report["test"]["n_samples"] == pl.load_data("digits").test.n_samples
    assert "epoch 1/3" in outcome.err
    again = json.loads(pellucid("train", "digits", "--hidden", "8", "--epochs", "3", "--json").out)
    assert again["run"].endswith("digits-2")
    names = ("model.safetensors", "checkpoint.safetensors", "history.jsonl")
    same = [Path(report["run"], name).read_bytes() == Path(again["run"], name).read_bytes() for name in names]
    assert all(same), "the same run gives the same bytes"


def test_options_go_over_a_recipe_and_may_name_each_layer(pellucid):
    outcome = pellucid(
        *("train", "digits", "--recipe", "essay", "--hidden", "9,8", "--activation", "tanh,relu", "--epochs", "1"),
        *("--cost", "cross-entropy", "--output", "softmax", "--optimizer", "rmsprop", "--learning-rate", "0.002"),
        *("--batch-size", "full", "--l2", "0.001", "--out", "run"),
    )
    assert outcome.code == 0, outcome.err
    model = pl.load("run")
    assert [activation.name for activation in model.network.activations] == ["tanh", "relu", "softmax"]
    training = model.provenance["training"]
    assert training["optimizer"]["name"] == "rmsprop"
    assert training["optimizer"]["learning_rate"] == 0.002
    assert (training["batch_size"], training["penalty"]) == ("full", {"name": "l2", "strength": 0.001})


def test_a_run_folder_is_never_overwritten_without_being_told(pellucid):
    assert pellucid("train", "digits", "--epochs", "1", "--out", "run").code == 0
    before = Path("run/model.safetensors").read_bytes()
    refused = pellucid("train", "digits", "--epochs", "1", "--seed", "1", "--out", "run")
    assert refused.code == 1
    assert refused.err.splitlines()[-1].startswith("error: run: exists already; ")
    assert "--overwrite" in refused.err
    assert Path("run/model.safetensors").read_bytes() == before
    assert pellucid("train", "digits", "--epochs", "1", "--seed", "1", "--out", "run", "--overwrite").code == 0
    assert Path("run/model.safetensors").read_bytes() != before


def test_only_a_run_folder_is_ever_overwritten_and_only_by_a_whole_new_one(pellucid):
    Path("mine").mkdir()
    Path("mine/thesis.tex").write_text("years of work")
    refused = pellucid("train", "digits", "--epochs", "1", "--out", "mine", "--overwrite")
    assert refused.code == 1
    assert "only a run folder can be overwritten, this is none; nothing was deleted" in refused.err
    assert "nothing was deleted" in pellucid("train", "digits", "--epochs", "1", "--out", ".", "--overwrite").err
    assert Path("mine/thesis.tex").read_text() == "years of work"

    assert pellucid("train", "digits", "--epochs", "1", "--out", "run").code == 0
    before = Path("run/model.safetensors").read_bytes()
    for choices in (["--device", "tpu"], ["--output", "relu"], ["--optimizer", "sgd", "--learning-rate", "1e30"]):
        assert pellucid("train", "digits", *choices, "--out", "run", "--overwrite").code == 1
        assert Path("run/model.safetensors").read_bytes() == before
    for own in ("notes.txt", "photo.png"):
        Path("run", own).write_text("kept")
        refused = pellucid("train", "digits", "--epochs", "1", "--out", "run", "--overwrite")
        assert f"holds {own}, which is no file of a run" in refused.err
        Path("run", own).unlink()
    assert sorted(path.name for path in Path().iterdir()) == ["mine", "run"]


def test_a_full_disk_is_one_line_and_leaves_nothing(pellucid, monkeypatch: pytest.MonkeyPatch):
    fsync, calls = os.fsync, []

    def full_from_the_fifth_file_on(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full_from_the_fifth_file_on)
    outcome = pellucid("train", "digits", "--epochs", "2", "--out", "run")
    assert outcome.code == 1
    assert "Warning: run/checkpoint.safetensors: could not be written (No space left on device)" in outcome.err
    last = outcome.err.splitlines()[-1]
    assert (
        last == "error: run/checkpoint.safetensors: could not be written (No space left on device); nothing was changed"
    )
    assert list(Path().iterdir()) == []


def test_another_optimizer_or_cost_does_not_keep_what_the_recipe_chose_for_its_own(pellucid):
    essay = ("train", "digits", "--recipe", "essay", "--epochs", "1")
    assert pellucid(*essay, "--optimizer", "adam", "--out", "a").code == 0
    assert tomllib.loads(Path("a/config.toml").read_text())["learning_rate"] == 0.001
    assert pellucid(*essay, "--cost", "cross-entropy").code == 0
    assert pl.load("runs/digits-1").network.output.name == "softmax"


def test_a_named_set_has_its_own_recipe_and_options_go_over_it(pellucid, monkeypatch: pytest.MonkeyPatch):
    own = Recipe(hidden=(5,), epochs=1, optimizer="adamw", weight_decay=0.1)
    monkeypatch.setattr("pellucid.training.recipe.default_recipe", lambda name, reading=None: (own, "digits"))
    outcome = pellucid("train", "digits", "--learning-rate", "0.01", "--out", "run")
    assert outcome.code == 0, outcome.err
    assert outcome.err.startswith("By the recipe digits (pellucid recipes show digits); other options go over it.\n")
    model = pl.load("run")
    assert model.network.sizes == (64, 5, 10)
    assert model.provenance["recipe"]["name"] == "digits"
    optimizer = model.provenance["training"]["optimizer"]
    assert (optimizer["weight_decay"], optimizer["learning_rate"]) == (0.1, 0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["digitz"], "error: data: 'digitz' is not known; did you mean 'digits'?"),
        (["digits", "--activation", "sigmod"], "error: --activation: 'sigmod' is not known; did you mean 'sigmoid'?"),
        (["digits", "--optimizer", "adamm"], "error: --optimizer: 'adamm' is not known; did you mean 'adam'?"),
        (["digits", "--cost", "cross-entrpy"], "did you mean 'cross-entropy'?"),
        (["digits", "--initializer", "he"], "error: --initializer: 'he' is not known"),
        (["digits", "--recipe", "esay"], "error: --recipe: 'esay' is not known; did you mean 'essay'?"),
        (["digits", "--hidden", "16,0"], "error: --hidden: whole numbers above 0 such as 16,16"),
        (["digits", "--hidden", "16,-3"], "got '16,-3'"),
        (["digits", "--hidden", "many"], "error: --hidden: whole numbers above 0 such as 16,16"),
        (["digits", "--hidden", "4,4,4", "--activation", "relu,tanh"], "one for each of the 3 hidden layers"),
        (["digits", "--learning-rate", "0"], "error: adam: --learning-rate must be a number above 0, got 0.0"),
        (["digits", "--learning-rate", "-1"], "got -1.0"),
        (["digits", "--learning-rate", "nan"], "got nan"),
        (["digits", "--momentum", "0.9"], "they belong to the optimizer sgd, got adam"),
        (["digits", "--batch-size", "0"], "error: --batch-size: must be a whole number above 0 or 'full', got 0"),
        (["digits", "--batch-size", "half"], "error: --batch-size: a whole number above 0 or 'full' is required"),
        (["digits", "--epochs", "0"], "error: --epochs: must be a whole number from 1"),
        (["digits", "--patience", "-1"], "error: --patience: a whole number from 0, for never, is required, got -1"),
        (["digits", "--l2", "-1"], "error: --l2: the strength must be a number of at least 0"),
        (["digits", "--output", "rleu"], "error: --output: 'rleu' is not known; did you mean 'relu'?"),
        (["digits", "--l1", "-1", "--l2", "1"], "error: --l1: the strength must be a number of at least 0"),
        (["digits", "--dropout", "half"], "error: --dropout: a share such as 0.5, several such as 0.2,0.5, or 'none',"),
        (["digits", "--dropout", "1"], "error: --dropout: must be at least 0 and below 1, got 1.0"),
        (["digits", "--dropout", "0.1,0.2,0.3"], "error: --dropout: one share for each of 2 layers, from the input"),
        (["digits", "--input-noise", "-1"], "error: --input-noise: must be a number of at least 0, got -1.0"),
        (["digits", "--label-smoothing", "1"], "error: --label-smoothing: must be at least 0 and below 1, got 1.0"),
        (["digits", "--max-norm", "-1"], "error: --max-norm: must be a number above 0, got -1.0"),
        (["digits", "--clip-norm", "nan"], "error: --clip-norm: must be a number above 0, got nan"),
        (["digits", "--averaging", "1"], "error: --averaging: must be above 0 and below 1; 0.999 is usual, got 1.0"),
        (["digits", "--schedule", "cosin"], "error: --schedule: 'cosin' is not known; did you mean 'cosine'?"),
        (["digits", "--schedule", "step:evry=3"], "error: --schedule: step:NAME=NUMBER,… with names of warmup"),
        (["digits", "--schedule", "step:every=0"], "error: --schedule: every of step must be from 1 to below 1e+06"),
        (["digits", "--distort", "flip=2"], "error: --distort: flip must be from 0 to 1, got 2"),
        (["digits", "--distort", "turn=2"], "error: --distort: NAME=NUMBER,… with names of shift, rotation, "),
        (["digits", "--least-gain", "1"], "error: --least-gain: must be at least 0 and below 1, got 1.0"),
        (["digits", "--minutes", "0"], "error: --minutes: must be a number above 0, got 0.0"),
        (["digits", "--checkpoint-minutes", "0"], "error: --checkpoint-minutes: must be a number above 0, got 0.0"),
        (["digits", "--test", "0.6", "--validation", "0.5"], "error: --validation, --test: two shares of at least 0"),
        (["digits", "--features", "a,b"], "error: --features: digits has its own, got 'a, b'; leave it out"),
        (["digits", "--output", "relu"], "error: --cost: cross-entropy needs the output activation softmax, got relu"),
        (["digits", "--device", "tpu"], "error: --device: one of cpu, gpu is required, got 'tpu'"),
        (["digits", "--out", "file/run"], "error: file/run: the folder could not be made"),
        (["digits", "--seed", "9223372036854775808"], "error: --seed: must be a whole number from 0"),
        (["digits", "--hidden", "100000,100000"], "error: "),
    ],
)
def test_bad_choices_are_one_line_and_leave_nothing_behind(pellucid, arguments: list[str], message: str):
    Path("file").write_text("in the way")
    outcome = pellucid("train", *arguments)
    assert outcome.code == 1
    assert message in outcome.err
    assert outcome.err.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in outcome.err
    assert sorted(Path().rglob("*.safetensors")) == []
    assert not Path("runs").exists() or list(Path("runs").iterdir()) == []


def test_wrong_usage_has_its_own_exit_code(pellucid):
    assert pellucid("train").code == 2
    assert pellucid("train", "digits", "--no-such-option").code == 2


def test_divergence_names_epoch_step_layer_and_cure(pellucid):
    outcome = pellucid(
        *("train", "digits", "--activation", "identity", "--output", "identity", "--cost", "squared-error"),
        *("--optimizer", "sgd", "--learning-rate", "1e6"),
    )
    assert outcome.code == 1
    line = outcome.err.splitlines()[-1]
    assert line.startswith("error: diverged: the cost was not finite in epoch 1, step ")
    assert "layer 2" in line or "layer 3" in line
    assert "a learning rate below 1e+06 is the usual cure" in line
    assert not list(Path().rglob("config.toml"))
    outcome = pellucid(
        *("train", "digits", "--activation", "identity", "--output", "identity", "--cost", "squared-error"),
        *("--optimizer", "sgd", "--learning-rate", "1e20", "--batch-size", "full", "--epochs", "1"),
    )
    assert outcome.code == 1
    assert "diverged: the validation cost was not finite after epoch 1" in outcome.err


def test_nothing_is_followed_within_a_folder_that_is_overwritten(pellucid):
    """Somebody's own file there would keep it from being replaced, when the new run has its first checkpoint."""
    Path("old").mkdir()
    Path("old/config.toml").write_text("")
    choices = ("train", "digits", "--hidden", "none", "--epochs", "1", "--out", "old")
    outcome = pellucid(*choices, "--overwrite", "--csv", "old/log.csv")
    assert (outcome.code, outcome.err.splitlines()[-1]) == (
        1,
        "error: --csv: a place outside of old, which is overwritten, is required, got old/log.csv",
    )
    assert [entry.name for entry in Path().rglob("*")] == ["old", "config.toml"]


def test_a_run_that_is_out_of_time_in_its_first_epoch_says_so(pellucid):
    outcome = pellucid("train", "digits", "--hidden", "none", "--minutes", "0.000001", "--out", "short")
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("no epoch is done yet (time was up in epoch 1)\nvalidation: ")
    assert pl.load("short").network.sizes == (64, 10)


def test_ctrl_c_saves_the_best_so_far_and_says_so(pellucid, monkeypatch: pytest.MonkeyPatch):
    class Interrupting(Callback):
        """At whose third epoch someone presses Ctrl-C."""

        def epoch_done(self, run, record) -> None:
            if record.epoch == 3:
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(training_run, "training_progress", lambda epochs: nullcontext(Interrupting()))
    outcome = pellucid("train", "digits", "--out", "run", "--json")
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert report["stopped_because"] == "interrupted after epoch 3"
    assert (report["epochs"], report["test"]) == (3, None)
    assert set(report["validation"]) == {"accuracy", "cost"}
    assert pl.load("run").network.sizes == (64, 128, 10)
    assert {file.name for file in Path("run").iterdir()} - {"checkpoint-before.safetensors"} == FILES


def test_ctrl_c_reaches_a_real_process(tmp_path: Path):
    arguments = ["train", "digits", "--epochs", "100000", "--patience", "0", "--out", "run"]
    process = subprocess.Popen(
        [sys.executable, "-m", "pellucid.cli", *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("epoch 1/"):
            process.send_signal(signal.SIGINT)
            break
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "interrupted" in out
    assert pl.load(tmp_path / "run").network.sizes == (64, 128, 10)


def test_output_can_be_redirected_where_the_system_does_not_speak_unicode(tmp_path: Path):
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-m", "pellucid.cli", "walkthrough", "--chapter", "6"]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert "∂C/∂w = −0.142" in result.stdout.decode("utf-8")


def test_the_recipe_of_a_set_goes_with_its_own_label_only_and_its_model_reads_other_tables(
    pellucid, real_data: Path, monkeypatch: pytest.MonkeyPatch
):
    if not (real_data / "penguins").is_dir():
        pytest.skip("no real data: penguins/ is not in that folder")
    monkeypatch.setenv("PELLUCID_DATA", str(real_data))
    other = pellucid("train", "penguins", "--label", "island", "--epochs", "1", "--out", "island")
    assert other.code == 0, other.err
    assert other.err.startswith("Not by the recipe penguins, which is for the set's own label: by the usual choices.\n")
    assert pl.load("island").network.sizes[1] == 128
    own = pellucid("train", "penguins", "--epochs", "1", "--out", "species")
    assert own.err.startswith("By the recipe penguins ")
    shutil.copy(real_data / "penguins" / "penguins.csv", "mine.csv")
    judged = pellucid("evaluate", "species", "mine.csv", "--json")
    assert judged.code == 0, judged.err
    assert json.loads(judged.out)["n_samples"] == 69, "they are the very data: their test part judges"


def test_the_options_of_regularisation_are_those_of_the_plan(pellucid):
    outcome = pellucid(
        *("train", "digits", "--hidden", "6,5", "--epochs", "2", "--patience", "0", "--out", "run", "--minutes", "9"),
        *("--l1", "1e-5", "--l2", "1e-4", "--dropout", "0.25", "--input-noise", "0.1", "--label-smoothing", "0.1"),
        *("--max-norm", "3", "--clip-norm", "5", "--averaging", "0.9", "--schedule", "cosine:warmup=1"),
        *("--least-gain", "0.01", "--log-gradients", "--checkpoint-minutes", "1"),
    )
    assert outcome.code == 0, outcome.err
    training = pl.load("run").provenance["training"]
    assert training["regularisation"] == {
        "dropout": [0.0, 0.25, 0.25],
        "input_noise": 0.1,
        "label_smoothing": 0.1,
        "max_norm": 3.0,
        "clip_norm": 5.0,
        "averaging": 0.9,
    }
    assert (training["schedule"], training["least_gain"]) == ("cosine:warmup=1", 0.01)
    assert training["penalty"] == {
        "name": "elastic-net",
        "strength": pytest.approx(1.1e-4),
        "l1_share": pytest.approx(1 / 11),
    }
    records = [json.loads(line) for line in Path("run/gradients.jsonl").read_text().splitlines()]
    assert [(record["epoch"], record["steps"], len(record["layers"])) for record in records] == [(1, 19, 3), (2, 19, 3)]
