"""Labelled examples in, vectors out."""

from pellucid.data.balance import imbalance
from pellucid.data.catalog import CATALOG, NamedSet, PublishedFile, find_named
from pellucid.data.dataset import Dataset, Part, expected_outputs
from pellucid.data.duplicates import count_repeated
from pellucid.data.features import ENCODERS, Encoder, Features, NumberEncoder, PictureEncoder
from pellucid.data.load import load_data, load_test, load_with, open_data
from pellucid.data.locate import fetch, find, is_intact
from pellucid.data.sources.reading import Reading
from pellucid.data.sources.unlabelled import load_unlabelled
from pellucid.data.split import SPLIT_SEED, split_rows

__all__ = [
    "CATALOG",
    "ENCODERS",
    "SPLIT_SEED",
    "Dataset",
    "Encoder",
    "Features",
    "NamedSet",
    "NumberEncoder",
    "Part",
    "PictureEncoder",
    "PublishedFile",
    "Reading",
    "count_repeated",
    "expected_outputs",
    "fetch",
    "find",
    "find_named",
    "imbalance",
    "is_intact",
    "load_data",
    "load_test",
    "load_unlabelled",
    "load_with",
    "open_data",
    "split_rows",
]
