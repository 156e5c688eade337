"""What one must know of a data set that has a name: what it holds, its licence, its files and who publishes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pellucid.data.features import Features
from pellucid.data.sources.reading import Reading
from pellucid.errors import InvalidValueError, look_up

SPLIT_SIGN = ":"
"""Between the name of a set and that of one of its splits: spoken-digits:unseen-george."""


@dataclass(frozen=True)
class PublishedFile:
    """A file as its publisher made it.

    Parameters:
        name: Without a folder.
        size: In bytes.
        sha256: Of its bytes, in hexadecimal.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class NamedSet:
    """A data set that has a name in Pellucid.

    Parameters:
        name: As one types it.
        title: As one reads it.
        n_samples: Examples in all its parts.
        classes: Their names, in the order of the outputs.
        licence: Under which its publisher gives it.
        page: Where its publisher tells of it.
        kind: Of its examples: that of the encoder which takes them.
        files: All that it is read from.
        folder: Its files' folder within that of all sets; empty: it has the set's name.
        addresses: Folders on the web that hold the very files, in the order to try them; none where there are no such.
        how_to: Where there is no address: which file to get where, and how to make of it the one that is read.
        is_bundled: Whether it comes with a library.
        features: How a raw example becomes an input vector, where nothing of that is learnt.
        reading: How it is read where one does not say otherwise: its label, its validation share, its encoder's
            choices.
        splits: What each of its ways to be split is for, by name, the usual one first; empty: there is one way only.
    """

    name: str
    title: str
    n_samples: int
    classes: tuple[str, ...]
    licence: str
    page: str
    kind: str
    files: tuple[PublishedFile, ...]
    folder: str = ""
    addresses: tuple[str, ...] = ()
    how_to: str = ""
    is_bundled: bool = False
    features: Features | None = None
    reading: Reading = field(default_factory=Reading)
    splits: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def place(self) -> str:
        """The name of its files' folder."""
        return self.folder or self.name

    @property
    def n_bytes(self) -> int:
        """Of all its files."""
        return sum(file.size for file in self.files)

    def split_named(self, name: str) -> str | None:
        """The name of one of its splits, checked; of the usual one where none is named; None: it has one way only.

        Raises:
            UnknownNameError: it has no such split; InvalidValueError: it has none to choose from.
        """
        if not self.splits:
            if name:
                raise InvalidValueError(f"data: {self.name} has one split only, got '{name}'; say {self.name}")
            return None
        if not name:
            return next(iter(self.splits))
        look_up(name, self.splits, f"data: split of {self.name}")
        return name
