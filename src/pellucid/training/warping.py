# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (JAX annotates its own functions only in part.)
"""Pictures bent by chance: each pixel of the new one is looked up, between four pixels, where it comes from.

Where from is one affine map an example (shift, rotation, scale, shear, mirror) and a field of small displacements that
differ from pixel to pixel (elastic).
"""

import math
from collections.abc import Sequence
from types import ModuleType
from typing import NamedTuple

import numpy as np
from jax import numpy as jax_numpy
from jaxtyping import Float, Shaped

from pellucid.arrays import Array
from pellucid.training.chance import Distortion, random, whole_numbers
from pellucid.training.distortions import Distortions

jnp: ModuleType = jax_numpy
AFFINE, ELASTIC = range(2)
"""Numbers by which the keys for the two differ."""
TRUNCATED_AT = 4.0
"""Standard deviations beyond which the Gaussian counts as 0."""


class Places(NamedTuple):
    """Where each pixel of distorted pictures comes from.

    Attributes:
        rows, columns: counted from 0 and, between pixels, in fractions; (height, n, width): in this order of axes the
            field of displacements is smoothed without being turned.
    """

    rows: Float[Array, "height n width"]
    columns: Float[Array, "height n width"]


def warp_of(chosen: Distortions, shape: Sequence[int], shifts: tuple[float, float], *, is_ink: bool) -> Distortion:
    """What bends pictures.

    Parameters:
        chosen: of which shift, brightness, noise and gain are not looked at.
        shape: of a picture, (height, width) or (height, width, 3).
        shifts: by how many rows and columns they are shifted at most.
        is_ink: whether there is nothing, 0, beyond their edges; else the pixel at the edge goes on.
    """
    height, width = shape[:2]

    def warp(key: Array, raw: Array) -> Array:
        n = raw.shape[0]
        maps = affine_maps(random.fold_in(key, AFFINE), n, chosen, shifts)
        places = moved(maps, height, width)
        if chosen.alpha:
            field = elastic_field(random.fold_in(key, ELASTIC), n, height, width, chosen.alpha, chosen.sigma)
            places = Places(places.rows + field[:, 0], places.columns + field[:, 1])
        pictures = raw.reshape(n, height, width, -1)
        return looked_up(pictures, places, is_ink=is_ink).reshape(n, -1)

    return warp


class Maps(NamedTuple):
    """From each place of a new picture to where it comes from, both as (row, column) from the picture's middle.

    *Formula*: place before = M (place after − t).

    Attributes:
        matrices: M, [[rows from rows, rows from columns], [columns from rows, columns from columns]], each (n,).
        shifts: t, in rows and in columns, each (n,).
    """

    matrices: tuple[tuple[Array, Array], tuple[Array, Array]]
    shifts: tuple[Array, Array]


def affine_maps(key: Array, n: int, chosen: Distortions, shifts: tuple[float, float]) -> Maps:
    """One affine map an example, drawn evenly between the limits.

    *Formula*: a picture is mirrored (F), stretched (S), slanted (H), turned (R), then shifted by t; so
    M = F⁻¹ S⁻¹ H⁻¹ R⁻¹.

    Parameters:
        key: what chance follows from.
        n: how many examples.
        chosen: rotation, scale, shear and flip.
        shifts: by how many rows and columns at most.
    """
    # All are drawn whether chosen or not, so that each is the same beside whichever others.
    down, right, turn, tall, wide, slant, mirror = random.uniform(key, (7, n), jnp.float32, -1, 1)
    cosine, sine = jnp.cos(turn * math.radians(chosen.rotation)), jnp.sin(turn * math.radians(chosen.rotation))
    tangent = jnp.tan(slant * math.radians(chosen.shear))
    heights = 1 + tall * chosen.scale
    # A probability p is where a number drawn evenly from −1 to 1 is below 2p − 1.
    widths = jnp.where(mirror < 2 * chosen.flip - 1, -1.0, 1.0) * (1 + wide * chosen.scale)
    rows = (cosine / heights, -sine / heights)
    columns = ((sine - tangent * cosine) / widths, (cosine + tangent * sine) / widths)
    return Maps((rows, columns), (down * shifts[0], right * shifts[1]))


def moved(maps: Maps, height: int, width: int) -> Places:
    """Where the pixels of pictures come from by these maps."""
    middle = ((height - 1) / 2, (width - 1) / 2)
    down = jnp.arange(height, dtype=jnp.float32)[:, None, None] - middle[0] - maps.shifts[0][:, None]
    right = jnp.arange(width, dtype=jnp.float32) - middle[1] - maps.shifts[1][:, None]
    rows, columns = (
        of_down[:, None] * down + of_right[:, None] * right + centre
        for (of_down, of_right), centre in zip(maps.matrices, middle, strict=True)
    )
    return Places(rows, columns)


def elastic_field(
    key: Array, n: int, height: int, width: int, alpha: float, sigma: float
) -> Float[Array, "height 2 n width"]:
    """Displacements in pixels that change smoothly from place to place, in rows and in columns.

    *Formula*: α · (G ∗ u), u being drawn for each pixel from U(−1, 1) and G the Gaussian of standard deviation σ pixels
    whose weights sum to 1; beyond the edges u is 0. Away from the edges a displacement's own standard deviation is
    therefore α / (2σ√(3π)) pixels for σ ≥ 1: 1.38 with α = 34 and σ = 4.

    *Source*: Simard, Steinkraus & Platt 2003, "Best practices for convolutional neural networks applied to visual
    document analysis", section 2, without the step that some add, of scaling the field to a norm of 1.
    """
    drawn = whole_numbers(key, (height, 2 * n * width)).astype(jnp.float32)
    evenly = (drawn + 0.5) / 2**15 - 1
    by_rows = gaussian_matrix(height, sigma) @ evenly
    return (by_rows.reshape(-1, width) @ (alpha * gaussian_matrix(width, sigma))).reshape(height, 2, n, width)


def gaussian_matrix(size: int, sigma: float) -> Float[np.ndarray, "size size"]:
    """The matrix that smooths so many numbers in a row by a Gaussian of that standard deviation; 0 lies beyond them."""
    radius = int(TRUNCATED_AT * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / max(sigma, 1e-9)) ** 2)
    weights /= weights.sum()
    apart = np.arange(size)[:, None] - np.arange(size)
    within = np.abs(apart) <= radius
    return np.where(within, weights[np.where(within, apart, 0) + radius], 0).astype(np.float32)


def looked_up(
    pictures: Shaped[Array, "n height width channels"], places: Places, *, is_ink: bool
) -> Float[Array, "n height width channels"]:
    """The pictures' values at these places, between pixels in proportion to how near the four about it are.

    Measured for 128 pictures of 28 × 28 with affine and elastic distortions, on a busy machine: 0.9 ms, of which the
    field of displacements takes half; the four values packed into one number and looked up at once, 2.1 ms (the packing
    is then done for each number looked up), and 0.94 where the compiler is kept from that.
    """
    n, height, width = pictures.shape[:3]
    padded = jnp.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)), "constant" if is_ink else "edge")
    flat = padded.reshape(-1, pictures.shape[3])
    sizes = (height, width)
    rows, columns = (jnp.clip(place + 1, 0, size + 1) for place, size in zip(places, sizes, strict=True))
    upper, left = (
        jnp.minimum(place.astype(jnp.int32), size) for place, size in zip((rows, columns), sizes, strict=True)
    )
    example = jnp.arange(n, dtype=jnp.int32)[:, None]
    first = (example * (height + 2) + upper) * (width + 2) + left
    dtype = pictures.dtype if jnp.issubdtype(pictures.dtype, jnp.floating) else jnp.float32
    above_left, above_right, below_left, below_right = (
        flat.at[first + beyond].get(mode="promise_in_bounds").astype(dtype) for beyond in (0, 1, width + 2, width + 3)
    )
    down, right = ((place - before).astype(dtype)[..., None] for place, before in ((rows, upper), (columns, left)))
    above = above_left + (above_right - above_left) * right
    below = below_left + (below_right - below_left) * right
    return jnp.swapaxes(above + (below - above) * down, 0, 1)
