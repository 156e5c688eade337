"""A committee: the mean of its members, as one model, in one file that is refused where it is not what it should be."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save as save_tensors

import pellucid as pl
from pellucid.data import Dataset, Features, NumberEncoder, Part
from pellucid.errors import InvalidValueError
from pellucid.maths import Network
from pellucid.model import Committee, Model, evaluate, load, save


def member_like(model: Model, seed: int, hidden: int = 4) -> Model:
    network = Network.random([6, hidden, 3], activation="gelu", output="softmax", seed=seed)
    return replace(model, network=network, provenance={"data": {"name": "squares"}, "seed": seed})


@pytest.fixture
def committee(model: Model) -> Committee:
    """Three members, one of another shape than the others."""
    return Committee([member_like(model, 1), member_like(model, 2, 7), member_like(model, 3)])


@pytest.fixture
def examples(model: Model) -> Part:
    generator = np.random.default_rng(0)
    raw = generator.integers(0, 256, (50, 6), dtype=np.uint8)
    return Part(raw, generator.integers(0, 3, 50), model.features, 3)


def test_it_answers_with_the_mean_of_its_members(committee: Committee, examples: Part):
    outputs = np.mean([member.network(examples.inputs) for member in committee.members], axis=0)
    predictions = committee.predict(examples.raw)
    for prediction, row in zip(predictions, outputs, strict=True):
        np.testing.assert_allclose(prediction.outputs, row, rtol=1e-6)
        assert prediction.label == committee.classes[row.argmax()]
        assert sum(prediction.probabilities.values()) == pytest.approx(1)


def test_it_is_evaluated_as_one_model(committee: Committee, examples: Part):
    outputs = np.mean([member.network(examples.inputs).astype(float) for member in committee.members], axis=0)
    found = evaluate(committee, examples)
    assert found.accuracy == np.mean(outputs.argmax(axis=1) == examples.labels)
    assert found.cost == pytest.approx(-np.log(outputs[np.arange(50), examples.labels]).mean(), rel=1e-5)
    assert found.per_class[1].label == "b"


def test_regression_is_the_mean_too():
    generator = np.random.default_rng(1)
    data = Dataset.from_arrays(generator.normal(0, 1, (60, 3)), generator.normal(0, 1, 60))
    nets = [Network.random([3, 4, 1], activation="tanh", output="identity", seed=k, dtype=float) for k in range(2)]
    made = Committee([Model(net, "half-squared-error", None, data.features) for net in nets])
    mean = sum(net(data.test.inputs) for net in nets) / 2
    residual = mean[:, 0] - data.test.labels
    assert evaluate(made, data.test).rmse == pytest.approx(np.sqrt((residual**2).mean()))
    assert made.predict(data.test.raw[:1])[0].outputs[0] == pytest.approx(mean[0, 0])


def test_what_is_saved_comes_back_to_the_bit(tmp_path: Path, committee: Committee, contents: Callable[[Path], Any]):
    path = save(committee, tmp_path / "three.safetensors")
    loaded = pl.load(path)
    assert isinstance(loaded, Committee)
    assert save(loaded, tmp_path / "again").read_bytes() == path.read_bytes()
    for mine, theirs in zip(loaded.members, committee.members, strict=True):
        assert mine.provenance == theirs.provenance
        for left, right in zip(mine.network.parameters, theirs.network.parameters, strict=True):
            np.testing.assert_array_equal(left.weights, right.weights)
            np.testing.assert_array_equal(left.biases, right.biases)
    tensors, document = contents(path)
    assert "member2.layer2.weights" in tensors
    assert len(tensors) == 12
    assert set(document) == {"format_version", "cost", "classes", "features", "members"}
    assert loaded.provenance == {"data": {"name": "squares"}}


def test_scaling_of_each_input_is_held_once(tmp_path: Path, model: Model, contents: Callable[[Path], Any]):
    features = Features(NumberEncoder((6,)), np.arange(1, 7, dtype=np.float32))
    made = Committee([replace(member_like(model, k), features=features) for k in range(2)])
    path = save(made, tmp_path / "scaled")
    assert [name for name in contents(path)[0] if "features" in name] == ["features.scale"]
    assert load(path).features == features


def test_what_is_asked_of_one_network_names_the_choice(committee: Committee):
    with pytest.raises(
        InvalidValueError, match=r"^member: one network is required here, .* committee of 3; .* 1 to 3$"
    ):
        _ = committee.network
    with pytest.raises(InvalidValueError, match=r"^member: "):
        pl.explain.neuron(committee, np.zeros(6, np.uint8), layer=2, neuron=1)


UNLIKE: dict[str, tuple[Callable[[Model], Model], str]] = {
    "classes": (lambda model: replace(model, classes=("x", "y", "z")), "classes"),
    "features": (lambda model: replace(model, features=Features(NumberEncoder((6,)))), "features"),
    "cost": (lambda model: replace(model, cost="squared-error"), "cost"),
    "output": (
        lambda model: replace(
            model, network=Network.random([6, 3], activation="sigmoid", seed=1), cost="cross-entropy"
        ),
        "output activation",
    ),
    "type": (lambda model: replace(model, network=model.network.astype(np.float64)), "type of numbers"),
}


@pytest.mark.parametrize("kind", UNLIKE)
def test_members_that_do_not_answer_alike_are_refused(model: Model, kind: str):
    change, named = UNLIKE[kind]
    message = f"^members: the same {named} in all is required, member 2 has another than member 1$"
    with pytest.raises(InvalidValueError, match=message):
        Committee([model, change(model)])


def test_too_few_too_many_and_nested_ones_are_refused(model: Model, committee: Committee):
    for members in ([model], [model] * 65):
        with pytest.raises(InvalidValueError, match=rf"^members: 2 to 64 models are required, got {len(members)}$"):
            Committee(members)
    with pytest.raises(InvalidValueError, match=r"^members: single networks are required, got a committee"):
        Committee([model, committee])


def hostile(document: dict[str, Any], tensors: dict[str, np.ndarray]) -> dict[str, tuple[dict, dict, str]]:
    """Documents and tensors that are no committee's, and what is said of each."""
    members = document["members"]
    return {
        "no list": (document | {"members": {}}, tensors, "members: a list of 2 to 64 is required"),
        "one": (document | {"members": members[:1]}, tensors, "members: a list of 2 to 64 is required"),
        "many": (document | {"members": members * 40}, tensors, "members: a list of 2 to 64 is required"),
        "fewer": (
            document | {"members": members[:2]},
            tensors,
            "tensors: those of members 1 to 2 are required; unknown",
        ),
        "no object": (document | {"members": [3, *members[1:]]}, tensors, "member 1: an object with the entries"),
        "more entries": (
            document | {"members": [members[0] | {"run": "code"}, *members[1:]]},
            tensors,
            "member 1: an object with the entries sizes, activations, provenance is required",
        ),
        "nested": (document | {"members": [document, *members[1:]]}, tensors, "member 1: an object with the entries"),
        "unknown activation": (
            document | {"members": [members[0], members[1] | {"activations": ["os.system", "softmax"]}, members[2]]},
            tensors,
            "member 2: activation: 'os.system' is not known",
        ),
        "wrong sizes": (
            document | {"members": [members[0] | {"sizes": [6, 5, 3]}, *members[1:]]},
            tensors,
            "member 1: sizes: the tensors say [6, 4, 3], the header [6, 5, 3]",
        ),
        "no features": ({k: v for k, v in document.items() if k != "features"}, tensors, "the entries classes, cost"),
        "another cost": (document | {"cost": "eval"}, tensors, "member 1: cost: one of"),
        "newer": (document | {"format_version": 9}, tensors, "written in format 9, this Pellucid reads up to 1"),
        "missing tensor": (
            document,
            {name: tensor for name, tensor in tensors.items() if name != "member3.layer2.biases"},
            "member 3: tensors: those of layers 2 to 3 are required; missing or unknown: layer2.biases",
        ),
        "odd tensor": (document, tensors | {"layer2.weights": np.zeros(2)}, "tensors: those of members 1 to 3"),
        "NaN": (
            document,
            tensors | {"member1.layer2.biases": np.full(4, np.nan, np.float32)},
            "member 1: tensor layer2.biases: finite floating-point numbers are required",
        ),
    }


CASES = [
    *("no list", "one", "many", "fewer", "no object", "more entries", "nested", "unknown activation", "wrong sizes"),
    *("no features", "another cost", "newer", "missing tensor", "odd tensor", "NaN"),
]


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_is_no_committee_is_refused_in_one_line(
    tmp_path: Path, committee: Committee, contents: Callable[[Path], Any], refusal: Callable[[Path], str], case: str
):
    tensors, document = contents(save(committee, tmp_path / "good"))
    cases = hostile(document, tensors)
    assert list(cases) == CASES
    changed, held, message = cases[case]
    path = tmp_path / "bad.safetensors"
    path.write_bytes(save_tensors(held, metadata={"pellucid": json.dumps(changed)}))
    assert message in refusal(path)


def test_every_truncation_is_refused(tmp_path: Path, committee: Committee, refusal: Callable[[Path], str]):
    content = save(committee, tmp_path / "good").read_bytes()
    path = tmp_path / "cut"
    for length in range(0, len(content), len(content) // 50):
        path.write_bytes(content[:length])
        refusal(path)
