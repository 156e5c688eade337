"""Training: one compiled program for a block of steps, and the loop around it."""

from pellucid.training.history import EpochRecord, Progress, TrainingResult
from pellucid.training.loop import train

__all__ = ["EpochRecord", "Progress", "TrainingResult", "train"]
