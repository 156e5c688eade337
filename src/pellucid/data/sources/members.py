"""The files of a folder or of a zip file, which strangers may have made: listed and read within bounds."""

import os
import re
import struct
import weakref
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import cast

from pellucid.data.sources.file_labels import Labelled, label_members
from pellucid.errors import FormatError, MissingFileError
from pellucid.files import read_bounded, readable

__all__ = ["Labelled", "Members", "is_zip", "label_members", "open_members", "with_suffixes"]

MAX_FOLDER_MEMBERS = 2_000_000
MAX_ZIP_MEMBERS = 100_000
MAX_DIRECTORY_BYTES = 2**24
"""Of a zip file's list of its members: 167 bytes for each of the most that are read."""
MAX_MEMBER_BYTES = 2**28
MAX_DEPTH = 64
"""Folders within folders."""
MAX_RATIO = 100
"""Unpacked bytes for each packed one, beyond which a member of over a mebibyte is no data but a bomb."""

NEVER_DATA = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
"""What operating systems leave behind, besides hidden files."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Characters that no line of a message can hold; half surrogate pairs stand for bytes that are not UTF-8."""
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What Python's reader of zip files raises at one that is damaged or made to do harm."""


class Members(ABC):
    """The files of a folder, or of a zip file, at any depth.

    Attributes:
        told: "folder" or "zip file".
        names: relative paths with "/", in ascending order; without hidden files and what operating systems leave.
    """

    told: str
    names: tuple[str, ...]

    @abstractmethod
    def size(self, name: str) -> int:
        """The file's bytes, as the folder or the zip file claims."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The file's content.

        Raises:
            FormatError: it is too large, damaged, or not in there; MissingFileError: it cannot be read any more.
        """


def open_members(path: Path) -> Members:
    """The files of that folder or zip file; nothing is unpacked to the disk.

    Raises:
        MissingFileError: there is neither at that path, or it may not be read.
        FormatError: it is empty, holds too many files, a file whose name is unsafe (`../`, absolute, control
            characters) or occurs twice, a symbolic link that leads out, an encrypted or oddly packed file; or the zip
            file is damaged.
    """
    try:
        members = FolderMembers(path) if path.is_dir() else ZipMembers(path)
    except FileNotFoundError as error:
        raise MissingFileError(f"{path}: a folder or a zip file is required, there is none") from error
    except OSError as error:
        raise MissingFileError(f"{path}: could not be read ({error.strerror or error})") from error
    if not members.names:
        raise FormatError(f"{path}: a {members.told} with files in it is required, this one has none")
    return members


def is_zip(path: Path) -> bool:
    """Whether a file begins as zip files do; what is not there, or is no file, does not."""
    if not path.is_file():  # a pipe might never answer
        return False
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"PK\3\4", b"PK\5\6")
    except OSError:
        return False


def with_suffixes(members: Members, suffixes: Iterable[str]) -> tuple[str, ...]:
    """The names that end in one of these suffixes, such as ".png", in capitals or not."""
    endings = tuple(suffix.lower() for suffix in suffixes)
    return tuple(name for name in members.names if name.lower().endswith(endings))


class FolderMembers(Members):
    """The files of a folder. Links to files within it are followed, no others are.

    Parameters:
        path: of the folder.
    """

    told = "folder"

    def __init__(self, path: Path) -> None:
        self._root = path.resolve()
        self.names = tuple(sorted(self._walk(path)))

    def _walk(self, path: Path) -> Iterator[str]:
        waiting, n_found = [""], 0
        while waiting:
            folder = waiting.pop()
            with os.scandir(self._root / folder) as entries:
                for entry in entries:
                    if _is_left_out(entry.name):
                        continue
                    name = f"{folder}{entry.name}"
                    _require_safe(name, path)
                    if entry.is_symlink():
                        self._require_inside(name, path)
                    if entry.is_dir():
                        waiting.append(f"{name}/")
                    elif entry.is_file():
                        n_found += 1
                        if n_found > MAX_FOLDER_MEMBERS:
                            raise FormatError(f"{path}: at most {MAX_FOLDER_MEMBERS:,} files are read, there are more")
                        yield name

    def _require_inside(self, name: str, path: Path) -> None:
        """Checks that a symbolic link leads to a file of this folder."""
        target = self._target(name)
        if target is None or target.is_dir():
            where = "outside" if target is None else "a folder"
            raise FormatError(
                f"{path}: symbolic links may lead to files within the folder only, {readable(name)} leads to {where}; "
                "put the files themselves there"
            )

    def size(self, name: str) -> int:
        """The file's bytes."""
        return self._found(name).stat().st_size

    def read(self, name: str) -> bytes:
        """The file's content, which must be a regular file's and lie within the folder still."""
        path = self._found(name)
        try:
            return read_bounded(path, MAX_MEMBER_BYTES)
        except FormatError as error:
            raise FormatError(f"{name}: {str(error).removeprefix(f'{path}: ')}") from error
        except OSError as error:
            raise MissingFileError(f"{name}: could not be read ({error.strerror or error})") from error

    def _target(self, name: str) -> Path | None:
        """Where that name leads, links followed; None: out of the folder, or in a circle."""
        try:
            target = (self._root / name).resolve()
        except (RuntimeError, OSError):  # a circle of links
            return None
        return target if target.is_relative_to(self._root) else None

    def _found(self, name: str) -> Path:
        path = self._target(name)
        if path is None:
            raise FormatError(f"{name}: a file within the folder is required, this leads outside")
        if not path.exists():
            raise MissingFileError(f"{name}: was there when the folder was listed, and is not any more")
        return path


class ZipMembers(Members):
    """The files of a zip file, which stays open.

    Parameters:
        path: of the zip file.
    """

    told = "zip file"

    def __init__(self, path: Path) -> None:
        if path.exists() and not path.is_file():  # before it is opened: a pipe might wait for ever
            raise FormatError(f"{path}: a folder or a zip file is required, this is a device or a pipe")
        file = _BoundedFile(path)
        weakref.finalize(self, file.close)
        try:
            self._zip = zipfile.ZipFile(file)
        except FormatError:
            raise
        except (*_DAMAGED, OSError) as error:
            raise FormatError(
                f"{path}: a folder or a zip file is required, this is neither, or a truncated or damaged zip file "
                f"({readable(error)}); get it anew"
            ) from error
        file.most = MAX_MEMBER_BYTES
        self._found = dict(self._listed(path))
        self.names = tuple(sorted(self._found))

    def _listed(self, path: Path) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        entries = self._zip.infolist()
        if len(entries) > MAX_ZIP_MEMBERS:
            raise _too_many(path)
        seen: set[str] = set()
        for entry in entries:
            name = entry.filename.replace("\\", "/")  # as some writers on Windows part folders
            _require_safe(name.removesuffix("/"), path)
            if entry.is_dir() or any(map(_is_left_out, name.split("/"))):
                continue
            if name in seen:
                raise FormatError(f"{path}: each file must be there once, {readable(name)} is there twice")
            seen.add(name)
            if entry.flag_bits & 0x41:  # bit 0: encrypted; bit 6: strongly so
                raise FormatError(
                    f"{path}: {readable(name)} is encrypted; unpack it with its password and pack it anew"
                )
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise FormatError(
                    f"{path}: members must be stored or deflated, {readable(name)} is packed by method "
                    f"{entry.compress_type}; unpack it into a folder"
                )
            yield name, entry

    def size(self, name: str) -> int:
        """The file's bytes, as the zip file claims."""
        return self._found[name].file_size

    def read(self, name: str) -> bytes:
        """The file's content, checked against what the zip file claims of it."""
        entry = self._found[name]
        size, packed = entry.file_size, entry.compress_size
        if max(size, packed) > MAX_MEMBER_BYTES:
            raise FormatError(f"{name}: may take {MAX_MEMBER_BYTES:,} bytes, the zip file claims {max(size, packed):,}")
        if size > max(2**20, MAX_RATIO * packed):
            raise FormatError(
                f"{name}: may unpack to {MAX_RATIO} times its packed size, the zip file claims {size:,} bytes from "
                f"{packed:,}"
            )
        try:
            with self._zip.open(entry) as member:
                content = member.read(size + 1)
        except (*_DAMAGED, OSError) as error:
            raise FormatError(f"{name}: truncated or damaged in the zip file ({readable(error)})") from error
        if len(content) != size:
            raise FormatError(f"{name}: the zip file claims {size:,} bytes, there are {len(content):,}")
        return content

    def open(self, name: str) -> zipfile.ZipExtFile:
        """The file's content as it is unpacked; unlike `read`, unchecked against what the zip file claims of it."""
        return cast(zipfile.ZipExtFile, self._zip.open(self._found[name]))

    def packed_size(self, name: str) -> int:
        """The file's bytes as they are packed, as the zip file claims."""
        return self._found[name].compress_size


class _BoundedFile(FileIO):
    """A file of which no more is read at once than `most`: a zip file's list of members is read whole."""

    most = MAX_DIRECTORY_BYTES

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self.most:
            raise _too_many(Path(str(self.name)))
        return super().read(-1 if size is None else size)


def _too_many(path: Path) -> FormatError:
    return FormatError(f"{path}: a zip file of at most {MAX_ZIP_MEMBERS:,} files is read; unpack it into a folder")


def _is_left_out(part: str) -> bool:
    return part.startswith(".") or part.lower() in NEVER_DATA


def _require_safe(name: str, path: Path) -> None:
    """Checks the name of a member: it leads nowhere else, and one can print it.

    Raises:
        FormatError: it is not so.
    """
    parts = name.split("/")
    if _CONTROL.search(name):
        what = "its characters can be printed"
    elif not name or name.startswith("/") or re.match("[A-Za-z]:", name) or any(p in ("", ".", "..") for p in parts):
        what = "it leads to no other folder (no '..', not absolute)"
    elif len(parts) > MAX_DEPTH + 1:
        what = f"it is at most {MAX_DEPTH} folders deep"
    else:
        return
    raise FormatError(
        f"{path}: the name of each file must be such that {what}, '{readable(ValueError(name))}' is there"
    )
