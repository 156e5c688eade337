"""The encoder for a person's texts: the terms that most of the training texts have, and how rare each is."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from pellucid.data.features.choices import one_of, read_choices, whole_number
from pellucid.data.features.text.encoder import COUNTS, MAX_RUN, MAX_TERMS, TextEncoder
from pellucid.data.features.text.tokens import MAX_TERM_LENGTH, fold, runs_of_characters, runs_of_words, words_of
from pellucid.errors import DataError, InvalidValueError

STANDARD_VOCABULARY = 4096
LEAST_TEXTS = 2
"""Training texts that a term is in, unless one says otherwise: from a single one nothing can be learnt of it."""
MAX_COUNTED = 2_000_000
"""Different terms that are counted at once: some 200 MB."""


def read_lengths(text: str) -> tuple[int, int]:
    """Least and greatest number of characters in a run, from "2-4", "3" or "0" (none)."""
    numbers = text.split("-")
    if text == "0":
        return 0, 0
    if len(numbers) <= 2 and all(number.isascii() and number.isdigit() and len(number) == 1 for number in numbers):
        least, greatest = int(numbers[0]), int(numbers[-1])
        if 1 <= least <= greatest <= MAX_RUN:
            return least, greatest
    raise ValueError(f"0 for none, or a range such as 2-4 from 1 to {MAX_RUN}, is required, got {text[:60]!r}")


CHOICES: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "words": whole_number(0, MAX_RUN),
        "characters": read_lengths,
        "vocabulary": whole_number(1, MAX_TERMS),
        "least_texts": whole_number(1, 10**9),
        "counts": one_of(*COUNTS),
    }
)
"""What one may choose, and how its text is read."""


def learn_text_encoder(texts: Iterable[str], encoding: Mapping[str, str]) -> TextEncoder:
    """The encoder for texts like these.

    Its vocabulary are the terms that occur in most of the texts, at equal numbers in alphabetical order; the labels
    have no say. Words and characters, where both are asked for, have half of it each, or more where the other has
    fewer.

    Parameters:
        texts: the training part's, run through once.
        encoding: texts by the names of `CHOICES`: `words`, in the longest run (standard 2, 0 for none); `characters`,
            in a run (standard 0 for none; "2-4"); `vocabulary`, terms in all (standard 4096); `least_texts` that a term
            is in (standard 2); `counts`, "plain" (standard) or "logarithmic".

    Raises:
        InvalidValueError: a choice is unknown or outside its range, or leaves neither words nor characters.
        DataError: no term is in enough of the texts.
    """
    chosen = read_choices(encoding, CHOICES)
    longest, lengths = chosen.get("words", 2), chosen.get("characters", (0, 0))
    if not longest and lengths == (0, 0):
        raise InvalidValueError("encoding: words or characters is required, both are 0")
    least_texts = chosen.get("least_texts", LEAST_TEXTS)
    n_texts = 0
    in_texts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for text in texts:
        n_texts += 1
        folded = fold(text)
        if longest:
            in_texts[0].update(set(runs_of_words(words_of(folded), longest)))
        if lengths != (0, 0):
            in_texts[1].update(set(runs_of_characters(folded, *lengths)))
        for counter in in_texts:
            _forget_rare(counter)
    vocabulary = chosen.get("vocabulary", STANDARD_VOCABULARY)
    ranked = [_ranked(counter, least_texts) for counter in in_texts]
    n_words = min(len(ranked[0]), max(vocabulary - len(ranked[1]), (vocabulary + 1) // 2))
    words, characters = ranked[0][:n_words], ranked[1][: vocabulary - n_words]
    if not words and not characters:
        raise DataError(
            f"texts: terms that are in at least {least_texts:,} of the training texts are required, none is in these "
            f"{n_texts:,}; give more texts, or say --encoding least_texts=1"
        )
    n_with = [in_texts[0][term] for term in words] + [in_texts[1][term] for term in characters]
    idf = np.log((1 + n_texts) / (1 + np.array(n_with, np.float64))) + 1
    return TextEncoder(
        tuple(words),
        tuple(characters),
        idf.astype(np.float32),
        longest=longest,
        lengths=lengths,
        counts=chosen.get("counts", "plain"),
    )


def _ranked(in_texts: Counter[str], least_texts: int) -> list[str]:
    """The terms in enough texts, those in most of them first."""
    enough = [(-n, term) for term, n in in_texts.items() if n >= least_texts and len(term) <= MAX_TERM_LENGTH]
    return [term for _, term in sorted(enough)]


def _forget_rare(in_texts: Counter[str]) -> None:
    """Where too many terms are counted for the memory, drops the rarest, until half as many are left at most.

    One that is dropped and comes again is counted from 1: of the terms that many texts have, none is lost.
    """
    least = 1
    while len(in_texts) > MAX_COUNTED or (least > 1 and len(in_texts) > MAX_COUNTED // 2):
        for term in [term for term, n in in_texts.items() if n <= least]:
            del in_texts[term]
        least += 1
