"""Text files with one text a line, and with its label before or after a TAB: which of the two is found out."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from pellucid.data.sources.reading import Reading
from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError
from pellucid.files import read_bounded, readable

MAX_FILE_BYTES = 2**30
MAX_TEXT_BYTES = 2**22
"""Of one text, a line or a file."""
MAX_TEXTS = 2_000_000
MAX_LABEL_LENGTH = 100
SHARE_OF_DISTINCT = 0.5
"""Labels repeat: of all lines at most this share have different ones, unless they are numbers."""
SHARE_OF_SHORT = 0.9
"""Of the lines at least this share have a label of a label's length: single ones may be spoilt."""
LEAST_LINES = 10
"""Lines from which on repeated values tell labels even where none are asked for."""

Side: TypeAlias = Literal["first", "last"]
SIDES: tuple[Side, Side] = ("first", "last")


class Line(NamedTuple):
    """A line that is not blank.

    Attributes:
        file: the name of its file.
        number: of the line, counted from 1.
        text: without the line's end.
    """

    file: str
    number: int
    text: str

    @property
    def name(self) -> str:
        """What messages call it: "messages.txt, line 7"."""
        return f"{self.file}, line {self.number:,}"


class TextLines(NamedTuple):
    """What text files hold, line by line.

    Attributes:
        lines: each with its text alone.
        labels: (n,) strings, whole numbers or numbers; None: unlabelled.
        skipped: the lines that could not be read, and why.
        notes: sentences on what was noticed.
    """

    lines: list[Line]
    labels: np.ndarray | None
    skipped: list[tuple[str, str]]
    notes: list[str]


def read_lines(paths: Sequence[Path], reading: Reading, labelled: bool) -> TextLines:
    """The texts of the files, in their order.

    Lines end with "\\n" or "\\r\\n" and nothing else: other line separators of Unicode occur within texts. Blank lines
    are passed over. The label stands before the first TAB or after the last: on the side with fewer different values,
    unless `reading.label` says "first" or "last". Where no labels are asked for and yet stand there, they are put
    aside.

    Raises:
        MissingFileError, FormatError: a file is not there, too large, or no text; or a line cannot be read and
            `reading.on_error` is "stop". DataError: it is not clear which side holds labels, or neither does.
        InvalidValueError: `reading.label` is another word.
    """
    lines: list[Line] = []
    skipped: list[tuple[str, str]] = []
    for path in paths:
        for line in _lines_of(path, reading.on_error, skipped):
            if len(lines) == MAX_TEXTS:
                raise FormatError(f"{path}: at most {MAX_TEXTS:,} texts are read, there are more; give a part of them")
            lines.append(line)
    told = paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
    if not lines:
        raise FormatError(f"{told}: lines of text are required, there is none")
    side = _side(lines, reading.label, labelled, str(told))
    if side is None:
        return TextLines(lines, None, skipped, [])
    texts: list[Line] = []
    labels: list[str] = []
    for line in lines:
        label, tab, text = _parted(line.text, side)
        wrong = _wrong(label, tab, text)
        if wrong:
            order = "label, TAB, text" if side == "first" else "text, TAB, label"
            _fault(line.name, f"{order} is required, {wrong}", reading.on_error, skipped)
            continue
        texts.append(line._replace(text=text))
        labels.append(label)
    if not texts:
        raise FormatError(f"{told}: labelled texts are required, none of the {len(lines):,} lines is one")
    values = as_values(labels)
    where = "before the first TAB" if side == "first" else "after the last TAB"
    other = SIDES[side == "first"]
    if not labelled:
        return TextLines(texts, None, skipped, [f"What stands {where} of each line is its label, and not used."])
    how = "" if reading.label else f": the side with fewer different values; --label {other} takes the other"
    note = f"The label stands {where} of each line, {len(np.unique(values)):,} different ones{how}."
    return TextLines(texts, values, skipped, [note])


def _lines_of(path: Path, on_error: str, skipped: list[tuple[str, str]]) -> Iterator[Line]:
    """The lines that are not blank."""
    try:
        content = read_bounded(path, MAX_FILE_BYTES)
    except FileNotFoundError as error:
        raise MissingFileError(f"{path}: a text file is required, there is none") from error
    except OSError as error:
        raise MissingFileError(f"{path}: could not be read ({error.strerror or error})") from error
    for number, encoded in enumerate(BytesIO(content.removeprefix(b"\xef\xbb\xbf")), start=1):
        line = Line(readable(path.name), number, "")
        try:
            text = decode_text(encoded.removesuffix(b"\n").removesuffix(b"\r"))
        except FormatError as error:
            _fault(line.name, str(error), on_error, skipped)
            continue
        if text.strip():
            yield line._replace(text=text)


def decode_text(encoded: bytes) -> str:
    """The text of these bytes.

    Raises:
        FormatError: they are too many, or not UTF-8, or hold the character NUL, which no text does.
    """
    if len(encoded) > MAX_TEXT_BYTES:
        raise FormatError(f"a text of at most {MAX_TEXT_BYTES:,} bytes is required, it has {len(encoded):,}")
    try:
        text = encoded.decode()
    except UnicodeDecodeError as error:
        raise FormatError(
            f"text in UTF-8 is required, byte {error.start:,} of it (counted from 0) is {encoded[error.start]:#04x}; "
            "save the file as UTF-8"
        ) from error
    if "\0" in text:
        raise FormatError(f"text is required, character {text.index(chr(0)):,} (counted from 0) is NUL")
    return text


def _fault(name: str, why: str, on_error: str, skipped: list[tuple[str, str]]) -> None:
    """Stops at what cannot be read, or writes it down."""
    if on_error == "stop":
        raise FormatError(f"{name}: {why}; mend or remove it, or say --on-error skip")
    skipped.append((name, why))


def _side(lines: list[Line], label: str | None, labelled: bool, told: str) -> Side | None:
    """Where the labels stand; None: there are none."""
    if label is not None:
        if label not in SIDES:
            raise InvalidValueError(f"label: first or last (of a line) is required for texts, got '{label}'")
        is_there = labelled or all("\t" in line.text for line in lines)
        return SIDES[label == "last"] if is_there else None
    tabbed = [line.text for line in lines if "\t" in line.text]
    if not tabbed or (not labelled and (len(tabbed) < len(lines) or len(lines) < LEAST_LINES)):
        if labelled:
            raise DataError(
                f"{told}: a label, a TAB and a text (or the other way round) are required in each line, there is no "
                "TAB; give such lines, a table with --label, or a folder with a sub-folder for each class"
            )
        return None
    found = {side: _difference([_parted(text, side)[0] for text in tabbed]) for side in SIDES}
    best = min(SIDES, key=lambda side: found[side] or (len(tabbed) + 1, 0))
    if found[best] is not None:
        return best
    if labelled:
        raise DataError(
            f"{told}: labels, which repeat or are numbers, are required before the first TAB of each line or after the "
            "last, neither are; say which are labels with --label first or --label last"
        )
    return None


def _parted(text: str, side: Side) -> tuple[str, str, str]:
    """Label, TAB and text; the TAB is empty where there is none."""
    if side == "first":
        label, tab, rest = text.partition("\t")
    else:
        rest, tab, label = text.rpartition("\t")
    return label.strip(), tab, rest


def _wrong(label: str, tab: str, text: str) -> str:
    """What is wrong with a labelled line; empty: nothing."""
    if len(label) > MAX_LABEL_LENGTH:
        return f"the label has {len(label):,} characters, {MAX_LABEL_LENGTH} are allowed"
    lacking = "TAB" if not tab else "label" if not label else "text" if not text.strip() else ""
    return f"there is no {lacking}" if lacking else ""


def _difference(values: list[str]) -> tuple[int, float] | None:
    """How many different values there are, then how long they are on average; None: they are no labels."""
    short = [value for value in values if len(value) <= MAX_LABEL_LENGTH]
    if len(short) < SHARE_OF_SHORT * len(values):
        return None
    distinct = set(short)
    few = max(2, SHARE_OF_DISTINCT * len(short))
    if len(distinct) > few and as_values(short).dtype.kind == "U":
        return None
    return len(distinct), sum(map(len, short)) / len(short)


def as_values(labels: Sequence[str]) -> np.ndarray:
    """Labels as whole numbers or as numbers where all are such, as strings otherwise; "007" is no number."""
    texts = np.array(labels)
    try:
        numbers = texts.astype(np.int64)
        return numbers if numbers.astype(str).tolist() == list(labels) else texts
    except (ValueError, OverflowError):
        pass
    try:
        numbers = texts.astype(np.float64)
    except ValueError:
        return texts
    return numbers if np.isfinite(numbers).all() else texts
