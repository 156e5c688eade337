"""What the file of a committee holds: what its members have in common once, and each one's layers."""

from typing import Any, cast

import numpy as np

from pellucid.data.features.features import PREFIX
from pellucid.errors import FormatError
from pellucid.files import readable
from pellucid.model.committee import MAX_MEMBERS, Committee
from pellucid.model.document import FORMAT_VERSION, build, check_entries, describe

COMMON = ("format_version", "cost", "classes", "features")
OWN = ("sizes", "activations", "provenance")
KEYS = {*COMMON, "members"}


def describe_committee(committee: Committee) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The tensors and the document that stand for the committee, not yet checked.

    Raises:
        InvalidValueError: JSON cannot hold a provenance.
    """
    tensors: dict[str, np.ndarray] = {}
    members: list[dict[str, Any]] = []
    document: dict[str, Any] = {}
    for number, member in enumerate(committee.members, start=1):
        own_tensors, document = describe(member)
        for name, tensor in own_tensors.items():
            tensors[name if name.startswith(PREFIX) else f"member{number}.{name}"] = tensor
        members.append({name: document[name] for name in OWN})
    return tensors, {name: document[name] for name in COMMON} | {"format_version": FORMAT_VERSION, "members": members}


def build_committee(tensors: dict[str, np.ndarray], document: dict[str, Any]) -> Committee:
    """The committee that tensors and document stand for.

    Raises:
        FormatError: an entry is missing, unknown, or not what it may be; the message says of which member.
        PellucidError, TypeError, ValueError: the entries do not fit each other.
    """
    check_entries(document, KEYS)
    given = document["members"]
    if not isinstance(given, list) or not 2 <= len(cast(list[Any], given)) <= MAX_MEMBERS:
        raise FormatError(f"members: a list of 2 to {MAX_MEMBERS} is required")
    entries = cast(list[Any], given)
    common = {name: document[name] for name in COMMON}
    left = {name: tensor for name, tensor in tensors.items() if not name.startswith(PREFIX)}
    of_features = {name: tensor for name, tensor in tensors.items() if name.startswith(PREFIX)}
    members: list[Any] = []
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or set(cast(dict[str, Any], entry)) != set(OWN):
            raise FormatError(f"member {number}: an object with the entries {', '.join(OWN)} is required")
        prefix = f"member{number}."
        own = {name.removeprefix(prefix): left.pop(name) for name in list(left) if name.startswith(prefix)}
        try:
            members.append(build(own | of_features, common | entry))
        except (FormatError, TypeError, ValueError) as error:
            raise FormatError(f"member {number}: {readable(error)}") from error
    if left:
        odd = ", ".join(sorted(left)[:4])
        raise FormatError(f"tensors: those of members 1 to {len(entries)} are required; unknown: {odd}")
    return Committee(members)
