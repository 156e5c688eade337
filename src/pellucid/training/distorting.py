# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (JAX annotates its own functions only in part.)
"""Distortions, compiled: from a key and a batch of raw examples to the same examples, changed by chance."""

import math
from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple, cast

import jax
import numpy as np
from jax import numpy as jax_numpy
from jaxtyping import Float, Shaped

from pellucid.arrays import Array
from pellucid.data import Features, PictureEncoder
from pellucid.data.features import SoundEncoder
from pellucid.data.features.pictures.encoder import LEAST_DEVIATION
from pellucid.data.features.sound.spectrum import FLOOR_DB, cepstra
from pellucid.training.chance import Distortion, key_of, random
from pellucid.training.distortions import UNDISTORTED, Distortions, require_meaning
from pellucid.training.warping import warp_of

jnp: ModuleType = jax_numpy
WARP, LIGHT, TILT, NOISE = range(4)
"""Numbers by which the keys for different changes differ."""
INK_RULES = ("mnist", "uci-digits", "fashion-mnist")
"""The rules by which pictures are ink on nothing: beyond their edges there is nothing either."""


class Values(NamedTuple):
    """What encoded values may be.

    Attributes:
        least, greatest: between which they lie.
        unit: of which noise is a share.
    """

    least: float
    greatest: float
    unit: float


def distortion_for(chosen: Distortions, features: Features) -> Distortion | None:
    """What changes a batch of raw examples of these features in a compiled step; None: nothing was chosen.

    The same key brings the same changes; each example of a batch is changed in its own way. What it gives are floats
    between the least and the greatest value that the encoder has.

    Raises:
        InvalidValueError: a distortion means nothing for such examples.
    """
    if chosen == UNDISTORTED:
        return None
    require_meaning(chosen, features.encoder)
    changes = tuple(changes_of(chosen, cast(PictureEncoder | SoundEncoder, features.encoder)))

    def distort(key: Array, raw: Array) -> Array:
        for number, change in changes:
            raw = change(random.fold_in(key, number), raw)
        return raw

    return distort


def distorted(
    chosen: Distortions, features: Features, raw: Shaped[np.ndarray, "n ..."], n_versions: int, seed: int = 0
) -> Float[np.ndarray, "n_versions n n_features"]:
    """Versions of some raw examples as training would meet them, to look at.

    Raises:
        InvalidValueError: a distortion means nothing for such examples.
    """
    distort = distortion_for(chosen, features)
    if distort is None:
        return np.stack([np.asarray(raw, np.float32).reshape(len(raw), -1)] * n_versions)
    program, flat = jax.jit(distort), raw.reshape(len(raw), -1)
    with jax.default_device(jax.devices("cpu")[0]):
        return np.stack([np.asarray(program(key, flat)) for key in random.split(key_of(seed), n_versions)])


def changes_of(chosen: Distortions, encoder: PictureEncoder | SoundEncoder) -> Iterator[tuple[int, Distortion]]:
    """What is done to such examples, one after the other, each with the number of its key."""
    if isinstance(encoder, SoundEncoder):
        if chosen.shift:
            yield WARP, warp_of(chosen, encoder.shape, (0, chosen.shift), is_ink=False)
        if chosen.gain:
            yield TILT, tilt_of(chosen.gain, encoder)
    else:
        if chosen.is_geometric:
            is_ink = encoder.rule in INK_RULES and encoder.contrast == "as-is"
            yield WARP, warp_of(chosen, encoder.shape, (chosen.shift, chosen.shift), is_ink=is_ink)
        if chosen.brightness:
            yield LIGHT, light_of(chosen.brightness, values_of(encoder))
    if chosen.noise:
        yield NOISE, noise_of(chosen.noise, values_of(encoder))


def values_of(encoder: PictureEncoder | SoundEncoder) -> Values:
    """What the encoder's values may be."""
    if isinstance(encoder, SoundEncoder):
        # Less their mean, values that span 60 dB lie within 60 of 0. The cosine transform keeps the length of a vector.
        most = -FLOOR_DB * (math.sqrt(encoder.bands) if encoder.coefficients else 1)
        return Values(-most, most, -FLOOR_DB)
    if encoder.contrast == "evened":
        return Values(-1 / LEAST_DEVIATION, 1 / LEAST_DEVIATION, 1)
    return Values(0, encoder.greatest, encoder.greatest)


def light_of(brightness: float, values: Values) -> Distortion:
    """What makes each example lighter or darker.

    *Formula*: v' = (1 + u) v, u being drawn for each example from U(−b, b).
    """

    def change(key: Array, raw: Array) -> Array:
        drawn = random.uniform(key, (raw.shape[0], 1), jnp.float32, -brightness, brightness)
        return jnp.clip((1 + drawn) * raw, values.least, values.greatest)

    return change


def tilt_of(gain: float, encoder: SoundEncoder) -> Distortion:
    """What makes a sound's high tones louder and its low ones quieter, or the other way round.

    *Formula*: v' = v + u (2k / (K − 1) − 1) dB in band k of 0 … K − 1, u being drawn for each example from U(−g, g).
    """
    slope = np.linspace(-1, 1, encoder.bands)[:, None]
    rows = cepstra(slope, encoder.coefficients) if encoder.coefficients else slope
    by_feature = np.repeat(rows, encoder.frames).astype(np.float32)
    values = values_of(encoder)

    def change(key: Array, raw: Array) -> Array:
        drawn = random.uniform(key, (raw.shape[0], 1), jnp.float32, -gain, gain)
        return jnp.clip(raw + drawn * by_feature, values.least, values.greatest)

    return change


def noise_of(share: float, values: Values) -> Distortion:
    """What adds noise to each value of each example.

    *Formula*: v' = v + ε, ε being drawn for each value from N(0, σ²) with σ = the share of the values' unit.
    """

    def change(key: Array, raw: Array) -> Array:
        drawn = share * values.unit * random.normal(key, raw.shape, jnp.float32)
        return jnp.clip(raw + drawn, values.least, values.greatest)

    return change
