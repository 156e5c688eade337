"""Training: one compiled program for a block of steps, and the loop around it."""

from typing import TYPE_CHECKING

from pellucid.exports import front_door

if TYPE_CHECKING:
    from pellucid.training.distortions import Distortions
    from pellucid.training.events import Callback, Progress
    from pellucid.training.history import EpochRecord
    from pellucid.training.loop import train
    from pellucid.training.rate_test import RateTest, find_rate
    from pellucid.training.regularisation import Regularisation
    from pellucid.training.result import TrainingResult

__getattr__, __dir__ = front_door(
    __name__,
    {
        "pellucid.training.distortions": ("Distortions",),
        "pellucid.training.events": ("Callback", "Progress"),
        "pellucid.training.history": ("EpochRecord",),
        "pellucid.training.loop": ("train",),
        "pellucid.training.rate_test": ("RateTest", "find_rate"),
        "pellucid.training.regularisation": ("Regularisation",),
        "pellucid.training.result": ("TrainingResult",),
    },
)
__all__ = [
    "Callback",
    "Distortions",
    "EpochRecord",
    "Progress",
    "RateTest",
    "Regularisation",
    "TrainingResult",
    "find_rate",
    "train",
]
