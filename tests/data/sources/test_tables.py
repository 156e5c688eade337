"""Tables as people have them: every format, what is found out of each, and what is chosen from it."""

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow", reason="tables need pyarrow")
pd = pytest.importorskip("pandas", reason="DataFrames need pandas")

import pyarrow.parquet as pq  # noqa: E402

from pellucid.data.prepare import prepare  # noqa: E402
from pellucid.data.sources.reading import Reading  # noqa: E402
from pellucid.data.sources.tables import TableExamples, read_table, table_examples  # noqa: E402
from pellucid.errors import DataError, FormatError, InvalidValueError, UnknownNameError  # noqa: E402

PEOPLE = "age,city,label\n39,Rome,a\n17,Oslo,b\n50,Rome,a\n"


def written(tmp_path: Path, content: str | bytes, name: str = "people.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(tmp_path: Path, content: str | bytes, labelled: bool = True, /, **choices: Any) -> TableExamples:
    return read_table(written(tmp_path, content), Reading(**choices), labelled)


def rows_of(examples: TableExamples) -> list[dict[str, Any]]:
    return examples.contents(np.arange(len(examples))).to_pylist()


def names_of(examples: TableExamples) -> list[str]:
    return [examples.name(row) for row in range(len(examples))]


def as_ipc(table: Any, path: Path, new: Any) -> None:
    with pa.OSFile(str(path), "wb") as sink, new(sink, table.schema) as writer:
        writer.write_table(table)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PEOPLE, "a table (CSV, cells separated by commas, names in the first row: 3 rows and 3 columns)"),
        (PEOPLE.replace(",", ";"), "a table (CSV, cells separated by semicolons, names in the first row: "),
        (PEOPLE.replace(",", "\t"), "a table (TSV, cells separated by tabs, names in the first row: 3 rows"),
        (PEOPLE.replace(",", "|"), "a table (CSV, cells separated by vertical bars, names in the first row: "),
        (PEOPLE.replace("\n", "\r\n"), "a table (CSV, cells separated by commas, names in the first row: 3 rows"),
        (PEOPLE.replace("\n", "\r"), "a table (CSV, cells separated by commas, names in the first row: 3 rows"),
        (b"\xef\xbb\xbf" + PEOPLE.encode(), "a table (CSV, cells separated by commas, names in the first row: 3"),
        (gzip.compress(PEOPLE.encode()), "a table (CSV, cells separated by commas, names in the first row: 3"),
        (PEOPLE.replace(",", ", ").replace("Rome", '"Rome"').replace(', "', ',"'), "a table (CSV, cells separated by"),
    ],
    ids=["comma", "semicolon", "tab", "bar", "crlf", "cr", "byte order mark", "gzip", "spaces"],
)
def test_the_layout_of_a_text_file_is_found_out(tmp_path: Path, content: str | bytes, told: str):
    examples = read(tmp_path, content)
    assert examples.told.startswith(told)
    assert rows_of(examples) == [{"age": 39, "city": "Rome"}, {"age": 17, "city": "Oslo"}, {"age": 50, "city": "Rome"}]
    assert examples.labels is not None
    assert examples.labels.tolist() == ["a", "b", "a"]
    assert names_of(examples) == ["people.csv, line 2", "people.csv, line 3", "people.csv, line 4"]


TYPED = {
    "age": pa.array([39, 17, None], pa.int16()),
    "size": [Decimal("1.5"), None, Decimal("2.25")],
    "big": pa.array([1, 2, 2**63], pa.uint64()),
    "half": pa.array(np.array([1, 2, 3], np.float16)),
    "city": pa.array(["Rome", "Oslo", None]).dictionary_encode(),
    "since": [date(2020, 1, 1), date(2021, 1, 1), None],
    "tags": [[1], [2], [3]],
    "label": pa.array(["a", "b", "a"], pa.large_string()),
}
TYPED_ROWS = [
    {"age": 39, "size": 1.5, "big": 1.0, "half": 1.0, "city": "Rome", "since": date(2020, 1, 1)},
    {"age": 17, "size": None, "big": 2.0, "half": 2.0, "city": "Oslo", "since": date(2021, 1, 1)},
    {"age": None, "size": 2.25, "big": 2.0**63, "half": 3.0, "city": None, "since": None},
]


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "stream.arrow", "memory"])
def test_typed_tables_are_read_in_a_few_plain_types(tmp_path: Path, name: str):
    table = pa.table(TYPED)
    if name == "a.parquet":
        pq.write_table(table, tmp_path / name)
    elif name != "memory":
        as_ipc(table, tmp_path / name, pa.ipc.new_stream if name == "stream.arrow" else pa.ipc.new_file)
    examples = (
        table_examples(table, Reading(), "memory") if name == "memory" else read_table(tmp_path / name, Reading())
    )
    assert rows_of(examples) == TYPED_ROWS
    assert examples.name(1) == f"{name}, row 2 (counted from 1)"
    assert "Left out, being neither numbers nor texts nor dates: 'tags' (list<" in " ".join(examples.notes)


def test_ndjson_is_read_whatever_keys_a_line_lacks(tmp_path: Path):
    lines = [{"age": 39, "label": "a"}, {"age": None, "label": "b", "is_new": True}, {"label": "a", "age": 1.5}]
    content = "\n\n".join(json.dumps(line) for line in lines)
    examples = read(tmp_path, content)
    assert examples.told == "a table (NDJSON: 3 rows and 3 columns)"
    assert rows_of(examples) == [
        {"age": 39.0, "is_new": None},
        {"age": None, "is_new": True},
        {"age": 1.5, "is_new": None},
    ]
    assert names_of(examples) == ["people.csv, line 1", "people.csv, line 3", "people.csv, line 5"]


def test_lists_and_objects_in_ndjson_are_left_out(tmp_path: Path):
    lines = [
        {"age": 39, "tags": ["a"], "label": "a"},
        {"age": 40, "tags": None, "home": {"city": "Rome"}, "label": "b"},
    ]
    examples = read(tmp_path, "\n".join(map(json.dumps, lines)))
    assert rows_of(examples) == [{"age": 39}, {"age": 40}]
    told = "Left out, being neither numbers nor texts nor dates: 'tags' (lists or objects), 'home' (lists or objects)."
    assert told in examples.notes


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"a": [1.0, None], "kind": pd.Categorical(["x", "y"]), "label": [True, False]}, index=[7, 3]),
        {"a": np.array([1.0, np.nan]), "kind": ["x", "y"], "label": [True, False]},
        [{"a": 1.0, "kind": "x", "label": True}, {"kind": "y", "label": False}],
    ],
    ids=["pandas", "dict of columns", "list of rows"],
)
def test_tables_in_memory_are_read(table: Any):
    examples = table_examples(table, Reading(), "frame")
    assert rows_of(examples) == [{"a": 1.0, "kind": "x"}, {"a": None, "kind": "y"}]
    assert examples.labels is not None
    assert examples.labels.tolist() == ["true", "false"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"a": [1, "x"], "label": [1, 2]}, "column 'a': Could not convert 'x'"),
        (pd.DataFrame({"a": [1, "x"], "label": [1, 2]}), "column 'a': Could not convert 'x' with type str: tried to"),
        ({"a": [1], "label": [1, 2]}, "expected length 1 but got length 2"),
        ([1, 2], "a row is no mapping"),
        ("people.csv", "a str arrived"),
    ],
)
def test_what_is_no_table_in_memory_is_refused(table: Any, message: str):
    with pytest.raises(DataError, match=r"^frame: an Arrow table, a DataFrame, .* is required \(.*") as caught:
        table_examples(table, Reading(), "frame")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "-2", "3"], [1, -2, 3]),
        (["1", "+2.5", "1e3"], [1.0, 2.5, 1000.0]),
        (["9223372036854775808", "1", "2"], [2.0**63, 1.0, 2.0]),
        (["007", "1", "2"], ["007", "1", "2"]),
        (["0x10", "1", "2"], ["0x10", "1", "2"]),
        (["True", "false", ""], [True, False, None]),
        (["true", "false", "no"], ["true", "false", "no"]),
        (["1", "?", "NA"], [1, None, None]),
        (["x", "N/A", "null"], ["x", None, None]),
        (["0.5", "nan", "NaN"], [0.5, None, None]),
        (["1,5", "2", "3,25"], [1.5, 2.0, 3.25]),
        (["2024-01-31", "", "x"], ["2024-01-31", None, "x"]),
    ],
)
def test_what_cells_stand_for_follows_from_all_of_them(tmp_path: Path, cells: list[str], expected: list[Any]):
    content = "a;label\n" + "".join(f" {cell} ;{row}\n" for row, cell in enumerate(cells))
    found = [row["a"] for row in rows_of(read(tmp_path, content, features=("a",)))]
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("a,b\nx,1\ny,2\n", ["a", "b"]),
        ("x,1\ny,2\n", ["column 0", "column 1"]),
        ("0,1,2,3\n5,6,7,x\n", ["0", "1", "2", "3"]),
        ("5,6,7,x\n5,6,7,y\n", ["column 0", "column 1", "column 2", "column 3"]),
        ("p,q,r\np,s,t\n", ["column 0", "column 1", "column 2"]),
        (",b\n1,x\n", ["column 0", "b"]),
        ("?,b\n1,x\n", ["column 0", "column 1"]),
    ],
)
def test_the_first_row_holds_names_unless_it_looks_like_data(tmp_path: Path, content: str, names: list[str]):
    examples = read(tmp_path, content, False)
    assert examples.table.column_names == names
    assert len(examples) == content.count("\n") - (names[-1] in content)


def test_a_title_before_the_names_does_not_hide_a_quoted_cell_of_several_lines(tmp_path: Path):
    content = 'a,b,label\n"x\ny, z",1,p\n\n"5"" disk",2,q\n6" disk,3,p\n'
    examples = read(tmp_path, content)
    assert [row["a"] for row in rows_of(examples)] == ["x\ny, z", '5" disk', '6" disk']
    assert names_of(examples) == ["people.csv, line 2", "people.csv, line 5", "people.csv, line 6"]


@pytest.mark.parametrize(
    ("choices", "label", "why"),
    [
        ({}, "y", ", by its name; --label names another"),
        ({"label": "a"}, "a", ""),
        ({"label": "1"}, "b", ""),
        ({"ignore": ("y",)}, "c", ", the last one; --label names another"),
    ],
)
def test_the_label_is_found_and_said(tmp_path: Path, choices: dict[str, Any], label: str, why: str):
    examples = read(tmp_path, "a,b,y,c\n1,2,3,4\n5,6,7,8\n", **choices)
    assert f"The label is the column '{label}'{why}." in examples.notes
    assert label not in rows_of(examples)[0]


@pytest.mark.parametrize("choice", ["label", "features", "ignore"])
def test_a_column_that_is_not_there_is_named_with_the_nearest(tmp_path: Path, choice: str):
    wanted = "citty" if choice == "label" else ("citty",)
    message = rf"^{choice}: people.csv has no column 'citty'; did you mean 'city'\? \(columns: age, city, label\)$"
    with pytest.raises(UnknownNameError, match=message):
        read(tmp_path, PEOPLE, **{choice: wanted})


def test_the_label_cannot_be_a_feature(tmp_path: Path):
    with pytest.raises(InvalidValueError, match=r"^features: 'age' is the label of people.csv; name another"):
        read(tmp_path, PEOPLE, label="0", features=("age",))
    with pytest.raises(DataError, match=r"at least one column besides the label 'label' is required"):
        read(tmp_path, PEOPLE, ignore=("age", "city"))


def test_rows_without_a_label_are_left_out_and_counted(tmp_path: Path):
    examples = read(tmp_path, "a,label\n1,x\n2,?\n3,\n4,y\n")
    assert "Rows without a label, which are left out: 2." in examples.notes
    assert names_of(examples) == ["people.csv, line 2", "people.csv, line 5"]
    with pytest.raises(DataError, match=r"^people.csv: at least one row with a label in 'label' is required$"):
        read(tmp_path, "a,label\n1,?\n")


def test_constant_columns_and_identifiers_are_left_out_unless_they_are_asked_for(tmp_path: Path):
    rows = [f"{row},n{row},{row + 100},{row % 7},same,,{'xy'[row % 2]}\n" for row in range(40)]
    content = "customer_id,name,number,age,colour,empty,label\n" + "".join(rows)
    examples = read(tmp_path, content)
    assert examples.learnt == ("age",)
    assert (
        "Left out: 'customer_id' (an identifier by its name and values), 'name' (different in every row, as an "
        "identifier is), 'number' (different in every row, as an identifier is), 'colour' (the same in all rows), "
        "'empty' (empty in all rows); --features names the columns to learn from."
    ) in examples.notes
    assert set(rows_of(examples)[0]) > {"customer_id", "colour"}, "a model made before may need them"
    assert read(tmp_path, content, features=("customer_id", "age")).learnt == ("customer_id", "age")


def test_rows_to_predict_keep_every_column_and_need_no_label(tmp_path: Path):
    examples = read(tmp_path, "age,city\n39,Rome\n", False, label="income", ignore=("wealth",))
    assert examples.labels is None
    assert rows_of(examples) == [{"age": 39, "city": "Rome"}]


def test_contents_are_taken_in_any_order(tmp_path: Path):
    content = "a,label\n" + "".join(f"{row},x\n" for row in range(100))
    examples = read(tmp_path, content)
    wanted = np.array([5, 99, 0, 5, 42])
    assert examples.contents(wanted).column("a").to_pylist() == wanted.tolist()
    assert examples.contents(np.zeros(0, np.int64)).num_rows == 0


def test_equal_rows_have_equal_fingerprints_in_the_columns_that_are_learnt_from(tmp_path: Path):
    content = "id,a,b,t,label\n1,0.0,x,true,p\n2,-0.0,x,true,q\n3,0.0,x,,p\n4,,x,true,p\n5,0.0,y,true,p\n"
    first, second, *others = read(tmp_path, content).fingerprints().tolist()
    assert first == second
    assert len({first, *others}) == 4


def test_a_second_file_judges(tmp_path: Path):
    judge = written(tmp_path, "extra,label,city,age\n1,b,Bonn,1.5\n2,?,Bonn,3\n", "judge.csv")
    examples = read(tmp_path, PEOPLE, test=str(judge))
    assert examples.parts is not None
    assert examples.parts.tolist() == ["", "", "", "test"]
    assert rows_of(examples)[-1] == {"age": 1.5, "city": "Bonn"}
    assert examples.name(3) == "judge.csv, line 2"
    assert examples.told.endswith(", and judge.csv to test")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("age,label\n1,a\n", r"^judge.csv: the columns of people.csv are required, 'city' is not there$"),
        (
            "age,city,label\n1,x,a\n\nten,x,a\nsix,x,a\n",
            r"^judge.csv: column 'age' must hold int64 as in people.csv, 'ten' arrived in judge.csv, line 4$",
        ),
    ],
)
def test_a_second_file_must_have_the_same_columns(tmp_path: Path, content: str, message: str):
    judge = written(tmp_path, content, "judge.csv")
    with pytest.raises(FormatError, match=message):
        read(tmp_path, PEOPLE, test=str(judge))


@pytest.mark.parametrize("source", ["csv", "ndjson", "parquet", "memory"])
def test_a_table_larger_than_the_bound_is_mapped_and_the_same(tmp_path: Path, source: str):
    n_rows = 3_000
    table = pa.table({"a": np.arange(n_rows) % 97, "t": [f"t{row % 31}" for row in range(n_rows)]})
    table = table.append_column("label", pa.array(["x", "y"] * (n_rows // 2)))
    path = tmp_path / "big"
    if source == "csv":
        table.to_pandas().to_csv(path, index=False)
    elif source == "ndjson":
        path.write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
    elif source == "parquet":
        pq.write_table(table, path, row_group_size=500)
    folder = tmp_path / "cache"
    folder.mkdir()
    if source == "memory":
        few, many = (table_examples(table, Reading(memory=memory), "big") for memory in (1_000, None))
    else:
        few, many = (read_table(path, Reading(memory=memory), folder=folder) for memory in (1_000, None))
        assert list(folder.glob("*/table.arrow"))
    rows = np.array([2_999, 0, 1_234])
    assert few.contents(rows).equals(many.contents(rows))
    np.testing.assert_array_equal(few.fingerprints(), many.fingerprints())
    np.testing.assert_array_equal(few.labels, many.labels)
    del few
    assert not list(folder.glob("*"))


def test_a_table_of_one_column_of_texts_is_known_as_such(tmp_path: Path):
    texts = [f"message {row} of several words, and quite different" for row in range(30)]
    content = "".join(f"{'spam' if row % 3 else 'ham'}\t{text}\n" for row, text in enumerate(texts))
    examples = read(tmp_path, content)
    assert examples.text_column() == "column 1"
    assert examples.texts("column 1") == texts
    assert examples.labels is not None
    assert set(examples.labels) == {"ham", "spam"}
    assert "The label is the column 'column 0', the last one that holds no long texts" in examples.notes[0]
    assert read(tmp_path, PEOPLE).text_column() is None


def test_a_table_becomes_a_data_set(tmp_path: Path):
    rows = [f"{row * 7 % 40},{'Rome' if row % 3 else ''},{'ab'[row * 7 % 40 > 20]}\n" for row in range(200)]
    data = prepare(read(tmp_path, "age,city,label\n" + "".join(rows)), "people")
    assert data.classes == ("a", "b")
    assert data.report is not None
    assert "'city' 67" in " ".join(data.report.sentences())
    with pytest.raises(DataError, match=r"at least 2 classes are required.*, every label is 'x'"):
        prepare(read(tmp_path, "a,label\n1,x\n2,x\n3,x\n4,x\n5,x\n"), "people")
    with pytest.raises(DataError, match=r"a column to learn from is required, there is none\. .*'a' \(the same in all"):
        prepare(read(tmp_path, "a,label\n" + "1,x\n1,y\n" * 9), "people", Reading(validation=0, test=0.0))
