"""Many raw examples answered, a few hundred at a time, so that files of any length can be."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Int, Shaped

from pellucid.data.encode import Progress, encode_pieces
from pellucid.data.sources.examples import Examples
from pellucid.model.blank import blank_rows
from pellucid.model.model import Model, Prediction


class Answered(NamedTuple):
    """A few examples with their answers.

    Attributes:
        rows: their numbers among all, from 0.
        encoded: (n, n_features), as the model's encoder made them.
        predictions: one each.
        blank: the numbers of those that tell the model nothing, whose answer is its answer to nothing.
    """

    rows: Int[np.ndarray, " n"]
    encoded: Shaped[np.ndarray, "n n_features"]
    predictions: list[Prediction]
    blank: Int[np.ndarray, " n_blank"]


def answer(
    model: Model,
    examples: Examples,
    *,
    on_error: str = "stop",
    skipped: list[tuple[str, str]],
    progress: Progress | None = None,
) -> Iterator[Answered]:
    """A model's answers to raw examples, in their order.

    Parameters:
        model: of the examples' kind.
        examples: read as the answers are asked for.
        on_error: "stop" at one that cannot be read, or "skip" it.
        skipped: the names of those that cannot be, and why, are added to it.
        progress: told after each few.

    Raises:
        FormatError, DataError, MissingFileError: one cannot be read, and on_error is "stop"; the message names it.
        InvalidValueError: they are nothing that the model takes, or its outputs are not finite.
    """
    features = model.features
    rows = np.arange(len(examples))
    for kept, encoded in encode_pieces(examples, features.encoder, rows, on_error, skipped, progress):
        blank = kept[blank_rows(features.encoder, encoded)]
        yield Answered(kept, encoded, model.answers_to(features.batch(encoded)), blank)
