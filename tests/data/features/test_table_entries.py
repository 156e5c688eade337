"""What a model file holds of a table's columns: written, read back, and refused where it is not what it may be."""

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pellucid.data.features import Features
from pellucid.data.features.table import TableEncoder, learn_table_encoder
from pellucid.errors import FormatError, InvalidValueError
from pellucid.maths import Network
from pellucid.model import Model, load, save

TABLE = pa.table(
    {
        "age": [39, 50, None, 28],
        "work": ["state", "private", "private", "state"],
        "rare": ["a", "a", "b", None],
        "member": [True, False, True, None],
        "born": [date(1990, 2, 3), None, date(1999, 12, 31), date(2001, 1, 1)],
        "at": [1_700_000_000, 1_700_000_001, 1_700_000_002, 1_700_000_003],
        "income": [1.0, 20.0, 400.0, 8_000_000.0],
        "same": [1, 1, 1, 1],
    }
)
ENCODER = learn_table_encoder(TABLE, {})
ENTRIES = ENCODER.to_dict()


def read(entries: Any) -> TableEncoder:
    return TableEncoder.from_dict(json.loads(json.dumps(entries)), {})


def test_entries_stand_for_the_same_encoder():
    assert set(ENTRIES) == TableEncoder.ENTRIES
    again = read(ENTRIES)
    assert again == ENCODER
    np.testing.assert_array_equal(again.encode(TABLE), ENCODER.encode(TABLE))
    assert again.tell_columns() == ENCODER.tell_columns()
    features = Features.learnt(ENCODER, ENCODER.encode(TABLE))
    assert Features.from_dict(json.loads(json.dumps(features.to_dict())), features.tensors()) == features


ODD_NAMES = [
    'a"b',
    "a\\b",
    "a\nb",
    "\x1b[31mred",
    "\x00",
    "",
    " ",
    "名前",
    "🙂\u202e",
    "x" * 10_000,
    "age is missing",
    "{0}%s",
]


def test_names_and_categories_of_any_characters_travel_in_a_model_file(tmp_path: Path):
    table = pa.table(
        [pa.array([f"{name}1", f"{name}1", f"{name}2", f"{name}2"]) for name in ODD_NAMES[:9]]
        + [pa.array([1, 2, 3, 4]) for _ in ODD_NAMES[9:]],
        names=ODD_NAMES,
    )
    encoder = learn_table_encoder(table, {})
    inputs = encoder.encode(table)
    features = Features.learnt(encoder, inputs)
    network = Network.random([features.n_features, 2], activation="softmax", seed=0)
    save(Model(network, "cross-entropy", ("no", "yes"), features), tmp_path / "odd.safetensors")
    model = load(tmp_path / "odd.safetensors")
    assert model.features == features
    np.testing.assert_array_equal(model.features.encoded(table.to_pylist()), inputs)
    for name in encoder.input_names:
        assert name.isprintable()
        assert len(name) <= 120


def test_columns_that_no_model_file_could_hold_are_refused_when_they_are_learnt():
    texts = [f"{'long ' * 15}{number}" for number in range(2_000)]
    table = pa.table({f"column {number}": texts * 2 for number in range(20)})
    assert learn_table_encoder(table, {"rare": "1"}).shape == (20 * 33,)
    with pytest.raises(
        InvalidValueError, match=r"may take 900,000 bytes in the model file, it takes .* fewer categories"
    ):
        learn_table_encoder(table, {"rare": "1", "categories": "1000"})
    wide = pa.table([pa.array([1, 2])] * 10_001, names=[str(number) for number in range(10_001)])
    with pytest.raises(InvalidValueError, match=r"^table: at most 10,000 columns are required, 10,001 arrived"):
        learn_table_encoder(wide, {})


def changed(place: int, **values: Any) -> dict[str, Any]:
    """The entries with other values of one column; None takes a value away."""
    entries = deepcopy(ENTRIES)
    entries["columns"][place] |= values
    entries["columns"][place] = {name: value for name, value in entries["columns"][place].items() if value is not None}
    return entries


AGE, WORK, RARE, MEMBER, BORN, AT, INCOME = range(7)


@pytest.mark.parametrize(
    "entries",
    [
        {"columns": [], "left_out": []},
        {"columns": {}, "left_out": []},
        {"columns": [3], "left_out": []},
        {"columns": [None], "left_out": []},
        {"columns": [{"is": ["number"]}], "left_out": []},
        {"columns": [{"is": "pickle", "name": "age"}], "left_out": []},
        {"columns": ENTRIES["columns"], "left_out": [["same"]]},
        {"columns": ENTRIES["columns"], "left_out": [["same", 3]]},
        {"columns": ENTRIES["columns"], "left_out": "same"},
        {"columns": ENTRIES["columns"], "left_out": [["age", "it is in use"]]},
        {"columns": ENTRIES["columns"] * 2, "left_out": []},
        {"columns": ENTRIES["columns"] * 2_000, "left_out": []},
        changed(AGE, name=3),
        changed(AGE, name=[]),
        changed(AGE, fill=None),
        changed(AGE, fill="39"),
        changed(AGE, fill=True),
        changed(AGE, fill=float("nan")),
        changed(AGE, fill=float("inf")),
        changed(AGE, fill=10**400),
        changed(AGE, fill=1e300),
        changed(AGE, missing=-1),
        changed(AGE, missing=1.5),
        changed(AGE, missing=True),
        changed(AGE, missing=10**30),
        changed(AGE, unknown=1),
        changed(AGE, log=1),
        changed(AT, origin="0"),
        changed(AT, log=True),
        changed(WORK, categories=[]),
        changed(WORK, categories=["state", "state"]),
        changed(WORK, categories=["state", 3]),
        changed(WORK, categories=[["state"]]),
        changed(WORK, categories="state"),
        changed(WORK, categories=[str(number) for number in range(10**6)]),
        changed(WORK, categories={"state": 1}),
        changed(RARE, rare=-1),
        changed(MEMBER, fill=1),
        changed(BORN, parts=[]),
        changed(BORN, parts=["century"]),
        changed(BORN, parts=["month", "year"]),
        changed(BORN, parts=["year", "year"]),
        changed(BORN, year=float("nan")),
        changed(BORN, year=1e9),
    ],
)
def test_hostile_entries_are_refused(entries: dict[str, Any]):
    with pytest.raises((FormatError, InvalidValueError), match=r"^features: ") as caught:
        read(entries)
    assert len(str(caught.value)) < 400
    features = {"kind": "table", "scale": 1, "shift": 0}
    with pytest.raises(FormatError):
        Features.from_dict(features | json.loads(json.dumps(entries)))
