"""`pellucid explain` and `sheet`: whole commands on a trained network."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

import pellucid as pl
from pellucid.cli.formats import print_lines
from pellucid.explain.render.text import Line
from pellucid.maths import ACTIVATIONS, COSTS, OPTIMIZERS, LayerParameters
from pellucid.training.checkpoint import CHECKPOINT_FILE, read_checkpoint, write_checkpoint


def test_explain_in_json_is_the_derivation(pellucid, trained: Path):
    outcome = pellucid(
        *("explain", trained, "--data", "digits", "--sample", "3", "neuron", "3:1", "--format", "json"),
        *("--digits", "6", "--top", "3"),
    )
    assert outcome.code == 0, outcome.err
    raw = pl.load_data("digits").test.raw[3]
    derivation = pl.explain.neuron(pl.load(trained), raw, layer=3, neuron=1, top=3)
    assert json.loads(outcome.out) == derivation.to_dict(digits=6)


def test_explain_takes_a_pictures_file_with_the_class_expected(pellucid, draw_digit, trained: Path, tmp_path: Path):
    file = draw_digit(pl.load_data("digits").test.raw[0], tmp_path / "digit.png")
    assert pellucid("explain", trained, "--input", file, "neuron", "4:3").code == 0
    outcome = pellucid("explain", trained, "--input", file, "--expected", "3", "gradient", "4:4,1")
    assert "How the cost changes with the weight w⁽⁴⁾₄,₁ (squared-error)" in outcome.out
    outcome = pellucid("explain", trained, "--input", file, "gradient", "4:4,1")
    assert outcome.code == 1
    assert "--expected CLASS" in outcome.err


def rates_of(document: dict) -> set[float]:
    """The learning rates that an update was computed with."""
    return {term["value"] for step in document["steps"] for term in step["terms"] if term["ref"] == "r"}


def test_update_takes_the_rate_of_the_training_or_the_one_given(pellucid, trained: Path):
    place = ("--data", "digits", "--sample", "1", "update", "2:7")
    document = json.loads(pellucid("explain", trained, *place, "--format", "json").out)
    assert rates_of(document) == {0.5}
    text = pellucid("explain", trained, *place, "--learning-rate", "0.05").out
    assert "0.05000" in text
    assert "w′" not in text
    assert "b′⁽²⁾₇" in text


def test_update_goes_on_from_the_runs_checkpoint(pellucid, trained: Path):
    place = ("--data", "digits", "--sample", "0-4", "update", "3:2,5", "--format", "json")
    of_best = json.loads(pellucid("explain", trained, *place).out)
    of_last = json.loads(pellucid("explain", trained, *place, "--checkpoint").out)
    held = read_checkpoint(trained).state.parameters[1].weights[1, 4]
    assert of_last["steps"][-1]["terms"][0] | {"shown": ""} == {"ref": "w3:2,5", "value": float(held), "shown": ""}
    assert of_best["value"] != of_last["value"]
    refused = pellucid("explain", trained, *place, "--checkpoint", "--optimizer", "adam")
    assert refused.err.startswith("error: --checkpoint: it goes on as the run was trained")


@pytest.mark.usefixtures("unrendered")
def test_the_checkpoint_of_another_run_is_refused(pellucid, trained: Path, tmp_path: Path):
    run = tmp_path / "run"
    assert pellucid("train", "digits", "--hidden", "16,16", "--epochs", "1", "--out", run).code == 0
    (run / "model.safetensors").write_bytes((trained / "model.safetensors").read_bytes())
    outcome = pellucid("explain", run, "--data", "digits", "update", "2:1", "--checkpoint")
    assert outcome.err == (
        "error: --checkpoint: one of a network 64-16-16-10 (sigmoid, sigmoid, sigmoid; squared-error) is required, got "
        f"one of 64-16-16-10 (relu, relu, softmax; cross-entropy); it is of another run than {run}\n"
    )


def test_with_the_checkpoint_it_is_its_network_that_answers(pellucid, trained: Path, tmp_path: Path):
    held, model, raw = read_checkpoint(trained), pl.load(trained), pl.load_data("digits").test.raw[0]
    *before, output = held.state.parameters
    turned = held.state._replace(parameters=(*before, LayerParameters(-output.weights, -output.biases)))
    (tmp_path / "model.safetensors").write_bytes((trained / "model.safetensors").read_bytes())
    write_checkpoint(tmp_path / CHECKPOINT_FILE, replace(held, state=turned))
    last = replace(model, network=model.network.with_parameters(turned.parameters))
    answer, other = last.predict(raw)[0].label, model.predict(raw)[0].label
    assert answer != other
    place = ("--data", "digits", "--sample", "0", "update", "4:1")
    told = pellucid("explain", tmp_path, *place, "--checkpoint").out.replace("\n", " ")
    assert f"the network says {answer}" in told
    assert "This is the network of the run's last step" in told
    assert f"the network says {other}" in pellucid("explain", tmp_path, *place).out.replace("\n", " ")


def test_update_by_another_optimizer(pellucid, trained: Path):
    place = ("--data", "digits", "--sample", "1", "update", "4:2,5", "--optimizer", "adam")
    refs = {
        term["ref"]
        for step in json.loads(pellucid("explain", trained, *place, "--format", "json").out)["steps"]
        for term in step["terms"]
    }
    assert {"r", "t"} <= refs
    assert "running mean of the gradient" in pellucid("explain", trained, *place).out
    assert (
        "optimizer: 'adma' is not known; did you mean 'adam'?" in pellucid("explain", trained, *place[:-1], "adma").err
    )


SGD = {"name": "sgd", "learning_rate": 0.5, "momentum": 0.0, "nesterov": False}


@pytest.mark.parametrize(
    "provenance",
    [
        {},
        {"training": ["sgd"]},
        {"training": {"optimizer": "sgd"}},
        {"training": {"optimizer": {"name": ["sgd"]}}},
        {"training": {"optimizer": {"name": "sgd\n\x1b[31m"}}},
        {"training": {"optimizer": {"name": "adam", "learning_rate": 0.5}}},
        {"training": {"optimizer": SGD | {"\x1b[31m": 1}}},
        {"training": {"optimizer": SGD | {"learning_rate": "0.5"}}},
        {"training": {"optimizer": SGD | {"learning_rate": True}}},
        {"training": {"optimizer": SGD | {"learning_rate": -1}}},
        {"training": {"optimizer": SGD | {"learning_rate": 10**400}}},
        {"training": {"optimizer": SGD, "penalty": "odd"}},
    ],
    ids=str,
)
def test_update_asks_for_the_rate_where_the_file_does_not_say_how_the_model_was_trained(
    pellucid, tmp_path: Path, provenance: dict
):
    data = pl.load_data("digits")
    net = pl.Network.random([64, 10], activation="sigmoid", seed=0)
    file = tmp_path / "odd.safetensors"
    pl.save(pl.Model(net, "squared-error", data.classes, data.features, provenance), file)
    place = ("--data", "digits", "update", "2:7,1")
    outcome = pellucid("explain", file, *place)
    assert outcome.code == 1
    assert outcome.err.startswith("error: --optimizer: this model does not say how it was trained (")
    assert outcome.err.endswith("say --learning-rate R for plain gradient descent, or also --optimizer NAME\n")
    assert outcome.err[:-1].isprintable()
    document = json.loads(pellucid("explain", file, *place, "--learning-rate", "0.1", "--format", "json").out)
    assert rates_of(document) == {0.1}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["neuron", "3:99"], "neuron: layer 3 has neurons 1 to 16, got 99"),
        (["neuron", "0:1"], "layer: 2 to 4 have weights"),
        (["gradient", "1:1,1"], "layer 1 is the input"),
        (["gradient", "3:1,17"], "source: layer 2 has neurons 1 to 16, got 17"),
        (["neuron", "3:1,4"], "place: a neuron is LAYER:NEURON, such as 3:1; got '3:1,4'"),
        (["neuron", "third"], "place: a neuron is LAYER:NEURON, such as 3:1; got 'third'"),
        (["neuron"], "place: a neuron is LAYER:NEURON, such as 3:1; got none"),
        (["layer", "3:1"], "place: a layer is its number, such as 3; got '3:1'"),
        (["layer", "5"], "layer: 2 to 4 have weights"),
        (["gradient", "3"], "place: a weight is LAYER:NEURON,SOURCE"),
        (["cost", "3:1"], "place: cost is not of one place; got '3:1'"),
        (["decision", "--against", "ten"], "against: 'ten' is not known"),
        (["decision", "--sample", "0-3"], "sample: decision explains one example, got 4"),
        (["cost", "--sample", "3-0"], "sample: the range 3-0 ends before it begins"),
        (["cost", "--sample", "0-99999999999"], "sample: at most 10,000 examples"),
        (["cost", "--sample", "one"], "sample: a number from 0, or several such as 0-9 or 3,7,20, is required"),
        (["cost", "--sample", "0,359"], "sample: test has samples 0 to 358, got 359"),
        (["cost", "--top", "0"], "top: at least 1 term must be shown"),
        (["gradient", "3:1", "--learning-rate", "5"], "--learning-rate: it is for update and optimizer, not for grad"),
        (["neuron", "3:1", "--checkpoint"], "--checkpoint: it is for update, not for neuron"),
        (["layer", "3", "--against", "3"], "--against: it is for decision, not for layer"),
        (["neuron", "3:٣"], "place: a neuron is LAYER:NEURON, such as 3:1; got '3:٣'"),
        (["cost", "--fragment"], "--fragment: it is for --format latex or html, got text"),
        (["cost", "--picture", "cost.png"], "--picture: this explanation has no picture"),
        (["decision", "--picture", "why.gif"], "--picture: a file that ends in .png or .svg is required"),
        (["neuron", "3:1", "--sample", "359"], "sample: test has samples 0 to 358, got 359"),
        (["neuron", "3:1", "--digits", "0"], "digits: 1 to 17"),
        (["gradient", "3:1", "--expected", "ten"], "expected: 'ten' is not known"),
    ],
)
def test_explain_refuses_with_the_valid_range(pellucid, trained: Path, arguments: list[str], message: str):
    outcome = pellucid("explain", trained, "--data", "digits", *arguments)
    assert outcome.code == 1
    assert message in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_explain_wants_one_example(pellucid, trained: Path, tmp_path: Path):
    outcome = pellucid("explain", trained, "neuron", "3:1")
    assert "one of --data DATA --sample I, --input FILE and --text TEXT is required" in outcome.err
    outcome = pellucid("explain", trained, "--data", "digits", "--input", str(tmp_path), "neuron", "3:1")
    assert "give one of --data DATA --sample I, --input FILE and --text TEXT, not several" in outcome.err


def test_explain_says_what_it_explains(pellucid, trained: Path):
    label = pl.load_data("digits").test.labels[1]
    lines = pellucid("explain", trained, "--data", "digits", "--sample", "1", "neuron", "4:2").out.splitlines()
    assert lines[0] == "Neuron 2 of layer 4 (sigmoid, 16 inputs)"
    told = " ".join(lines[2:4])
    assert told.startswith(f"test example 1 of digits (counted from 0): it is {label}, the network says ")
    assert "neuron 2 of layer 4 stands for 1." in told
    batch = pellucid("explain", trained, "--data", "digits", "--sample", "0-2,7", "cost").out
    assert "test examples 0-2,7 of digits (counted from 0): the network gets " in batch
    assert "in formulas [0] is example 0, [1] is example 1, [2] is example 2, [3] is example 7." in batch.replace(
        "\n", " "
    )


EVERY_KIND = {
    "neuron": ["neuron", "3:1"],
    "layer": ["layer", "3"],
    "cost": ["cost"],
    "gradient": ["gradient", "2:1,20"],
    "update": ["update", "3:1,4"],
    "decision": ["decision"],
    "activation": ["activation", "3:1"],
    "optimizer": ["optimizer"],
    "parameters": ["parameters"],
    "graph": ["graph", "3:1"],
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_is_explained_in_every_format(pellucid, trained: Path, kind: str):
    command = ("explain", trained, "--data", "digits", "--sample", "1", *EVERY_KIND[kind])
    text = pellucid(*command)
    assert (text.code, text.err) == (0, "")
    title = text.out.splitlines()[0]
    document = json.loads(pellucid(*command, "--format", "json").out)
    assert document["title"] == title
    assert document["value"] == document["steps"][-1]["value"] if kind != "graph" else document["nodes"]
    page = pellucid(*command, "--format", "html").out
    assert page.startswith("<!DOCTYPE html>")
    assert "<math" in page or kind == "graph"
    assert "<script" not in page
    assert pellucid(*command, "--format", "html", "--fragment").out.count("<html") == 0
    latex = pellucid(*command, "--format", "latex").out
    assert latex.startswith("\\documentclass")
    assert "\\documentclass" not in pellucid(*command, "--format", "latex", "--fragment").out


def test_the_picture_of_a_decision_is_written(pellucid, trained: Path, tmp_path: Path):
    place = ("--data", "digits", "--sample", "1", "decision", "--picture")
    assert pellucid("explain", trained, *place, "why.png").code == 0
    with Image.open(tmp_path / "why.png") as picture:
        assert min(picture.size) > 200
    assert pellucid("explain", trained, *place, "why.svg").code == 0
    assert (tmp_path / "why.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_a_picture_is_explained_as_it_was_normalised(pellucid, draw_digit, trained: Path, tmp_path: Path):
    drawn = draw_digit(pl.load_data("digits").test.raw[0], tmp_path / "digit.png")
    text = pellucid("explain", trained, "--input", drawn, "neuron", "2:1").out
    assert "from the raw example to the input vector" in text
    assert "digit.png: the network says " in text.replace("\n", " ")
    refused = pellucid("explain", trained, "--input", drawn, "cost")
    assert "expected: the class that should come out is required with --input" in refused.err
    assert pellucid("explain", trained, "--input", drawn, "cost", "--expected", "0").code == 0


def test_sheets_of_all_names(pellucid):
    for name in (*ACTIVATIONS, *COSTS, *OPTIMIZERS):
        outcome = pellucid("sheet", name)
        assert (outcome.code, outcome.err) == (0, "")
        assert len(outcome.out.splitlines()) > 20
    essay = pellucid("sheet", "sigmoid", "--at", "1", "--bias", "-5").out
    assert "0.7311" in essay
    assert "0.01799" in essay
    assert (
        pellucid("sheet", "adam", "--at", "3").err
        == "error: --at: it means nothing for adam; see pellucid sheet --help\n"
    )
    assert "name: 'sigmod' is not known; did you mean 'sigmoid'?" in pellucid("sheet", "sigmod").err


def test_what_a_terminal_would_obey_is_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]):
    print_lines([Line("words", "a class named \x1b[31mred")])
    assert capsys.readouterr().out == "a class named �[31mred\n"


def test_a_mistake_is_explained_against_the_class_that_was_missed(pellucid, trained: Path):
    model, data = pl.load(trained), pl.load_data("digits")
    said = [prediction.label for prediction in model.predict(data.test.raw)]
    wrong = next(k for k, label in enumerate(said) if label != str(data.test.labels[k]))
    place = ("--data", "digits", "--sample", str(wrong), "decision")
    outcome = pellucid("explain", trained, *place)
    assert outcome.out.startswith(f"Why {said[wrong]} and not {data.test.labels[wrong]}\n")
