"""Examples that are files, such as pictures and sounds: each is read when it is asked for."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import ClassVar, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Int

from pellucid.data.features.encoder import Encoder
from pellucid.data.sources.examples import Examples
from pellucid.data.sources.members import Labelled, Members, label_members, open_members, with_suffixes
from pellucid.data.sources.reading import Reading
from pellucid.errors import DataError, FormatError, MissingFileError
from pellucid.files import read_bounded

SHOWN_SUFFIXES = 4
E = TypeVar("E", bound="FileExamples")


class FileKind(NamedTuple):
    """What files of one kind have in common.

    Attributes:
        one, many: as one calls them: "sound", "sounds".
        suffixes: of those that are taken for such files.
        max_bytes: that a single one may take.
        is_one: whether a content that begins so is one.
        pattern: with a class in the names, as an example.
        learn: gives the encoder for files like those of some rows, and sentences on what was noticed: of the rows, of
            what gives a row's content, and of the choices in `Reading.encoding`.
    """

    one: str
    many: str
    suffixes: tuple[str, ...]
    max_bytes: int
    is_one: Callable[[bytes], bool]
    pattern: str
    learn: Callable[[np.ndarray, Callable[[int], bytes], Mapping[str, str]], tuple[Encoder, Sequence[str]]]


class FileExamples(Examples):
    """Files of one kind, each read when it is asked for.

    Parameters:
        told: what they were taken for.
        files: their names, with classes and parts.
        read: gives the content of the file of that name.
    """

    FILES: ClassVar[FileKind]

    def __init__(self, told: str, files: Labelled, read: Callable[[str], bytes]) -> None:
        self.told, self.labels, self.parts = told, files.labels, files.parts
        self.notes = tuple(files.notes)
        self._names, self._read = files.names, read

    def __len__(self) -> int:
        """How many files there are."""
        return len(self._names)

    def name(self, row: int) -> str:
        """The file's path within the folder or zip file."""
        return self._names[row]

    def content(self, row: int) -> bytes:
        """The file's bytes.

        Raises:
            FormatError, MissingFileError: it cannot be read.
        """
        return self._read(self._names[row])

    def contents(self, rows: Int[np.ndarray, " n_rows"]) -> Iterator[bytes]:
        """The files' bytes, one after the other.

        Raises:
            FormatError, MissingFileError: one cannot be read; when its turn comes.
        """
        return (self.content(row) for row in rows.tolist())

    def fingerprints(self) -> np.ndarray:
        """A digest of each file's content. One that cannot be read is like no other: whoever encodes it finds out."""
        return np.array([self._fingerprint(row) for row in range(len(self))], "S16")

    def _fingerprint(self, row: int) -> bytes:
        try:
            content = self.content(row)
        except (FormatError, MissingFileError):
            content = b"unreadable: " + self.name(row).encode("utf-8", "surrogateescape")
        return blake2b(content, digest_size=16).digest()

    def learn_encoder(self, rows: Int[np.ndarray, " n_rows"], reading: Reading) -> Encoder:
        """The encoder for files like these; notes say what becomes of odd ones.

        Raises:
            InvalidValueError: a choice in `reading.encoding` is unknown or does not fit.
            DataError: none of these files can be read.
        """
        encoder, notes = self.FILES.learn(rows, self.content, reading.encoding)
        self.notes = (*self.notes, *(note for note in notes if note not in self.notes))
        return encoder


def read_files(kind: type[E], path: Path, reading: Reading, labelled: bool = True) -> E:
    """The files of a folder or zip file, or a single file.

    Parameters:
        kind: of the files.
        path: of a folder or zip file: one sub-folder a class, perhaps within folders called train, validation and
            test; or, with `reading.pattern`, the class in the name of each file. Unlabelled also of a single file.
        reading: the person's choices.
        labelled: whether classes are asked for.

    Raises:
        MissingFileError: there is nothing at that path.
        FormatError: it is no folder or zip file that may be read, or holds no such files.
        DataError: there are no classes in the paths, or the pattern fits none.
    """
    one, many, suffixes, _, is_one, pattern, _ = kind.FILES
    if path.is_file() and is_one(read_head(path)):
        if not labelled:
            return single_files(kind, [path])
        raise DataError(
            f"{path}: a folder or zip file of {many} with a sub-folder for each class is required, this is a "
            f"single {one}"
        )
    members = open_members(path)
    names = with_suffixes(members, suffixes)
    left_out = tell_left_out(members, names, many)
    if not names:
        raise FormatError(
            f"{path}: {many} ({', '.join(suffixes)}) are required, this {members.told} has none: {left_out[0]}"
        )
    told = f"a {members.told} of {many}"
    if not labelled:
        return kind(told, Labelled(names, None, None, left_out), members.read)
    files = label_members(names, reading.pattern)
    if files.labels is None:
        raise DataError(
            f"{path}: a sub-folder for each class is required, these {len(names):,} {many} lie in one; move them, "
            f"or say where the class stands in their names, such as --pattern '{pattern}'"
        )
    how = "one sub-folder a class" if reading.pattern is None else f"the class in each name by '{reading.pattern}'"
    return kind(f"{told}, {how}", files._replace(notes=[*files.notes, *left_out]), members.read)


def single_files(kind: type[E], paths: Sequence[Path]) -> E:
    """Single files, unlabelled, under the names that their paths are."""
    one, many, _, max_bytes, *_ = kind.FILES
    by_name = {str(path): path for path in paths}
    files = Labelled(tuple(map(str, paths)), None, None, [])
    told = f"a {one}" if len(paths) == 1 else many
    return kind(told, files, lambda name: read_single(by_name[name], max_bytes, f"a {one}"))


def read_single(path: Path, max_bytes: int, what: str) -> bytes:
    """The content of a single file.

    Parameters:
        path: of the file.
        max_bytes: that it may take.
        what: it should be: "a sound".

    Raises:
        MissingFileError: it is not there, or may not be read. FormatError: it is too large, or no regular file.
    """
    try:
        return read_bounded(path, max_bytes)
    except FileNotFoundError as error:
        raise MissingFileError(f"{path}: {what} is required, but there is no such file") from error
    except OSError as error:
        raise MissingFileError(f"{path}: could not be read ({error.strerror or error})") from error


def read_head(path: Path) -> bytes:
    """The first twelve bytes of a file, which tell what it is.

    Raises:
        MissingFileError: it may not be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(12)
    except OSError as error:
        raise MissingFileError(f"{path}: could not be read ({error.strerror or error})") from error


def tell_left_out(members: Members, names: Sequence[str], what: str) -> list[str]:
    """A sentence on the files that are none of these names, if there are any.

    Parameters:
        members: all files.
        names: those that are read.
        what: these are: "sounds".
    """
    n_others = len(members.names) - len(names)
    if not n_others:
        return []
    wanted = set(names)
    suffixes = Counter(PurePosixPath(name).suffix.lower() or "none" for name in members.names if name not in wanted)
    shown = ", ".join(f"{suffix}: {count:,}" for suffix, count in suffixes.most_common(SHOWN_SUFFIXES))
    more = f" and {len(suffixes) - SHOWN_SUFFIXES:,} more" if len(suffixes) > SHOWN_SUFFIXES else ""
    return [f"Files that are no {what} by their suffix are left out: {n_others:,} ({shown}{more})."]
