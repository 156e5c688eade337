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

    Looked for, in order, in `$PELLUCID_DATA/PLACE` and in the user's cache; a set that is bundled lies in the library
    that it comes with.
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

    Returns:
        The folder. Where no publisher offers the very files, those that are there need not be intact.

    Raises:
        DownloadError: A file could not be downloaded; the message says which files to put where.
        MissingFileError: The files can only be had by hand, or with a library; the message says how.
    """
    for folder in _folders(entry):
        if all(is_intact(file, folder) for file in entry.files):
            return folder
    if not entry.addresses:
        there = None if entry.is_bundled else find(entry)
        if there is None:
            raise MissingFileError(missing_told(entry))
        return there
    folder = cache_folder(entry.place)
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
                raise DownloadError(f"{entry.name}: {error}; put {layout_told(entry)}") from error
        n_done += file.size
    return folder


def missing_told(entry: NamedSet) -> str:
    """In one sentence, which of the set's files are required where, and how one comes by them."""
    names = _names(entry)
    if entry.is_bundled:
        return (
            f"{entry.name}: {names} as it comes with scikit-learn is required, it is not there or is another; "
            f"{entry.how_to}"
        )
    if entry.addresses:
        return f"{entry.name}: its files are required, they are not here; run: pellucid data fetch {entry.name}"
    return (
        f"{entry.name}: {names} is required, it is not here, and no publisher offers it as such: {entry.how_to}; "
        f"then put {layout_told(entry)}"
    )


def layout_told(entry: NamedSet) -> str:
    """Which files belong where: "a, b into FOLDER, or …"."""
    return (
        f"{_names(entry)} into {cache_folder(entry.place)}, or into {entry.place}/ in the folder that the environment "
        "variable PELLUCID_DATA names"
    )


def _names(entry: NamedSet) -> str:
    return ", ".join(file.name for file in entry.files)


def _folders(entry: NamedSet) -> list[Path]:
    if entry.is_bundled:
        folder = digits_folder()
        return [] if folder is None else [folder]
    given = os.environ.get("PELLUCID_DATA")
    return ([Path(given) / entry.place] if given else []) + [cache_folder(entry.place)]
