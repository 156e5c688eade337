"""Raw files without labels, as a model of some kind takes them in to answer."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from types import MappingProxyType

from pellucid.data.sources.examples import Examples
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.recognise import (
    ARRAYS,
    CONTAINERS,
    IDX,
    PICTURES,
    SOUNDS,
    TABLE,
    TABLE_SUFFIXES,
    TEXT,
    head_of,
    open_as,
    recognise,
)
from pellucid.errors import DataError, FormatError, MissingFileError

_TAKEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        PICTURES: (PICTURES, ARRAYS),
        SOUNDS: (SOUNDS,),
        TEXT: (TEXT, TABLE),
        TABLE: (TABLE, TEXT),
        ARRAYS: (ARRAYS, TABLE),
    }
)
"""What contents may be given to a model that takes examples of a kind."""
_TOLD: Mapping[str, str] = MappingProxyType(
    {
        PICTURES: "pictures",
        SOUNDS: "sounds",
        TEXT: "texts",
        TABLE: "rows of a table",
        ARRAYS: "numbers",
        IDX: "IDX files",
    }
)


def load_unlabelled(paths: Sequence[Path], kind: str, reading: Reading | None = None) -> Iterator[Examples]:
    """The examples of each path, in the paths' order; single pictures or sounds that follow each other are together.

    Parameters:
        paths: of what a model is to answer: single files, folders or zip files, tables, text files, arrays.
        kind: of the model's encoder.
        reading: the choices with which the model's training data were read: a label column that is there is put aside.

    Raises:
        MissingFileError, FormatError, DataError: a path holds nothing that can be read, or something of another kind.
            A single picture or sound is read later, and its fault told then.
    """
    reading = reading or Reading()
    for is_single, group in groupby(paths, lambda path: kind in (PICTURES, SOUNDS) and _is_single(path)):
        if is_single:
            yield _single_files(kind)(list(group))
        else:
            yield from (open_unlabelled(path, kind, reading) for path in group)


def open_unlabelled(path: Path, kind: str, reading: Reading) -> Examples:
    """The examples at one path for a model that takes examples of that kind.

    Raises:
        As `load_unlabelled`.
    """
    found = recognise(path)
    if kind in (TEXT, TABLE) and found in (TEXT, TABLE):
        # What looks like a table may be a text with commas, and a table of one column like a text.
        is_table = path.is_file() and found == TABLE and path.name.lower().removesuffix(".gz").endswith(TABLE_SUFFIXES)
        found = TABLE if kind == TABLE or is_table else TEXT
    if found not in _TAKEN.get(kind, ()):
        raise DataError(f"{path}: {_TOLD.get(kind, kind)} are required, {_TOLD[found]} arrived")
    if kind == TEXT and found == TABLE:
        return _texts_in_table(path, reading)
    return open_as(path, found, reading, labelled=False)


def _texts_in_table(path: Path, reading: Reading) -> Examples:
    """The column of texts of a table.

    Raises:
        DataError: it is not clear which one it is.
    """
    from pellucid.data.sources.tables import read_table
    from pellucid.data.sources.tables.choice import text_columns
    from pellucid.data.sources.texts import TextExamples

    table = read_table(path, reading, labelled=False)
    names = table.table.column_names
    strings = [name for name in names if str(table.table.schema.field(name).type) == "string"]
    wanted = [name for name in reading.features if name in names]
    column = next((some[0] for some in (wanted, text_columns(table.table), strings) if len(some) == 1), None)
    if column is None:
        raise DataError(
            f"{path}: one column of texts is required, the columns {', '.join(names[:10])} arrived; name it with "
            "--features, or leave the others out with --ignore"
        )
    told = f"{table.told}, its column '{column}' being texts"
    return TextExamples(table.texts(column), told=told, name_of=table.name, notes=table.notes, skipped=table.skipped)


def _is_single(path: Path) -> bool:
    """Whether that is no folder, zip file or file of arrays; of one that is not there the reader tells."""
    if path.is_dir():
        return False
    try:
        return not head_of(path).startswith(CONTAINERS)
    except (FormatError, MissingFileError):
        return True


def _single_files(kind: str) -> Callable[[Sequence[Path]], Examples]:
    if kind == PICTURES:
        from pellucid.data.sources.pictures import pictures_of

        return pictures_of
    from pellucid.data.sources.sounds import sounds_of

    return sounds_of
