"""What inputs are, and how they come about: pixels, cells of a table, words, bands of a sound."""

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

import pellucid as pl
from pellucid.data import Features, NumberEncoder, PictureEncoder
from pellucid.data.features.sound import SoundEncoder
from pellucid.data.features.table import TableEncoder, learn_table_encoder
from pellucid.data.features.text import TextEncoder
from pellucid.explain import Derivation
from pellucid.explain.document import Table
from pellucid.explain.raw_inputs import MAX_ROWS
from pellucid.model import Model

PIXELS = np.array([[4, 1], [5, 9]], np.uint8)
PEOPLE = pa.table({"age": [30, 50, 40.0, 20], "job": ["vet", "cook", "vet", "cook"]})
WORDS = ("call now", "free", "hello")


def model_of(features: Features, weights: list[float] | None = None) -> Model:
    """A network with one neuron in layer 2, for these features."""
    n_inputs = features.n_features
    weights = weights or np.linspace(1, 2, n_inputs).tolist()
    layers = [pl.Layer([weights], [0.1], "sigmoid"), pl.Layer([[2.0], [1.0]], [0.0, 0.5], "softmax")]
    return Model(pl.Network(layers), "cross-entropy", ("no", "yes"), features)


def people_model(weights: list[float] | None = None) -> tuple[Model, TableEncoder]:
    encoder = learn_table_encoder(PEOPLE, {})
    return model_of(Features.learnt(encoder, encoder.encode(PEOPLE)), weights), encoder


TEXTS = model_of(Features(TextEncoder(WORDS, (), np.array([2, 1, 1], np.float32))), [1.0, 3.0, -1.0])


def the_table(derivation: Derivation) -> Table:
    (table,) = (block for block in derivation.blocks if isinstance(block, Table))
    return table


@pytest.mark.parametrize(("explain", "layer", "number"), [("neuron", 2, 3), ("neuron", 3, 4), ("layer", 2, 4)])
def test_the_pixel_that_matters_most_is_named_and_shown_as_it_is_made(explain: str, layer: int, number: int):
    """The largest term, 2 · 5, into the neuron of layer 2; else the largest input."""
    model = model_of(Features(PictureEncoder((2, 2), "uci-digits"), 0.0625), [1.0, -8.0, 2.0, 0.5])
    place = {"layer": layer} | ({"neuron": 1} if explain == "neuron" else {})
    derivation = getattr(pl.explain, explain)(model, PIXELS, **place)
    step, following = derivation.to_dict()["steps"][:2]
    value = int(PIXELS.ravel()[number - 1])
    assert step["name"] == f"from the raw example to the input vector: input {number}, pixel (2, {number - 2})"
    assert step["expression"] == f"{value}.000 * 0.0625"
    assert [term["ref"] for term in step["terms"]] == [f"x:{number}", "const"]
    assert step["value"] == value / 16
    assert ("step:1" in [term["ref"] for term in following["terms"]]) == (layer == 2)
    note = str(derivation.steps[0].note)
    assert note.startswith("Each of the 4 inputs is its raw value times the same number. Examples become pictures of")
    assert note.endswith("the ink set upright and its points counted as in the UCI digits.")


def test_a_number_of_a_table_is_standardised_before_ones_eyes(read_formula: Callable[[str], float]):
    model, encoder = people_model()
    assert encoder.input_names == ["age", "job = cook", "job = vet"][: len(encoder.input_names)]
    derivation = pl.explain.neuron(model, {"age": 62, "job": "vet"}, layer=2, neuron=1)
    step = derivation.to_dict(digits=7)["steps"][0]
    assert step["name"] == "from the raw example to the input vector: input 1, age"
    assert step["expression"] == "(62.00000 - 35) * 0.08944272"
    assert [term["ref"] for term in step["terms"]] == ["x:1", "const", "const"]
    assert read_formula(step["expression"]) == pytest.approx(step["value"], abs=step["tolerance"])
    assert step["value"] == pytest.approx(27 / np.std([30, 50, 40, 20]), rel=1e-6)
    assert derivation.value == pytest.approx(
        float(model.network.forward(model.features.vectors(encoder.encode(pa.table({"age": [62.0], "job": ["vet"]}))))
        .activations[1][0, 0]), rel=1e-5,
    )  # fmt: skip
    note = str(derivation.steps[0].note)
    assert note.startswith("Each of the")
    assert "a shift and a scale of its own, learnt from the training examples." in note


def test_what_needs_no_scaling_is_given_as_it_is():
    """One-hot inputs of a table, and all of a text."""
    n_inputs = len(people_model()[1].input_names)
    model, encoder = people_model([0.001] + [5.0] * (n_inputs - 1))
    derivation = pl.explain.neuron(model, {"age": 35, "job": "cook"}, layer=2, neuron=1)
    step = derivation.to_dict()["steps"][0]
    number = encoder.input_names.index("job = cook") + 1
    assert step["name"].endswith(f": input {number}, job = cook")
    assert (step["expression"], [term["ref"] for term in step["terms"]]) == ("1.000", [f"x:{number}"])
    assert derivation.steps[0].is_given
    assert " In the raw example the cell says cook. " in str(derivation.steps[0].note)

    derivation = pl.explain.neuron(TEXTS, "Free, FREE! call now", layer=2, neuron=1)
    step = derivation.to_dict()["steps"][0]
    assert step["name"] == 'from the raw example to the input vector: input 2, word "free"'
    assert [term["ref"] for term in step["terms"]] == ["x:2"]
    note = str(derivation.steps[0].note)
    assert note.startswith("Each of the 3 inputs is its raw value, as it is. In the raw example it is TF-IDF 0.71. Exa")


def test_the_inputs_of_the_weighted_sum_are_told_in_a_table():
    for derivation in (
        pl.explain.neuron(TEXTS, "hello call now", layer=2, neuron=1),
        pl.explain.layer(TEXTS, "hello call now", layer=2),
    ):
        table = the_table(derivation)
        assert table.header == ("input", "what it is", "raw value")
        assert table.rows == (
            ("1", 'words "call now"', "TF-IDF 0.89"),
            ("2", 'word "free"', "absent"),
            ("3", 'word "hello"', "TF-IDF 0.45"),
        )
        assert table.caption == "The inputs that are shown."
        assert 'words "call now"' in derivation.to_text()
        assert set(derivation.to_dict()) <= {"title", "value", "steps", "matrices"}


def test_of_many_inputs_those_that_occur_most_often_are_told():
    generator = np.random.default_rng(0)
    weights = generator.normal(size=(8, 64))
    network = pl.Network([pl.Layer(weights, np.zeros(8), "relu"), pl.Layer(np.ones((1, 8)), [0.0], "sigmoid")])
    model = Model(network, "squared-error", ("a", "b"), Features(PictureEncoder((8, 8), "uci-digits"), 1 / 16))
    table = the_table(pl.explain.layer(model, generator.integers(0, 17, 64).astype(np.uint8), layer=2))
    assert len(table.rows) == MAX_ROWS
    assert str(table.caption).startswith(f"{MAX_ROWS} of the ")
    numbers = [int(str(row[0])) for row in table.rows]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("layer", [2, 3])
def test_plain_numbers_and_deeper_layers_have_no_table(layer: int):
    plain = model_of(Features(NumberEncoder((4,)), 0.5))
    for model, raw in ((plain, np.ones(4)), (TEXTS, "free")):
        if model is plain or layer == 3:
            derivation = pl.explain.neuron(model, raw, layer=layer, neuron=1)
            assert not [block for block in derivation.blocks if isinstance(block, Table)]
    assert pl.explain.neuron(plain, np.ones(4), layer=2, neuron=1).steps[0].name.endswith(": input 4")


def test_the_gradient_of_a_weight_from_an_input_names_it():
    for derivation in (
        pl.explain.gradient(TEXTS, "call now", [0, 1], cost="cross-entropy", layer=2, neuron=1, source=1),
        pl.explain.update(
            TEXTS, "call now", [0, 1], cost="cross-entropy", layer=2, neuron=1, source=1, optimizer=pl.SGD(0.1)
        ),
        pl.explain.gradient(TEXTS, ["call now", "free"], np.eye(2), cost="cross-entropy", layer=2, neuron=1, source=1),
    ):
        names = [step.name for step in derivation.steps]
        assert 'from the raw example to the input vector: input 1, words "call now"' in names


def test_a_sound_is_told_in_tones_and_moments():
    encoder = SoundEncoder(rate=8000, bands=4, frames=3)
    samples = np.sin(np.arange(4000) * 2 * np.pi * 440 / 8000).astype(np.float32)
    encoded = encoder.encode([(samples, 8000)])
    model = model_of(Features.learnt(encoder, encoded))
    for raw in ((samples, 8000), encoded[0]):
        table = the_table(pl.explain.neuron(model, raw, layer=2, neuron=1))
        assert re.fullmatch(r"[0-9]+ Hz at (17|50|83) % of the sound", str(table.rows[0][1]))
        assert str(table.rows[0][2]).endswith(" dB")


def test_odd_names_are_shortened_and_escaped():
    name = "<b>$x_1$ & \\input{}</b>" + "y" * 100
    encoder = learn_table_encoder(pa.table({name: [1.0, 2, 3], "b": [1.0, 2.5, 3]}), {})
    model = model_of(Features.learnt(encoder, encoder.encode(pa.table({name: [1.0, 2, 3], "b": [1.0, 2.5, 3]}))))
    derivation = pl.explain.neuron(model, {name: 9.0, "b": 2.0}, layer=2, neuron=1)
    names = {str(row[1]) for row in the_table(derivation).rows}
    assert max(map(len, names)) == 60
    page = derivation.to_html()
    assert "<b>$x_1$" not in page
    assert "&lt;b&gt;$x_1$" in page


def test_every_input_of_a_column_tells_the_cell_as_the_table_has_it():
    rows = pa.table(
        {
            "sex": ["female", "male"] * 4,
            "born": ["1990-12-24", "2001-03-01", "1985-07-31", "1970-01-05"] * 2,
            "age": [30, None, 40.0, 20] * 2,
        }
    )
    encoder = learn_table_encoder(rows, {})
    model = model_of(Features.learnt(encoder, encoder.encode(rows)))
    for row, cells in ((0, ("female", "1990-12-24", "30")), (1, ("male", "2001-03-01", "nothing"))):
        raw = {name: rows[name][row].as_py() for name in rows.column_names}
        table = the_table(pl.explain.neuron(model, raw, layer=2, neuron=1, top=20))
        told = {str(name): str(value) for _, name, value in table.rows}
        assert {told["sex = female"], told["sex = male"]} == {cells[0]}
        assert {value for name, value in told.items() if "born" in name} == {cells[1]}
        assert {value for name, value in told.items() if "age" in name} == {cells[2]}
    derivation = pl.explain.gradient(
        model,
        {"sex": "male", "born": "1990-12-24", "age": 5},
        [0, 1],
        cost="cross-entropy",
        layer=2,
        neuron=1,
        source=1,
    )
    (first,) = (step for step in derivation.steps if step.name.endswith("input 1, sex = female"))
    assert "the cell says male." in str(first.note)
    assert first.value == 0


def test_words_that_do_not_occur_are_not_listed_among_many():
    words = tuple(f"word{number}" for number in range(40))
    model = model_of(Features(TextEncoder(words, (), np.ones(40, np.float32))))
    derivation = pl.explain.neuron(model, "word3 and word20", layer=2, neuron=1, top=8)
    assert [str(row[1]) for row in the_table(derivation).rows] == ['word "word3"', 'word "word20"']
    total = next(step for step in derivation.to_dict()["steps"] if step["name"].startswith("weighted sum"))
    assert derivation.steps[0].name.endswith('input 21, word "word20"')
    assert [term["ref"] for term in total["terms"]] == ["w2:1,4", "a1:4", "w2:1,21", "step:1", "rest:38"]
    assert total["terms"][-1]["value"] == 0
    assert len(the_table(pl.explain.neuron(model, "nothing known", layer=2, neuron=1)).rows) == 8
