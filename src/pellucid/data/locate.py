"""Where the files of a named set lie, and how they come here."""

import os
from pathlib import Path

from pellucid.data.catalog import NamedSet, PublishedFile
from pellucid.data.download import Progress, download, file_sha256
from pellucid.data.readers.digits import digits_folder
from pellucid.errors import DownloadError, MissingFileError


def cache_folder(name: str) -> Path:
    """The folder, in this user's cache, into which the set `name` is downloaded."""
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("pellucid")) / "data" / name


def find(entry: NamedSet) -> Path | None:
    """The first folder that holds all the set's files, or None.

    Looked for, in order, in `$PELLUCID_DATA/NAME` and in the user's cache; a set without publishers lies in the
    library that it comes with.
    """
    for folder in _folders(entry):
        if all((folder / file.name).is_file() for file in entry.files):
            return folder
    return None


def is_intact(file: PublishedFile, folder: Path) -> bool:
    """Whether the file in this folder has the size and the checksum of the published one."""
    path = folder / file.name
    return path.is_file() and path.stat().st_size == file.size and file_sha256(path) == file.sha256


def fetch(entry: NamedSet, progress: Progress | None = None) -> Path:
    """The folder that holds all the set's files intact, into which those that were not are downloaded.

    Parameters:
        entry: The set.
        progress: Called with the bytes of all the files together.

    Raises:
        DownloadError: A file could not be downloaded; the message says which files to put where.
        MissingFileError: The set comes with a library, which is not installed.
    """
    for folder in _folders(entry):
        if all(is_intact(file, folder) for file in entry.files):
            return folder
    if not entry.addresses:
        raise MissingFileError(
            f"{entry.name}: {entry.files[0].name} as it comes with scikit-learn is required, it is not there or is "
            "another; install scikit-learn anew"
        )
    folder = cache_folder(entry.name)
    total = sum(file.size for file in entry.files)
    n_done = 0

    def report(n_bytes: int, _: int) -> None:
        if progress is not None:
            progress(n_done + n_bytes, total)

    for file in entry.files:
        if not is_intact(file, folder):
            addresses = [address + file.name for address in entry.addresses]
            try:
                download(addresses, folder / file.name, size=file.size, sha256=file.sha256, progress=report)
            except DownloadError as error:
                names = ", ".join(file.name for file in entry.files)
                raise DownloadError(
                    f"{entry.name}: {error}; put {names} into {folder}, "
                    f"or into {entry.name}/ in the folder that the environment variable PELLUCID_DATA names"
                ) from error
        n_done += file.size
    return folder


def _folders(entry: NamedSet) -> list[Path]:
    if not entry.addresses:
        folder = digits_folder()
        return [] if folder is None else [folder]
    given = os.environ.get("PELLUCID_DATA")
    return ([Path(given) / entry.name] if given else []) + [cache_folder(entry.name)]
