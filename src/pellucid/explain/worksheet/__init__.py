"""Pencil-and-paper exercises with worked answers."""

from pellucid.explain.worksheet.numbers import DIFFICULTIES
from pellucid.explain.worksheet.sheet import SHEET_ACTIVATIONS, Worksheet, worksheet
from pellucid.explain.worksheet.topics import TOPICS

__all__ = ["DIFFICULTIES", "SHEET_ACTIVATIONS", "TOPICS", "Worksheet", "worksheet"]
