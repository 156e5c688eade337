"""Strokes made as wide, for the digit's size, as those of the data sets."""

import numpy as np

LEAST_STROKE = 0.085
"""Stroke width over the digit's longer side, below which strokes are widened; under 2 % of MNIST digits are thinner."""

USUAL_STROKE = 0.135
"""What thin strokes are widened to: the median of MNIST digits."""

_SIDE = 160
"""Longer side in pixels at which strokes are measured and widened: USUAL_STROKE is then 22 pixels."""


def widen_thin_strokes(ink: np.ndarray) -> np.ndarray:
    """`ink`, with strokes much thinner than in the data sets widened; other digits come back as they are.

    The writers of the data sets filled small boxes, so that their pens' strokes are a seventh of the digit's height.
    A large digit by the same pen has relatively thin strokes, which all but vanish when it is made small.

    Parameters:
        ink: (height, width) from 0 to 1, cropped to the digit.
    """
    from PIL import Image
    from scipy import ndimage

    longer = max(ink.shape)
    enlarged = (max(1, round(ink.shape[1] * _SIDE / longer)), max(1, round(ink.shape[0] * _SIDE / longer)))
    picture = np.asarray(Image.fromarray(ink.astype(np.float32)).resize(enlarged, Image.Resampling.BICUBIC))
    width = stroke_width(picture)
    if width >= LEAST_STROKE * _SIDE:
        return ink
    growth = (USUAL_STROKE * _SIDE - width) / 2
    margin = int(np.ceil(growth)) + 1
    distance = np.asarray(ndimage.distance_transform_edt(np.pad(picture, margin) <= 0.5))
    return np.clip(growth + 0.5 - distance, 0, 1).astype(np.float32)


def stroke_width(ink: np.ndarray) -> float:
    """The mean width of the strokes in pixels: across a stroke, the mean distance to its edge is a quarter of it."""
    from scipy import ndimage

    inside = np.pad(ink, 1) > 0.5
    if not inside.any():
        return 0.0
    return 4 * float(np.asarray(ndimage.distance_transform_edt(inside))[inside].mean())
