"""A finding: one fault with its evidence in numbers, its cure, and the picture that shows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pellucid.errors import InvalidValueError, look_up

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FAULTS = {
    "unscaled-inputs": "Inputs far from the size of 1, for which the usual starts and rates are made.",
    "rate-too-high": "Steps so long that they miss what they are to reach.",
    "rate-too-low": "Steps so short that the run ended on its way.",
    "saturated": "Sigmoid or tanh neurons on their flat ends, where f′ is so small that they hardly learn.",
    "dead": "Neurons of the ReLU family that are active for no training example, and so never learn again.",
    "vanishing-gradients": "Gradients that shrink from layer to layer on their way back.",
    "exploding-gradients": "Gradients that grow from layer to layer on their way back.",
    "underfitting": "Even the examples that were learnt from are answered badly.",
    "overfitting": "The training examples are answered far better than others.",
    "imbalance": "Small classes are missed.",
    "mislabelled": "Examples whose label is likely to be wrong.",
    "leak": "Examples that judge and are, all but equal, among those that were learnt from.",
}
"""Every fault that is looked for, with what it is; causes stand before what they lead to."""


@dataclass(frozen=True, eq=False)
class Finding:
    """One fault of a run or a model.

    Attributes:
        name: of the fault, one of `FAULTS`.
        evidence: what was measured, in a sentence or two with numbers.
        cure: what to do about it.
        numbers: the measurements as JSON can hold them.
        command: the cure as one types it; empty where the data have no name that a command would know.
        draw: draws the picture that shows it.

    Raises:
        UnknownNameError: the name is none of `FAULTS`.
    """

    name: str
    evidence: str
    cure: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    draw: "Callable[[], Figure] | None" = None

    def __post_init__(self) -> None:
        look_up(self.name, FAULTS, "fault")

    @property
    def fault(self) -> str:
        """What the fault is, in a sentence."""
        return FAULTS[self.name]

    def picture(self) -> "Figure":
        """The picture that shows it.

        Raises:
            InvalidValueError: there is none.
        """
        if self.draw is None:
            raise InvalidValueError(f"picture: the finding {self.name} has none here")
        return self.draw()

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON can hold it."""
        return {
            "name": self.name,
            "fault": self.fault,
            "evidence": self.evidence,
            "cure": self.cure,
            "command": self.command,
            "numbers": dict(self.numbers),
        }

    def __repr__(self) -> str:
        return f"<finding {self.name}: {self.evidence}>"
