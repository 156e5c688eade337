"""Tables written back with answers: the same cells, nothing that a spreadsheet runs, whole or not at all."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow", reason="tables need pyarrow")

from pellucid.data.answers import write_answers  # noqa: E402
from pellucid.data.sources.reading import Reading  # noqa: E402
from pellucid.data.sources.tables import read_table  # noqa: E402
from pellucid.data.spreadsheets import harmless  # noqa: E402
from pellucid.errors import FormatError, InvalidValueError, WriteError  # noqa: E402


def written(tmp_path: Path, content: str, name: str = "people.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8", newline="")
    return path


def cells_of(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def test_a_table_comes_back_with_its_cells_as_they_were(tmp_path: Path):
    source = written(tmp_path, 'code,price,note\n007,1.50,"a ""b"", c"\n 08 ,NA,"two\nlines"\n1e3,,\n')
    target = tmp_path / "answered.csv"
    assert write_answers(source, target, {"class": ["x", "y, z", None], "p": np.float32([0.5, 0.1, 1])}) == (
        "class",
        "p",
    )
    assert cells_of(target) == [
        ["code", "price", "note", "class", "p"],
        ["007", "1.50", 'a "b", c', "x", "0.5"],
        [" 08 ", "NA", "two\nlines", "y, z", "0.1"],
        ["1e3", "", "", "", "1.0"],
    ]


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path):
    source = written(tmp_path, "class,class (2),a\nx,y,1\n")
    assert write_answers(source, source, {"class": ["z"]}) == ("class (3)",)
    assert cells_of(source)[1] == ["x", "y", "1", "z"]


@pytest.mark.parametrize(
    ("name", "target", "delimiter"),
    [("a.tsv", "b.tsv", "\t"), ("a.tsv", "b.csv", ","), ("a.csv", "b.tsv", "\t"), ("a;.csv", "b.csv", ";")],
)
def test_the_ending_and_the_source_decide_what_stands_between_cells(
    tmp_path: Path, name: str, target: str, delimiter: str
):
    between = {".tsv": "\t", ".csv": ";" if ";" in name else ","}[Path(name).suffix]
    source = written(tmp_path, between.join(("a", "b")) + "\n" + between.join(("1", "x")) + "\n", name)
    write_answers(source, tmp_path / target, {"class": ["y"]})
    assert cells_of(tmp_path / target, delimiter) == [["a", "b", "class"], ["1", "x", "y"]]


@pytest.mark.parametrize("kind", ["parquet", "ndjson", "no names"])
def test_other_tables_come_as_csv_too(tmp_path: Path, kind: str):
    source = tmp_path / "a"
    if kind == "parquet":
        pytest.importorskip("pyarrow.parquet").write_table(pa.table({"a": [1, None], "b": [True, False]}), source)
    elif kind == "ndjson":
        source.write_text("".join(json.dumps(row) + "\n" for row in ({"a": 1, "b": True}, {"b": False})))
    else:
        source.write_text("1,true\n,false\n")
    write_answers(source, tmp_path / "b.csv", {"class": ["x", "y"]})
    names = ["column 0", "column 1"] if kind == "no names" else ["a", "b"]
    assert cells_of(tmp_path / "b.csv") == [[*names, "class"], ["1", "true", "x"], ["", "false", "y"]]


def test_answers_find_their_rows(tmp_path: Path):
    source = written(tmp_path, "a,label\n1,x\n2\n1e999,y\n3,\n4,y\n")
    examples = read_table(source, Reading(on_error="skip"))
    assert [examples.name(row) for row in range(len(examples))] == ["people.csv, line 2", "people.csv, line 6"]
    write_answers(source, tmp_path / "b.csv", {"class": ["p", "q"]}, examples.rows)
    assert cells_of(tmp_path / "b.csv")[1:] == [["1", "x", "p"], ["1e999", "y", ""], ["3", "", ""], ["4", "y", "q"]]


FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "＝1+1",
    "+49 170 1",
    "-x",
]
PLAIN = ["-1.5", "+2", "-1,5", "-1e-5", "-12%", "-", "+", "a=b", "1-2", "", "x@y.org", " x", "'=1"]


def test_formulas_get_an_apostrophe_and_numbers_do_not():
    assert harmless(pa.array(FORMULAS)).to_pylist() == [f"'{cell}" for cell in FORMULAS]
    assert harmless(pa.array(PLAIN)).to_pylist() == PLAIN


def test_cells_names_and_classes_are_harmless_in_what_is_written(tmp_path: Path):
    source = written(tmp_path, '=evil(),a\n"=HYPERLINK(""http://x"",""y"")",-5\n')
    write_answers(source, tmp_path / "b.csv", {"@class": ["=1+1"]})
    assert cells_of(tmp_path / "b.csv") == [
        ["'=evil()", "a", "'@class"],
        ['\'=HYPERLINK("http://x","y")', "-5", "'=1+1"],
    ]


@pytest.mark.parametrize(
    ("answers", "rows", "message"),
    [
        ({"class": ["x"]}, None, "one for each of 2 of the 2 rows of people.csv is required, 'class' has 1"),
        ({"class": ["x"] * 3}, None, "one for each of 2 of the 2 rows of people.csv is required, 'class' has 3"),
        ({"class": ["x"]}, np.array([2]), "one for each of 1 of the 2 rows of people.csv is required, 'class' has 1"),
    ],
)
def test_answers_that_do_not_fit_leave_the_file_as_it_was(tmp_path: Path, answers: dict, rows, message: str):
    source = written(tmp_path, "a,b\n1,x\n2,y\n")
    with pytest.raises(InvalidValueError, match=message):
        write_answers(source, source, answers, rows)
    assert source.read_text() == "a,b\n1,x\n2,y\n"
    assert list(tmp_path.iterdir()) == [source]


def test_where_nothing_can_be_written_nothing_is_left(tmp_path: Path):
    source = written(tmp_path, "a,b\n1,x\n")
    with pytest.raises(InvalidValueError, match=r"b.xlsx: a name that ends in .csv or .tsv is required$"):
        write_answers(source, tmp_path / "b.xlsx", {"class": ["y"]})
    with pytest.raises(WriteError, match=r"b.csv: could not be written \(No such file or directory\); nothing was"):
        write_answers(source, tmp_path / "none" / "b.csv", {"class": ["y"]})
    with pytest.raises(FormatError, match="the file is empty"):
        write_answers(written(tmp_path, "", "empty.csv"), tmp_path / "b.csv", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.csv", "people.csv"]
