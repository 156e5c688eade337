"""What the columns of a table become: numbers, truth values, categories, dates, and what is left out."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pellucid.data.features import Features
from pellucid.data.features.table import TableEncoder, learn_table_encoder
from pellucid.data.features.table.columns import CategoryColumn
from pellucid.errors import DataError, InvalidValueError


def learnt(encoding: dict[str, str] | None = None, **columns: Any) -> TableEncoder:
    return learn_table_encoder(pa.table(columns), encoding or {})


def encoded(encoder: TableEncoder, **columns: Any) -> list[list[float]]:
    return encoder.encode(pa.table(columns)).tolist()


def test_numbers_are_standardised_and_missing_ones_filled_with_the_median_and_flagged():
    table = pa.table({"age": [20, None, 40, 90]})
    encoder = learn_table_encoder(table, {})
    assert encoder.input_names == ["age", "age is missing"]
    inputs = encoder.encode(table)
    assert inputs.dtype == np.float32
    assert inputs.tolist() == [[20, 0], [40, 1], [40, 0], [90, 0]]
    vectors = Features.learnt(encoder, inputs).batch(inputs)
    ages = np.array([20, 40, 40, 90])
    # float32 with a handful of operations: a few units in the seventh digit.
    np.testing.assert_allclose(vectors[:, 0], (ages - ages.mean()) / ages.std(), rtol=1e-6)
    np.testing.assert_array_equal(vectors[:, 1], [0, 1, 0, 0])
    assert [encoder.input_value(k, np.array([39.0, 0.0])) for k in (0, 1)] == ["39", "39"]
    assert [encoder.input_value(k, np.array([25.0, 1.0])) for k in (0, 1)] == ["nothing", "nothing"]


def test_a_missing_number_is_filled_but_not_flagged_where_none_was_missing_to_learn_from():
    encoder = learnt(age=[20, 40, 90])
    assert encoder.input_names == ["age"]
    assert encoded(encoder, age=[None, float("nan")]) == [[40], [40]]


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([1, None, 3], pa.int8()),
        pa.array([1, None, 3], pa.uint64()),
        pa.array([1, None, 3], pa.float16()),
        pa.array([1, None, 3], pa.decimal128(5, 2)),
        pa.array([1, float("nan"), 3], pa.float64()),
        pa.array([1, None, 3], pa.int64()).dictionary_encode(),
        pa.array([timedelta(seconds=1), None, timedelta(seconds=3)], pa.duration("ns")),
    ],
    ids=lambda cells: str(cells.type),
)
def test_numbers_of_every_type_are_numbers(cells: pa.Array):
    assert encoded(learnt(x=cells), x=cells) == [[1, 0], [2, 1], [3, 0]]


def test_numbers_given_as_text_are_read_and_other_texts_named():
    encoder = learnt(age=[20, 40, 90])
    assert encoded(encoder, age=[" 39 ", "4e1", "", None]) == [[39], [40], [40], [40]]
    with pytest.raises(
        DataError, match=r"^row 2 \(counted from 1\), column 'age': a number is required, 'old' arrived$"
    ):
        encoded(encoder, age=["1", "old"])
    with pytest.raises(DataError, match=r"^column 'age': a number is required, 'old' arrived$"):
        encoded(encoder, age=["old"])
    with pytest.raises(DataError, match=r"^column 'age': a number is required, cells of type date32\[day\] arrived$"):
        encoded(encoder, age=[date(2024, 1, 1)])


@pytest.mark.parametrize("number", [float("inf"), -1e39, 1e300])
def test_numbers_beyond_32_bits_are_refused_and_do_not_spoil_what_is_learnt(number: float):
    encoder = learnt(age=[20.0, 40.0, 90.0, number])
    assert encoded(encoder, age=[None]) == [[40]]
    with pytest.raises(
        DataError, match=r"^row 2 \(counted from 1\), column 'age': a number up to 3.4e\+38 is required"
    ):
        encoded(encoder, age=[1.0, number])


def test_a_long_tail_is_shortened_and_told_so():
    incomes = np.exp(np.random.default_rng(0).normal(10, 1, 500))
    encoder = learnt(income=incomes)
    assert encoder.input_names == ["log(1 + income)"]
    assert encoder.tell_columns() == [("income", "numbers, as log(1 + x)")]
    [[of_debt], [of_income]] = encoded(encoder, income=[-999.0, 999.0])
    assert of_income == pytest.approx(np.log(1000), rel=1e-6)
    assert of_debt == -of_income
    assert [encoder.input_value(0, np.array([value])) for value in (of_income, of_debt)] == ["999", "-999"]
    assert learnt({"skewed": "as-is"}, income=incomes).input_names == ["income"]


def test_a_tail_beside_mostly_one_number_stays():
    assert learnt(gain=[0.0] * 80 + [1000.0 * k for k in range(20)]).input_names == ["gain"]


def test_numbers_close_together_keep_their_digits():
    seconds = 1_700_000_000 + np.arange(50)
    encoder = learnt(at=seconds)
    inputs = encoder.encode(pa.table({"at": seconds}))
    assert np.ptp(inputs) == 49
    assert encoder.input_names == ["at − 1700000020"]
    assert encoder.input_value(0, inputs[49]) == "1700000049"


@pytest.mark.parametrize("scale", [1e-40, 1e-20, 1e20, 1e37])
def test_very_small_and_very_large_numbers_stay_finite(scale: float):
    table = pa.table({"x": np.arange(10.0) * scale})
    encoder = learn_table_encoder(table, {"skewed": "as-is"})
    inputs = encoder.encode(table)
    assert np.isfinite(Features.learnt(encoder, inputs).batch(inputs)).all()


def test_truth_values_are_one_and_zero():
    encoder = learnt(member=[True, None, True, False])
    assert encoder.input_names == ["member", "member is missing"]
    assert encoded(encoder, member=[True, False, None]) == [[1, 0], [0, 0], [1, 1]]
    assert encoded(encoder, member=["Yes", "false", ""]) == [[1, 0], [0, 0], [1, 1]]
    assert encoded(encoder, member=[1, 0, None]) == [[1, 0], [0, 0], [1, 1]]
    cells = [encoder.input_value(0, np.array(inputs)) for inputs in ([1.0, 0.0], [0.0, 0.0], [1.0, 1.0])]
    assert cells == ["true", "false", "nothing"]
    with pytest.raises(
        DataError, match=r"^row 2 \(counted from 1\), column 'member': true or false is required, '2' arr"
    ):
        encoded(encoder, member=[1, 2])


def test_categories_have_an_input_each_and_rare_ones_share_one():
    encoder = learnt(work=["state"] * 3 + ["private"] * 4 + ["none", " private ", None])
    assert encoder.input_names == ["work = private", "work = state", "work is another", "work is missing"]
    assert encoder.tell_columns() == [
        (
            "work",
            "2 categories (private, state), and in 1 cell rarer ones, taken together; 1 missing in the training part",
        )
    ]
    assert encoded(encoder, work=["state", "none", "never seen", None]) == [
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
    ]
    for place, cell in enumerate(("private", "state", "another", "nothing")):
        told = {encoder.input_value(k, np.eye(4)[place]) for k in range(4)}
        assert told == {cell}, "every input of a column tells of its one cell"


def test_where_no_category_was_rare_one_that_was_never_seen_is_none_of_them():
    encoder = learnt(island=["Biscoe", "Dream"] * 4)
    assert encoder.input_names == ["island = Biscoe", "island = Dream"]
    assert encoded(encoder, island=["Dream", "Atlantis", None]) == [[0, 1], [0, 0], [0, 0]]
    assert encoder.input_value(1, np.zeros(2)) == "another, or nothing"


def test_the_commonest_categories_have_inputs_and_equally_common_ones_go_by_the_alphabet():
    cells = [*"aabbbbccdd", "e"]
    assert learnt({"categories": "2"}, x=cells).input_names == ["x = a", "x = b", "x is another"]
    assert learnt({"categories": "2"}, x=cells[::-1]) == learnt({"categories": "2"}, x=cells)
    assert learnt({"rare": "4"}, x=cells).input_names == ["x = b", "x is another"]
    assert learnt({"rare": "1"}, x=cells).input_names[-1] == "x = e"


def test_numbers_that_stand_for_something_are_categories_where_one_says_so():
    postcodes = [1010, 1010, 4020, 4020, None]
    encoder = learnt({"category": "postcode, house"}, postcode=postcodes, house=[1.0, 1.0, 2.5, 2.5, 1.0])
    assert encoder.input_names == [
        "postcode = 1010",
        "postcode = 4020",
        "postcode is missing",
        "house = 1",
        "house = 2.5",
    ]
    for cells in ([4020], [4020.0], ["4020"]):
        assert encoded(encoder, postcode=cells, house=[2.5]) == [[0, 1, 0, 0, 1]]
    with pytest.raises(
        InvalidValueError, match=r"^encoding: category: 'postcod' is required and not there \(there is 'po"
    ):
        learnt({"category": "postcod"}, postcode=postcodes)


def test_texts_that_look_like_numbers_to_a_later_file_keep_their_category():
    encoder = learnt(grade=["1", "2", "2", "1", "x", "x"])
    assert encoded(encoder, grade=[2, 1]) == [[0, 1, 0], [1, 0, 0]]


DATES = ["2024-03-01", "2023-12-24", "2024-06-30", None]


@pytest.mark.parametrize(
    "cells",
    [
        DATES,
        pa.array([None if text is None else date.fromisoformat(text) for text in DATES]),
        pa.array([None if text is None else datetime.fromisoformat(text) for text in DATES], pa.timestamp("ns")),
        pa.array([None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC) for text in DATES]),
    ],
    ids=["text", "date", "timestamp", "zone"],
)
def test_dates_become_their_parts(cells: Any):
    encoder = learnt(born=cells)
    assert encoder.input_names == [
        "year of born",
        "month of born (sine)",
        "month of born (cosine)",
        "day of the month of born (sine)",
        "day of the month of born (cosine)",
        "day of the week of born (sine)",
        "day of the week of born (cosine)",
        "born is missing",
    ]
    inputs = encoded(encoder, born=cells)
    # 1 March 2024 was a Friday: part 2 of 12, 0 of 31, 4 of 7.
    angles = 2 * np.pi * np.array([2 / 12, 0 / 31, 4 / 7])
    circle = np.stack([np.sin(angles), np.cos(angles)], axis=1).ravel()
    np.testing.assert_allclose(inputs[0], [2024, *circle, 0], atol=1e-7)
    assert inputs[3] == [2024, 0, 0, 0, 0, 0, 0, 1]
    told = ["2024-03-01", "2023-12-24", "2024-06-30", "nothing"]
    for k in range(8):
        assert [encoder.input_value(k, np.array(row, np.float32)) for row in inputs] == told
    assert encoder.tell_columns() == [
        ("born", "dates: year, month, day of the month, day of the week; 1 missing in the training part")
    ]


def test_times_of_day_have_an_hour_only():
    encoder = learnt(at=[time(6), time(18, 30)])
    assert encoder.input_names == ["hour of at (sine)", "hour of at (cosine)"]
    angle = 2 * np.pi * 18.5 / 24
    np.testing.assert_allclose(encoded(encoder, at=["18:30"]), [[np.sin(angle), np.cos(angle)]], atol=1e-7)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["06:00", "18:30", "23:59:59"], ["06:00", "18:30", "23:59:59"]),
        (["2024-01-31T06:00", "2024-12-01T18:30:05"], ["month 1, day 31, Wednesday 06:00", None]),
        (["2024-01-31T06:00", "2023-12-01T00:00"], ["2024-01-31 06:00", "2023-12-01 00:00"]),
        (["2024-02-05", "2024-07-15"], ["month 2, day 5", "month 7, day 15"]),  # two Mondays
    ],
)
def test_a_moment_is_told_from_its_inputs_as_far_as_they_know_it(cells: list[str], told: list[str | None]):
    encoder = learnt(at=cells)
    for cell, expected in zip(cells, told, strict=True):
        (inputs,) = encoder.encode(pa.table({"at": [cell]}))
        assert encoder.input_value(0, inputs) == (expected or "month 12, day 1, Sunday 18:30:05")
    (missing,) = encoder.encode(pa.table({"at": pa.array([None], pa.string())}))
    assert encoder.input_value(0, missing) == "nothing"


def test_dates_with_a_time_zone_are_taken_in_utc():
    encoder = learnt(at=["2024-01-01T00:00", "2024-01-01T12:00"])
    np.testing.assert_allclose(
        encoded(encoder, at=["2024-01-01T08:00+02:00"]), encoded(encoder, at=["2024-01-01T06:00"]), atol=1e-7
    )


def test_what_is_no_date_is_named():
    encoder = learnt(born=DATES)
    with pytest.raises(
        DataError,
        match=r"^row 2 \(counted from 1\), column 'born': a date or a time as in 2024-03-01 or 2024-03-01T12:30 is "
        r"required, '2024-02-31' arrived$",
    ):
        encoded(encoder, born=["2024-02-01", "2024-02-31"])
    with pytest.raises(DataError, match=r"^column 'born': a date or a time is required, cells of type int64 arrived$"):
        encoded(encoder, born=[3])
    with pytest.raises(DataError, match=r"column 'born': a date within 200,000 years of today is required"):
        encoded(encoder, born=pa.array([2**62], pa.timestamp("s")))


def test_columns_that_tell_nothing_are_left_out_with_the_reason():
    encoder = learnt(
        age=[1, 2, 3, 4],
        same=[7, 7, 7, 7],
        one=["a", "a", "a", "a"],
        yes=[True] * 4,
        day=[date(2024, 1, 1)] * 4,
        empty=pa.nulls(4),
        nan=[float("nan")] * 4,
        names=["Ada", "Bo", "Cy", "Di"],
        amounts=["1", "2", "3", "-"],
        review=["it was good fun", "not my kind of film at all", "what did they think of", "see it again and again"],
        bytes=[b"a", b"b", b"a", b"b"],
        nested=[[1]] * 4,
    )
    assert encoder.input_names == ["age"]
    assert dict(encoder.tell_columns()) == {
        "age": "numbers",
        "same": "left out: every cell of it is the same",
        "one": "left out: every cell of it is the same",
        "yes": "left out: every cell of it is the same",
        "day": "left out: every date of it is the same",
        "empty": "left out: no cell of it is filled",
        "nan": "left out: no cell of it is filled",
        "names": "left out: 4 different texts in 4 cells, none of them often",
        "amounts": "left out: 4 different texts in 4 cells, none of them often; most are numbers, but '-' is none: "
        "leave missing cells empty",
        "review": "left out: free text (5 words a cell), which a table's features have no inputs for",
        "bytes": "left out: its cells are of type binary, which is neither number nor text, date or truth value",
        "nested": "left out: its cells are of type list<item: int64>, which is neither number nor text, date or truth "
        "value",
    }
    assert encoder.describe() == "1 number, of 1 column (1 of numbers; 11 left out)"
    assert encoded(encoder, age=[5]) == [[5]], "what is left out need not be there"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"x": [1, 1]}, r"^table: at least one column .* there is none \('x': every cell of it is the same\)$"),
        ({"x": pa.array([], pa.int64())}, r"^table: at least one row is required"),
    ],
)
def test_a_table_that_teaches_nothing_is_refused(columns: dict[str, Any], message: str):
    with pytest.raises(DataError, match=message):
        learnt(**columns)


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ({"bins": "4"}, r"^encoding: 'bins' is not known.*known: categories, category, rare, skewed"),
        ({"categories": "0"}, r"^encoding: categories: a whole number from 1 to 1,000 is required, got '0'"),
        ({"skewed": "sqrt"}, r"^encoding: skewed: one of log, as-is is required, got 'sqrt'"),
    ],
)
def test_unknown_choices_are_refused(encoding: dict[str, str], message: str):
    with pytest.raises(InvalidValueError, match=message):
        learnt(encoding, x=[1, 2])


def test_a_category_is_known_however_a_table_of_numbers_or_truths_has_it():
    column = CategoryColumn("code", 0, ("007", "1.50", "2", "Bern", "TRUE"))

    def place(cells: list[Any]) -> list[int]:
        inputs = np.zeros((len(cells), 5), np.float32)
        column.encode(pa.chunked_array([pa.array(cells)]), inputs)
        return [int(np.argmax(row)) if row.any() else -1 for row in inputs]

    assert place([1.5, 2.0, 7.0, None]) == [1, 2, -1, -1]
    assert place([True, False]) == [4, -1]
    assert place(["1.5", "1.50", "007", "true"]) == [-1, 1, 0, -1], "texts are what they are"
