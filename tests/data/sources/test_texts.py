"""Texts as people have them: one a line with its label, or one a file; what is wrong is named by file and line."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from pellucid.data.features import TextEncoder
from pellucid.data.prepare import prepare
from pellucid.data.sources import text_lines
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.texts import TextExamples, read_text_lines, read_texts
from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError

STANDARD, SKIPPING = Reading(), Reading(on_error="skip")
SENTENCES = ("amazon_cells", "imdb", "yelp")


def write(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines))
    return path


def contents(examples: TextExamples) -> list[str]:
    return examples.contents(np.arange(len(examples)))


def labels_of(examples: TextExamples) -> list[object]:
    assert examples.labels is not None
    return examples.labels.tolist()


def test_real_messages_become_a_data_set_whose_equal_messages_stay_on_one_side(real_data: Path):
    examples = read_texts(real_data / "sms-spam" / "SMSSpamCollection", STANDARD)
    assert len(examples) == 5_574
    assert np.unique(np.array(labels_of(examples)), return_counts=True)[1].tolist() == [4_827, 747]
    assert examples.told == "a text file, one text with its label a line"
    assert examples.notes[0].startswith("The label stands before the first TAB of each line, 2 different ones")
    assert examples.name(2) == "SMSSpamCollection, line 3"
    assert contents(examples)[1] == "Ok lar... Joking wif u oni..."
    data = prepare(examples, "sms-spam")
    assert data.classes == ("ham", "spam")
    assert isinstance(data.features.encoder, TextEncoder)
    assert data.report is not None
    assert data.report.n_duplicates == 415


def test_real_sentences_of_three_files_keep_their_odd_line_separators(real_data: Path):
    paths = [real_data / "sentiment-sentences" / f"{name}_labelled.txt" for name in SENTENCES]
    examples = read_text_lines(paths, STANDARD)
    assert len(examples) == 3_000
    assert np.bincount(np.array(labels_of(examples))).tolist() == [1_500, 1_500]
    assert examples.told == "3 text files, one text with its label a line"
    assert examples.name(2_999) == "yelp_labelled.txt, line 1,000"
    assert any("\x85" in text for text in contents(examples))


def test_the_label_is_found_on_either_side(tmp_path: Path):
    rows = [("good", "I like it"), ("bad", "I do not"), ("good", "Well done"), ("bad", "Oh no")]
    first = read_texts(write(tmp_path / "first.txt", *("\t".join(row) for row in rows)), STANDARD)
    last = read_texts(write(tmp_path / "last.txt", *("\t".join(row[::-1]) for row in rows)), STANDARD)
    assert labels_of(first) == labels_of(last) == ["good", "bad", "good", "bad"]
    assert contents(first) == contents(last) == ["I like it", "I do not", "Well done", "Oh no"]
    assert "after the last TAB" in last.notes[0]
    assert "--label first takes the other" in last.notes[0]


def test_a_person_says_on_which_side_the_label_is(tmp_path: Path):
    path = write(tmp_path / "a.txt", "good\tday", "good\tnight", "good\tday")
    examples = read_texts(path, Reading(label="last"))
    assert labels_of(examples) == ["day", "night", "day"]
    assert examples.notes[0] == "The label stands after the last TAB of each line, 2 different ones."
    with pytest.raises(InvalidValueError, match=r"label: first or last .* is required for texts, got 'class'"):
        read_texts(path, Reading(label="class"))


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        (["1", "0", "1"], np.dtype(np.int64)),
        (["0.5", "2", "-1e3"], np.dtype(np.float64)),
        (["007", "008", "007"], "007"),
        (["1", "nan", "2"], "1"),
        (["99999999999999999999", "1", "1"], np.dtype(np.float64)),
    ],
)
def test_labels_are_numbers_where_all_are(labels: list[str], found: object):
    values = text_lines.as_values(labels)
    assert (values.dtype if isinstance(found, np.dtype) else values[0]) == found


def test_texts_with_a_number_each_are_for_regression(tmp_path: Path):
    path = write(tmp_path / "prices.txt", *(f"a thing of {k} parts\t{k * 1.5}" for k in range(40)))
    data = prepare(read_texts(path, STANDARD), "prices", Reading(encoding={"least_texts": "1"}))
    assert data.task == "regression"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"ham no tab here", "line 3: label, TAB, text is required, there is no TAB"),
        (b"\tonly a text", "line 3: label, TAB, text is required, there is no label"),
        (b"ham\t  ", "line 3: label, TAB, text is required, there is no text"),
        (
            b"x" * 200 + b"\thello",
            "line 3: label, TAB, text is required, the label has 200 characters, 100 are allowed",
        ),
        (
            b"ham\tcaf\xe9",
            "line 3: text in UTF-8 is required, byte 7 of it (counted from 0) is 0xe9; save the file as UTF-8",
        ),
        (b"ham\tzero\0byte", "line 3: text is required, character 8 (counted from 0) is NUL"),
    ],
)
def test_a_bad_line_is_named_or_skipped_and_counted(line: bytes, why: str, tmp_path: Path):
    good = [f"{label}\ttext number {k}" for k in range(8) for label in ("ham", "spam")]
    path = write(tmp_path / "sms.txt", *good[:2], line, *good[2:])
    with pytest.raises(FormatError) as caught:
        read_texts(path, STANDARD)
    assert str(caught.value) == f"sms.txt, {why}; mend or remove it, or say --on-error skip"
    examples = read_texts(path, SKIPPING)
    assert len(examples) == 16
    name, _, reason = why.partition(": ")
    assert examples.skipped == ((f"sms.txt, {name}", reason),)
    assert examples.name(2) == "sms.txt, line 4"


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text_lines, "MAX_TEXT_BYTES", 1000)
    path = write(tmp_path / "long.txt", "a\tfine", "b\t" + "x" * 2000)
    with pytest.raises(
        FormatError, match=r"long\.txt, line 2: a text of at most 1,000 bytes is required, it has 2,002"
    ):
        read_texts(path, STANDARD)
    monkeypatch.setattr(text_lines, "MAX_TEXTS", 1)
    with pytest.raises(FormatError, match="at most 1 texts are read, there are more"):
        read_texts(write(tmp_path / "many.txt", "a\tfine", "b\tgood"), STANDARD)


def test_line_ends_of_windows_and_its_mark_at_the_start_are_no_part_of_a_text(tmp_path: Path):
    path = write(tmp_path / "w.txt", b"\xef\xbb\xbfyes\tgo\r", b"\r", b"no\tstop\r")
    examples = read_texts(path, STANDARD)
    assert (labels_of(examples), contents(examples)) == (["yes", "no"], ["go", "stop"])
    assert examples.name(1) == "w.txt, line 3"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "lines of text are required, there is none"),
        (["one", "two"], "a label, a TAB and a text .* there is no TAB"),
        ([f"text {k} here\ttext {k} there" for k in range(9)], "labels, which repeat or are numbers, are required"),
    ],
)
def test_a_file_without_labels_says_what_is_lacking(lines: list[str], message: str, tmp_path: Path):
    with pytest.raises((DataError, FormatError), match=rf"a\.txt: {message}"):
        read_texts(write(tmp_path / "a.txt", *lines), STANDARD)


def test_a_file_of_other_things_and_none_at_all(tmp_path: Path):
    with pytest.raises(MissingFileError, match=r"none\.txt: a text file is required, there is none"):
        read_texts(tmp_path / "none.txt", STANDARD)
    with pytest.raises(FormatError, match=r"utf16\.txt, line 1: text in UTF-8 is required, byte 0 .* is 0xff"):
        read_texts(write(tmp_path / "utf16.txt", "a\tb".encode("utf-16")), STANDARD)


def test_unlabelled_lines_are_texts_each(tmp_path: Path):
    examples = read_texts(write(tmp_path / "new.txt", "Call now", "", "See\tyou"), STANDARD, labelled=False)
    assert contents(examples) == ["Call now", "See\tyou"]
    assert examples.labels is None
    assert examples.told == "a text file, one text a line"


def test_labels_that_nobody_asked_for_are_put_aside(tmp_path: Path):
    path = write(tmp_path / "sms.txt", *(f"{label}\ttext number {k}" for k in range(8) for label in ("ham", "spam")))
    examples = read_texts(path, STANDARD, labelled=False)
    assert contents(examples)[0] == "text number 0"
    assert examples.labels is None
    assert examples.notes == ("What stands before the first TAB of each line is its label, and not used.",)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """20 texts of two classes, with a note beside them."""
    for row in range(20):
        path = tmp_path / "mail" / ("ham", "spam")[row % 2] / f"{row:02}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{'buy' if row % 2 else 'meet'} me at {row}\nsoon", encoding="utf-8")
    (tmp_path / "mail" / "LICENCE").write_text("free", encoding="utf-8")
    return tmp_path / "mail"


@pytest.mark.parametrize("kind", ["folder", "zip file"])
def test_a_folder_of_texts_becomes_a_data_set(kind: str, folder: Path):
    path = folder if kind == "folder" else Path(shutil.make_archive(str(folder), "zip", folder))
    examples = read_texts(path, STANDARD)
    assert examples.told == f"a {kind} of texts, one sub-folder a class"
    assert labels_of(examples) == ["ham"] * 10 + ["spam"] * 10
    assert (examples.name(0), contents(examples)[0]) == ("ham/00.txt", "meet me at 0\nsoon")
    assert examples.notes == ("Files that are no texts by their suffix are left out: 1 (none: 1).",)
    assert prepare(examples, "mail").classes == ("ham", "spam")
    assert len(read_texts(path, STANDARD, labelled=False)) == 20


def test_texts_without_suffixes_and_with_the_class_in_their_names(tmp_path: Path):
    for row in range(6):
        (tmp_path / f"{'ab'[row % 2]}_{row}").write_text(f"text {row}", encoding="utf-8")
    examples = read_texts(tmp_path, Reading(pattern="{class}_*"))
    assert labels_of(examples) == ["a"] * 3 + ["b"] * 3
    with pytest.raises(DataError, match="a sub-folder for each class is required, these 6 texts lie in one"):
        read_texts(tmp_path, STANDARD)


def test_one_unreadable_text_in_a_folder_is_named_or_skipped(folder: Path):
    (folder / "ham" / "04.txt").write_bytes(b"caf\xe9")
    (folder / "spam" / "05.txt").write_bytes(b" \n")
    with pytest.raises(FormatError, match=r"^ham/04\.txt: text in UTF-8 is required.*, or say --on-error skip$"):
        read_texts(folder, STANDARD)
    examples = read_texts(folder, SKIPPING)
    assert [name for name, _ in examples.skipped] == ["ham/04.txt", "spam/05.txt"]
    assert examples.skipped[1][1] == "text is required, there is only white space"
    assert labels_of(examples) == ["ham"] * 9 + ["spam"] * 9
    report = prepare(examples, "mail", SKIPPING).report
    assert report is not None
    assert "2 could not be read" in " ".join(report.sentences())


def test_a_folder_without_texts(tmp_path: Path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    with pytest.raises(FormatError, match=r"text files \(\.txt, \.text, \.md, or without a suffix\) are required"):
        read_texts(tmp_path, STANDARD)


def test_a_list_of_texts_is_a_source_too():
    examples = TextExamples(["a b", "c d"], np.array(["x", "y"]), told="a column")
    assert (len(examples), examples.name(1)) == (2, "text 1 (counted from 0)")
    with pytest.raises(DataError, match=r"text 1 \(counted from 0\): a text is required, it is missing; leave that"):
        TextExamples(["a", None])
    with pytest.raises(DataError, match="at least one, and a label for each, are required, 2 and 1 arrived"):
        TextExamples(["a", "b"], np.array(["x"]))


def test_messages_that_differ_in_capitals_white_space_or_composition_alone_are_one():
    texts = [
        "Call NOW",
        " call  now\n",
        "caf\N{LATIN SMALL LETTER E WITH ACUTE}",
        "cafe\N{COMBINING ACUTE ACCENT}",
        "call now!",
    ]
    prints = TextExamples(texts).fingerprints()
    assert prints.dtype == np.dtype("S16")
    assert prints[0] == prints[1]
    assert prints[2] == prints[3]
    assert len(np.unique(prints)) == 3


def test_a_label_that_was_chosen_is_put_aside_only_where_one_stands(tmp_path: Path):
    (tmp_path / "a.txt").write_text("ham\tmeet me\nspam\tbuy now\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("meet me\nbuy now\n", encoding="utf-8")
    for name in ("a.txt", "b.txt"):
        examples = read_texts(tmp_path / name, Reading(label="first"), labelled=False)
        assert contents(examples) == ["meet me", "buy now"]
