"""Raw examples that tell a model nothing: silence, a blank picture, a text of unknown words."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from jaxtyping import Bool, Shaped

from pellucid.data import Encoder, PictureEncoder

BLANK: Mapping[str, str] = MappingProxyType(
    {
        "text": "no term that the model knows is in this text",
        "sounds": "this sound is silent",
        "pictures": "this picture is blank",
    }
)
"""What such an example is, by the kind of the encoder. Of a row of numbers no values can be said to tell nothing."""


def blank_rows(encoder: Encoder, encoded: Shaped[np.ndarray, "n n_features"]) -> Bool[np.ndarray, " n"]:
    """Which examples have no term, no sound, or pixels that are all alike.

    Parameters:
        encoder: of a model.
        encoded: what it made of the examples.
    """
    if encoder.KIND not in BLANK:
        return np.zeros(len(encoded), bool)
    if isinstance(encoder, PictureEncoder):
        pixels = encoded.reshape(len(encoded), encoder.shape[0] * encoder.shape[1], -1)
        if pixels.shape[1] > 1:
            return np.asarray((pixels == pixels[:, :1]).all(axis=(1, 2)))
        return np.zeros(len(encoded), bool)
    return np.asarray((encoded == 0).all(axis=1))
