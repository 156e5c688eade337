"""Rows as people give them to a model: dictionaries, lists of them, DataFrames, Arrow tables."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pellucid.data.features import Features, NumberEncoder
from pellucid.data.features.table import TableEncoder, learn_table_encoder
from pellucid.errors import DataError, InvalidValueError
from pellucid.maths import Network
from pellucid.model import Model

TABLE = pa.table(
    {
        "age": [39, 50, None, 28],
        "work": ["state", "private", "private", "state"],
        "hours": [40.0, 13.0, 40.0, None],
        "note": pa.nulls(4),
    }
)
ENCODER = learn_table_encoder(TABLE, {})
FEATURES = Features.learnt(ENCODER, ENCODER.encode(TABLE))
ROWS = TABLE.to_pylist()
COLUMNS = TABLE.to_pydict()


class Row(dict[str, Any]):
    """A mapping of one's own."""


GIVEN: dict[str, Callable[[], Any]] = {
    "arrow table": lambda: TABLE,
    "arrow batch": lambda: TABLE.to_batches()[0],
    "columns in another order, and more of them": lambda: TABLE.select([2, 1, 0]).append_column("x", pa.nulls(4)),
    "list of dictionaries": lambda: ROWS,
    "tuple of dictionaries": lambda: tuple(map(Row, ROWS)),
    "dictionary of lists": lambda: COLUMNS,
    "dictionary of arrays": lambda: {name: np.array(cells, object) for name, cells in COLUMNS.items()},
    "pandas": lambda: TABLE.to_pandas(),
    "pandas of objects": lambda: TABLE.to_pandas().astype(object),
    "pandas, numbers as text": lambda: TABLE.to_pandas().assign(age=[39, "50", None, "28"]),
    "pandas with pandas.NA": lambda: TABLE.to_pandas().convert_dtypes(),
    "pandas with categories": lambda: TABLE.to_pandas().astype({"work": "category"}),
}


@pytest.mark.parametrize("given", GIVEN.values(), ids=list(GIVEN))
def test_rows_of_every_kind_are_encoded_alike(given: Callable[[], Any]):
    np.testing.assert_array_equal(FEATURES.encoded(given()), ENCODER.encode(TABLE))


@pytest.mark.parametrize(
    "row",
    [ROWS[1], Row(ROWS[1]), [ROWS[1]], TABLE.slice(1, 1), TABLE.to_pandas().iloc[1], TABLE.to_pandas().iloc[1:2]],
    ids=["dictionary", "mapping", "list of one", "arrow", "pandas row", "pandas of one row"],
)
def test_one_row_is_a_batch_of_one(row: Any):
    np.testing.assert_array_equal(FEATURES.encoded(row), ENCODER.encode(TABLE)[1:2])


def test_a_table_of_numbers_alone_is_encoded_all_the_same():
    numbers = pd.DataFrame({"b": [1.0, 2.0, 5.0], "a": [10, 20, 60]})
    encoder = learn_table_encoder(pa.table({"a": [10, 20, 60], "b": [1.0, 2.0, 5.0]}), {})
    features = Features.learnt(encoder, encoder.encode(pa.table(numbers)))
    expected = [[10, 1], [20, 2], [60, 5]]
    assert features.encoded(numbers).tolist() == expected
    assert features.encoded(numbers.iloc[2]).tolist() == expected[2:]
    assert features.encoded(numbers.to_dict("list")).tolist() == expected
    assert features.encoded(np.array(expected)).tolist() == expected, "an array is encoded already"
    assert Features(NumberEncoder((2,))).encoded(numbers).tolist() == [[1, 10], [2, 20], [5, 60]]


def test_a_model_answers_a_row_and_a_dataframe():
    network = Network.random([FEATURES.n_features, 3, 2], activation="sigmoid", output="softmax", seed=1)
    model = Model(network, "cross-entropy", ("no", "yes"), FEATURES)
    of_rows = model.predict(ROWS)
    assert [answer.label for answer in model.predict(TABLE.to_pandas())] == [answer.label for answer in of_rows]
    [answer] = model.predict({"age": 39, "work": "state", "hours": 40})
    np.testing.assert_allclose(answer.outputs, of_rows[0].outputs, rtol=1e-6)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            {"age": 39, "work": "state", "hour": 40},
            r"^columns: 'hours' is required and not there \(there is 'hour'\); 'age', 'work', 'hour' arrived; where",
        ),
        ({"age": 39}, r"^columns: 'work', 'hours' are required and not there; 'age' arrived"),
        ({}, r"^columns: 'age', 'work', 'hours' are required and not there; none arrived"),
        (pd.DataFrame({"age": [1]}), r"^columns: 'work', 'hours' are required"),
        (
            [ROWS[0], {"age": 39, "hours": 1}],
            r"^row 2 \(counted from 1\), columns: 'work' is required and not there; 'age', 'hours' arr",
        ),
        (TABLE.append_column("age", pa.nulls(4)), r"^columns: each name may stand once, 'age' stands 2 times"),
        (
            {"age": [1, 2], "work": ["a"], "hours": [1, 2]},
            r"^rows: columns of one length are required, got lengths \[1, 2\]",
        ),
        ({"age": [1, 2], "work": "a", "hours": [1, 2]}, r"^rows: one value for each column, or a list.*'work' differs"),
        ("age", r"^rows: a dictionary such as .* is required, got str$"),
        ([["state", 3]], r"^rows: a dictionary such as"),
        (pa.array(["a"]), r"^rows: a dictionary such as .* got StringArray$"),
        (pd.Series(["a", "b"], index=["age", "work"]), r"^columns: 'hours' is required"),
        ({"age": 39, "work": "\ud800", "hours": 40}, r"^column 'work': texts, numbers or dates are required"),
    ],
)
def test_what_is_no_row_is_refused(raw: Any, message: str):
    with pytest.raises(InvalidValueError, match=message):
        FEATURES.encoded(raw)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"age": "old", "work": "state", "hours": 40}, r"^column 'age': a number is required, 'old' arrived$"),
        ({"age": [39], "work": "state", "hours": 40}, r"rows: one value for each"),
        ({"age": {"a": 1}, "work": "state", "hours": 40}, r"^column 'age': a number is required, cells of type struct"),
        ({"age": 39, "work": {"a": 1}, "hours": 40}, r"^column 'work': a text is required, cells of type struct"),
        (
            {"age": 10**400, "work": "state", "hours": 40},
            r"^column 'age': a number up to 3.4e\+38 is required, inf arr",
        ),
        (
            [ROWS[0], {"age": "4\x1b[31m2", "work": "state", "hours": 40}],
            r"^row 2 \(counted from 1\), column 'age': a number is required, '4\\x1b\[31m2' arrived$",
        ),
        (
            {"age": "9" * 10**6 + "x", "work": "state", "hours": 40},
            r"^column 'age': a number is required, '9{60}…' arrived$",
        ),
    ],
)
def test_a_cell_that_does_not_fit_is_named(raw: Any, message: str):
    with pytest.raises((DataError, InvalidValueError), match=message):
        FEATURES.encoded(raw)


def test_a_table_of_two_thousand_columns_is_learnt():
    names = [f"gene {number}" for number in range(2_000)]
    table = pa.table([pa.array([0.5, 1.25 + number, 3.0]) for number in range(2_000)], names=names)
    encoder = learn_table_encoder(table, {})
    assert isinstance(encoder, TableEncoder)
    assert encoder.shape == (2_000,)
    assert encoder.input_name(1_999) == "gene 1999"
    assert encoder.encode(table)[1, 1_999] == 2_000.25
