"""Pictures of a few pixels as characters, for a terminal."""

import numpy as np
from jaxtyping import Real

SHADES = " ░▒▓█"


def as_characters(pixels: Real[np.ndarray, "height width"]) -> str:
    """The picture, two characters a pixel, the darker the greater its value."""
    share = np.asarray(pixels, dtype=np.float64) / max(float(pixels.max()), 1e-12)
    levels = np.minimum((share * len(SHADES)).astype(int), len(SHADES) - 1)
    return "\n".join("".join(2 * SHADES[level] for level in row).rstrip() for row in levels)


def beside(pictures: list[np.ndarray], gap: str = "  ") -> str:
    """Pictures of one size beside each other."""
    width = 2 * pictures[0].shape[1]
    rows = zip(*(as_characters(picture).split("\n") for picture in pictures), strict=True)
    return "\n".join(gap.join(row.ljust(width) for row in each).rstrip() for each in rows)
