"""Tables that are not what they should be: a clear error or a counted skip, in bounded memory and time."""

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pa = pytest.importorskip("pyarrow", reason="tables need pyarrow")

import pyarrow.parquet as pq  # noqa: E402

from pellucid.data.sources.reading import Reading  # noqa: E402
from pellucid.data.sources.tables import TableExamples, read_table  # noqa: E402
from pellucid.data.sources.tables.lines import count_lines  # noqa: E402
from pellucid.errors import FormatError, MissingFileError, PellucidError, WriteError  # noqa: E402

GOOD = b"a,b,label\n1,2,x\n3,4,y\n"


def read(tmp_path: Path, content: bytes, name: str = "people.csv", **choices: Any) -> TableExamples:
    path = tmp_path / name
    path.write_bytes(content)
    return read_table(path, Reading(**choices))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a table with at least one row is required, the file is empty"),
        (b"\n \n\n", "a table with at least one row is required, the file is empty"),
        (b"a,b,label\n", "a table with at least one row is required, this one has only a row of names"),
        (
            GOOD + b"5,6\n",
            "people.csv, line 4: 3 cells are required, as in the first row, 2 arrived ('5,6'); mend it, or say",
        ),
        (b'a,b,label\n"1\n\n",2,x\n\n1,2,x,4\n', "people.csv, line 6: 3 cells are required, as in the first row, 4"),
        (GOOD + b"1,\xff,x\n", "people.csv, line 4: UTF-8 is required, byte 3 of the line is 0xff; save the file as"),
        (GOOD + b"1,\0,x\n", "people.csv, line 4: text is required, a NUL byte arrived"),
        ("a,b\n1,2\n".encode("utf-16"), "this is text in UTF-16 (save it as UTF-8)"),
        (b"PK\x03\x04\x14\x00", "this is a zip file or an Excel workbook (save the sheet as CSV)"),
        (b"\x80\x04\x95\x00", "this is a Python pickle, which is never read (save the table as CSV or Parquet)"),
        (b"a,a,label\n1,2,x\n", "columns of different names are required, 'a' stands 2 times"),
        (GOOD + b"1e999,1,x\n", "people.csv, line 4: column 'a': a finite number is required, an infinite one or one"),
        (GOOD + b"1,-Infinity,x\n", "people.csv, line 4: column 'b': a finite number is required"),
        (GOOD + b'1,"open,x\n' * 1 + GOOD * 50, "people.csv, line 4: a quotation mark opens a cell there and is never"),
        (b",".join([b"c"] * 10**6) + b"\n" + b",".join([b"1"] * 10**6), "at most 10,000 columns are read, its first"),
        (GOOD + b"1," + b"z" * 10**8 + b",x\n", "people.csv, line 4: a row may take 8,388,608 bytes, this one is lon"),
        (b"z" * 10**8, "people.csv, line 1: a row may take 8,388,608 bytes, this one is longer; is it a table of text"),
        (GOOD + b'1,"' + b"z\n" * 10**7 + b'",x\n', "people.csv, line 4: a row may take 8,388,608 bytes, this one is"),
        (gzip.compress(GOOD * 99)[:-9], "people.csv: truncated or damaged (Compressed file ended before the end-of-"),
        (
            b'{"a":1}\n{"a":' + b"[" * 10**5 + b"]" * 10**5 + b"}",
            "people.csv, line 2: a JSON object is required, ",
        ),
        (b'{"a":1}\n{"a":{"b":1}}', "there is no object with a text, a number or a truth value"),
        (b'{"a":1}\n{"a":1,"a":2}', "line 2: a JSON object is required: a key stands twice"),
        (b'{"a":1}\n[1]', "line 2: a JSON object is required: an object is required, a list arrived"),
        (b'{"a":1}\n{"a":"\\ud800"}', "line 2: a JSON object is required, a text in this one holds half"),
        (b'{"a":1,"y":2}\n{"a":Infinity,"y":2}', "people.csv, line 2: column 'a': a finite number is required"),
        (b'{"a":' + b"9" * 10**6 + b',"y":1}\n{"a":1,"y":1}', "people.csv, line 1: column 'a': a finite number is"),
        (b"{}\n{}", "a table with at least one row is required, there is no object with a text, a number"),
        (b"PAR1garbagePAR1", "no whole Parquet file"),
        (b"ARROW1\0\0garbage", "no whole Arrow file"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_cannot_be_read_is_told_of_in_bounded_memory(
    tmp_path: Path, content: bytes, message: str, memory_taken: Callable[[], int]
):
    with pytest.raises(PellucidError) as caught:
        read(tmp_path, content)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 600
    assert memory_taken() < 2**28


ENDING = """
import sys
from pathlib import Path
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.tables import cells, read_table
from pellucid.errors import PellucidError

cells.ARROW_BLOCK_BYTES = 2**16
try:
    read_table(Path(sys.argv[1]), Reading())
except PellucidError as error:
    sys.exit(f"error: {error}")
"""


@pytest.mark.parametrize("odd", ["5,6\n", "1e999,2,x\n"], ids=["width", "infinite"])
def test_a_program_that_stops_at_a_bad_row_ends_well(tmp_path: Path, odd: str):
    """Arrow's thread, which reads ahead, must not need the interpreter any more: it would abort, or hang."""
    path = tmp_path / "people.csv"
    path.write_text("a,b,label\n1,2,x\n" + odd + "1,2,x\n" * 10**6)
    ended = subprocess.run([sys.executable, "-c", ENDING, str(path)], capture_output=True, timeout=60)
    assert ended.stderr.startswith(b"error: people.csv, line 3: ")
    assert (ended.returncode, ended.stderr.count(b"\n")) == (1, 1)


def test_a_gzip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pellucid.data.sources.tables.opening.FREE_UNPACKED_BYTES", 10_000)
    bomb = gzip.compress(b"a,b\n" * 10**6)
    with pytest.raises(FormatError, match=r"people.csv: may unpack to [\d,]+ bytes for its size, it goes on beyond"):
        read(tmp_path, bomb)


def test_a_list_in_json_is_told_how_to_be_written(tmp_path: Path):
    with pytest.raises(FormatError, match=r"one JSON object a line is required \(NDJSON\), a list arrived"):
        read(tmp_path, b'[{"a":1,"label":"x"}]', "people.json")


def test_a_million_keys_are_refused(tmp_path: Path):
    content = b"".join(b'{"k%d":1}\n' % number for number in range(11_000))
    with pytest.raises(FormatError, match=r"^people.csv, line 10001: at most 10,000 keys are read"):
        read(tmp_path, content)


def test_a_key_of_its_own_in_each_line_does_not_fill_the_memory(tmp_path: Path):
    content = "".join(f'{{"k{row % 2_000}":1,"label":"{row % 2}"}}\n' for row in range(10_000)).encode()
    with pytest.raises(FormatError, match=r"one in 20 of the 20,010,000 cells .* that 10,000 objects with 2,001 diff"):
        read(tmp_path, content)


def test_a_file_that_is_not_there_or_no_file(tmp_path: Path):
    with pytest.raises(MissingFileError, match=r"none.csv: a file with a table is required, there is none$"):
        read_table(tmp_path / "none.csv", Reading())
    with pytest.raises(FormatError, match="a regular file is required, this is a folder, a device or a pipe"):
        read_table(tmp_path, Reading())


def test_rows_that_cannot_be_read_are_skipped_and_counted(tmp_path: Path):
    content = b'a,label\n1,x\n2\n\n"3\n",y\n4,x,5\n1e999,y\n6,x\n'
    examples = read(tmp_path, content, on_error="skip")
    assert [examples.name(row) for row in range(len(examples))] == [f"people.csv, line {line}" for line in (2, 5, 9)]
    assert [name for name, _ in examples.skipped] == [f"people.csv, line {line}" for line in (3, 7, 8)]
    assert examples.skipped[0][1] == "2 cells are required, as in the first row, 1 arrived ('2')"
    lines = b'{"a":1,"label":"x"}\nnothing\n{"a":3,"label":"y"}\n'
    examples = read(tmp_path, lines, on_error="skip")
    assert [examples.name(row) for row in range(len(examples))] == ["people.csv, line 1", "people.csv, line 3"]
    assert [name for name, _ in examples.skipped] == ["people.csv, line 2"]


def test_a_table_of_bad_rows_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pellucid.data.sources.tables.raw.MAX_SKIPPED", 10)
    with pytest.raises(FormatError, match="over 10 rows cannot be read; is it such a table at all"):
        read(tmp_path, GOOD * 20 + b"1\n" * 11, on_error="skip")


def test_names_of_columns_cannot_spoil_a_message(tmp_path: Path):
    with pytest.raises(PellucidError) as caught:
        read(tmp_path, b'"a\x1b[31m\nb","' + b"n" * 5_000 + b'"\n1e999,2\n', label="1")
    assert "\x1b" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow", "stream.arrow"])
def test_a_damaged_binary_file_is_read_or_refused(tmp_path: Path, name: str):
    table = pa.table({"a": [1, 2, None], "t": pa.array(["x", "é", "x"]).dictionary_encode(), "label": ["p", "q", "p"]})
    path = tmp_path / name
    if name == "a.parquet":
        pq.write_table(table, path)
    else:
        new = pa.ipc.new_stream if name == "stream.arrow" else pa.ipc.new_file
        with pa.OSFile(str(path), "wb") as sink, new(sink, table.schema) as writer:
            writer.write_table(table)
    content = path.read_bytes()
    draws = np.random.default_rng(0).integers(256, size=len(content)).tolist()
    n_refused = 0
    for place in range(0, len(content), 11):
        for damaged in (content[:place], content[:place] + bytes([draws[place]]) + content[place + 1 :]):
            path.write_bytes(damaged)
            try:
                read_table(path, Reading())
            except PellucidError:
                n_refused += 1
    assert n_refused > len(content) // 11


def test_one_long_text_named_many_times_does_not_fill_the_memory(tmp_path: Path):
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(10_000, np.int32)), pa.array(["x" * 2**20]))
    pq.write_table(pa.table({"t": texts, "label": np.arange(10_000) % 2}), tmp_path / "a.parquet")
    with pytest.raises(FormatError, match=r"^a.parquet: the texts of [\d,]+ rows may come to 1,073,741,824 bytes"):
        read_table(tmp_path / "a.parquet", Reading())


def test_a_folder_that_cannot_be_written_to_leaves_nothing(tmp_path: Path):
    path = tmp_path / "people.csv"
    path.write_bytes(GOOD)
    with pytest.raises(WriteError, match=r"none: the table takes more than 10 bytes and could not be kept in a file"):
        read_table(path, Reading(memory=10), folder=tmp_path / "none")


@pytest.mark.parametrize("seed", range(3))
def test_lines_are_counted_as_arrow_reads_rows(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch):
    """Every row, written with its own line in a cell, is found in that line, however its other cells are quoted."""
    monkeypatch.setattr("pellucid.data.sources.tables.lines.BLOCK_BYTES", 37)
    random = np.random.default_rng(seed)
    texts = ["", "plain", '"with, comma"', '"two\nlines"', '"a ""b"" c"', 'inch"', '"\n\n"', '""', '"x\r\ny"', "é"]
    content, line = "line,a,b\n", 2
    for _ in range(200):
        if random.random() < 0.2:
            content, line = content + "\n", line + 1
        row = f"{line},{texts[random.integers(len(texts))]},{texts[random.integers(len(texts))]}\n"
        content, line = content + row, line + row.count("\n")
    path = tmp_path / "people.csv"
    path.write_bytes(content.encode())
    examples = read_table(path, Reading(), labelled=False)
    expected = examples.contents(np.arange(len(examples))).column("line").to_pylist()
    assert [examples.name(row) for row in range(len(examples))] == [f"people.csv, line {line}" for line in expected]
    with path.open("rb") as file:
        assert count_lines(file, "people.csv", ",", True, 1).n_rows == len(examples) + 1
