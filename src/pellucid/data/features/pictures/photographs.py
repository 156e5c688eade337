"""A photograph becomes an example: scaled to the field, or by the steps that made Fashion-MNIST."""

import numpy as np

from pellucid.data.features.pictures.files import LUMA, Picture, read_pixels, source_name
from pellucid.errors import DataError

CLOSE = 0.05
"""Distance from a corner's colour, of that between black and white, up to which a pixel belongs to the ground."""


def fit_photograph(source: Picture, shape: tuple[int, ...]) -> np.ndarray:
    """The picture scaled to cover the field, its proportions kept, and the middle of it cut out.

    Bicubic, with anti-aliasing where it gets smaller. A picture of the field's own size comes back as it is.

    Parameters:
        source: a file, a file's bytes, or pixels.
        shape: (height, width) in grey, or (height, width, 3) in colour.

    Returns:
        uint8, of that shape.

    Raises:
        MissingFileError, FormatError: it cannot be read.
    """
    from PIL import Image, ImageOps

    height, width = shape[:2]
    image = read_pixels(source, "grey" if len(shape) == 2 else "colour", 4 * max(height, width))
    return np.array(ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC))


def fit_clothing(source: Picture, shape: tuple[int, ...]) -> np.ndarray:
    """What the makers of Fashion-MNIST would have made of a product's photograph on a plain light ground.

    In their order: the edges that are close to the corners' colour are trimmed; the longer side is resized to the
    field by skipping rows and columns; outlines are sharpened by a Gaussian of radius and standard deviation 1; the
    shorter side is extended and the picture centred; intensities are negated; colours become grey.

    Parameters:
        source: a file, a file's bytes, or pixels.
        shape: (height, width), theirs being (28, 28).

    Returns:
        uint8, of that shape: the ground black.

    Raises:
        MissingFileError, FormatError: it cannot be read. DataError: nothing stands out from the ground.

    Source: H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
        algorithms", 2017, arXiv:1708.07747, section 2. The paper gives no kernel; the sharpening is that of the program
        whose documentation it quotes, ImageMagick: twice the Gaussian's whole weight in the middle, less the Gaussian.
    """
    from PIL import Image
    from scipy import ndimage

    height, width = shape[:2]
    trimmed = _trimmed(np.asarray(read_pixels(source, "colour")), source_name(source))
    scale = min(height / trimmed.shape[0], width / trimmed.shape[1])
    resized = (max(1, round(trimmed.shape[1] * scale)), max(1, round(trimmed.shape[0] * scale)))
    small = np.asarray(Image.fromarray(trimmed).resize(resized, Image.Resampling.NEAREST), np.float32)
    sharp = np.clip(ndimage.convolve(small, _sharpening()[..., None], mode="nearest"), 0, 255)
    field = np.full((height, width, 3), 255, np.float32)
    top, left = (height - sharp.shape[0]) // 2, (width - sharp.shape[1]) // 2
    field[top : top + sharp.shape[0], left : left + sharp.shape[1]] = sharp
    return np.round((255 - field) @ np.asarray(LUMA, np.float32)).astype(np.uint8)


def _trimmed(colours: np.ndarray, name: str) -> np.ndarray:
    """The smallest rectangle outside of which every pixel is close to the colour of one of the corners."""
    limit = 3 * (CLOSE * 255) ** 2
    stands_out = np.ones(colours.shape[:2], bool)
    for corner in {tuple(map(int, colours[row, column])) for row in (0, -1) for column in (0, -1)}:
        distance = sum((colours[..., k].astype(np.float32) - corner[k]) ** 2 for k in range(3))
        stands_out &= distance > limit
    rows, columns = np.flatnonzero(stands_out.any(axis=1)), np.flatnonzero(stands_out.any(axis=0))
    if not len(rows):
        raise DataError(
            f"{name}: a picture of one thing on a plain ground is required, but nothing stands out from the ground"
        )
    return np.ascontiguousarray(colours[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _sharpening() -> np.ndarray:
    """The kernel, 3 × 3, of weight 1."""
    squares = np.arange(-1, 2) ** 2
    gaussian = np.exp(-(squares[:, None] + squares[None, :]) / 2)
    kernel = -gaussian
    kernel[1, 1] = 2 * gaussian.sum()
    return (kernel / kernel.sum()).astype(np.float32)
