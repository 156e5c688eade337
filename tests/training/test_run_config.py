"""The configuration of a run: all that going on needs, read as data only."""

import tomllib
from pathlib import Path

import pytest

from pellucid.data import Reading
from pellucid.errors import FormatError, InvalidValueError
from pellucid.training.recipe import Recipe
from pellucid.training.run_config import RunConfig, read_config

READING = Reading(
    label='the "label"', ignore=("id", "na=me"), test="judges/test.csv", validation=0.25, memory=10**6,
    encoding={"size": "32x32", "odd key": "ä\x7f\\"},
)  # fmt: skip
RECIPE = Recipe(
    hidden=(), activation=("tanh", "relu"), cost="huber", output="identity", learning_rate=1e-05, dropout=(0.1, 0.5),
    schedule="cosine:warmup=2", distort="shift=2", max_norm=3.5, batch_size="full", averaging=0.999,
)  # fmt: skip


@pytest.mark.parametrize(
    "config",
    [
        RunConfig(Recipe(), "digits", Reading()),
        RunConfig(RECIPE, 'C:\\data\\people "x".csv', READING, "essay", 7, "gpu", 0.5, log_gradients=True),
    ],
    ids=["plain", "with everything"],
)
def test_what_is_written_is_read_again(config: RunConfig, tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text(config.to_toml(), encoding="utf-8")
    assert read_config(path) == config
    assert tomllib.loads(config.to_toml())["hidden"] == list(config.recipe.hidden)


def test_what_is_chosen_anew_goes_over_it():
    config = RunConfig(RECIPE, "digits", READING, "essay", 7)
    changed = config.with_choices({"epochs": 9, "patience": 0, "data": "there.csv", "device": None})
    assert (changed.recipe.epochs, changed.recipe.patience, changed.data, changed.device) == (9, 0, "there.csv", "cpu")
    assert changed.recipe.learning_rate == 1e-05
    assert config.with_choices(dict.fromkeys(("epochs", "patience", "data", "device"))) == config


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("data = 'digits'\nhidden = [", "no TOML document ("),
        ("hidden = [3]", "data: the name or path of the data is required"),
        ("data = 3", "data may not be 3"),
        ("data = 'd'\nseed = true", "seed may not be True"),
        ("data = 'd'\nlog_gradients = 1", "log_gradients may not be 1"),
        ("data = 'd'\nmodule = 'os'", "module = 'os' is no choice of a recipe; known: hidden"),
        ("data = 'd'\nhook = '\\u001b[31m'", "is no choice of a recipe"),
        ("data = 'd'\ncheckpoint_minutes = 0", "checkpoint_minutes: must be a number above 0, got 0; 5 is usual"),
        ("data = 'd'\ncheckpoint_minutes = nan", "checkpoint_minutes: must be a number above 0, got nan"),
        ("data = 'd'\n[reading]\nlabel = 3", "reading: label may not be 3"),
        ("data = 'd'\n[reading]\nhook = 3", "not 'hook'"),
        ("data = 'd'\n[reading]\ntest = 1.5", "test: a share from 0 to below 1 is required, got 1.5"),
        ("data = 'd'\n" + "a." * 3000 + "b = 1", ""),
    ],
)
def test_a_damaged_one_is_refused_in_one_line(text: str, message: str, tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(FormatError) as refusal:
        read_config(path)
    told = str(refusal.value)
    assert told.startswith(f"{path}: ")
    assert message in told
    assert told.isprintable()
    assert len(told) < 1000


def test_what_is_no_text_or_endless_is_refused(tmp_path: Path):
    path = tmp_path / "config.toml"
    path.write_bytes(b"data = '\xff'")
    with pytest.raises(FormatError, match="no TOML document"):
        read_config(path)
    path.write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(FormatError, match="may take 1,048,576 bytes"):
        read_config(path)


def test_a_number_out_of_range_is_named():
    with pytest.raises(InvalidValueError, match=r"^checkpoint_minutes: must be a number above 0, got -1"):
        RunConfig(Recipe(), "digits", Reading(), checkpoint_minutes=-1)
