"""Labelled examples: one part of them, and a whole data set split into train, validation and test."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Float64, Shaped

from pellucid.arrays import Array, Outputs, namespace
from pellucid.data.checks import checked_inputs, checked_labels
from pellucid.data.features import Features, NumberEncoder
from pellucid.data.sources.report import ReadReport
from pellucid.data.split import SPLIT_SEED, digests_of, split_rows
from pellucid.errors import DataError, InvalidValueError
from pellucid.files.mapping import release

HASHED_BYTES = 2**26
"""Of an array at a time: of one that lies in a file no more than 64 MiB are in memory at once."""


def expected_outputs(labels: Shaped[Array, "n_samples ..."], n_outputs: int) -> Outputs:
    """E, the outputs that a perfect network would give, in the labels' own array library.

    Parameters:
        labels: Integers (n_samples,), the number of each example's class from 0; or floating-point targets,
            (n_samples,) or (n_samples, n_outputs).
        n_outputs: Neurons of the output layer. With one, the two classes 0 and 1 are that neuron's values.

    Returns:
        (n_samples, n_outputs): float32 with a single 1 a row for classes, the targets themselves otherwise.

    Raises:
        InvalidValueError: The labels' shape does not fit the outputs.
    """
    xp = namespace(labels)
    if xp.isdtype(labels.dtype, "real floating"):
        targets = labels[:, None] if labels.ndim == 1 else labels
        if targets.shape[1:] != (n_outputs,):
            raise InvalidValueError(
                f"labels: targets for {n_outputs} outputs are required, shape {tuple(labels.shape)} arrived"
            )
        return targets
    if labels.ndim != 1:
        raise InvalidValueError(f"labels: one class number a row is required, shape {tuple(labels.shape)} arrived")
    ones = labels[:, None] if n_outputs == 1 else labels[:, None] == xp.arange(n_outputs)
    return xp.astype(ones, xp.float32)


@dataclass(frozen=True, eq=False)
class Part:
    """Labelled examples that serve one purpose: training, validation or test.

    Parameters:
        raw: (n_samples, n_features), uint8 or floating point, C-contiguous; scaled only when it is used, so that
            MNIST stays a byte a pixel.
        labels: Classes (n_samples,) int64; or floating-point targets, (n_samples,) or (n_samples, n_outputs).
        features: How a raw example becomes an input vector.
        n_outputs: Neurons of the output layer; 1 may stand for the two classes 0 and 1.
        weights: How often the cost of each example counts while it trains, (n_samples,), from 0; None: once each.
    """

    raw: np.ndarray
    labels: np.ndarray
    features: Features
    n_outputs: int
    weights: np.ndarray | None = None

    def __post_init__(self) -> None:
        n_features = self.features.n_features
        if self.raw.ndim != 2 or self.raw.shape[1] != n_features or len(self.raw) == 0:
            raise InvalidValueError(f"raw: shape (n_samples, {n_features}) is required, {self.raw.shape} arrived")
        if self.raw.dtype != np.uint8 and not np.isdtype(self.raw.dtype, "real floating"):
            raise InvalidValueError(f"raw: uint8 or floating point is required, {self.raw.dtype} arrived")
        if len(self.labels) != len(self.raw):
            raise InvalidValueError(f"labels: {len(self.raw)} are required, {len(self.labels)} arrived")
        self._check_labels()
        if self.weights is not None:
            object.__setattr__(self, "weights", checked_weights(self.weights, len(self.raw)))
        # Neither copies what is so already; a transposed array would be written to files wrongly.
        object.__setattr__(self, "raw", np.ascontiguousarray(self.raw))
        object.__setattr__(self, "labels", np.ascontiguousarray(self.labels))

    def _check_labels(self) -> None:
        if np.isdtype(self.labels.dtype, "real floating"):
            expected_outputs(self.labels, self.n_outputs)
            return
        n_classes = max(2, self.n_outputs)
        if self.labels.dtype != np.int64 or self.labels.ndim != 1:
            raise InvalidValueError(
                f"labels: int64 (n_samples,) or floating point is required, {self.labels.dtype} of shape "
                f"{self.labels.shape} arrived"
            )
        if self.labels.min() < 0 or self.labels.max() >= n_classes:
            raise InvalidValueError(
                f"labels: 0 to {n_classes - 1} are required with n_outputs={self.n_outputs}, "
                f"{self.labels.min()} to {self.labels.max()} arrived"
            )

    @property
    def n_samples(self) -> int:
        """How many examples there are."""
        return len(self.raw)

    @property
    def inputs(self) -> Float[np.ndarray, "n_samples n_features"]:
        """The input vectors, one a row, scaled anew at each call."""
        return np.asarray(self.features.batch(self.raw))

    @property
    def expected(self) -> Float[np.ndarray, "n_samples n_outputs"]:
        """E, the expected outputs, one row an example."""
        return np.asarray(expected_outputs(self.labels, self.n_outputs))

    @property
    def class_counts(self) -> tuple[int, ...]:
        """Examples of each class; empty where the labels are targets."""
        if np.isdtype(self.labels.dtype, "real floating"):
            return ()
        return tuple(np.bincount(self.labels, minlength=max(2, self.n_outputs)).tolist())


def checked_weights(weights: Any, n_samples: int) -> Float64[np.ndarray, " n_samples"]:
    """How often examples count, as float64.

    Raises:
        InvalidValueError: there is not one for each, one is negative or not finite, or all are 0.
    """
    checked = np.ascontiguousarray(weights, np.float64)
    if checked.shape != (n_samples,):
        raise InvalidValueError(f"weights: one for each of {n_samples:,} examples is required, got {checked.shape}")
    if not (np.isfinite(checked) & (checked >= 0)).all() or not checked.any():
        raise InvalidValueError("weights: finite numbers of at least 0, not all of them 0, are required")
    return checked


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Labelled examples in their parts, with what one must know to learn from them.

    Parameters:
        name: Of the set.
        train: What is learnt from.
        validation: What choices are made on (epoch, hyper-parameters).
        test: What judges, once.
        classes: Their names, in the order of the outputs; None in regression.
        features: How a raw example becomes an input vector.
        split: One sentence telling how the parts were made.
        report: What was read from a person's own files; None where nothing had to be found out.
        reading: How it was read, as `Reading.to_dict` has it: the same choices read more such files.
    """

    name: str
    train: Part
    validation: Part | None
    test: Part | None
    classes: tuple[str, ...] | None
    features: Features
    split: str
    report: ReadReport | None = None
    reading: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __repr__(self) -> str:
        parts = ", ".join(f"{part.n_samples:,} {name}" for name, part in self.parts.items())
        return f"<data set {self.name}: {parts}; {self.task}>"

    @property
    def feature_shape(self) -> tuple[int, ...]:
        """The shape of one raw example."""
        return self.features.shape

    @property
    def task(self) -> Literal["classification", "regression"]:
        """Whether there are classes to tell apart or numbers to predict."""
        return "regression" if self.classes is None else "classification"

    @property
    def parts(self) -> dict[str, Part]:
        """The parts that there are, by name, train first."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: part for name, part in named.items() if part is not None}

    @cached_property
    def checksum(self) -> str:
        """SHA-256, in hexadecimal, over the dtypes, shapes and bytes of all parts, each under its name."""
        digest = hashlib.sha256()
        for name, part in self.parts.items():
            for array in (part.raw, part.labels, *(() if part.weights is None else (part.weights,))):
                digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
                rows = max(1, HASHED_BYTES // max(1, array[:1].nbytes))
                for first in range(0, len(array), rows):
                    digest.update(array[first : first + rows].data)
                    release(array)
        return digest.hexdigest()

    @classmethod
    def from_arrays(
        cls,
        inputs: Any,
        labels: Any,
        *,
        classes: Sequence[str] | None = None,
        validation: float = 0.15,
        test: float = 0.2,
        scale: float = 1.0,
        name: str = "arrays",
    ) -> "Dataset":
        """A data set from a person's own arrays, split at random with a fixed seed, class by class.

        Parameters:
            inputs: (n_samples, …), numbers; the axes after the first are the shape of one raw example.
            labels: (n_samples,) integers, strings or booleans for classes; (n_samples,) or (n_samples, n_outputs)
                floating-point numbers for targets.
            classes: Names of the classes in the order of the outputs; integer labels then count them from 0. Without
                it the distinct labels, in ascending order, are the classes.
            validation: Share of the examples that choices are made on.
            test: Share of the examples that judges.
            scale: Raw value × scale = network input.
            name: Of the set.

        Raises:
            DataError: The arrays cannot be learnt from as they stand; the message says why, and in which row.
        """
        raw = checked_inputs(inputs)
        checked, names = checked_labels(labels, classes)
        if len(raw) != len(checked):
            raise DataError(f"labels: one for each of the {len(raw)} examples is required, {len(checked)} arrived")
        features = Features(NumberEncoder(raw.shape[1:]), scale)
        return cls.drawn(raw, checked, names, features, validation=validation, test=test, name=name)

    @classmethod
    def drawn(
        cls,
        raw: Shaped[np.ndarray, " n_samples *shape"],
        labels: Shaped[np.ndarray, "n_samples ..."],
        classes: tuple[str, ...] | None,
        features: Features,
        *,
        validation: float,
        test: float,
        name: str,
    ) -> "Dataset":
        """A data set whose parts are drawn with the fixed seed, from arrays that are in order already.

        Equal examples stay in one part: what was learnt by heart must not judge the learning.

        Raises:
            DataError: There are too few examples for the parts that are wanted.
        """
        groups = np.zeros(len(labels), np.int64) if classes is None else labels
        alike = digests_of(raw) if validation or test else np.arange(len(raw))
        rows = split_rows(groups, validation=validation, test=test, alike=alike)
        if (validation > 0 and not len(rows.validation)) or (test > 0 and not len(rows.test)):
            largest = max(len(np.unique(alike[groups == group])) for group in np.unique(groups))
            raise DataError(
                "labels: to draw the parts, at least one class (or all targets together) must have 3 different "
                f"examples, the largest has {largest}; give more examples, or validation=0 and test=0 to train on all "
                "of them, or floating-point labels if they are numbers to predict"
            )
        flat = raw.reshape(len(raw), features.n_features)
        n_outputs = len(classes) if classes is not None else (1 if labels.ndim == 1 else labels.shape[1])

        def part(chosen: np.ndarray) -> Part | None:
            return Part(flat[chosen], labels[chosen], features, n_outputs) if len(chosen) else None

        train = part(rows.train)
        assert train is not None, "every group keeps an example in train"  # noqa: S101
        sizes = f"{len(rows.train):,} to train, {len(rows.validation):,} to validate, {len(rows.test):,} to test"
        how = "class by class" if classes is not None else "at random"
        return cls(
            name=name,
            train=train,
            validation=part(rows.validation),
            test=part(rows.test),
            classes=classes,
            features=features,
            split=f"Of {len(raw):,} examples {sizes}, drawn {how} with the fixed seed {SPLIT_SEED}.",
        )
