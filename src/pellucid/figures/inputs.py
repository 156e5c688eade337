"""Examples that can be seen, as they are drawn: pictures, spectrograms, numbers in a field."""

import numpy as np
from jaxtyping import Real, Shaped

from pellucid.data.features import Encoder, NumberEncoder, PictureEncoder

AS_SEEN = "fit"
"""The rule of pictures of which white is light; by the others, as in numbers, what is larger is ink."""


def can_be_seen(encoder: Encoder) -> bool:
    """Whether examples of that kind can be drawn."""
    return input_picture(encoder, np.zeros(encoder.shape)) is not None


def input_picture(encoder: Encoder, encoded: Shaped[np.ndarray, "..."]) -> Real[np.ndarray, "height width ..."] | None:
    """One encoded example as it is drawn; None: nothing can be seen of it.

    Returns:
        (height, width) of ink, a spectrogram or numbers, where what is larger is drawn stronger; or (height, width, 3)
        from 0 to 1 of what is seen as it is, also of a grey photograph.
    """
    if isinstance(encoder, NumberEncoder):
        is_field = len(encoder.shape) == 2 and min(encoder.shape) > 1
        return encoder.laid_out(encoded.ravel()) if is_field else None
    picture = encoder.picture(encoded)
    if picture is not None and picture.ndim == 2 and isinstance(encoder, PictureEncoder) and encoder.rule == AS_SEEN:
        return np.repeat(picture[..., np.newaxis], 3, axis=-1)
    return picture
