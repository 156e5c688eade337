"""Distortions: how examples are changed by chance each time they are met, so that no two epochs show the same ones."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType

from pellucid.data import Encoder, PictureEncoder
from pellucid.data.features import SoundEncoder
from pellucid.errors import InvalidValueError
from pellucid.training.choices import read_numbers, write_numbers
from pellucid.training.regularisation import require_number

SIGMA = 4.0


@dataclass(frozen=True)
class Distortions:
    """How far examples are changed; 0: not at all. Each change is drawn evenly up to its limit, for each example apart.

    Parameters:
        shift: pictures: up to so many pixels up or down, and left or right; sounds: up to so many steps of time.
        rotation: up to so many degrees each way.
        scale: stretched or shrunk by up to this share, in height and in width apart.
        shear: slanted by up to so many degrees each way.
        alpha: elastic: how strong. Each pixel is displaced by α times what smoothing leaves of numbers from U(−1, 1),
            which for σ ≥ 1 has a standard deviation of 0.163 α / σ pixels in rows, and in columns.
        sigma: elastic: how smooth, the standard deviation in pixels of the Gaussian that smooths.
        brightness: values 1 − b to 1 + b times as great.
        noise: standard deviation of the noise on each value: a share of the greatest value of a picture, of the
            deviation of one whose contrast is evened, of the 60 dB that a sound spans.
        flip: how often a picture is mirrored, left to right: a probability.
        gain: sounds: their high tones up to so many decibels louder and their low ones as much quieter, or the other
            way round. (A spectrogram is less its mean: how loud a sound is as a whole is not in it.)

    Raises:
        InvalidValueError: one is out of range, or would be without effect.

    *Source*: Simard, Steinkraus & Platt 2003, "Best practices for convolutional neural networks applied to visual
    document analysis", section 2.
    """

    shift: float = 0.0
    rotation: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    alpha: float = 0.0
    sigma: float = SIGMA
    brightness: float = 0.0
    noise: float = 0.0
    flip: float = 0.0
    gain: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value, most = require_number(getattr(self, field.name), f"distort: {field.name}"), MOST[field.name]
            if not 0 <= value <= most:
                raise InvalidValueError(f"distort: {field.name} must be from 0 to {most:g}, got {value:g}")
        if self.sigma != SIGMA and not self.alpha:
            raise InvalidValueError(
                f"distort: sigma={self.sigma:g} has no effect without alpha, got none; such as alpha=34,sigma=4"
            )

    @property
    def is_geometric(self) -> bool:
        """Whether pixels come from other places."""
        return any((self.shift, self.rotation, self.scale, self.shear, self.alpha, self.flip))

    @property
    def named(self) -> tuple[str, ...]:
        """The names of those that are chosen."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) != field.default)

    def __str__(self) -> str:
        """As one writes it: `shift=2,rotation=15`."""
        return write_numbers(asdict(self), asdict(Distortions()))

    @classmethod
    def read(cls, text: str) -> "Distortions":
        """The distortions that are written so.

        Raises:
            InvalidValueError: they are not written as they should be, or one is out of range.

        >>> Distortions.read("shift=2, rotation=15").rotation
        15.0
        """
        return cls(**read_numbers(text, NAMES, "distort"))


MOST = {
    "shift": 1000.0,
    "rotation": 180.0,
    "scale": 0.9,
    "shear": 60.0,
    "alpha": 1000.0,
    "sigma": 100.0,
    "brightness": 1.0,
    "noise": 1.0,
    "flip": 1.0,
    "gain": 60.0,
}
UNDISTORTED = Distortions()
NAMES = tuple(field.name for field in fields(Distortions))
MEANINGFUL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        PictureEncoder.KIND: (
            "shift", "rotation", "scale", "shear", "alpha", "sigma", "brightness", "noise", "flip",
        ),
        SoundEncoder.KIND: ("shift", "gain", "noise"),
    }
)  # fmt: skip
"""Which distortions mean something, by the kind of the examples."""


def require_meaning(chosen: Distortions, encoder: Encoder) -> None:
    """Checks that these distortions mean something for examples of that encoder.

    Raises:
        InvalidValueError: one does not: what would be ignored is refused.
    """
    if chosen == UNDISTORTED:
        return
    if encoder.KIND not in MEANINGFUL:
        raise InvalidValueError(
            f"distort: pictures or sounds are required, got {encoder.KIND}; input_noise puts noise on any inputs"
        )
    known = MEANINGFUL[encoder.KIND]
    for name in chosen.named:
        if name not in known:
            raise InvalidValueError(
                f"distort: {name} means nothing for {encoder.KIND}; one of {', '.join(known)} is required"
            )
    if chosen.brightness and isinstance(encoder, PictureEncoder) and encoder.contrast == "evened":
        raise InvalidValueError(
            "distort: brightness means nothing for pictures whose contrast is evened, for that undoes it; leave it out"
        )
