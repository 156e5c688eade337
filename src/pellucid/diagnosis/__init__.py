"""What is wrong with a training run or a model, and why: each fault with its evidence in numbers and its cure."""

from pellucid.diagnosis.diagnose import Diagnosis, diagnose, examine
from pellucid.diagnosis.finding import FAULTS, Finding

__all__ = ["FAULTS", "Diagnosis", "Finding", "diagnose", "examine"]
