"""`pellucid evaluate`, `predict`, `recipes`: whole commands on a trained network."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import pellucid as pl
from pellucid.cli.evaluate import summary
from pellucid.model import Evaluation


def test_evaluate_reports_the_fields_of_the_contract(pellucid, trained: Path):
    outcome = pellucid("evaluate", trained, "digits", "--json")
    assert outcome.code == 0, outcome.err
    report = json.loads(outcome.out)
    assert list(report) == ["accuracy", "cost", "n_samples", "baseline_accuracy", "confusion", "per_class"]
    confusion = np.array(report["confusion"])
    assert report["accuracy"] == pytest.approx(np.trace(confusion) / confusion.sum())
    assert report["accuracy"] > 0.9
    assert [entry["class"] for entry in report["per_class"]] == list("0123456789")
    text = pellucid("evaluate", trained / "model.safetensors", "digits", "--part", "validation").out
    assert text.startswith("validation: ")
    assert "always naming the largest class" in text


def test_evaluate_refuses_what_does_not_fit(pellucid, trained: Path, tmp_path: Path):
    assert (
        "part: 'tests' is not known; did you mean 'test'?"
        in pellucid("evaluate", trained, "digits", "--part", "tests").err
    )
    table = tmp_path / "people.csv"
    table.write_text("age,job\n" + "39,vet\n50,cook\n" * 5)
    outcome = pellucid("evaluate", trained, table)
    assert outcome.code == 1
    assert "error: data: this model takes pictures of 8 × 8 pixels, grey" in outcome.err
    assert "people is a table" in outcome.err
    assert "no such model file" in pellucid("evaluate", "nowhere.safetensors", "digits").err
    assert "'digitz' is not known; did you mean 'digits'?" in pellucid("evaluate", trained, "digitz").err


def test_evaluate_all_judges_every_part(pellucid, trained: Path):
    reports = {
        part: json.loads(pellucid("evaluate", trained, "digits", "--part", part, "--json").out)
        for part in ("train", "validation", "test", "all")
    }
    assert reports["all"]["n_samples"] == 1797 == sum(reports[p]["n_samples"] for p in ("train", "validation", "test"))
    assert json.loads(pellucid("evaluate", trained, "digits", "--json").out) == reports["test"]


@pytest.fixture
def saved(trained: Path, tmp_path: Path) -> Callable[..., Path]:
    """Saves the trained model with other classes."""

    def save(classes: tuple[str, ...] | None) -> Path:
        return pl.save(replace(pl.load(trained), classes=classes), tmp_path / "other.safetensors")

    return save


def test_evaluate_counts_the_labels_in_the_models_order(pellucid, trained: Path, saved: Callable[..., Path]):
    """A model whose outputs for 2 and 3 are swapped has the same classes, and gets those two wrong."""
    report = json.loads(pellucid("evaluate", saved(("0", "1", "3", "2", *"456789")), "digits", "--json").out)
    usual = json.loads(pellucid("evaluate", trained, "digits", "--json").out)
    assert [entry["class"] for entry in report["per_class"]][2:4] == ["3", "2"]
    assert report["accuracy"] < usual["accuracy"] - 0.15


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ((*"01234567", "x" * 200, "9"), "label: one of 0, 1, 2, 3, 4, 5, 6, 7, x"),
        (None, "task: digits has classes, got regression"),
    ],
)
def test_evaluate_refuses_other_classes(pellucid, saved: Callable[..., Path], classes: tuple[str, ...], message: str):
    outcome = pellucid("evaluate", saved(classes), "digits", "--json")
    assert (outcome.code, outcome.out) == (1, "")
    assert message in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_a_share_of_explained_variance_that_is_not_defined_is_said_to_be():
    figures = Evaluation(n_samples=3, cost=1.0, r2=None, rmse=1.0, mae=1.0)
    assert summary(figures, "test").endswith("R² undefined on 3 examples")
    assert "root mean square error 63,972, mean" in summary(replace(figures, rmse=63972.4), "test")
    assert "R² 0.25 on" in summary(replace(figures, r2=0.25), "test")


def test_predict_names_drawn_digits_and_saves_what_the_network_saw(pellucid, draw_digit, trained: Path, tmp_path: Path):
    part = pl.load_data("digits").test
    files = [draw_digit(part.raw[row], tmp_path / f"{row}.png") for row in range(12)]
    outcome = pellucid("predict", trained, *files, "--json", "--save-normalised", tmp_path / "seen")
    assert outcome.code == 0, outcome.err
    predictions = json.loads(outcome.out)["predictions"]
    assert [prediction["input"] for prediction in predictions] == [str(file) for file in files]
    right = [p["class"] == str(label) for p, label in zip(predictions, part.labels, strict=False)]
    assert sum(right) >= 9
    for prediction in predictions:
        assert list(prediction) == ["input", "class", "probabilities"]
        assert sum(prediction["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    with Image.open(tmp_path / "seen" / "0-normalised.png") as seen:
        assert seen.size == (8, 8)
    assert f"{files[0]}: {predictions[0]['class']}" in pellucid("predict", trained, files[0]).out


def test_pictures_of_the_same_name_do_not_overwrite_each_other(pellucid, draw_digit, trained: Path, tmp_path: Path):
    raw = pl.load_data("digits").test.raw
    files = [tmp_path / name for name in ("1.png", "a/1.png", "b/1.png", "2.png")]
    for row, file in enumerate(files):
        file.parent.mkdir(exist_ok=True)
        draw_digit(raw[row], file)
    assert pellucid("predict", trained, *files, "--save-normalised", tmp_path / "new" / "seen").code == 0
    written = sorted(path.name for path in (tmp_path / "new" / "seen").iterdir())
    assert written == ["1-normalised-2.png", "1-normalised-3.png", "1-normalised.png", "2-normalised.png"]
    outcome = pellucid("predict", trained, files[0], "--save-normalised", files[1])
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("error: --save-normalised: a folder is required, got ")
    assert len(outcome.err.splitlines()) == 1


def test_predict_refuses_what_is_no_picture(pellucid, trained: Path, tmp_path: Path):
    text = tmp_path / "picture.png"
    text.write_text("no picture")
    outcome = pellucid("predict", trained, text)
    assert outcome.code == 1
    assert outcome.err.startswith("error: ")
    assert "picture.png" in outcome.err
    assert pellucid("predict", trained, tmp_path / "missing.png").code == 1


def test_predict_answers_the_good_pictures_and_names_the_bad_ones(pellucid, draw_digit, trained: Path, tmp_path: Path):
    good = draw_digit(pl.load_data("digits").test.raw[0], tmp_path / "good.png")
    Image.new("L", (50, 50), 255).save(tmp_path / "blank.png")
    outcome = pellucid("predict", trained, tmp_path / "blank.png", good, "--json")
    assert outcome.code == 1
    assert [prediction["input"] for prediction in json.loads(outcome.out)["predictions"]] == [str(good)]
    assert outcome.err.startswith(f"error: {tmp_path / 'blank.png'}: ")
    assert len(outcome.err.splitlines()) == 1
    stopped = pellucid("predict", trained, good, tmp_path / "blank.png", "--on-error", "stop", "--json")
    assert (stopped.code, stopped.out) == (1, "")
    both = pellucid("predict", trained, tmp_path / "blank.png", good, tmp_path / "none.png")
    assert both.err.splitlines()[-1] == "error: 2 inputs could not be read; 1 answered"


def test_explaining_and_predicting_do_not_import_jax(trained: Path):
    script = (
        "import sys; from pellucid.cli.main import main\n"
        f"sys.argv = ['pellucid', 'explain', {str(trained)!r}, '--data', 'digits', 'gradient', '2:1,5']\n"
        "try: main()\n"
        "except SystemExit as stop: assert not stop.code\n"
        "print('HEAVY', [name for name in ('jax', 'sklearn', 'matplotlib', 'scipy') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "HEAVY []"


def test_recipes_are_listed_and_shown(pellucid):
    names = [recipe["name"] for recipe in json.loads(pellucid("recipes", "list", "--json").out)["recipes"]]
    assert "essay" in names
    shown = pellucid("recipes", "show", "essay").out
    assert "hidden = [16, 16]" in shown
    assert shown.startswith("# ")


def test_help_and_version(pellucid):
    for command in ("train", "evaluate", "predict", "explain", "walkthrough", "data", "recipes"):
        assert command in pellucid("--help").out
        assert pellucid(command, "--help").code == 0
    assert pellucid("--version").out.strip() == f"pellucid {pl.__version__}"
    assert "softplus" in pellucid("train", "--help").out
