"""Leaks of the label: one column, word, pixel or property of the files that alone tells the class.

Such a thing is rarely what one wants to learn: a column that was filled in after the fact, a note of whoever labelled
the examples, photographs of one class that all have the same size.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Shaped

from pellucid.data.dataset import Dataset, Part
from pellucid.data.sources.examples import Examples
from pellucid.data.split import Rows
from pellucid.errors import FormatError, MissingFileError

SUSPECT = 0.99
"""The share of right answers, or of the variance that is explained, from which on a rule of one property is suspect."""
FAR_LOWER = 5
"""Always naming the largest class must make this many times the rule's mistakes, and more than a hundredth beside."""
CHANCE = 1e-3
"""As rarely may a property that says nothing be suspected, all properties together."""
MAX_BINS = 256
MAX_JUDGED = 20_000
"""Examples of each side that are looked at, evenly spread."""


class Property(NamedTuple):
    """One thing that is known of every example.

    Attributes:
        name: as one says it: column 'age', word "free", the file's size.
        train: (n_train,) numbers, of which those that are not finite are missing; or strings.
        judged: (n_judged,) likewise.
    """

    name: str
    train: np.ndarray
    judged: np.ndarray


class Leak(NamedTuple):
    """A property that alone tells the label.

    Attributes:
        name: of the property.
        score: of the rule fitted on the training part, on the others: the share of right answers; in regression R².
        baseline: that of always naming the largest class; in regression 0.
        is_share: whether these are shares of right answers, not R².
    """

    name: str
    score: float
    baseline: float
    is_share: bool


class Sides(NamedTuple):
    """The labels of the examples on which rules are fitted, and of those that judge the rules.

    Attributes:
        train: class numbers or targets (n_train,).
        judged: likewise (n_judged,).
        n_classes: 0 in regression.
    """

    train: np.ndarray
    judged: np.ndarray
    n_classes: int


def find_leaks(properties: Iterable[Property], sides: Sides, n_properties: int) -> list[Leak]:
    """The properties that alone tell the label, the surest first.

    Parameters:
        properties: those that are judged, one after the other.
        sides: the labels.
        n_properties: how many there are: the more, the likelier that one fits by chance.
    """
    baseline = _baseline(sides)
    n_judged = len(sides.judged)
    # So many right answers in a row come about by chance as often as this, wherever one property is looked at.
    by_chance = baseline**n_judged if sides.n_classes else 0.5**n_judged
    if by_chance * max(n_properties, 1) > CHANCE:
        return []
    found = [Leak(entry.name, _score(entry, sides), baseline, sides.n_classes > 0) for entry in properties]
    suspect = [
        leak
        for leak in found
        if leak.score >= SUSPECT and 1 - leak.baseline > max(FAR_LOWER * (1 - leak.score), 1 - SUSPECT)
    ]
    return sorted(suspect, key=lambda leak: -leak.score)


def _baseline(sides: Sides) -> float:
    if not sides.n_classes:
        return 0.0
    largest = int(np.bincount(sides.train, minlength=sides.n_classes).argmax())
    return float((sides.judged == largest).mean())


def _score(entry: Property, sides: Sides) -> float:
    """How good the best rule is that knows this property alone: an answer for each value, or each range of values."""
    bins, n_bins = _binned(entry)
    of_train, of_judged = bins[: len(entry.train)], bins[len(entry.train) :]
    if sides.n_classes:
        counts = np.bincount(of_train * sides.n_classes + sides.train, minlength=n_bins * sides.n_classes)
        counts = counts.reshape(n_bins, sides.n_classes)
        answers = np.where(counts.any(axis=1), counts.argmax(axis=1), counts.sum(axis=0).argmax())
        return float((answers[of_judged] == sides.judged).mean())
    n_of_bin = np.bincount(of_train, minlength=n_bins)
    sums = np.bincount(of_train, sides.train, minlength=n_bins)
    means = np.where(n_of_bin > 0, sums / np.maximum(n_of_bin, 1), sides.train.mean())
    spread = float(((sides.judged - sides.judged.mean()) ** 2).sum())
    return 1 - float(((sides.judged - means[of_judged]) ** 2).sum()) / spread if spread > 0 else 0.0


def _binned(entry: Property) -> tuple[np.ndarray, int]:
    """The number of each value's bin, first of the training part's, then of the others; and how many bins there are."""
    values = np.concatenate([entry.train, entry.judged])
    if values.dtype.kind not in "biuf":
        known, bins = np.unique(values.astype(str), return_inverse=True)
        return bins.reshape(-1), len(known)
    numbers = values.astype(np.float64)
    is_missing = ~np.isfinite(numbers)
    learnt = numbers[: len(entry.train)][~is_missing[: len(entry.train)]]
    distinct = np.unique(learnt)
    if len(distinct) > MAX_BINS:
        distinct = np.unique(np.quantile(learnt, np.linspace(0, 1, MAX_BINS), method="nearest"))
    # Halfway between two values that occur; where there are too many, each bin holds about as many examples.
    edges = (distinct[1:] + distinct[:-1]) / 2
    bins = np.searchsorted(edges, np.where(is_missing, 0.0, numbers), side="right")
    n_bins = len(edges) + 1
    return np.where(is_missing, n_bins, bins), n_bins + 1


def spread(rows: Shaped[np.ndarray, " n_rows"]) -> Shaped[np.ndarray, " n_spread"]:
    """At most 20,000 of the rows, evenly spread."""
    return rows if len(rows) <= MAX_JUDGED else rows[np.linspace(0, len(rows) - 1, MAX_JUDGED).astype(np.int64)]


def input_leaks(data: Dataset) -> list[Leak]:
    """The inputs of a network that alone tell the label; none where no part judges."""
    judging = [part for name, part in data.parts.items() if name != "train"]
    if not judging or data.train.labels.ndim > 1:
        return []
    train_rows = spread(np.arange(data.train.n_samples))
    judged = [(part, spread(np.arange(part.n_samples))) for part in judging]
    sides = Sides(
        data.train.labels[train_rows],
        np.concatenate([part.labels[rows] for part, rows in judged]),
        0 if data.classes is None else len(data.classes),
    )
    n_inputs = data.features.n_features

    def properties() -> Iterator[Property]:
        for first in range(0, n_inputs, MAX_BINS):  # some columns at a time: the rows lie on the disk one by one
            some = slice(first, min(first + MAX_BINS, n_inputs))
            train = _columns(data.train, train_rows, some)
            others = np.concatenate([_columns(part, rows, some) for part, rows in judged])
            for column in range(train.shape[1]):
                name = data.features.encoder.input_name(first + column)
                yield Property(name, train[:, column], others[:, column])

    return find_leaks(properties(), sides, n_inputs)


def _columns(part: Part, rows: np.ndarray, columns: slice) -> np.ndarray:
    return np.asfortranarray(part.raw[:, columns][rows])


def raw_leaks(examples: Examples, labels: np.ndarray, rows: Rows, n_classes: int) -> list[Leak]:
    """The columns of a table, or the properties of files, that alone tell the label; none where no part judges.

    Parameters:
        examples: raw.
        labels: class numbers or targets of all of them.
        rows: the parts.
        n_classes: 0 in regression.
    """
    train, judged = spread(rows.train), spread(np.concatenate([rows.validation, rows.test]))
    if not len(judged) or labels.ndim > 1:
        return []
    properties = list(_PROPERTIES.get(examples.KIND, _no_properties)(examples, train, judged))
    return find_leaks(properties, Sides(labels[train], labels[judged], n_classes), len(properties))


def _no_properties(examples: Examples, train: np.ndarray, judged: np.ndarray) -> Iterator[Property]:
    yield from ()


def _column_properties(examples: Any, train: np.ndarray, judged: np.ndarray) -> Iterator[Property]:
    """What stands in the columns that are learnt from."""
    tables = [examples.contents(rows).select(list(examples.learnt)) for rows in (train, judged)]
    for name in examples.learnt:
        first, second = (_values(table.column(name)) for table in tables)
        yield Property(f"column '{name}'", first, second)


def _values(cells: Any) -> np.ndarray:
    """A column as numbers, missing ones as NaN, or as strings."""
    kind = str(cells.type)
    if kind in ("int64", "double", "bool"):
        return cells.cast("double").to_numpy(zero_copy_only=False)
    return np.array([str(cell) for cell in cells.to_pylist()])


def _text_properties(examples: Examples, train: np.ndarray, judged: np.ndarray) -> Iterator[Property]:
    """The texts' lengths; their words are inputs of the network."""
    first, second = (np.array([len(text) for text in examples.contents(rows)], float) for rows in (train, judged))
    yield Property("the text's length in characters", first, second)


def _picture_properties(examples: Examples, train: np.ndarray, judged: np.ndarray) -> Iterator[Property]:
    """Of picture files their size in bytes, and width and height; of pictures in arrays nothing."""
    from pellucid.data.features.pictures.files import glimpse

    def look(content: bytes) -> tuple[float, ...]:
        seen = glimpse(content)
        return float(seen.width), float(seen.height)

    yield from _file_properties(examples, train, judged, look, ("the picture's width", "the picture's height"))


def _sound_properties(examples: Examples, train: np.ndarray, judged: np.ndarray) -> Iterator[Property]:
    """Of sound files their size in bytes, length and rate."""
    from pellucid.data.features.sound.files import glimpse

    def look(content: bytes) -> tuple[float, ...]:
        seen = glimpse(content)
        return seen.seconds, float(seen.rate)

    yield from _file_properties(examples, train, judged, look, ("the sound's length", "the sound's sampling rate"))


def _file_properties(
    examples: Examples,
    train: np.ndarray,
    judged: np.ndarray,
    look: Callable[[bytes], tuple[float, ...]],
    names: tuple[str, ...],
) -> Iterator[Property]:
    """The size of files in bytes, and what a look at their headers says; of examples that are no files nothing."""
    unknown = (np.nan,) * (1 + len(names))

    def seen(row: int) -> tuple[float, ...]:
        try:
            content = next(iter(examples.contents(np.array([row]))))
            return (float(len(content)), *look(content)) if isinstance(content, bytes) else unknown
        except (FormatError, MissingFileError):
            return unknown

    first, second = (np.array([seen(row) for row in rows.tolist()]) for rows in (train, judged))
    for column, name in enumerate(("the file's size in bytes", *names)):
        yield Property(name, first[:, column], second[:, column])


_PROPERTIES: Mapping[str, Callable[[Any, np.ndarray, np.ndarray], Iterator[Property]]] = MappingProxyType(
    {
        "table": _column_properties,
        "text": _text_properties,
        "pictures": _picture_properties,
        "sounds": _sound_properties,
    }
)
