"""Tables and texts in the very files that their authors publish."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="tables need pyarrow")

from pellucid.data.sources.reading import Reading
from pellucid.data.sources.tables import TableLayout, read_table

ADULT = (
    "age workclass fnlwgt education education-num marital-status occupation relationship race sex capital-gain "
    "capital-loss hours-per-week native-country income"
)


def test_adult_is_read_as_its_authors_publish_it(real_data: Path):
    names = tuple(ADULT.split())
    examples = read_table(
        real_data / "adult" / "adult.data",
        Reading(label="income", test=str(real_data / "adult" / "adult.test")),
        layout=TableLayout(column_names=names),
        test_layout=TableLayout(column_names=names, skip_first_lines=1, label_ending="."),
    )
    assert examples.labels is not None
    assert examples.parts is not None
    is_test = examples.parts == "test"
    assert (len(examples), is_test.sum()) == (48_842, 16_281)
    assert [int((examples.labels[is_test] == name).sum()) for name in ("<=50K", ">50K")] == [12_435, 3_846]
    assert examples.name(32_561) == "adult.test, line 2"
    missing = "Missing values, of 48,842 rows: 'occupation' 2,809, 'workclass' 2,799, 'native-country' 857."
    assert missing in examples.notes
    assert examples.learnt == names[:-1]


def test_penguins_are_read_as_their_authors_publish_them(real_data: Path):
    examples = read_table(real_data / "penguins" / "penguins.csv", Reading(label="species"))
    assert examples.labels is not None
    assert {name: int((examples.labels == name).sum()) for name in set(examples.labels)} == {
        "Adelie": 152,
        "Gentoo": 124,
        "Chinstrap": 68,
    }
    assert examples.contents(np.array([3])).column("sex").to_pylist() == [None]
    raw = read_table(real_data / "penguins" / "penguins_raw.csv", Reading(label="Species"))
    assert {"Region", "Stage", "Individual ID"}.isdisjoint(raw.learnt)


@pytest.mark.parametrize(
    ("name", "n_rows", "column"),
    [
        ("sms-spam/SMSSpamCollection", 5_574, "column 1"),
        ("sentiment-sentences/imdb_labelled.txt", 1_000, "column 0"),
        ("sentiment-sentences/yelp_labelled.txt", 1_000, "column 0"),
    ],
)
def test_texts_between_tabs_keep_their_quotation_marks(real_data: Path, name: str, n_rows: int, column: str):
    examples = read_table(real_data / name, Reading())
    assert len(examples) == n_rows
    assert examples.text_column() == column
    lines = (real_data / name).read_bytes().decode().split("\n")
    for row, text in enumerate(examples.texts(column)):
        assert text in lines[row]
    assert examples.name(n_rows - 1).endswith(f", line {n_rows}")
