"""Reading and writing files: atomic, bounded, data only."""

from pellucid.files.atomic import write_atomically, writing_atomically
from pellucid.files.bounded import read_bounded, readable
from pellucid.files.tensors import as_json, pack_tensors, read_tensors, unpack_tensors

__all__ = [
    "as_json",
    "pack_tensors",
    "read_bounded",
    "read_tensors",
    "readable",
    "unpack_tensors",
    "write_atomically",
    "writing_atomically",
]
