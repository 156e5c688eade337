"""Training: one compiled program for a block of steps, and the loop around it."""

from pellucid.training.distortions import Distortions
from pellucid.training.events import Callback, Progress
from pellucid.training.history import EpochRecord
from pellucid.training.loop import train
from pellucid.training.rate_test import RateTest, find_rate
from pellucid.training.regularisation import Regularisation
from pellucid.training.result import TrainingResult

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
