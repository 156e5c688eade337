"""Where a data set's encoded examples lie: in memory where they fit, else in files that are mapped."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Shaped

from pellucid.data.encode import ROWS_AT_ONCE, Encoded, Progress, encode_pieces, encode_rows, write_pieces
from pellucid.data.features import Encoder
from pellucid.data.memory import available_memory
from pellucid.data.shards import find_shards, folder_for, new_folder, new_shard, write_notes
from pellucid.data.sources.examples import PARTS, Examples
from pellucid.data.sources.reading import Reading
from pellucid.data.split import Rows
from pellucid.files.mapping import is_mapped, release

MEASURED_BYTES = 2**27
"""Of examples that lie in a file, a scaling is learnt from evenly spaced ones that take no more than 128 MiB."""


class EncodedParts(NamedTuple):
    """The parts of a data set.

    Attributes:
        parts: train, validation and test; what is not wanted has no examples.
        told: sentences on where they lie, if not in memory.
    """

    parts: tuple[Encoded, ...]
    told: tuple[str, ...]


def encode_parts(
    examples: Examples,
    encoder: Encoder,
    rows: Rows,
    alike: np.ndarray,
    reading: Reading,
    progress: Progress | None = None,
) -> EncodedParts:
    """All parts encoded: in memory if they may lie there, else in files.

    Parameters:
        examples: where they are read from.
        encoder: for their kind.
        rows: of each part.
        alike: the examples' fingerprints.
        reading: what to do about one that cannot be read, and how much memory may hold (half of what is available
            where nothing is said).
        progress: told the examples that are done, of those of all parts.

    Raises:
        FormatError, DataError, MissingFileError: as for `encode_rows`.
        WriteError: they do not fit into memory, and there is no room for them in the user's cache.
    """
    n_features = int(np.prod(encoder.shape))
    n_bytes = sum(map(len, rows)) * n_features * encoder.dtype.itemsize
    budget = available_memory() // 2 if reading.memory is None else reading.memory
    reports = _reports(rows, progress)
    if n_bytes <= budget:
        on_error = reading.on_error
        parts = [
            encode_rows(examples, encoder, part, on_error, report) for part, report in zip(rows, reports, strict=True)
        ]
        return EncodedParts(tuple(parts), ())
    too_large = f"Encoded they take {n_bytes:,} bytes, and memory may hold {budget:,} of them"
    mapped = [mapped_rows(examples, encoder, part) for part in rows]
    if all(values is not None for values in mapped):
        parts = [Encoded(values, part, []) for values, part in zip(mapped, rows, strict=True) if values is not None]
        return EncodedParts(tuple(parts), (f"{too_large}: they are streamed from where they lie.",))
    folder = folder_for(examples, alike, encoder, rows, reading.on_error)
    found = find_shards(folder, n_features, encoder.dtype)
    if found is None:
        with new_folder(folder, n_bytes) as place:
            kept: dict[str, np.ndarray] = {}
            skipped: dict[str, list[tuple[str, str]]] = {name: [] for name in PARTS}
            for name, part, report in zip(PARTS, rows, reports, strict=True):
                with new_shard(place / f"{name}.npy", len(part), n_features, encoder.dtype) as file:
                    pieces = encode_pieces(examples, encoder, part, reading.on_error, skipped[name], report)
                    kept[name] = write_pieces(pieces, lambda values, file=file: file.write(values.data))
            write_notes(place, kept, skipped)
        found = find_shards(folder, n_features, encoder.dtype)
        assert found is not None  # noqa: S101 - just written
    told = f"{too_large}: they lie in {folder}, which may be deleted, and are streamed."
    return EncodedParts(tuple(Encoded(*shard) for shard in found), (told,))


def _reports(rows: Rows, progress: Progress | None) -> Iterator[Progress]:
    """For each part in turn, what tells the progress of all of them together."""
    n_before, n_rows = 0, sum(map(len, rows))
    for part in rows:

        def report(n_of_part: int, _: int, n_before: int = n_before) -> None:
            if progress is not None:
                progress(n_before + n_of_part, n_rows)

        yield report
        n_before += len(part)


def mapped_rows(examples: Examples, encoder: Encoder, rows: np.ndarray) -> np.ndarray | None:
    """These examples where they lie in a file, if they need no encoding and lie there one after the other."""
    if not len(rows):
        return np.empty((0, int(np.prod(encoder.shape))), encoder.dtype)
    values = examples.mapped(rows)
    if values is None or not encoder.keeps(values.shape[1:], values.dtype):
        return None
    return values.reshape(len(rows), -1)


def to_measure(values: Shaped[np.ndarray, "n_samples n_features"]) -> Shaped[np.ndarray, "n_some n_features"]:
    """The encoded examples that a scaling is learnt from: all; of those in a file, evenly spaced ones, in memory."""
    if not is_mapped(values):
        return values
    n_some = max(1, MEASURED_BYTES // values[:1].nbytes)
    distance = -(-len(values) // n_some)
    measured = np.empty((-(-len(values) // distance), values.shape[1]), values.dtype)
    for first in range(0, len(measured), ROWS_AT_ONCE):
        some = values[first * distance : (first + ROWS_AT_ONCE) * distance : distance]
        measured[first : first + len(some)] = some
        release(values)  # what lies between them comes along when they are read
    return measured
