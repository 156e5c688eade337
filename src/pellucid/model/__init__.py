"""A model: a network with all that it needs to answer raw inputs, and its file."""

from pellucid.model.answering import Answered, answer
from pellucid.model.committee import Committee
from pellucid.model.decision import predicted_classes, probabilities
from pellucid.model.evaluation import ClassFigures, Evaluation, evaluate
from pellucid.model.model import Model, Prediction, Provenance
from pellucid.model.storage import load, save

__all__ = [
    "Answered",
    "ClassFigures",
    "Committee",
    "Evaluation",
    "Model",
    "Prediction",
    "Provenance",
    "answer",
    "evaluate",
    "load",
    "predicted_classes",
    "probabilities",
    "save",
]
