"""Judging a network on labelled examples it was not trained on."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pellucid.data import Features, Part, expected_outputs
from pellucid.errors import InvalidValueError, require_kind
from pellucid.files.mapping import release
from pellucid.maths import Cost, Network, example_costs, find_cost, require_fit
from pellucid.model.decision import predicted_classes
from pellucid.model.model import Model, mean_of, require_finite_outputs

ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class ClassFigures:
    """How one class fares.

    Attributes:
        label: the class.
        n_samples: examples that are of it.
        recall: share of those that were called so (None where there are none).
        precision: share of those called so that are of it (None where nothing was called so).
    """

    label: str
    n_samples: int
    recall: float | None
    precision: float | None


@dataclass(frozen=True)
class Evaluation:
    """How a network does on a part.

    Attributes:
        n_samples: examples judged.
        cost: their mean cost.
        accuracy: share of right answers; None in regression.
        baseline_accuracy: the accuracy of always naming the part's largest class; None in regression.
        confusion: (n_classes, n_classes) counts, rows what is true, columns what was said; None in regression.
        per_class: each class's figures; empty in regression.
        r2: 1 − residual over total sum of squares; rmse: root mean square error; mae: mean absolute error: of all
            outputs; None in classification.
    """

    n_samples: int
    cost: float
    accuracy: float | None = None
    baseline_accuracy: float | None = None
    confusion: np.ndarray | None = None
    per_class: tuple[ClassFigures, ...] = ()
    r2: float | None = None
    rmse: float | None = None
    mae: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON can hold them, under the names of the contract."""
        if self.confusion is None:
            return {"r2": self.r2, "rmse": self.rmse, "mae": self.mae, "cost": self.cost, "n_samples": self.n_samples}
        return {
            "accuracy": self.accuracy,
            "cost": self.cost,
            "n_samples": self.n_samples,
            "baseline_accuracy": self.baseline_accuracy,
            "confusion": self.confusion.tolist(),
            "per_class": [
                {"class": figures.label, **{k: v for k, v in asdict(figures).items() if k != "label"}}
                for figures in self.per_class
            ],
        }


def outputs_of(network: Network, features: Features, part: Part) -> tuple[np.ndarray, np.ndarray]:
    """The output layer's pre-activations and activations for every example, (n_samples, n_outputs) each.

    Parameters:
        network: what answers.
        features: make its input vectors of the part's raw examples; a model's own, where there is a model.
        part: the examples.

    Raises:
        InvalidValueError: an output is not finite.
    """
    last: list[tuple[np.ndarray, np.ndarray]] = []
    with np.errstate(all="ignore"):  # what leaves the finite numbers is told below
        for first in range(0, part.n_samples, ROWS_AT_ONCE):
            trace = network.forward(features.batch(part.raw[first : first + ROWS_AT_ONCE]))
            last.append((trace.pre_activations[-1], trace.activations[-1]))
            release(part.raw)
    z, outputs = (np.concatenate(arrays) for arrays in zip(*last, strict=True))
    require_finite_outputs(outputs)
    return z, outputs


def confusion_counts(labels: np.ndarray, said: np.ndarray, n_classes: int) -> np.ndarray:
    """How often which class was taken for which: (n_classes, n_classes), rows what is true, columns what was said."""
    counts = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(counts, (labels, said), 1)
    return counts


def evaluate(network: Network | Model, part: Part | Sequence[Part], *, cost: str | Cost | None = None) -> Evaluation:
    """How the network does on a part of a data set, or on several of them as if they were one.

    Parameters:
        network: a network, or a model, which also knows its cost, its classes and its features: the part's raw
            examples become vectors as those that it was trained on. Of a committee the mean of the outputs is judged.
        part: such as `data.test`; or several of one data set, which are judged where they lie.
        cost: what `.cost` is the mean of. Of a model: its own; of a network: cross-entropy after softmax, else
            squared-error.

    Raises:
        InvalidValueError: the part does not fit the network, the cost does not fit its output layer, or the outputs
            or the cost are not finite.
    """
    parts = [part] if isinstance(part, Part) else part
    require_kind(parts, Sequence, "part: a part of a data set, such as data.test,")
    for each in parts or [None]:
        require_kind(each, Part, "part: a part of a data set, such as data.test,")
    classes, features = None, parts[0].features
    if isinstance(network, Model):
        classes, features, cost = network.classes, network.features, cost or network.cost
    networks = network.networks if isinstance(network, Model) else (network,)
    network = networks[0]
    function = find_cost(cost or ("cross-entropy" if network.output.name == "softmax" else "squared-error"))
    require_fit(function, network.output)
    for each in parts:
        require_same_shape(network, each)
        if each.features.shape not in (features.shape, (features.n_features,)):
            raise InvalidValueError(
                f"part: examples of the model's shape {features.shape}, or flat, are required, got "
                f"{each.features.shape}"
            )
    found = [[outputs_of(one, features, each) for one in networks] for each in parts]
    outputs = np.concatenate([mean_of([outputs for _, outputs in of_part]) for of_part in found])
    labels = np.concatenate([each.labels for each in parts])
    expected = np.asarray(expected_outputs(labels, network.sizes[-1]), dtype=outputs.dtype)
    with np.errstate(all="ignore"):
        if len(networks) == 1:
            z = np.concatenate([of_part[0][0] for of_part in found])
            costs = example_costs(function, z, outputs, expected)
        else:  # a mean of outputs has no pre-activations
            costs = function.terms(outputs, expected).sum(axis=-1)
        mean_cost = float(costs.mean(dtype=np.float64))
    _require_finite(mean_cost)
    if np.isdtype(labels.dtype, "real floating"):
        return _regression_figures(outputs, expected, mean_cost)
    said = predicted_classes(outputs)
    n_classes = max(2, network.sizes[-1])
    confusion = confusion_counts(labels, said, n_classes)
    names = classes or tuple(map(str, range(n_classes)))
    return Evaluation(
        n_samples=len(labels),
        cost=mean_cost,
        accuracy=float(np.mean(said == labels)),
        baseline_accuracy=float(confusion.sum(axis=1).max() / len(labels)),
        confusion=confusion,
        per_class=tuple(
            ClassFigures(
                label=label,
                n_samples=int(confusion[k].sum()),
                recall=_share(confusion[k, k], confusion[k].sum()),
                precision=_share(confusion[k, k], confusion[:, k].sum()),
            )
            for k, label in enumerate(names)
        ),
    )


def _share(count: np.int64, total: np.int64) -> float | None:
    return float(count / total) if total else None


def _regression_figures(outputs: np.ndarray, expected: np.ndarray, cost: float) -> Evaluation:
    targets = expected.astype(np.float64)
    is_constant = bool((targets == targets[0]).all())
    with np.errstate(all="ignore"):
        residual = outputs - targets
        total = float(((targets - targets.mean(axis=0)) ** 2).sum())
        squares = float((residual**2).sum())
    _require_finite(total + squares)
    return Evaluation(
        n_samples=len(expected),
        cost=cost,
        r2=None if is_constant else 1.0 - squares / total,
        rmse=math.sqrt(squares / residual.size),
        mae=float(np.abs(residual).mean()),
    )


def _require_finite(figure: float) -> None:
    if not math.isfinite(figure):
        raise InvalidValueError(
            f"cost: the network's outputs lie too far from what is expected for a finite cost, got {figure}; the "
            "inputs, the targets or the network's weights are too large"
        )


def require_same_shape(network: Network, part: Part) -> None:
    """Checks that a network's first and last layers have the sizes that labelled examples need.

    Raises:
        InvalidValueError: they have others; the message says which.
    """
    if network.sizes[0] != part.features.n_features:
        raise InvalidValueError(
            f"sizes: the data have {part.features.n_features} features, so the input layer must have as many neurons, "
            f"got {network.sizes[0]}"
        )
    n_outputs = network.sizes[-1]
    fits_two_classes = n_outputs == 1 and len(part.class_counts) == 2
    if n_outputs != part.n_outputs and not fits_two_classes:
        raise InvalidValueError(
            f"sizes: the data need {part.n_outputs} output neurons, got {n_outputs} in the network's output layer"
        )
