"""`pellucid find-rate`: a suggestion, its picture, and the options of `train`."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pellucid.cli.find_rate import print_test
from pellucid.training import RateTest


def test_a_rate_is_suggested_with_the_rule_and_a_picture(pellucid, tmp_path: Path):
    outcome = pellucid("find-rate", "digits", "--hidden", "16", "--steps", "80", "--json", "--out", "rate.png")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert list(found) == [
        *("suggestion", "rule", "least_at", "stopped_because", "rates", "costs", "smoothed", "picture"),
    ]
    assert 1e-4 < found["suggestion"] < 0.1
    assert found["rule"].startswith("A tenth of the rate at which the smoothed cost is least, ")
    assert len(found["rates"]) == len(found["costs"]) == len(found["smoothed"]) <= 80
    assert found["rates"][0] == 1e-6
    with Image.open(tmp_path / "rate.png") as picture:
        assert picture.size == (960, 570)
    assert "64-16-10" in outcome.err


def test_network_rule_and_data_are_chosen_as_for_train(pellucid):
    help_text = pellucid("find-rate", "--help").out
    for option in ("--hidden", "--optimizer", "--dropout", "--label", "--recipe", "--device", "--batch-size"):
        assert option in help_text
    for option in ("--epochs", "--learning-rate ", "--patience", "--resume"):
        assert option not in help_text


def test_one_that_was_interrupted_gives_no_advice(capsys: pytest.CaptureFixture[str]):
    rates, costs = np.array([1e-6, 2e-6]), np.array([2.5, 2.5])
    print_test(RateTest(rates, costs, costs, None, 1e-6, "interrupted"), None)
    assert capsys.readouterr().out == (
        "2 steps, rates from 1e-06 to 2e-06 (interrupted)\nNo suggestion: it ended before its rates were tried.\n"
    )


def test_what_cannot_be_is_refused_in_one_line_under_the_options_name(pellucid):
    for arguments, message in (
        (["--steps", "5"], "error: --steps: a whole number from 20 to 10,000 is required, got 5\n"),
        (
            ["--lowest", "2", "--highest", "1"],
            "error: --lowest, --highest: 0 < lowest < highest is required, got 2 and 1\n",
        ),
        (["--out", "rate.pdf"], "error: --out: a file that ends in .png or .svg is required, got rate.pdf\n"),
    ):
        outcome = pellucid("find-rate", "digits", *arguments)
        assert outcome.code == 1
        assert outcome.err.endswith(message)
