"""Raw examples encoded a few at a time, so that they never all lie in memory beside what they become."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Int, Shaped

from pellucid.data.features import Encoder
from pellucid.data.sources.examples import Examples
from pellucid.errors import DataError, FormatError, InvalidValueError, MissingFileError

ROWS_AT_ONCE = 256
Progress: TypeAlias = Callable[[int, int], None]
"""Called with the examples that are done and those that there are."""


class Encoded(NamedTuple):
    """Examples as the network's features take them in.

    Attributes:
        values: (n_samples, n_features), of the encoder's dtype.
        rows: which examples they are: those asked for but for the ones that could not be read.
        skipped: the names of these, and why.
    """

    values: Shaped[np.ndarray, "n_samples n_features"]
    rows: Int[np.ndarray, " n_samples"]
    skipped: list[tuple[str, str]]


def encode_rows(
    examples: Examples,
    encoder: Encoder,
    rows: Int[np.ndarray, " n_rows"],
    on_error: str,
    progress: Progress | None = None,
) -> Encoded:
    """These examples encoded, in memory.

    Parameters:
        examples: where they are read from.
        encoder: for their kind.
        rows: their numbers.
        on_error: "stop" at one that cannot be read, or "skip" it.
        progress: told after each few.

    Raises:
        FormatError, DataError, MissingFileError: one cannot be read, and on_error is "stop"; the message names it.
        InvalidValueError: they are nothing that the encoder takes: a table lacks a column.
    """
    values = np.empty((len(rows), int(np.prod(encoder.shape))), encoder.dtype)
    n_kept = 0
    skipped: list[tuple[str, str]] = []

    def keep(encoded: np.ndarray) -> None:
        nonlocal n_kept
        values[n_kept : n_kept + len(encoded)] = encoded
        n_kept += len(encoded)

    kept = write_pieces(encode_pieces(examples, encoder, rows, on_error, skipped, progress), keep)
    return Encoded(values[: len(kept)], kept, skipped)


def write_pieces(pieces: Iterator[tuple[np.ndarray, np.ndarray]], keep: Callable[[np.ndarray], object]) -> np.ndarray:
    """Gives each piece's values to `keep`; returns the rows that they are of."""
    kept = [np.empty(0, np.int64)]
    for rows, values in pieces:
        keep(values)
        kept.append(rows)
    return np.concatenate(kept)


def encode_pieces(
    examples: Examples,
    encoder: Encoder,
    rows: Int[np.ndarray, " n_rows"],
    on_error: str,
    skipped: list[tuple[str, str]],
    progress: Progress | None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """A few rows and their values (n, n_features) after the other; rows that could not be read go to `skipped`."""
    for first in range(0, len(rows), ROWS_AT_ONCE):
        for chunk, encoded in encode_chunk(examples, encoder, rows[first : first + ROWS_AT_ONCE], on_error, skipped):
            yield chunk.astype(np.int64), np.ascontiguousarray(encoded.reshape(len(chunk), -1), encoder.dtype)
        if progress is not None:
            progress(min(first + ROWS_AT_ONCE, len(rows)), len(rows))


def encode_chunk(
    examples: Examples, encoder: Encoder, rows: np.ndarray, on_error: str, skipped: list[tuple[str, str]]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The rows with their encoded values, all at once; or one by one where one of them is at fault."""
    try:
        yield rows, encoder.encode(examples.contents(rows))
    except InvalidValueError as error:  # of them all: a column that is not there
        raise InvalidValueError(f"{examples.name(int(rows[0]))}: {error}") from error
    except (DataError, FormatError, MissingFileError) as error:
        if len(rows) > 1:
            for row in range(len(rows)):
                yield from encode_chunk(examples, encoder, rows[row : row + 1], on_error, skipped)
            return
        name = examples.name(int(rows[0]))
        why = str(error).removeprefix(f"{name}: ")
        if on_error == "stop":
            raise type(error)(f"{name}: {why}; leave it out, or say --on-error skip") from error
        skipped.append((name, why))
