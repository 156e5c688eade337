"""Texts to vectors of numbers: words, runs of words and of characters, and their weights."""

from pellucid.data.features.text.encoder import TextEncoder

__all__ = ["TextEncoder"]
