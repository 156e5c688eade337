"""How a raw example becomes the vector that a network takes in."""

from pellucid.data.features.features import NORMALISATIONS, Features, Normalisation

__all__ = ["NORMALISATIONS", "Features", "Normalisation"]
