"""Tables as spreadsheet programs and people write them: what is read for what it means, and what is told of."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="tables need pyarrow")

from pellucid.data.sources.reading import Reading
from pellucid.data.sources.tables import TableExamples, read_table
from pellucid.errors import FormatError

PEOPLE = "age,city,label\n39,Rome,a\n17,Oslo,b\n50,Rome,a\n"


def read(tmp_path: Path, content: str | bytes, /, **choices: Any) -> TableExamples:
    path = tmp_path / "people.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, Reading(**choices))


def rows_of(examples: TableExamples) -> list[dict[str, Any]]:
    return examples.contents(np.arange(len(examples))).to_pylist()


def test_a_first_line_for_excel_is_no_row(tmp_path: Path):
    content = b"\xef\xbb\xbfsep=;\r\n" + PEOPLE.replace(",", ";").replace("\n", "\r\n").encode()
    examples = read(tmp_path, content)
    assert rows_of(examples)[0] == {"age": 39, "city": "Rome"}
    assert examples.name(0) == "people.csv, line 3"


@pytest.mark.parametrize(
    ("content", "arrived"),
    [
        ("a,b,label\n" + "r1,1,2,x\n" * 20, "nearly all of which have 4, separated by commas; it has 3: 'a,b,label'"),
        (
            "# made by hand\n" + PEOPLE * 9,
            "nearly all of which have 3, separated by commas; it has 1: '# made by hand'",
        ),
    ],
    ids=["names of rows without a name", "title"],
)
def test_a_first_row_of_another_width_than_the_others_is_told_of(tmp_path: Path, content: str, arrived: str):
    with pytest.raises(FormatError, match=r"^.*people\.csv: as many cells in the first row as in the others") as caught:
        read(tmp_path, content)
    assert arrived in str(caught.value)


def test_many_rows_of_the_wrong_width_do_not_hide_the_delimiter(tmp_path: Path):
    content = "a,b,label\n" + ("1,2,x\n" * 7 + "1,2\n" * 3) * 2_000
    with pytest.raises(
        FormatError, match=r"^people\.csv, line 9: 3 cells are required, as in the first row, 2 arrived"
    ):
        read(tmp_path, content)
    examples = read(tmp_path, content, on_error="skip")
    assert (len(examples), len(examples.skipped)) == (14_000, 6_000)


def test_commas_between_thousands_are_read_where_they_can_mean_nothing_else(tmp_path: Path):
    content = 'a,label\n"1,234",x\n999,y\n"-1,234,567.5",x\n'
    examples = read(tmp_path, content)
    assert [row["a"] for row in rows_of(examples)] == [1234.0, 999.0, -1234567.5]
    assert "The comma parts thousands in 'a'." in examples.notes
    for cells in ('"1,23"', '"0,123"', '"12,34,567"'):
        assert rows_of(read(tmp_path, f"{content}{cells},y\n"))[0] == {"a": "1,234"}
    assert rows_of(read(tmp_path, "a;label\n1,234;x\n2,5;y\n"))[0] == {"a": 1.234}


@pytest.mark.parametrize(
    ("cells", "required"),
    [
        (["03.04.2024", "14.5.24"], "dates are read where they are as 2024-03-01"),
        (["$5", "$1,200.50"], "numbers are read where no sign or unit stands beside them"),
        (["12 %", "5 %"], "numbers are read where no sign or unit stands beside them"),
        (["1.234,50", "12"], "numbers are read where nothing parts their thousands"),
    ],
)
def test_texts_that_look_like_dates_or_numbers_are_told_of(tmp_path: Path, cells: list[str], required: str):
    content = "a;label\n" + "".join(f"{cell};{k % 2}\n" for k, cell in enumerate(cells * 3))
    assert f"'a' is taken for texts: {required}, '{cells[0]}' is not so." in read(tmp_path, content).notes


def test_a_column_that_a_few_cells_keep_from_being_numbers_is_told_of(tmp_path: Path):
    content = "a,label\n" + "".join(f"{row},x\n" for row in range(50)) + "many,y\n"
    told = "'a' is taken for texts: 1 of its 51 cells are no numbers, the first in people.csv, line 52: 'many'."
    assert told in read(tmp_path, content).notes


def test_dates_that_all_differ_are_no_identifiers(tmp_path: Path):
    rows = "".join(f"2024-01-{day:02},{'xy'[day % 2]}\n" for day in range(1, 31))
    assert read(tmp_path, f"day,label\n{rows}").learnt == ("day",)


@pytest.mark.parametrize(
    ("content", "names", "n_rows"),
    [
        ("text\nhello there my friend\nsee, you, there\n", ["text"], 2),
        ("Review text\nI liked it a lot.\nIt was bad.\n", ["Review text"], 2),
        ("ann\nbob\ncid\n", ["ann"], 2),
        ("x\n1\n2\n", ["x"], 2),
        ("1\n2\n3\n", ["column 0"], 3),
        ("hello there my friend\nwin money now please\n", ["column 0"], 2),
        ("Never again!\nI liked it.\n", ["column 0"], 2),
        ("2024-03-01\n2024-03-02\n", ["column 0"], 2),
    ],
)
def test_a_sentence_or_a_date_is_no_name_of_an_only_column(tmp_path: Path, content: str, names: list[str], n_rows: int):
    (tmp_path / "one.csv").write_text(content)
    examples = read_table(tmp_path / "one.csv", Reading(), labelled=False)
    assert (examples.table.column_names, len(examples)) == (names, n_rows)
    has_header = names != ["column 0"]
    told = f"The first row, '{names[0]}', is taken for the name of the column; if it is none, write one above it."
    assert (told in examples.notes) == has_header
    what = "names in the first row" if has_header else "no row of names"
    assert examples.told == f"a table (CSV, one column, {what}: {n_rows} rows and 1 column)"
