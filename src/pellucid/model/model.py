"""A trained network with what it needs to answer raw inputs: features, classes, and where it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from pellucid.data import Features
from pellucid.errors import InvalidValueError
from pellucid.maths import Network
from pellucid.model.decision import predicted_classes, probabilities

Provenance: TypeAlias = Mapping[str, Any]
"""How a model came about, as JSON can hold it: data set and checksum, split, seed, versions, results. No times."""


@dataclass(frozen=True)
class Prediction:
    """The answer to one raw input.

    Attributes:
        label: the class named, or None in regression.
        probabilities: how sure the network is of each class, in the classes' order; empty in regression.
        outputs: what the output neurons hold, shape (n_outputs,).
    """

    label: str | None
    probabilities: dict[str, float]
    outputs: np.ndarray


def mean_of(outputs: Sequence[np.ndarray]) -> np.ndarray:
    """The outputs of one network as they are, the mean of several networks' in their own type."""
    if len(outputs) == 1:
        return outputs[0]
    return np.mean(np.stack(outputs), axis=0, dtype=np.float64).astype(outputs[0].dtype)


def require_finite_outputs(outputs: np.ndarray) -> None:
    """Checks that a network has answers, outputs (n_samples, n_outputs) being its answers.

    Raises:
        InvalidValueError: NaN or infinity is among them; the message says for which example.
    """
    is_finite = np.isfinite(outputs).all(axis=-1)
    if not is_finite.all():
        raise InvalidValueError(
            f"outputs: the network's outputs are not finite for {np.count_nonzero(~is_finite):,} of "
            f"{len(outputs):,} examples, first for number {np.argmin(is_finite)} (counted from 0); that input or the "
            "network's weights are too large, or hold NaN"
        )


@dataclass(frozen=True, eq=False)
class Model:
    """A network that answers raw inputs.

    Parameters:
        network: its weights, biases and activations.
        cost: the name of the cost that it was trained with.
        classes: the classes' names, in the order of the output neurons; None in regression.
        features: how a raw input becomes an input vector.
        provenance: how it came about.
    """

    network: Network
    cost: str
    classes: tuple[str, ...] | None
    features: Features
    provenance: Provenance = field(default_factory=dict)

    @property
    def networks(self) -> tuple[Network, ...]:
        """Those that answer: one, or of a committee several, whose mean is the answer."""
        return (self.network,)

    def predict(self, raw: Any) -> list[Prediction]:
        """The answers to raw inputs, as they were before scaling.

        Parameters:
            raw: one example or several: numbers stacked along the first axis, each in the features' shape or flat; or
                what the features' encoder takes, such as a picture's file, a text, a row of a table.

        Raises:
            InvalidValueError: another shape, or outputs that are not finite.
        """
        return self.answers_to(self.features.vectors(self.features.encoded(raw)))

    def answers_to(self, vectors: np.ndarray) -> list[Prediction]:
        """The answers to input vectors: one, (n_features,), or several in rows.

        Raises:
            InvalidValueError: the outputs are not finite.
        """
        with np.errstate(all="ignore"):  # what leaves the finite numbers is told below
            outputs = np.atleast_2d(mean_of([network(vectors) for network in self.networks]))
        require_finite_outputs(outputs)
        if self.classes is None:
            return [Prediction(None, {}, row) for row in outputs]
        said = predicted_classes(outputs)
        shares = probabilities(outputs, self.networks[0].output)
        return [
            Prediction(self.classes[k], {name: float(p) for name, p in zip(self.classes, row, strict=True)}, output)
            for k, row, output in zip(said, shares, outputs, strict=True)
        ]
