"""A committee (ensemble): several models that answer as one, with the mean of their outputs."""

from collections.abc import Sequence
from typing import Any

from pellucid.errors import InvalidValueError, is_whole, require_kind
from pellucid.maths import Network
from pellucid.model.model import Model

MAX_MEMBERS = 64
SOURCE = "Hansen & Salamon 1990; Breiman 1996, with the mean of the outputs"


class Committee(Model):
    """Several models of the same features, classes and cost, which answer with the mean of their outputs.

    *Formula*: a = (a₁ + … + a_K) / K, a_k being what the output neurons of member k hold.

    It is predicted with, evaluated and saved as any model. It has no one `network`: what is asked of a network's own
    numbers is asked of one of its `members`.

    Parameters:
        members: 2 to 64.

    Raises:
        InvalidValueError: they are too few or too many, or do not answer the same question in the same way.
    """

    members: tuple[Model, ...]

    def __init__(self, members: Sequence[Model]) -> None:
        if not is_whole(len(members), 2, MAX_MEMBERS):
            raise InvalidValueError(f"members: 2 to {MAX_MEMBERS} models are required, got {len(members)}")
        for member in members:
            require_kind(member, Model, "members: a Model each")
            if isinstance(member, Committee):
                raise InvalidValueError("members: single networks are required, got a committee; give its members")
        first = members[0]
        for number, member in enumerate(members[1:], start=2):
            require_alike(first, member, number)
        data = [member.provenance.get("data") for member in members]
        is_of_same_data = data[0] is not None and all(each == data[0] for each in data)
        object.__setattr__(self, "members", tuple(members))
        object.__setattr__(self, "cost", first.cost)
        object.__setattr__(self, "classes", first.classes)
        object.__setattr__(self, "features", first.features)
        object.__setattr__(self, "provenance", {"data": data[0]} if is_of_same_data else {})

    @property
    def network(self) -> Network:  # pyright: ignore[reportIncompatibleVariableOverride]
        """There is none.

        Raises:
            InvalidValueError: whenever it is asked for.
        """
        raise InvalidValueError(
            f"member: one network is required here, and this model is a committee of {len(self.members)}; say which, "
            f"from 1 to {len(self.members)}"
        )

    @property
    def networks(self) -> tuple[Network, ...]:
        """The members' networks."""
        return tuple(member.network for member in self.members)

    def __repr__(self) -> str:
        return f"<committee of {len(self.members)}: {', '.join(map(repr, self.networks[:2]))}, …>"


def require_alike(first: Model, member: Model, number: int) -> None:
    """Checks that a model can be a member beside the first one.

    Raises:
        InvalidValueError: it differs in what it takes or in what it answers; the message says in which.
    """
    one, other = first.network, member.network
    pairs: dict[str, tuple[Any, Any]] = {
        "classes": (first.classes, member.classes),
        "features": (first.features, member.features),
        "cost": (first.cost, member.cost),
        "output activation": (one.output.name, other.output.name),
        "number of outputs": (one.sizes[-1], other.sizes[-1]),
        "type of numbers": (str(one.dtype), str(other.dtype)),
    }
    differing = [name for name, (mine, theirs) in pairs.items() if mine != theirs]
    if differing:
        raise InvalidValueError(
            f"members: the same {differing[0]} in all is required, member {number} has another than member 1"
        )
