"""Labelled examples in, vectors out."""

from pellucid.data.balance import imbalance
from pellucid.data.catalog import CATALOG, NamedSet, PublishedFile
from pellucid.data.dataset import Dataset, Part, expected_outputs
from pellucid.data.duplicates import count_repeated
from pellucid.data.features import NORMALISATIONS, Features, Normalisation
from pellucid.data.load import load_data, load_test
from pellucid.data.locate import fetch, find, is_intact
from pellucid.data.split import SPLIT_SEED, split_rows

__all__ = [
    "CATALOG",
    "NORMALISATIONS",
    "SPLIT_SEED",
    "Dataset",
    "Features",
    "NamedSet",
    "Normalisation",
    "Part",
    "PublishedFile",
    "count_repeated",
    "expected_outputs",
    "fetch",
    "find",
    "imbalance",
    "is_intact",
    "load_data",
    "load_test",
    "split_rows",
]
