"""From raw examples to a data set: labels read, parts drawn, the encoder learnt on the training part, all encoded."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Shaped

from pellucid.data.dataset import Dataset, Part
from pellucid.data.encode import Progress
from pellucid.data.features import Features, NumberEncoder
from pellucid.data.features.number_scaling import ByteEncoder
from pellucid.data.labels import Labels, read_labels, require_two_classes
from pellucid.data.placement import encode_parts, to_measure
from pellucid.data.sources.examples import PARTS, Examples
from pellucid.data.sources.reading import TEST_SHARE, VALIDATION_SHARE, Reading
from pellucid.data.sources.report import ReadReport
from pellucid.data.split import SPLIT_SEED, Rows, split_rows
from pellucid.errors import DataError, InvalidValueError, counted

STANDARD_READING = Reading()
SHOWN_CLASSES = 3


def prepare(
    examples: Examples,
    name: str,
    reading: Reading = STANDARD_READING,
    *,
    features: Features | None = None,
    classes: tuple[str, ...] | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """The data set that labelled examples make.

    Parameters:
        examples: labelled.
        name: of the set.
        reading: the person's choices.
        features: of a model that is to judge them; without them they are learnt from the training part.
        classes: likewise. The examples may then be few, and all of one class.
        progress: told the examples that are encoded, of all.

    Raises:
        DataError: the labels cannot be learnt from; there are too few examples; FormatError: one cannot be read.
        InvalidValueError: the model's features take other examples.
        WriteError: they do not fit into memory, and there is no room for them in the user's cache.
    """
    is_judged = features is not None
    if features is not None:
        features = fitting(examples, name, features)
        examples.prepare_for(features.encoder)
    labels, alike, rows = divide(examples, name, reading, classes, is_judged=is_judged)
    encoder = features.encoder if features else examples.learn_encoder(rows.train, reading)
    encoded, told_place = encode_parts(examples, encoder, rows, alike, reading, progress)
    kept = Rows(*(part.rows for part in encoded))
    if not len(kept.train):
        raise DataError(f"{name}: at least one example that can be read is required to train, there is none")
    if not is_judged:
        require_two_classes(labels, kept.train, f"among the examples to train on that can be read, in {name}")
    features = features or Features.learnt(encoder, to_measure(encoded[0].values))
    n_outputs = n_outputs_for(labels)
    train, validation, test = (
        Part(part.values, labels.values[part.rows], features, n_outputs) if len(part.rows) else None for part in encoded
    )
    assert train is not None  # noqa: S101 - checked above
    read = ReadReport(
        told=examples.told,
        n_examples=sum(map(len, kept)),
        n_duplicates=len(alike) - len(np.unique(alike)),
        skipped=(*examples.skipped, *(entry for part in encoded for entry in part.skipped)),
        misfits=tuple(examples.misfits),
        notes=(
            labels.told,
            f"Examples become {encoder.describe()}.",
            *examples.notes,
            *told_place,
            *tell_repeated(alike, rows),
            *(() if is_judged else tell_rare_classes(labels, kept)),
        ),
    )
    return Dataset(
        name=name,
        train=train,
        validation=validation,
        test=test,
        classes=labels.classes,
        features=features,
        split=tell_split(kept, examples.parts),
        report=read,
        reading=({} if examples.label is None else {"label": examples.label}) | reading.to_dict(),
    )


def fitting(examples: Examples, name: str, features: Features) -> Features:
    """A model's features as they take such examples: numbers that are bytes stay bytes, as they did in training.

    Raises:
        InvalidValueError: they take others.
    """
    encoder = features.encoder
    fits = encoder.KIND == examples.KIND
    told = examples.told
    if fits and isinstance(encoder, NumberEncoder) and len(examples):
        first = np.asarray(examples.contents(np.arange(1)))
        shape = first.shape[1:]
        fits, told = shape == encoder.shape, f"{told}, {' × '.join(map(str, shape))} numbers each"
        if first.dtype == np.uint8:
            features = replace(features, encoder=ByteEncoder(encoder.shape))
    if not fits:
        raise InvalidValueError(f"data: this model takes {encoder.describe()}; {name} is {told}")
    return features


class Divided(NamedTuple):
    """Labelled examples before they are encoded.

    Attributes:
        labels: of all of them.
        alike: equal for examples of equal content.
        rows: the parts.
    """

    labels: Labels
    alike: Shaped[np.ndarray, " n_samples"]
    rows: Rows


def divide(
    examples: Examples,
    name: str,
    reading: Reading = STANDARD_READING,
    classes: tuple[str, ...] | None = None,
    *,
    is_judged: bool = False,
) -> Divided:
    """The labels of the examples, and their parts.

    Parameters:
        examples, name, reading, classes: as for `prepare`.
        is_judged: whether a model judges them, and nothing is to be learnt.

    Raises:
        DataError: as `prepare`.
    """
    if examples.labels is None:
        raise DataError(f"{name}: labels are required, these examples have none")
    if not len(examples):
        raise DataError(f"{name}: at least one example is required, there is none")
    labels = read_labels(examples.labels, classes or examples.classes, reading.task, examples.name)
    if not is_judged:
        require_two_classes(labels, np.arange(len(examples)), f"in {name}")
    alike = examples.fingerprints()
    rows = draw_parts(labels, examples.parts, alike, reading, is_lenient=is_judged)
    if not is_judged:
        require_two_classes(labels, rows.train, f"to train on in {name}")
    return Divided(labels, alike, rows)


def n_outputs_for(labels: Labels) -> int:
    """Neurons of the output layer: one a class, or one a target."""
    if labels.classes is not None:
        return len(labels.classes)
    return 1 if labels.values.ndim == 1 else labels.values.shape[1]


def draw_parts(
    labels: Labels, parts: np.ndarray | None, alike: np.ndarray, reading: Reading, *, is_lenient: bool = False
) -> Rows:
    """The rows of the three parts: the publisher's own where there are, the others drawn with the fixed seed.

    Parameters:
        labels: of all examples.
        parts: those that the publisher has made; "" where one is to be drawn; None: all are.
        alike: equal for examples of equal content, which stay on one side where parts are drawn.
        reading: the shares.
        is_lenient: whether a part that cannot be drawn, for want of examples, may stay empty.

    Raises:
        DataError: there are too few examples for the parts that are wanted.
        InvalidValueError: a share was chosen for a part that the data have already.
    """
    given = {part: np.flatnonzero(parts == part) if parts is not None else np.empty(0, np.int64) for part in PARTS}
    free = np.arange(len(labels.values)) if parts is None else np.flatnonzero(parts == "")
    for part, share in (("validation", reading.validation), ("test", reading.test)):
        if len(given[part]) and isinstance(share, float | int) and not is_lenient:
            raise InvalidValueError(
                f"{part}: these data have such a part of their own, got the share {share}; leave it out"
            )
    validation = VALIDATION_SHARE if reading.validation is None else reading.validation
    test = reading.test if isinstance(reading.test, float | int) else TEST_SHARE
    validation = 0.0 if len(given["validation"]) else validation
    test = 0.0 if len(given["test"]) else float(test)
    if not len(free):
        validation = test = 0.0
    groups = labels.values if labels.classes is not None else np.zeros(len(labels.values), np.int64)
    drawn = split_rows(groups[free], validation=validation, test=test, alike=alike[free])
    is_short = (validation > 0 and not len(drawn.validation)) or (test > 0 and not len(drawn.test))
    if is_short and not is_lenient:
        # Examples of equal content are drawn as one, which counts for the class of the first of them.
        firsts = np.unique(alike[free], return_index=True)[1]
        largest = int(np.unique(groups[free][firsts], return_counts=True)[1].max())
        n_parts = 1 + (validation > 0) + (test > 0)
        raise DataError(
            f"labels: to draw the parts, at least one class (or all targets together) must have {n_parts} different "
            f"examples, one for each part, the largest has {largest:,}; give more examples, or --validation 0 and "
            "--test 0 to train on all of them, or --task regression if they are numbers to predict"
        )
    return Rows(*(np.sort(np.concatenate([given[part], free[more]])) for part, more in zip(PARTS, drawn, strict=True)))


def tell_split(kept: Rows, parts: np.ndarray | None) -> str:
    """One sentence on how the parts came about."""
    numbers = dict(zip(PARTS, map(len, kept), strict=True))
    sizes = f"{numbers['train']:,} to train, {numbers['validation']:,} to validate, {numbers['test']:,} to test"
    own = [part for part in PARTS[1:] if parts is not None and (parts == part).any()]
    n_drawn = sum(numbers[part] for part in PARTS[1:] if part not in own)
    how = [f"drawn with the fixed seed {SPLIT_SEED}"] if n_drawn else []
    how += [f"{' and '.join(own)} as the data have it"] if own else []
    return f"Of {counted(sum(numbers.values()), 'example')} {', '.join([sizes, '; '.join(how)]) if how else sizes}."


def tell_repeated(alike: np.ndarray, rows: Rows) -> Iterator[str]:
    """A sentence on examples that judge and are also in train, which only parts that are the data's own can have."""
    learnt = alike[rows.train]
    for part in ("validation", "test"):
        n_repeated = int(np.isin(alike[getattr(rows, part)], learnt).sum())
        if n_repeated:
            are = "is" if n_repeated == 1 else "are"
            yield (
                f"{counted(n_repeated, 'example')} of the data's own {part} part {are} also in train: what was learnt "
                "by heart helps to give the right answer."
            )


def tell_rare_classes(labels: Labels, kept: Rows) -> Iterator[str]:
    """Sentences on classes that nothing is learnt of, and on those that nothing can judge."""
    if labels.classes is None:
        return
    n_classes = len(labels.classes)
    n_of_part = [np.bincount(labels.values[part], minlength=n_classes) for part in kept]
    unknown = [labels.classes[k] for k in np.flatnonzero((n_of_part[0] == 0) & (sum(n_of_part) > 0))]
    lonely = [labels.classes[k] for k in np.flatnonzero((n_of_part[0] == 1) & (sum(n_of_part) == 1))]
    if unknown:
        yield f"No example to train on of {_listed(unknown)}: the network cannot learn to name them."
    if lonely:
        yield f"Only one example each of {_listed(lonely)}: it trains, and nothing judges it."


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:SHOWN_CLASSES]) + (" …" if len(names) > SHOWN_CLASSES else "")
    return f"{counted(len(names), 'class', 'classes')} ({shown})"
