"""Pictures bent by chance, against the same picture bent by SciPy in float64 from the same draws."""

import math
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import jax
import numpy as np
import pytest
from jax import numpy as jax_numpy
from scipy import ndimage

from pellucid.training import chance, warping
from pellucid.training.distortions import Distortions
from pellucid.training.warping import Maps, Places

jnp: ModuleType = jax_numpy
N_PICTURES = 6
KEY = chance.key_of(3)
ALL = Distortions(shift=2, rotation=25, scale=0.3, shear=15, flip=0.5)


def pictures(shape: Sequence[int], dtype: type = np.uint8) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (N_PICTURES, *shape)).astype(dtype)


def forward_matrices(chosen: Distortions) -> np.ndarray:
    """What happens to a place (row, column) seen from the middle: mirrored, stretched, slanted, turned."""
    drawn = np.asarray(jax.random.uniform(KEY, (7, N_PICTURES), np.float32, -1, 1), np.float64)
    _, _, turn, tall, wide, slant, mirror = drawn
    matrices: list[np.ndarray] = []
    for k in range(N_PICTURES):
        flip = np.diag([1.0, -1.0 if mirror[k] < 2 * chosen.flip - 1 else 1.0])
        stretch = np.diag([1 + tall[k] * chosen.scale, 1 + wide[k] * chosen.scale])
        slanted = np.array([[1.0, 0.0], [math.tan(math.radians(slant[k] * chosen.shear)), 1.0]])
        angle = math.radians(turn[k] * chosen.rotation)
        turned = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        matrices.append(turned @ slanted @ stretch @ flip)
    return np.stack(matrices)


def shifts_of(chosen: Distortions) -> np.ndarray:
    return np.asarray(jax.random.uniform(KEY, (7, N_PICTURES), np.float32, -1, 1), np.float64)[:2].T * chosen.shift


def bent_by_scipy(picture: np.ndarray, matrix: np.ndarray, shift: np.ndarray, *, is_ink: bool) -> np.ndarray:
    back = np.linalg.inv(matrix)
    middle = (np.array(picture.shape[:2]) - 1) / 2
    offset: Any = middle - back @ (middle + shift)
    channels = picture.astype(np.float64).reshape(*picture.shape[:2], -1)
    mode = "grid-constant" if is_ink else "nearest"
    bent = [
        ndimage.affine_transform(channels[..., k], back, offset, order=1, mode=mode, cval=0.0)
        for k in range(channels.shape[2])
    ]
    return np.stack(bent, axis=-1).reshape(picture.shape)


@pytest.mark.parametrize(
    "chosen",
    [
        Distortions(shift=3),
        Distortions(rotation=40),
        Distortions(scale=0.5),
        Distortions(shear=20),
        Distortions(flip=0.5),
        ALL,
    ],
    ids=str,
)
def test_a_map_undoes_what_happens_to_a_place(chosen: Distortions):
    maps = warping.affine_maps(KEY, N_PICTURES, chosen, (chosen.shift, chosen.shift))
    back = np.moveaxis(np.array(maps.matrices, np.float64), 2, 0)
    np.testing.assert_allclose(back @ forward_matrices(chosen), np.stack([np.eye(2)] * N_PICTURES), atol=1e-6)
    np.testing.assert_allclose(np.transpose(maps.shifts), shifts_of(chosen), atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "is_ink", "dtype"),
    [((9, 14), True, np.uint8), ((12, 7, 3), False, np.float32)],
    ids=["grey ink", "photographs in colour"],
)
def test_affine_distortions_are_those_of_scipy(
    shape: tuple[int, ...], is_ink: bool, dtype: type, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(warping.random, "fold_in", lambda key, number: key)
    raw = pictures(shape, dtype)
    warp = warping.warp_of(ALL, shape, (ALL.shift, ALL.shift), is_ink=is_ink)
    bent = np.asarray(jax.jit(warp)(KEY, raw.reshape(N_PICTURES, -1))).reshape(raw.shape)
    assert bent.dtype == np.float32
    matrices, shifts = forward_matrices(ALL), shifts_of(ALL)
    for k in range(N_PICTURES):
        known = bent_by_scipy(raw[k], matrices[k], shifts[k], is_ink=is_ink)
        # A place is off by at most some 1e-5 pixels in float32, and neighbours differ by up to 255.
        np.testing.assert_allclose(bent[k], known, atol=0.01)
    assert np.abs(bent - raw).max() > 10


def test_draws_keep_within_their_limits_and_reach_them():
    n = 4000
    maps = warping.affine_maps(KEY, n, Distortions(shift=3, scale=0.2, flip=0.25), (3.0, 1.5))
    (tall, none), (nothing, wide) = (tuple(np.asarray(each) for each in row) for row in maps.matrices)
    np.testing.assert_array_equal(none, 0)
    np.testing.assert_array_equal(nothing, 0)
    assert (1 / tall).min() == pytest.approx(0.8, abs=0.002)
    assert (1 / tall).max() == pytest.approx(1.2, abs=0.002)
    assert (wide < 0).mean() == pytest.approx(0.25, abs=0.03)  # 4.4 standard deviations
    for shift, most in zip(maps.shifts, (3.0, 1.5), strict=True):
        assert np.abs(shift).max() == pytest.approx(most, rel=0.002)
        assert np.abs(shift).max() <= most
        assert np.mean(shift) == pytest.approx(0, abs=0.1 * most)


def test_a_mirror_moves_every_pixel_whole():
    raw = pictures((5, 8))
    warp = jax.jit(warping.warp_of(Distortions(flip=1), (5, 8), (0, 0), is_ink=True))
    np.testing.assert_array_equal(np.asarray(warp(KEY, raw.reshape(6, -1))).reshape(raw.shape), raw[:, :, ::-1])


def unmoved(n: int) -> Maps:
    ones, zeros = np.ones(n, np.float32), np.zeros(n, np.float32)
    return Maps(((ones, zeros), (zeros, ones)), (zeros, zeros))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_what_is_not_moved_stays_to_the_last_bit(dtype: type):
    raw = pictures((6, 7, 3), dtype)
    with jax.enable_x64(dtype is np.float64):
        seen = warping.looked_up(jnp.asarray(raw), warping.moved(unmoved(N_PICTURES), 6, 7), is_ink=True)
    assert seen.dtype == (np.float32 if dtype is np.uint8 else dtype)
    np.testing.assert_array_equal(np.asarray(seen), raw)


def test_by_hand_half_a_pixel_beyond_the_edge():
    """Ink ends at the edge: half a pixel beyond it is half as strong. A photograph goes on."""
    raw = np.array([[[[200], [100]], [[0], [40]]]], np.uint8)
    rows, columns = [[-0.5, 0.5], [0, -9]], [[0, 1.5], [0.25, 9]]
    places = Places(*(np.array(each, np.float32)[:, None] for each in (rows, columns)))
    for is_ink, known in ((True, [[100, 35], [175, 0]]), (False, [[200, 70], [175, 100]])):
        seen = np.asarray(warping.looked_up(jnp.asarray(raw), places, is_ink=is_ink))
        np.testing.assert_array_equal(seen[0, :, :, 0], known)


@pytest.mark.parametrize("sigma", [0.0, 0.01, 0.6, 2.0, 4.0, 40.0])
def test_the_elastic_field_is_smoothed_as_scipy_smooths(sigma: float):
    height, width, alpha = 12, 17, 30.0
    field = np.asarray(warping.elastic_field(KEY, N_PICTURES, height, width, alpha, sigma))
    assert field.shape == (height, 2, N_PICTURES, width)
    drawn = np.asarray(chance.whole_numbers(KEY, (height, 2 * N_PICTURES * width)), np.float64)
    evenly = ((drawn + 0.5) / 32768 - 1).reshape(field.shape)
    assert -1 < evenly.min() < -0.99 < 0.99 < evenly.max() < 1
    known = alpha * ndimage.gaussian_filter(evenly, (sigma, 0, 0, sigma), mode="constant", cval=0.0, truncate=4.0)
    np.testing.assert_allclose(field, known, atol=1e-4)


def test_how_far_an_elastic_field_displaces():
    """α / (2σ√(3π)), as the docs say: with Simard's α = 34 and σ = 4, 1.38 pixels."""
    field = np.asarray(warping.elastic_field(KEY, 200, 40, 40, 34.0, 4.0))[16:24, :, :, 16:24]
    assert 34 / (2 * 4 * math.sqrt(3 * math.pi)) == pytest.approx(1.384, abs=5e-4)
    assert field.std() == pytest.approx(1.384, rel=0.03)
    rows, columns = field[:, 0].ravel(), field[:, 1].ravel()
    assert abs(np.corrcoef(rows, columns)[0, 1]) < 0.1


@pytest.mark.parametrize(
    ("shape", "is_ink"), [((10, 13), False), ((8, 11, 3), True)], ids=["grey photographs", "ink in colour"]
)
def test_affine_and_elastic_together_are_looked_up_as_scipy_looks_up(shape: tuple[int, ...], is_ink: bool):
    chosen = Distortions(shift=1, rotation=20, alpha=20, sigma=3)
    raw = pictures(shape)
    warp = warping.warp_of(chosen, shape, (1, 1), is_ink=is_ink)
    bent = np.asarray(jax.jit(warp)(KEY, raw.reshape(N_PICTURES, -1))).reshape(raw.shape)

    maps = warping.affine_maps(chance.random.fold_in(KEY, warping.AFFINE), N_PICTURES, chosen, (1, 1))
    height, width = shape[:2]
    field = np.asarray(
        warping.elastic_field(chance.random.fold_in(KEY, warping.ELASTIC), N_PICTURES, height, width, 20.0, 3.0),
        np.float64,
    )
    places = warping.moved(maps, height, width)
    rows, columns = (np.asarray(each, np.float64) + field[:, k] for k, each in enumerate(places))
    mode = "grid-constant" if is_ink else "nearest"
    for k in range(N_PICTURES):
        channels = raw[k].astype(np.float64).reshape(height, width, -1)
        where = np.stack([rows[:, k], columns[:, k]])
        known = [
            ndimage.map_coordinates(channels[..., number], where, order=1, mode=mode, cval=0.0)
            for number in range(channels.shape[2])
        ]
        np.testing.assert_allclose(bent[k], np.stack(known, axis=-1).reshape(shape), atol=0.01)


def test_limits_far_beyond_the_picture_leave_it_empty_or_even_but_finite():
    raw = pictures((6, 6))
    chosen = Distortions(shift=1000, rotation=180, scale=0.9, shear=60, alpha=1000, sigma=100)
    warp = jax.jit(warping.warp_of(chosen, (6, 6), (1000, 1000), is_ink=False))
    bent = np.asarray(warp(KEY, raw.reshape(6, -1)))
    assert np.isfinite(bent).all()
    assert bent.min() >= 0
    assert bent.max() <= 255
