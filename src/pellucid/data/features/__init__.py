"""How a raw example becomes the vector that a network takes in."""

from collections.abc import Mapping
from types import MappingProxyType

from pellucid.data.features.encoder import Axes, Encoder, Scaling
from pellucid.data.features.features import Features
from pellucid.data.features.numbers import NumberEncoder
from pellucid.data.features.pictures.encoder import PictureEncoder
from pellucid.data.features.sound import SoundEncoder
from pellucid.data.features.table import TableEncoder
from pellucid.data.features.text import TextEncoder

ENCODERS: Mapping[str, type[Encoder]] = MappingProxyType(
    {kind.KIND: kind for kind in (NumberEncoder, PictureEncoder, SoundEncoder, TableEncoder, TextEncoder)}
)
"""Every kind of encoder, by the name that the model file has for it: a closed list."""

__all__ = [
    "ENCODERS",
    "Axes",
    "Encoder",
    "Features",
    "NumberEncoder",
    "PictureEncoder",
    "Scaling",
    "SoundEncoder",
    "TableEncoder",
    "TextEncoder",
]
