"""What keeps a network from learning its examples by heart, beside penalties on the weights."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from numbers import Real
from typing import Any, cast

from pellucid.errors import InvalidValueError, require_kind
from pellucid.maths import Network


@dataclass(frozen=True)
class Regularisation:
    """What a step of training does beside going downhill; each is off unless it is chosen.

    Parameters:
        dropout: the share of values that is left out by chance in each step, for each layer from the input to the last
            hidden one (Srivastava et al. 2014). A trained network answers with all of them.
        input_noise: the standard deviation of the noise from N(0, σ²) that is added to every input (Bishop 1995).
        label_smoothing: the share of each expected output that is spread evenly over the classes (Szegedy et al. 2016).
        max_norm: how long the vector of the weights into a neuron may be (Srebro & Shraibman 2005).
        clip_norm: how long the gradient over all parameters may be (Pascanu, Mikolov & Bengio 2013).
        averaging: ρ, how much of the running average of the parameters is kept from step to step. With it the average
            is what is judged, kept and saved (Polyak & Juditsky 1992).

    Raises:
        InvalidValueError: one is out of range.

    Example:
        >>> Regularisation(dropout=(0.2, 0.5), max_norm=3.5).is_random
        True
    """

    dropout: tuple[float, ...] = ()
    input_noise: float = 0.0
    label_smoothing: float = 0.0
    max_norm: float | None = None
    clip_norm: float | None = None
    averaging: float | None = None

    def __post_init__(self) -> None:
        require_kind(self.dropout, Iterable, "dropout: a share for each layer from the input on, such as (0, 0.5),")
        object.__setattr__(self, "dropout", tuple(self.dropout))
        for name, values in (("dropout", self.dropout), ("label_smoothing", (self.label_smoothing,))):
            for value in values:
                _require(name, value, 0 <= require_number(value, name) < 1, "at least 0 and below 1")
        noise = require_number(self.input_noise, "input_noise")
        _require("input_noise", noise, 0 <= noise < float("inf"), "a number of at least 0")
        for name in ("max_norm", "clip_norm"):
            limit = getattr(self, name)
            if limit is not None:
                _require(name, limit, 0 < require_number(limit, name) < float("inf"), "a number above 0")
        if self.averaging is not None:
            within = 0 < require_number(self.averaging, "averaging") < 1
            _require("averaging", self.averaging, within, "above 0 and below 1; 0.999 is usual")

    @property
    def is_random(self) -> bool:
        """Whether a step draws by chance."""
        return any(self.dropout) or self.input_noise > 0

    def require_fit(self, network: Network, *, has_classes: bool) -> None:
        """Checks that all of it has a meaning for this network and its labels.

        Raises:
            InvalidValueError: dropout for another number of layers; label smoothing of numbers to predict.
        """
        n_layers = len(network.layers)
        if self.dropout and len(self.dropout) != n_layers:
            raise InvalidValueError(
                f"dropout: one share for each of {n_layers} layers, from the input to the last hidden one, is "
                f"required, got {len(self.dropout)}"
            )
        if self.label_smoothing and not has_classes:
            raise InvalidValueError("label_smoothing: this is for classes; leave it out of regression")

    def to_dict(self) -> dict[str, Any]:
        """What was chosen, as JSON can hold it."""
        off = asdict(OFF)
        return {
            name: list(self.dropout) if name == "dropout" else value
            for name, value in asdict(self).items()
            if value != off[name]
        }

    @classmethod
    def from_dict(cls, entries: Any) -> "Regularisation":
        """What these entries, which may be anything, stand for.

        Raises:
            InvalidValueError: they are none that `to_dict` writes.
        """
        known = asdict(OFF)
        if not isinstance(entries, dict) or not set(cast(dict[str, Any], entries)) <= set(known):
            raise InvalidValueError(f"regularisation: entries of {', '.join(known)} are required, got {entries}")
        chosen = dict(cast(dict[str, Any], entries))
        if not isinstance(chosen.get("dropout", []), list):
            raise InvalidValueError(f"dropout: a list of shares is required, got {chosen['dropout']}")
        for name, value in chosen.items():
            for number in value if name == "dropout" else (value,):
                require_number(number, name)
        return cls(dropout=tuple(chosen.pop("dropout", ())), **chosen)


def require_number(value: Any, name: str) -> float:
    """The value, if it is a number.

    Raises:
        InvalidValueError: it is none.
    """
    require_kind(value, Real, f"{name}: a number")
    return float(value)


def _require(name: str, value: float, holds: bool, required: str) -> None:
    if not holds:
        raise InvalidValueError(f"{name}: must be {required}, got {value}")


OFF = Regularisation()
