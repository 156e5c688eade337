"""Reading and writing files: atomic, bounded, data only."""

from pellucid.files.atomic import create_folder, write_atomically
from pellucid.files.tensors import pack_tensors, unpack_tensors

__all__ = ["create_folder", "pack_tensors", "unpack_tensors", "write_atomically"]
