"""Ink told from paper: uneven light, either polarity, noise and specks."""

from typing import Literal, NamedTuple, cast

import numpy as np

Polarity = Literal["dark on light", "light on dark"]

LEAST_CONTRAST = 0.04
"""Difference from the paper, of the 0 to 1 between black and white, below which nothing counts as ink."""


class Ink(NamedTuple):
    """How much ink each pixel holds, and which of ink and paper is the darker."""

    amount: np.ndarray
    """float32 (height, width) from 0 (paper) to 1 (solid ink)."""
    polarity: Polarity


def find_ink(grey: np.ndarray) -> Ink | None:
    """The ink in a grey picture, or None where the picture is blank.

    The paper's brightness is estimated as a smooth surface and taken away; what stands out to the one side is ink.
    Values within the noise of the paper become 0, and the contrast is stretched so that solid strokes become 1.

    Parameters:
        grey: (height, width) from 0 (black) to 1 (white).
    """
    paper = _paper(grey)
    difference = grey - paper
    # The paper's surface passes through most pixels, so the cubes' sum has the sign of what stands out from it.
    is_light_on_dark = float((difference.astype(np.float64) ** 3).sum()) > 0
    # Dark ink takes a share of the light that falls on it, so in shade it differs less: the share is the measure.
    difference = difference if is_light_on_dark else -difference / np.maximum(paper, 0.2)
    # Noise is measured on the side where no ink is; 1.4826 makes a median a standard deviation, were it normal.
    noise = 1.4826 * float(np.median(np.abs(difference[difference <= 0]))) if (difference <= 0).any() else 0.0
    standing_out = difference[difference > max(5 * noise, LEAST_CONTRAST)]
    if standing_out.size < 4:
        return None
    solid = float(np.percentile(standing_out[standing_out >= _otsu_threshold(standing_out)], 60))
    floor = min(3 * noise, 0.5 * solid)
    amount = np.clip((difference - floor) / (solid - floor), 0, 1)
    return Ink(_without_specks(amount), "light on dark" if is_light_on_dark else "dark on light")


def _paper(grey: np.ndarray) -> np.ndarray:
    """The paper's brightness everywhere: the surface with the least sum of absolute differences.

    Absolute differences, unlike squares, let the surface pass through the paper and ignore the ink, as long as paper
    is in the majority. The picture's edge counts fourfold, for a digit may fill the picture but hardly its edge.
    A level surface is tried first: a quadratic one would bend to follow the strokes of a tightly cropped drawing.
    """
    from PIL import Image

    small = Image.fromarray(grey.astype(np.float32))
    small.thumbnail((64, 64), Image.Resampling.BOX)
    seen = np.asarray(small, dtype=np.float64)
    importance = np.full(seen.shape, 4)
    importance[1:-1, 1:-1] = 1
    level = float(np.median(np.repeat(seen, importance.ravel())))
    if np.median(np.repeat(np.abs(seen - level), importance.ravel())) < LEAST_CONTRAST / 2:
        return np.full(grey.shape, level, dtype=np.float32)
    terms, values, weights = _quadratic_terms(seen.shape), seen.ravel(), importance.ravel().astype(np.float64)
    coefficients = np.zeros(terms.shape[1])
    for _ in range(30):  # iteratively reweighted least squares
        # By the normal equations, which are well conditioned for six terms from -1 to 1: 30 times as quick as by all
        # pixels. Of a picture one pixel high they leave some terms open, which `lstsq` makes 0 or shares out.
        weighted = terms.T * weights
        coefficients = np.linalg.lstsq(weighted @ terms, weighted @ values, rcond=None)[0]
        weights = importance.ravel() / np.maximum(np.abs(values - terms @ coefficients), 1e-3)
    return (_quadratic_terms(grey.shape) @ coefficients).reshape(grey.shape).astype(np.float32)


def _quadratic_terms(shape: tuple[int, ...]) -> np.ndarray:
    y, x = np.meshgrid(*(_centres(n) for n in shape), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)


def _centres(n: int) -> np.ndarray:
    """The pixels' centres when the side runs from -1 to 1, whatever the resolution."""
    return (2 * np.arange(n) + 1) / n - 1


def _otsu_threshold(values: np.ndarray) -> float:
    """The value that parts `values` into two groups whose means lie farthest apart for their sizes.

    Source: N. Otsu, "A threshold selection method from gray-level histograms", 1979, equation 18.
    """
    counts, edges = np.histogram(values, bins=128)
    middles = (edges[:-1] + edges[1:]) / 2
    share = np.cumsum(counts) / counts.sum()
    mean = np.cumsum(counts * middles) / counts.sum()
    between = (mean[-1] * share - mean) ** 2 / np.maximum(share * (1 - share), 1e-12)
    return float(edges[1 + int(np.argmax(between[:-1]))])


def _without_specks(amount: np.ndarray) -> np.ndarray:
    """`amount` with dust removed, and with dark corners or page edges removed where a drawing stands clear of them."""
    from scipy import ndimage

    labelled = ndimage.label(amount > 0.25, structure=np.ones((3, 3)))
    labels, count = cast(tuple[np.ndarray, int], labelled)  # SciPy's own annotation knows neither
    if count == 0:
        return amount
    mass = np.bincount(labels.ravel(), weights=amount.ravel(), minlength=count + 1)
    mass[0] = 0
    at_edge = np.zeros(count + 1, dtype=bool)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        at_edge[edge] = True
    if mass[~at_edge].sum() > 0.3 * mass.sum():
        mass[at_edge] = 0
    keep = mass > 0.03 * mass.max()
    # Faint rims belong to the stroke they touch, so what is kept grows by two pixels before it becomes the mask.
    mask = ndimage.binary_dilation(keep[labels], structure=np.ones((3, 3)), iterations=2)
    return np.where(mask, amount, 0).astype(np.float32)
