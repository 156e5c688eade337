"""Reading files that may be hostile: bounded, and told of in messages that stay one short line."""

import stat
from pathlib import Path

from pellucid.errors import FormatError

MAX_MESSAGE_LENGTH = 300


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """The whole content of a regular file.

    Raises:
        OSError: it is not there, or may not be read; the caller knows what should be there.
        FormatError: it is a device or a pipe, which might never end, or longer than `max_bytes`.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise FormatError(f"{path}: a regular file is required, this is a folder, a device or a pipe")
    if status.st_size > max_bytes:
        raise FormatError(f"{path}: may take {max_bytes:,} bytes, this one has {status.st_size:,}")
    with path.open("rb") as file:
        # No more than was announced, and a byte to notice by that it has grown: memory stays bounded.
        content = file.read(status.st_size + 1)
    if len(content) > max_bytes:
        raise FormatError(f"{path}: may take {max_bytes:,} bytes, this one has grown beyond that")
    return content


def readable(error: Exception | str) -> str:
    """The message, or a name, as one short line: a hostile file may have put control characters or a megabyte in it."""
    start = str(error)[: MAX_MESSAGE_LENGTH + 1]
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in start)
    return text if len(text) <= MAX_MESSAGE_LENGTH else f"{text[:MAX_MESSAGE_LENGTH]}…"
