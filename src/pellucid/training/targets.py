"""Numbers to predict, scaled while they are learnt: a network starts near 0, and learns well what is as large as 1."""

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from jaxtyping import Float, Float64

from pellucid.data import Dataset, Part
from pellucid.errors import FormatError, InvalidValueError
from pellucid.maths import LayerParameters, Network, Parameters


@dataclass(frozen=True, eq=False)
class TargetScaling:
    """What makes targets of mean 0 and standard deviation 1, and a network's answers numbers in the targets' own units.

    *Formula*: t′ = (t − μ) / σ; and since the output layer is the identity, a = σ a′ + μ is the output of the weights
    σ W′ and the biases σ b′ + μ.

    Parameters:
        mean: μ of each target.
        deviation: σ of each; 1 where it is always the same.
    """

    mean: Float64[np.ndarray, " n_outputs"]
    deviation: Float64[np.ndarray, " n_outputs"]

    @classmethod
    def learnt(cls, targets: Float[np.ndarray, "n_samples ..."], dtype: np.dtype) -> "TargetScaling":
        """The scaling that these targets, which are those to train on, call for.

        Parameters:
            targets: (n_samples,) or (n_samples, n_outputs).
            dtype: of the network's numbers.

        Raises:
            InvalidValueError: the mean or the deviation is not finite in such numbers.
        """
        rows = targets.reshape(len(targets), -1).astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            mean, deviation = rows.mean(axis=0), rows.std(axis=0)
            is_finite = np.isfinite((np.abs(mean) + deviation).astype(dtype)).all()
        if not is_finite:
            raise InvalidValueError(
                f"labels: targets whose mean and standard deviation are finite in {dtype} are required, the largest is "
                f"{np.abs(rows).max():.3g}; give them in a larger unit"
            )
        return cls(mean, np.where(deviation > 0, deviation, 1.0))

    def to_dict(self) -> dict[str, list[float]]:
        """Mean and deviation as JSON can hold them."""
        return {"mean": self.mean.tolist(), "deviation": self.deviation.tolist()}

    @classmethod
    def from_dict(cls, entry: Any, n_outputs: int) -> "TargetScaling":
        """The scaling that an entry, which may be anything, stands for.

        Raises:
            FormatError: it is no such entry.
        """
        numbers: list[np.ndarray] = []
        for name in ("mean", "deviation"):
            given = cast(dict[str, Any], entry).get(name) if isinstance(entry, dict) else None
            values = cast(list[Any], given) if isinstance(given, list) else []
            if len(values) != n_outputs or any(type(value) not in (int, float) for value in values):
                raise FormatError(f"target_scaling: a list of {n_outputs} numbers is required as {name}")
            try:
                numbers.append(np.array([float(value) for value in values]))
            except OverflowError as error:
                raise FormatError(f"target_scaling: {name}: a number is beyond float64") from error
        if set(cast(dict[str, Any], entry)) != {"mean", "deviation"} or not (numbers[1] > 0).all():
            raise FormatError("target_scaling: mean and deviation are required, the deviation above 0")
        return cls(*numbers)

    def of(self, targets: Float[np.ndarray, "*n_samples n_outputs"]) -> Float64[np.ndarray, "*n_samples n_outputs"]:
        """The targets, scaled."""
        return (targets - self.mean) / self.deviation

    def scaled(self, data: Dataset) -> Dataset:
        """The data with scaled targets to train and to validate on."""
        train = self._scaled(data.train)
        return replace(data, train=train, validation=self._scaled(data.validation) if data.validation else None)

    def _scaled(self, part: Part) -> Part:
        rows = self.of(part.labels.reshape(part.n_samples, -1))
        return replace(part, labels=rows.reshape(part.labels.shape))

    def folded(self, parameters: Parameters) -> Parameters:
        """The parameters that answer in the targets' own units what the given ones answer in scaled units."""
        *hidden, last = parameters
        weights = self.deviation[:, None] * last.weights.astype(np.float64)
        biases = self.deviation * last.biases.astype(np.float64) + self.mean
        return (*hidden, LayerParameters(weights.astype(last.weights.dtype), biases.astype(last.biases.dtype)))


def scaling_for(network: Network, data: Dataset) -> TargetScaling:
    """The scaling for training this network on these data.

    Raises:
        InvalidValueError: the labels are classes, or the output layer is not the identity, into which alone the scaling
            can be folded.
    """
    if data.task != "regression":
        raise InvalidValueError("scale_targets: numbers to predict are required, the labels are classes; leave it out")
    if network.output.name != "identity":
        raise InvalidValueError(
            f"scale_targets: the output activation identity is required, got {network.output.name}; choose that, or "
            "leave it out"
        )
    return TargetScaling.learnt(data.train.labels, network.dtype)
