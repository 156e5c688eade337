"""Real tables: the census rows of Adult and the Palmer penguins."""

from io import BytesIO
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from pellucid.data.features import Features
from pellucid.data.features.table import learn_table_encoder

NUMBERS = ("age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week")
ADULT = (
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education-num",
    "marital-status",
    "occupation",
    "relationship",
    "race",
    "sex",
    *NUMBERS[3:],
    "native-country",
    "income",
)


@pytest.fixture(scope="module")
def adult(real_data: Path) -> pa.Table:
    """The 32,561 training rows without their label."""
    text = (real_data / "adult" / "adult.data").read_bytes().strip().replace(b", ", b",")
    options = csv.ConvertOptions(null_values=["?"], strings_can_be_null=True)
    table = csv.read_csv(BytesIO(text), csv.ReadOptions(column_names=ADULT), convert_options=options)
    return table.drop_columns(["income"])


def test_adult_is_learnt_and_encoded_quickly_and_whole(adult: pa.Table):
    start = perf_counter()
    encoder = learn_table_encoder(adult, {})
    inputs = encoder.encode(adult)
    # Half a second on an idle core; the bound is what a person would not wait for.
    assert perf_counter() - start < 10
    told = dict(encoder.tell_columns())
    assert [name for name, what in told.items() if what == "numbers"] == sorted(NUMBERS, key=ADULT.index)
    assert told["workclass"].startswith(
        "6 categories (Federal-gov, Local-gov, Private, Self-emp-inc, …), and in 21 cells"
    )
    assert told["occupation"].endswith("; 1,843 missing in the training part")
    assert set(told) == set(ADULT) - {"income"}
    assert len(inputs) == 32_561
    for name in ("workclass", "education", "native-country"):
        # Each row has one of the column's inputs, or that for missing cells.
        own = [number for number, text in enumerate(encoder.input_names) if text.startswith(f"{name} ")]
        np.testing.assert_array_equal(inputs[:, own].sum(axis=1), 1)
    filled = np.flatnonzero(inputs[0]).tolist()
    first = {encoder.input_name(k): encoder.input_value(k, inputs[0]) for k in filled}
    assert first["age"] == "39"
    assert first["fnlwgt"] == "77516"
    assert first["capital-gain"] == "2174"
    assert first["occupation = Adm-clerical"] == "Adm-clerical"


def test_rows_encoded_a_few_at_a_time_are_the_same(adult: pa.Table):
    encoder = learn_table_encoder(adult.slice(0, 20_000), {})
    rows = adult.slice(20_000, 1_000)
    pieces = [encoder.encode(rows.slice(first, 256)) for first in range(0, 1_000, 256)]
    np.testing.assert_array_equal(np.concatenate(pieces), encoder.encode(rows))
    np.testing.assert_array_equal(encoder.encode(encoder.gathered(rows.slice(0, 50).to_pylist())), pieces[0][:50])


def test_penguins_have_their_missing_cells_flagged(real_data: Path):
    options = csv.ConvertOptions(null_values=["NA"], strings_can_be_null=True)
    table = csv.read_csv(real_data / "penguins" / "penguins.csv", convert_options=options).drop_columns(["species"])
    encoder = learn_table_encoder(table, {})
    assert encoder.describe() == "15 numbers, of 7 columns (5 of numbers, 2 of categories)"
    assert dict(encoder.tell_columns())["sex"] == "2 categories (female, male); 11 missing in the training part"
    inputs = encoder.encode(table)
    flags = {name: int(inputs[:, k].sum()) for k, name in enumerate(encoder.input_names) if name.endswith("missing")}
    assert flags == {
        "bill_length_mm is missing": 2,
        "bill_depth_mm is missing": 2,
        "flipper_length_mm is missing": 2,
        "body_mass_g is missing": 2,
        "sex is missing": 11,
    }
    vectors = Features.learnt(encoder, inputs).batch(inputs)
    grams = encoder.input_names.index("body_mass_g")
    # 344 numbers of float32: their mean and deviation are 0 and 1 to about six digits.
    np.testing.assert_allclose([vectors[:, grams].mean(), vectors[:, grams].std()], [0, 1], atol=1e-5)
