"""Texts to vectors: how often each term of a fixed vocabulary occurs, weighed by how rare the term is (TF-IDF)."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, TypeAlias, cast, get_args

import numpy as np
from jaxtyping import Float32, Shaped

from pellucid.data.features.encoder import Encoder
from pellucid.data.features.text.tokens import MAX_TERM_LENGTH, fold, runs_of_characters, runs_of_words, words_of
from pellucid.errors import DataError, FormatError, InvalidValueError, described, is_whole

Counts: TypeAlias = Literal["plain", "logarithmic"]
COUNTS: tuple[str, ...] = get_args(Counts)
MAX_TERMS = 20_000
MAX_RUN = 8
"""Words, or characters, of the longest term."""
MAX_CHARACTERS = 2**22
"""Of one text."""
MAX_ENTRY_BYTES = 900_000
"""Of the vocabulary in a model file's header, which may take 1 MiB in all."""


@dataclass(frozen=True, eq=False)
class TextEncoder(Encoder):
    """Raw examples that are texts.

    *Formula*, for term t in text d, with its number of occurrences n(t, d):

        tf(t, d) = n(t, d), or 1 + ln n(t, d) where counts are logarithmic; 0 where t does not occur
        idf(t) = ln((1 + N) / (1 + N(t))) + 1, of N training texts N(t) with the term
        value(t, d) = tf(t, d) · idf(t) / √(Σₛ (tf(s, d) · idf(s))²)

    The sum runs over the terms s of the same kind, words or characters: each kind has the length 1, or 0 in a text with
    none of its terms.

    *Source*: G. Salton and C. Buckley, "Term-weighting approaches in automatic text retrieval", Information Processing
    & Management 24 (1988), section 2; with the smoothed idf of scikit-learn's TfidfVectorizer (user guide, section
    "Tf-idf term weighting"), two of which side by side give the same numbers.

    Parameters:
        words: the terms that are words or runs of words; `tokens.words_of` says what a word is.
        characters: the terms that are runs of characters.
        idf: of each term, the words first.
        longest: words in a run, at most; 0 where no words are terms.
        lengths: least and greatest number of characters in a run; (0, 0) where none are terms.
        counts: "plain" or "logarithmic".
    """

    KIND: ClassVar[str] = "text"
    ENTRIES: ClassVar[frozenset[str]] = frozenset({"words", "characters", "longest", "lengths", "counts"})

    words: tuple[str, ...]
    characters: tuple[str, ...]
    idf: Float32[np.ndarray, " n_terms"]
    longest: int = 2
    lengths: tuple[int, int] = (0, 0)
    counts: Counts = "plain"

    def __post_init__(self) -> None:
        terms = (*self.words, *self.characters)
        is_set = len(set(self.words)) == len(self.words) and len(set(self.characters)) == len(self.characters)
        if not 1 <= len(terms) <= MAX_TERMS or not is_set or any(not 1 <= len(t) <= MAX_TERM_LENGTH for t in terms):
            raise InvalidValueError(
                f"features: 1 to {MAX_TERMS:,} different terms of 1 to {MAX_TERM_LENGTH} characters are required, "
                f"these {len(terms):,} are not so"
            )
        least, greatest = self.lengths
        is_run = (least, greatest) == (0, 0) or 1 <= least <= greatest <= MAX_RUN
        if not 0 <= self.longest <= MAX_RUN or not is_run or self.counts not in COUNTS:
            raise InvalidValueError(
                f"features: terms of up to {MAX_RUN} words, of 1 to {MAX_RUN} characters, and counts that are one of "
                f"{', '.join(COUNTS)} are required, got {self.longest}, {least} to {greatest} and {self.counts!r}"
            )
        if self.idf.shape != (len(terms),) or not (np.isfinite(self.idf).all() and (self.idf > 0).all()):
            raise InvalidValueError(f"features: idf must hold {len(terms)} finite numbers above 0")
        # The header holds these entries as JSON text within JSON text.
        n_bytes = len(json.dumps(json.dumps(self.to_dict(), ensure_ascii=False), ensure_ascii=False).encode())
        if n_bytes > MAX_ENTRY_BYTES:
            raise InvalidValueError(
                f"features: the vocabulary may take {MAX_ENTRY_BYTES:,} bytes in the model file, these {len(terms):,} "
                f"terms take {n_bytes:,}; choose a smaller one (encoding vocabulary={len(terms) // 2})"
            )

    @property
    def shape(self) -> tuple[int, ...]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """One number a term."""
        return (len(self.words) + len(self.characters),)

    @cached_property
    def _column_of_word(self) -> dict[str, int]:
        return {term: column for column, term in enumerate(self.words)}

    @cached_property
    def _column_of_characters(self) -> dict[str, int]:
        return {term: column for column, term in enumerate(self.characters)}

    def encode(self, examples: Iterable[str]) -> Float32[np.ndarray, " n_samples *shape"]:
        """The values of all terms in each text; those of a text without any are 0.

        Raises:
            DataError: a text is too long.
        """
        texts = list(examples)
        values = np.zeros((len(texts), *self.shape), np.float32)
        n_words = len(self.words)
        for row, text in enumerate(texts):
            if len(text) > MAX_CHARACTERS:
                raise DataError(f"a text of at most {MAX_CHARACTERS:,} characters is required, it has {len(text):,}")
            folded = fold(text)
            if self.words:
                terms = runs_of_words(words_of(folded), self.longest)
                self._weigh(terms, self._column_of_word, self.idf[:n_words], values[row, :n_words])
            if self.characters:
                terms = runs_of_characters(folded, *self.lengths)
                self._weigh(terms, self._column_of_characters, self.idf[n_words:], values[row, n_words:])
        return values

    def _weigh(self, terms: Iterable[str], column_of: Mapping[str, int], idf: np.ndarray, values: np.ndarray) -> None:
        """Writes the values of one text's terms of one kind."""
        occurrences = Counter(column_of[term] for term in terms if term in column_of)
        if not occurrences:
            return
        columns = np.fromiter(occurrences.keys(), np.int64)
        frequencies = np.fromiter(occurrences.values(), np.float64)
        if self.counts == "logarithmic":
            frequencies = 1 + np.log(frequencies)
        weighed = frequencies * idf[columns]
        values[columns] = weighed / math.sqrt(weighed @ weighed)

    def gathered(self, raw: Any) -> list[str]:
        """One text, or several, as a list.

        Raises:
            InvalidValueError: it is something else.
        """
        several = [raw] if isinstance(raw, str) else raw
        if isinstance(several, bytes | Mapping) or not isinstance(several, Iterable):
            raise InvalidValueError(f"texts: one text or a list of them is required, got {described(raw)}")
        texts = list(several)
        for text in texts:
            if not isinstance(text, str):
                raise InvalidValueError(f"texts: one text or a list of them is required, got {described(text)} in it")
        return texts

    def input_name(self, index: int) -> str:
        """The term: 'word "free"', 'words "call now"', 'characters "xxx"'."""
        if index >= len(self.words):
            return f'characters "{self.characters[index - len(self.words)]}"'
        term = self.words[index]
        return f'word{"s" if " " in term else ""} "{term}"'

    def input_value(self, index: int, encoded: Shaped[np.ndarray, " n_features"]) -> str:
        """How much the term weighs in the text: "TF-IDF 0.31"; or "absent"."""
        return f"TF-IDF {encoded[index]:.2g}" if encoded[index] else "absent"

    def describe(self) -> str:
        """In one sentence, what is counted and how it is weighed."""
        kinds: list[str] = []
        if self.words:
            runs = f" and runs of up to {self.longest} words" if self.longest > 1 else ""
            kinds.append(f"{len(self.words):,} words{runs}")
        if self.characters:
            least, greatest = self.lengths
            span = f"{least}" if least == greatest else f"{least} to {greatest}"
            kinds.append(f"{len(self.characters):,} runs of {span} characters within words")
        weight = "logarithms of their counts" if self.counts == "logarithmic" else "counts"
        return (
            f"the TF-IDF of {' and of '.join(kinds)}: their {weight} times how rare they are, scaled to length 1 for "
            "each text; capitals do not count, and prices, numbers and addresses go by their kind"
        )

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold of it, for the model file."""
        return {
            "words": list(self.words),
            "characters": list(self.characters),
            "longest": self.longest,
            "lengths": list(self.lengths),
            "counts": self.counts,
        }

    def tensors(self) -> dict[str, np.ndarray]:
        """The weights of the terms, for the model file."""
        return {"idf": self.idf}

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any], tensors: Mapping[str, np.ndarray]) -> "TextEncoder":
        """The encoder that `to_dict` and `tensors` stand for.

        Raises:
            FormatError: an entry or the tensor is not what it may be.
        """
        for name in ("words", "characters"):
            terms = entries[name]
            if type(terms) is not list or len(terms) > MAX_TERMS or any(type(term) is not str for term in terms):
                raise FormatError(f"features: {name} must be a list of at most {MAX_TERMS:,} texts")
        numbers = [entries["longest"], *entries["lengths"]] if type(entries["lengths"]) is list else []
        if len(numbers) != 3 or not all(is_whole(number, 0, MAX_RUN) for number in numbers):
            raise FormatError(f"features: longest and the two lengths must be whole numbers from 0 to {MAX_RUN}")
        if not isinstance(entries["counts"], str) or entries["counts"] not in COUNTS:
            raise FormatError(
                f"features: counts must be one of {', '.join(COUNTS)}, not {described(entries['counts'])}"
            )
        idf = tensors.get("idf")
        if idf is None or idf.dtype != np.float32 or idf.ndim != 1:
            raise FormatError("features: the tensor idf, one float32 a term, is required")
        return cls(
            tuple(entries["words"]),
            tuple(entries["characters"]),
            idf,
            longest=numbers[0],
            lengths=(numbers[1], numbers[2]),
            counts=cast(Counts, entries["counts"]),
        )
