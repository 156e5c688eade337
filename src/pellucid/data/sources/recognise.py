"""What a path holds, by its content: pictures, sounds, texts, a table or arrays; and the examples that it gives."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from pellucid.data.features.pictures.files import SUFFIXES as PICTURE_SUFFIXES
from pellucid.data.features.sound.files import SUFFIXES as SOUND_SUFFIXES
from pellucid.data.sources.array_names import has_usual_name
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.members import Members, is_zip, open_members
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.with_test import WithTest
from pellucid.errors import FormatError, InvalidValueError, MissingFileError, look_up

if TYPE_CHECKING:
    from pellucid.data.sources.tables import TableExamples

PICTURES, SOUNDS, TEXT, TABLE, ARRAYS, IDX = "pictures", "sounds", "text", "table", "numbers", "IDX"
"""Kinds of content; but for the last, the kinds of the encoders that take it."""
CAN_BE_READ = (
    "a folder or zip file with a sub-folder of pictures (PNG, JPEG, WebP), sounds (WAV, FLAC, OGG, MP3) or texts for "
    "each class; a table (CSV, TSV, NDJSON, Parquet, Arrow); a file with a label and a text a line; arrays (.npz, "
    ".npy, a folder with .npy files such as X.npy and y.npy); a folder with MNIST's four IDX files"
)
HEAD_BYTES = 2**14
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
CONTAINERS = (*ZIP, b"\x93NUMPY")
"""How files begin that hold many examples and are no table and no text."""
TABLE_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".pq", ".arrow", ".feather", ".data")
"""What text may be a table for its name; other texts are for what their lines look like."""
MEANT_FOR = {
    "label": "tables, arrays and files with a label and a text a line",
    "features": "tables and arrays",
    "ignore": "tables and arrays",
    "pattern": "folders and zip files of pictures, sounds or texts",
}
"""Choices that mean something for some kinds of data only."""
MAX_SNIFFED_BYTES = 2**24
SNIFFED_SUFFIXES = 16
SNIFFED_OF_EACH = 3
SHOWN_LINES = 20
DELIMITERS = ",;\t|"

_MAGIC: Sequence[tuple[re.Pattern[bytes], str]] = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|RIFF....WEBP|GIF8[79]a|BM....\0\0\0\0|II\*\0|MM\0\*", PICTURES),
        (rb"RIFF....WAVE|RIFX....WAVE|RF64....WAVE|fLaC|OggS|ID3|\xff[\xfb\xfa\xf3\xf2]|FORM....AIF[FC]", SOUNDS),
        (rb"PAR1|ARROW1|\xff\xff\xff\xff", TABLE),
        (rb"\x93NUMPY", ARRAYS),
        (rb"\0\0[\x08-\x0e][\x01-\x04]", IDX),
    )
)
"""How files of each kind begin; text begins anyhow."""


def recognise(path: Path) -> str:
    """What that file or folder holds, judged by the bytes of its files and not by their names alone.

    Of a folder or zip file it is what most of its files are; whoever reads it tells of the others.

    Returns:
        One of the kinds above.

    Raises:
        MissingFileError: there is nothing at that path, or it may not be read.
        FormatError: it holds nothing that can be read; the message lists what can be.
    """
    from pellucid.data.sources.tables.opening import FOREIGN

    if not is_there(path):
        raise MissingFileError(
            f"{path}: the path of a file or folder, or a name (pellucid data list), is required; there is nothing at "
            "that path"
        )
    if path.is_dir():
        return _of_folder(path)
    head = head_of(path)
    if head.startswith(ZIP):
        members = open_members(path)
        if "[Content_Types].xml" in members.names:
            raise FormatError(f"{path}: {CAN_BE_READ} is required, this is an Excel workbook (save the sheet as CSV)")
        return _of_members(path, members)
    kind = kind_of_bytes(head, path.name)
    if kind is None or kind == IDX:
        foreign = next((what for magic, what in FOREIGN.items() if head.startswith(magic)), "something else")
        what = "one of MNIST's four files: give their folder" if kind == IDX else foreign
        raise FormatError(f"{path}: {CAN_BE_READ} is required, this is {what}")
    return kind


def is_there(path: Path) -> bool:
    """Whether there is anything at that path; there is nothing at one that no file can have."""
    try:
        return path.exists()
    except (OSError, ValueError):  # it is too long, or holds a NUL
        return False


def kind_of_bytes(head: bytes, name: str) -> str | None:
    """The kind of a file by how it begins, and by its name where that is text; None: it is none that is known."""
    for pattern, kind in _MAGIC:
        if pattern.match(head):
            return kind
    suffix = PurePosixPath(name.lower().removesuffix(".gz")).suffix
    if head.startswith(b"\x1f\x8b"):
        return TABLE if suffix in TABLE_SUFFIXES else IDX if "-ubyte" in name else None
    if b"\0" in head or (not head and suffix not in TABLE_SUFFIXES):
        return None
    return TABLE if suffix in TABLE_SUFFIXES or _looks_like_table(head) else TEXT


def _looks_like_table(head: bytes) -> bool:
    """Whether the first lines all have the same number of cells, at least three; one object each would do as well."""
    lines = [line for line in head.decode("utf-8", "replace").split("\n")[:SHOWN_LINES] if line.strip()]
    if len(head) == HEAD_BYTES:
        lines = lines[:-1]  # the last one is cut off
    if lines and all(line.lstrip("\ufeff").startswith("{") for line in lines):
        return True
    counts = [[line.count(delimiter) for line in lines] for delimiter in DELIMITERS]
    return len(lines) > 1 and any(min(count) == max(count) >= 2 for count in counts)


def head_of(path: Path) -> bytes:
    """How a file begins; of a device or a pipe, which might never give anything, nothing is read."""
    if not path.is_file():
        raise FormatError(f"{path}: {CAN_BE_READ} is required, this is a device or a pipe")
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise MissingFileError(f"{path}: could not be read ({error.strerror or error})") from error


def _of_folder(path: Path) -> str:
    # The names are those of `pellucid.data.catalog.IDX_FILES`, without .gz, as Pellucid's own test has it.
    for start in ("train", "t10k"):
        if any((path / f"{start}-images-idx3-ubyte{end}").is_file() for end in ("", ".gz")):
            return IDX
    if any(has_usual_name(file.stem) for file in path.glob("*.npy")):
        return ARRAYS
    return _of_members(path, open_members(path))


def _of_members(path: Path, members: Members) -> str:
    """What most files of a folder or zip file are: a few of each suffix are looked into, the rest count as these do."""
    suffix_of = {name: PurePosixPath(name).suffix.lower() for name in members.names}
    n_of_suffix = Counter(suffix_of.values())
    n_of_kind: Counter[str | None] = Counter()
    for suffix, n_files in n_of_suffix.most_common(SNIFFED_SUFFIXES):
        names = [name for name in members.names if suffix_of[name] == suffix]
        n_of_kind[_kind_of_some(members, names)] += n_files
    n_of_kind[None] += len(members.names) - n_of_kind.total()
    known = {kind: count for kind, count in n_of_kind.items() if kind is not None}
    if not known:
        found = ", ".join(f"{count:,} {suffix or 'without suffix'}" for suffix, count in n_of_suffix.most_common(4))
        raise FormatError(f"{path}: {CAN_BE_READ} is required, this {members.told} holds {found}")
    kind = max(known, key=lambda kind: known[kind])
    if kind == TABLE:
        first = next(name for name in members.names if suffix_of[name] in TABLE_SUFFIXES or len(members.names) == 1)
        raise FormatError(
            f"{path}: one table is required, this is a {members.told} of {known[TABLE]:,}; give the table's own path, "
            f"such as {path / first}, and one that tests with --test PATH"
        )
    if kind == IDX:
        raise FormatError(f"{path}: a folder with IDX files named as MNIST's are is required, this one has others")
    return kind


def _kind_of_some(members: Members, names: Sequence[str]) -> str | None:
    """What these files, which have one suffix, are: the first of a few that begins as a known kind does decides."""
    for name in names[:: max(1, len(names) // SNIFFED_OF_EACH)][:SNIFFED_OF_EACH]:
        try:
            if members.size(name) > MAX_SNIFFED_BYTES:
                continue
            kind = kind_of_bytes(members.read(name)[:HEAD_BYTES], name)
        except (FormatError, MissingFileError):  # whoever reads it says so, or skips it
            continue
        if kind is not None:
            return kind
    return _BY_SUFFIX.get(PurePosixPath(names[0]).suffix.lower())


_BY_SUFFIX: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(PICTURE_SUFFIXES, PICTURES),
        **dict.fromkeys(SOUND_SUFFIXES, SOUNDS),
        ".txt": TEXT,
        ".npy": ARRAYS,
    }
)
"""What files are by their suffix where none of those looked into can be read: truncated ones, or very large ones."""


def open_source(path: Path, reading: Reading, labelled: bool = True) -> Examples:
    """The examples that the file or folder at that path holds.

    Raises:
        MissingFileError: there is nothing at that path, or it may not be read.
        FormatError, DataError: it is nothing that can be read, or not as it should be.
        InvalidValueError: a choice of `reading` does not fit it.
    """
    return open_as(path, recognise(path), reading, labelled)


def open_as(path: Path, kind: str, reading: Reading, labelled: bool = True) -> Examples:
    """The examples at that path, read as that kind.

    Parameters:
        kind: one of those that `recognise` gives.

    Raises:
        As `open_source`.
    """
    return look_up(kind, _READERS, "kind of data")(path, reading, labelled)


def open_examples(path: Path, reading: Reading) -> Examples:
    """The labelled examples at that path, and where `reading.test` is another path, those there as their test part.

    Raises:
        As `open_source`; InvalidValueError: the first have a test part of their own, or a choice means nothing to them.
    """
    kind = recognise(path)
    require_meaningful(reading, kind, path.name, is_of_files=is_of_files(path))
    examples = open_as(path, kind, reading)
    if kind == TABLE or not isinstance(reading.test, str):  # the reader of tables takes both at once
        return examples
    return WithTest(examples, open_source(Path(reading.test), replace(reading, test=0.0, validation=0.0)))


def meaningless_choices(reading: Reading, kind: str, *, is_of_files: bool) -> list[str]:
    """The names of the choices made that mean nothing for data of that kind.

    Parameters:
        reading: the choices.
        kind: one of those that `recognise` gives.
        is_of_files: whether each example is a file of its own.
    """
    if kind in (TABLE, ARRAYS):
        meant = {"label", "features", "ignore"}
    elif kind == TEXT and not is_of_files:
        meant = {"label"}  # the side of each line on which it stands
    else:
        meant = set() if kind == IDX else {"pattern"}
    return [name for name in MEANT_FOR if getattr(reading, name) and name not in meant]


def require_meaningful(reading: Reading, kind: str, name: str, *, is_of_files: bool = False) -> None:
    """Checks that every choice made means something for these data.

    Parameters:
        reading, kind, is_of_files: as for `meaningless_choices`.
        name: of the data, in messages.

    Raises:
        InvalidValueError: one means nothing.
    """
    for choice in meaningless_choices(reading, kind, is_of_files=is_of_files):
        what = "one text a line" if kind == TEXT and not is_of_files else "a table" if kind == TABLE else kind
        raise InvalidValueError(f"{choice}: it is for {MEANT_FOR[choice]}, {name} holds {what}; leave it out")


def only_meaningful(reading: Reading, path: Path) -> Reading:
    """The choices without those that mean nothing for what lies at that path: they were made for other data."""
    if not any(getattr(reading, name) for name in MEANT_FOR) or not is_there(path):
        return reading
    odd = meaningless_choices(reading, recognise(path), is_of_files=is_of_files(path))
    return replace(reading, **{name: getattr(Reading(), name) for name in odd})


def is_of_files(path: Path) -> bool:
    """Whether that is a folder or zip file, in which each example is a file of its own, unless they are arrays."""
    return path.is_dir() or is_zip(path)


def _read_pictures(path: Path, reading: Reading, labelled: bool) -> Examples:
    from pellucid.data.sources.pictures import read_pictures

    return read_pictures(path, reading, labelled)


def _read_sounds(path: Path, reading: Reading, labelled: bool) -> Examples:
    from pellucid.data.sources.sounds import read_sounds

    return read_sounds(path, reading, labelled)


def _read_texts(path: Path, reading: Reading, labelled: bool) -> Examples:
    from pellucid.data.sources.texts import read_texts

    return read_texts(path, reading, labelled)


def _read_table(path: Path, reading: Reading, labelled: bool) -> Examples:
    from pellucid.data.sources.tables import read_table

    return texts_of(read_table(path, reading, labelled))


def texts_of(table: "TableExamples") -> Examples:
    """The table's texts, where a column of texts is all there is to learn from; else the table as it is."""
    column = table.text_column()
    if column is None:
        return table
    from pellucid.data.sources.texts import TextExamples

    return TextExamples(
        table.texts(column),
        table.labels,
        told=f"{table.told}, its column '{column}' being texts",
        name_of=table.name,
        parts=table.parts,
        notes=table.notes,
        skipped=table.skipped,
    )


def _read_arrays(path: Path, reading: Reading, labelled: bool) -> Examples:
    from pellucid.data.sources.arrays import read_arrays

    return read_arrays(path, reading, labelled)


_READERS: Mapping[str, Callable[[Path, Reading, bool], Examples]] = MappingProxyType(
    {
        PICTURES: _read_pictures,
        SOUNDS: _read_sounds,
        TEXT: _read_texts,
        TABLE: _read_table,
        ARRAYS: _read_arrays,
    }
)
