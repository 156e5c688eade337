"""Labelled examples in, vectors out."""

from typing import TYPE_CHECKING

from pellucid.exports import front_door

if TYPE_CHECKING:
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

__getattr__, __dir__ = front_door(
    __name__,
    {
        "pellucid.data.balance": ("imbalance",),
        "pellucid.data.catalog": ("CATALOG", "NamedSet", "PublishedFile", "find_named"),
        "pellucid.data.dataset": ("Dataset", "Part", "expected_outputs"),
        "pellucid.data.duplicates": ("count_repeated",),
        "pellucid.data.features": ("ENCODERS", "Encoder", "Features", "NumberEncoder", "PictureEncoder"),
        "pellucid.data.load": ("load_data", "load_test", "load_with", "open_data"),
        "pellucid.data.locate": ("fetch", "find", "is_intact"),
        "pellucid.data.sources.reading": ("Reading",),
        "pellucid.data.sources.unlabelled": ("load_unlabelled",),
        "pellucid.data.split": ("SPLIT_SEED", "split_rows"),
    },
)
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
