"""safetensors bytes with one JSON document beside the tensors: packed, and unpacked within bounds.

Nothing in such a file is code: a header of names, types, shapes and offsets, then numbers.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import FormatError, InvalidValueError, MissingFileError
from pellucid.files.bounded import read_bounded, readable

MAX_HEADER_BYTES = 2**20
MAX_TENSORS = 4096
MAX_FILE_BYTES = 2**33
DOCUMENT_KEY = "pellucid"


def read_tensors(path: Path, missing: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The tensors of a file and the document beside them.

    Parameters:
        path: of the file.
        missing: what to say where there is none: what it should be, and what makes one.

    Raises:
        MissingFileError: there is no such file, or it may not be read.
        FormatError: it is truncated, foreign or too large.
    """
    try:
        content = read_bounded(path, MAX_FILE_BYTES)
    except FileNotFoundError as error:
        raise MissingFileError(f"{path}: {missing}") from error
    except OSError as error:
        raise MissingFileError(f"{path}: could not be read ({error.strerror or error})") from error
    return unpack_tensors(content, str(path))


def pack_tensors(tensors: Mapping[str, np.ndarray], document: Mapping[str, Any]) -> bytes:
    """The bytes of a safetensors file: the same tensors and document always give the same bytes.

    Raises:
        InvalidValueError: `unpack_tensors` would refuse them: too many tensors or bytes, or a document that JSON
            cannot hold.
    """
    from safetensors.numpy import save

    text = as_json(document, "document")
    n_bytes = sum(tensor.nbytes for tensor in tensors.values())
    if len(tensors) > MAX_TENSORS or n_bytes > MAX_FILE_BYTES - MAX_HEADER_BYTES - 8:
        raise InvalidValueError(
            f"tensors: a file holds at most {MAX_TENSORS:,}, of {MAX_FILE_BYTES:,} bytes with the header, got "
            f"{len(tensors):,} of {n_bytes:,}"
        )

    # The writer takes an array's memory as it lies: one that is transposed would be written scrambled, without a word.
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    content = save(contiguous, metadata={DOCUMENT_KEY: text})
    length = int.from_bytes(content[:8], "little")
    if length > MAX_HEADER_BYTES:
        raise InvalidValueError(
            f"document: with the tensors' names it may take {MAX_HEADER_BYTES:,} bytes as JSON, got {length:,}; make "
            "its texts shorter"
        )
    return content


def as_json(value: Mapping[str, Any], name: str) -> str:
    """The object as JSON text, keys in order, on which reading and writing agree.

    Parameters:
        value: texts, finite numbers, true, false, none, lists and objects.
        name: what to call it in messages.

    Raises:
        InvalidValueError: it holds something else, such as NaN, or is nested too deeply.
    """
    try:
        text = json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False)
        text.encode()  # half a surrogate pair is no text
        parse_json(text, name)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError(
            f"{name}: only texts, finite numbers, true, false, null, lists and objects are required: {readable(error)}"
        ) from error
    return text


def unpack_tensors(content: bytes, name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The tensors and the document of a safetensors file's bytes.

    Parameters:
        content: the whole file.
        name: what to call it in messages.

    Raises:
        FormatError: it is truncated or no safetensors file, its header is over 1 MiB, it has over 4,096 tensors or
            tensors that are no plain numbers, or it holds no document of Pellucid's.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    header = _read_header(content, name)
    text = header.get("__metadata__", {})
    text = text.get(DOCUMENT_KEY) if isinstance(text, dict) else None
    if not isinstance(text, str):
        raise FormatError(
            f"{name}: a safetensors file, but not one of Pellucid's (its metadata has no '{DOCUMENT_KEY}')"
        )
    if len(header.keys() - {"__metadata__"}) > MAX_TENSORS:
        raise FormatError(f"{name}: at most {MAX_TENSORS} tensors are read, got {len(header) - 1}")
    try:
        tensors = load(content)
    except (SafetensorError, KeyError, ValueError, OverflowError) as error:
        raise FormatError(f"{name}: truncated or damaged ({readable(error)}); get the file anew") from error
    return tensors, parse_json(text, name)


def _read_header(content: bytes, name: str) -> dict[str, Any]:
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or content[8:9] != b"{":
        raise FormatError(f"{name}: no model file (a safetensors file is required)")
    if length > MAX_HEADER_BYTES:
        raise FormatError(f"{name}: the header may take {MAX_HEADER_BYTES:,} bytes, this one claims {length:,}")
    if 8 + length > len(content):
        raise FormatError(f"{name}: truncated: the header claims {length:,} bytes, the file has {len(content):,}")
    return parse_json(content[8 : 8 + length], name)


def parse_json(text: str | bytes, name: str) -> dict[str, Any]:
    """The JSON object: finite numbers only, no key twice.

    Raises:
        FormatError: it is something else; `name` says in the message what.
    """

    def refuse(constant: str) -> float:
        raise ValueError(f"{constant} is no number")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)

    def finite(number: str) -> float:
        value = float(number)
        if not math.isfinite(value):
            raise ValueError(f"{number} is too large")
        return value

    try:
        document = json.loads(text, parse_constant=refuse, parse_float=finite, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{name}: its JSON is damaged ({readable(error)})") from error
    if not isinstance(document, dict):
        raise FormatError(f"{name}: its JSON must be an object, got {type(document).__name__}")
    return document
