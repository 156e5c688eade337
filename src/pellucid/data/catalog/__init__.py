"""The data sets that Pellucid knows by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from pellucid.data.catalog.entry import SPLIT_SIGN, NamedSet, PublishedFile
from pellucid.data.catalog.others import ADULT, PENGUINS, SENTIMENT, SMS_SPAM, SPOKEN_DIGITS
from pellucid.data.catalog.pictures import (
    CATS,
    CIFAR_CATS,
    DIGITS,
    FACES,
    FASHION_MNIST,
    IDX_FILES,
    MNIST,
    TEN_DIGITS,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
)

CATALOG: Mapping[str, NamedSet] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            DIGITS,
            MNIST,
            FASHION_MNIST,
            SPOKEN_DIGITS,
            CATS,
            CIFAR_CATS,
            FACES,
            SMS_SPAM,
            SENTIMENT,
            ADULT,
            PENGUINS,
        )
    }
)


class Named(NamedTuple):
    """A data set by its name, and which of its splits; None: it has one only."""

    entry: NamedSet
    split: str | None


def find_named(name: str) -> Named | None:
    """The set of that name, with the split after the colon or its usual one; None: no set has that name.

    Raises:
        UnknownNameError, InvalidValueError: the set has no such split.

    >>> find_named("spoken-digits:unseen-theo").split
    'unseen-theo'
    """
    title, _, split = name.partition(SPLIT_SIGN)
    if title not in CATALOG:
        return None
    return Named(CATALOG[title], CATALOG[title].split_named(split))


__all__ = [
    "CATALOG",
    "IDX_FILES",
    "SPLIT_SIGN",
    "TEN_DIGITS",
    "TEST_IMAGES",
    "TEST_LABELS",
    "TRAIN_IMAGES",
    "TRAIN_LABELS",
    "Named",
    "NamedSet",
    "PublishedFile",
    "find_named",
]
