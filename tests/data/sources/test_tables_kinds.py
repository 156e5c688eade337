"""What a column holds, and whether it is learnt from, is judged by the rows that are learnt from, and by no other."""

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="tables need pyarrow")

import pellucid as pl
from pellucid.data.load import load_with
from pellucid.data.prepare import divide
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.tables import read_table
from pellucid.errors import FormatError, PellucidError

HEADER = "id,age,paid,born,label\n"
OWN = [f"{row},{row % 37},{'true' if row % 3 else 'false'},20{row % 20:02}-01-0{row % 9 + 1}" for row in range(200)]
LABELS = ["yes" if row % 37 > 18 else "no" for row in range(200)]
ROWS = [f"{row},{label}" for row, label in zip(OWN, LABELS, strict=True)]
ODD = ["0,ten,true,2001-01-01,no", "1,30,maybe,2001-01-01,yes", "2,30,true,soon,yes", "3,3,false,2001-01-01,no"]


def written(path: Path, rows: list[str], header: str = HEADER) -> Path:
    path.write_text(header + "".join(f"{row}\n" for row in rows))
    return path


def told(data: pl.Dataset) -> str:
    assert data.report is not None
    return "\n".join(data.report.sentences())


MISFITS = {
    "age": "'age' holds numbers in the examples to train on: 1 of its {} cells are none and count as missing, the "
    "first in {}: 'ten'.",
    "paid": "'paid' holds truth values in the examples to train on: 1 of its {} cells are none and count as missing, "
    "the first in {}: 'maybe'.",
    "born": "'born' holds dates in the examples to train on: 1 of its {} cells are none and count as missing, the "
    "first in {}: 'soon'.",
}


def test_a_file_that_judges_changes_nothing_in_what_is_learnt(tmp_path: Path):
    """Its words in columns of numbers, its repeated identifiers, its halves: as if they were not there."""
    path = written(tmp_path / "people.csv", ROWS)
    known = pl.load_data(path, test=str(written(tmp_path / "clean.csv", ROWS[:40])))
    data = pl.load_data(path, test=str(written(tmp_path / "judge.csv", [*ODD, "3.5,1,true,2001-01-01,no"])))
    assert data.features.encoder.to_dict() == known.features.encoder.to_dict()
    assert [column.name for column in data.features.encoder.columns] == ["age", "paid", "born"]
    np.testing.assert_array_equal(data.train.raw, known.train.raw)
    assert "'id' (an identifier by its name and values)" in told(data)
    assert MISFITS["age"].format(5, "judge.csv, line 2") in told(data)
    assert MISFITS["paid"].format(5, "judge.csv, line 3") in told(data)
    assert data.test is not None
    ages = data.test.raw[:, 0]
    assert ages[0] == np.median(data.train.raw[:, 0])
    assert ages[1:].tolist() == [30, 30, 3, 1]


def test_rows_that_are_drawn_to_judge_change_nothing_either(tmp_path: Path):
    """Of each column one cell is odd, in a row that is not learnt from."""
    path = written(tmp_path / "people.csv", ROWS)
    rows = divide(read_table(path, Reading()), "people").rows
    mixed = list(ROWS)
    for number, row in zip(rows.test[:3].tolist(), ODD, strict=False):
        mixed[number] = row.rsplit(",", 1)[0].replace(row[0], str(number), 1) + f",{LABELS[number]}"
    known = pl.load_data(path)
    data = pl.load_data(written(tmp_path / "mixed.csv", mixed))
    assert data.features.encoder.to_dict() == known.features.encoder.to_dict()
    np.testing.assert_array_equal(data.train.raw, known.train.raw)
    for column, number in zip(MISFITS, rows.test.tolist(), strict=False):
        assert MISFITS[column].format(200, f"mixed.csv, line {number + 2}") in told(data)
    assert "is taken for texts" not in told(data)
    again = load_with(str(tmp_path / "mixed.csv"), Reading(), features=data.features, classes=data.classes)
    assert again.checksum == data.checksum
    assert MISFITS["born"].format(200, f"mixed.csv, line {rows.test[2] + 2}") in told(again)


def test_a_word_in_a_row_that_is_learnt_from_makes_texts_of_the_column(tmp_path: Path):
    mixed = [
        row.replace(f"{number},", f"{number},aged ", 1) if number % 50 == 7 else row for number, row in enumerate(ROWS)
    ]
    data = pl.load_data(written(tmp_path / "people.csv", mixed))
    assert "'age' is taken for texts: 4 of its 200 cells are no numbers, the first in people.csv, line 9" in told(data)
    assert data.features.encoder.columns[0].KIND == "category"


def test_a_label_that_is_no_number_is_not_taken_for_a_missing_one(tmp_path: Path):
    path = written(tmp_path / "people.csv", [f"{row},{row % 9}" for row in range(50)], "age,label\n")
    judge = written(tmp_path / "judge.csv", ["1,2", "2,3", "3,many"], "age,label\n")
    message = "judge.csv: column 'label' must hold int64 as in people.csv, 'many' arrived in judge.csv, line 4"
    with pytest.raises(FormatError, match=f"^{re.escape(message)}$"):
        pl.load_data(path, test=str(judge))


def test_a_column_of_words_is_no_column_of_numbers_with_misfits(tmp_path: Path):
    data = pl.load_data(written(tmp_path / "people.csv", ROWS))
    words = [row.replace(",", ",aged ", 1) for row in ROWS]
    with pytest.raises(PellucidError, match=r"other.csv, line \d+: column 'age': a number is required, 'aged \d+"):
        load_with(str(written(tmp_path / "other.csv", words)), Reading(), features=data.features, classes=data.classes)


def test_row_numbers_are_known_by_the_rows_that_are_learnt_from(tmp_path: Path):
    rows = [f"{row + 1000},{row % 7},{'ab'[row % 2]}" for row in range(100)]
    path = written(tmp_path / "people.csv", rows, "number,age,label\n")
    judge = written(tmp_path / "judge.csv", rows[:30], "number,age,label\n")
    data = pl.load_data(path, test=str(judge))
    assert [column.name for column in data.features.encoder.columns] == ["age"]
    assert "'number' (different in every row, as an identifier is)" in told(data)
