"""Encoded examples that do not fit into memory: written once to files in the user's cache, and mapped from there.

One folder holds the parts of one data set as one encoder encodes them. It has its name only once it is whole; a later
run with the same examples, encoder and split finds it there. Whoever needs the room may delete it; `shard_room` says
which are deleted for others to be written.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import numpy as np
from jaxtyping import Int, Shaped

from pellucid.data.features import Encoder
from pellucid.data.shard_room import UNFINISHED, make_room, mark_used
from pellucid.data.sources.examples import PARTS, Examples
from pellucid.data.split import Rows
from pellucid.errors import PellucidError, WriteError

SKIPPED_FILE = "skipped.json"
TEXTS_AT_ONCE = 1024


class Shard(NamedTuple):
    """A part's encoded examples in a file.

    Attributes:
        values: (n_samples, n_features), mapped and read-only.
        rows: which examples they are.
        skipped: the names of those that could not be read, and why.
    """

    values: Shaped[np.ndarray, "n_samples n_features"]
    rows: Int[np.ndarray, " n_samples"]
    skipped: list[tuple[str, str]]


def folder_for(examples: Examples, alike: np.ndarray, encoder: Encoder, rows: Rows, on_error: str) -> Path:
    """Where these parts of these examples, so encoded, lie or will lie: its name is a digest of all that matters.

    Parameters:
        examples: of which.
        alike: their fingerprints.
        encoder, rows, on_error: what is made of them.
    """
    from importlib.metadata import version

    from platformdirs import user_cache_dir

    tensors = encoder.tensors()
    choices = {
        "version": version("pellucid"),
        "kind": encoder.KIND,
        "encoder": encoder.to_dict(),
        "dtype": encoder.dtype.str,
        "tensors": {name: [tensor.dtype.str, tensor.shape] for name, tensor in tensors.items()},
        "on_error": on_error,
        "rows": list(map(len, rows)),
    }
    digest = sha256(json.dumps(choices, sort_keys=True).encode())
    for name in sorted(tensors):
        digest.update(np.ascontiguousarray(tensors[name]).data)
    for part in rows:
        digest.update(np.ascontiguousarray(part).data)
        digest.update(np.ascontiguousarray(alike[part]).data)
        if examples.KIND == "text":  # whose fingerprints are the same for what differs in capitals or white space
            for first in range(0, len(part), TEXTS_AT_ONCE):
                for text in examples.contents(part[first : first + TEXTS_AT_ONCE]):
                    digest.update(f"{len(text)} {text}".encode("utf-8", "surrogatepass"))
    return Path(user_cache_dir("pellucid")) / "shards" / digest.hexdigest()[:40]


def find_shards(folder: Path, n_features: int, dtype: np.dtype[Any]) -> list[Shard] | None:
    """The parts that lie in that folder, mapped; None where it is not there, or is damaged."""
    mark_used(folder)
    try:
        skipped = json.loads((folder / SKIPPED_FILE).read_text(encoding="utf-8"))
        shards: list[Shard] = []
        for name in PARTS:
            rows = np.load(folder / f"{name}.rows.npy", allow_pickle=False)
            is_empty = not len(rows)  # of nothing there is no mapping
            path = folder / f"{name}.npy"
            values = np.empty((0, n_features), dtype) if is_empty else np.load(path, mmap_mode="r", allow_pickle=False)
            if values.shape != (len(rows), n_features) or values.dtype != dtype or rows.dtype != np.int64:
                return None
            shards.append(Shard(values, rows, [(str(which), str(why)) for which, why in skipped[name]]))
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
    return shards


@contextmanager
def new_folder(folder: Path, n_bytes: int) -> Iterator[Path]:
    """A folder to write to, which gets its name when the block ends well, and is gone when it does not.

    Parameters:
        folder: its name to be.
        n_bytes: how much is to be written.

    Raises:
        WriteError: there is no room for so much, or it cannot be written.
    """
    place: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():  # damaged
            shutil.rmtree(folder)
        make_room(folder.parent, n_bytes)
        free = shutil.disk_usage(folder.parent).free
        if free < n_bytes:
            raise WriteError(
                f"{folder.parent}: {n_bytes:,} bytes are required for examples that do not fit into memory, {free:,} "
                "are free; make room there, or let memory hold more of them with --memory"
            )
        place = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=UNFINISHED, dir=folder.parent))
        yield place
        try:
            place.rename(folder)
            place = None
        except OSError:
            if not folder.is_dir():  # or else another run was quicker: its content is the same
                raise
    except PellucidError:
        raise
    except OSError as error:
        raise WriteError(
            f"{folder.parent}: the examples do not fit into memory and could not be written there "
            f"({error.strerror or error}); nothing was kept"
        ) from error
    finally:
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def new_shard(path: Path, n_rows: int, n_features: int, dtype: np.dtype[Any]) -> Iterator[IO[bytes]]:
    """A file to append encoded examples to, at most so many; at its end it is a .npy file of those that came."""

    def write_header(n_written: int) -> None:
        described = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False}
        file.seek(0)
        np.lib.format.write_array_header_1_0(cast(Any, file), {**described, "shape": (n_written, n_features)})

    with path.open("wb") as file:
        write_header(n_rows)
        start = file.tell()
        yield file
        file.flush()
        n_bytes = os.fstat(file.fileno()).st_size - start
        write_header(n_bytes // (n_features * dtype.itemsize))
        assert file.tell() == start, "NumPy leaves room for the first size"  # noqa: S101
        file.flush()
        os.fsync(file.fileno())


def write_notes(folder: Path, rows: dict[str, np.ndarray], skipped: dict[str, list[tuple[str, str]]]) -> None:
    """Writes beside the parts which examples they hold, and which could not be read."""
    for name, numbers in rows.items():
        np.save(folder / f"{name}.rows.npy", numbers, allow_pickle=False)
    (folder / SKIPPED_FILE).write_text(json.dumps(skipped), encoding="utf-8")
